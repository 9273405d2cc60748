// Timers that die together: everything a JVM, an agent or a plugin has in flight stops when its process does.
import type { Clock } from '../../../core/time.js';

export interface Timers {
  /** Like Clock.after, but nothing happens any more once the group was stopped. */
  after(ms: number, act: () => void): () => void;
  stop(): void;
}

export function timersOf(clock: Clock): Timers {
  const pending = new Set<() => void>();
  let stopped = false;
  return {
    after(ms, act) {
      if (stopped) return () => {};
      const stopClock = clock.after(ms, () => {
        pending.delete(cancel);
        act();
      });
      const cancel = () => {
        pending.delete(cancel);
        stopClock();
      };
      pending.add(cancel);
      return cancel;
    },
    stop() {
      stopped = true;
      for (const cancel of [...pending]) cancel();
    },
  };
}
