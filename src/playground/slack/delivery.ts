// How something a person did reaches the app, whatever the transport: one attempt, its acknowledgement, and Slack's
// patience. `socket-mode.ts` and `http-mode.ts` carry the attempts; `person.ts` composes what is carried.
import { MINUTE, SECOND } from '../../core/time.js';
import type { Wire } from './types.js';

/** Commands, clicks and events must be acknowledged within this (docs.slack.dev/interactivity/handling-user-interaction). */
export const PATIENCE_MS = 3 * SECOND;
/** An event is tried again at once, after a minute and after five (docs.slack.dev/apis/events-api). */
export const RETRY_AFTER_MS = [0, MINUTE, 5 * MINUTE];

export type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api';

export interface Envelope {
  /** The same for copies of one delivery, as seen in bolt-js#2487. */
  id: string;
  type: EnvelopeType;
  payload: Wire;
  acceptsResponse: boolean;
  retryNumber: number;
  retryReason: string | undefined;
}

export interface Attempt {
  /** Real milliseconds until the acknowledgement; undefined without one. */
  ackMs: number | undefined;
  /** What the acknowledgement carried. */
  body: unknown;
  failure: 'operation_timeout' | 'dispatch_failed' | undefined;
}

/** Carries one attempt to one of the app's processes. Never rejects. */
export type Transport = (envelope: Envelope) => Promise<Attempt>;

export interface Delivery {
  /** Undefined for events. */
  triggerId: string | undefined;
  /** Undefined for events and view submissions. */
  responseUrl: string | undefined;
  payload: Wire;
  attempts: Attempt[];
  acked: boolean;
  /** Of the first acknowledged attempt. */
  ackMs: number | undefined;
  ackBody: unknown;
  failure: Attempt['failure'];
  /** Slack itself said no and nothing was sent to the app: `not_in_channel`, `denied`, `no_such_command` … */
  refused: string | undefined;
}

export function summary(payload: Wire, attempts: Attempt[]): Delivery {
  const first = attempts.find((attempt) => attempt.failure === undefined);
  return {
    triggerId: stringOrNothing(payload['trigger_id']),
    responseUrl: stringOrNothing(payload['response_url']),
    payload,
    attempts,
    acked: first !== undefined,
    ackMs: first?.ackMs,
    ackBody: first?.body,
    failure: first === undefined ? attempts.at(-1)?.failure : undefined,
    refused: undefined,
  };
}

export function refusedDelivery(why: string): Delivery {
  return { ...summary({}, []), refused: why };
}

function stringOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
