// The playground's command line: acts in their order, times and speeds with their limits.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { durationOf, readOptions, speedOf } from '../../src/playground/options.js';

describe('acts', () => {
  it('are done in the order given', () => {
    const argv = ['--incident', 'kill controller', '--wait', '3min', '--run', '/ci where', '--press', 'Deploy'];
    expect(readOptions(argv)).toMatchObject({
      acts: [{ incident: 'kill controller' }, { waitMs: 3 * MINUTE }, { run: '/ci where' }, { press: 'Deploy' }],
      speed: 20,
    });
  });

  it('leave the terminal slower where there are none', () => {
    expect(readOptions([])).toMatchObject({ acts: [], speed: 4, marathon: '1.5', user: '@ana' });
  });
});

it('files are saved below the folder for temporary files unless another is given', () => {
  expect(readOptions([]).files).toBe(join(tmpdir(), 'bellboard-playground'));
  expect(readOptions(['--files', 'charts']).files).toBe('charts');
});

describe('a time', () => {
  it.each([
    ['10min', 10 * MINUTE],
    ['1h 30m', 90 * MINUTE],
    ['2.5 hours', 2.5 * HOUR],
    ['1d', DAY],
  ])('%s is understood', (typed, ms) => {
    expect(durationOf('--wait', typed)).toBe(ms);
  });

  it.each(['10', '', 'soon', '100ms', '2d', '-5min'])('%j is refused with the rule', (typed) => {
    expect(() => durationOf('--wait', typed)).toThrow(
      `Expected --wait to be a time from 1 s to 1 day with its unit, such as 10min, got "${typed}".`,
    );
  });
});

it.each(['0', '101', '', 'fast', 'NaN'])('speed %j is refused with the rule', (typed) => {
  expect(() => speedOf('!speed', typed)).toThrow(`Expected !speed to be a number from 1 to 100, got "${typed}".`);
});

it('who acts may change between two acts, with or without the sign', () => {
  const argv = ['--run', '/ci restart', '--as', 'lee', '--press', 'Approve', '--as', '@ana', '--run', '/ci where'];
  expect(readOptions(argv).acts).toEqual([
    { run: '/ci restart' },
    { as: '@lee' },
    { press: 'Approve' },
    { as: '@ana' },
    { run: '/ci where' },
  ]);
});

it('as many as three others may have to agree', () => {
  expect(readOptions([]).approvals).toBe(0);
  expect(readOptions(['--approvals', '1']).approvals).toBe(1);
  for (const typed of ['4', '-1', 'many', ''])
    expect(() => readOptions([`--approvals=${typed}`])).toThrow(
      `Expected --approvals to be a whole number from 0 to 3 people, got "${typed}".`,
    );
});
