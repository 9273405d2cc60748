// The simulated Slack workspace: real Bolt connects to it, people act in it, tests and the terminal watch it.
// Everything other folders need from here is exported from this file.
import { readFile } from 'node:fs/promises';
import { type Clock, runningClock } from '../../core/time.js';
import { Courier } from './courier.js';
import type { Transport } from './delivery.js';
import { type Directory, directMessage, findChannel, findUser } from './directory.js';
import { type Fault, Faults } from './faults.js';
import { type HttpTarget, httpTransport } from './http-mode.js';
import { type AppManifest, readManifest } from './manifest.js';
import * as payloads from './payloads.js';
import { People } from './person.js';
import { ScreenPeople } from './screen-person.js';
import { type ApiServer, serveApi } from './server.js';
import { SocketMode } from './socket-mode.js';
import { newState, type SlackState } from './state.js';
import type { Call, Change, SlackFile, SlackMessage, SlackView } from './types.js';

export { type Pressable, pressables } from './buttons.js';
export type { Delivery } from './delivery.js';
export type { Fault } from './faults.js';
export { type AppManifest, readManifest } from './manifest.js';
export type { ButtonPressed, CommandTyped, Mention } from './person.js';
export { fieldsOf, type ShownField } from './screen-person.js';
export type {
  Call,
  Change,
  Content,
  SlackChannel,
  SlackFile,
  SlackMessage,
  SlackUser,
  SlackView,
  Wire,
} from './types.js';

export interface SlackOptions {
  /** The time of messages, response_urls, triggers, rate limits and repeated events; the wall clock by default. */
  clock?: Clock;
  /**
   * What the three seconds of an acknowledgement, and those of a trigger_id, are measured by. The wall clock also where `clock` runs faster:
   * computing the acknowledgement takes real time.
   */
  ackClock?: Clock;
  /** Parsed, or the path of the YAML file; `manifests/slack-app.yaml` by default. */
  manifest?: AppManifest | string;
  botToken?: string;
  appToken?: string;
  /** Messages one channel takes at once before one a second holds; 3 by default ("short bursts" are tolerated). */
  burst?: number;
}

/** Real milliseconds a test waits for something to happen. */
const WAIT_MS = 5_000;

export class SlackWorkspace {
  readonly botToken: string;
  readonly appToken: string;
  /** Every call of the Web API and of response_urls, oldest first. */
  readonly calls: Call[] = [];
  /** What a person does: `people.command(…)`, `people.press(…)`; the most used are also methods of the workspace. */
  readonly people: People;
  /** What a person does in the Home tab and in modals. */
  readonly screens: ScreenPeople;
  readonly #state: SlackState;
  readonly #faults = new Faults();
  readonly #sockets: SocketMode;
  readonly #ackClock: Clock;
  readonly #watchers = new Set<() => void>();
  #http: HttpTarget | undefined;
  #api: ApiServer | undefined;

