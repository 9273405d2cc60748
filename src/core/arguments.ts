// Rules for what people type: each says the rule, the range and the unit in its own message.
import parseDuration from 'parse-duration';
import { z } from 'zod';
import { shorten } from './text.js';

/** A whole number given as a word. @param unit plural noun, e.g. `executors` */
export function wholeNumber(name: string, min: number, max: number, unit: string) {
  const expected = `Expected \`${name}\` to be a whole number from ${min} to ${max} ${unit}`;
  return z.string({ error: `${expected}, got nothing.` }).transform((typed, context) => {
    const value = /^[+-]?\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: `${expected}, got \`${shorten(typed)}\`.` });
    return z.NEVER;
  });
}

/** A number with decimals. */
export function decimal(name: string, min: number, max: number, unit: string) {
  const expected = `Expected \`${name}\` to be a number from ${min} to ${max} ${unit}`;
  return z.string({ error: `${expected}, got nothing.` }).transform((typed, context) => {
    const value = /^\d{1,6}(\.\d{1,6})?$/.test(typed) ? Number(typed) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: `${expected}, got \`${shorten(typed)}\`.` });
    return z.NEVER;
  });
}

/** Words of people: a name, an address, a reason. @param name as people write it, e.g. `--git` */
export const words = (name: string, most: number) =>
  z
    .string({ error: `Expected \`${name}\`, got nothing.` })
    .max(most, { error: `Expected \`${name}\` to have at most ${most.toLocaleString('en')} characters.` });

/** An option that is there or not. */
export const given = z
  .literal(true)
  .optional()
  .transform((value) => value === true);

/** Every number with its unit: what stands alone, the 30 of `1h30`, would be milliseconds. */
const DURATION = /^(?:\d{1,9}(?:\.\d{1,3})?\s*[a-z]+\s*)+$/i;

/** A duration with its unit, such as `90m` or `1h30m`, in ms. @param range as people write it, e.g. `1m to 12h` */
export function durationMs(name: string, minMs: number, maxMs: number, range: string) {
  return z.string().transform((typed, context) => {
    const ms = DURATION.test(typed) ? parseDuration(typed) : null;
    if (ms !== null && ms >= minMs && ms <= maxMs) return ms;
    context.addIssue({
      code: 'custom',
      message: `Expected \`${name}\` to be a duration from ${range}, with its unit, got \`${shorten(typed)}\`.`,
    });
    return z.NEVER;
  });
}
