// `--wait 30m` and `--now`: how long a disruptive command waits for running builds before it writes.
import { z } from 'zod';
import { durationMs, given } from './arguments.js';
import { HOUR, MINUTE } from './time.js';

const DEFAULT_WAIT_MS = 30 * MINUTE;
const LONGEST_WAIT_MS = 12 * HOUR;

/** Parts of the command's zod object. */
export const waitOptions = {
  wait: durationMs('--wait', MINUTE, LONGEST_WAIT_MS, '1m to 12h').optional(),
  now: given,
};

interface Typed {
  wait?: number | undefined;
  now: boolean;
}

/** What `refine` is given. */
export const waitsOnce = [
  (typed: Typed): boolean => !(typed.now && typed.wait !== undefined),
  { error: '`--now` and `--wait` exclude each other.' },
] as const;

export const waitForBuilds = ({ wait, now }: Typed): number => (now ? 0 : (wait ?? DEFAULT_WAIT_MS));

/** Of a command that takes nothing else. */
export const waitArgs = z
  .object(waitOptions)
  .refine(...waitsOnce)
  .transform((typed) => ({ waitMs: waitForBuilds(typed) }));

/** For the command's `syntax`. */
export const waitSyntax = { wait: 'value', now: 'switch' } as const;

/** A line of its help. */
export const WAIT_DETAIL = '`--wait 30m` (1m to 12h; 30m unless said) waits for running builds; `--now` does not.';
