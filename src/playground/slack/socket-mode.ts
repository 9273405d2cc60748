// Socket Mode: the app's processes connect here, each envelope goes to one of them, and comes back acknowledged.
// (docs.slack.dev/apis/events-api/using-socket-mode)
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../core/time.js';
import { type Attempt, type Envelope, PATIENCE_MS } from './delivery.js';
import { isWire } from './types.js';

/** Connections one app may hold. */
const MAX_CONNECTIONS = 10;
/** Real milliseconds for the closing handshake over loopback. */
const GOODBYE_MS = 250;

export class SocketMode {
  readonly #clock: Clock;
  readonly #appId: string;
  readonly #sockets: WebSocket[] = [];
  readonly #tickets = new Set<string>();
  readonly #waiting = new Map<string, (body: unknown) => void>();
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #changed: () => void;
  #issued = 0;
  #turn = 0;

  /** @param changed called when a connection comes or goes */
  constructor(options: { clock: Clock; appId: string; changed: () => void }) {
    this.#clock = options.clock;
    this.#appId = options.appId;
    this.#changed = options.changed;
  }

  get connections(): number {
    return this.#sockets.length;
  }

  listenOn(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const ticket = new URL(request.url ?? '/', 'ws://loopback').searchParams.get('ticket') ?? '';
      if (!this.#tickets.delete(ticket) || this.#sockets.length >= MAX_CONNECTIONS) {
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (connected) => this.#welcome(connected));
    });
  }

  /** @returns the query of a WebSocket address good for one connection */
  newTicket(): string {
    this.#issued += 1;
    const ticket = `ticket-${this.#issued}`;
    this.#tickets.add(ticket);
    return `ticket=${ticket}&app_id=${this.#appId}`;
  }

  /** Round robin, so copies of one envelope meet different processes. */
  async send(envelope: Envelope): Promise<Attempt> {
    const socket = this.#sockets[this.#turn++ % Math.max(1, this.#sockets.length)];
    if (socket === undefined) return { ackMs: undefined, body: undefined, failure: 'dispatch_failed' };
    const sentAt = performance.now();
    return new Promise((resolve) => {
      const key = this.#waitFor(envelope.id, (body) => {
        giveUp();
        resolve({ ackMs: performance.now() - sentAt, body, failure: undefined });
      });
      const giveUp = this.#clock.after(PATIENCE_MS, () => {
        this.#waiting.delete(key);
        resolve({ ackMs: undefined, body: undefined, failure: 'operation_timeout' });
      });
      socket.send(JSON.stringify(asMessage(envelope)));
    });
  }

  /** Tells every connection to come back on a new one, as Slack does every few hours, or drops them without a word. */
  disconnect(how: 'refresh_requested' | 'dropped'): void {
    for (const socket of [...this.#sockets]) {
      if (how === 'dropped') socket.terminate();
      else socket.send(JSON.stringify({ type: 'disconnect', reason: how, debug_info: { host: 'loopback' } }));
    }
  }

  /** Says goodbye to every connection; one that does not say it back is dropped. */
  async close(): Promise<void> {
    await Promise.all([...this.#sockets].map(farewell));
    this.#server.close();
  }

  #welcome(socket: WebSocket): void {
    this.#sockets.push(socket);
    socket.on('message', (data: RawData) => this.#hear(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#sockets.splice(this.#sockets.indexOf(socket), 1);
      this.#changed();
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#sockets.length,
        debug_info: { host: 'loopback', build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: this.#appId },
      }),
    );
    this.#changed();
  }

  #hear(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!isWire(message)) return;
    // Copies of an envelope share their id: the oldest still waiting takes the acknowledgement.
    const key = [...this.#waiting.keys()].find((one) => one.startsWith(`${String(message['envelope_id'])}#`));
    if (key === undefined) return;
    const settle = this.#waiting.get(key);
    this.#waiting.delete(key);
    settle?.(message['payload']);
  }

  #waitFor(envelopeId: string, settle: (body: unknown) => void): string {
    this.#issued += 1;
    const key = `${envelopeId}#${this.#issued}`;
    this.#waiting.set(key, settle);
    return key;
  }
}

function farewell(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const drop = setTimeout(() => socket.terminate(), GOODBYE_MS);
    socket.once('close', () => {
      clearTimeout(drop);
      resolve();
    });
    socket.close(1_001);
  });
}

function asMessage(envelope: Envelope): object {
  return {
    envelope_id: envelope.id,
    type: envelope.type,
    payload: envelope.payload,
    accepts_response_payload: envelope.acceptsResponse,
    ...(envelope.type === 'events_api'
      ? { retry_attempt: envelope.retryNumber, retry_reason: envelope.retryReason ?? '' }
      : {}),
  };
}
