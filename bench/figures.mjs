// Small arithmetic the benchmarks share, and their stopwatch.
import { readFileSync } from 'node:fs';

/** @param {number[]} values @param {number} share 0.5 for the median */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values) => quantile(values, 0.5);

/**
 * Measures from now on, as often as the answer is called. Both in ms: `wall` is what the clock says; `own` leaves out the
 * time in which our main thread was ready to run and others had the processors. Slow answers of other processes stay in.
 */
export function stopwatch() {
  const startedAt = performance.now();
  const waitedBefore = waitedMs();
  return () => {
    const wall = performance.now() - startedAt;
    return { wall, own: wall - (waitedMs() - waitedBefore) };
  };
}

/** How long the main thread has waited for a processor so far; 0 where the system does not say (only Linux does). */
function waitedMs() {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
