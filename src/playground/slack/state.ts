// The workspace's whole state in one place, handed to every Web API method and to whatever delivers to the app.
import { type Clock, SECOND } from '../../core/time.js';
import { type Directory, houseDirectory } from './directory.js';
import type { AppManifest } from './manifest.js';
import { Messages } from './messages.js';
import { Rates } from './rates.js';
import { Refusal } from './refusal.js';
import { ResponseUrls } from './response-urls.js';
import type { SlackFile, SlackView } from './types.js';

/** A `trigger_id` opens one modal within 3 s (docs.slack.dev/interactivity). */
const TRIGGER_LIFETIME_MS = 3 * SECOND;

export interface SlackState {
  readonly clock: Clock;
  readonly manifest: AppManifest;
  readonly scopes: readonly string[];
  readonly directory: Directory;
  readonly messages: Messages;
  readonly rates: Rates;
  readonly responseUrls: ResponseUrls;
  readonly files: Map<string, SlackFile>;
  readonly views: Map<string, SlackView>;
  readonly triggers: Triggers;
  /** `http://127.0.0.1:PORT`; known once the server listens. */
  baseUrl: string;
  /** True while the workspace is on a free plan: no user groups. */
  freePlan: boolean;
}

export class Triggers {
  readonly #clock: Clock;
  readonly #issued = new Map<string, { userId: string; at: number; used: boolean }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(userId: string): string {
    const id = `${this.#clock.now()}.${this.#issued.size + 1}.t0house`;
    this.#issued.set(id, { userId, at: this.#clock.now(), used: false });
    return id;
  }

  /** @returns whose screen the modal opens on */
  exchange(id: string): string {
    const trigger = this.#issued.get(id);
    if (trigger === undefined) throw new Refusal('invalid_trigger_id');
    if (trigger.used) throw new Refusal('exchanged_trigger_id');
    if (this.#clock.now() - trigger.at > TRIGGER_LIFETIME_MS) throw new Refusal('expired_trigger_id');
    trigger.used = true;
    return trigger.userId;
  }
}

/** @param options.ackClock what the three seconds of a `trigger_id` are measured by, as those of an acknowledgement */
export function newState(options: { clock: Clock; ackClock: Clock; manifest: AppManifest; burst: number }): SlackState {
  const { clock, manifest } = options;
  const botName = manifest.features.bot_user?.display_name ?? manifest.display_information.name;
  return {
    clock,
    manifest,
    scopes: manifest.oauth_config.scopes.bot,
    directory: houseDirectory(botName),
    messages: new Messages(clock),
    rates: new Rates(clock, options.burst),
    responseUrls: new ResponseUrls(clock),
    files: new Map(),
    views: new Map(),
    triggers: new Triggers(options.ackClock),
    baseUrl: '',
    freePlan: false,
  };
}

/** Refuses unless one of these scopes was granted, naming what is needed as Slack does. */
export function needScope(state: SlackState, ...anyOf: string[]): void {
  if (anyOf.some((scope) => state.scopes.includes(scope))) return;
  throw new Refusal('missing_scope', { details: { needed: anyOf.join(','), provided: state.scopes.join(',') } });
}
