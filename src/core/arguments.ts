// Rules for what people type: each says the rule, the range and the unit in its own message.
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

/** An option that is there or not. */
export const given = z
  .literal(true)
  .optional()
  .transform((value) => value === true);
