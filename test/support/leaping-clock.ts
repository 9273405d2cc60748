// A clock that NTP sets right now and then: what it shows leaps, what waits by it waits on.
import type { Clock } from '../../src/core/time.js';

export interface LeapingClock extends Clock {
  /** From now on it shows so many ms more, or less, than `clock`. */
  leap(ms: number): void;
}

export function leapingClock(clock: Clock): LeapingClock {
  let ahead = 0;
  return {
    ...clock,
    now: () => clock.now() + ahead,
    leap(ms) {
      ahead = Math.round(ms);
    },
  };
}
