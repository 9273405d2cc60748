// The same question on the full path: real bots and workers, Redis, HTTP and Slack's own log. To start an installation takes
// a second, so a history is a stretch of one long life here: something happens, the world comes to rest, everything heard is
// decided, and that stretch is judged before the next begins. Several installations live at once, each in a
// world of its own.
import { randomUUID } from 'node:crypto';
import { incidentStore } from '../../src/adapters/redis/board-store.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import { alertQueue, openQueues } from '../../src/adapters/redis/queue.js';
import type { JsonObject } from '../../src/core/cluster.js';
import { stateOf } from '../../src/core/incident.js';
import { RESTARTED } from '../../src/core/restart-memory.js';
import type { Clock } from '../../src/core/time.js';
import { buildWorld } from '../../src/playground/world.js';
import { type AlertHouse, alertHouse } from '../support/alert-house.js';
import { eventually, houseState } from '../support/house-state.js';
import { until } from '../support/rig.js';
import {
  type Act,
  APP,
  type AppShape,
  type Dice,
  definitionOf,
  dice,
  GENERATIONS,
  inventApp,
  seedOf,
} from './history.js';
import { isWell, mend, perform, type Stage } from './stage.js';
import { type Fate, recordTruth, type Truth } from './truth.js';

/** What could not be taken back, because a deployment held the app, is taken back then. */
const MENDED_AFTER_MS = 60_000;
/** World time to real time. */
const SPEED = 12;
/** Reconnecting goes by the wall; this much faster, so that a gap is not longer than a history. */
const WALL_SPEED = 2;
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
  env: Record<string, string>;
  close(): Promise<void>;
}

