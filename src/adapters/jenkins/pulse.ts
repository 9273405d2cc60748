// One knock on `GET login`, which answers anybody on both lines of Jenkins, and what it tells. Called by `client.ts`.
import type { JenkinsPulse } from '../../core/cluster.js';
import { UpstreamError } from '../../core/errors.js';
import { SECOND } from '../../core/time.js';
import type { HttpAnswer, HttpClient } from '../http.js';
import { htmlTitle, isHtml } from '../http-body.js';

/** A knock is repeated every few seconds by whoever waits, so one that hangs is cut short. */
const PULSE_MS = 5 * SECOND;

const ANY_STATUS = [400, 401, 403, 404, 405, 500, 501, 502, 503, 504];

/** Without credentials: a token that died with the old controller must not make the new one look broken. */
export async function pulseOf(http: HttpClient, readMs = PULSE_MS): Promise<JenkinsPulse> {
  const request = { path: '/login', headers: { Accept: 'text/html' }, anonymous: true, repeat: false } as const;
  try {
    return readPulse(
      await http.send({ ...request, accept: ANY_STATUS, manualRedirects: true, timeoutMs: Math.min(PULSE_MS, readMs) }),
    );
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const detail = error.system === 'Jenkins' ? error.seen : error.message;
    return { state: 'unreachable', session: undefined, version: undefined, detail };
  }
}

/** The order of the contract (jenkins §1). */
function readPulse({ status, text, headers }: HttpAnswer): JenkinsPulse {
  const seen = { session: headers['x-jenkins-session'], version: headers['x-jenkins'] };
  const found = (state: JenkinsPulse['state'], detail?: string): JenkinsPulse => ({ state, ...seen, detail });
  const title = htmlTitle(text) ?? `status ${status}`;
  if (status === 502 || status === 504) return found('unreachable', `a proxy in front of it says ${status}`);
  if (status === 503) return notReady(text, title, found);
  if (status >= 500) return found('broken', `it fails inside (${title})`);
  if (status === 200) return servesLogin(text, headers, found);
  // Anything else, with Jenkins' own header, is a Jenkins that has something against this one page.
  if (seen.version !== undefined) return found('up');
  if (status >= 300 && status < 400) return found('broken', `redirects to ${headers['location'] ?? 'nowhere'}`);
  return found('broken', `something answers that is not Jenkins (${title})`);
}

type Found = (state: JenkinsPulse['state'], detail?: string) => JenkinsPulse;

/** "Please wait while" is gone from the page since 2.477. */
function notReady(text: string, title: string, found: Found): JenkinsPulse {
  if (/getting ready to work|\bStarting Jenkins/.test(text)) return found('starting', 'it is starting');
  if (/restarting/i.test(text)) return found('restarting', 'it is restarting');
  return found('broken', title);
}

/** SCM sync's servlet filter eats requests while its plugin object is missing (JENKINS-32124): blank is not up. */
function servesLogin(text: string, headers: Record<string, string>, found: Found): JenkinsPulse {
  if (text.trim() === '') return found('broken', 'it answers with an empty page');
  if (!isHtml(text, headers['content-type'] ?? '')) return found('broken', 'its login page is no HTML');
  return found('up');
}
