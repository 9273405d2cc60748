// files.*: the three steps of an upload. The file is shared a moment after the last call has answered, as in Slack.
import { z } from 'zod';
import { count, objects, read } from './arguments.js';
import { acceptContent, ContentArguments, MAX_POST_TEXT } from './content.js';
import { parentTs, writableChannel } from './methods-chat.js';
import { Refusal } from './refusal.js';
import type { SlackState } from './state.js';
import { type SlackFile, textAt, type Wire } from './types.js';

const Wanted = z.object({
  filename: z.string(),
  length: count,
  alt_txt: z.string().max(1_000).optional(),
  alt_text: z.string().max(1_000).optional(),
});
const Completed = ContentArguments.extend({
  files: objects('invalid_arguments'),
  channel_id: z.string().optional(),
  thread_ts: z.string().optional(),
  initial_comment: z.string().optional(),
});
const MIME: Record<string, string> = { png: 'image/png', txt: 'text/plain', log: 'text/plain', csv: 'text/csv' };

export function getUploadUrl(args: Wire, state: SlackState): Wire {
  const wanted = read(Wanted, args);
  if (wanted.length <= 0) throw new Refusal('invalid_arguments');
  const id = `F0${String(state.files.size + 1).padStart(4, '0')}`;
  state.files.set(id, {
    id,
    name: wanted.filename,
    title: wanted.filename,
    altText: wanted.alt_txt ?? wanted.alt_text,
    mimetype: MIME[wanted.filename.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    promisedLength: wanted.length,
    bytes: undefined,
    createdAt: state.clock.now(),
    completed: false,
  });
  return { upload_url: `${state.baseUrl}/upload/v1/${id}`, file_id: id };
}

/** @param path of the upload URL; the answer is plain text, `OK - length` */
export function takeUpload(path: string, bytes: Buffer, state: SlackState): string {
  const file = state.files.get(path.replace('/upload/v1/', ''));
  if (file === undefined) throw new Refusal('file_not_found', { status: 404 });
  if (bytes.length !== file.promisedLength) throw new Refusal('length_mismatch', { status: 400 });
  file.bytes = bytes;
  return `OK - ${bytes.length}`;
}

export function completeUpload(args: Wire, state: SlackState): Wire {
  const wanted = read(Completed, args);
  const files = wanted.files.map((one) => uploaded(one, state));
  const { channel_id: channelId } = wanted;
  if (channelId !== undefined) share(channelId, wanted, files, state);
  for (const file of files) file.completed = true;
  return { files: files.map((file) => fileWire(file, state)) };
}

function uploaded(wanted: Wire, state: SlackState): SlackFile {
  const file = state.files.get(textAt(wanted, 'id') ?? '');
  if (file?.bytes === undefined || file.completed) throw new Refusal('file_not_found');
  file.title = textAt(wanted, 'title') ?? file.title;
  return file;
}

function share(channelId: string, wanted: z.infer<typeof Completed>, files: SlackFile[], state: SlackState): void {
  // A person's id is no conversation here, unlike in chat.postMessage.
  if (state.directory.users.has(channelId)) throw new Refusal('channel_not_found');
  const channel = writableChannel(channelId, state);
  const threadTs = wanted.thread_ts === undefined ? undefined : parentTs(channel, wanted.thread_ts, state);
  const text = wanted.initial_comment ?? '';
  const rules = { maxText: MAX_POST_TEXT, limitOnAllBlocks: true };
  const content =
    text === '' && wanted.blocks === undefined
      ? { text, blocks: [], attachments: [] }
      : acceptContent({ text, blocks: wanted.blocks }, rules, state);
  setImmediate(() => {
    state.messages.post({ ...content, channelId: channel.id, authorId: state.directory.bot.id, threadTs, files });
  });
}

function fileWire(file: SlackFile, state: SlackState): Wire {
  return {
    id: file.id,
    created: Math.floor(file.createdAt / 1_000),
    timestamp: Math.floor(file.createdAt / 1_000),
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    user: state.directory.bot.id,
    user_team: state.directory.team.id,
    size: file.promisedLength,
    mode: 'hosted',
    is_external: false,
    is_public: true,
    url_private: `${state.baseUrl}/files/${file.id}`,
    permalink: `${state.baseUrl}/files/${file.id}`,
    shares: {},
    channels: [],
    groups: [],
    ims: [],
    has_rich_preview: false,
    file_access: 'visible',
    ...(file.altText === undefined ? {} : { alt_txt: file.altText }),
  };
}
