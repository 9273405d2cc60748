// The same question on the full path: real bots and workers, Redis, HTTP and Slack's own log. To start an installation takes
// a second, so a history is a stretch of one long life here: something happens, the world comes to rest, everything heard is
// decided, and that stretch is judged before the next begins. Several installations live at once, each with a Marathon
// and a Mesos of its own.
import type { Clock } from '../../src/core/time.js';
import { serveMarathon } from '../../src/playground/servers/marathon.js';
import { serveMesos } from '../../src/playground/servers/mesos.js';
import { type AlertHouse, alertHouse } from '../support/alert-house.js';
import { houseState } from '../support/house-state.js';
import { until } from '../support/rig.js';
import { type Act, APP, type Dice, dice, GENERATIONS, inventApp, seedOf } from './history.js';
import { smallStage } from './pure-world.js';
import { isWell, mend, perform, type Stage } from './stage.js';
import { type Fate, recordTruth, type Truth } from './truth.js';

/** World time to real time. */
const SPEED = 25;
/** Reconnecting goes by the wall; this much faster, so that a gap is not longer than a history. */
const WALL_SPEED = 5;
const REST_MS = 60_000;

export interface Life {
  name: string;
  seed: number;
  /** One line for each history that went wrong. */
  faults: string[];
  histories: number;
  due: number;
  rang: number;
}

interface Place {
  name: string;
  seed: number;
  die: Dice;
  stage: Stage;
  truth: Truth;
  url: string;
  mesosUrl: string;
  close(): Promise<void>;
}

export async function fullSoak(run: number, installations: number, histories: number): Promise<Life[]> {
  const house = await alertHouse({ speed: SPEED, wallSpeed: WALL_SPEED });
  const places = await Promise.all(
    Array.from({ length: installations }, (_, index) => furnish(house.clock, seedOf(run, index), `soak${index}`)),
  );
  try {
    const given = places.map(({ name, url, mesosUrl }) => ({
      name,
      marathonUrl: url,
      appId: APP,
      env: { MESOS_URL: mesosUrl },
    }));
    await house.open('worker', given);
    await house.open('bot', given);
    const state = houseState(house);
    await Promise.all(places.map(({ name }) => state.baseline(name)));
    return await Promise.all(places.map((place) => live(place, house, histories)));
  } finally {
    await Promise.all(places.map((place) => place.close()));
    await house.close();
  }
}

async function furnish(clock: Clock, seed: number, name: string): Promise<Place> {
  const die = dice(seed);
  const generation = die.pick(GENERATIONS);
  // What boots and stops slowly, and a process that Marathon 0.8 waits for in vain, belong to the pure soak.
  const app = { ...inventApp(die, generation), bootMs: 2_000, stopMs: 400, stopStatus: 143 as const };
  const stage = smallStage(clock, { seed, generation, app: { ...app, unreachable: 'default' } });
  const truth = recordTruth(stage.cluster, stage.marathon);
  stage.marathon.changes.create(stage.definition);
  await until(() => isWell(stage));
  const [marathon, mesos] = await Promise.all([serveMarathon(stage.marathon), serveMesos(stage.cluster)]);
  return {
    name,
    seed,
    die,
    stage,
    truth,
    url: marathon.url,
    mesosUrl: mesos.url,
    close: async () => {
      await Promise.all([marathon.close(), mesos.close()]);
    },
  };
}

/** What can happen, and how long it lasts; each is over before the next. */
const HAPPENS: readonly Act[] = [
  { at: 0, do: 'signal' },
  { at: 0, do: 'oom' },
  { at: 0, do: 'exit 0' },
  { at: 0, do: 'exit 1' },
  { at: 0, do: 'exit 127' },
  { at: 0, do: 'kill by hand' },
  { at: 0, do: 'hang', forMs: 5_000 },
  { at: 0, do: 'crash loop', times: 2, afterMs: 15_000 },
  { at: 0, do: 'redeploy' },
  { at: 0, do: 'redeploy by us' },
  { at: 0, do: 'restart' },
  { at: 0, do: 'roll back' },
  { at: 0, do: 'suspend', forMs: 15_000 },
  { at: 0, do: 'power cut', forMs: 90_000 },
  { at: 0, do: 'partition', forMs: 95_000 },
  { at: 0, do: 'partition', forMs: 20_000 },
  { at: 0, do: 'package gone', forMs: 10_000 },
  { at: 0, do: 'no offers', forMs: 15_000 },
  { at: 0, do: 'no leader', forMs: 4_000 },
];

