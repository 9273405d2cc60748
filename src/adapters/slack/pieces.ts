// One block of a message → one block of Slack's, within the limits of that block and the room that is left for it.
// Called by `render.ts`, which shares the room out.
import type { KnownBlock, Button as SlackButton } from '@slack/types';
import type { Button, Message, MessageBlock } from '../../core/conversation.js';
import { escapeMrkdwn, type Rich } from '../../core/text.js';
import { clean, cutLine, cutMrkdwn, cutPlain, cutPlainStart, inert, plainOf } from './cut.js';
import { LIMITS } from './limits.js';
import { type Table, tableBlock, tableMark, tableText, tableWidth } from './table.js';

type Field = { label: string; value: Rich };

/** What becomes a single Slack block: fields and buttons in portions, text apart from its fields. */
export type Piece =
  | { type: 'header' | 'section' | 'context'; text: string }
  | { type: 'code'; text: string; keep?: 'end' | undefined }
  | { type: 'fields'; fields: readonly Field[] }
  | { type: 'table'; table: Table }
  | { type: 'actions'; buttons: readonly NumberedButton[] }
  | { type: 'divider' };

interface NumberedButton extends Button {
  /** Makes the action id unique in the message. */
  index: number;
}

export interface Drawn {
  blocks: KnownBlock[];
  /** What did not fit, plain. */
  rest: string;
}

export function piecesOf(message: Message): Piece[] {
  const pieces: Piece[] = [];
  let tables = 0;
  let buttons = 0;
  for (const block of message.blocks) {
    switch (block.type) {
      case 'section':
        pieces.push(...textPiece('section', inert(block.text.mrkdwn)), ...fieldPieces(block.fields ?? []));
        break;
      case 'context':
        pieces.push(...textPiece('context', inert(block.text.mrkdwn)));
        break;
      case 'header':
        pieces.push(...textPiece('header', clean(block.text)));
        break;
      case 'code':
        pieces.push(...textPiece('code', clean(block.text)).map((piece) => ({ ...piece, keep: block.keep })));
        break;
      case 'fields':
        pieces.push(...fieldPieces(block.fields));
        break;
      case 'table':
        tables += 1;
        pieces.push(...tablePiece(block, tables <= LIMITS.tables));
        break;
      case 'actions':
        pieces.push(...buttonPieces(block.buttons.map((button, index) => ({ ...button, index: buttons + index }))));
        buttons += block.buttons.length;
        break;
      case 'divider':
        pieces.push(block);
        break;
    }
  }
  return pieces;
}

/** Slack refuses texts of no characters. */
const textPiece = <T extends 'header' | 'code' | 'section' | 'context'>(type: T, text: string) =>
  text.trim() === '' ? [] : [{ type, text }];

const fieldPieces = (fields: readonly Field[]): Piece[] =>
  portions(fields, LIMITS.fields).map((portion) => ({ type: 'fields', fields: portion }));

function tablePiece({ columns, rows }: Extract<MessageBlock, { type: 'table' }>, allowed: boolean): Piece[] {
  const table = { columns, rows };
  if (tableWidth(table) === 0) return [];
  const asBlock = allowed && tableBlock(table, LIMITS.allBlocks) !== undefined;
  return asBlock ? [{ type: 'table', table }] : textPiece('code', tableText(table));
}

/** A value cannot be shortened: half a command is another command. So its button goes, and that is said. */
function buttonPieces(buttons: readonly NumberedButton[]): Piece[] {
  const fits = (button: Button) => button.value.length <= LIMITS.buttonValue;
  const left = buttons
    .filter((button) => !fits(button))
    .map((button) => cutLine(button.label, LIMITS.buttonText).shown);
  const note = `Too long for a button, so type it: ${left.join(', ')}.`;
  return [
    ...portions(buttons.filter(fits), LIMITS.buttons).map((portion): Piece => ({ type: 'actions', buttons: portion })),
    ...(left.length === 0 ? [] : textPiece('context', escapeMrkdwn(note))),
  ];
}

function portions<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

/** Characters as JSON text, with the comma. */
export const cost = (blocks: readonly KnownBlock[]): number =>
  blocks.reduce((sum, block) => sum + JSON.stringify(block).length + 1, 0);

