// HTTP mode: the same envelopes as signed requests to the app's public address.
// (docs.slack.dev/authentication/verifying-requests-from-slack)
import { createHmac } from 'node:crypto';
import type { Clock } from '../../core/time.js';
import { type Attempt, type Envelope, PATIENCE_MS, type Transport } from './delivery.js';
import type { Wire } from './types.js';

export interface HttpTarget {
  /** The app's request URL, e.g. `http://127.0.0.1:3000/slack/events`. */
  url: string;
  signingSecret: string;
  /** Seconds added to the time of signing, to play a stale request. */
  clockSkewSeconds?: number;
}

export function httpTransport(target: HttpTarget, clock: Clock): Transport {
  return async (envelope) => {
    const { body, contentType } = encode(envelope);
    const patience = new AbortController();
    const giveUp = clock.after(PATIENCE_MS, () => patience.abort());
    const sentAt = performance.now();
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: { 'content-type': contentType, ...signature(target, body), ...retryHeaders(envelope) },
        body,
        signal: patience.signal,
      });
      const text = await response.text();
      if (!response.ok) return failed('operation_timeout');
      return { ackMs: performance.now() - sentAt, body: decode(text), failure: undefined };
    } catch {
      return failed(patience.signal.aborted ? 'operation_timeout' : 'dispatch_failed');
    } finally {
      giveUp();
    }
  };
}

/** `v0=` and the HMAC of version, time and raw body. The time is the wall clock's, because the app's check is too. */
export function signature(target: HttpTarget, body: string): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1_000) + (target.clockSkewSeconds ?? 0);
  const digest = createHmac('sha256', target.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': `v0=${digest}` };
}

/** Commands are forms, clicks a form with JSON inside, events plain JSON. */
function encode(envelope: Envelope): { body: string; contentType: string } {
  const form = 'application/x-www-form-urlencoded';
  if (envelope.type === 'events_api')
    return { body: JSON.stringify(envelope.payload), contentType: 'application/json' };
  const fields: Wire =
    envelope.type === 'interactive' ? { payload: JSON.stringify(envelope.payload) } : envelope.payload;
  const pairs = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]);
  return { body: new URLSearchParams(pairs).toString(), contentType: form };
}

function retryHeaders(envelope: Envelope): Record<string, string> {
  if (envelope.retryNumber === 0) return {};
  return {
    'x-slack-retry-num': String(envelope.retryNumber),
    'x-slack-retry-reason': envelope.retryReason ?? 'unknown_error',
  };
}

/** An acknowledgement is empty, text, or JSON. */
function decode(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function failed(failure: Attempt['failure']): Attempt {
  return { ackMs: undefined, body: undefined, failure };
}
