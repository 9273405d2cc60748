// One attempt to get an answer from one base URL: redirects followed by hand, everything that goes wrong told in words.
// Called by `http.ts`, which decides whether there is another attempt.
import { addAbortSignal, type Readable } from 'node:stream';
import { HTML_INSTEAD, isHtml, readBody, readStart, UnusableBody } from './http-body.js';
import { cutShort, type Silence, silence } from './http-failure.js';
import { follow, isConfigured, isRedirect, MOST_REDIRECTS } from './http-redirect.js';
import type { HttpAnswer } from './http-types.js';
import type { Wire, WireAnswer } from './http-wire.js';

/** One attempt, everything resolved. */
export interface Attempt {
  method: string;
  write: boolean;
  url: URL;
  headers: Record<string, string>;
  authorization: string | undefined;
  body: string | undefined;
  connectMs: number;
  readMs: number;
  maxBytes: number;
  manualRedirects: boolean;
  /** Hand the body on instead of reading it. */
  stream: boolean;
  isAnswer: (status: number) => boolean;
  bases: readonly URL[];
  signal: AbortSignal | undefined;
}

export interface Arrival {
  answer: HttpAnswer;
  /** Of a stream: the rest, unread. Otherwise `answer.text` is the whole. */
  body: Readable | undefined;
  /** Where the answer came from, after redirects. */
  from: URL;
  /** False when it came from a host nobody configured, so that no credentials went along. */
  trusted: boolean;
}

/** An attempt without an answer; `http.ts` makes an UpstreamError of it. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly silence: Silence;

  constructor(silence: Silence) {
    super(silence.seen);
    this.silence = silence;
  }
}

/** Enough for the words of an error page; a stack trace behind them is not read. */
const ERROR_BYTES = 64 * 1024;

/** @throws NoAnswer */
export async function attempt(wire: Wire, asked: Attempt): Promise<Arrival> {
  const deadline = startDeadline(asked);
  try {
    const { answer, from } = await travel(wire, asked, deadline.signal);
    const open = asked.stream && asked.isAnswer(answer.status);
    const text = open ? '' : await read(answer, asked, from, deadline.signal);
    return {
      answer: { status: answer.status, headers: answer.headers, text },
      body: open ? answer.body : undefined,
      from,
      trusted: isConfigured(from, trustedBy(asked)),
    };
  } finally {
    deadline.stop();
  }
}

function startDeadline(asked: Attempt): { signal: AbortSignal; stop: () => void } {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), asked.readMs);
  const signal = asked.signal === undefined ? late.signal : AbortSignal.any([late.signal, asked.signal]);
  return { signal, stop: () => clearTimeout(timer) };
}

async function travel(wire: Wire, asked: Attempt, signal: AbortSignal): Promise<{ answer: WireAnswer; from: URL }> {
  const route = [asked.url];
  for (;;) {
    const url = route.at(-1) ?? asked.url;
    const answer = await knock(wire, asked, url, signal);
    if (!isRedirect(answer.status) || asked.manualRedirects) return { answer, from: url };
    answer.body.destroy();
    route.push(onward(asked, url, answer, route));
  }
}

async function knock(wire: Wire, asked: Attempt, url: URL, signal: AbortSignal): Promise<WireAnswer> {
  const known = isConfigured(url, trustedBy(asked));
  const login = known && asked.authorization !== undefined ? { Authorization: asked.authorization } : {};
  try {
    const { method, body } = asked;
    return await wire.exchange({ method, url, headers: { ...asked.headers, ...login }, body, signal });
  } catch (error) {
    throw new NoAnswer(givenUp(asked) ?? silence(error, url.host, asked));
  }
}

function onward(asked: Attempt, from: URL, answer: WireAnswer, route: readonly URL[]): URL {
  const hop = follow({ from, location: answer.headers['location'], write: asked.write, bases: trustedBy(asked) });
  if ('refused' in hop) throw detour(hop.refused);
  // 301 and 303 ask for a GET in its place, which would do something else than was asked.
  if (asked.method !== 'GET' && (answer.status === 301 || answer.status === 303))
    throw detour(`redirects a ${asked.write ? 'write' : asked.method} with ${answer.status}`);
  const way = [...route, hop.to].map((url) => url.host + url.pathname).join(' → ');
  if (route.some((been) => been.href === hop.to.href)) throw detour(`redirects in a loop: ${way}`);
  if (route.length > MOST_REDIRECTS) throw detour(`redirects more than ${MOST_REDIRECTS} times: ${way}`);
  return hop.to;
}

/** Where credentials may go: what is configured, and the host that the caller itself chose. */
function trustedBy({ bases, url }: Attempt): URL[] {
  return [...bases, new URL('/', url)];
}

function detour(seen: string): NoAnswer {
  return new NoAnswer({ seen, retryable: false, again: false, mayHaveArrived: false });
}

async function read(answer: WireAnswer, asked: Attempt, from: URL, signal: AbortSignal): Promise<string> {
  addAbortSignal(signal, answer.body);
  try {
    if (!asked.isAnswer(answer.status)) return await readStart(answer.body, ERROR_BYTES);
    return (await readBody(answer.body, asked.maxBytes)).toString('utf8');
  } catch (error) {
    // An error status says enough without its text.
    if (!asked.isAnswer(answer.status)) return '';
    throw new NoAnswer(givenUp(asked) ?? cutShort(error, from.host, asked, answer.status));
  }
}

function givenUp(asked: Attempt): Silence | undefined {
  if (asked.signal?.aborted !== true) return undefined;
  return { seen: 'was given up before it answered', retryable: false, again: false, mayHaveArrived: true };
}

/** The rest of an open answer. @throws NoAnswer when it breaks off, or when nothing came for `asked.readMs` */
export async function* chunksOf({ answer, body, from }: Arrival, asked: Attempt): AsyncGenerator<Buffer> {
  if (body === undefined) return;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), asked.readMs);
  addAbortSignal(asked.signal === undefined ? late.signal : AbortSignal.any([late.signal, asked.signal]), body);
  try {
    if (isHtml('', answer.headers['content-type'] ?? '')) throw new UnusableBody(HTML_INSTEAD);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      timer.refresh();
      yield chunk;
    }
  } catch (error) {
    throw new NoAnswer(givenUp(asked) ?? cutShort(error, from.host, asked, answer.status));
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
}
