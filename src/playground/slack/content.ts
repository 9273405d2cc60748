// What may stand in a message, the same for posts, edits, ephemerals and response_urls, and a message as Slack shows it
// to apps (the keys of recorded answers).
import { z } from 'zod';
import { anObject, flag, objects, read } from './arguments.js';
import { complaintsAbout, refuseBadBlocks } from './block-kit.js';
import { invalid, Refusal } from './refusal.js';
import type { SlackState } from './state.js';
import { type Content, isWire, type SlackMessage, textAt, type Wire } from './types.js';

/** `text` of a post is cut, but here refused, above this many characters (docs.slack.dev/reference/methods/chat.postMessage). */
export const MAX_POST_TEXT = 40_000;
/** An edit is refused above this many (docs.slack.dev/reference/methods/chat.update). */
export const MAX_EDIT_TEXT = 4_000;
const MAX_MARKDOWN_TEXT = 12_000;
const MAX_ATTACHMENTS = 100;
/** Undocumented; generous on purpose, a bot keeps identifiers there and no more. */
const MAX_METADATA = 10_000;

export const ContentArguments = z.object({
  text: z.string().optional(),
  blocks: objects('invalid_blocks_format').optional(),
  attachments: objects('invalid_attachments').optional(),
  markdown_text: z.string().optional(),
  metadata: anObject('invalid_metadata_format').optional(),
  parse: z.enum(['none', 'full', 'client']).optional(),
  link_names: flag.optional(),
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
});
export type ContentArguments = z.infer<typeof ContentArguments>;

/** @throws Refusal with the word Slack uses */
export function acceptContent(
  given: ContentArguments,
  rules: { maxText: number; limitOnAllBlocks: boolean },
  state: SlackState,
): Content {
  const blocks = given.blocks ?? [];
  const attachments = given.attachments ?? [];
  if (given.markdown_text !== undefined && (given.text !== undefined || blocks.length > 0)) {
    throw new Refusal('markdown_text_conflict');
  }
  const text = given.markdown_text ?? given.text ?? '';
  if (text === '' && blocks.length === 0 && attachments.length === 0) throw new Refusal('no_text');
  if (text.length > (given.markdown_text === undefined ? rules.maxText : MAX_MARKDOWN_TEXT)) {
    throw new Refusal('msg_too_long');
  }
  if (attachments.length > MAX_ATTACHMENTS) throw new Refusal('too_many_attachments');
  if (given.metadata !== undefined) refuseBadMetadata(given.metadata);
  refuseBadBlocks(blocks, rules.limitOnAllBlocks);
  attachments.forEach((attachment, index) => {
    const complaints =
      attachment['blocks'] === undefined
        ? []
        : complaintsAbout(attachment['blocks'], 'message', `/attachments/${index}/blocks`);
    if (complaints.length > 0) throw invalid('invalid_attachments', complaints);
  });
  refuseUnknownImages(blocks, state);
  return { text, blocks, attachments };
}

function refuseBadMetadata(metadata: Wire): void {
  if (typeof metadata['event_type'] !== 'string' || !isWire(metadata['event_payload'])) {
    throw new Refusal('invalid_metadata_schema');
  }
  if (JSON.stringify(metadata).length > MAX_METADATA) throw new Refusal('metadata_too_large');
}

/** A block may show a file uploaded to Slack, but only once its upload is complete. */
function refuseUnknownImages(blocks: Wire[], state: SlackState): void {
  blocks.forEach((block, index) => {
    const id = textAt(block['slack_file'], 'id');
    if (id !== undefined && state.files.get(id)?.completed !== true) {
      throw invalid('invalid_blocks', [`invalid slack file [json-pointer:/blocks/${index}/slack_file]`]);
    }
  });
}

export function readContent(args: Wire): ContentArguments {
  return read(ContentArguments, args);
}

/** A message as `chat.*` and `conversations.*` answer it and as block_actions carry it. */
export function asWire(message: SlackMessage, state: SlackState, withMetadata = false): Wire {
  const { bot, appId, team } = state.directory;
  const replies = state.messages.replies(message);
  const last = replies.at(-1);
  const ours = message.authorId === bot.id;
  return {
    type: 'message',
    ...(message.files.length > 0
      ? { subtype: 'file_share', files: message.files.map(({ id, name }) => ({ id, name })) }
      : {}),
    user: message.authorId,
    ts: message.ts,
    team: team.id,
    text: message.text,
    ...(ours ? { bot_id: bot.botId, app_id: appId, bot_profile: botProfile(state) } : {}),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.markedEdited ? { edited: { user: message.authorId, ts: message.ts } } : {}),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(last === undefined ? {} : { thread_ts: message.ts, reply_count: replies.length, latest_reply: last.ts }),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  };
}

function botProfile(state: SlackState): Wire {
  const { bot, appId, team } = state.directory;
  return { id: bot.botId, app_id: appId, name: bot.name, deleted: false, updated: 0, icons: {}, team_id: team.id };
}
