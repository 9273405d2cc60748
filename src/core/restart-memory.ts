// What the rule `controller-restarted` keeps between two looks, and how it rings: shared by the decision table and by
// what is read out of snapshots.
import { type Cause, endWords, type RestartFacts, restartFacts } from './restart.js';
import type { Detected, Signal } from './signal.js';
import { DAY } from './time.js';
import type { Life, SeenApp, Watch } from './watch.js';

export const RESTARTED = 'controller-restarted';

/** A verdict that a hidden deployment may overturn; a snapshot taken later decides. */
export interface Unconfirmed {
  raise: Raise;
  dueAt: number;
  /** The app before it, to see whether somebody changed it. */
  app: SeenApp | null;
}

export interface RestartMemory {
  unconfirmed: Record<string, Unconfirmed>;
  /** When the first look was taken, our clock: what happened before is not counted. */
  since: number | null;
  /** Our times of the ends of the last day. */
  ends: number[];
  /** Ends found by looking, whose cause Marathon did not keep; an event that comes late may tell it. */
  guessed: string[];
  /** The task that runs and since when we see it, for apps without health checks. */
  up: { taskId: string; since: number } | null;
  /** Said to whoever runs Bellboard, when it is new. */
  logOnce?: string;
}

export type Raise = Extract<Signal, { kind: 'raise' }>;

export const NOTHING_KEPT: RestartMemory = { unconfirmed: {}, since: null, ends: [], guessed: [], up: null };

const ENDS_KEPT = 1_000;
export const forgetting = (memory: RestartMemory, now: number): RestartMemory => ({
  ...memory,
  since: memory.since ?? now,
  ends: memory.ends.filter((at) => now - at < DAY).slice(-ENDS_KEPT),
});

export function raise(
  watch: Watch,
  life: Life,
  cause: Cause,
  memory: RestartMemory,
  more: { at: number; identity: string; planId?: string; lives?: number; said?: string },
): Raise {
  const facts: RestartFacts = restartFacts(watch, life, cause, {
    ...more,
    today: memory.ends.length + 1,
    since: memory.since,
  });
  return {
    kind: 'raise',
    fingerprint: RESTARTED,
    identity: more.identity,
    at: more.at,
    facts,
    line: `${endWords(facts)}${more.said ?? ''}`,
  };
}

const GUESSED_KEPT = 10;

export function rung(memory: RestartMemory, signal: Raise, now: number): Detected<RestartMemory> {
  const { kind, taskId } = signal.facts;
  const guessed = kind === 'replaced' ? [...memory.guessed, String(taskId)].slice(-GUESSED_KEPT) : memory.guessed;
  return { memory: { ...memory, ends: [...memory.ends, now], guessed, up: null }, signals: [signal] };
}
