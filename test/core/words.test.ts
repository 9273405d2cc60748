import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import {
  bare,
  change,
  counted,
  cpus,
  duration,
  localClock,
  localDay,
  localTime,
  memory,
  percent,
} from '../../src/core/words.js';

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

test.each([
  [0, '0.0'],
  [0.04, '0.0'],
  [0.25, '0.3'],
  [12.34, '12.3'],
])('%d without its unit', (count, words) => {
  expect(bare(count)).toBe(words);
});

describe('a part of the whole', () => {
  test.each([
    [1, 3, '33 %'],
    [0, 3, '0 %'],
    [3, 3, '100 %'],
    [4, 3, '133 %'],
    [1, 0, '–'],
    [0, 0, '–'],
    [1, -1, '–'],
    [0.5, 100, '1 %'],
    [1.4, 100, '1 %'],
    [99.4, 100, '99 %'],
  ])('%d of %d is %s', (part, whole, words) => {
    expect(percent(part, whole)).toBe(words);
  });

  test.each([
    [0.499, 100, '< 1 %'],
    [1, 1_000_000, '< 1 %'],
    [99.5, 100, '> 99 %'],
    [999_999, 1_000_000, '> 99 %'],
  ])('%d of %d is neither nothing nor all: %s', (part, whole, words) => {
    expect(percent(part, whole)).toBe(words);
  });
});

describe('the change of a mean', () => {
  test.each([
    [1.12, 1, '+12 %'],
    [0.6, 1, '−40 %'],
    [3, 1, '+200 %'],
    [0, 1, '−100 %'],
    [1, 1, 'same'],
    [1.004, 1, 'same'],
    [0.996, 1, 'same'],
    [1.006, 1, '+1 %'],
    [0.994, 1, '−1 %'],
    [1, 0, 'new'],
    [0, 0, 'same'],
  ])('to %d from %d is %s', (now, before, words) => {
    expect(change(now, before)).toBe(words);
  });
});

describe('a time of day', () => {
  test.each([
    ['2026-11-26T09:00Z', 'UTC', 'Thu 26 Nov', '09:00'],
    ['2026-11-26T00:00Z', 'UTC', 'Thu 26 Nov', '00:00'],
    ['2026-11-26T23:59Z', 'UTC', 'Thu 26 Nov', '23:59'],
    ['2026-11-26T09:00Z', 'Asia/Kolkata', 'Thu 26 Nov', '14:30'],
    ['2026-11-26T03:00Z', 'America/New_York', 'Wed 25 Nov', '22:00'],
    ['2026-12-31T23:30Z', 'Europe/Berlin', 'Fri 1 Jan', '00:30'],
    // The clocks are put forward from 02:00 to 03:00.
    ['2026-03-29T00:59Z', 'Europe/Berlin', 'Sun 29 Mar', '01:59'],
    ['2026-03-29T01:00Z', 'Europe/Berlin', 'Sun 29 Mar', '03:00'],
    // They are put back from 03:00 to 02:00.
    ['2026-10-25T00:30Z', 'Europe/Berlin', 'Sun 25 Oct', '02:30'],
    ['2026-10-25T01:30Z', 'Europe/Berlin', 'Sun 25 Oct', '02:30'],
    // Half an hour.
    ['2026-10-03T15:29Z', 'Australia/Lord_Howe', 'Sun 4 Oct', '01:59'],
    ['2026-10-03T15:30Z', 'Australia/Lord_Howe', 'Sun 4 Oct', '02:30'],
  ])('of %s in %s is %s, %s', (at, zone, day, clock) => {
    expect(localDay(Date.parse(at), zone)).toBe(day);
    expect(localClock(Date.parse(at), zone)).toBe(clock);
    expect(localTime(Date.parse(at), zone)).toBe(`${day} ${clock}`);
  });
});
