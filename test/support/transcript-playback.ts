// Plays a transcript for `transcript-marathon.ts`: what Marathon knows moves on, then its streams hear of it. Cuts,
// split writes and repeats happen here.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Piece, recordedSnapshot, type Transcript } from './transcript-file.js';
import type { TranscriptState } from './transcript-state.js';
import type { EventStreams } from './transcript-streams.js';

export interface Delivery {
  /** Names in `snapshots/`: the app from when the i-th connection may be opened. */
  snapshots?: readonly string[];
  /** Real ms after each frame. */
  paceMs?: number;
  /**
   * Byte positions in the bodies of all connections together at which the server closes the connection. Of the frame
   * in which one falls the rest is lost, though Marathon knows what it told; the next connection begins with the next.
   */
  cutAt?: readonly number[];
  /** Byte positions at which one write becomes two, some ms apart. */
  chunksAt?: readonly number[];
  /** Every frame is delivered twice in a row. */
  twice?: boolean;
}

/** At a real Marathon every 10 s. */
const HEARTBEAT_MS = 100;
/** Between the halves of a split write, so that they arrive as two. */
const APART_MS = 5;

export class Playback {
  readonly played: Promise<void>;
  readonly #transcript: Transcript;
  readonly #state: TranscriptState;
  readonly #streams: EventStreams;
  readonly #delivery: Delivery;
  readonly #left: Piece[];
  readonly #stop = new AbortController();
  #connection = 0;
  #heart: NodeJS.Timeout | undefined;
  #lastTurn: Promise<void> = Promise.resolve();
  #settle: { resolve: () => void; reject: (cause: Error) => void } = { resolve() {}, reject() {} };

  constructor(transcript: Transcript, state: TranscriptState, streams: EventStreams, delivery: Delivery) {
    this.#transcript = transcript;
    this.#state = state;
    this.#streams = streams;
    this.#delivery = delivery;
    this.#left = [...transcript.pieces];
    this.played = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever awaits it hears of the end all the same.
    this.played.catch(() => {});
    this.#showSnapshot();
  }

  play(frames: number): Promise<void> {
    this.#lastTurn = this.#lastTurn.then(() => this.#run(frames));
    return this.#lastTurn;
  }

  stop(): void {
    clearInterval(this.#heart);
    this.#stop.abort();
    this.#settle.reject(new Error('the server was closed before the transcript had been played'));
  }

  async #run(frames: number): Promise<void> {
    for (let sent = 0; sent < frames && !this.#stop.signal.aborted; ) {
      const piece = this.#left.shift();
      if (piece === undefined) break;
      await this.#deliver(piece);
      if (piece.event === undefined) continue;
      sent += 1;
      await sleep(this.#delivery.paceMs ?? 20);
    }
    if (this.#left.length === 0 && this.#heart === undefined && !this.#stop.signal.aborted) await this.#end();
  }

  async #end(): Promise<void> {
    if (this.#isCutAt(this.#transcript.length)) await this.#streams.closeAll();
    this.#heart = setInterval(() => void this.#write('\r').then(() => this.#write('\n')), HEARTBEAT_MS);
    this.#settle.resolve();
  }

  async #deliver(piece: Piece): Promise<void> {
    if (piece.connection !== this.#connection || this.#isCutAt(piece.start)) await this.#reconnect(piece.connection);
    if (this.#stop.signal.aborted) return;
    if (piece.event !== undefined) this.#state.apply(piece.event);
    const { start, end, bytes } = piece;
    const cut = this.#cuts.find((position) => position > start && position < end);
    if (cut === undefined) {
      for (let times = this.#delivery.twice && piece.event ? 2 : 1; times > 0; times -= 1)
        await this.#send(piece, bytes);
    } else {
      await this.#send(piece, bytes.subarray(0, cut - start));
      await this.#reconnect(piece.connection);
    }
  }

  /** 0.8 sends nothing. */
  get #cuts(): readonly number[] {
    return this.#transcript.generation === '0.8' ? [] : (this.#delivery.cutAt ?? []);
  }

  #isCutAt(position: number): boolean {
    return position > 0 && this.#cuts.includes(position);
  }

  /** As many as were cut off have to come back: what is sent before that they would never hear. */
  async #reconnect(connection: number): Promise<void> {
    const wanted = Math.max(1, this.#streams.open);
    if (connection !== this.#connection) {
      this.#connection = connection;
      this.#showSnapshot();
    }
    await this.#streams.closeAll();
    await Promise.race([this.#streams.attached(wanted), stopped(this.#stop.signal)]);
  }

  #showSnapshot(): void {
    const name = this.#delivery.snapshots?.[this.#connection];
    if (name !== undefined) this.#state.load(recordedSnapshot(name));
  }

  /** A heartbeat's CR and LF are two writes on the wire. */
  async #send({ start, event }: Piece, bytes: Buffer): Promise<void> {
    const chunks = (this.#delivery.chunksAt ?? []).map((position) => position - start);
    const inside = new Set(
      [...chunks, ...(event === undefined ? [1] : [])].filter((at) => at > 0 && at < bytes.length),
    );
    let from = 0;
    for (const at of [...inside].sort((one, other) => one - other)) {
      await this.#write(bytes.subarray(from, at));
      if (chunks.includes(at)) await sleep(APART_MS);
      from = at;
    }
    await this.#write(bytes.subarray(from));
  }

  async #write(bytes: string | Buffer): Promise<void> {
    if (!this.#stop.signal.aborted) await this.#streams.write(bytes);
  }
}

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
