// What a refusal of Jenkins says: crumbs, missing rights (named in headers), HTML pages down to one line.
import type { Explanation, HttpAnswer } from '../http.js';
import { htmlTitle } from '../http-body.js';

export function explainJenkins({ status, text, headers }: HttpAnswer): Explanation | undefined {
  if (status === 401)
    return { seen: 'the user name or API token is refused (tokens may die with the controller that made them)' };
  if (status === 404) return { seen: 'not found, or no right to see it' };
  if (status !== 403) return undefined;
  if (/No valid crumb/i.test(text)) return { seen: 'No valid crumb' };
  const permission = headers['x-required-permission'];
  if (permission !== undefined) {
    return {
      seen: `${headers['x-you-are-authenticated-as'] ?? 'this account'} lacks the right ${readable(permission)}`,
    };
  }
  return {
    seen: /Authentication required/.test(text)
      ? 'it wants a user name and an API token'
      : (htmlTitle(text) ?? 'forbidden'),
  };
}

/** `hudson.model.Hudson.Administer` → `Overall/Administer`. */
const readable = (permission: string): string =>
  permission.replace(
    /^hudson\.model\.(Hudson|Item|Run|View)\./,
    (_, kind: string) => `${kind === 'Hudson' ? 'Overall' : kind}/`,
  );
