import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { counted, cpus, duration, memory } from '../../src/core/words.js';

describe('a duration', () => {
  test.each([
    [-5, '0 s'],
    [0, '0 s'],
    [499, '0 s'],
    [500, '1 s'],
    [45 * SECOND, '45 s'],
    [59_400, '59 s'],
    [MINUTE, '1 min'],
    [2 * MINUTE + 10 * SECOND, '2 min 10 s'],
    [HOUR, '1 h'],
    [3 * HOUR + 5 * MINUTE + 40 * SECOND, '3 h 5 min'],
    [DAY, '1 d'],
    [8 * DAY + 2 * HOUR + 30 * MINUTE, '8 d 2 h'],
  ])('of %i ms is %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  test.each([59_999, 119_999, HOUR - 1])('of %i ms counts no 60 of anything', (ms) => {
    expect(duration(ms)).not.toMatch(/\b60\b/);
  });
});

test.each([
  [0, '0.0 cpus'],
  [0.1, '0.1 cpus'],
  [1, '1.0 cpu'],
  [12.34, '12.3 cpus'],
])('%d cpus', (count, words) => {
  expect(cpus(count)).toBe(words);
});

test.each([
  [0, '0 MB'],
  [512, '512 MB'],
  [999.4, '999 MB'],
  [1_024, '1.0 GB'],
  [1_434, '1.4 GB'],
  [16_384, '16.0 GB'],
])('%d MiB of memory', (mebibytes, words) => {
  expect(memory(mebibytes)).toBe(words);
});

test.each([
  [0, '0 builds'],
  [1, '1 build'],
  [2, '2 builds'],
])('%i of a thing', (count, words) => {
  expect(counted(count, 'build')).toBe(words);
});
