// The ear at Marathon: its event stream, kept open for as long as the bot listens, and before 0.9 a look every ten seconds
// (contract marathon §6). `bot.ts` starts it and hands what is heard to `journeys/alert.ts`.
import type { MarathonEvent, StreamNews } from '../../core/marathon-event.js';
import { type Clock, runningClock, SECOND } from '../../core/time.js';
import { atLeast } from '../../core/version.js';
import { type HttpClient, httpClient } from '../http.js';
import type { Scrub } from '../secrets.js';
import type { MarathonOptions } from './client.js';
import { greet, openStream } from './event-address.js';
import { frameReader } from './event-frames.js';
import { type Ending, pauses } from './event-pauses.js';
import { explainRefusal } from './refusal.js';

export interface EventStreamOptions extends Omit<MarathonOptions, 'publicUrl' | 'retryDelaysMs'> {
  appId: string;
  /** Called in order, never awaited: Marathon drops events for a slow reader, or the reader itself. */
  hear(news: StreamNews): void;
  /** For reconnecting and for the heartbeat; real time unless told otherwise. */
  wall?: Clock;
  /** 0 to 1, spreads reconnects. */
  random?: () => number;
  log?: { warn(fields: object, text: string): void };
}

export interface Listening {
  /** Resolves when nothing is open any more; nothing is heard from the call on. */
  stop(): Promise<void>;
}

/** Starts at once, never throws, and goes on until stopped. Events of other apps are not heard. */
export function listenToMarathon(options: EventStreamOptions): Listening {
  const stopping = new AbortController();
  const listening = listen(options, stopping.signal);
  return {
    stop: () => {
      stopping.abort();
      return listening;
    },
  };
}

/** What one connection needs. */
interface Ear extends EventStreamOptions {
  http: HttpClient;
  wall: Clock;
  tell(news: StreamNews): void;
  skip(why: string): void;
}

async function listen(options: EventStreamOptions, stopping: AbortSignal): Promise<void> {
  const wall = options.wall ?? runningClock();
  const pauseAfter = pauses(options.random ?? Math.random);
  let tries = 0;
  // An instance that accepts and never answers must not be the first one asked for ever.
  const http = openHttp(options, () => rotated(options.urls, tries));
  const ear: Ear = { ...options, http, wall, tell: teller(options, stopping), skip: skipCounter(options) };
  for (; !stopping.aborted; tries += 1) {
    const ending = await connect(ear, stopping);
    if (ending.kind !== 'no-stream') ear.tell({ kind: 'lost', why: ending.why });
    await wall.sleep(pauseAfter(ending), stopping).catch(() => undefined);
  }
  http.close();
}

function openHttp(options: EventStreamOptions, urls: () => readonly string[]): HttpClient {
  const { credentials, clock, scrub, onResponse, timeouts } = options;
  return httpClient({
    credentials,
    clock,
    scrub,
    onResponse,
    timeouts,
    urls,
    system: 'Marathon',
    explain: explainRefusal,
    leaderHeader: 'x-marathon-leader',
  });
}

function rotated(urls: readonly string[], by: number): readonly string[] {
  const first = urls.length === 0 ? 0 : by % urls.length;
  return [...urls.slice(first), ...urls.slice(0, first)];
}

/** A listener's mistake is its own; the stream goes on. */
function teller({ hear, log }: EventStreamOptions, stopping: AbortSignal): (news: StreamNews) => void {
  return (news) => {
    if (stopping.aborted) return;
    try {
      hear(news);
    } catch (err) {
      log?.warn({ err, news: news.kind }, 'news of Marathon could not be taken');
    }
  };
}

/** The first of its kind is told, then every hundredth: they may come by the thousand. */
function skipCounter({ log }: EventStreamOptions): (why: string) => void {
  let skipped = 0;
  return (why) => {
    skipped += 1;
    if (skipped % 100 === 1) log?.warn({ skipped, why }, 'an event of Marathon was not understood and is skipped');
  };
}

/** From the first question to the end of the stream. Never throws. */
async function connect(ear: Ear, stopping: AbortSignal): Promise<Ending> {
  const line = openLine(ear.wall, stopping);
  let connectedAt: number | undefined;
  try {
    const greeting = await greet(ear.http, line.signal);
    if (!atLeast(greeting.version, '0.9')) {
      ear.tell({ kind: 'look' });
      return { kind: 'no-stream' };
    }
    line.expectBytes();
    const { chunks } = await openStream(ear.http, ear, greeting, line.signal);
    line.expectBytes();
    connectedAt = ear.wall.now();
    ear.tell({ kind: 'connected' });
    const bytes = await readAll(ear, chunks, line.expectBytes);
    // A leader that is not active yet answers like this, and soon is.
    if (bytes === 0)
      return { kind: 'not-yet', why: 'Marathon ended the event stream at once: its leader is not ready' };
    return { kind: 'ended', why: 'Marathon ended the event stream', livedMs: ear.wall.now() - connectedAt };
  } catch (error) {
    const why = line.silent() ? SILENT : inWords(error, ear);
    return { kind: 'ended', why, livedMs: connectedAt === undefined ? 0 : ear.wall.now() - connectedAt };
  } finally {
    line.close();
  }
}

/** What Mesos says of an end may quote the command that ended, and what is heard is kept in Redis. */
function withoutSecrets(event: MarathonEvent, scrub: Scrub): MarathonEvent {
  if (event.kind === 'task') return { ...event, message: scrub(event.message) };
  if (event.kind === 'unhealthy-kill') return { ...event, reason: scrub(event.reason) };
  if (event.kind === 'deployment' && event.reason !== undefined) return { ...event, reason: scrub(event.reason) };
  return event;
}

async function readAll(ear: Ear, chunks: AsyncIterable<Buffer>, heard: () => void): Promise<number> {
  const frames = frameReader({
    appId: `/${ear.appId.replace(/^\/+/, '')}`,
    take: (event, identity) => ear.tell({ kind: 'event', event: withoutSecrets(event, ear.scrub), identity }),
    skip: ear.skip,
  });
  let bytes = 0;
  for await (const chunk of chunks) {
    heard();
    bytes += chunk.length;
    frames.push(chunk);
  }
  return bytes;
}

/** UpstreamError and whatever else: no headers, no tokens. */
function inWords(error: unknown, { scrub }: Ear): string {
  return scrub(error instanceof Error ? error.message : String(error));
}

/** Two heartbeats of 10 s may get lost on the way; a third does not (contract marathon §6.2). */
const SILENT_AFTER_MS = 25 * SECOND;
const SILENT = `Marathon's event stream was silent for ${SILENT_AFTER_MS / SECOND} s`;

/** The life of one connection: ends when it is closed, when we stop, or when bytes were expected and none came. */
function openLine(wall: Clock, stopping: AbortSignal) {
  const line = new AbortController();
  const hangUp = () => line.abort();
  let silent = false;
  let stopWaiting = () => {};
  if (stopping.aborted) hangUp();
  stopping.addEventListener('abort', hangUp, { once: true });
  return {
    signal: line.signal,
    silent: () => silent,
    /** From now on, anew with each call. */
    expectBytes: () => {
      stopWaiting();
      stopWaiting = wall.after(SILENT_AFTER_MS, () => {
        silent = true;
        hangUp();
      });
    },
    close: () => {
      stopWaiting();
      stopping.removeEventListener('abort', hangUp);
      hangUp();
    },
  };
}
