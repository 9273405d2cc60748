// What is known of the controller's app from events and snapshots: the inputs P, B, K and R of the decision table
// (contract marathon §9). Pure bookkeeping, folded by `watch-events.ts` and `watch-snapshot.ts`; what it means is said by
// the rules, `alerts/controller-restarted.ts` first.
import type { AppSnapshot } from './cluster.js';
import { incarnationOf, instanceOf, type MarathonEvent } from './marathon-event.js';
import { MINUTE, SECOND } from './time.js';

/** One life of the controller. A task id names one life only, in every version. Times are Marathon's. */
export interface Life {
  taskId: string;
  firstSeenAt: number;
  stagedAt?: number;
  /** R: it was TASK_RUNNING, and since when. */
  ranAt?: number;
  /** Its first successful check in this life, as events tell. */
  aliveAt?: number;
  version?: string;
  host?: string;
  mesosAgentId?: string;
  /** K: Marathon said it would kill it, and why. */
  killReason?: string;
  alive?: boolean;
  failedCheckAt?: number;
  /** Its agent was lost, for the `times`-th time; `returned` when it ran again after. */
  lost?: {
    times: number;
    at: number;
    returned: boolean;
    /** A look saw it first: its event, which may be decided after its return, is no other loss. */
    byLook?: true;
  };
  ended?: { at: number; status: string };
}

/** P: a deployment that touches the app. */
export interface Plan {
  id: string;
  version: string;
  /** What it does to the app, over all its steps. */
  actions: string[];
  firstSeenAt: number;
  /** B: lives there were before it. */
  before: string[];
  /** Its current step names the app. */
  touches: boolean;
  /** Since when that is over. */
  overAt?: number;
  /** Lives it started that did not stay. */
  failures: number;
  /** Why the last of them did not, our words. */
  lastFailure?: string;
  /** What people who follow the deploy want to know of the controller it stopped, our words. */
  notes: string[];
}

/** The app as last seen in a snapshot. */
export interface SeenApp {
  version: string;
  instances: number;
  lastConfigChangeAt?: number;
  lastScalingAt?: number;
  failedTaskId?: string;
  failedAt?: number;
  /** Our change that made this version: by its label, or it was under way when the version was seen. */
  job?: string;
  marathonVersion: string;
  hasHealthChecks: boolean;
  healthGraceMs?: number;
  /** Longest between two checks with the time one may take. */
  checkMs: number;
  /** Marathon tells when it kills for health: from 1.1, for the checks it runs itself. */
  tellsKills: boolean;
}

export interface Watch {
  v: 1;
  appId: string;
  /** Task id of the controller now, as far as known. */
  current?: string;
  lives: Record<string, Life>;
  plans: Record<string, Plan>;
  /** Undefined until the first snapshot, and while the app does not exist. */
  app?: SeenApp;
  /** A first snapshot has been taken. */
  baseline: boolean;
  /** The newest of Marathon's times seen. */
  at: number;
}

/** One thing seen, with what was known before and after it. */
export interface ControllerSighting {
  what: { kind: 'event'; event: MarathonEvent } | { kind: 'snapshot'; snapshot: AppSnapshot };
  before: Watch;
  after: Watch;
  /** The ledger knows this end, or this loss, already. */
  settled(identity: string): boolean;
}

export const newWatch = (appId: string): Watch => ({ v: 1, appId, lives: {}, plans: {}, baseline: false, at: 0 });

export const LOST_STATES: ReadonlySet<string> = new Set([
  'TASK_UNREACHABLE',
  'TASK_LOST',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
  'TASK_DROPPED',
]);
export const ENDED_STATES: ReadonlySet<string> = new Set(['TASK_FAILED', 'TASK_FINISHED', 'TASK_KILLED', 'TASK_ERROR']);
export const isOver = (status: string): boolean => ENDED_STATES.has(status) || LOST_STATES.has(status);

/** A deliberate kill may be told so long after its plan (contract marathon §9, P). */
const LINGERS_MS = 30 * SECOND;

