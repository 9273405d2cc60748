// Writes to Jenkins: with a crumb where the controller wants one, and with a 302 taken for what it is, success. Called by
// `client.ts`.
import { UpstreamError } from '../../core/errors.js';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http.js';
import { NO_CRUMB } from './refusal.js';
import { Crumb } from './schema.js';

interface KnownCrumb {
  field: string;
  value: string;
  /** The session it was made in: since 2.176 it counts in no other. */
  cookie: string | undefined;
}

export type Post = (request: Omit<HttpRequest, 'method' | 'manualRedirects'>) => Promise<HttpAnswer>;

export function writer(http: HttpClient): Post {
  /** Undefined: not asked yet. 'none': this controller hands none out. */
  let crumb: KnownCrumb | 'none' | undefined;

  const send = async (request: Omit<HttpRequest, 'method'>): Promise<HttpAnswer> => {
    crumb ??= await freshCrumb(http);
    const asked = { ...withCrumb(request, crumb), method: 'POST', manualRedirects: true } as const;
    const answer = await http.send(asked);
    // Single sign-on answers a stranger with a way to its own page, not with 401.
    if (leadsToLogin(answer)) throw http.refuse(asked, answer.status, 'sends us to its login page instead');
    return answer;
  };

  return async (request) => {
    try {
      return await send(request);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.status !== 403 || error.seen !== NO_CRUMB) throw error;
      // The crumb belonged to a session that ended, or protection was switched on meanwhile. Refused means: not done.
      crumb = undefined;
      return send(request);
    }
  };
}

async function freshCrumb(http: HttpClient): Promise<KnownCrumb | 'none'> {
  try {
    const { value, answer } = await http.ask({ path: '/crumbIssuer/api/json' }, Crumb);
    return { field: value.crumbRequestField, value: value.crumb, cookie: sessionCookie(answer) };
  } catch (error) {
    // 404: protection is off. 401 and 403: the write itself will say better what is missing.
    if (error instanceof UpstreamError && [401, 403, 404].includes(error.status ?? 0)) return 'none';
    throw error instanceof UpstreamError ? unsent(error) : error;
  }
}

/** Whatever became of the crumb, the write that wanted it has not left. */
const unsent = (error: UpstreamError): UpstreamError =>
  new UpstreamError({ ...error, mayHaveArrived: false, cause: error.cause });

/** As header and as form field: a proxy may drop a header named `.crumb` (contract jenkins §1). */
function withCrumb(request: Omit<HttpRequest, 'method'>, crumb: KnownCrumb | 'none'): HttpRequest {
  if (crumb === 'none') return { ...request, form: { ...request.form } };
  const pair = { [crumb.field]: crumb.value };
  const cookie: Record<string, string> = crumb.cookie === undefined ? {} : { Cookie: crumb.cookie };
  return { ...request, form: { ...request.form, ...pair }, headers: { ...request.headers, ...pair, ...cookie } };
}

/** `JSESSIONID`, or `JSESSIONID.<node>` as newer Jetty names it. */
function sessionCookie({ headers }: HttpAnswer): string | undefined {
  return /^JSESSIONID[^=]*=[^;\n]+/m.exec(headers['set-cookie'] ?? '')?.[0];
}

function leadsToLogin({ status, headers }: HttpAnswer): boolean {
  return status >= 300 && /\/(?:login|securityRealm\/commenceLogin)\b/.test(headers['location'] ?? '');
}
