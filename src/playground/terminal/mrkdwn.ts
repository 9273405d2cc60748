// Slack's markup as a reader sees it: bold, code, links, mentions and dates, quotes and code blocks. Escapes are undone
// only in what is left, so what they hid stays plain text.
import { dated, emoji, type Look } from './look.js';
import { type Line, line, type Piece, piece, type Style, safe } from './pieces.js';

const CODE_PREFIX = '│ ';
const QUOTE_PREFIX = '▏ ';

/** What stands out inside a line, in the order Slack looks for it; a mark counts only at the edge of a word. */
const MARKUP =
  /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+-]+):|(?<![\p{L}\p{N}])(?:\*(?=\S)([^*\n]*[^*\s])\*|_(?=\S)([^_\n]*[^_\s])_|~(?=\S)([^~\n]*[^~\s])~)(?![\p{L}\p{N}])/gu;

export function mrkdwn(text: string, look: Look, ...styles: Style[]): Line[] {
  // Every second part stands between fences.
  return safe(text)
    .split('```')
    .flatMap((part, index) => (index % 2 === 1 ? codeLines(unescaped(part)) : proseLines(part, look, styles)));
}

/** Text without markup, line by line. */
export function plain(text: string, ...styles: Style[]): Line[] {
  return safe(text)
    .split('\n')
    .map((one) => line([piece(one, ...styles)]));
}

/** Preformatted text; breaks only where the row ends. */
export function codeLines(text: string): Line[] {
  return safe(text)
    .replace(/^\n|\n$/g, '')
    .split('\n')
    .map((one) => ({ ...line([piece(one)], CODE_PREFIX), literal: true }));
}

function proseLines(text: string, look: Look, styles: Style[]): Line[] {
  if (text === '') return [];
  return text
    .replace(/^\n|\n$/g, '')
    .split('\n')
    .map((one) => {
      const quoted = /^(?:>|&gt;) ?(.*)$/.exec(one)?.[1];
      return line(inline(quoted ?? one, look, styles), quoted === undefined ? '' : QUOTE_PREFIX);
    });
}

function inline(text: string, look: Look, styles: Style[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(MARKUP)) {
    pieces.push(piece(unescaped(text.slice(from, found.index)), ...styles));
    pieces.push(...marked(found, look, styles));
    from = found.index + found[0].length;
  }
  return [...pieces, piece(unescaped(text.slice(from)), ...styles)].filter((one) => one.text !== '');
}

function marked(found: RegExpExecArray, look: Look, styles: Style[]): Piece[] {
  const [whole, entity, code, name, bold, italic, struck] = found;
  if (entity !== undefined) return entityPieces(entity, look, styles);
  if (code !== undefined) return [piece(unescaped(code), ...styles, 'cyan')];
  if (name !== undefined) return [piece(emoji(name), ...styles)];
  if (bold !== undefined) return inline(bold, look, [...styles, 'bold']);
  if (italic !== undefined) return inline(italic, look, [...styles, 'italic']);
  return struck === undefined ? [piece(whole, ...styles)] : inline(struck, look, [...styles, 'strikethrough']);
}

/** What stands between `<` and `>`: a person, a channel, a group, everyone, a date, or a link. */
function entityPieces(entity: string, look: Look, styles: Style[]): Piece[] {
  const [target = '', label] = splitOnce(entity, '|');
  const words = label === undefined ? undefined : unescaped(label);
  const mention = (text: string) => [piece(text, ...styles, 'bold')];
  if (/^[@#][A-Z0-9]+$/.test(target)) return mention(look.nameOf(target.slice(1)));
  if (target.startsWith('!subteam^')) return mention(words ?? look.nameOf(target.slice('!subteam^'.length)));
  if (target.startsWith('!date^')) {
    const [, seconds = '', format = ''] = target.split('^');
    return [piece(dated(seconds, unescaped(format), words ?? '', look), ...styles)];
  }
  if (target.startsWith('!')) return mention(`@${target.slice(1)}`);
  return linkPieces(unescaped(target), words, styles);
}

/** A terminal reader cannot hover: the address stands behind the words. */
export function linkPieces(url: string, words: string | undefined, styles: readonly Style[] = []): Piece[] {
  if (words === undefined || words === url) return [piece(url, ...styles, 'underline')];
  return [piece(words, ...styles, 'underline'), piece(` (${url})`, ...styles, 'dim')];
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
