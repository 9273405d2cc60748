// What a refusal of Marathon says: `message`, the deployments that hold an app (409), the rules a definition breaks (422).
// Bodies may be HTML, `details` a string or an array, and 0.8 has `errors` only (contract marathon §2.3).
import { z } from 'zod';
import type { Explanation, HttpAnswer } from '../http.js';
import { firstLine, isHtml } from '../http-body.js';

const Body = z.object({
  message: z.string().optional().catch(undefined),
  details: z.unknown().optional(),
  errors: z.unknown().optional(),
  deployments: z
    .array(z.object({ id: z.string() }))
    .optional()
    .catch(undefined),
});

type Body = z.output<typeof Body>;

const Rule = z.object({
  path: z.string().optional(),
  attribute: z.string().optional(),
  errors: z.array(z.string()).optional(),
  error: z.string().optional(),
});

const MOST_LINES = 5;

export function explainRefusal({ status, text }: HttpAnswer): Explanation | undefined {
  const body = parsed(text);
  if (body === undefined) return undefined;
  const deploymentIds = (body.deployments ?? []).map(({ id }) => id);
  const seen = status === 409 && deploymentIds.length > 0 ? lockedBy(deploymentIds) : lines(body);
  return seen === undefined ? undefined : { seen, deploymentIds };
}

/** Whether a 404 is about the thing asked for ("App '/x' does not exist") rather than about the path or a gateway. */
export function isMissing({ text, headers }: HttpAnswer): boolean {
  if (isHtml(text, headers['content-type'] ?? '')) return false;
  return !/URI not found/i.test(parsed(text)?.message ?? '');
}

function lockedBy(ids: readonly string[]): string {
  return `locked by deployment ${ids.join(', ')}`;
}

function lines({ message, details, errors }: Body): string | undefined {
  const rules = [...listed(details), ...listed(errors)];
  const more = rules.length - MOST_LINES;
  const said = [firstLine(message ?? ''), ...rules.slice(0, MOST_LINES), more > 0 ? `and ${more} more` : ''];
  return said.filter((line) => line !== '').join('\n') || undefined;
}

function listed(found: unknown): string[] {
  if (typeof found === 'string') return [found];
  return Array.isArray(found) ? found.map(ruleOf).filter((rule) => rule !== '') : [];
}

function ruleOf(rule: unknown): string {
  if (typeof rule === 'string') return rule;
  const { data } = Rule.safeParse(rule);
  if (data === undefined) return '';
  const where = data.path ?? data.attribute;
  const what = data.errors?.join(', ') ?? data.error ?? 'is not valid';
  return where === undefined || where === '' ? what : `${where}: ${what}`;
}

function parsed(text: string): Body | undefined {
  try {
    return Body.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
