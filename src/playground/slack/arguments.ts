// Reads the arguments of a Web API call: form fields are text and carry JSON inside, JSON bodies are typed already.
import { z } from 'zod';
import { invalid, Refusal } from './refusal.js';
import type { Wire } from './types.js';

/** A switch, as JSON or as a form field. */
export const flag = z
  .union([z.boolean(), z.string()])
  .transform((value) => value === true || value === 'true' || value === '1');

/** A whole number, as JSON or as a form field. */
export const count = z.coerce.number().int();

/** A list of objects, or the JSON text of one; Slack's word for text that is neither is its own. */
export const objects = (refusedAs: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? json(value, refusedAs) : value),
    z.array(z.record(z.string(), z.unknown())).catch(() => {
      throw new Refusal(refusedAs);
    }),
  );

/** An object, or the JSON text of one. */
export const anObject = (refusedAs: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? json(value, refusedAs) : value),
    z.record(z.string(), z.unknown()).catch(() => {
      throw new Refusal(refusedAs);
    }),
  );

function json(text: string, refusedAs: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal(refusedAs, { details: { cause: String(cause) } });
  }
}

export function read<Shape extends z.ZodType>(shape: Shape, args: Wire): z.infer<Shape> {
  const result = shape.safeParse(args);
  if (result.success) return result.data;
  throw invalid(
    'invalid_arguments',
    result.error.issues.map((issue) =>
      issue.input === undefined
        ? `missing required field: ${issue.path.join('.')} [json-pointer:/${issue.path.join('/')}]`
        : `${issue.message} [json-pointer:/${issue.path.join('/')}]`,
    ),
  );
}
