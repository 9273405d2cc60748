// The smallest HTTP server the simulated systems need: every server under this folder listens through `serve`, and
// answers either by hand (`sendJson`) or, behind the fault layer, by returning an `Answer`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

export interface Listening {
  /** Base URL without trailing slash. */
  url: string;
  port: number;
  /** Ends open connections, event streams included. */
  close(): Promise<void>;
}

/** A request whose body has been read; the path is decoded as little as possible: percent escapes are left to the reader. */
export interface PlainRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  /** Address of the caller, as Marathon's `clientIp` shows it. */
  remoteAddress: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
  /** Takes the open response over after the head has been sent, e.g. for an event stream. */
  stream?: (res: ServerResponse) => void;
}

export async function serve(handler: Handler, where: { host?: string; port?: number } = {}): Promise<Listening> {
  const host = where.host ?? '127.0.0.1';
  const server = createServer((req, res) => {
    Promise.resolve()
      .then(() => handler(req, res))
      .catch((cause: unknown) => fail(res, cause));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A mistake in the simulator must be seen by whoever drives it, not hang the client. */
function fail(res: ServerResponse, cause: unknown): void {
  if (res.headersSent || res.destroyed) res.destroy();
  else
    sendJson(res, 500, {
      message: `simulator: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`,
    });
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  send(res, json(status, body, headers));
}

export async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export async function plainRequest(req: IncomingMessage): Promise<PlainRequest> {
  const target = req.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: req.method ?? 'GET',
    path: mark === -1 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
    headers: req.headers,
    body: await readBody(req),
    remoteAddress: (req.socket.remoteAddress ?? '127.0.0.1').replace('::ffff:', ''),
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export const text = (status: number, body: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body,
});

/** What a proxy or a servlet container says when it, not the application, answers. */
export const html = (status: number, title: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'text/html;charset=ISO-8859-1', ...headers },
  body: `<html>\n<head>\n<title>Error ${status} ${title}</title>\n</head>\n<body>\n<h2>HTTP ERROR: ${status}</h2>\n<p>${title}</p>\n</body>\n</html>\n`,
});

/** Sends a whole answer. HEAD gets the same head and no body (node:http sees to that). */
export function send(res: ServerResponse, answer: Answer): void {
  if (res.destroyed) return;
  if (answer.stream !== undefined) {
    // A stream ends with its connection and carries the system's own framing only.
    res.useChunkedEncodingByDefault = false;
    res.writeHead(answer.status, answer.headers);
    res.flushHeaders();
    answer.stream(res);
    return;
  }
  const body = Buffer.from(answer.body ?? '');
  res.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) });
  res.end(body);
}

/** Credentials a simulated system may ask for. `token`: DC/OS style `Authorization: token=…`. */
export type RequiredCredentials = { username: string; password: string } | { token: string };

export function authorised(request: PlainRequest, required: RequiredCredentials | undefined): boolean {
  if (required === undefined) return true;
  const given = request.headers.authorization;
  if ('token' in required) return given === `token=${required.token}` || given === `Bearer ${required.token}`;
  return given === `Basic ${Buffer.from(`${required.username}:${required.password}`).toString('base64')}`;
}
