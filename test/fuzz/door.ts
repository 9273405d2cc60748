// What a door is, and the errors that have a name.
import type fc from 'fast-check';
import { SlackError } from '../../src/core/delivery.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';

export interface Door<T = unknown> {
  name: string;
  /** Of the whole. */
  share: number;
  comes: fc.Arbitrary<T>;
  /** @returns how it ended. @throws whatever should not be */
  meet(given: T): Promise<string>;
}

export const erased = <T>(door: Door<T>): Door => door as unknown as Door;

/** The name of an error that has one; anything else is a find. */
export function named(error: unknown): string {
  if (error instanceof UserError || error instanceof UpstreamError || error instanceof SlackError) {
    if (error.message.length > 1_000)
      throw new Error(`an error of ${error.message.length} characters: ${error.message.slice(0, 300)}`);
    return error.name;
  }
  throw error;
}
