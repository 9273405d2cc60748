// Our Groovy scripts: read from `scripts/`, given their arguments in a form no user text can break out of, and their one
// line of answer found again among whatever else was printed (contract jenkins §2.3). Called by `client.ts`.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { UpstreamError } from '../../core/errors.js';
import { firstLine } from '../http-body.js';

export type ScriptName =
  | 'executors-read'
  | 'template-max-set'
  | 'controller-executors-set'
  | 'scm-sync-status'
  | 'templates-read'
  | 'template-set'
  | 'agents-read'
  | 'scm-sync-save'
  | 'scm-sync-purge'
  | 'scm-sync-incoming';

/** The base64 alphabet cannot close the quotes around it, so no argument reaches the compiler. */
export function scriptText(name: ScriptName, args: object): string {
  const source = readFileSync(new URL(`./scripts/${name}.groovy`, import.meta.url), 'utf8');
  return source.replace('@@ARGS_B64@@', Buffer.from(JSON.stringify(args), 'utf8').toString('base64'));
}

const Outcome = z.discriminatedUnion('ok', [
  z.looseObject({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), error: z.string().catch('no reason given') }),
]);

/** An accepted script always answers 200, also when it threw or did not compile: only our own line is an answer. */
export function scriptAnswer<T>(text: string, schema: z.ZodType<T>, failed: (seen: string) => UpstreamError): T {
  const line = /@@CIBOT@@([\s\S]*?)@@END@@/.exec(text)?.[1];
  if (line === undefined) throw failed(unanswered(text));
  const outcome = Outcome.safeParse(parsed(line));
  if (!outcome.success) throw failed('the script printed something that is not its answer');
  if (!outcome.data.ok) throw failed(`the script failed: ${firstLine(outcome.data.error)}`);
  const result = schema.safeParse(outcome.data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw failed(
    `the script answered something else than expected: ${issue?.path.map(String).join('.')}: ${issue?.message}`,
  );
}

/** A stack trace below the first line names classes, and scripts may quote anything: one line is enough. */
function unanswered(text: string): string {
  const line = firstLine(text);
  if (line === '') return 'the script printed nothing: Jenkins is up but does not answer properly';
  return `the script did not run: ${line}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
