// An alert while the bot or the worker is killed between any two of its steps: one message, the right cause, the right end.
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type AlertHouse, alertHouse, type Installation } from '../support/alert-house.js';
import { type Gate, openGate, type Strike } from '../support/gate.js';
import { type HouseState, houseState } from '../support/house-state.js';
import { kill } from '../support/killing.js';
import { numbersFrom } from '../support/numbers.js';
import { until } from '../support/rig.js';
import { CASES, expectOutcome, type Playing, playAll } from '../support/transcript-cases.js';

interface Moment {
  name: string;
  pattern: RegExp;
  when: Strike['when'];
}

const COMMIT = String.raw`cjson\.decode\(ARGV\[3\]\)[\s\S]*`;
const PUT = String.raw`local rank = tonumber[\s\S]*`;
const ROOT = String.raw`message:alert:A1\r\n`;
const between = (name: string, pattern: string, when: Strike['when']): Moment => ({
  name,
  pattern: new RegExp(pattern, 'i'),
  when,
});

/** As the worker asks Redis, in this order. */
const WORKER: readonly Moment[] = [
  between('before the end is committed', `${COMMIT}HSETNX`, 'before'),
  between('after the end was committed, unanswered', `${COMMIT}HSETNX`, 'after'),
  between('before the message is put', `${PUT}${ROOT}`, 'before'),
  between('after the message was put, before its post is queued', `${PUT}${ROOT}`, 'after'),
  between('after its post was queued', '"key":"alert:A1"', 'after'),
  between('before the post is marked as begun', String.raw`${ROOT}\$\d+\r\nsending`, 'before'),
  between('after the post was marked as begun', String.raw`${ROOT}\$\d+\r\nsending`, 'after'),
  between('when Slack has taken the post, before that is recorded', String.raw`${ROOT}\$\d+\r\nsent\r\n`, 'before'),
  between('after it was recorded that Slack took the post', String.raw`${ROOT}\$\d+\r\nsent\r\n`, 'after'),
  between('before it is said that it was shown', String.raw`hset\r\n\$\d+\r\n[^\r]*incident:shown`, 'before'),
  between('after it was said that it was shown', String.raw`hset\r\n\$\d+\r\n[^\r]*incident:shown`, 'after'),
  between('before the recovery is committed', `${COMMIT}resolvedAt`, 'before'),
  between('after the recovery was committed, unanswered', `${COMMIT}resolvedAt`, 'after'),
  between('before the recovery is put', `${PUT}is back after`, 'before'),
];

const BOT: readonly Moment[] = [
  between('while it connects, before it asks for a look', '"why":"connected"', 'before'),
  between('while it connects, after it asked for a look', '"why":"connected"', 'after'),
  between('when it has heard an event, before that is queued', 'TASK_FAILED', 'before'),
  between('when the event has been queued', 'TASK_FAILED', 'after'),
];

const [crash] = CASES.filter(({ title }) => title === 'c-crash.1.5.txt');
const crashes = (prefix: string, count: number) =>
  playAll(
    prefix,
    () => ({ paceMs: 100 }),
    Array.from({ length: count }, () => crash as (typeof CASES)[number]),
  );
const ofWorkers = await crashes('w', WORKER.length);
const ofBots = await crashes('b', BOT.length);

let house: AlertHouse;
let state: HouseState;
const gates: Gate[] = [];

beforeAll(async () => {
  house = await alertHouse({ leaseMs: 900 });
  state = houseState(house);
  await house.open('bot', ofWorkers.map(direct));
  await house.open('worker', ofBots.map(direct));
}, 60_000);

afterAll(async () => {
  await Promise.all([...ofWorkers, ...ofBots].map(({ marathon }) => marathon.close()));
  await Promise.all(gates.map((gate) => gate.close()));
  await house.close();
});

const direct = ({ name, marathon }: Playing): Installation => ({ name, marathonUrl: marathon.url });

interface Through {
  gate: Gate;
  installation: Installation;
}

/** The installation's Redis, seen through a gate. */
async function watched(playing: Playing): Promise<Through> {
  const gate = await openGate({ path: new URL(house.redisUrl.replace('unix:', 'file:')).pathname });
  gates.push(gate);
  return { gate, installation: { ...direct(playing), env: { REDIS_URL: `redis://127.0.0.1:${gate.port}` } } };
}

/** Starts a process that is killed at that moment, and then another in its place. */
function doomed(role: 'bot' | 'worker', { pattern, when }: Moment, playing: Playing, through: Through) {
  let child: ChildProcess | undefined;
  let back: Promise<unknown> | undefined;
  through.gate.strike({
    pattern,
    when,
    async act() {
      await kill(child as ChildProcess);
      back = house.open(role, [direct(playing)]);
    },
  });
  const born = (one: ChildProcess) => {
    child = one;
  };
  return {
    // It may be struck before it is ready.
    started: house.open(role, [through.installation], born).catch(() => {}),
    async replaced() {
      await until(() => back !== undefined, 40_000);
      await back;
    },
  };
}

describe.concurrent('an alert whose worker gets SIGKILL', () => {
  test.each(WORKER.map((moment, index) => ({ ...moment, index })))(
    'is told of once and to its end when that is $name',
    async (moment) => {
      const playing = ofWorkers[moment.index] as Playing;
      const worker = doomed('worker', moment, playing, await watched(playing));
      await worker.started;
      await state.baseline(playing.name);
      await playing.marathon.attached(1);
      await playing.marathon.play();
      await worker.replaced();
      await expectOutcome(house, state, playing);
    },
    120_000,
  );
});

describe.concurrent('an alert whose bot gets SIGKILL', () => {
  test.each(BOT.map((moment, index) => ({ ...moment, index })))(
    'is told of once and to its end when that is $name',
    async (moment) => {
      const playing = ofBots[moment.index] as Playing;
      await state.baseline(playing.name);
      const bot = doomed('bot', moment, playing, await watched(playing));
      await bot.started;
      if (moment.name.startsWith('when')) {
        await playing.marathon.attached(1);
        await playing.marathon.play(2);
      }
      await bot.replaced();
      await playing.marathon.attached(1);
      await playing.marathon.play();
      await expectOutcome(house, state, { ...playing, last: undefined });
    },
    120_000,
  );
});

describe('alerts whose bots and workers are killed at random moments', () => {
  const SEED = Number(process.env['SEED'] ?? 7);
  test(`are each told of once and to their end (SEED=${SEED})`, async () => {
    const random = numbersFrom(SEED);
    const told = CASES.filter(({ expected }) => expected.alerts === 1);
    const all = await playAll('r', () => ({ paceMs: 300 }), told);
    const installations = all.map(direct);
    const running = {
      worker: await house.open('worker', installations),
      bot: await house.open('bot', installations),
    };
    await Promise.all(all.map(({ name }) => state.baseline(name)));
    await Promise.all(all.map(({ marathon }) => marathon.attached(1)));
    const played = Promise.all(all.map(({ marathon }) => marathon.play()));
    let isOver = false;
    void played.then(() => {
      isOver = true;
    });
    for (let deaths = 0; deaths < 6 && !isOver; deaths += 1) {
      const role = random() < 0.5 ? 'worker' : 'bot';
      await new Promise((resolve) => setTimeout(resolve, 200 + 600 * random()));
      await running[role].kill();
      running[role] = await house.open(role, installations);
    }
    await played;
    for (const one of all) await expectOutcome(house, state, { ...one, last: undefined }, true);
    await Promise.all([running.worker.kill(), running.bot.kill()]);
    await Promise.all(all.map(({ marathon }) => marathon.close()));
  }, 240_000);
});
