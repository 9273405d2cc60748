// 100,000 of what nobody sends on purpose, at every door: an answer or an error with a name, soon, and nothing in a message
// that pages or that Slack would refuse. `npm test` sends some; `npm run soak -- --fuzz 100000` sends all, and tells how
// they ended.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Door, type House, openHouse } from './doors.js';
import { type FarSide, farSide } from './far-side.js';

const RUNS = Number(process.env['BELLBOARD_FUZZ'] ?? 1_500);
const SEED = Number(process.env['BELLBOARD_SEED'] ?? 20_150_528);
/** Only doors whose name has these words. */
const ONLY = process.env['BELLBOARD_DOOR'] ?? '';
const IS_SOAK = process.env['BELLBOARD_FUZZ'] !== undefined;
/** Of the processor's time, since the machine is shared. */
const MOST_MS = 1_000;
/** Of anybody's time: it will not end. */
const ENDLESS_MS = 30_000;

let far: FarSide;
let house: House;
const rejected: unknown[] = [];
const onRejection = (reason: unknown) => rejected.push(reason);
beforeAll(async () => {
  far = await farSide();
  house = await openHouse(far);
  process.on('unhandledRejection', onRejection);
}, 60_000);
afterAll(async () => {
  process.off('unhandledRejection', onRejection);
  await house.close();
  await far.close();
});

const told = (door: Door, met: fc.RunDetails<[unknown]>): string => {
  const { errorInstance: error } = met;
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${door.name}: ${what}\n${JSON.stringify(met.counterexample)}\nseed ${met.seed}, path ${met.counterexamplePath}`;
};

async function inTime(door: Door, given: unknown): Promise<string> {
  const from = process.cpuUsage();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it does not end')), ENDLESS_MS);
  });
  try {
    return await Promise.race([door.meet(given), late]);
  } finally {
    clearTimeout(timer);
    const { user, system } = process.cpuUsage(from);
    const ms = (user + system) / 1_000;
    if (ms > MOST_MS) expect.fail(`it took ${Math.round(ms)} ms of the processor's time`);
  }
}

it('ends with an answer or an error that has a name, at every door', {
  timeout: IS_SOAK ? 3_600_000 : 120_000,
}, async () => {
  const finds: string[] = [];
  let all = 0;
  for (const door of house.doors.filter(({ name }) => name.includes(ONLY))) {
    const ends: Record<string, number> = {};
    const began = performance.now();
    const met = await fc.check(
      fc.asyncProperty(door.comes, async (given) => {
        const end = await inTime(door, given);
        ends[end] = (ends[end] ?? 0) + 1;
      }),
      {
        numRuns: Math.max(1, Math.round(RUNS * door.share)),
        seed: SEED,
        endOnFailure: !IS_SOAK,
        interruptAfterTimeLimit: IS_SOAK ? 1_800_000 : 60_000,
      },
    );
    const times = Object.values(ends).reduce((sum, one) => sum + one, 0);
    all += times;
    if (met.failed && !(met.interrupted && met.counterexample === null)) finds.push(told(door, met).slice(0, 6_000));
    if (IS_SOAK)
      console.info(
        `${door.name}: ${times} in ${Math.round((performance.now() - began) / 1_000)} s: ${JSON.stringify(ends)}`,
      );
  }
  if (IS_SOAK) console.info(`${all} in all, seed ${SEED}, ${finds.length} finds`);
  expect(finds.join('\n\n')).toBe('');
  expect(rejected).toEqual([]);
});
