// Tables as aligned columns: numbers to the right, the widest column cut short when the screen is too narrow.
import { isWire, objectsAt, textAt, type Wire } from '../slack/types.js';
import type { Look } from './look.js';
import { type Line, line, padTo, piece, safe, widthOf } from './pieces.js';
import { plainOf } from './rich-text.js';

const GAP = '  ';
const NARROWEST = 6;

export function tableLines(block: Wire, look: Look): Line[] {
  const rows = (Array.isArray(block['rows']) ? block['rows'] : []).map((row) =>
    (Array.isArray(row) ? row : []).map((cell) => cellText(cell, look)),
  );
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = fitted(
    Array.from({ length: columns }, (_, index) => Math.max(...rows.map((row) => widthOf(row[index] ?? '')))),
    look.width,
  );
  const settings = objectsAt(block, 'column_settings');
  const isRight = (index: number) => settings[index]?.['align'] === 'right' || isNumeric(block['rows'], index);
  const drawn = rows.map((row, rowIndex) => {
    const cells = widths.map((width, index) => aligned(short(row[index] ?? '', width), width, isRight(index)));
    const text = cells.join(GAP).trimEnd();
    return { ...line([rowIndex === 0 ? piece(text, 'bold') : piece(text)]), literal: true };
  });
  const caption = textAt(block, 'caption');
  return caption === undefined ? drawn : [line([piece(safe(caption), 'dim')]), ...drawn];
}

function cellText(cell: unknown, look: Look): string {
  if (!isWire(cell)) return '';
  const text = cell['type'] === 'rich_text' ? plainOf(cell, look) : (textAt(cell, 'text') ?? '');
  return safe(text).replaceAll('\n', ' ');
}

/** A column whose cells below the head are all `raw_number`. */
function isNumeric(rows: unknown, index: number): boolean {
  const cells = (Array.isArray(rows) ? rows.slice(1) : []).map((row: unknown) =>
    Array.isArray(row) ? row[index] : undefined,
  );
  return cells.length > 0 && cells.every((cell) => isWire(cell) && cell['type'] === 'raw_number');
}

function fitted(widths: number[], screen: number): number[] {
  const fit = [...widths];
  const total = () => fit.reduce((sum, width) => sum + width, GAP.length * (fit.length - 1));
  while (total() > screen) {
    const widest = fit.indexOf(Math.max(...fit));
    if ((fit[widest] ?? 0) <= NARROWEST) break;
    fit[widest] = (fit[widest] ?? 0) - 1;
  }
  return fit;
}

function short(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = text;
  while (widthOf(kept) > width - 1) kept = [...kept].slice(0, -1).join('');
  return `${kept}…`;
}

function aligned(text: string, width: number, right: boolean): string {
  return right ? ' '.repeat(Math.max(0, width - widthOf(text))) + text : padTo(text, width);
}
