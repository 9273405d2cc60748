// A table as Slack's block or as lines of text. `pieces.ts` chooses: Slack takes one table a message, of 20 columns.
import type { TableBlock } from '@slack/types';
import { clean, cutMark } from './cut.js';
import { LIMITS } from './limits.js';

export interface Table {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Beyond this a cell pushes its row out of line rather than every row out of sight. */
const WIDEST_PADDING = 40;

const cellText = (text: string): string => clean(text).replace(/\s+/g, ' ').trim();

export const tableWidth = ({ columns, rows }: Table): number =>
  rows.reduce((widest, row) => Math.max(widest, row.length), columns.length);

/** @returns undefined when not even the column titles fit a table block */
export function tableBlock(table: Table, jsonRoom: number): { block: TableBlock; left: Table } | undefined {
  const width = tableWidth(table);
  const row = (cells: readonly string[]) =>
    Array.from({ length: width }, (_, index) => ({
      type: 'raw_text' as const,
      // Slack refuses a cell of no characters (docs.slack.dev: minimum 1).
      text: cellText(cells[index] ?? '') || ' ',
    }));
  const rows = [row(table.columns)];
  const block: TableBlock = { type: 'table', rows, column_settings: alignment(table, width) };
  let json = JSON.stringify(block).length;
  let text = textLength(rows);
  if (width === 0 || width > LIMITS.tableCells || text > LIMITS.tableText || json > jsonRoom) return undefined;
  for (const cells of table.rows) {
    const next = row(cells);
    json += JSON.stringify(next).length + 1;
    text += textLength([next]);
    if (rows.length === LIMITS.tableRows || text > LIMITS.tableText || json > jsonRoom) break;
    rows.push(next);
  }
  return { block, left: { columns: table.columns, rows: table.rows.slice(rows.length - 1) } };
}

export const tableMark = ({ rows }: Table): string => cutMark(rows.length, 'row');

const textLength = (rows: { text: string }[][]): number => rows.flat().reduce((sum, cell) => sum + cell.text.length, 0);

/** Columns of figures stand on the right, so that their digits line up. */
function alignment({ rows }: Table, width: number): { align: 'left' | 'right' }[] {
  const isFigure = (text: string) => /^(?:[-+−]?\d|–$)/.test(text.trim());
  return Array.from({ length: width }, (_, index) => {
    const cells = rows.map((row) => row[index] ?? '').filter((text) => text.trim() !== '');
    return { align: cells.length > 0 && cells.every(isFigure) ? 'right' : 'left' };
  });
}

/** Lines with padded columns, for a code block or a file. */
export function tableText({ columns, rows }: Table): string {
  const all = [columns, ...rows].map((row) => row.map(cellText));
  const widths: number[] = [];
  for (const row of all) {
    row.forEach((text, index) => {
      widths[index] = Math.min(WIDEST_PADDING, Math.max(widths[index] ?? 0, text.length));
    });
  }
  return all
    .map((row) =>
      row
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .filter((line) => line !== '')
    .join('\n');
}
