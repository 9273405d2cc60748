// A transcript's Marathon as its own tests see it: served until the test has ended, listened to, and asked.
import { once } from 'node:events';
import http from 'node:http';
import { afterEach } from 'vitest';
import { AppAnswer, appOf } from '../../src/adapters/marathon/schema.js';
import { type PlayOptions, playTranscript, type TranscriptMarathon } from '../support/transcript-marathon.js';

const toClose: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

export async function marathon(options: PlayOptions): Promise<TranscriptMarathon> {
  const server = await playTranscript({ paceMs: 0, ...options });
  toClose.push(() => server.close());
  return server;
}

export interface Listener {
  /** Bytes of each connection. */
  heard: string[];
  /** As they arrived. */
  chunks: string[];
  closed: Promise<void>;
  kill(): void;
}

/** One connection, or one after the other. */
export async function listen(server: TranscriptMarathon, { again = false } = {}): Promise<Listener> {
  const listener: Listener = { heard: [], chunks: [], closed: Promise.resolve(), kill() {} };
  let over = false;
  toClose.unshift(() => {
    over = true;
  });
  const connect = async () => {
    const request = http.get(`${server.url}/v2/events`, { headers: { accept: 'text/event-stream' }, agent: false });
    request.on('error', () => {});
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const index = listener.heard.push('') - 1;
    response.setEncoding('utf8');
    response.on('error', () => {});
    listener.kill = () => request.destroy();
    response.on('data', (chunk: string) => {
      listener.heard[index] += chunk;
      listener.chunks.push(chunk);
    });
    listener.closed = new Promise((resolve) => response.once('close', resolve));
    response.once('close', () => void (again && !over && connect().catch(() => {})));
  };
  await connect();
  return listener;
}

export async function get(server: TranscriptMarathon, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

export async function appAt(server: TranscriptMarathon) {
  const { app } = (await get(server, '/v2/apps/ci/jenkins')).json();
  return { raw: app, app: appOf(AppAnswer.parse({ app }).app, app) };
}

/** `07381715` of a transcript's task ids, with its incarnation from the second on. */
export const short = (id: string) => `${/[0-9a-f]{8}/.exec(id)?.[0]}${/_app\.([2-9])$/.exec(id)?.[1] ?? ''}`;

/** What happened between the two connections of `x-gap`. */
export const GAP = ['gap-1-before.1.5.app.json', 'gap-2-after.1.5.app.json'];
