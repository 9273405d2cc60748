// A clock that moves only when a test says so.
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/core/time.js';

export interface ManualClock extends Clock {
  /** Moves time on, running due timers in order; real I/O gets a turn of the event loop after each. */
  advance(ms: number): Promise<void>;
}

/** @param start ms since the epoch; the default is 2015-05-28T10:00:00Z, a working day of the article */
export function manualClock(start = Date.UTC(2015, 4, 28, 10)): ManualClock {
  let now = start;
  let timers: { at: number; act: () => void }[] = [];
  const after = (ms: number, act: () => void) => {
    const timer = { at: now + Math.max(0, ms), act };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  return {
    speed: 1,
    now: () => now,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const cancel = after(ms, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(signal.reason);
        });
      }),
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await turn();
        const next = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.at);
        next.act();
      }
      now = end;
      await turn();
    },
  };
}
