// What an alert tells of one end of the controller: made by `alerts/controller-restarted.ts` from an event or a snapshot,
// kept as the incident's facts.
import type { JsonObject, TaskFailure } from './cluster.js';
import { graceOf } from './coming-up.js';
import { causeWords } from './controller.js';
import { causeOf, type FailureCause } from './failure-cause.js';
import type { Life, Watch } from './watch.js';

/** `out-of-memory`, `health-check` …, and what only the alerts know: how it ended outside of what a task's message tells. */
export type RestartKind = FailureCause['kind'] | 'killed-outside' | 'launch-timeout' | 'replaced';

export interface RestartFacts extends JsonObject {
  appId: string;
  taskId: string;
  kind: RestartKind;
  /** Continues "Jenkins controller restarted: …". */
  words: string;
  certain: boolean;
  /** What Mesos or Marathon wrote, to be shown as code. */
  quote: string | null;
  host: string | null;
  mesosAgentId: string | null;
  version: string | null;
  /** How long it had run; null when nobody saw it start. */
  ranMs: number | null;
  /** It never ran: a launch that failed. */
  launch: boolean;
  /** The deployment it happened in, for an agent lost during one. */
  planId: string | null;
  /** Ends in the last 24 h, this one included, as far back as we watch. */
  today: number;
  /** Since when we watch, our clock. */
  since: number | null;
  /** How long the app's checks wait for a controller that starts. */
  graceMs: number;
  /** Lives that ended unseen together with this one, when more than one is known to have. */
  lives: number;
}

export type Cause = Pick<FailureCause, 'words' | 'certain' | 'quote'> & { kind: RestartKind };

/** One life, one end: what the ledger knows it by (contract marathon §10). Every installation watches one Marathon. */
export const endOf = (appId: string, taskId: string): string => `${appId}|${taskId}|ended`;
/** A lost task may come back and be lost again. */
export const lossOf = (appId: string, taskId: string, times: number): string => `${appId}|${taskId}|lost-${times}`;

export function restartFacts(
  watch: Watch,
  life: Life,
  cause: Cause,
  more: { at: number; today: number; since: number | null; planId?: string; lives?: number },
): RestartFacts {
  return {
    appId: watch.appId,
    taskId: life.taskId,
    kind: cause.kind,
    words: cause.words,
    certain: cause.certain,
    quote: cause.quote ?? null,
    host: life.host ?? null,
    mesosAgentId: life.mesosAgentId ?? null,
    version: life.version ?? null,
    ranMs: life.ranAt === undefined ? null : Math.max(0, more.at - life.ranAt),
    launch: life.ranAt === undefined,
    planId: more.planId ?? null,
    today: more.today,
    since: more.since,
    graceMs: graceOf(watch.app),
    lives: more.lives ?? 1,
  };
}

/** `lastTaskFailure` keeps the cause of an end nobody heard. */
export const causeOfFailure = (failure: TaskFailure): Cause => causeOf(failure);

export const KILLED_OUTSIDE: Cause = {
  kind: 'killed-outside',
  words: 'killed outside a deployment, by hand or because its agent is being drained',
  certain: true,
};

export const LAUNCH_TIMEOUT: Cause = {
  kind: 'launch-timeout',
  words: 'Marathon gave up its launch after 5 min without a start',
  certain: true,
};

export const REPLACED: Cause = {
  kind: 'replaced',
  words: 'cause not recorded: it exited with status 0, was killed by hand, or its agent was drained or lost',
  certain: false,
};

export const healthKill = (reason: string | undefined): Cause => ({
  kind: 'health-check',
  words: reason === undefined ? 'probably killed by its health check' : 'killed by its health check',
  certain: reason !== undefined,
  ...(reason === undefined ? {} : { quote: reason }),
});

/** Our sentence for the timeline. */
export function endWords(facts: RestartFacts): string {
  const lost = facts.kind === 'agent-lost' ? 'the controller was lost' : 'the controller ended';
  const what = facts.launch ? 'a launch failed' : lost;
  const where = facts.host === null ? '' : ` on ${facts.host}`;
  return `${what}${where}: ${causeWords(facts)}`;
}
