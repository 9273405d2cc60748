// How long to wait before Marathon's event stream is tried again (contract marathon §6.2). Asked by `events.ts` each time.
import { MINUTE, SECOND } from '../../core/time.js';

/** How a connection ended. */
export type Ending =
  /** Marathon 0.8 has none. */
  | { kind: 'no-stream' }
  /** Opened, and ended without a byte. */
  | { kind: 'not-yet'; why: string }
  | { kind: 'ended'; why: string; livedMs: number };

const LOOK_EVERY_MS = 10 * SECOND;
const NOT_YET_MS = 1 * SECOND;
const FIRST_MS = 0.5 * SECOND;
const LONGEST_MS = 30 * SECOND;
/** A connection that lived this long was a good one. */
const SETTLED_MS = MINUTE;

/** @param random 0 to 1; takes off up to a quarter, so that bots that lost Marathon together do not come back together */
export function pauses(random: () => number): (ending: Ending) => number {
  let next = FIRST_MS;
  const growing = () => {
    const pause = next * (1 - random() / 4);
    next = Math.min(next * 2, LONGEST_MS);
    return pause;
  };
  return (ending) => {
    if (ending.kind === 'not-yet') return NOT_YET_MS;
    if (ending.kind === 'no-stream' || ending.livedMs >= SETTLED_MS) next = FIRST_MS;
    return ending.kind === 'no-stream' ? LOOK_EVERY_MS : growing();
  };
}
