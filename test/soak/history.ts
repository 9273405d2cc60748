// What a history is, and how one is made up from a number: plain data, so that it can be printed, cut down and told again.
// `stage.ts` lets it happen to the simulated world, `ears.ts` lets the core see it, `judge.ts` compares.
import type { JsonObject } from '../../src/core/cluster.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { seededRandom } from '../../src/playground/world/cluster-parts.js';
import type { MarathonGeneration } from '../../src/playground/world/types.js';

/** Something happens `at` ms after the controller first ran. What lasts is over `forMs` later. */
export type Act = { at: number } & ( // To the controller.
  | { do: 'signal' | 'oom' | 'exit 0' | 'exit 1' | 'exit 127' | 'kill by hand' }
  | { do: 'hang'; forMs: number }
  | { do: 'crash loop'; times: number; afterMs: number }
  // To its app.
  | { do: 'redeploy' | 'redeploy by us' | 'restart' | 'roll back' }
  | { do: 'suspend'; forMs: number }
  | { do: 'delete'; forMs: number }
  | { do: 'bad deploy'; forMs: number; force: boolean }
  // To the cluster.
  | { do: 'power cut' | 'partition'; forMs: number }
  | { do: 'package gone' | 'no offers'; forMs: number }
  | { do: 'no leader'; forMs: number }
  // To those who listen. Deaf: no connection. Drops: the connection stands, and what is said is lost on the way. Away:
  // nobody listens or looks. Second: another bot listens too.
  | { do: 'deaf' | 'drops' | 'away' | 'second'; forMs: number }
);

export interface AppShape {
  /** Undefined: no health checks. */
  protocol: 'HTTP' | 'MESOS_HTTP' | undefined;
  strategy: [minimumHealth: number, maximumOver: number];
  unreachable: 'disabled' | 'default' | 'late';
  /** From SIGTERM to the end of the process, and its status. */
  stopMs: number;
  stopStatus: 0 | 143;
  bootMs: number;
}

export interface History {
  seed: number;
  generation: MarathonGeneration;
  app: AppShape;
  acts: Act[];
  /** How the queue that decides dawdles: each job waits up to so long, at random. */
  lagMs: number;
  /** Now and then the two answers of one look are so far apart. */
  tornMs: number;
  /** Our clock against Marathon's. */
  skewMs: number;
  /** Copies of an event are told apart by nobody but the ledger. */
  copies: boolean;
  /** The controller is down when the first look is taken. */
  beginsDown: boolean;
  /** Nothing is mended in the end: the controller stays down. */
  endsDown: boolean;
}

export const GENERATIONS: readonly MarathonGeneration[] = ['0.8', '0.11', '1.3', '1.5', '1.11'];

export interface Dice {
  (): number;
  below(count: number): number;
  between(low: number, high: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
}

export function dice(seed: number): Dice {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  return Object.assign(random, {
    below,
    between: (low: number, high: number) => low + below(high - low + 1),
    chance: (share: number) => random() < share,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
  });
}

/** Seeds of one run differ in every bit, whatever they are numbered. */
export const seedOf = (run: number, index: number): number =>
  Math.imul(Math.imul(run ^ 0x9e37_79b9, 0x85eb_ca6b) ^ (index + 1), 0xc2b2_ae35) >>> 0;

/** Acts of one history happen within so long. */
export const ACTS_WITHIN_MS = 5 * MINUTE;
/** They are mended after so long. */
export const MENDED_AT_MS = 6 * MINUTE;
/** Then everything has to be over within so long … */
export const QUIET_MS = 16 * MINUTE;
/** … and where it is after these, a few more looks must find nothing. */
export const RARE_FROM_MS = 4 * MINUTE;
export const REST_MS = 6 * MINUTE;

export function inventHistory(seed: number): History {
  const die = dice(seed);
  const generation = die.pick(GENERATIONS);
  const acts = Array.from({ length: die.between(2, 6) }, () => inventAct(die));
  // Things go wrong together more often than chance has it.
  if (die.chance(0.5)) crowd(acts, die);
  return {
    seed,
    generation,
    app: inventApp(die, generation),
    acts: apart(acts.sort((a, b) => a.at - b.at)),
    lagMs: die.pick([20, 20, 200, 2_000, 6_000]),
    tornMs: die.pick([0, 0, 100, 1_500]),
    skewMs: die.pick([0, 0, -3, 7]) * MINUTE + die.between(-500, 500),
    copies: die.chance(0.3),
    beginsDown: die.chance(0.04),
    endsDown: die.chance(0.06),
  };
}

/** Two versions of one millisecond are told apart by Marathon, but no longer by their times. */
const apart = (acts: Act[]): Act[] => acts.map((act, index) => ({ ...act, at: act.at + index * 3 }));

export function inventApp(die: Dice, generation: MarathonGeneration): AppShape {
  const modern = generation === '1.5' || generation === '1.11';
  return {
    protocol: die.pick(modern ? ['HTTP', 'HTTP', 'MESOS_HTTP', undefined] : ['HTTP', 'HTTP', undefined]),
    strategy: die.pick([
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 0],
    ]),
    unreachable: modern ? die.pick(['disabled', 'default', 'default', 'late']) : 'default',
    stopMs: die.pick([400, 400, 2_500, 20_000]),
    // 0.8 waits for ever for an old task that exited with 0 (contract marathon §4): those deploys end by hand only.
    stopStatus: generation === '0.8' ? 143 : die.pick([143, 143, 0]),
    bootMs: die.pick([2, 10, 25]) * SECOND,
  };
}

