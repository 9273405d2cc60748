// What an app says without the Web API: through a response_url, or in the acknowledgement of a command itself.
import { z } from 'zod';
import { flag, read } from './arguments.js';
import { acceptContent, ContentArguments, MAX_POST_TEXT } from './content.js';
import { Refusal } from './refusal.js';
import type { ResponseUrl } from './response-urls.js';
import type { SlackState } from './state.js';
import type { SlackMessage, Wire } from './types.js';

const Answer = ContentArguments.extend({
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: flag.default(false),
  delete_original: flag.default(false),
  thread_ts: z.string().optional(),
});

/** Carries out one use of a response_url that has been counted already. */
export function answer(url: ResponseUrl, args: Wire, state: SlackState): SlackMessage | undefined {
  const wanted = read(Answer, args);
  const { original } = url;
  if (original?.deleted) throw new Refusal('message_not_found', { status: 404 });
  if (wanted.delete_original && original !== undefined) {
    state.messages.delete(original);
    return original;
  }
  const content = acceptContent(wanted, { maxText: MAX_POST_TEXT, limitOnAllBlocks: false }, state);
  if (wanted.replace_original && original !== undefined) {
    state.messages.edit(original, content);
    return original;
  }
  const isPrivate = wanted.response_type === 'ephemeral';
  if (!isPrivate) showTyped(url, state);
  return state.messages.post({
    ...content,
    channelId: url.channelId,
    authorId: state.directory.bot.id,
    threadTs: wanted.thread_ts,
    visibleTo: isPrivate ? url.userId : undefined,
  });
}

/** A command acknowledged with text or blocks has answered in the same breath; it costs no use of the response_url. */
export function answerInAck(url: ResponseUrl, body: unknown, state: SlackState): SlackMessage | undefined {
  const args: Wire = typeof body === 'string' ? { text: body } : Object.assign({}, body);
  const isEmpty = args['text'] === undefined && args['blocks'] === undefined && args['attachments'] === undefined;
  return isEmpty || args['text'] === '' ? undefined : answer(url, args, state);
}

/** What was typed stays private until an answer goes to the channel (docs.slack.dev/interactivity/implementing-slash-commands). */
function showTyped(url: ResponseUrl, state: SlackState): void {
  if (url.typed === undefined) return;
  state.messages.post({ text: url.typed, blocks: [], attachments: [], channelId: url.channelId, authorId: url.userId });
  url.typed = undefined;
}

/** Slackbot's private word when an app did not answer in time or was not there. */
export function slackbotSays(text: string, to: { userId: string; channelId: string }, state: SlackState): void {
  const { userId: visibleTo, channelId } = to;
  state.messages.post({ text, blocks: [], attachments: [], channelId, authorId: 'USLACKBOT', visibleTo });
}
