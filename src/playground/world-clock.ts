// The playground's time: some multiple of real time, and able to leap over hours while the scene is set.
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../core/time.js';

export interface WorldClock extends Clock {
  /** Lets `ms` pass at once: every timer that falls due runs, in order, and real I/O gets a turn after each. */
  leap(ms: number): Promise<void>;
}

interface Timer {
  at: number;
  act: () => void;
}

/** @param start ms since the epoch that the clock shows first · @param speed times real time, once it runs */
export function worldClock(start: number, speed: number): WorldClock {
  let base = start;
  let realBase = performance.now();
  let leaping = false;
  let timers: Timer[] = [];
  let alarm: NodeJS.Timeout | undefined;

  const now = () => Math.round(leaping ? base : base + (performance.now() - realBase) * speed);
  const next = () =>
    timers.reduce<Timer | undefined>(
      (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
      undefined,
    );

  const setAlarm = () => {
    clearTimeout(alarm);
    const due = next();
    if (due === undefined || leaping) return;
    alarm = setTimeout(ring, Math.max(0, (due.at - now()) / speed));
    alarm.unref();
  };
  const ring = () => {
    for (let due = next(); due !== undefined && due.at <= now(); due = next()) run(due);
    setAlarm();
  };
  const run = (timer: Timer) => {
    timers = timers.filter((other) => other !== timer);
    timer.act();
  };
  const after: Clock['after'] = (ms, act) => {
    const timer = { at: now() + Math.max(0, ms), act };
    timers.push(timer);
    setAlarm();
    return () => {
      timers = timers.filter((other) => other !== timer);
      setAlarm();
    };
  };

  return {
    now,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = after(ms, () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        });
        signal?.addEventListener('abort', stop, { once: true });
      }),
    async leap(ms) {
      const end = now() + ms;
      base = now();
      leaping = true;
      for (let due = next(); due !== undefined && due.at <= end; due = next()) {
        base = Math.max(base, due.at);
        run(due);
        await turn();
      }
      base = end;
      realBase = performance.now();
      leaping = false;
      setAlarm();
    },
  };
}
