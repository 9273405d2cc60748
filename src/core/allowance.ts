// How much one person may ask for in a minute; `accept` asks before it parses. In the memory of each bot, on purpose:
// before the ack there is one round trip to Redis, and that is the `queue.add` this keeps away. A counter sent along in
// the same pipeline would answer when the job is already queued. With several bots, among which Slack deals deliveries
// out, a person so has up to the sum of their allowances: still a bound, and Redis being down or slow does not lift it.
import { type Clock, MINUTE } from './time.js';

export type Permit =
  | { ok: true }
  /** `waitMs`: until the next is taken; `first`: of this stretch, so that a noise is answered once. */
  | { ok: false; waitMs: number; first: boolean };

export interface Allowance {
  /** The same delivery again takes nothing: Slack repeats what it does not know to have arrived. */
  take(person: string, delivery: string): Permit;
}

/** People whose last word is older than what is counted are forgotten whenever there are so many. */
const MANY_PEOPLE = 1_000;

interface Purse {
  /** When everything taken so far is paid back, ms since the epoch. */
  paidAt: number;
  /** The last deliveries that were let through. */
  taken: string[];
  refused: boolean;
}

/** @param perMinute that many at once, and from then on one whenever a minute's share has passed */
export function allowance(perMinute: number, clock: Pick<Clock, 'now'>): Allowance {
  const shareMs = MINUTE / perMinute;
  const purses = new Map<string, Purse>();
  return {
    take(person, delivery) {
      const now = clock.now();
      if (purses.size >= MANY_PEOPLE) forgetPaid(purses, now);
      const purse = purses.get(person) ?? { paidAt: now, taken: [], refused: false };
      if (purse.taken.includes(delivery)) return { ok: true };
      // Nobody can owe so much: the clock was set back.
      const owedUntil = purse.paidAt > now + 2 * MINUTE ? now : purse.paidAt;
      const paidAt = Math.max(now, owedUntil) + shareMs;
      // Where it was set back by less, nobody is locked out for longer than a minute.
      const waitMs = Math.min(MINUTE, paidAt - now - MINUTE);
      // Shares of a minute are no whole numbers, and a sum of them is a hair too large.
      if (waitMs > 1e-6 * MINUTE) {
        const first = !purse.refused;
        purses.set(person, { ...purse, paidAt: Math.min(owedUntil, now + MINUTE), refused: true });
        return { ok: false, waitMs, first };
      }
      const taken = [...purse.taken, delivery].slice(-Math.min(perMinute, MOST_REMEMBERED));
      purses.set(person, { paidAt, taken, refused: false });
      return { ok: true };
    },
  };
}

/** Enough for the repeats of a minute. */
const MOST_REMEMBERED = 60;

function forgetPaid(purses: Map<string, Purse>, now: number): void {
  for (const [person, { paidAt }] of purses) if (paidAt <= now - MINUTE) purses.delete(person);
}
