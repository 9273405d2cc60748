// chat.*: posting, editing, deleting and ephemerals, with Slack's refusals. Called by the server through `methods.ts`.
import { z } from 'zod';
import { flag, read } from './arguments.js';
import { acceptContent, asWire, ContentArguments, MAX_EDIT_TEXT, MAX_POST_TEXT } from './content.js';
import { directMessage } from './directory.js';
import { Refusal } from './refusal.js';
import type { SlackState } from './state.js';
import type { SlackChannel, SlackMessage, Wire } from './types.js';

const Post = ContentArguments.extend({
  channel: z.string(),
  thread_ts: z.string().optional(),
  reply_broadcast: flag.optional(),
});
const Update = ContentArguments.extend({ channel: z.string(), ts: z.string() });
const Ephemeral = ContentArguments.extend({ channel: z.string(), user: z.string(), thread_ts: z.string().optional() });
const Address = z.object({ channel: z.string(), ts: z.string() });

export function postMessage(args: Wire, state: SlackState): Wire {
  const wanted = read(Post, args);
  const channel = writableChannel(wanted.channel, state);
  const threadTs = wanted.thread_ts === undefined ? undefined : parentTs(channel, wanted.thread_ts, state);
  const content = acceptContent(wanted, { maxText: MAX_POST_TEXT, limitOnAllBlocks: true }, state);
  state.rates.post(channel.id);
  const message = state.messages.post({
    ...content,
    channelId: channel.id,
    authorId: state.directory.bot.id,
    threadTs,
    broadcast: wanted.reply_broadcast ?? false,
    metadata: wanted.metadata,
  });
  return { channel: channel.id, ts: message.ts, message: asWire(message, state) };
}

export function update(args: Wire, state: SlackState): Wire {
  const wanted = read(Update, args);
  const channel = writableChannel(wanted.channel, state);
  const message = ownMessage(channel, wanted.ts, 'cant_update_message', state);
  const content = acceptContent(wanted, { maxText: MAX_EDIT_TEXT, limitOnAllBlocks: true }, state);
  // Left out, `attachments` stay as they are and `blocks` go (docs.slack.dev/reference/methods/chat.update).
  const attachments = wanted.attachments === undefined ? message.attachments : content.attachments;
  state.messages.edit(message, { ...content, attachments }, wanted.metadata);
  return { channel: channel.id, ts: message.ts, text: message.text, message: asWire(message, state) };
}

export function remove(args: Wire, state: SlackState): Wire {
  const wanted = read(Address, args);
  const channel = writableChannel(wanted.channel, state);
  state.messages.delete(ownMessage(channel, wanted.ts, 'cant_delete_message', state));
  return { channel: channel.id, ts: wanted.ts };
}

export function postEphemeral(args: Wire, state: SlackState): Wire {
  const wanted = read(Ephemeral, args);
  const channel = writableChannel(wanted.channel, state);
  if (!channel.members.has(wanted.user)) throw new Refusal('user_not_in_channel');
  const threadTs = wanted.thread_ts === undefined ? undefined : parentTs(channel, wanted.thread_ts, state);
  const content = acceptContent(wanted, { maxText: MAX_POST_TEXT, limitOnAllBlocks: true }, state);
  const message = state.messages.post({
    ...content,
    channelId: channel.id,
    authorId: state.directory.bot.id,
    threadTs,
    visibleTo: wanted.user,
  });
  return { message_ts: message.ts };
}

/** A channel the bot may write to; a person's id opens the direct message with them. */
export function writableChannel(id: string, state: SlackState): SlackChannel {
  const { directory, manifest } = state;
  const person = directory.users.get(id);
  const channel = person === undefined ? directory.channels.get(id) : directMessage(directory, id);
  if (channel === undefined || (channel.kind === 'private' && !channel.members.has(directory.bot.id))) {
    throw new Refusal('channel_not_found');
  }
  if (channel.isArchived) throw new Refusal('is_archived');
  if (!channel.members.has(directory.bot.id)) throw new Refusal('not_in_channel');
  if (channel.kind === 'im' && !manifest.features.app_home.messages_tab_enabled) {
    throw new Refusal('messages_tab_disabled');
  }
  return channel;
}

/** A thread is named by its parent; the `ts` of a reply is refused here, where Slack scatters the message. */
export function parentTs(channel: SlackChannel, ts: string, state: SlackState): string {
  const parent = state.messages.find(channel.id, ts);
  if (parent === undefined || parent.visibleTo !== undefined) throw new Refusal('thread_not_found');
  if (parent.threadTs !== undefined) throw new Refusal('cannot_reply_to_message');
  return ts;
}

/** Ephemeral messages are not to be found by any method. */
function ownMessage(channel: SlackChannel, ts: string, refusedAs: string, state: SlackState): SlackMessage {
  const message = state.messages.find(channel.id, ts);
  if (message === undefined || message.visibleTo !== undefined) throw new Refusal('message_not_found');
  if (message.authorId !== state.directory.bot.id) throw new Refusal(refusedAs);
  return message;
}
