// Draws what Slack would show: one message as rows of text, readable without colours and without emoji fonts.
import { counted } from '../../core/words.js';
import { objectsAt, textAt, type Wire } from '../slack/types.js';
import type { SlackFile, SlackMessage } from '../slack/workspace.js';
import { blockLines } from './blocks.js';
import { clockTime, type Look } from './look.js';
import { mrkdwn } from './mrkdwn.js';
import { type Line, line, painted, piece, rowsOf, type Style } from './pieces.js';

const BODY = '  ';
const REPLY = '    ';
/** So much of its parent a reply that stands alone shows. */
const QUOTED = 50;

/**
 * @param edited marks it as a newer form of what stands further up
 * @param parent of a reply that is not drawn below it
 * @returns rows no wider than the screen, without line ends
 */
export function draw(
  message: SlackMessage,
  look: Look,
  edited = message.markedEdited,
  parent?: SlackMessage,
): string[] {
  const indent = message.threadTs === undefined ? '' : REPLY;
  const inner = { ...look, width: Math.max(20, look.width - indent.length - BODY.length) };
  const body = [
    ...contentLines(message, message, inner),
    ...message.attachments.flatMap((attachment) => attachmentLines(attachment, message, inner)),
    ...message.files.flatMap((file) => fileLines(file, look)),
  ];
  return [
    ...rowsOf(headOf(message, look, edited, parent), look.width - indent.length, look.color),
    ...body.flatMap((one) => rowsOf({ ...one, prefix: BODY + one.prefix }, look.width - indent.length, look.color)),
  ].map((row) => indent + row);
}

export function paint(look: Pick<Look, 'color'>, style: Style, text: string): string {
  return painted(piece(text, style), look.color);
}

/** Blocks are what people see; `text` only where there are none. */
function contentLines(content: { text: string; blocks: Wire[] }, message: SlackMessage, look: Look): Line[] {
  if (content.blocks.length > 0) return content.blocks.flatMap((block) => blockLines(block, message, look));
  return content.text === '' ? [] : mrkdwn(content.text, look);
}

function headOf(message: SlackMessage, look: Look, edited: boolean, parent: SlackMessage | undefined): Line {
  const parts = [
    `${look.nameOf(message.authorId)} in ${look.nameOf(message.channelId)}`,
    clockTime(message.ts, look),
    ...(message.visibleTo === undefined ? [] : [`only you can see this (${look.nameOf(message.visibleTo)})`]),
    ...(parent === undefined ? [] : [`to “${firstWords(parent, look)}”`]),
    ...(message.broadcast ? ['also sent to the channel'] : []),
    ...(edited ? ['(edited)'] : []),
    ...(message.deleted ? ['(deleted)'] : []),
  ];
  return line([piece(`${message.threadTs === undefined ? '' : '↳ '}${parts.join(' · ')}`, 'dim')]);
}

function firstWords(message: SlackMessage, look: Look): string {
  const [first = ''] = mrkdwn(message.text, look).flatMap((one) => rowsOf(one, QUOTED, false));
  return first.trim();
}

function attachmentLines(attachment: Wire, message: SlackMessage, look: Look): Line[] {
  const blocks = objectsAt(attachment, 'blocks');
  const text = ['pretext', 'title', 'text'].map((key) => textAt(attachment, key) ?? '').filter((one) => one !== '');
  const content = { text: text.join('\n') || (textAt(attachment, 'fallback') ?? ''), blocks };
  return contentLines(content, message, { ...look, width: look.width - 2 }).map((one) => ({
    ...one,
    prefix: `┃ ${one.prefix}`,
  }));
}

function fileLines(file: SlackFile, look: Look): Line[] {
  const bytes = file.bytes?.length ?? file.promisedLength;
  const alt = file.altText === undefined ? '' : `: ${file.altText}`;
  if (look.savedAt === undefined) return [line([piece(`[file ${file.title}${alt}, ${bytes} bytes]`, 'dim')])];
  const sign = file.mimetype.startsWith('image/') ? '🖼' : '📄';
  return [
    line([piece(`${sign} ${file.name} (${sizeWords(bytes)}) ${look.savedAt(file)}`)]),
    line([piece(file.title === file.name ? (file.altText ?? '') : `${file.title}${alt}`, 'dim')]),
  ].filter(({ pieces }) => pieces[0]?.text !== '');
}

const sizeWords = (bytes: number): string =>
  bytes < 1_000 ? counted(bytes, 'byte') : `${Math.round(bytes / 1_000)} kB`;

export type { Look } from './look.js';
