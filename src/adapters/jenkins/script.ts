// Our Groovy scripts: read from `scripts/`, given their arguments in a form no user text can break out of, and their one
// line of answer found again among whatever else was printed (contract jenkins §2.3).
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { UpstreamError } from '../../core/errors.js';

export type ScriptName = 'executors-read' | 'template-max-set' | 'controller-executors-set' | 'scm-sync-status';

/** The base64 alphabet cannot close the quotes around it, so no argument reaches the compiler. */
export function scriptText(name: ScriptName, args: object): string {
  const source = readFileSync(new URL(`./scripts/${name}.groovy`, import.meta.url), 'utf8');
  return source.replace('@@ARGS_B64@@', Buffer.from(JSON.stringify(args), 'utf8').toString('base64'));
}

/** An accepted script always answers 200, also when it threw: only our own line is an answer. */
export function scriptAnswer<T>(name: ScriptName, text: string, schema: z.ZodType<T>): T {
  const failed = (seen: string) =>
    new UpstreamError({
      system: 'Jenkins',
      request: `script ${name}`,
      status: 200,
      seen,
      retryable: false,
      mayHaveArrived: true,
    });
  const json = /@@CIBOT@@([\s\S]*?)@@END@@/.exec(text)?.[1];
  if (json === undefined)
    throw failed(`the script failed: ${(text.trim().split(/\r?\n/)[0] ?? '').slice(0, 200) || 'no output'}`);
  const answer = parse(json);
  if (answer === undefined) throw failed('the script answered something that is not JSON');
  if (answer['ok'] !== true)
    throw failed(`the script failed: ${String(answer['error'] ?? 'no reason given').slice(0, 200)}`);
  const result = schema.safeParse(answer);
  if (!result.success) throw failed('the script answered in an unexpected form');
  return result.data;
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
