// Which Marathon to ask for the event stream, and what to ask. Before 1.7 whoever does not lead passes the stream on, and
// its read timeout equals the heartbeat (contract marathon §6.2), so the leader is asked itself. Called by `events.ts`.
import { z } from 'zod';
import { EVENT_TYPES } from '../../core/marathon-event.js';
import { SECOND } from '../../core/time.js';
import { atLeast } from '../../core/version.js';
import type { HttpClient, HttpOptions, HttpRequest, HttpStream } from '../http.js';
import { isConfigured } from '../http-redirect.js';
import { Info } from './schema.js';

type Where = Pick<HttpOptions, 'credentials'> & { urls: readonly string[] };

export interface Greeting {
  version: string;
  /** Another instance than the one addressed gave the answer. */
  proxied: boolean;
}

/** The version is read anew for each connection: another leader may be another release. @throws UpstreamError */
export async function greet(http: HttpClient, signal: AbortSignal): Promise<Greeting> {
  const { value, answer } = await http.ask({ path: '/v2/info', repeat: false, signal }, Info);
  return { version: value.version, proxied: answer.headers['x-marathon-via'] !== undefined };
}

/** A limit of last resort, in real time: `events.ts` notices silence long before, by its own clock. */
const ABANDONED_MS = 60 * SECOND;

/** Servers before 1.3.7 ignore `event_type`, those before 1.5.9 `plan-format`. */
const EVENTS_PATH = `/v2/events?plan-format=light${EVENT_TYPES.map((type) => `&event_type=${type}`).join('')}`;

/** `Accept` is exactly this or the answer is 405; compressed, events would wait for one another. */
const HEADERS = { Accept: 'text/event-stream', 'Accept-Encoding': 'identity' };

/** @throws UpstreamError */
export async function openStream(
  http: HttpClient,
  where: Where,
  greeting: Greeting,
  signal: AbortSignal,
): Promise<HttpStream> {
  const request = { path: EVENTS_PATH, headers: HEADERS, repeat: false, timeoutMs: ABANDONED_MS, signal };
  const leader = await leaderToAsk(http, where, greeting, signal);
  // Whatever is wrong with the direct way, such as a firewall: the configured addresses have the last word.
  const direct = leader && (await open(http, { ...request, ...leader }).catch(() => undefined));
  signal.throwIfAborted();
  return direct ?? open(http, request);
}

async function open(http: HttpClient, request: HttpRequest): Promise<HttpStream> {
  const stream = await http.stream(request);
  const type = stream.headers['content-type'] ?? 'nothing known';
  if (type.startsWith('text/event-stream')) return stream;
  void abandon(stream);
  throw http.refuse(request, stream.status, `answered ${type} instead of events: a login page or a proxy?`);
}

/** A body is let go by whoever began to read it. */
async function abandon({ chunks }: HttpStream): Promise<void> {
  try {
    for await (const _chunk of chunks) break;
  } catch {
    // It was of no use anyway.
  }
}

type Target = Required<Pick<HttpRequest, 'at' | 'anonymous'>>;

/** @returns undefined where asking the configured addresses is as good, or nothing else is allowed */
async function leaderToAsk(
  http: HttpClient,
  where: Where,
  { version, proxied }: Greeting,
  signal: AbortSignal,
): Promise<Target | undefined> {
  // From 1.7 on whoever does not lead says where to go.
  if (atLeast(version, '1.7')) return undefined;
  const bases = where.urls.map((url) => new URL(url));
  const leader = http.leader() ?? (await askForLeader(http, bases, signal));
  return leader === undefined ? undefined : targetOf(new URL(leader), bases, where, proxied);
}

/**
 * The leader itself where it is configured. Elsewhere only when we were passed on and have no credentials to lose, never
 * from https down to http, and never behind a gateway, whose inside names are not for us.
 */
function targetOf(leader: URL, bases: readonly URL[], where: Where, proxied: boolean): Target | undefined {
  const own = bases.find((base) => isConfigured(leader, [base]));
  if (own !== undefined) return { at: own.href, anonymous: false };
  const safe = bases.every(({ protocol, pathname }) => protocol === leader.protocol && pathname === '/');
  const credentials = where.credentials?.header();
  return proxied && safe && credentials === undefined ? { at: leader.href, anonymous: true } : undefined;
}

const Leader = z.object({ leader: z.string() });

/** For answers whose `X-Marathon-Leader` got lost on the way; of use only where there is more than one to choose from. */
async function askForLeader(http: HttpClient, bases: readonly URL[], signal: AbortSignal): Promise<string | undefined> {
  if (bases.length < 2) return undefined;
  try {
    const { value } = await http.ask({ path: '/v2/leader', repeat: false, signal }, Leader);
    const url = `${bases[0]?.protocol}//${value.leader}`;
    return URL.canParse(url) ? url : undefined;
  } catch {
    return undefined;
  }
}
