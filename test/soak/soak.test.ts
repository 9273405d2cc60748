// Ten thousand random histories on the pure core, the same in every run. One that goes wrong is printed cut down, with the
// line that shows it. More and others: `npm run soak -- --histories 200000`.
import { expect, test } from 'vitest';
import { report, soak } from './run.js';
import { SEEDS } from './seeds.js';

const HISTORIES = 5_000;

test.each(SEEDS)(
  'rings once for each end of the controller and each loss of its agent, and never without (seed %s)',
  (seed) => {
    const { failures, due, rang } = soak(seed, 0, HISTORIES);
    expect(failures.map((failure) => report(seed, failure)).join('\n\n')).toBe('');
    // Not a soak in which nothing happened.
    expect(due).toBeGreaterThan(HISTORIES / 2);
    expect(rang).toBeGreaterThanOrEqual(due);
  },
  240_000,
);
