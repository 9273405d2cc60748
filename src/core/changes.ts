// The queue of changes as commands see it: who is at work, who waits, and how to ask one to stop; and a place in it, in
// words.
import type { AuditEntry } from './audit.js';
import { code, join, md, mention, type Rich } from './text.js';
import { SECOND } from './time.js';
import { duration } from './words.js';

export interface ChangeInfo {
  jobId: string;
  userId: string;
  /** As typed. */
  text: string;
  /** Step of the running change (design: posted … done); `waiting` before it starts. */
  step: string;
  /** ms since the epoch. */
  since: number;
}

const APP_WRITERS: ReadonlySet<string> = new Set(['deploy', 'restart', 'rollback', 'suspend', 'resume']);

/** Whether a change, by what was typed, writes the controller's app. */
export const writesApp = ({ text }: Pick<ChangeInfo, 'text'>): boolean =>
  APP_WRITERS.has(/^\w+/.exec(text)?.[0].toLowerCase() ?? '') && !/ --jenkins\b/i.test(text);

/** A deploy writes who and which change into the app; of the others the app's version tells (design §4.1). */
export const leavesLabel = ({ text }: Pick<ChangeInfo, 'text'>): boolean => /^deploy\b/i.test(text);

/** It told Jenkins to quiet down, or found it so, and waits for its builds. */
export const holdsQuiet = ({ step }: Pick<ChangeInfo, 'step'>): boolean => step === 'quieting';

/** It writes the app, and Marathon has taken that: the version the app has now is its, and so is the deployment. */
export const hasWrittenApp = (change: Pick<ChangeInfo, 'text' | 'step'>): boolean =>
  writesApp(change) && (change.step === 'applied' || change.step === 'following');

export interface ChangeQueue {
  running(): Promise<ChangeInfo | undefined>;
  /** In the order they will run. */
  waiting(): Promise<ChangeInfo[]>;
  /**
   * `dropped`: it had not begun and never will. `asked`: it runs and will stop at its next look.
   * `unknown`: no such change. Twice equals once.
   */
  stop(jobId: string, by: string): Promise<'dropped' | 'asked' | 'unknown'>;
}

/** Fewer than this say nothing about the next. */
const FEWEST = 3;

/** How long a command usually takes: the median of its successes, ms; undefined when there are too few. */
export function usualMs(entries: readonly AuditEntry[], command: string): number | undefined {
  const times = entries
    .filter((entry) => entry.command === command && entry.outcome === 'succeeded')
    .map((entry) => entry.durationMs)
    .sort((a, b) => a - b);
  if (times.length < FEWEST) return undefined;
  const half = Math.floor(times.length / 2);
  const [low = 0, high = 0] = [times[half - 1], times[half]];
  return times.length % 2 === 1 ? high : (low + high) / 2;
}

export type Ahead = Pick<ChangeInfo, 'text' | 'userId'> & { usualMs?: number | undefined };

const MOST_NAMED = 3;

/** `number 2 in the queue, behind deploy of @ana (usually 2 min), scale executors 4 of @lee`. */
export function turnWords(ahead: readonly Ahead[]): Rich {
  if (ahead.length === 0) return md`starting`;
  const named = ahead.slice(0, MOST_NAMED).map(({ text, userId, usualMs: ms }) => {
    const usual = ms === undefined ? '' : md` (usually ${duration(Math.max(SECOND, ms))})`;
    return md`${code(text)} of ${mention(userId)}${usual}`;
  });
  const more = ahead.length > MOST_NAMED ? md` and ${ahead.length - MOST_NAMED} more` : '';
  return md`number ${ahead.length} in the queue, behind ${join(named)}${more}`;
}
