// What the decision table of `alerts/controller-restarted.ts` is asked about one end of the controller: the contract's T,
// S, P, B, K and R (marathon §9), read out of what was known before the event.
import type { MarathonEvent } from './marathon-event.js';
import { endOf, lossOf } from './restart.js';
import { MINUTE, SECOND } from './time.js';
import {
  type ControllerSighting,
  isLive,
  type Life,
  LOST_STATES,
  type Plan,
  planFor,
  type SeenApp,
  type Watch,
  wasBefore,
} from './watch.js';

export type TaskEvent = Extract<MarathonEvent, { kind: 'task' }>;

export /** What the table is asked about one end. */
interface Case {
  /** The life as it was before this event. */
  life: Life;
  status: string;
  at: number;
  known: boolean;
  plan: Plan | undefined;
  /** T in B, K, R. */
  before: boolean;
  sick: boolean;
  ran: boolean;
  /** The other task of a partition that healed. */
  other: Life | undefined;
}

export const ageOf = ({ life, at }: Case): number => at - (life.stagedAt ?? life.firstSeenAt);

/** `task_launch_timeout` of Marathon (contract marathon §4). */
export const LAUNCH_TIMEOUT_MS = 5 * MINUTE;

export function caseOf({ before, after, settled }: ControllerSighting, event: TaskEvent): Case {
  const { taskId, status, at } = event;
  const life = before.lives[taskId] ?? {
    taskId,
    firstSeenAt: at,
    ...(event.version === undefined ? {} : { version: event.version }),
  };
  const plan = planFor(before, life, status, at);
  return {
    life,
    status,
    at,
    // The loss of one that a look found gone is that end, heard late.
    known: settled(identityOf(after, event)) || (LOST_STATES.has(status) && life.ended !== undefined),
    plan,
    before: plan !== undefined && wasBefore(plan, life),
    sick: life.killReason !== undefined || wasProbablySick(life, before.app, at),
    ran: life.ranAt !== undefined,
    other: otherOfPartition(before, life, plan),
  };
}

/** By what the ledger knows this end, or this loss. */
export function identityOf(watch: Watch, { taskId, status }: TaskEvent): string {
  const lost = watch.lives[taskId]?.lost;
  return LOST_STATES.has(status) && lost !== undefined
    ? lossOf(watch.appId, taskId, lost.times)
    : endOf(watch.appId, taskId);
}

/** K where no event can tell of the kill: it was failing its checks until a moment ago. */
function wasProbablySick({ alive, failedCheckAt }: Life, app: SeenApp | undefined, at: number): boolean {
  if (app?.tellsKills === true || alive !== false || failedCheckAt === undefined) return false;
  return at - failedCheckAt <= (app?.checkMs ?? MINUTE) + 30 * SECOND;
}

/**
 * Of original and replacement, once the original is back, one has to go. A deployment may have started the replacement
 * before the original was lost, and be over when it is back.
 */
function otherOfPartition(watch: Watch, life: Life, plan: Plan | undefined): Life | undefined {
  const isPair = (one: Life, two: Life) =>
    one.lost?.returned === true && (plan === undefined || two.firstSeenAt > one.lost.at);
  return Object.values(watch.lives).find(
    (other) => other.taskId !== life.taskId && isLive(other) && (isPair(other, life) || isPair(life, other)),
  );
}
