// Styled text and how it fits the screen: pieces of a line, their width in columns, and the rows a line breaks into.
// Everything the terminal shows passes through here last, so nothing foreign can move the cursor.
import { styleText } from 'node:util';
import { stripControls } from '../../core/text.js';

export type Style =
  | 'bold'
  | 'dim'
  | 'italic'
  | 'underline'
  | 'strikethrough'
  | 'inverse'
  | 'cyan'
  | 'green'
  | 'red'
  | 'yellow';

export interface Piece {
  text: string;
  styles: readonly Style[];
  /** Never broken at its spaces, like a button's label. */
  solid?: boolean;
}

export interface Line {
  pieces: Piece[];
  /** Stands before every row the line takes. */
  prefix: string;
  /** Breaks where the row ends, not at spaces: code, tables. */
  literal?: boolean;
}

export const piece = (text: string, ...styles: Style[]): Piece => ({ text, styles });
export const line = (pieces: Piece[], prefix = ''): Line => ({ pieces, prefix });

/** Foreign text without control characters, escape sequences and text-direction tricks; tabs as spaces. */
export function safe(text: string): string {
  return stripControls(text).replaceAll('\r', '').replaceAll('\t', '  ');
}

const WIDE =
  /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns; terminals disagree on emoji and signs like ↔, so those count as two, and a row is rather too short. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segments.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

export const padTo = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** @returns the rows this line takes, none wider than `width`, painted when `color` */
export function rowsOf(wanted: Line, width: number, color: boolean): string[] {
  const room = Math.max(1, width - widthOf(wanted.prefix));
  const pieces = wanted.pieces.map((one) => ({ ...one, text: safe(one.text).replaceAll('\n', ' ') }));
  const words = wanted.literal ? pieces : pieces.flatMap(wordsOf);
  const rows: Piece[][] = [[]];
  let used = 0;
  const nextRow = () => {
    rows.push([]);
    used = 0;
  };
  for (const word of words.flatMap((one) => chopped(one, room))) {
    const columns = widthOf(word.text);
    const isSpace = word.text.trim() === '';
    if (used > 0 && used + columns > room) {
      nextRow();
      if (isSpace && !wanted.literal) continue;
    }
    rows.at(-1)?.push(word);
    used += columns;
  }
  return rows.map((row) => `${wanted.prefix}${row.map((one) => painted(one, color)).join('')}`.trimEnd());
}

export function painted({ text, styles }: Piece, color: boolean): string {
  return color && styles.length > 0 ? styleText([...styles], text, { validateStream: false }) : text;
}

function wordsOf(one: Piece): Piece[] {
  return one.solid ? [one] : (one.text.match(/\s+|\S+/g) ?? []).map((text) => ({ ...one, text }));
}

/** A word longer than a row is cut where the row ends. */
function chopped(one: Piece, room: number): Piece[] {
  if (widthOf(one.text) <= room) return [one];
  const parts: string[] = [];
  let part = '';
  for (const { segment } of segments.segment(one.text)) {
    if (part !== '' && widthOf(part + segment) > room) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part].map((text) => ({ ...one, text }));
}
