// The playground's time: some multiple of real time that may change as it runs, and able to leap over hours while the
// scene is set.
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../core/time.js';

export interface WorldClock extends Clock {
  /** 0 stands still. */
  setSpeed(times: number): void;
  /** Lets `ms` pass at `speed`, or faster when the clock already is; afterwards it runs as before. */
  hurry(ms: number, speed: number): Promise<void>;
  /** Lets `ms` pass at once: every timer that falls due runs, in order, and real I/O gets a turn after each. */
  leap(ms: number): Promise<void>;
}

interface Timer {
  at: number;
  act: () => void;
}

/** @param start ms since the epoch that the clock shows first · @param initialSpeed times real time; 0: it only leaps */
export function worldClock(start: number, initialSpeed: number): WorldClock {
  let speed = initialSpeed;
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
    if (due === undefined || leaping || speed === 0) return;
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

  const sleep: Clock['sleep'] = (ms, signal) =>
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
    });
  const setSpeed = (times: number) => {
    if (!leaping) [base, realBase] = [now(), performance.now()];
    speed = times;
    setAlarm();
  };

  return {
    now,
    after,
    sleep,
    get speed() {
      return speed;
    },
    setSpeed,
    async hurry(ms, wanted) {
      const usual = speed;
      setSpeed(Math.max(usual, wanted));
      // The alarm alone does not keep the process alive, and nothing else need be going on.
      const alive = setInterval(() => {}, 1_000);
      await sleep(ms);
      clearInterval(alive);
      setSpeed(usual);
    },
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