  constructor(state: SlackState, tokens: { bot: string; app: string }, ackClock: Clock) {
    this.#state = state;
    this.botToken = tokens.bot;
    this.appToken = tokens.app;
    this.#ackClock = ackClock;
    const changed = () => this.#wake();
    this.#sockets = new SocketMode({ clock: ackClock, appId: state.directory.appId, changed });
    const courier = new Courier(state, () => this.#transport());
    this.people = new People(state, courier);
    this.screens = new ScreenPeople(state, courier);
    state.messages.onChange((change) => echo(change, state, courier));
    state.messages.onChange(changed);
  }

  /** Base of everything, `http://127.0.0.1:PORT`. */
  get url(): string {
    return this.#state.baseUrl;
  }

  /** For `SLACK_API_URL` and Bolt's `clientOptions.slackApiUrl`; ends in `/`. */
  get slackApiUrl(): string {
    return `${this.url}/api/`;
  }

  get directory(): Directory {
    return this.#state.directory;
  }

  /** Every message ever posted in order, ephemeral, deleted and other people's included. */
  get messages(): readonly SlackMessage[] {
    return this.#state.messages.all;
  }

  get files(): readonly SlackFile[] {
    return [...this.#state.files.values()];
  }

  get views(): readonly SlackView[] {
    return [...this.#state.views.values()];
  }

  /** Open Socket Mode connections. */
  get connections(): number {
    return this.#sockets.connections;
  }

  async listen(): Promise<void> {
    this.#api = await serveApi({
      state: this.#state,
      tokens: { bot: this.botToken, app: this.appToken },
      faults: this.#faults,
      log: (call) => {
        this.calls.push(call);
        this.#wake();
      },
      openConnection: () => `${this.url.replace('http', 'ws')}/link/?${this.#sockets.newTicket()}`,
    });
    this.#sockets.listenOn(this.#api.server);
  }

  /** From now on everything goes signed to this address instead of through Socket Mode; undefined turns back. */
  deliverHttp(target: HttpTarget | undefined): void {
    this.#http = target;
  }

  command(...typed: Parameters<People['command']>): ReturnType<People['command']> {
    return this.people.command(...typed);
  }

  press(...pressed: Parameters<People['press']>): ReturnType<People['press']> {
    return this.people.press(...pressed);
  }

  mention(...said: Parameters<People['mention']>): ReturnType<People['mention']> {
    return this.people.mention(...said);
  }

  /** The next `times` calls of this method (`response_url`, `upload`, `*` too) meet this. */
  fault(method: string, fault: Fault, times = 1): void {
    this.#faults.plan(method, fault, times);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  /** Slack asks the app's processes to reconnect, or loses them without a word. */
  disconnect(how: 'refresh_requested' | 'dropped' = 'refresh_requested'): void {
    this.#sockets.disconnect(how);
  }

  onFreePlan(isFree: boolean): void {
    this.#state.freePlan = isFree;
  }

  /** What one person sees in a channel, oldest first; threads included. */
  seenBy(user: string, channel: string): SlackMessage[] {
    const { id } = findUser(this.directory, user);
    const channelId = this.channelId(channel, user);
    return this.messages.filter(
      (one) => one.channelId === channelId && !one.deleted && (one.visibleTo === undefined || one.visibleTo === id),
    );
  }

  /** @param channel id, `#name`, or `dm` for the conversation of `user` with the bot */
  channelId(channel: string, user?: string): string {
    if (channel !== 'dm') return findChannel(this.directory, channel).id;
    return directMessage(this.directory, findUser(this.directory, user ?? '').id).id;
  }

  callsOf(method: string): Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  onChange(listener: (change: Change) => void): () => void {
    return this.#state.messages.onChange(listener);
  }

  /**
   * Waits, on events, until `look` finds something: it looks now and after every change, call and connection.
   * @param timeoutMs real milliseconds until it gives up and tells what there was instead
   */
  changed<Found>(look: () => Found | undefined | false, timeoutMs = WAIT_MS): Promise<Found> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#watchers.delete(attempt);
      };
      const attempt = () => {
        try {
          const found = look();
          if (found === undefined || found === false) return;
          stop();
          resolve(found);
        } catch (cause) {
          stop();
          reject(cause);
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`nothing of the kind within ${timeoutMs} ms; ${this.#lately()}`));
      }, timeoutMs);
      this.#watchers.add(attempt);
      attempt();
    });
  }

  async close(): Promise<void> {
    await this.#sockets.close();
    await this.#api?.close();
  }

  #transport(): Transport {
    if (this.#http !== undefined) return httpTransport(this.#http, this.#ackClock);
    return (envelope) => this.#sockets.send(envelope);
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #lately(): string {
    const messages = this.messages.slice(-5).map((one) => `${one.channelId} ${one.authorId}: ${one.text}`);
    const calls = this.calls.slice(-5).map((call) => `${call.method} ${call.error ?? call.status ?? 'unanswered'}`);
    return `last messages: ${messages.join(' | ') || 'none'}; last calls: ${calls.join(', ') || 'none'}`;
  }
}

/** What an app itself says and edits in direct messages comes back to it too, and nobody waits for that. */
function echo(change: Change, state: SlackState, courier: Courier): void {
  if (change.kind !== 'posted' && change.kind !== 'edited') return;
  const { message } = change;
  const isOurs = message.authorId === state.directory.bot.id && message.visibleTo === undefined;
  if (!isOurs || state.directory.channels.get(message.channelId)?.kind !== 'im') return;
  if (!state.scopes.includes('im:history')) return;
  const before = message.history.at(-1)?.text ?? '';
  void courier.event(
    change.kind === 'posted'
      ? payloads.directMessageSaid(message, state)
      : payloads.directMessageEdited(message, before, state),
    false,
    1,
    'once',
  );
}

export async function startSlack(options: SlackOptions = {}): Promise<SlackWorkspace> {
  const given = options.manifest ?? 'manifests/slack-app.yaml';
  const manifest = typeof given === 'string' ? readManifest(await readFile(given, 'utf8')) : given;
  const ackClock = options.ackClock ?? runningClock();
  const state = newState({ clock: options.clock ?? runningClock(), ackClock, manifest, burst: options.burst ?? 3 });
  const tokens = { bot: options.botToken ?? 'xoxb-simulated', app: options.appToken ?? 'xapp-simulated' };
  const workspace = new SlackWorkspace(state, tokens, ackClock);
  await workspace.listen();
  return workspace;
}
