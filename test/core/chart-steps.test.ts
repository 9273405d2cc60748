import { expect, test } from 'vitest';
import { knownOf, shortRuns, stepsOf } from '../../src/core/chart-steps.js';
import { MINUTE } from '../../src/core/time.js';
import { aChart } from '../support/chart-cases.js';

const chart = aChart({ from: 0, to: 6 * MINUTE, bucketMs: MINUTE });

/** `0-2=5 4-5=1`: from minute to minute, the value; runs apart by `|`. */
function drawn(values: (number | null)[], over = chart): string {
  const points = stepsOf(values, over);
  const lines = points.flatMap((point, index) => {
    const next = points[index + 1];
    return next && index % 2 === 0 ? [`${point.at / MINUTE}-${next.at / MINUTE}=${point.value} run ${point.run}`] : [];
  });
  return lines.join(', ');
}

test('each value holds for its stretch', () => {
  expect(drawn([1, 2, 3])).toBe('0-1=1 run 1, 1-2=2 run 1, 2-3=3 run 1');
});

test('a level is one line', () => {
  expect(drawn([5, 5, 5, 2, 2, 5])).toBe('0-3=5 run 1, 3-5=2 run 1, 5-6=5 run 1');
});

test('a gap parts two runs, also between equal values', () => {
  expect(drawn([null, 5, null, 5, 5, null])).toBe('1-2=5 run 1, 3-5=5 run 2');
});

test('nothing is drawn of nothing', () => {
  expect(drawn([])).toBe('');
  expect(drawn([null, null])).toBe('');
  expect(drawn([Number.NaN, Number.POSITIVE_INFINITY])).toBe('');
});

test('zero is a value', () => {
  expect(drawn([0, 0])).toBe('0-2=0 run 1');
});

test('what lies behind the end is not drawn, and the last stretch ends there', () => {
  const short = { ...chart, to: 2.5 * MINUTE };
  expect(drawn([1, 2, 3, 4, 5], short)).toBe('0-1=1 run 1, 1-2=2 run 1, 2-2.5=3 run 1');
  expect(knownOf([1, null, 3, 400], short)).toEqual([1, 3]);
});

test('a run too short to be seen is told by its middle', () => {
  const points = stepsOf([null, 5, null, 5, 6, null], chart);
  expect(shortRuns(points, MINUTE)).toEqual([{ at: 1.5 * MINUTE, value: 5, run: 1 }]);
  expect(shortRuns(points, 2 * MINUTE).map(({ at }) => at)).toEqual([1.5 * MINUTE, 4 * MINUTE]);
  expect(shortRuns(points, 0)).toEqual([]);
});