/** The plan a life's status of this kind at this time belongs to. */
export function planFor(watch: Watch, life: Life, status: string, at: number): Plan | undefined {
  return Object.values(watch.plans).find((plan) =>
    plan.touches ? !isLater(plan, at) : lingers(plan, life, status, at),
  );
}

/** What it stopped may be told late; what it started is on its own once it is over. */
function lingers(plan: Plan, life: Life, status: string, at: number): boolean {
  if (plan.overAt === undefined || at - plan.overAt > LINGERS_MS) return false;
  return (status === 'TASK_KILLED' || status === 'TASK_FINISHED') && wasBefore(plan, life);
}

/** It began after that: a look may tell of a plan before the events that wait tell what came before it. */
const isLater = ({ version }: Plan, at: number): boolean => Date.parse(version) > at;

/** B: it was there when the plan began. */
export function wasBefore(plan: Plan, life: Life): boolean {
  if (plan.before.includes(life.taskId)) return true;
  const begun = Date.parse(plan.version);
  if (life.stagedAt !== undefined) return life.stagedAt < begun;
  // Never heard of before its end: a restart gives all its tasks the plan's own version.
  return (
    life.ranAt === undefined &&
    plan.actions.includes('RestartApplication') &&
    life.version !== undefined &&
    Date.parse(life.version) < begun
  );
}

/** Runs now, as far as known. */
export const isLive = (life: Life): boolean =>
  life.ranAt !== undefined && life.ended === undefined && (life.lost === undefined || life.lost.returned);

/** The life a task id, or in health events an instance id, speaks of. */
export function lifeOf(watch: Watch, id: string): Life | undefined {
  const exact = watch.lives[id];
  if (exact !== undefined) return exact;
  const instance = instanceOf(id);
  return Object.values(watch.lives)
    .filter((life) => instanceOf(life.taskId) === instance)
    .sort((a, b) => incarnationOf(a.taskId) - incarnationOf(b.taskId))
    .at(-1);
}

export const newLife = (taskId: string, at: number): Life => ({ taskId, firstSeenAt: at });

export function lostAgain({ lost }: Life, at: number): NonNullable<Life['lost']> {
  if (lost !== undefined && !lost.returned) return lost;
  return { times: (lost?.times ?? 0) + 1, at, returned: false };
}

export const newPlan = (watch: Watch, id: string, version: string, actions: string[], at: number): Plan => ({
  id,
  version,
  actions,
  firstSeenAt: at,
  before: Object.values(watch.lives)
    .filter((life) => life.ended === undefined)
    .map((life) => life.taskId),
  touches: false,
  failures: 0,
  notes: [],
});

/** @param touches its current step names the app */
export function withPlan(watch: Watch, plan: Plan, touches: boolean, at: number): Watch {
  const { overAt, ...rest } = plan;
  const over = touches ? {} : plan.touches ? { overAt: at } : overAt === undefined ? {} : { overAt };
  return { ...watch, plans: { ...watch.plans, [plan.id]: { ...rest, touches, ...over } } };
}

/** Lives that ended are needed until all echoes of their end are heard; a storm of restarts must not fill the memory. */
const LIVES_KEPT = 40;
const PLANS_KEPT = 20;
const PLAN_KEPT_MS = 10 * MINUTE;

/** Forgets what no echo can come of any more. */
export function tidy(watch: Watch): Watch {
  const lives = Object.values(watch.lives);
  const plans = Object.values(watch.plans);
  if (lives.length <= LIVES_KEPT && plans.length === 0) return watch;
  const ended = lives.filter((life) => life.ended !== undefined).sort((a, b) => a.firstSeenAt - b.firstSeenAt);
  const forgotten = new Set(ended.slice(0, Math.max(0, lives.length - LIVES_KEPT)).map((life) => life.taskId));
  const keptPlans = plans
    .filter((plan) => plan.overAt === undefined || watch.at - plan.overAt <= PLAN_KEPT_MS)
    .slice(-PLANS_KEPT);
  return {
    ...watch,
    lives: Object.fromEntries(Object.entries(watch.lives).filter(([id]) => !forgotten.has(id))),
    plans: Object.fromEntries(keptPlans.map((plan) => [plan.id, plan])),
  };
}
