// One HTTP exchange on the wire, by axios: no redirects, no retries, no judgement of the status. Called by `http.ts`.
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import axios, { type AxiosInstance } from 'axios';

export interface WireRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | undefined;
  signal: AbortSignal;
}

export interface WireAnswer {
  status: number;
  /** Lower-case names; of repeated ones the first, `set-cookie` joined by newlines. */
  headers: Record<string, string>;
  /** Already decompressed. */
  body: Readable;
}

export interface Wire {
  /** @throws whatever the socket threw; never fit for people */
  exchange(request: WireRequest): Promise<WireAnswer>;
  close(): void;
}

/** `code` of the error when no connection came about in time; nothing was sent then. */
export const CONNECT_TIMEOUT = 'CONNECT_TIMEOUT';

/** @param connectTimeoutMs how long a TCP connection with TLS may take to come about */
export function openWire(connectTimeoutMs: number): Wire {
  const keptAlive = { keepAlive: true, maxSockets: 50, maxFreeSockets: 4 };
  // A kept connection may have died unnoticed, and then nobody can tell whether a request arrived. Reads may find that
  // out and go again; a write begins on a connection of its own.
  const agents = {
    read: { http: new http.Agent(keptAlive), https: new https.Agent(keptAlive) },
    write: { http: new http.Agent(), https: new https.Agent() },
  };
  const all = [agents.read.http, agents.read.https, agents.write.http, agents.write.https];
  for (const agent of all) limitConnecting(agent, connectTimeoutMs);
  const client = bareAxios();
  return {
    exchange: async ({ method, url, headers, body, signal }) => {
      const pool = method === 'GET' ? agents.read : agents.write;
      const answer = await client.request<Readable>({
        method,
        url: url.href,
        headers: { ...headers, ...lengthOf(method, body) },
        data: body === undefined ? undefined : Buffer.from(body, 'utf8'),
        signal,
        httpAgent: pool.http,
        httpsAgent: pool.https,
      });
      return { status: answer.status, headers: flatHeaders(answer.headers), body: answer.data };
    },
    close: () => {
      for (const agent of all) agent.destroy();
    },
  };
}

function bareAxios(): AxiosInstance {
  return axios.create({
    responseType: 'stream',
    decompress: true,
    maxRedirects: 0,
    maxBodyLength: Number.POSITIVE_INFINITY,
    maxContentLength: -1,
    timeout: 0,
    validateStatus: () => true,
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
  });
}

/** Marathon 1.6+ passes on an empty body when a chunked request is proxied, so the length is always said (contract §2.1). */
function lengthOf(method: string, body: string | undefined): Record<string, string> {
  if (method === 'GET') return {};
  return { 'Content-Length': String(Buffer.byteLength(body ?? '', 'utf8')) };
}

function flatHeaders(headers: object): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) flat[name.toLowerCase()] = value.join('\n');
    else if (value !== undefined && value !== null) flat[name.toLowerCase()] = String(value);
  }
  return flat;
}

/** Node's agents know no limit of their own for the time until a connection stands. */
function limitConnecting(agent: http.Agent | https.Agent, timeoutMs: number): void {
  const connect: (...given: Parameters<http.Agent['createConnection']>) => unknown = agent.createConnection.bind(agent);
  const limited = (...given: Parameters<http.Agent['createConnection']>) => {
    const socket = connect(...given) as Socket;
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no connection in time'), { code: CONNECT_TIMEOUT }));
    }, timeoutMs);
    for (const event of [agent instanceof https.Agent ? 'secureConnect' : 'connect', 'close', 'error']) {
      socket.once(event, () => clearTimeout(timer));
    }
    return socket;
  };
  agent.createConnection = limited;
}
