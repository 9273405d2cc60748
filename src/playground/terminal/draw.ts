// Draws what Slack would show: one message as lines of text, readable without colours and without emoji fonts.
import { stripVTControlCharacters, styleText } from 'node:util';
import { isWire, objectsAt, textAt, type Wire } from '../slack/types.js';
import { type Pressable, pressables, type SlackMessage } from '../slack/workspace.js';

export interface Look {
  width: number;
  color: boolean;
  /** Names of people and channels. */
  nameOf(id: string): string;
  /** The number a button is pressed by. */
  numberOf(button: Pressable, message: SlackMessage): number;
}

/** The emoji our messages use; any other keeps its code. */
const EMOJI: Readonly<Record<string, string>> = {
  hourglass_flowing_sand: '⏳',
  large_green_circle: '🟢',
  red_circle: '🔴',
  warning: '⚠️ ',
  no_entry_sign: '🚫',
  no_entry: '⛔',
  white_check_mark: '✅',
  round_pushpin: '📍',
  bar_chart: '📊',
  memo: '📝',
  new: '🆕',
  bulb: '💡',
  double_vertical_bar: '⏸️ ',
};

/** @returns lines no longer than the width, without line ends */
export function draw(message: SlackMessage, look: Look): string[] {
  const body =
    message.blocks.length === 0
      ? [mrkdwn(message.text, look)]
      : message.blocks.flatMap((block) => drawBlock(block, message, look));
  const indent = message.threadTs === undefined ? '' : '    ';
  const lines = [headOf(message, look), ...body.flatMap((text) => text.split('\n'))];
  return lines.flatMap((line) => wrap(line, look.width - indent.length)).map((line) => `${indent}${line}`);
}

function headOf(message: SlackMessage, look: Look): string {
  const time = new Date(Number(message.ts) * 1_000).toISOString().slice(11, 16);
  const thread = message.threadTs === undefined ? '' : '↳ ';
  const seen = message.visibleTo === undefined ? '' : ' · only you can see this';
  return paint(
    look,
    'dim',
    `${thread}${look.nameOf(message.authorId)} ${time} in ${look.nameOf(message.channelId)}${seen}`,
  );
}

function drawBlock(block: Wire, message: SlackMessage, look: Look): string[] {
  switch (block['type']) {
    case 'header':
      return [paint(look, 'bold', textOf(block['text'], look))];
    case 'section':
      return [
        ...(block['text'] === undefined ? [] : [textOf(block['text'], look)]),
        ...objectsAt(block, 'fields').map((field) => drawField(field, look)),
      ];
    case 'context':
      return [
        paint(
          look,
          'dim',
          objectsAt(block, 'elements')
            .map((element) => textOf(element, look))
            .join(' · '),
        ),
      ];
    case 'actions':
      return [buttonsOf(message, block, look)];
    case 'divider':
      return ['─'.repeat(Math.min(look.width, 40))];
    case 'rich_text':
      return preformatted(block).map((line) => `  │ ${line}`);
    case 'table':
      return drawTable(block, look);
    default:
      return [`(a ${String(block['type'])} block)`];
  }
}

/** `*Label*` and its value below become one line. */
const drawField = (field: Wire, look: Look): string =>
  textOf(field, look).replace(/^([^\n]*)\n/, (_, label: string) => `${pad(label, 18)} `);

function buttonsOf(message: SlackMessage, block: Wire, look: Look): string {
  const here = new Set(objectsAt(block, 'elements'));
  return pressables(message)
    .filter((button) => here.has(button.element))
    .map((button) => paint(look, 'inverse', ` ${look.numberOf(button, message)} ${button.label} `))
    .join('  ');
}

function preformatted(block: Wire): string[] {
  const texts = objectsAt(block, 'elements').flatMap((part) =>
    objectsAt(part, 'elements').map((piece) => textAt(piece, 'text') ?? ''),
  );
  return safe(texts.join('')).split('\n');
}

function drawTable(block: Wire, look: Look): string[] {
  const rows = (Array.isArray(block['rows']) ? block['rows'] : []).map((row) =>
    (Array.isArray(row) ? row : []).map((cell) => safe(textAt(cell, 'text') ?? '')),
  );
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row, index) => {
    const line = row
      .map((cell, column) => (column === 0 ? pad(cell, widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ');
    return index === 0 ? paint(look, 'bold', line) : line;
  });
}

function textOf(value: unknown, look: Look): string {
  const text = textAt(value, 'text') ?? '';
  return isWire(value) && value['type'] === 'plain_text' ? safe(text) : mrkdwn(text, look);
}

/** Slack's markup as a reader sees it. Escapes are undone last, so what they hid stays plain text. */
export function mrkdwn(text: string, look: Look): string {
  return safe(text)
    .replace(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => look.nameOf(id))
    .replace(/<#([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => look.nameOf(id))
    .replace(/<(https?:[^|>]+)\|([^>]*)>/g, (_, _url: string, words: string) => paint(look, 'underline', words))
    .replace(/<(https?:[^|>]+)>/g, '$1')
    .replace(/:([a-z0-9_]+):/g, (code, name: string) => EMOJI[name] ?? code)
    .replace(/`([^`\n]+)`/g, (_, words: string) => paint(look, 'cyan', words))
    .replace(/(?<![\w*])\*([^*\n]+)\*(?![\w*])/g, (_, words: string) => paint(look, 'bold', words))
    .replace(/(?<![\w_])_([^_\n]+)_(?![\w_])/g, (_, words: string) => paint(look, 'italic', words))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** Nothing foreign moves the cursor or changes colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
const safe = (text: string): string =>
  stripVTControlCharacters(text).replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ');

const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stripVTControlCharacters(text).length));

export function paint(look: Pick<Look, 'color'>, style: Parameters<typeof styleText>[0], text: string): string {
  return look.color ? styleText(style, text, { validateStream: false }) : text;
}

/** Breaks at spaces; a word longer than the line is broken where the line ends. Styled words are kept whole. */
function wrap(line: string, width: number): string[] {
  if (stripVTControlCharacters(line).length <= width || line.startsWith('  │')) return [line];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<= )/)) {
    if (stripVTControlCharacters(current + word).trimEnd().length > width && current !== '') {
      lines.push(current.trimEnd());
      current = '';
    }
    current += word;
  }
  return [...lines, current.trimEnd()];
}
