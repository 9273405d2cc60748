// Slack's rate limits as token buckets: one message a second per channel, and so many calls a minute per method.
// Numbers: docs.slack.dev/apis/web-api/rate-limits; the tier of each method from the Java SDK's MethodsRateLimits.
import { type Clock, MINUTE, SECOND } from '../../core/time.js';
import { rateLimited } from './refusal.js';

const TIER_2 = 20;
const TIER_3 = 50;
const TIER_4 = 100;

/** Calls a minute; methods not named here have limits of their own kind or none worth playing. */
const PER_MINUTE: Record<string, number> = {
  'chat.update': TIER_3,
  'chat.delete': TIER_3,
  'chat.postEphemeral': TIER_4,
  'views.open': TIER_4,
  'views.publish': TIER_4,
  'views.update': TIER_4,
  'usergroups.list': TIER_2,
  'usergroups.users.list': TIER_2,
  'conversations.list': TIER_2,
  'users.info': TIER_4,
  'conversations.members': TIER_4,
  'files.getUploadURLExternal': TIER_4,
  'files.completeUploadExternal': TIER_4,
  'conversations.info': TIER_3,
  'conversations.history': TIER_3,
  'conversations.replies': TIER_3,
  'conversations.open': TIER_3,
  'team.info': TIER_3,
};

interface Bucket {
  tokens: number;
  filledAt: number;
}

export class Rates {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param burst messages a channel takes at once before one a second holds; Slack tolerates "short bursts" */
  constructor(clock: Clock, burst: number) {
    this.#clock = clock;
    this.#burst = burst;
  }

  call(method: string): void {
    const perMinute = PER_MINUTE[method];
    if (perMinute !== undefined) this.#take(method, perMinute, MINUTE / perMinute);
  }

  post(channelId: string): void {
    this.#take(`channel ${channelId}`, this.#burst, SECOND);
  }

  #take(name: string, size: number, msPerToken: number): void {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? { tokens: size, filledAt: now };
    bucket.tokens = Math.min(size, bucket.tokens + (now - bucket.filledAt) / msPerToken);
    bucket.filledAt = now;
    this.#buckets.set(name, bucket);
    if (bucket.tokens < 1) throw rateLimited(Math.ceil(((1 - bucket.tokens) * msPerToken) / SECOND));
    bucket.tokens -= 1;
  }
}
