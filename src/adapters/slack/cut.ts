// Cutting text to a length without breaking what Slack reads in it: escapes, links and mentions, code, characters.

/** Visible, so that nobody takes the part for the whole. */
const MARK = '…';

/** Plain text: never between the halves of a character. */
export function cutPlain(text: string, longest: number): { shown: string; rest: string } {
  if (text.length <= longest) return { shown: text, rest: '' };
  let end = longest - MARK.length;
  if (isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
  return { shown: text.slice(0, end) + MARK, rest: text.slice(end) };
}

/** mrkdwn: never inside `&amp;`, `<…|…>` or a code span. */
export function cutMrkdwn(text: string, longest: number): { shown: string; rest: string } {
  if (text.length <= longest) return { shown: text, rest: '' };
  let end = longest - MARK.length - 1; // room for a closing backtick
  if (isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
  const before = text.slice(0, end);
  const entity = before.lastIndexOf('&');
  if (entity >= end - 5 && entity !== -1 && !before.slice(entity).includes(';')) end = entity;
  const bracket = text.slice(0, end).lastIndexOf('<');
  if (bracket !== -1 && !text.slice(bracket, end).includes('>')) end = bracket;
  const shown = text.slice(0, end);
  const openCode = (shown.match(/`/g)?.length ?? 0) % 2 === 1;
  return { shown: `${shown}${openCode ? '`' : ''}${MARK}`, rest: text.slice(end) };
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