async function live(place: Place, house: AlertHouse, histories: number): Promise<Life> {
  const { name, seed, stage, truth, die } = place;
  const state = houseState(house);
  const life: Life = { name, seed, faults: [], histories, due: 0, rang: 0 };
  for (let number = 0; number < histories; number += 1) {
    const from = truth.fates.length;
    const acts = [die.pick(HAPPENS)];
    // A leader lost, and the controller dies meanwhile: nobody hears of it.
    if (acts[0]?.do === 'no leader' && die.chance(0.7)) acts.push({ at: 1_000, do: 'signal' });
    await happen(stage, truth, acts);
    await state.rest(name);
    const rung = await ringsOf(house, name);
    const { faults, due, rang } = judged(truth.fates.slice(from), rung);
    life.due += due;
    life.rang += rang;
    if (faults.length > 0)
      life.faults.push(
        `${name} (seed ${seed}, Marathon ${stage.marathon.generation}), history ${number}, ${JSON.stringify(acts)}: ${faults.join('; ')}`,
      );
  }
  life.faults.push(...(await toldInSlack(house, name)));
  return life;
}

/** Lets it happen, and waits until it is over and the controller is well. */
async function happen(stage: Stage, truth: Truth, acts: readonly Act[]): Promise<void> {
  let left = acts.length;
  for (const act of acts) {
    stage.clock.after(act.at, () => {
      const takeBack = perform(stage, act);
      const { forMs = 0 } = act as { forMs?: number };
      stage.clock.after(forMs, () => {
        takeBack?.();
        left -= 1;
      });
    });
  }
  const watching = setInterval(truth.notePlans, 2);
  try {
    await until(() => left === 0, REST_MS);
    let mendedAt = stage.clock.now();
    await until(() => {
      if (stage.clock.now() - mendedAt > 240_000) {
        mend(stage);
        mendedAt = stage.clock.now();
      }
      return isWell(stage);
    }, REST_MS);
  } finally {
    clearInterval(watching);
  }
}

interface Rung {
  /** Rings by task. */
  rings: Map<string, number>;
  incidents: Set<string>;
}

async function ringsOf({ redis }: AlertHouse, name: string): Promise<Rung> {
  const rows = await redis.hgetall(`{bellboard:${name}}:ledger`);
  const rung: Rung = { rings: new Map(), incidents: new Set() };
  for (const [identity, text] of Object.entries(rows)) {
    const [, taskId, kind] = identity.split('|');
    const { incident } = JSON.parse(text) as { incident: string | null };
    if (incident === null || taskId === undefined || kind === undefined || !/^(?:ended|lost-\d+)$/.test(kind)) continue;
    rung.rings.set(taskId, (rung.rings.get(taskId) ?? 0) + 1);
    rung.incidents.add(incident);
  }
  return rung;
}

/** As `judge.ts`, for one thing at a time: ends that may have been hidden together ring at least once. */
function judged(fates: readonly Fate[], { rings }: Rung): { faults: string[]; due: number; rang: number } {
  const faults: string[] = [];
  const due = fates.filter(mustRing);
  const rang = due.reduce((sum, { taskId }) => sum + (rings.get(taskId) ?? 0), 0);
  if (due.length > 0 && (rang < 1 || rang > due.length)) faults.push(`${due.length} ends, ${rang} rings`);
  for (const fate of fates) {
    const count = rings.get(fate.taskId) ?? 0;
    const most = fates.filter(({ taskId, ranAt }) => taskId === fate.taskId && ranAt === undefined).length;
    const wanted = fates.filter((one) => one.taskId === fate.taskId && (mustRing(one) || isOpen(one))).length;
    if (count > wanted + most) faults.push(`${fate.taskId} ${fate.status} rang ${count} times`);
  }
  return { faults, due: due.length, rang };
}

const mustRing = (fate: Fate): boolean =>
  fate.ranAt !== undefined && !fate.whileLost && fate.plans.length === 0 && !fate.asked && !isOpen(fate);

/** Of two tasks of a partition one is killed; what fails under a deployment belongs to it. */
const isOpen = ({ twin, surplus, status, plans, asked }: Fate): boolean =>
  ((twin || surplus) && (status === 'TASK_KILLED' || status === 'TASK_FINISHED')) || (plans.length > 0 && !asked);

/** Each incident is one message, and says in the end that it is over. */
async function toldInSlack(house: AlertHouse, name: string): Promise<string[]> {
  const { incidents } = await ringsOf(house, name);
  const isOver = () => house.roots(name).every(({ text }) => !/controller restarted/i.test(text ?? ''));
  await until(isOver, 30_000).catch(() => undefined);
  const roots = house.roots(name).filter(({ text }) => /Jenkins controller/.test(text ?? ''));
  const faults: string[] = [];
  if (roots.length !== incidents.size) faults.push(`${name}: ${incidents.size} incidents, ${roots.length} messages`);
  if (!isOver()) faults.push(`${name}: one is still open: ${roots.map(({ text }) => text).join(' | ')}`);
  return faults;
}
