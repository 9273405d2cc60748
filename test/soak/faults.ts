// The whole table of `test/faults/table.ts`, round after round, counted. Called by `main.mjs` through vitest.
import { expect, test } from 'vitest';
import type { Played } from '../faults/judge.js';
import { playAll } from '../faults/lanes.js';
import { CASES } from '../faults/table.js';
import { numbersFrom } from '../support/numbers.js';

const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 1);
const SEED = Number(process.env['FAULT_SEED'] ?? 2015);
/** Only cases whose name has these words in it. */
const ONLY = process.env['FAULT_ONLY'] ?? '';
/** Scenes of one kind side by side: most of a case is waiting. */
const LANES = { together: 2, twins: 1, 'worker apart': 1, 'bot apart': 1 };

const sums = { cases: 0, acts: 0, injected: 0, doubled: 0, lost: 0, unanswered: 0, forgotten: 0, broken: 0, wrong: 0 };

function count({ acts, injected, doubled, unanswered, forgotten, broken, faults }: Played): void {
  sums.cases += 1;
  sums.acts += acts;
  sums.injected += Number(injected);
  sums.doubled += Number(doubled);
  sums.unanswered += Number(unanswered);
  sums.forgotten += Number(forgotten);
  sums.broken += Number(broken);
  // Said to be done and not done, done and denied, or not in the audit trail.
  sums.lost += Number(faults.length > 0 && !doubled && !unanswered && !broken);
  sums.wrong += Number(faults.length > 0);
}

const said = (): string =>
  `${sums.cases} cases, ${sums.acts} acts, ${sums.injected} faults injected: lost ${sums.lost}, doubled ${sums.doubled}, unanswered ${sums.unanswered}; forgotten by a failover of Redis ${sums.forgotten}, not played to the end ${sums.broken}`;

test(`the whole table, ${ROUNDS} times (seed ${SEED})`, async () => {
  const wanted = CASES.filter(({ name }) => name.includes(ONLY));
  for (let round = 0; round < ROUNDS; round += 1) {
    const seed = SEED + 10_000 * round;
    const before = sums.cases;
    await playAll(shuffled(wanted, seed), {
      seed,
      lanes: LANES,
      played(one, how) {
        count(how);
        if (how.faults.length > 0)
          process.stdout.write(`\n${one.name} (seed ${seed}):\n${how.faults.map((fault) => `  ${fault}\n`).join('')}`);
        else if ((sums.cases - before) % 25 === 0)
          process.stdout.write(`round ${round + 1}, ${sums.cases - before} of ${wanted.length}; so far ${said()}\n`);
      },
    });
    process.stdout.write(`after round ${round + 1} of ${ROUNDS} (seed ${SEED}): ${said()}\n`);
  }
  expect(sums.wrong).toBe(0);
});

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = numbersFrom(seed);
  return list
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
