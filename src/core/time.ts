// Time, said once: the units every duration is written in, and the clock that is handed to whatever waits.

/** Milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Where "now" and waiting come from, so that tests and the playground decide how fast time passes. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** How many of this clock's milliseconds pass in a real one; 1 is real time. */
  readonly speed: number;
  /** Resolves after `ms` of this clock's time; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `act` once after `ms` of this clock's time; the answer cancels it. A pending timer never keeps the process alive. */
  after(ms: number, act: () => void): () => void;
}

/**
 * A clock that runs `speed` times as fast as the wall clock, which it agreed with at `origin`; two processes with the
 * same two numbers show the same time. Speed 1 is real time.
 */
export function runningClock(speed = 1, origin = 0): Clock {
  return {
    speed,
    now: () => (speed === 1 ? Date.now() : Math.round(origin + (Date.now() - origin) * speed)),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', stop);
          resolve();
        }, ms / speed);
        const stop = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', stop, { once: true });
      }),
    after: (ms, act) => {
      const timer = setTimeout(act, ms / speed);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
