// The people of the workspace: what each can do with the app, from typing a command to pressing a button, and how the
// app took it. Slack's own refusals (a command that does not exist, a confirmation denied) happen here.
import { answerInAck, slackbotSays } from './answers.js';
import { clicked, type Pressable, pressables } from './buttons.js';
import type { Courier } from './courier.js';
import { type Delivery, refusedDelivery } from './delivery.js';
import { directMessage, findChannel, findUser } from './directory.js';
import * as payloads from './payloads.js';
import type { SlackState } from './state.js';
import { escaped, escapedForCommand, escapedForMessage } from './typed-text.js';
import type { Content, SlackChannel, SlackMessage, Wire } from './types.js';

export interface CommandTyped {
  /** Id or name, `U0ANA` or `@ana`. */
  user: string;
  /** Id or name, `C0CI` or `#ci`; `dm` is the conversation with the bot. */
  channel: string;
  text: string;
  /** `/ci` by default. */
  command?: string;
  /** How often Slack delivers it: copies carry the same trigger_id and response_url. */
  deliveries?: number;
}

export interface ButtonPressed {
  user: string;
  channel: string;
  /** `ts` of the message, an ephemeral one included. */
  messageTs: string;
  label?: string;
  actionId?: string;
  /** What the person says to the confirmation, when there is one. */
  confirm?: 'accept' | 'deny';
  /** Presses a button of an earlier version, as one does who has not seen the edit yet. */
  stale?: boolean;
  deliveries?: number;
}

export interface Mention {
  user: string;
  channel: string;
  /** `@bellboard where`, or only `where`: the mention is put in front. */
  text: string;
  threadTs?: string;
  deliveries?: number;
}

export class People {
  readonly #state: SlackState;
  readonly #courier: Courier;

  constructor(state: SlackState, courier: Courier) {
    this.#state = state;
    this.#courier = courier;
  }

  async command(typed: CommandTyped): Promise<Delivery> {
    const { state, place } = this.#at(typed.user, typed.channel);
    const command = typed.command ?? '/ci';
    const declared = state.manifest.features.slash_commands.find((one) => one.command === command);
    const to = { userId: place.user.id, channelId: place.channel.id };
    if (declared === undefined) {
      slackbotSays(`\`${command}\` is not a valid command.`, to, state);
      return refusedDelivery('no_such_command');
    }
    const text = declared.should_escape ? escapedForCommand(typed.text, state.directory) : typed.text;
    const spoken = escaped(`${command} ${typed.text}`.trim());
    const responseUrl = state.responseUrls.issue({ ...to, original: undefined, typed: spoken });
    const payload = payloads.slashCommand(
      place,
      { command, text, triggerId: state.triggers.issue(to.userId), responseUrl: state.baseUrl + responseUrl.path },
      state,
    );
    const delivery = await this.#courier.deliver('slash_commands', payload, typed.deliveries);
    for (const { body } of delivery.attempts) answerInAck(responseUrl, body, state);
    if (delivery.failure !== undefined)
      slackbotSays(`${command} failed with the error "${delivery.failure}"`, to, state);
    return delivery;
  }

  async press(wanted: ButtonPressed): Promise<Delivery> {
    const { state, place } = this.#at(wanted.user, wanted.channel);
    const message = visibleMessage(place.channel, wanted.messageTs, place.user.id, state);
    const versions: Content[] = wanted.stale ? [message, ...[...message.history].reverse()] : [message];
    const pressed = choose(versions.flatMap(pressables), wanted, `the message ${message.ts} (“${message.text}”)`);
    if (pressed.confirm !== undefined && wanted.confirm === 'deny') return refusedDelivery('denied');
    const responseUrl = state.responseUrls.issue({
      userId: place.user.id,
      channelId: place.channel.id,
      original: message,
      typed: undefined,
    });
    const payload = payloads.blockActions(
      place,
      {
        message,
        action: clicked(pressed, state.messages.nextTs()),
        triggerId: state.triggers.issue(place.user.id),
        responseUrl: state.baseUrl + responseUrl.path,
      },
      state,
    );
    return this.#interact(payload, wanted.deliveries);
  }

  /** In a direct message to the app nobody needs to mention it, and Slack sends it as a message, not as a mention. */
  async mention(said: Mention): Promise<Delivery> {
    const { state, place } = this.#at(said.user, said.channel);
    const { bot } = state.directory;
    const own = `@${bot.name}`.toLowerCase();
    const rest = said.text.toLowerCase().startsWith(own) ? said.text.slice(own.length).trim() : said.text;
    const isDirect = place.channel.kind === 'im';
    const { app_home: home } = state.manifest.features;
    if (isDirect && (!home.messages_tab_enabled || home.messages_tab_read_only_enabled)) {
      return refusedDelivery('messages_tab_is_read_only');
    }
    const words = escapedForMessage(rest, state.directory);
    const message = state.messages.post({
      text: isDirect ? words : `<@${bot.id}> ${words}`,
      blocks: [],
      attachments: [],
      channelId: place.channel.id,
      authorId: place.user.id,
      threadTs: said.threadTs,
    });
    if (isDirect) return this.#direct(payloads.directMessageSaid(message, state), said.deliveries);
    if (!place.channel.members.has(bot.id)) return refusedDelivery('not_in_channel');
    if (!state.scopes.includes('app_mentions:read')) return refusedDelivery('missing_scope');
    const event = payloads.appMention(place, message, state);
    return this.#courier.event(event, place.channel.isExtShared, said.deliveries);
  }

