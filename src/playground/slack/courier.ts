// Takes what a person did to the app: once, or in copies, or again and again until it is acknowledged.
import {
  type Attempt,
  type Delivery,
  type Envelope,
  type EnvelopeType,
  RETRY_AFTER_MS,
  refusedDelivery,
  summary,
  type Transport,
} from './delivery.js';
import { eventCallback } from './payloads.js';
import type { SlackState } from './state.js';
import type { Wire } from './types.js';

export class Courier {
  readonly #state: SlackState;
  readonly #transport: () => Transport;
  #sent = 0;

  /** @param transport asked anew for every delivery: Socket Mode, or an HTTP address set meanwhile */
  constructor(state: SlackState, transport: () => Transport) {
    this.#state = state;
    this.#transport = transport;
  }

  /** Commands and clicks are sent once; Slack does not repeat them, but copies have been seen (bolt-js#2487). */
  async deliver(type: EnvelopeType, payload: Wire, copies = 1): Promise<Delivery> {
    const envelope = this.#envelope(type, payload);
    const attempts = await Promise.all(Array.from({ length: copies }, () => this.#transport()(envelope)));
    return summary(payload, attempts);
  }

  /** Events are sent again until acknowledged: at once, after a minute, after five. */
  async event(event: Wire, isExtShared: boolean, copies = 1, tries: 'again' | 'once' = 'again'): Promise<Delivery> {
    const subscribed = this.#state.manifest.settings.event_subscriptions.bot_events;
    const name = event['channel_type'] === 'im' ? 'message.im' : String(event['type']);
    if (!subscribed.includes(name)) return refusedDelivery('not_subscribed');
    const payload = eventCallback(event, `Ev0${this.#sent + 1}`, isExtShared, this.#state);
    const first = await this.deliver('events_api', payload, copies);
    const attempts = [...first.attempts];
    if (tries === 'once') return summary(payload, attempts);
    for (const [index, pauseMs] of RETRY_AFTER_MS.entries()) {
      const last = attempts.at(-1);
      if (last === undefined || attempts.some((attempt) => attempt.failure === undefined)) break;
      if (pauseMs > 0) await this.#state.clock.sleep(pauseMs);
      attempts.push(await this.#again(payload, index + 1, last));
    }
    return summary(payload, attempts);
  }

  #again(payload: Wire, retryNumber: number, last: Attempt): Promise<Attempt> {
    const retryReason = last.failure === 'dispatch_failed' ? 'connection_failed' : 'http_timeout';
    return this.#transport()({ ...this.#envelope('events_api', payload), retryNumber, retryReason });
  }

  #envelope(type: EnvelopeType, payload: Wire): Envelope {
    this.#sent += 1;
    const id = `envelope-${this.#sent}`;
    return { id, type, payload, acceptsResponse: type !== 'events_api', retryNumber: 0, retryReason: undefined };
  }
}
