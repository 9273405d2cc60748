// The points of a series in a chart, for `usage-chart.ts`: each value holds for its whole stretch of time, and what is
// not known is a gap that no line crosses.
import type { Chart } from './chart.js';

export interface Point {
  at: number;
  value: number;
  /** Points of one run are joined, others never. */
  run: number;
}

const isKnown = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** The known ones among the values that fall into the time of the chart. */
export function knownOf(values: readonly (number | null)[], chart: Chart): number[] {
  return values.slice(0, bucketsIn(chart)).filter(isKnown);
}

const bucketsIn = ({ from, to, bucketMs }: Chart): number => Math.max(0, Math.ceil((to - from) / bucketMs));

/** Both ends of every stretch are points, so one known value between two gaps is still as wide as its stretch. */
export function stepsOf(values: readonly (number | null)[], chart: Chart): Point[] {
  const points: Point[] = [];
  let run = 0;
  for (const [index, value] of values.slice(0, bucketsIn(chart)).entries()) {
    if (!isKnown(value)) continue;
    if (!isKnown(values[index - 1])) run += 1;
    const at = chart.from + index * chart.bucketMs;
    const isLevel = points.at(-1)?.run === run && points.at(-1)?.value === value;
    // A longer level needs its ends only.
    if (isLevel) points.pop();
    else points.push({ at, value, run });
    points.push({ at: Math.min(at + chart.bucketMs, chart.to), value, run });
  }
  return points;
}

/** The middles of runs that last no longer than `ms`. */
export function shortRuns(points: readonly Point[], ms: number): Point[] {
  const runs = new Map<number, { first: Point; last: Point }>();
  for (const point of points) runs.set(point.run, { first: runs.get(point.run)?.first ?? point, last: point });
  return [...runs.values()]
    .filter(({ first, last }) => last.at - first.at <= ms)
    .map(({ first, last }) => ({ ...first, at: Math.round((first.at + last.at) / 2) }));
}