  /** Edits what this person said; Slack tells the app of it when it concerns the app. */
  async edit(wanted: { user: string; channel: string; ts: string; text: string }): Promise<Delivery> {
    const { state, place } = this.#at(wanted.user, wanted.channel);
    const message = visibleMessage(place.channel, wanted.ts, place.user.id, state);
    if (message.authorId !== place.user.id) throw new Error('people edit only what they said themselves');
    const before = message.text;
    const mention = `<@${state.directory.bot.id}>`;
    const words = escapedForMessage(wanted.text, state.directory);
    const text = before.startsWith(mention) ? `${mention} ${words}` : words;
    state.messages.edit(message, { text, blocks: [], attachments: [] });
    if (place.channel.kind === 'im') return this.#direct(payloads.directMessageEdited(message, before, state));
    if (!text.includes(mention)) return refusedDelivery('not_mentioned');
    return this.#courier.event(payloads.appMention(place, message, state, true), place.channel.isExtShared);
  }

  /** Chooses the app's shortcut in the menu of a message. */
  async shortcut(called: { user: string; channel: string; messageTs: string; name?: string }): Promise<Delivery> {
    const { state, place } = this.#at(called.user, called.channel);
    const message = visibleMessage(place.channel, called.messageTs, place.user.id, state);
    const declared = state.manifest.features.shortcuts.filter(({ type }) => type === 'message');
    const shortcut = declared.find(({ name }) => called.name === undefined || name === called.name);
    // Ephemeral messages have no such menu.
    if (shortcut === undefined || message.visibleTo !== undefined) return refusedDelivery('no_such_shortcut');
    const original = undefined;
    const to = { userId: place.user.id, channelId: place.channel.id };
    const responseUrl = state.responseUrls.issue({ ...to, original, typed: undefined });
    const payload = payloads.messageShortcut(
      place,
      {
        message,
        callbackId: shortcut.callback_id,
        triggerId: state.triggers.issue(place.user.id),
        responseUrl: state.baseUrl + responseUrl.path,
      },
      state,
    );
    return this.#interact(payload);
  }

  /** Says something that is no business of the app, e.g. to start a thread. */
  say(said: { user: string; channel: string; text: string; threadTs?: string }): SlackMessage {
    const { state, place } = this.#at(said.user, said.channel);
    return state.messages.post({
      text: escapedForMessage(said.text, state.directory),
      blocks: [],
      attachments: [],
      channelId: place.channel.id,
      authorId: place.user.id,
      threadTs: said.threadTs,
    });
  }

  #direct(event: Wire, deliveries?: number): Promise<Delivery> {
    if (!this.#state.scopes.includes('im:history')) return Promise.resolve(refusedDelivery('missing_scope'));
    return this.#courier.event(event, false, deliveries);
  }

  #interact(payload: Wire, deliveries?: number): Promise<Delivery> {
    if (!this.#state.manifest.settings.interactivity.is_enabled) {
      return Promise.resolve(refusedDelivery('interactivity_is_off'));
    }
    return this.#courier.deliver('interactive', payload, deliveries);
  }

  #at(person: string, place: string): { state: SlackState; place: payloads.Place } {
    const { directory } = this.#state;
    const user = findUser(directory, person);
    const channel = place === 'dm' ? directMessage(directory, user.id) : findChannel(directory, place);
    if (!channel.members.has(user.id)) throw new Error(`@${user.name} is not in #${channel.name}`);
    return { state: this.#state, place: { user, channel } };
  }
}

function visibleMessage(channel: SlackChannel, ts: string, userId: string, state: SlackState): SlackMessage {
  const message = state.messages.find(channel.id, ts);
  if (message === undefined) throw new Error(`there is no message ${ts} in #${channel.name}`);
  if (message.visibleTo !== undefined && message.visibleTo !== userId) {
    throw new Error(`only ${message.visibleTo} can see the message ${ts}`);
  }
  return message;
}

export function choose(found: Pressable[], wanted: { label?: string; actionId?: string }, where: string): Pressable {
  const chosen = found.find(
    (one) =>
      (wanted.label === undefined || one.label === wanted.label) &&
      (wanted.actionId === undefined || one.actionId === wanted.actionId),
  );
  if (chosen === undefined) {
    const labels = found.map((one) => `“${one.label}” (${one.actionId})`).join(', ') || 'nothing to press';
    throw new Error(`no button ${wanted.label ?? wanted.actionId ?? ''} on ${where}: it has ${labels}`);
  }
  return chosen;
}