/** @param runs seeds, each for its share of the installations */
export async function fullSoak(runs: readonly number[], installations: number, histories: number): Promise<Life[]> {
  const house = await alertHouse({ speed: SPEED, wallSpeed: WALL_SPEED });
  const places = await Promise.all(
    Array.from({ length: installations }, (_, index) =>
      furnish(house.clock, seedOf(runs[index % runs.length] ?? 0, index), `soak${index}`),
    ),
  );
  try {
    const given = places.map(({ name, url, env }) => ({ name, marathonUrl: url, appId: APP, env }));
    // A processor each for half of the workers.
    const half = Math.ceil(given.length / 2);
    await Promise.all([
      house.open('worker', given.slice(0, half)),
      ...(half < given.length ? [house.open('worker', given.slice(half))] : []),
    ]);
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
  const world = await buildWorld({ clock, marathon: generation, bootMs: 2_000 });
  const { cluster, marathon, jenkins, servers } = world;
  const app: AppShape = { ...inventApp(die, generation), unreachable: 'default' };
  const stage: Stage = {
    clock,
    cluster,
    marathon,
    definition: checkedOften(definitionOf({ app, generation })),
    agentLostAfterMs: 15_000,
    hang: (on) => {
      if (jenkins.current?.phase === 'up') jenkins.hang(on);
    },
    failStarts: (times, afterMs) => jenkins.failStarts({ status: 1, afterMs, says: 'SEVERE: it ends' }, times),
    mendStarts: () => jenkins.mendStarts(),
  };
  const truth = recordTruth(cluster, marathon);
  marathon.changes.create(stage.definition);
  await until(() => isWell(stage));
  return {
    name,
    seed,
    die,
    stage,
    truth,
    url: servers.marathon.url,
    env: { MESOS_URL: servers.mesos.url, JENKINS_URL: servers.jenkins.url },
    close: world.close,
  };
}

/** What takes minutes in a real cluster would take most of the soak. */
const checkedOften = (definition: JsonObject): JsonObject => ({
  ...definition,
  healthChecks: ((definition['healthChecks'] ?? []) as JsonObject[]).map((check) => ({
    ...check,
    gracePeriodSeconds: 20,
    intervalSeconds: 4,
    timeoutSeconds: 2,
  })),
});

/** What can happen, and how long it lasts; each is over before the next. */
const HAPPENS: readonly Act[] = [
  { at: 0, do: 'signal' },
  { at: 0, do: 'oom' },
  { at: 0, do: 'exit 0' },
  { at: 0, do: 'exit 1' },
  { at: 0, do: 'exit 127' },
  { at: 0, do: 'kill by hand' },
  { at: 0, do: 'hang', forMs: 5_000 },
  { at: 0, do: 'crash loop', times: 2, afterMs: 10_000 },
  { at: 0, do: 'redeploy' },
  { at: 0, do: 'redeploy by us' },
  { at: 0, do: 'restart' },
  { at: 0, do: 'roll back' },
  { at: 0, do: 'suspend', forMs: 15_000 },
  { at: 0, do: 'power cut', forMs: 25_000 },
  { at: 0, do: 'partition', forMs: 22_000 },
  { at: 0, do: 'partition', forMs: 8_000 },
  { at: 0, do: 'package gone', forMs: 10_000 },
  { at: 0, do: 'no offers', forMs: 15_000 },
  { at: 0, do: 'no leader', forMs: 4_000 },
];

async function live(place: Place, house: AlertHouse, histories: number): Promise<Life> {
  const { name, seed, stage, truth, die } = place;
  const life: Life = { name, seed, faults: [], histories, due: 0, rang: 0 };
  for (let number = 0; number < histories; number += 1) {
    const from = truth.fates.length;
    const before = (await ringsOf(house, name)).rings;
    const acts = [die.pick(HAPPENS)];
    // A leader lost, and the controller dies meanwhile: nobody hears of it.
    if (acts[0]?.do === 'no leader' && die.chance(0.7)) acts.push({ at: 1_000, do: 'signal' });
    await happen(stage, truth, acts);
    await decided(house, name);
    const rung = await ringsOf(house, name);
    const { faults, due, rang } = judged(truth.fates.slice(from), since(before, rung.rings));
    life.due += due;
    life.rang += rang;
    if (faults.length > 0)
      life.faults.push(
        `${name} (seed ${seed}, Marathon ${stage.marathon.generation}), history ${number}, ${JSON.stringify(acts)}: ${faults.join('; ')}; ${rung.identities.join(', ')}`,
      );
  }
  life.faults.push(...(await toldInSlack(house, name)));
  return life;
}

/** What a stream has said is in the queue by then. */
const HEARD_WITHIN_MS = 300;
const DECIDED_WITHIN_MS = 60_000;

/** All that was heard has been decided, and nothing waits to be confirmed. */
async function decided({ redis, clock }: AlertHouse, name: string): Promise<void> {
  const keys = keysOf(name);
  await new Promise((resolve) => setTimeout(resolve, HEARD_WITHIN_MS));
  const queues = openQueues(redis, keys);
  try {
    const confirmed = async () => {
      // Behind everything that waits now.
      const id = `look-of-the-soak-${randomUUID()}`;
      await alertQueue(queues, clock).decide({ v: 1, kind: 'look', why: 'the soak asks' }, id);
      const isDone = async () => (await redis.hget(`${keys.prefix}:events:${id}`, 'finishedOn')) !== null;
      await eventually(`${name} looked`, isDone, DECIDED_WITHIN_MS);
      const kept = JSON.parse((await redis.get(keys.seen(`rule:${RESTARTED}`))) ?? '{}') as {
        memory?: { unconfirmed?: object };
      };
      return Object.keys(kept.memory?.unconfirmed ?? {}).length === 0;
    };
    await eventually(`${name} confirmed`, confirmed, DECIDED_WITHIN_MS);
  } finally {
    await queues.close();
  }
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
      if (stage.clock.now() - mendedAt > MENDED_AFTER_MS) {
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
  identities: string[];
}

async function ringsOf({ redis }: AlertHouse, name: string): Promise<Rung> {
  const rows = await redis.hgetall(keysOf(name).ledger);
  const rung: Rung = { rings: new Map(), incidents: new Set(), identities: [] };
  for (const [identity, text] of Object.entries(rows)) {
    const [, taskId, kind] = identity.split('|');
    const { incident } = JSON.parse(text) as { incident: string | null };
    if (incident === null || taskId === undefined || kind === undefined || !/^(?:ended|lost-\d+)$/.test(kind)) continue;
    rung.rings.set(taskId, (rung.rings.get(taskId) ?? 0) + 1);
    rung.incidents.add(incident);
    rung.identities.push(identity);
  }
  return rung;
}

/** A task that was lost and came back has rung before. */
const since = (before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): Map<string, number> =>
  new Map([...now].map(([taskId, count]) => [taskId, count - (before.get(taskId) ?? 0)]));

/** As `judge.ts`, for one thing at a time: ends that may have been hidden together ring at least once. */
function judged(
  fates: readonly Fate[],
  rings: ReadonlyMap<string, number>,
): { faults: string[]; due: number; rang: number } {
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

const OVER_WITHIN_MS = 30_000;

/** Each incident is one message, and is over in the end. */
async function toldInSlack(house: AlertHouse, name: string): Promise<string[]> {
  const { incidents } = await ringsOf(house, name);
  const store = incidentStore(house.redis, keysOf(name));
  const open = async () => (await store.recent(100)).filter((one) => incidents.has(one.id) && stateOf(one) === 'open');
  await eventually('all is over', async () => (await open()).length === 0, OVER_WITHIN_MS).catch(() => undefined);
  const roots = () => house.roots(name).filter(({ text }) => /Jenkins controller/.test(text ?? '')).length;
  await until(() => roots() === incidents.size, OVER_WITHIN_MS).catch(() => undefined);
  const faults = (await open()).map(({ id }) => `${name}: ${id} is still open`);
  return roots() === incidents.size ? faults : [...faults, `${name}: ${incidents.size} incidents, ${roots()} messages`];
}
