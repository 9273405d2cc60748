// Posting, editing and answering in Slack; the `posts` queue calls it through `journeys/send.ts`.
import type { KnownBlock } from '@slack/types';
import type { Message } from '../../core/conversation.js';
import { type Messenger, SlackError, type Spot } from '../../core/delivery.js';
import { SECOND } from '../../core/time.js';
import { scrubbed } from '../scrubbed.js';
import type { Scrub } from '../secrets.js';
import { textOf } from './bounded-fetch.js';
import { isCode, pauseMs, requestError, type SlackClients, slackCall } from './client.js';
import { plainTwin, render } from './render.js';

/** Names our messages in Slack's metadata, so that a send of unknown fate can be looked up. */
const EVENT_TYPE = 'bellboard_message';
const RESPOND_TIMEOUT_MS = 10 * SECOND;
/** Slack refused the blocks, not the message: the plain twin still gets through. */
const BLOCKS_REFUSED = new Set(['invalid_blocks', 'invalid_blocks_format', 'msg_too_long', 'msg_blocks_too_long']);

/** On every post and edit: an edit would otherwise link what the post did not (chat.update defaults to `parse: client`). */
const QUIET = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const;

interface Body {
  text: string;
  blocks?: KnownBlock[];
}

export interface MessengerOptions {
  clients: SlackClients;
  scrub: Scrub;
  /** Slack refused the blocks of a message, and its text was sent instead. */
  onPlainTwin: (code: string) => void;
}

export function slackMessenger({ clients, scrub, onPlainTwin }: MessengerOptions): Messenger {
  const sent = <T>(message: Message, go: (body: Body) => Promise<T>) =>
    withTwin(scrubbed(message, scrub), onPlainTwin, go);
  const post: Messenger['post'] = (to, message, key) =>
    sent(message, async (body) => {
      const answer = await slackCall(
        'chat.postMessage',
        clients.once.chat.postMessage({
          channel: to.channelId,
          ...body,
          ...QUIET,
          metadata: { event_type: EVENT_TYPE, event_payload: { key } },
          ...(to.threadTs === undefined ? {} : { thread_ts: to.threadTs, reply_broadcast: to.broadcast === true }),
        } as Parameters<typeof clients.once.chat.postMessage>[0]),
      );
      return spotOf(answer);
    });

  return {
    post,
    direct: (userId, message, key) => post({ channelId: userId }, message, key),
    edit: (spot, message) =>
      sent(message, async (body) => {
        const { parse, link_names } = QUIET;
        await slackCall(
          'chat.update',
          // Never by itself again: by then newer content may stand there.
          clients.once.chat.update({
            channel: spot.channelId,
            ts: spot.ts,
            text: body.text,
            blocks: body.blocks ?? [],
            parse,
            link_names,
          }),
        );
      }),
    respond: (responseUrl, message, how) =>
      sent(message, (body) =>
        respond(responseUrl, {
          ...body,
          ...QUIET,
          response_type: how.inChannel ? 'in_channel' : 'ephemeral',
          replace_original: how.replace,
        }),
      ),
    upload: async (to, file) => {
      await slackCall(
        'files.completeUploadExternal',
        // Address, bytes, completion: three steps, of which the last shares the file, so none is repeated by itself.
        clients.once.filesUploadV2({
          filename: file.name,
          title: scrub(file.title),
          ...(typeof file.content === 'string'
            ? { content: scrub(file.content) }
            : { file: Buffer.from(file.content) }),
          ...(file.altText === undefined ? {} : { alt_text: scrub(file.altText) }),
          channel_id: to.channelId,
          ...(to.threadTs === undefined ? {} : { thread_ts: to.threadTs }),
        } as Parameters<typeof clients.once.filesUploadV2>[0]),
      );
    },
    find: (to, key) => find(clients, to, key),
    overflow: (message) => render(scrubbed(message, scrub)).rest,
  };
}

async function withTwin<T>(
  message: Message,
  onPlainTwin: (code: string) => void,
  go: (body: Body) => Promise<T>,
): Promise<T> {
  const { text, blocks } = render(message);
  try {
    return await go({ text, blocks });
  } catch (error) {
    if (!(error instanceof SlackError) || !BLOCKS_REFUSED.has(error.code)) throw error;
    onPlainTwin(error.code);
    return go(plainTwin(message));
  }
}

/** Of a message of ours, for people; what `chat.getPermalink` would answer (docs.slack.dev). @param workspace with trailing slash */
export function linkTo(workspace: string, { channelId, ts }: Spot, threadTs?: string): string {
  const inThread = threadTs === undefined ? '' : `?thread_ts=${threadTs}&cid=${channelId}`;
  return `${workspace}archives/${channelId}/p${ts.replace('.', '')}${inThread}`;
}

const spotOf = (answer: { channel?: string; ts?: string }): Spot => {
  if (typeof answer.channel !== 'string' || typeof answer.ts !== 'string')
    throw new SlackError('chat.postMessage', 'no_ts_in_answer', 'unknown');
  return { channelId: answer.channel, ts: answer.ts };
};

/** A `response_url` is an address, not a method: 404 and 410 mean used up or expired. */
async function respond(responseUrl: string, body: object): Promise<void> {
  const answer = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(RESPOND_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw requestError('response_url', error);
  });
  const text = await textOf(answer).catch(() => '');
  if (answer.ok && !text.startsWith('{"ok":false')) return;
  if (answer.status === 429) {
    throw new SlackError(
      'response_url',
      'ratelimited',
      'surely-not',
      pauseMs(Number(answer.headers.get('retry-after') ?? 1)),
    );
  }
  const code = /"error":"([a-z_]+)"/.exec(text)?.[1] ?? (isCode(text) ? text : `http_${answer.status}`);
  throw new SlackError('response_url', code, answer.status >= 500 ? 'unknown' : 'never');
}

/** History holds no replies: those of a thread are asked for by themselves. */
async function find(
  { repeatable }: SlackClients,
  { channelId, threadTs }: { channelId: string; threadTs?: string },
  key: string,
): Promise<Spot | 'absent' | 'cannot-look'> {
  const asked = { channel: channelId, limit: 100, include_all_metadata: true };
  try {
    const { messages } =
      threadTs === undefined
        ? await slackCall('conversations.history', repeatable.conversations.history(asked))
        : await slackCall('conversations.replies', repeatable.conversations.replies({ ...asked, ts: threadTs }));
    if (!Array.isArray(messages)) throw new SlackError('conversations.history', 'nothing_in_answer', 'unknown');
    const ours = messages.find((message) => {
      const payload = message?.metadata?.event_payload as { key?: unknown } | undefined;
      return message?.metadata?.event_type === EVENT_TYPE && payload?.key === key;
    });
    return typeof ours?.ts === 'string' ? { channelId, ts: ours.ts } : 'absent';
  } catch (error) {
    if (error instanceof SlackError && error.fate === 'never') return 'cannot-look';
    throw error;
  }
}
