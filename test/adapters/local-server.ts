// A real HTTP server on loopback whose answers a test decides; remembers what it was asked.
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

export interface Asked {
  method: string;
  /** Path with query. */
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export type Handler = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void;

export interface LocalServer {
  url: string;
  host: string;
  asked: Asked[];
  close(): Promise<void>;
}

const open = new Set<LocalServer>();

/** Call once in a test file: closes what its tests opened. */
export function closeServersAfterEach(): void {
  afterEach(async () => {
    await Promise.all([...open].map((server) => server.close()));
  });
}

export async function localServer(handler: Handler): Promise<LocalServer> {
  const asked: Asked[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    asked.push(one);
    handler(one, response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: LocalServer = {
    url: `http://${host}`,
    host,
    asked,
    close: async () => {
      open.delete(self);
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  open.add(self);
  return self;
}

/** A port where nobody listens. */
export async function deadHost(): Promise<string> {
  const server = await localServer(() => {});
  await server.close();
  return server.host;
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function html(response: ServerResponse, status: number, title: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html;charset=utf-8' });
  response.end(`<html><head><title>${title}</title></head><body><p>page</p></body></html>`);
}
