// Exactly once: something of each kind of fault, tried on what can be asked for. The whole table, as often as there is time
// for: `npm run soak -- --faults 20`.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Act, nameOf } from './act.js';
import type { Played } from './judge.js';
import { playAll } from './lanes.js';
import { CASES, type Case, missing } from './table.js';

const SEED = Number(process.env['SEED'] ?? 2015);
/** Real time: the machine may be busy with other tests. */
const PATIENCE_MS = 300_000;

/** Of each kind one on a command that asks first, and one on another; each has its turn before any comes again. */
function sample(): Case[] {
  const had = new Set<Act>();
  const kinds = [...new Set(CASES.map(({ fault }) => fault.kind))];
  const cases = kinds.flatMap((kind, index) => {
    const alike = CASES.filter(({ fault }) => fault.kind === kind && fault.isSlow !== true);
    const acts = [...new Set(alike.map(({ act }) => act))];
    const [first, ...others] = acts;
    const other = others.find((act) => !had.has(act)) ?? others[index % Math.max(1, others.length)];
    return [first, other].flatMap((act, turn) => {
      if (act !== undefined) had.add(act);
      const fitting = alike.filter((one) => one.act === act);
      // Spread over the moments of a change.
      return fitting.slice((7 * index + 3 * turn) % Math.max(1, fitting.length)).slice(0, 1);
    });
  });
  // There are more of them than kinds.
  const left = CASES.filter(({ act, fault }) => !had.has(act) && fault.kind === 'twins');
  return [...cases, ...left];
}

const cases = sample();
const results = new Map<string, Promise<Played>>();
const finished = new Map<string, (how: Played) => void>();
for (const { name } of cases) results.set(name, new Promise((resolve) => finished.set(name, resolve)));

beforeAll(() => {
  const lanes = { together: 2, twins: 1, 'worker apart': 1, 'bot apart': 1 };
  void playAll(cases, { seed: SEED, lanes, played: ({ name }, how) => finished.get(name)?.(how) });
});

describe('the table of what can be asked for', () => {
  it('has an entry for every command that changes something', () => {
    expect(missing()).toEqual([]);
  });

  it('is tried here from its first entry to its last', () => {
    expect(new Set(cases.map(({ act }) => nameOf(act)))).toEqual(new Set(CASES.map(({ act }) => nameOf(act))));
  });

  it('meets every kind of fault here', () => {
    expect(new Set(cases.map(({ fault }) => fault.kind))).toEqual(
      new Set(CASES.filter(({ fault }) => !fault.isSlow).map(({ fault }) => fault.kind)),
    );
  });
});

describe(`done once or not at all, and truly said, whatever goes wrong (SEED=${SEED})`, () => {
  for (const one of cases) {
    it(`${nameOf(one.act)}, with ${one.fault.name}`, { timeout: PATIENCE_MS }, async () => {
      const { faults } = (await results.get(one.name)) as Played;
      expect(faults.join('\n')).toBe('');
    });
  }

  // Where a busy machine lets Redis answer too late, the person is told so and the moment never comes.
  it('and nearly all of it did go wrong', { timeout: PATIENCE_MS }, async () => {
    const all = await Promise.all(results.values());
    expect(all.filter(({ injected }) => injected).length).toBeGreaterThan(0.8 * all.length);
    expect(all.filter(({ acts }) => acts === 1).length).toBeGreaterThan(0.5 * all.length);
  });
});
