// The HTTP side of the workspace on loopback: Web API under `/api/`, uploads and response_urls. It reads bodies, checks
// tokens and scopes, lets planned faults happen, and writes every call down.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './answers.js';
import type { Fault, Faults } from './faults.js';
import { METHODS } from './methods.js';
import { takeUpload } from './methods-files.js';
import { Refusal, rateLimited } from './refusal.js';
import { needScope, type SlackState } from './state.js';
import { type Call, isWire, type Wire } from './types.js';

export interface Tokens {
  bot: string;
  app: string;
}

export interface ApiServer {
  server: Server;
  url: string;
  close(): Promise<void>;
}

interface Desk {
  state: SlackState;
  tokens: Tokens;
  faults: Faults;
  log: (call: Call) => void;
  /** Issues the address of a new Socket Mode connection. */
  openConnection: () => string;
}

interface Answered {
  status: number;
  headers: Record<string, string>;
  body: Wire | string;
}

export async function serveApi(desk: Desk): Promise<ApiServer> {
  const server = createServer((request, response) => {
    receive(request, response, desk).catch((cause: unknown) => {
      // A mistake in the simulator must be seen by whoever drives it.
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`simulator: ${String(cause)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  desk.state.baseUrl = `http://127.0.0.1:${port}`;
  return {
    server,
    url: desk.state.baseUrl,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const path = new URL(request.url ?? '/', desk.state.baseUrl).pathname;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const method = nameOf(path);
  const args = method === 'upload' ? {} : readArguments(body, request.headers['content-type'] ?? '');
  const carryOut = () => dispatch({ method, path, args, body, request }, desk);
  const fault = desk.faults.next(method);
  const given = await suffer(fault, carryOut);
  const content = given?.body ?? {};
  desk.log({
    method,
    args: withoutToken(args),
    at: desk.state.clock.now(),
    status: given?.status,
    error: isWire(content) && typeof content['error'] === 'string' ? content['error'] : undefined,
    answer: isWire(content) ? content : { text: content },
  });
  if (fault?.kind === 'reset-after') response.destroy();
  // No answer at all: the client waits until its own patience ends, or until the workspace closes.
  if (given === undefined) return;
  const type = isWire(content) ? 'application/json; charset=utf-8' : 'text/plain';
  response.writeHead(given.status, { 'content-type': type, ...given.headers });
  response.end(isWire(content) ? JSON.stringify(content) : content);
}

function nameOf(path: string): string {
  if (path.startsWith('/api/')) return path.slice('/api/'.length);
  if (path.startsWith('/upload/')) return 'upload';
  return /^\/(commands|actions)\//.test(path) ? 'response_url' : path;
}

/** @returns undefined when the client is to hear nothing */
async function suffer(fault: Fault | undefined, carryOut: () => Promise<Answered>): Promise<Answered | undefined> {
  if (fault === undefined || fault.kind === 'well') return carryOut();
  if (fault.kind === 'timeout-before') return undefined;
  if (fault.kind === 'timeout-after' || fault.kind === 'reset-after') {
    await carryOut();
    return undefined;
  }
  if (fault.kind === 'status') return { status: fault.status, headers: {}, body: 'upstream said no' };
  return asAnswer(fault.kind === 'error' ? new Refusal(fault.code) : rateLimited(fault.retryAfterSeconds));
}

interface Arrived {
  method: string;
  path: string;
  args: Wire;
  body: Buffer;
  request: IncomingMessage;
}

async function dispatch(arrived: Arrived, desk: Desk): Promise<Answered> {
  try {
    if (arrived.method === 'response_url') {
      answer(desk.state.responseUrls.use(arrived.path), arrived.args, desk.state);
      return { status: 200, headers: {}, body: 'ok' };
    }
    if (arrived.method === 'upload') {
      const bytes = await uploadedBytes(arrived.body, arrived.request.headers['content-type'] ?? '');
      return { status: 200, headers: {}, body: takeUpload(arrived.path, bytes, desk.state) };
    }
    return callMethod(arrived, desk);
  } catch (cause) {
    if (cause instanceof Refusal) return asAnswer(cause, arrived.method === 'response_url');
    throw cause;
  }
}

function callMethod({ method, args, request }: Arrived, desk: Desk): Answered {
  const token = request.headers.authorization?.replace(/^Bearer /, '') ?? String(args['token'] ?? '');
  if (token === '') throw new Refusal('not_authed');
  if (token !== desk.tokens.bot && token !== desk.tokens.app) throw new Refusal('invalid_auth');
  const wantsAppToken = method === 'apps.connections.open';
  if ((token === desk.tokens.app) !== wantsAppToken) throw new Refusal('not_allowed_token_type');
  if (wantsAppToken) return { status: 200, headers: {}, body: { ok: true, url: desk.openConnection() } };
  const known = METHODS[method];
  if (known === undefined) throw new Refusal('unknown_method', { details: { req_method: method } });
  if (known.scopes.length > 0) needScope(desk.state, ...known.scopes);
  desk.state.rates.call(method);
  const headers = {
    'x-oauth-scopes': desk.state.scopes.join(','),
    ...(known.scopes.length > 0 ? { 'x-accepted-oauth-scopes': known.scopes.join(',') } : {}),
  };
  return { status: 200, headers, body: { ok: true, ...known.answer(args, desk.state) } };
}

/** The Web API refuses with status 200, a response_url with 400 or 404. */
function asAnswer(refusal: Refusal, isResponseUrl = false): Answered {
  const status = isResponseUrl && refusal.status === 200 ? 400 : refusal.status;
  return { status, headers: refusal.headers, body: { ok: false, error: refusal.code, ...refusal.details } };
}

function readArguments(body: Buffer, contentType: string): Wire {
  const text = body.toString('utf8');
  if (!contentType.includes('json')) return Object.fromEntries(new URLSearchParams(text));
  const parsed: unknown = text === '' ? {} : JSON.parse(text);
  return isWire(parsed) ? parsed : {};
}

/** Slack takes the bytes as they are or as the only file of a multipart form. */
async function uploadedBytes(body: Buffer, contentType: string): Promise<Buffer> {
  if (!contentType.startsWith('multipart/')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  for (const [, value] of form) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}

function withoutToken(args: Wire): Wire {
  const { token: _token, ...rest } = args;
  return rest;
}
