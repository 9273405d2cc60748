// What a refusal of Marathon says: `message`, the deployments that hold an app (409), the rules a definition breaks (422).
// Bodies may be HTML, `details` a string or an array, and 0.8 has `errors` only (contract marathon §2.3).
import { z } from 'zod';
import type { Explanation, HttpAnswer } from '../http.js';

const Body = z.object({
  message: z.unknown(),
  details: z.unknown().optional(),
  errors: z.unknown().optional(),
  deployments: z.array(z.object({ id: z.string() })).optional(),
});

const Detail = z.object({
  path: z.string().optional(),
  errors: z.array(z.string()).optional(),
  attribute: z.string().optional(),
  error: z.string().optional(),
});

const MOST_LINES = 5;

export function explainRefusal({ status, text }: HttpAnswer): Explanation | undefined {
  const body = parsed(text);
  if (body === undefined) return undefined;
  const rules = [body.details, body.errors]
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .map(ruleOf)
    .filter((rule) => rule !== '');
  const more = rules.length > MOST_LINES ? `; and ${rules.length - MOST_LINES} more` : '';
  const message = typeof body.message === 'string' ? (body.message.split('\n')[0] ?? '') : '';
  const plain = typeof body.details === 'string' ? `: ${body.details}` : '';
  const listed = rules.length === 0 ? plain : `: ${rules.slice(0, MOST_LINES).join('; ')}${more}`;
  const deploymentIds = (body.deployments ?? []).map(({ id }) => id);
  const held = status === 409 && deploymentIds.length > 0 ? ` (deployment ${deploymentIds.join(', ')})` : '';
  return { seen: `${message || 'no explanation'}${listed}${held}`.slice(0, 600), deploymentIds };
}

function parsed(text: string): z.output<typeof Body> | undefined {
  try {
    return Body.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function ruleOf(detail: unknown): string {
  const { data } = Detail.safeParse(detail);
  if (data === undefined) return typeof detail === 'string' ? detail : '';
  const errors = data.errors?.join(', ') ?? data.error ?? '';
  return `${data.path ?? data.attribute ?? ''}${errors === '' ? '' : ` ${errors}`}`.trim();
}
