import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valueScale } from '../../src/core/chart-scale.js';

test.each([
  [0, [0, 1], '.0f'],
  [0.004, [0, 0.05, 0.1], ',.2f'],
  [0.35, [0, 0.1, 0.2, 0.3, 0.4], ',.1f'],
  [1, [0, 0.5, 1], ',.1f'],
  [4, [0, 1, 2, 3, 4], ',.0f'],
  [4.1, [0, 2, 4, 6], ',.0f'],
  [23.9, [0, 10, 20, 30], ',.0f'],
  [100, [0, 50, 100], ',.0f'],
  [1_228.8, [0, 500, 1_000, 1_500], ',.0f'],
  [38_000, [0, 10_000, 20_000, 30_000, 40_000], '~s'],
])('up to %d', (highest, marks, format) => {
  expect(valueScale(highest)).toEqual({ top: marks.at(-1), marks, format });
});

test('what is not a number is nothing', () => {
  expect(valueScale(Number.NaN)).toEqual(valueScale(0));
});

test('the scale holds the highest value, begins at 0 and has at most five marks', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (highest) => {
      const { top, marks } = valueScale(highest);
      expect(top).toBeGreaterThanOrEqual(highest * (1 - 1e-9));
      expect(marks[0]).toBe(0);
      expect(marks.at(-1)).toBe(top);
      expect(marks.length).toBeLessThanOrEqual(5);
      expect(marks).toEqual([...new Set(marks)]);
    }),
    { seed: 1, numRuns: 1_000 },
  );
});
