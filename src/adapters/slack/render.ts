// Message → Slack's JSON, the last step before the wire; `messenger.ts` and the ack in `app.ts` call it. It owns every
// size Slack has a word on: what does not fit is cut with a visible mark and handed back as `rest`.
import type { KnownBlock } from '@slack/types';
import type { Button, Message } from '../../core/conversation.js';
import { clean, cutEscaped, cutLine, cutMark } from './cut.js';
import { LIMITS } from './limits.js';
import { contextBlock, cost, type Drawn, draw, type Piece, piecesOf, plainPiece } from './pieces.js';

export interface Rendered {
  text: string;
  blocks: KnownBlock[];
  /** What was cut, plain, for a thread reply or a file; undefined when everything is shown. */
  rest: string | undefined;
}

/** The note about pieces that were left out altogether, as JSON. */
const NOTE_ROOM = cost([contextBlock(`_${cutMark(100_000_000)}_`)]);
/** Of the twin's 4,000 characters. */
const HINT_ROOM = 1_000;

/** Who gets room first when there is not enough. Without its buttons a plan could not be confirmed. */
const PRECEDENCE: Record<Piece['type'], number> = {
  actions: 0,
  header: 1,
  context: 1,
  section: 2,
  fields: 2,
  code: 3,
  table: 4,
  divider: 5,
};

export function render(message: Message): Rendered {
  const text = cutEscaped(message.text, LIMITS.text);
  const pieces = piecesOf(message);
  const { blocks, rest } = pieces.length === 0 ? { blocks: [], rest: text.rest } : compose(pieces);
  return { text: text.shown.trim() === '' ? '–' : text.shown, blocks, rest: rest === '' ? undefined : rest };
}

/** When Slack refuses the blocks: the text alone, with what to type where a button was. */
export function plainTwin(message: Message): { text: string } {
  const buttons = message.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons : []));
  const hint = buttons.length === 0 ? '' : `\n${cutEscaped(buttonHint(buttons), HINT_ROOM).shown}`;
  const { shown } = cutEscaped(message.text, LIMITS.text - hint.length);
  return { text: `${shown}${hint}`.trim() === '' ? '–' : `${shown}${hint}` };
}

function buttonHint(buttons: readonly Button[]): string {
  const labels = buttons.map((button) => cutLine(button.label, LIMITS.buttonText).shown).join(', ');
  const commands = buttons.filter((button) => button.action === 'run').map((button) => clean(button.value));
  const typed = commands.length === 0 ? '' : ` Type instead, after the slash command: ${commands.join(' · ')}`;
  return `Buttons: ${labels} ${buttons.length === 1 ? 'is' : 'are'} not available here.${typed}`;
}

function compose(pieces: readonly Piece[]): Drawn {
  // The brackets around them count too.
  const whole = pieces.map((piece) => draw(piece, LIMITS.allBlocks));
  const all = whole.flatMap(({ blocks }) => blocks);
  const drawn = cost(all) + 1 <= LIMITS.allBlocks && all.length <= LIMITS.blocks ? whole : squeeze(pieces, whole);
  return assemble(pieces, drawn);
}

/** Shares the room out by precedence; undefined stands for a piece that found none. */
function squeeze(pieces: readonly Piece[], whole: readonly Drawn[]): (Drawn | undefined)[] {
  let room = LIMITS.allBlocks - 1 - NOTE_ROOM;
  let places = LIMITS.blocks - 1;
  const drawn: (Drawn | undefined)[] = pieces.map(() => undefined);
  for (const index of inPrecedence(pieces)) {
    const piece = pieces[index];
    const natural = whole[index];
    if (piece === undefined || natural === undefined) continue;
    const tried = cost(natural.blocks) <= room ? natural : draw(piece, room);
    if (cost(tried.blocks) > room || tried.blocks.length > places) continue;
    room -= cost(tried.blocks);
    places -= tried.blocks.length;
    drawn[index] = tried;
  }
  return drawn;
}

const inPrecedence = (pieces: readonly Piece[]): number[] =>
  pieces
    .map((piece, index) => ({ index, rank: PRECEDENCE[piece.type] }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ index }) => index);

/** In the message's own order; one note, at the first gap, speaks for everything left out. */
function assemble(pieces: readonly Piece[], drawn: readonly (Drawn | undefined)[]): Drawn {
  const rests = pieces.map((piece, index) => drawn[index]?.rest ?? plainPiece(piece));
  const missing = pieces.map((_, index) => (drawn[index] === undefined ? (rests[index] ?? '').length : 0));
  const firstGap = missing.findIndex((length) => length > 0);
  const note = contextBlock(`_${cutMark(missing.reduce((sum, length) => sum + length, 0))}_`);
  return {
    blocks: pieces.flatMap((_, index) => [...(index === firstGap ? [note] : []), ...(drawn[index]?.blocks ?? [])]),
    rest: rests.filter((rest) => rest !== '').join('\n\n'),
  };
}
