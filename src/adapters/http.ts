// The HTTP client under the adapters of Marathon, Mesos and Jenkins: base URLs, login, failover, repeats of reads, time
// and size limits. Every failure leaves here as an UpstreamError without headers, tokens or axios; this is the one place
// that decides what is `retryable`.
import type { z } from 'zod';
import { UpstreamError } from '../core/errors.js';
import { SECOND } from '../core/time.js';
import { addressBook } from './http-addresses.js';
import { type Arrival, type Attempt, attempt, chunksOf, NoAnswer } from './http-attempt.js';
import { gist, parseJson, shortLines, UnusableBody } from './http-body.js';
import { keyring } from './http-credentials.js';
import type { Silence } from './http-failure.js';
import { bodyHeaders, bodyOf, isAnswer, statusInWords, urlOf } from './http-request.js';
import type { HttpAnswer, HttpClient, HttpOptions, HttpRequest } from './http-types.js';
import { openWire } from './http-wire.js';

export type { CredentialSource } from './http-credentials.js';
export type { Explanation, HttpAnswer, HttpClient, HttpOptions, HttpRequest, HttpStream } from './http-types.js';

/** Contract jenkins §4.4; Marathon's own proxy gives its leader as long. */
const CONNECT_TIMEOUT_MS = 5 * SECOND;
const READ_TIMEOUT_MS = 15 * SECOND;

/** Together well below the 30 s within which a person has an answer (design §4.1). */
const RETRY_DELAYS_MS: readonly number[] = [0.5 * SECOND, 1 * SECOND, 2 * SECOND];

const MAX_BYTES = 8 * 1024 * 1024;

/** "Nobody there just now", whether proxy or system says it (contracts marathon §2.1, jenkins §4.4). */
const PASSING: ReadonlySet<number> = new Set([502, 503, 504]);

/** `again`: the client may go to the next base URL, or pause and repeat. */
type Outcome = { arrived: Arrival; asked: Attempt } | { error: UpstreamError; again: boolean; notSent: boolean };

