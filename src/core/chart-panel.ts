// One panel of a chart as Vega-Lite, for `usage-chart.ts`: what was given as a line over what was used as an area, what
// the cluster has as a dashed rule, restarts as marks from top to bottom.
import type { Chart, Panel } from './chart.js';
import { COLOUR, FONT, KEY, LABELS, lineKey, MARK, PLOT, placed, type VegaLite, words } from './chart-look.js';
import { type ValueScale, valueScale } from './chart-scale.js';
import { knownOf, shortRuns, stepsOf } from './chart-steps.js';

/** What all panels of a chart share, and where this one stands. */
export interface Frame {
  chart: Chart;
  /** Of the marks of the time axis, ms since the epoch. */
  times: readonly number[];
  restarts: readonly number[];
  /** It alone names the times. */
  isLowest: boolean;
}

/** Farther away it would press the data to the ground. */
const LIMIT_IN_REACH = 1.5;

/** Pixels; a line that is no longer gets a dot. */
const HARDLY_SEEN = 6;

const TITLE_FOOT = -16;

export function panelView(panel: Panel, frame: Frame): VegaLite {
  const known = [...knownOf(panel.allocated, frame.chart), ...knownOf(panel.used, frame.chart)];
  const highest = Math.max(0, ...known);
  const limit = panel.limit && panel.limit.value <= highest * LIMIT_IN_REACH ? panel.limit.value : null;
  const scale = valueScale(Math.max(highest, limit ?? 0));
  const axes = { x: timeAxis(frame), y: valueAxis(scale) };
  const [given, used] = [stepsOf(panel.allocated, frame.chart), stepsOf(panel.used, frame.chart)];
  const hardlySeen = ((frame.chart.to - frame.chart.from) / PLOT.width) * HARDLY_SEEN;
  return {
    width: PLOT.width,
    height: PLOT.height,
    layer: [
      series(MARK.used, used, { ...axes, y: { ...axes.y, stack: null } }),
      series(MARK.usedEdge, used, axes),
      ...(limit === null ? [] : [limitRule(limit, axes.y)]),
      series(MARK.given, given, axes),
      series(MARK.usedAlone, shortRuns(used, hardlySeen), axes),
      series(MARK.givenAlone, shortRuns(given, hardlySeen), axes),
      ...restartMarks(frame.restarts, axes.x),
      ...titleLine(panel, limit !== null),
      ...(known.length === 0 ? [nothingToSee()] : []),
    ],
  };
}

function timeAxis({ chart, times, isLowest }: Frame): VegaLite {
  return {
    field: 'at',
    type: 'quantitative',
    title: null,
    // Linear in time that really passed: a day of 23 hours is shorter.
    scale: { domain: [chart.from, chart.to], nice: false, zero: false },
    axis: {
      values: times,
      labels: isLowest,
      ticks: isLowest,
      labelExpr: 'timeLabels[datum.value]',
      labelOverlap: false,
      labelBound: false,
      labelFlush: false,
    },
  };
}

function valueAxis({ top, marks, format }: ValueScale): VegaLite {
  return {
    field: 'value',
    type: 'quantitative',
    title: null,
    scale: { domain: [0, top], nice: false },
    axis: { values: marks, format, labelOverlap: false, domain: false, ticks: false },
  };
}

/** Runs are drawn one by one, so a gap stays a gap. */
function series(mark: VegaLite, points: readonly object[], axes: VegaLite): VegaLite {
  return { data: { values: points }, mark, encoding: { ...axes, detail: { field: 'run' } } };
}

function limitRule(value: number, y: VegaLite): VegaLite {
  return { data: { values: [{ value }] }, mark: MARK.limit, encoding: { y } };
}

function restartMarks(restarts: readonly number[], x: VegaLite): VegaLite[] {
  const data = { values: restarts.map((at) => ({ at })) };
  return [
    { data, mark: MARK.restart, encoding: { x } },
    { data, mark: MARK.restartHead, encoding: { x, y: { value: 0 } } },
  ];
}

/** The title, and at the right what the cluster has: with a key when its rule is drawn, else with an arrow to where it is. */
function titleLine({ title, limit }: Panel, isDrawn: boolean): VegaLite[] {
  const y = TITLE_FOOT;
  const look = { fontWeight: 600, color: COLOUR.text };
  const name = words({ text: title, x: -LABELS, y, size: FONT.panel, room: PLOT.width / 2, look });
  if (limit === null) return [name];
  const told = limit.words.replace(/^↑\s*/, '');
  const text = isDrawn ? told : `↑ ${told}`;
  const x = PLOT.width - (isDrawn ? KEY.width + KEY.gap : 0);
  return [
    name,
    words({ text, x, y, size: FONT.small, room: PLOT.width / 2, look: { align: 'right' } }),
    ...(isDrawn ? [placed(MARK.limit, lineKey(PLOT.width - KEY.width, y))] : []),
  ];
}

function nothingToSee(): VegaLite {
  const [x, y] = [PLOT.width / 2, PLOT.height / 2 + FONT.panel / 3];
  const look = { align: 'center', color: COLOUR.text };
  return words({ text: 'no samples in this time', x, y, size: FONT.panel, room: PLOT.width, look });
}
