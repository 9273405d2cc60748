// What the tests of the far side's clients have in common: reading fixtures, and catching the one kind of error that may
// leave an adapter.
import { readFileSync } from 'node:fs';
import { UpstreamError } from '../../src/core/errors.js';
import type { Clock } from '../../src/core/time.js';
import { manualClock } from '../support/manual-clock.js';

export function fixture(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8');
}

export async function failureOf(promise: Promise<unknown>): Promise<UpstreamError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UpstreamError) return error;
  throw new Error(`expected an UpstreamError, got ${String(error)}`);
}

/** A clock whose pauses are over at once. */
export function hastyClock(): Clock {
  return { ...manualClock(), sleep: () => Promise.resolve() };
}
