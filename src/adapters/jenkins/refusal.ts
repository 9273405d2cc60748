// What a refusal of Jenkins says, in one line: crumbs, missing rights (named in headers), HTML pages. Called by `http.ts`.
import type { Explanation, HttpAnswer } from '../http.js';
import { htmlTitle, isHtml } from '../http-body.js';

/** `post.ts` gets a fresh crumb on exactly this. */
export const NO_CRUMB = 'No valid crumb was included in the request';

export function explainJenkins(answer: HttpAnswer): Explanation | undefined {
  const seen = words(answer);
  return seen === undefined ? undefined : { seen, notDone: answer.status === 503 && AWAY.test(answer.text) };
}

const STARTING = /getting ready to work|\bStarting Jenkins/;
/** Jenkins' own pages for the time in which no controller is behind them, yet or any more. */
const AWAY = new RegExp(`${STARTING.source}|\\bRestarting Jenkins|Jenkins is restarting`);

function words({ status, text, headers }: HttpAnswer): string | undefined {
  switch (status) {
    case 401:
      return 'the user name or API token is refused; a token dies with the controller that made it, unless users are kept in git';
    case 403:
      return text.includes('No valid crumb') ? NO_CRUMB : missingRight(text, headers);
    case 404:
      return 'not found, or no right to see it';
    case 500:
      return inside(text);
    case 503:
      return STARTING.test(text) ? 'Jenkins is starting' : pageTitle(text, headers);
    default:
      return pageTitle(text, headers);
  }
}

function missingRight(text: string, headers: Record<string, string>): string {
  const account = headers['x-you-are-authenticated-as'];
  const permission = headers['x-required-permission'];
  const lacks = permission === undefined ? undefined : `lacks the right ${readable(permission)}`;
  if (account === 'anonymous' || text.includes('Authentication required'))
    return `it wants a user name and an API token${lacks === undefined ? '' : `: anonymous ${lacks}`}`;
  if (lacks !== undefined) return `${account ?? 'this account'} ${lacks}`;
  return pageTitle(text, headers) ?? 'forbidden';
}

/** `hudson.model.Hudson.Administer` → `Overall/Administer`, as Jenkins' own pages name it. */
function readable(permission: string): string {
  return permission.replace(
    /^hudson\.model\.(Hudson|Item|Run|View|Computer)\./,
    (_, kind: string) => `${KINDS[kind] ?? kind}/`,
  );
}

const KINDS: Record<string, string> = { Hudson: 'Overall', Item: 'Job', Computer: 'Agent' };

/** Old cores send a stack trace along, modern ones an id to look for in Jenkins' log. */
function inside(text: string): string {
  const id = /Logging ID=([\w-]+)/.exec(text)?.[1];
  return id === undefined ? 'a fault inside Jenkins' : `a fault inside Jenkins, logging ID ${id} in its log`;
}

/** Jetty writes `Error 409 nightly is not buildable`; the number is said already. */
function pageTitle(text: string, headers: Record<string, string>): string | undefined {
  if (!isHtml(text, headers['content-type'] ?? '')) return undefined;
  return htmlTitle(text)?.replace(/^Error \d{3} /, '');
}
