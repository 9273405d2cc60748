// The lock on the app: while it stands, what writes the app or Jenkins' configuration is for its owner alone. Kept until
// it ends by itself, is opened, or is taken over; `journeys/permission.ts` asks for it before anything is done.
import { shorten } from './text.js';
import { HOUR, MINUTE } from './time.js';
import { duration, localTime } from './words.js';

export interface AppLock {
  v: 1;
  /** Of the delivery that set it, or set it anew. */
  id: string;
  userId: string;
  reason: string | null;
  /** Since when, and when it ends: ms since the epoch. */
  at: number;
  until: number;
}

export interface LockStore {
  /** Undefined also when it has ended by now. */
  standing(): Promise<AppLock | undefined>;
  /**
   * Sets the lock, unless one of somebody else's stands. Twice with one id equals once.
   * @param replaces id of the one that may stand there all the same, whose ever it is
   * @returns the lock that stands now
   */
  take(lock: AppLock, replaces?: string): Promise<AppLock>;
  /** Ends the lock of this id; nothing when another stands by now. */
  open(id: string): Promise<void>;
}

/** What `lock`, `unlock`, `status` and the journeys do with the lock. */
export interface LockDesk extends LockStore {
  /** Tells the owner, by direct message, that somebody else ended their lock. Twice is one message. */
  tellOver(lock: AppLock, by: EndedBy): Promise<void>;
}

export interface EndedBy {
  /** Of the delivery that did it. */
  id: string;
  userId: string;
  channelId: string;
  how: 'taken over' | 'opened';
}

export const LOCKED_FOR_MS = 2 * HOUR;
export const SHORTEST_LOCK_MS = 10 * MINUTE;
export const LONGEST_LOCK_MS = 24 * HOUR;
/** The same in the words of a rule. */
export const LOCK_RANGE = '10m to 24h';

/** Characters. */
export const LONGEST_REASON = 200;

/** How long before its end the owner is reminded. */
export const REMINDED_MS = 10 * MINUTE;
/** Whoever has just locked needs no reminder. */
const TOO_SOON_MS = 5 * MINUTE;

/** When the owner is reminded, in ms from `now`; undefined: the lock is too short for it. */
export function remindedIn({ until }: AppLock, now: number): number | undefined {
  const afterMs = until - REMINDED_MS - now;
  return afterMs < TOO_SOON_MS ? undefined : afterMs;
}

/** Whose lock, for how long and why: what follows "the app is", for `prose`, without the full stop. @param zone IANA name */
export function holderWords({ userId, until, reason }: AppLock, zone: string, now: number): string {
  const why = reason === null ? '' : `: \`${shorten(reason, LONGEST_REASON)}\``;
  return `locked by <@${userId}> for another ${duration(until - now)} (until ${localTime(until, zone)} ${zone})${why}`;
}
