// From what people type to the build they mean: `team/app#12`, `app #12`, the address of a build's page, or a job alone.
// Called by every command that takes a build.
import { UserError } from './errors.js';
import { shorten } from './text.js';

export interface TypedBuild {
  /** As typed, for `findJob`. */
  job: string;
  /** Undefined: no number was given. */
  number: number | undefined;
}

/** Of Java's numbers, which Jenkins counts builds with. */
const MOST = 2_147_483_647;

/** @throws UserError when what stands behind the last `#` is no number of a build */
export function typedBuild(typed: string): TypedBuild {
  if (/^https?:\/\//i.test(typed)) {
    const [, number] = /\/job\/[^/?#]+\/(\d{1,10})(?:[/?#]|$)/.exec(typed) ?? [];
    return { job: typed, number: number === undefined ? undefined : checked(number) };
  }
  const at = typed.lastIndexOf('#');
  if (at <= 0) return { job: typed, number: undefined };
  return { job: typed.slice(0, at).trim(), number: checked(typed.slice(at + 1).trim()) };
}

function checked(typed: string): number {
  const number = /^\d{1,10}$/.test(typed) ? Number(typed) : 0;
  if (number >= 1 && number <= MOST) return number;
  throw new UserError(
    `Expected the build's number to be a whole number from 1 to ${MOST}, got \`${shorten(typed)}\`.`,
    'A build is named by its job and number: `team/app#12`.',
  );
}
