// Ten thousand random histories on the pure core: half of them the same in every run, half of them today's. One that goes
// wrong is printed cut down, with the line that shows it. More of them: `npm run soak -- --histories 200000`.
import { expect, test } from 'vitest';
import { report, soak } from './run.js';

const HISTORIES = 5_000;
const ALWAYS = 2015;
const TODAY = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));

test.each([
  ['the seed that never changes', ALWAYS],
  ['the seed of the day', TODAY],
])(
  'rings once for each end of the controller and each loss of its agent, and never without: %s',
  (_name, seed) => {
    const { failures, due, rang } = soak(seed, 0, HISTORIES);
    expect(failures.map((failure) => report(seed, failure)).join('\n\n')).toBe('');
    // Not a soak in which nothing happened.
    expect(due).toBeGreaterThan(HISTORIES / 2);
    expect(rang).toBeGreaterThanOrEqual(due);
  },
  240_000,
);
