// Faults on request: what the next calls of a method meet instead of, or after, being carried out.

export type Fault =
  | { kind: 'rate-limit'; retryAfterSeconds: number }
  | { kind: 'status'; status: number }
  /** Slack's error word. */
  | { kind: 'error'; code: string }
  /** Nothing happens and no answer comes: the request was lost. */
  | { kind: 'timeout-before' }
  /** It is carried out, but the answer is lost. */
  | { kind: 'timeout-after' }
  /** The same, and known at once: the connection ends. */
  | { kind: 'reset-after' }
  /** This one goes well: what is planned behind it is for a later call. */
  | { kind: 'well' };

export class Faults {
  readonly #planned = new Map<string, Fault[]>();

  /** @param method `chat.postMessage`, `response_url`, `upload`, or `*` for any */
  plan(method: string, fault: Fault, times: number): void {
    const planned = this.#planned.get(method) ?? [];
    planned.push(...Array.from({ length: times }, () => fault));
    this.#planned.set(method, planned);
  }

  clear(): void {
    this.#planned.clear();
  }

  next(method: string): Fault | undefined {
    return this.#planned.get(method)?.shift() ?? this.#planned.get('*')?.shift();
  }
}
