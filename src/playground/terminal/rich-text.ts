// rich_text blocks: the form Slack keeps typed text in, and the safest place for foreign text in ours.
import { isWire, objectsAt, textAt, type Wire } from '../slack/types.js';
import { dated, emoji, type Look } from './look.js';
import { codeLines, linkPieces } from './mrkdwn.js';
import { type Line, line, type Piece, piece, type Style } from './pieces.js';

export function richText(block: Wire, look: Look): Line[] {
  return objectsAt(block, 'elements').flatMap((part) => {
    switch (part['type']) {
      case 'rich_text_preformatted':
        return codeLines(plainOf(part, look));
      case 'rich_text_list':
        return listLines(part, look);
      case 'rich_text_quote':
        return sectionLines(part, look, '▏ ');
      default:
        return sectionLines(part, look, '');
    }
  });
}

/** Its words in one line, for table cells. */
export function plainOf(part: Wire, look: Look): string {
  return objectsAt(part, 'elements')
    .map((one) =>
      one['elements'] === undefined
        ? elementPieces(one, look)
            .map(({ text }) => text)
            .join('')
        : plainOf(one, look),
    )
    .join('');
}

function listLines(part: Wire, look: Look): Line[] {
  const indent = '  '.repeat(Number(part['indent'] ?? 0));
  return objectsAt(part, 'elements').flatMap((item, index) => {
    const mark = part['style'] === 'ordered' ? `${index + 1}. ` : '• ';
    return sectionLines(item, look, '').map((one, row) => ({
      ...one,
      prefix: indent + (row === 0 ? '' : ' '.repeat(mark.length)),
      pieces: row === 0 ? [piece(mark), ...one.pieces] : one.pieces,
    }));
  });
}

function sectionLines(part: Wire, look: Look, prefix: string): Line[] {
  const lines: Line[] = [line([], prefix)];
  for (const one of objectsAt(part, 'elements').flatMap((element) => elementPieces(element, look))) {
    one.text.split('\n').forEach((text, index) => {
      if (index > 0) lines.push(line([], prefix));
      if (text !== '') lines.at(-1)?.pieces.push({ ...one, text });
    });
  }
  if (lines.length > 1 && lines.at(-1)?.pieces.length === 0) lines.pop();
  return lines;
}

function elementPieces(element: Wire, look: Look): Piece[] {
  const styles = stylesOf(element['style']);
  const text = textAt(element, 'text') ?? '';
  switch (element['type']) {
    case 'link':
      return linkPieces(textAt(element, 'url') ?? '', text === '' ? undefined : text, styles);
    case 'user':
      return [piece(look.nameOf(textAt(element, 'user_id') ?? ''), 'bold')];
    case 'channel':
      return [piece(look.nameOf(textAt(element, 'channel_id') ?? ''), 'bold')];
    case 'usergroup':
      return [piece(look.nameOf(textAt(element, 'usergroup_id') ?? ''), 'bold')];
    case 'broadcast':
      return [piece(`@${textAt(element, 'range') ?? ''}`, 'bold')];
    case 'emoji':
      return [piece(emoji(textAt(element, 'name') ?? ''))];
    case 'date':
      return [
        piece(
          dated(String(element['timestamp']), textAt(element, 'format') ?? '', textAt(element, 'fallback') ?? '', look),
        ),
      ];
    default:
      return [piece(text, ...styles)];
  }
}

function stylesOf(style: unknown): Style[] {
  if (!isWire(style)) return [];
  const styles: Style[] = [];
  if (style['bold'] === true) styles.push('bold');
  if (style['italic'] === true) styles.push('italic');
  if (style['strike'] === true) styles.push('strikethrough');
  if (style['code'] === true) styles.push('cyan');
  return styles;
}
