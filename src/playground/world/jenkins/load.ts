// Load statistics of one JVM: what was counted at each change, and the smoothed series Jenkins makes of it when asked
// (contract jenkins §4.1: exponential mean, 0.9 a step, newest first).
import { type Clock, HOUR, MINUTE, SECOND } from '../../../core/time.js';

export interface Counts {
  /** Executors with a build. */
  busy: number;
  /** Executors of online computers. */
  total: number;
  /** Executors of all computers, those still connecting included. */
  defined: number;
  /** Buildable items. */
  queued: number;
}

export interface Series {
  history: number[];
  latest: number;
}

const DECAY = 0.9;
/** Half a day of changes, and never more than this many. */
const KEPT = 5_000;

export const STEPS = { sec10: 10 * SECOND, min: MINUTE, hour: HOUR };

/** Lengths since 2.204 and before. */
export const LENGTHS = {
  modern: { sec10: 2160, min: 2880, hour: 1344 },
  old: { sec10: 360, min: 1440, hour: 672 },
};

export class LoadHistory {
  readonly #clock: Clock;
  readonly #startedAt: number;
  #changes: { at: number; counts: Counts }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  record(counts: Counts): void {
    const last = this.#changes.at(-1);
    if (last !== undefined && isSame(last.counts, counts)) return;
    this.#changes.push({ at: this.#clock.now(), counts });
    if (this.#changes.length > KEPT) this.#changes = this.#changes.slice(-KEPT);
  }

  /** One value a step since the start, at most `length` of them. */
  series(value: (counts: Counts) => number, stepMs: number, length: number): Series {
    const now = this.#clock.now();
    const steps = Math.min(length, Math.floor((now - this.#startedAt) / stepMs));
    const history: number[] = [];
    let mean = 0;
    let next = 0;
    let counted = 0;
    for (let at = now - steps * stepMs; history.length < steps; at += stepMs) {
      for (
        let change = this.#changes[next];
        change !== undefined && change.at <= at + stepMs;
        change = this.#changes[++next]
      )
        counted = value(change.counts);
      mean = mean * DECAY + counted * (1 - DECAY);
      history.push(mean);
    }
    history.reverse();
    return { history, latest: history[0] ?? mean };
  }
}

const isSame = (a: Counts, b: Counts) =>
  a.busy === b.busy && a.total === b.total && a.defined === b.defined && a.queued === b.queued;
