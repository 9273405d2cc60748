// Each kind of block as lines; a kind nobody drew yet is named, so that nothing disappears without a word.
import { isWire, objectsAt, textAt, type Wire } from '../slack/types.js';
import { type Pressable, pressables } from '../slack/workspace.js';
import type { Look, Owner } from './look.js';
import { mrkdwn, plain } from './mrkdwn.js';
import { type Line, line, type Piece, piece, type Style, widthOf } from './pieces.js';
import { richText } from './rich-text.js';
import { tableLines } from './tables.js';

const LONGEST_RULE = 40;
/** Columns a field's label takes, so that values stand below each other. */
const LABEL = 18;

export function blockLines(block: Wire, message: Owner, look: Look): Line[] {
  return [...contentOf(block, message, look), ...buttonLines(block, message, look)];
}

function contentOf(block: Wire, message: Owner, look: Look): Line[] {
  switch (block['type']) {
    case 'header':
      return textLines(block['text'], look, 'bold');
    case 'section':
      return [
        ...textLines(block['text'], look),
        ...objectsAt(block, 'fields').flatMap((field) => fieldLines(field, look)),
        ...(isWire(block['accessory']) ? imageLines(block['accessory']) : []),
      ];
    case 'context':
      return contextLines(block, look);
    case 'actions':
    case 'context_actions':
      return [];
    case 'divider':
      return [line([piece('─'.repeat(Math.min(look.width, LONGEST_RULE)), 'dim')])];
    case 'rich_text':
      return richText(block, look);
    case 'table':
    case 'data_table':
      return tableLines(block, look);
    case 'markdown':
      return mrkdwn(asMrkdwn(textAt(block, 'text') ?? ''), look);
    case 'image':
      return imageLines(block);
    case 'card':
      return ['title', 'subtitle', 'body'].flatMap((part) => textLines(block[part], look));
    case 'container':
    case 'carousel':
      return [
        ...textLines(block['title'], look, 'bold'),
        ...[...objectsAt(block, 'child_blocks'), ...objectsAt(block, 'elements')].flatMap((child) =>
          contentOf(child, message, look),
        ),
      ];
    default:
      return [line([piece(`(${String(block['type'])}: ${textAt(block, 'title') ?? 'not drawn here'})`, 'dim')])];
  }
}

function textLines(value: unknown, look: Look, ...styles: Style[]): Line[] {
  const text = textAt(value, 'text');
  if (text === undefined) return [];
  return isWire(value) && value['type'] === 'plain_text' ? plain(text, ...styles) : mrkdwn(text, look, ...styles);
}

/** `*Label*` and a short value below it become one line. */
function fieldLines(field: Wire, look: Look): Line[] {
  const lines = textLines(field, look);
  const [label, value] = lines;
  if (lines.length !== 2 || label === undefined || value === undefined) return lines;
  const columns = label.pieces.reduce((sum, { text }) => sum + widthOf(text), 0);
  const gap = piece(' '.repeat(Math.max(1, LABEL - columns)));
  return [{ ...label, pieces: [...label.pieces, gap, ...value.pieces] }];
}

function contextLines(block: Wire, look: Look): Line[] {
  const parts = objectsAt(block, 'elements').map((element) =>
    element['type'] === 'image' ? imageLines(element) : textLines(element, look, 'dim'),
  );
  const pieces = parts.flatMap((lines, index) => [
    ...(index === 0 ? [] : [piece(' · ', 'dim')]),
    ...lines.flatMap((one, row): Piece[] => (row === 0 ? one.pieces : [piece(' '), ...one.pieces])),
  ]);
  return [line(pieces)];
}

function imageLines(element: Wire): Line[] {
  if (element['type'] !== 'image') return [];
  return [line([piece(`[image: ${textAt(element, 'alt_text') ?? ''}]`, 'dim')])];
}

/** `[1] Deploy  [2] Cancel`; a link button shows where it leads. */
function buttonLines(block: Wire, message: Owner, look: Look): Line[] {
  const found = pressables({ text: '', blocks: [block], attachments: [] });
  if (found.length === 0) return [];
  return [
    line(
      found.flatMap((button, index) => [...(index === 0 ? [] : [piece('  ')]), ...buttonPieces(button, message, look)]),
    ),
  ];
}

function buttonPieces(button: Pressable, message: Owner, look: Look): Piece[] {
  const number = look.numberOf(button, message);
  const text = `${number === undefined ? '' : `[${number}] `}${button.label}`;
  const shown: Piece = { text, styles: styleOf(button), solid: true };
  return button.url === undefined ? [shown] : [shown, piece(` (${button.url})`, 'dim')];
}

function styleOf({ style }: Pressable): Style[] {
  if (style === 'primary') return ['bold', 'green'];
  return style === 'danger' ? ['bold', 'red'] : ['bold'];
}

/** Standard Markdown, as far as it differs from Slack's own in what we draw. */
function asMrkdwn(markdown: string): string {
  return markdown
    .replace(/^#{1,6} +(.*)$/gm, '*$1*')
    .replace(/\*\*([^*\n]+)\*\*/g, '*$1*')
    .replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, '<$2|$1>');
}