/** @param room characters of JSON text; the answer keeps within it where cutting helps, so the caller looks again */
export function draw(piece: Piece, room: number): Drawn {
  switch (piece.type) {
    case 'section':
    case 'context': {
      const block = piece.type === 'section' ? sectionBlock : contextBlock;
      const json = room - cost([block('')]);
      const { shown, rest } = cutMrkdwn(piece.text, { characters: LIMITS.mrkdwn, json });
      return { blocks: [block(shown)], rest };
    }
    case 'header': {
      const { shown, rest } = cutLine(piece.text, LIMITS.header);
      return { blocks: [{ type: 'header', text: { type: 'plain_text', text: shown } }], rest };
    }
    case 'code': {
      const json = room - cost([codeBlock('')]);
      const cut = piece.keep === 'end' ? cutPlainStart : cutPlain;
      const { shown, rest } = cut(piece.text, { characters: LIMITS.code, json });
      return { blocks: [codeBlock(shown)], rest };
    }
    case 'fields':
      return drawFields(piece.fields, room);
    case 'table':
      return drawTable(piece.table, room);
    case 'actions':
      return { blocks: [{ type: 'actions', elements: piece.buttons.map(drawButton) }], rest: '' };
    case 'divider':
      return { blocks: [piece], rest: '' };
  }
}

/** The piece as words, for the file that takes what the message cannot. */
export function plainPiece(piece: Piece): string {
  switch (piece.type) {
    case 'section':
    case 'context':
      return plainOf(piece.text);
    case 'header':
    case 'code':
      return piece.text;
    case 'fields':
      return piece.fields.map(plainField).join('\n');
    case 'table':
      return tableText(piece.table);
    case 'actions':
      return `Buttons: ${piece.buttons.map((button) => clean(button.label)).join(', ')}`;
    case 'divider':
      return '';
  }
}

const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text, verbatim: true });
const sectionBlock = (text: string): KnownBlock => ({ type: 'section', text: mrkdwn(text) });
export const contextBlock = (text: string): KnownBlock => ({ type: 'context', elements: [mrkdwn(text)] });
const codeBlock = (text: string): KnownBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
});

function drawFields(fields: readonly Field[], room: number): Drawn {
  const share = Math.floor((room - cost([{ type: 'section', fields: [] }])) / fields.length);
  const json = share - cost([sectionBlock('')]);
  const drawn = fields.map((field) => cutMrkdwn(fieldText(field), { characters: LIMITS.field, json }));
  return {
    blocks: [{ type: 'section', fields: drawn.map(({ shown }) => mrkdwn(shown)) }],
    rest: drawn.flatMap(({ rest }, index) => (rest === '' ? [] : [`${fieldLabel(fields[index])}: ${rest}`])).join('\n'),
  };
}

const fieldLabel = (field: Field | undefined): string =>
  clean(field?.label ?? '')
    .replace(/\s+/g, ' ')
    .trim();
const plainField = (field: Field): string => `${fieldLabel(field)}: ${plainOf(inert(field.value.mrkdwn))}`;

function fieldText(field: Field): string {
  const label = escapeMrkdwn(fieldLabel(field).replaceAll('*', ''));
  const value = inert(field.value.mrkdwn).trim() === '' ? '–' : field.value.mrkdwn;
  return inert(label === '' ? value : `*${label}*\n${value}`);
}

function drawTable(table: Table, room: number): Drawn {
  const whole = tableBlock(table, room);
  if (whole === undefined) return draw({ type: 'code', text: tableText(table) }, room);
  if (whole.left.rows.length === 0) return { blocks: [whole.block], rest: '' };
  const markCost = cost([contextBlock(`_${tableMark(table)}_`)]);
  const { block, left } = tableBlock(table, room - markCost - 1) ?? whole;
  return { blocks: [block, contextBlock(`_${tableMark(left)}_`)], rest: tableText(left) };
}

const plain = (text: string, most: number, otherwise: string) => ({
  type: 'plain_text' as const,
  text: cutLine(text, most).shown || otherwise,
});

function drawButton({ label, action, value, style, confirm, index }: NumberedButton): SlackButton {
  return {
    type: 'button',
    text: plain(label, LIMITS.buttonText, action),
    action_id: `${action}:${index}`,
    ...(value === '' ? {} : { value }),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plain(confirm.title, LIMITS.confirmTitle, 'Are you sure?'),
            text: plain(confirm.text, LIMITS.confirmText, action),
            confirm: plain(confirm.yes, LIMITS.confirmChoice, 'Yes'),
            deny: plain(confirm.no, LIMITS.confirmChoice, 'No'),
          },
        }),
  };
}