export function httpClient(options: HttpOptions): HttpClient {
  const { system, clock } = options;
  const connectMs = options.timeouts?.connectMs ?? CONNECT_TIMEOUT_MS;
  const delays = options.retryDelaysMs ?? RETRY_DELAYS_MS;
  const wire = openWire(connectMs);
  const keys = keyring(options.credentials, options.scrub);
  const addresses = addressBook(options.urls);

  const fail = (request: HttpRequest, failure: Failure) =>
    new UpstreamError({
      retryable: false,
      mayHaveArrived: false,
      ...failure,
      system,
      request: keys.clean(`${methodOf(request)} ${request.path.split('?', 1)[0]}`),
      // Only now: half a secret would no longer be known as one.
      seen: shortLines(keys.clean(failure.seen)),
      // A plain error: what axios throws carries headers, and its text may quote a URL.
      cause: failure.because === undefined ? undefined : new Error(keys.clean(failure.because)),
    });

  const prepare = async (
    request: HttpRequest,
    base: URL,
    bases: readonly URL[],
    stream: boolean,
  ): Promise<Attempt> => ({
    method: methodOf(request),
    write: !isRead(request),
    url: urlOf(base, request),
    headers: { ...COMMON_HEADERS, ...options.headers, ...bodyHeaders(request), ...request.headers },
    authorization: request.anonymous === true ? undefined : keys.header(),
    body: bodyOf(request),
    connectMs,
    readMs: request.timeoutMs ?? options.timeouts?.readMs ?? READ_TIMEOUT_MS,
    maxBytes: request.maxBytes ?? options.maxBytes ?? MAX_BYTES,
    manualRedirects: request.manualRedirects === true,
    stream,
    isAnswer: (status) => isAnswer(request, status),
    bases,
    signal: request.signal,
  });

  const refusal = (request: HttpRequest, { answer, from, trusted }: Arrival) => {
    const explained = options.explain?.(answer);
    const stranger = answer.status === 401 && !trusted;
    const said = explained?.seen ?? gist(answer.text, answer.headers['content-type'] ?? '');
    return fail(request, {
      status: answer.status,
      seen: stranger
        ? `${from.host} wants credentials, but is not configured and gets none`
        : (said ?? statusInWords(answer.status)),
      retryable: PASSING.has(answer.status),
      mayHaveArrived: answer.status >= 500 && explained?.notDone !== true,
      deploymentIds: explained?.deploymentIds,
    });
  };

  /** One base URL; asked a second time with fresh credentials when it refused those we had. */
  const tryBase = async (request: HttpRequest, base: URL, bases: readonly URL[], stream: boolean): Promise<Outcome> => {
    try {
      let asked = await prepare(request, base, bases, stream);
      let arrived = await attempt(wire, asked);
      if (arrived.answer.status === 401 && arrived.trusted && request.anonymous !== true && keys.refresh()) {
        asked = await prepare(request, base, bases, stream);
        arrived = await attempt(wire, asked);
      }
      const { status, headers } = arrived.answer;
      options.onResponse?.({ system, status });
      if (PASSING.has(status)) addresses.doubt();
      if (!asked.isAnswer(status))
        return { error: refusal(request, arrived), again: PASSING.has(status), notSent: false };
      if (request.at === undefined) addresses.learn(arrived.from, bases, announcedLeader(options, headers));
      return { arrived, asked };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      options.onResponse?.({ system, status: undefined });
      addresses.doubt();
      const { silence } = error;
      return { error: fail(request, failureOf(silence)), again: silence.again, notSent: !silence.mayHaveArrived };
    }
  };

  /** All base URLs once. A write goes on to the next only when it surely never left. */
  const round = async (request: HttpRequest, stream: boolean): Promise<Outcome> => {
    const bases = await addresses.bases();
    const targets = request.at === undefined ? bases : [new URL(request.at)];
    let last: Outcome | undefined;
    for (const base of targets) {
      last = await tryBase(request, base, bases, stream);
      if ('arrived' in last || !last.again || (!isRead(request) && !last.notSent)) return last;
    }
    if (last !== undefined) return last;
    const seen = options.noAddress ?? 'nobody configured where it is';
    return { error: fail(request, { seen, retryable: true }), again: false, notSent: true };
  };

  const reach = async (request: HttpRequest, stream: boolean): Promise<Extract<Outcome, { arrived: Arrival }>> => {
    const repeats = isRead(request) && request.repeat !== false ? delays : [];
    for (const delay of [...repeats, undefined]) {
      const outcome = await round(request, stream);
      if ('arrived' in outcome) return outcome;
      if (!outcome.again || delay === undefined) throw outcome.error;
      // Given up while pausing: what was seen last is the reason.
      await clock.sleep(delay, request.signal).catch(() => Promise.reject(outcome.error));
    }
    throw new Error('unreachable: the last round returns or throws');
  };

  const send = async (request: HttpRequest): Promise<HttpAnswer> => (await reach(request, false)).arrived.answer;

  const read = <T>(request: HttpRequest, answer: HttpAnswer, schema: z.ZodType<T>) => {
    const raw = parse(answer, options.mend, (seen) => fail(request, unusable(answer.status, seen)));
    const checked = schema.safeParse(raw);
    if (!checked.success) throw fail(request, unusable(answer.status, unexpected(checked.error)));
    return { value: checked.data, raw };
  };

  return {
    send,
    read,
    ask: async (request, schema) => {
      const answer = await send(request);
      return { ...read(request, answer, schema), answer };
    },
    stream: async (request) => {
      const { arrived, asked } = await reach(request, true);
      const translate = (silence: Silence) => fail(request, failureOf(silence));
      const { status, headers } = arrived.answer;
      return { status, headers, chunks: translated(chunksOf(arrived, asked), translate) };
    },
    refuse: (request, status, seen, cause) =>
      fail(request, { ...unusable(status, seen), because: cause instanceof Error ? cause.message : undefined }),
    leader: addresses.leader,
    epoch: addresses.epoch,
    close: wire.close,
  };
}

const COMMON_HEADERS = { Accept: 'application/json', 'Accept-Encoding': 'gzip', 'User-Agent': 'bellboard' };

interface Failure {
  seen: string;
  status?: number | undefined;
  retryable?: boolean;
  mayHaveArrived?: boolean;
  deploymentIds?: readonly string[] | undefined;
  because?: string | undefined;
}

function methodOf(request: HttpRequest): string {
  return request.method ?? 'GET';
}

function isRead(request: HttpRequest): boolean {
  return methodOf(request) === 'GET' || request.onlyAsks === true;
}

function failureOf({ seen, status, retryable, mayHaveArrived, because }: Silence): Failure {
  return { seen, status, retryable, mayHaveArrived, because };
}

/** The status was fine, so a write was carried out; only what it answered cannot be used. */
function unusable(status: number | undefined, seen: string): Failure {
  return { status, seen, retryable: false, mayHaveArrived: true };
}

function announcedLeader({ leaderHeader }: HttpOptions, headers: Record<string, string>): string | undefined {
  return leaderHeader === undefined ? undefined : headers[leaderHeader];
}

function parse(answer: HttpAnswer, mend: HttpOptions['mend'], refuse: (seen: string) => UpstreamError): unknown {
  try {
    return parseJson(mend?.(answer.text) ?? answer.text, answer.headers['content-type'] ?? '');
  } catch (error) {
    throw error instanceof UnusableBody ? refuse(error.message) : error;
  }
}

function unexpected(error: z.ZodError): string {
  const [first] = error.issues;
  const where = first?.path.map(String).join('.');
  return `answered something else than expected: ${where === undefined || where === '' ? '' : `${where}: `}${first?.message}`;
}

async function* translated(
  chunks: AsyncIterable<Buffer>,
  translate: (silence: Silence) => UpstreamError,
): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    throw error instanceof NoAnswer ? translate(error.silence) : error;
  }
}
