// Time for ten thousand worlds: nothing passes until somebody lets it, and letting half an hour pass costs no real waiting.
import type { Clock } from '../../src/core/time.js';

export interface StepClock extends Clock {
  /** Runs what falls due within `ms`, in order. `afterEach` is called after each. */
  pass(ms: number, afterEach: () => void): void;
  /** Now, and later than every answer before: of two things in one millisecond it tells which was first. */
  moment(): number;
}

const A_LITTLE = 1 / 1_024;

interface Timer {
  at: number;
  /** Of two that fall due at once the one set first runs first. */
  serial: number;
  /** Undefined once it was cancelled. */
  act: (() => void) | undefined;
}

export function stepClock(start: number): StepClock {
  const heap: Timer[] = [];
  let now = start;
  let serial = 0;
  let told = 0;
  const after = (ms: number, act: () => void) => {
    serial += 1;
    const timer: Timer = { at: now + Math.max(0, Math.round(ms)), serial, act };
    push(heap, timer);
    return () => {
      timer.act = undefined;
    };
  };
  return {
    speed: 1,
    now: () => now,
    after,
    moment: () => {
      told = Math.max(told + A_LITTLE, now);
      return told;
    },
    sleep: () => Promise.reject(new Error('nothing in a soaked world waits for a promise')),
    pass(ms, afterEach) {
      const end = now + ms;
      for (let next = heap[0]; next !== undefined && next.at <= end; next = heap[0]) {
        pop(heap);
        if (next.act === undefined) continue;
        now = Math.max(now, next.at);
        next.act();
        afterEach();
      }
      now = end;
    },
  };
}

const isSooner = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.serial < b.serial);

function push(heap: Timer[], timer: Timer): void {
  let at = heap.push(timer) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Timer;
    if (!isSooner(timer, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    let child = left;
    if (right < heap.length && isSooner(heap[right] as Timer, heap[left] as Timer)) child = right;
    if (child >= heap.length || !isSooner(heap[child] as Timer, last)) break;
    heap[at] = heap[child] as Timer;
    at = child;
  }
  heap[at] = last;
}