/** By how often they are drawn. */
const HAPPENS: readonly (readonly [number, Act['do']])[] = [
  [3, 'signal'],
  [3, 'oom'],
  [3, 'exit 0'],
  [3, 'exit 1'],
  [1, 'exit 127'],
  [3, 'kill by hand'],
  [3, 'hang'],
  [3, 'crash loop'],
  [4, 'redeploy'],
  [3, 'redeploy by us'],
  [3, 'restart'],
  [2, 'roll back'],
  [3, 'suspend'],
  [1, 'delete'],
  [2, 'bad deploy'],
  [3, 'power cut'],
  [4, 'partition'],
  [2, 'package gone'],
  [2, 'no offers'],
  [5, 'no leader'],
  [6, 'deaf'],
  [4, 'drops'],
  [3, 'away'],
  [3, 'second'],
];
const LOTS = HAPPENS.flatMap(([times, what]) => Array.from({ length: times }, () => what));

function inventAct(die: Dice): Act {
  const what = die.pick(LOTS);
  const at = die.between(0, ACTS_WITHIN_MS);
  switch (what) {
    case 'crash loop':
      return { at, do: what, times: die.between(2, 6), afterMs: die.pick([300, 5_000, 20_000]) };
    case 'bad deploy':
      return { at, do: what, forMs: die.pick([20, 90, 400]) * SECOND, force: die.chance(0.3) };
    case 'hang':
    case 'suspend':
    case 'delete':
      return { at, do: what, forMs: die.pick([5, 20, 60, 200]) * SECOND };
    case 'power cut':
    case 'partition':
      return { at, do: what, forMs: die.pick([20, 70, 80, 95, 150, 300, 1_200]) * SECOND };
    case 'package gone':
    case 'no offers':
      return { at, do: what, forMs: die.pick([10, 60, 240]) * SECOND };
    case 'no leader':
      return { at, do: what, forMs: die.pick([2, 8, 20, 60]) * SECOND };
    case 'deaf':
    case 'drops':
    case 'away':
    case 'second':
      return { at, do: what, forMs: die.pick([1, 5, 15, 40, 120]) * SECOND };
    default:
      return { at, do: what };
  }
}

/** Moves some acts close to another one. */
function crowd(acts: Act[], die: Dice): void {
  const around = die.pick(acts).at;
  for (const act of acts) if (die.chance(0.6)) act.at = Math.max(0, around + die.between(-20, 20) * SECOND);
}

export const APP = '/jenkins';
export const PACKAGE = 'http://repo.example.org/jenkins/jenkins-master.tgz';

export function definitionOf({ app, generation }: Pick<History, 'app' | 'generation'>): JsonObject {
  const check = { path: '/login', protocol: app.protocol ?? '', portIndex: 0, gracePeriodSeconds: 60 };
  const times = { intervalSeconds: 10, timeoutSeconds: 5, maxConsecutiveFailures: 3 };
  const late = { inactiveAfterSeconds: 60, expungeAfterSeconds: 120 };
  const unreachable = app.unreachable === 'late' ? late : app.unreachable;
  const modern = generation === '1.5' || generation === '1.11';
  return {
    id: APP,
    cmd: 'exec java -jar jenkins.war --httpPort=$PORT0',
    instances: 1,
    cpus: 1,
    mem: 1_024,
    uris: [PACKAGE],
    ports: [0],
    healthChecks: app.protocol === undefined ? [] : [{ ...check, ...times }],
    upgradeStrategy: { minimumHealthCapacity: app.strategy[0], maximumOverCapacity: app.strategy[1] },
    ...(modern && unreachable !== 'default' ? { unreachableStrategy: unreachable } : {}),
    ...(modern ? { taskKillGracePeriodSeconds: 30 } : {}),
  };
}
