// The response_urls of commands and clicks: five uses within thirty minutes, then they are refused.
// (docs.slack.dev/interactivity/handling-user-interaction)
import { type Clock, MINUTE } from '../../core/time.js';
import { Refusal } from './refusal.js';
import type { SlackMessage } from './types.js';

const USES = 5;
const LIFETIME_MS = 30 * MINUTE;

export interface ResponseUrl {
  path: string;
  userId: string;
  channelId: string;
  /** The message whose button was pressed; a command's answers have no original to replace (bolt-js#2287). */
  original: SlackMessage | undefined;
  /** What the person typed, shown to the channel with the first `in_channel` answer. */
  typed: string | undefined;
  issuedAt: number;
  uses: number;
}

export class ResponseUrls {
  readonly #clock: Clock;
  readonly #issued = new Map<string, ResponseUrl>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(wanted: Omit<ResponseUrl, 'path' | 'issuedAt' | 'uses'>): ResponseUrl {
    const number = this.#issued.size + 1;
    const kind = wanted.original === undefined ? 'commands' : 'actions';
    const url = {
      ...wanted,
      path: `/${kind}/T0HOUSE/${number}/capability${number}`,
      issuedAt: this.#clock.now(),
      uses: 0,
    };
    this.#issued.set(url.path, url);
    return url;
  }

  /** Counts the use, whatever comes of it. */
  use(path: string): ResponseUrl {
    const url = this.#issued.get(path);
    if (url === undefined) throw new Refusal('invalid_url', { status: 404 });
    if (this.#clock.now() - url.issuedAt > LIFETIME_MS) throw new Refusal('expired_url', { status: 404 });
    if (url.uses >= USES) throw new Refusal('used_url', { status: 404 });
    url.uses += 1;
    return url;
  }

  find(url: string): ResponseUrl | undefined {
    return this.#issued.get(new URL(url).pathname);
  }
}
