import { describe, expect, it } from 'vitest';
import { decimal, durationMs, given, wholeNumber } from '../../src/core/arguments.js';

const said = (result: { success: boolean; error?: { issues: { message: string }[] } | undefined }) =>
  result.error?.issues.map((issue) => issue.message);

describe('a whole number', () => {
  const rule = wholeNumber('count', 1, 64, 'executors');

  it.each([
    ['1', 1],
    ['64', 64],
    ['+4', 4],
    ['004', 4],
  ])('%j is %i', (typed, expected) => {
    expect(rule.parse(typed)).toBe(expected);
  });

  it.each(['0', '65', '-1', 'four', '1e9', '0x10', '4.0', '', ' ', '4 ', '٤', 'NaN', 'Infinity', '9999999999'])(
    '%j is not one, and the answer says the rule, the range, the unit and what was typed',
    (typed) => {
      expect(said(rule.safeParse(typed))).toEqual([
        `Expected \`count\` to be a whole number from 1 to 64 executors, got \`${typed}\`.`,
      ]);
    },
  );

  it('says when there is none', () => {
    expect(said(rule.safeParse(undefined))).toEqual([
      'Expected `count` to be a whole number from 1 to 64 executors, got nothing.',
    ]);
  });

  it('quotes no more than a line, and no backtick', () => {
    expect(said(rule.safeParse(`\`${'9'.repeat(10_000)}`))).toEqual([
      `Expected \`count\` to be a whole number from 1 to 64 executors, got \`'${'9'.repeat(58)}…\`.`,
    ]);
  });

  it('may be zero where the range says so', () => {
    expect(wholeNumber('count', 0, 100, 'executors').parse('0')).toBe(0);
  });
});

describe('a number with decimals', () => {
  const rule = decimal('cpus', 0.1, 32, 'cpus');

  it.each([
    ['0.1', 0.1],
    ['32', 32],
    ['1.25', 1.25],
  ])('%j is %d', (typed, expected) => {
    expect(rule.parse(typed)).toBe(expected);
  });

  it.each(['0', '32.1', '1,5', '.5', '5.', '1e1', '-1', 'two'])('%j is not one', (typed) => {
    expect(said(rule.safeParse(typed))).toEqual([
      `Expected \`cpus\` to be a number from 0.1 to 32 cpus, got \`${typed}\`.`,
    ]);
  });
});

it('an option is given or not', () => {
  expect(given.parse(true)).toBe(true);
  expect(given.parse(undefined)).toBe(false);
  expect(given.safeParse('yes').success).toBe(false);
});

describe('a duration', () => {
  const rule = durationMs('--for', 60_000, 12 * 3_600_000, '1m to 12h');

  it.each([
    ['1m', 60_000],
    ['60s', 60_000],
    ['90m', 5_400_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2 hours', 7_200_000],
    ['12h', 43_200_000],
  ])('%j is %i ms', (typed, expected) => {
    expect(rule.parse(typed)).toBe(expected);
  });

  it.each([
    '',
    '0',
    '90',
    '59s',
    '12h1s',
    '13h',
    '-2h',
    'soon',
    '1h!',
    '1h30',
    '1h 2',
    '1,5h',
    '1x',
    'h',
    '1e9h',
    'NaN',
    '٤h',
  ])('%j is none, and the answer says the rule, the range, the unit and what was typed', (typed) => {
    expect(said(rule.safeParse(typed))).toEqual([
      `Expected \`--for\` to be a duration from 1m to 12h, with its unit, got \`${typed}\`.`,
    ]);
  });
});
