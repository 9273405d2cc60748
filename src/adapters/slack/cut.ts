// Cuts text to what Slack takes: never inside an escape, a link, a mention, a surrogate pair or a code span, always
// with a visible mark, and hands back the rest as plain text. Called by `pieces.ts` and `render.ts`.
import { escapeMrkdwn, stripControls } from '../../core/text.js';

/** The most a text may take up: as it is, and written as JSON (where a quote or a line break counts two). */
export interface Room {
  characters: number;
  json: number;
}

export interface Cut {
  shown: string;
  /** Plain; empty when everything is shown. */
  rest: string;
}

/** The only forms in `<…>` that `core/text.ts` makes; everything else of that shape would page or link in our name. */
const OURS =
  /<(?:@[UW][A-Z0-9]+|#[CDG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^[^<>|]*\|[^<>|]*|https?:\/\/[^<>|\s]+\|[^<>|]*)>|&(?:amp|lt|gt);/;
/** What is never divided: those forms, an escape, a code point. */
const MRKDWN_PIECE = new RegExp(`${OURS.source}|[\\s\\S]`, 'gu');
const STRAY_OR_OURS = new RegExp(`${OURS.source}|[<&]`, 'g');
const MARKUP = new RegExp(`${OURS.source}|\``, 'g');
const CODE_POINT = /[\s\S]/gu;

/** Room kept for the mark: its words, a seven-digit number, line break and underscores. */
const MARK_ROOM = 80;

/** Control characters gone, broken surrogate pairs replaced: neither may reach Slack. */
export const clean = (text: string): string => stripControls(text).replace(/\p{Surrogate}/gu, '\ufffd');

/** Ours as it is; a stray `<` or `&` is escaped, so that nothing but our own links and mentions is one. */
export const inert = (mrkdwn: string): string =>
  clean(mrkdwn).replace(STRAY_OR_OURS, (piece) => (piece === '<' || piece === '&' ? escapeMrkdwn(piece) : piece));

export const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** mrkdwn as words for a text file: links keep their address, moments their UTC form, code loses its backticks. */
export const plainOf = (mrkdwn: string): string => mrkdwn.replace(MARKUP, plainMarkup);

function plainMarkup(piece: string): string {
  if (piece === '`') return '';
  if (piece.startsWith('&')) return unescaped(piece);
  const [target = '', words] = piece.slice(1, -1).split('|');
  if (words === undefined) return target;
  const shown = unescaped(words);
  return target.startsWith('!date') || shown === unescaped(target) ? shown : `${shown} (${unescaped(target)})`;
}

export function cutMark(count: number, noun = 'character', more = 'more'): string {
  return `… cut here, ${count.toLocaleString('en')} ${more} ${noun}${count === 1 ? '' : 's'} in the thread`;
}

/** @param text inert mrkdwn */
export function cutMrkdwn(text: string, room: Room): Cut {
  if (fits(text, room)) return { shown: text, rest: '' };
  const { end, inCode } = lastFit(text, MRKDWN_PIECE, lessMark(room));
  // An opening backtick with nothing behind it would show as a backtick.
  const start = inCode && text[end - 1] === '`' ? end - 1 : end;
  const rest = plainOf(text.slice(start));
  const head = `${text.slice(0, start)}${inCode && start === end ? '`' : ''}`;
  return { shown: `${onNewLine(head)}_${cutMark(rest.length)}_`, rest };
}

/** For code blocks: nothing in it means anything, so only code points are kept whole. */
export function cutPlain(text: string, room: Room): Cut {
  if (fits(text, room)) return { shown: text, rest: '' };
  const { end } = lastFit(text, CODE_POINT, lessMark(room));
  const rest = text.slice(end);
  return { shown: `${onNewLine(text.slice(0, end))}${cutMark(rest.length)}`, rest };
}

/** For logs: shows the end, and hands back the whole, because a log in two pieces is read by nobody. */
export function cutPlainStart(text: string, room: Room): Cut {
  if (fits(text, room)) return { shown: text, rest: '' };
  const start = firstFit(text, lessMark(room));
  return { shown: `${cutMark(start, 'character', 'earlier')}\n${text.slice(start)}`, rest: text };
}

/** Plain text for Slack's `text`, which reads escapes and mentions too. Its cut is an ellipsis. */
export function cutEscaped(text: string, most: number): Cut {
  const escaped = escapeMrkdwn(clean(text));
  if (escaped.length <= most) return { shown: escaped, rest: '' };
  const { end } = lastFit(escaped, MRKDWN_PIECE, { characters: most - 1, json: Number.POSITIVE_INFINITY });
  return { shown: `${escaped.slice(0, end)}…`, rest: unescaped(escaped.slice(end)) };
}

/** One line with an ellipsis where it was too long: headers, labels. */
export function cutLine(text: string, most: number): Cut {
  const line = clean(text).replace(/\s+/g, ' ').trim();
  if (line.length <= most) return { shown: line, rest: '' };
  const { end } = lastFit(line, CODE_POINT, { characters: most - 1, json: Number.POSITIVE_INFINITY });
  return { shown: `${line.slice(0, end)}…`, rest: line.slice(end) };
}

/** How long a text is inside a JSON string. */
const jsonLength = (text: string): number => JSON.stringify(text).length - 2;

const fits = (text: string, room: Room): boolean => text.length <= room.characters && jsonLength(text) <= room.json;

const lessMark = ({ characters, json }: Room): Room => ({ characters: characters - MARK_ROOM, json: json - MARK_ROOM });

const onNewLine = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

interface Place {
  /** Index just behind the last piece that fits. */
  end: number;
  inCode: boolean;
}

/** Walks from the start and stops at the first piece that does not fit, so the cost is the room's, not the text's. */
function lastFit(text: string, pieces: RegExp, room: Room): Place {
  let here: Place = { end: 0, inCode: false };
  let lineEnd: Place = here;
  let json = 0;
  for (const [piece] of text.matchAll(pieces)) {
    const end = here.end + piece.length;
    json += piece.length === 1 && !/["\\\n\t]/.test(piece) ? 1 : jsonLength(piece);
    if (end > room.characters || json > room.json) break;
    here = { end, inCode: piece === '`' ? !here.inCode : here.inCode };
    if (piece === '\n') lineEnd = here;
  }
  // The end of a line is the kinder place when it costs less than a quarter of what would be shown.
  return lineEnd.end > here.end * 0.75 ? lineEnd : here;
}

/** Walks from the end. @returns index from which on the text fits, at the beginning of a line where that costs little */
function firstFit(text: string, room: Room): number {
  let start = text.length;
  let json = 0;
  while (start > 0) {
    const size = /[\udc00-\udfff]/.test(text.charAt(start - 1)) && start > 1 ? 2 : 1;
    json += jsonLength(text.slice(start - size, start));
    if (text.length - start + size > room.characters || json > room.json) break;
    start -= size;
  }
  const line = text.indexOf('\n', start) + 1;
  return line > 0 && text.length - line > (text.length - start) * 0.75 ? line : start;
}
