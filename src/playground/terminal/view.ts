// Draws a modal or a Home tab: a frame, the blocks as in messages, and fields with what stands in them.

import { objectsAt, textAt, type Wire } from '../slack/types.js';
import { fieldsOf, type ShownField, type SlackView } from '../slack/workspace.js';
import { blockLines } from './blocks.js';
import type { Look } from './look.js';
import { type Line, line, piece, rowsOf } from './pieces.js';

const SIDE = '│ ';

/** @returns rows no wider than the screen, without line ends */
export function drawView(view: SlackView, look: Look): string[] {
  const inner = { ...look, width: Math.max(20, look.width - SIDE.length) };
  const fields = new Map(fieldsOf(view).map((field) => [field.blockId, field]));
  const body = objectsAt(view.view, 'blocks').flatMap((block) => linesOf(block, view, fields, inner));
  const head =
    view.kind === 'home'
      ? `Home tab of ${textOrName(view, look)}`
      : `${textAt(view.view['title'], 'text') ?? ''} · form of ${look.nameOf(view.userId)}`;
  return [
    ...rowsOf(line([piece(`┌ ${head}`, 'bold')]), look.width, look.color),
    ...body.flatMap((one) => rowsOf({ ...one, prefix: SIDE + one.prefix }, look.width, look.color)),
    ...rowsOf(line([piece(`└ ${footOf(view)}`, 'dim')]), look.width, look.color),
  ];
}

const textOrName = (view: SlackView, look: Look): string => look.nameOf(view.userId);

function footOf({ kind, view, open }: SlackView): string {
  if (kind === 'home') return '';
  if (!open) return 'closed';
  const names = ['submit', 'close'].flatMap((part) => {
    const text = textAt(view[part], 'text');
    return text === undefined ? [] : [`${text}: !${part}`];
  });
  return names.join('   ');
}

function linesOf(block: Wire, view: SlackView, fields: ReadonlyMap<string, ShownField>, look: Look): Line[] {
  const field = fields.get(String(block['block_id']));
  return field === undefined ? blockLines(block, view, look) : fieldLines(field, block, view);
}

/** `Version (optional)  [ 2015-… ▾]`, and below it the hint, or what the app found wrong. */
function fieldLines({ label, optional, element, shown, blockId }: ShownField, block: Wire, view: SlackView): Line[] {
  const isMenu = element['type'] !== 'plain_text_input';
  const empty = isMenu ? 'choose' : '';
  const hint = textAt(block['hint'], 'text');
  const error = view.errors[blockId];
  return [
    line([
      piece(label, 'bold'),
      piece(optional ? ' (optional)  ' : '  ', 'dim'),
      piece(`[ ${shown === '' ? empty : shown}${isMenu ? ' ▾' : ''} ]`, ...(shown === '' ? (['dim'] as const) : [])),
    ]),
    ...(error === undefined ? [] : [line([piece(`✗ ${error}`, 'red')], '  ')]),
    ...(hint === undefined ? [] : [line([piece(hint, 'dim')], '  ')]),
  ];
}
