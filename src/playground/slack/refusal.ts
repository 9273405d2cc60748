// How Slack says no: thrown by the methods, turned into `{ok: false, error}` (or a status) by the server.
import type { Wire } from './types.js';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  /** More keys of the answer: `needed`, `provided`, `response_metadata`. */
  readonly details: Wire;
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(code: string, more: { details?: Wire; status?: number; headers?: Record<string, string> } = {}) {
    super(code);
    this.code = code;
    this.details = more.details ?? {};
    this.status = more.status ?? 200;
    this.headers = more.headers ?? {};
  }
}

/** 429 with the seconds to wait, as Slack's rate limiter answers (docs.slack.dev/apis/web-api/rate-limits). */
export function rateLimited(retryAfterSeconds: number): Refusal {
  return new Refusal('ratelimited', { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } });
}

/** Complaints about blocks or arguments, each with the JSON pointer of the spot. */
export function invalid(code: string, complaints: string[]): Refusal {
  return new Refusal(code, {
    details: {
      errors: complaints,
      response_metadata: { messages: complaints.map((complaint) => `[ERROR] ${complaint}`) },
    },
  });
}
