// What a system has not, or does not let us see: a 404 is an answer, and no failure.
import { UpstreamError } from '../core/errors.js';

/** @returns undefined on a 404 · @throws whatever else went wrong */
export async function unlessAbsent<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof UpstreamError && error.status === 404) return undefined;
    throw error;
  }
}
