// The open event streams of a `transcript-marathon.ts`: who is attached, and bytes that reach everyone who is.
import type { ServerResponse } from 'node:http';
import { type Answer, html, type PlainRequest } from '../../src/playground/servers/http.js';

/** Lets others wait until a number is reached. */
export class Threshold {
  #count = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  get count(): number {
    return this.#count;
  }

  set count(count: number) {
    this.#count = count;
    const reached = this.#waiting.filter((one) => one.count <= count);
    this.#waiting = this.#waiting.filter((one) => one.count > count);
    for (const { resolve } of reached) resolve();
  }

  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#count >= count) resolve();
      else this.#waiting.push({ count, resolve });
    });
  }
}

export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #number = new Threshold();

  get open(): number {
    return this.#open.size;
  }

  /** Only for exactly this `Accept`, as Jetty's servlet had it (contract marathon §6.1). */
  answer({ headers }: PlainRequest): Answer {
    if (headers.accept !== 'text/event-stream') return html(405, 'HTTP method GET is not supported by this URL');
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream;charset=UTF-8', connection: 'close', 'cache-control': 'no-cache' },
      stream: (res) => this.#attach(res),
    };
  }

  attached(count: number): Promise<void> {
    return this.#number.reached(count);
  }

  /** Resolves when the bytes have been handed to the operating system for everyone attached now. */
  async write(bytes: string | Buffer): Promise<void> {
    await Promise.all(
      [...this.#open].map(
        (res) =>
          new Promise<void>((resolve) => {
            res.once('close', resolve);
            res.write(bytes, () => {
              res.off('close', resolve);
              resolve();
            });
          }),
      ),
    );
  }

  /** What was written still arrives. */
  async closeAll(): Promise<void> {
    const closing = [...this.#open].map((res) => new Promise<void>((resolve) => res.once('close', resolve)));
    for (const res of this.#open) res.end();
    await Promise.all(closing);
  }

  #attach(res: ServerResponse): void {
    res.socket?.setNoDelay(true);
    this.#open.add(res);
    // A client that was killed takes what was being written with it.
    res.on('error', () => {});
    res.once('close', () => {
      this.#open.delete(res);
      this.#number.count = this.open;
    });
    this.#number.count = this.open;
  }
}
