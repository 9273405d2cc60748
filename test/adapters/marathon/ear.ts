// An ear of ours at one or more Marathons that a test plays, and a clock whose waits a test can see and let pass.
import type { ServerResponse } from 'node:http';
import { afterEach } from 'vitest';
import { type EventStreamOptions, listenToMarathon } from '../../../src/adapters/marathon/events.js';
import type { MarathonEvent, StreamNews } from '../../../src/core/marathon-event.js';
import type { Clock } from '../../../src/core/time.js';
import { hastyClock } from '../failing.js';
import { type Asked, type Handler, json, type LocalServer, localServer } from '../local-server.js';
import { APP } from './transcripts.js';

export interface Ear {
  news: StreamNews[];
  warnings: object[];
  /** Resolves when `found` finds something in the news, now or later. */
  until(found: (news: StreamNews[]) => boolean): Promise<void>;
  stop(): Promise<void>;
}

const open = new Set<Ear>();

/** Call once in a test file, after `closeServersAfterEach`. */
export function stopListeningAfterEach(): void {
  afterEach(async () => {
    await Promise.all([...open].map((ear) => ear.stop()));
  });
}

export function listening(urls: readonly string[], more: Partial<EventStreamOptions> = {}): Ear {
  const waiting = watcher();
  const news: StreamNews[] = [];
  const warnings: object[] = [];
  const { stop } = listenToMarathon({
    urls,
    credentials: undefined,
    clock: hastyClock(),
    scrub: (text) => text,
    appId: APP,
    random: () => 0,
    log: { warn: (fields) => void warnings.push(fields) },
    hear: (one) => {
      news.push(one);
      waiting.look();
    },
    ...more,
  });
  const ear: Ear = {
    news,
    warnings,
    until: (found) => waiting.until(() => found(news)),
    stop: async () => {
      open.delete(ear);
      await stop();
    },
  };
  open.add(ear);
  return ear;
}

/** The events of each connection. */
export function heardOn(news: readonly StreamNews[]): MarathonEvent[][] {
  const found: MarathonEvent[][] = [];
  for (const one of news) {
    if (one.kind === 'connected') found.push([]);
    else if (one.kind === 'event') found.at(-1)?.push(one.event);
  }
  return found;
}

export const identities = (news: readonly StreamNews[]): string[] =>
  news.flatMap((one) => (one.kind === 'event' ? [one.identity] : []));
export const kinds = (news: readonly StreamNews[]): string[] => news.map(({ kind }) => kind);
export const count = (news: readonly StreamNews[], kind: StreamNews['kind']): number =>
  news.filter((one) => one.kind === kind).length;
export const reasons = (news: readonly StreamNews[]): string[] =>
  news.flatMap((one) => (one.kind === 'lost' ? [one.why] : []));

/** Conditions looked at again whenever something happened. */
export function watcher(): { look(): void; until(met: () => boolean): Promise<void> } {
  let waiting: { met: () => boolean; go: () => void }[] = [];
  return {
    look: () => {
      for (const one of waiting.filter(({ met }) => met())) one.go();
      waiting = waiting.filter(({ met }) => !met());
    },
    until: (met) => (met() ? Promise.resolve() : new Promise((go) => waiting.push({ met, go }))),
  };
}

export interface Marathon extends LocalServer {
  /** Requests for the stream. */
  streams(): Asked[];
}

export interface MarathonPart {
  version?: string;
  /** Base URL of whoever it says leads. */
  leader?: () => string | undefined;
  /** It does not lead: what it answers comes from the leader. */
  proxied?: boolean;
  /** Asked first; true: it has been answered. */
  before?: (...given: Parameters<Handler>) => boolean;
  events?: Handler;
}

/** Answers what a listener asks; the stream is open and empty unless `events` says otherwise. */
export async function marathon(part: MarathonPart = {}): Promise<Marathon> {
  const server = await localServer((asked, response, request) => {
    const leader = part.leader?.();
    if (leader !== undefined) response.setHeader('X-Marathon-Leader', leader);
    if (part.proxied === true) response.setHeader('X-Marathon-Via', 'http://proxy:8080');
    if (part.before?.(asked, response, request) === true) return;
    if (asked.url === '/v2/info') json(response, { version: part.version ?? '1.5.15' });
    else if (!asked.url.startsWith('/v2/events')) json(response, { message: 'does not exist' }, 404);
    else (part.events ?? openOnly)(asked, response, request);
  });
  return Object.assign(server, { streams: () => server.asked.filter(({ url }) => url.startsWith('/v2/events')) });
}

/** As Jetty sends it: not chunked, closed at the end. */
export function openStream(response: ServerResponse): ServerResponse {
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, { 'Content-Type': 'text/event-stream;charset=UTF-8', Connection: 'close' });
  response.flushHeaders();
  return response;
}

const openOnly: Handler = (_asked, response) => void openStream(response);

/** The stream brings this and stays open. */
export const telling =
  (...texts: (string | Uint8Array)[]): Handler =>
  (_asked, response) => {
    openStream(response);
    for (const text of texts) response.write(text);
  };

export const crashed = (taskId = 'ci_jenkins.t1', appId = APP): string =>
  `event: status_update_event\r\ndata: ${JSON.stringify({
    taskId,
    taskStatus: 'TASK_FAILED',
    message: 'Command exited with status 1',
    appId,
    eventType: 'status_update_event',
    timestamp: '2018-02-05T09:00:35.712Z',
  })}\r\n\r\n`;

/** Waits end at once and are noted; alarms ring only when a test says so. */
export interface WaitingClock extends Clock {
  slept: number[];
  /** Alarms set and neither rung nor cancelled. */
  pending: Set<{ ms: number; act: () => void }>;
  /** How many were ever set. */
  armed(): number;
  ring(): void;
  pass(ms: number): void;
}

export function waitingClock(): WaitingClock {
  let now = Date.UTC(2018, 1, 5, 9);
  let armed = 0;
  const pending: WaitingClock['pending'] = new Set();
  const slept: number[] = [];
  return {
    slept,
    pending,
    speed: 1,
    now: () => now,
    armed: () => armed,
    pass: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
    },
    after: (ms, act) => {
      armed += 1;
      const alarm = { ms, act };
      pending.add(alarm);
      return () => pending.delete(alarm);
    },
    ring: () => {
      for (const alarm of [...pending]) {
        pending.delete(alarm);
        alarm.act();
      }
    },
  };
}
