// The admin surface: is the process alive, can it work, what has it counted. For Marathon's health check, a load balancer
// and Prometheus; main.ts starts it first and stops it last.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Health } from './health.js';
import type { Metrics } from './metrics.js';

export interface AdminOptions {
  host: string;
  /** 0 is any free one. */
  port: number;
  health: Health;
  metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** Brings up to date what other processes know, before it is told. Never throws. */
  refresh?(): Promise<void>;
  log: Record<'info' | 'warn', (fields: object, message: string) => void>;
}

export interface Admin {
  url: string;
  port: number;
  /** Also ends connections that are kept open. */
  close(): Promise<void>;
}

/** Only programs on this machine reach it. */
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

interface Answer {
  status: number;
  type: string;
  body: string;
}

const PLAIN = 'text/plain; charset=utf-8';

/** Resolves when requests are taken; rejects when the port is in use (EADDRINUSE). */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const { host, log } = options;
  const server = createServer((request, response) => {
    answerTo(request, options).then(
      (answer) => send(request, response, answer),
      () => send(request, response, { status: 500, type: PLAIN, body: 'this could not be read\n' }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  log.info({ url }, 'admin surface is up: /healthz, /readyz, /metrics');
  if (!isLoopback(host)) {
    log.warn(
      { url },
      'ADMIN_HOST is not of this machine alone: whoever reaches it may read the metrics, without a login',
    );
  }
  return {
    url,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answerTo(request: IncomingMessage, { health, metrics, refresh }: AdminOptions): Promise<Answer> {
  const nothing: Answer = { status: 404, type: PLAIN, body: 'not found\n' };
  if (request.method !== 'GET' && request.method !== 'HEAD') return nothing;
  switch ((request.url ?? '').split('?', 1)[0]) {
    case '/healthz':
      return { status: 200, type: PLAIN, body: 'ok\n' };
    case '/readyz':
      await refresh?.();
      return {
        status: health.ready() ? 200 : 503,
        type: 'application/json',
        body: `${JSON.stringify(health.snapshot())}\n`,
      };
    case '/metrics':
      await refresh?.();
      return { status: 200, type: metrics.contentType, body: await metrics.text() };
    default:
      return nothing;
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' };
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}
