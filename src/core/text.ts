// Words for people: `md` builds text in two forms at once, Slack's mrkdwn and plain, and makes everything that is not
// ours inert. Views write md`*Deployed* ${appId}`; a plain string in `${}` is foreign text and cannot page, link or format.

/** One piece of text in both forms. Only the functions of this file make it. */
export interface Rich {
  readonly mrkdwn: string;
  readonly plain: string;
}

type Part = Rich | string | number;

/** Slack asks for exactly these three (docs.slack.dev, formatting message text). */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** C0 and C1 controls and the bidirectional overrides: a log line must not rearrange or colour what people read. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC starts an ANSI sequence
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-_]/g;

export function stripControls(text: string): string {
  return text.replace(ANSI, '').replace(CONTROLS, '');
}

const oneLine = (text: string) => stripControls(text).replace(/\s+/g, ' ').trim();

/** Foreign text inside a sentence. Formatting characters cannot be escaped in mrkdwn, so a name that has some is shown as code. */
function foreign(text: string): Rich {
  const line = oneLine(text);
  return /[*_~`]/.test(line) ? code(line) : { mrkdwn: escapeMrkdwn(line), plain: line };
}

const asRich = (part: Part): Rich => (typeof part === 'object' ? part : foreign(String(part)));

/** Our own words without their markup and emoji codes: screen readers and notifications read them out. */
const spoken = (literal: string) => literal.replace(/:[a-z_]+: ?|[*`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '');

/** Literal parts are ours and may use `*bold*`, `_italic_` and `` `code` ``; interpolated strings are foreign and inert. */
export function md(literals: TemplateStringsArray, ...parts: Part[]): Rich {
  let mrkdwn = '';
  let plain = '';
  literals.forEach((literal, index) => {
    mrkdwn += literal;
    plain += spoken(literal);
    const part = parts[index];
    if (part === undefined) return;
    const rich = asRich(part);
    mrkdwn += rich.mrkdwn;
    plain += rich.plain;
  });
  return { mrkdwn, plain };
}

/** A word to type or an id. A backtick would end the code, so it becomes an apostrophe. */
export function code(text: string): Rich {
  const line = oneLine(text).replaceAll('`', "'");
  return line === '' ? { mrkdwn: '', plain: '' } : { mrkdwn: `\`${escapeMrkdwn(line)}\``, plain: line };
}

/** A link with our words on it. Anything but http(s) is shown as plain words. */
export function link(url: string, words: string): Rich {
  const label = escapeMrkdwn(oneLine(words)).replaceAll('|', '¦').replaceAll('`', "'");
  const target = safeUrl(url);
  return { mrkdwn: target === undefined ? label : `<${target}|${label}>`, plain: oneLine(words) };
}

/** `>` and `|` would end a Slack link early; URL-encoding keeps the address the same. */
export function safeUrl(url: string): string | undefined {
  if (!/^https?:\/\/[^\s]+$/i.test(url)) return undefined;
  return url.replaceAll('&', '&amp;').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C');
}

/** Names a person, and notifies them: only where that person asked or must act. */
export function mention(userId: string): Rich {
  return /^[UW][A-Z0-9]+$/.test(userId) ? { mrkdwn: `<@${userId}>`, plain: `@${userId}` } : foreign(userId);
}

/** Names a user group, and notifies everyone in it. */
export function groupMention(groupId: string): Rich {
  return /^S[A-Z0-9]+$/.test(groupId) ? { mrkdwn: `<!subteam^${groupId}>`, plain: `@${groupId}` } : foreign(groupId);
}

/** A moment, shown in each reader's own zone. @param at ms since the epoch */
export function moment(at: number): Rich {
  const utc = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { mrkdwn: `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${utc}>`, plain: utc };
}

/** The same to the second, for timelines. */
export function second(at: number): Rich {
  const utc = `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return { mrkdwn: `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time_secs}|${utc}>`, plain: utc };
}

/** The first line of a message that people scan for; what is in it keeps its own form. */
export const bold = ({ mrkdwn, plain }: Rich): Rich => ({ mrkdwn: `*${mrkdwn}*`, plain });

export function join(parts: readonly Part[], between = ', '): Rich {
  const rich = parts.map(asRich).filter((part) => part.mrkdwn !== '');
  return {
    mrkdwn: rich.map((part) => part.mrkdwn).join(between),
    plain: rich.map((part) => part.plain).join(between),
  };
}

/** Lines of our own making, one under the other. */
export const lines = (...parts: readonly (Part | undefined)[]): Rich =>
  join(
    parts.filter((part): part is Part => part !== undefined),
    '\n',
  );

/** Our own sentence (an error, a hint): backticks enclose what to type, `<@U…>` and `<#C…>` name people and channels, the rest is inert. */
export function prose(text: string): Rich {
  const { mrkdwn, plain } = sentence(text, named);
  return { mrkdwn, plain: plain.replace(/<(@[UW][A-Z0-9]+|#[CDG][A-Z0-9]+)>/g, '$1') };
}

/** A sentence of ours that was kept with foreign words in it: as `prose`, but nobody is named by it. */
export const report = (text: string): Rich => sentence(text, escapeMrkdwn);

function sentence(text: string, outside: (part: string) => string): Rich {
  const parts = stripControls(text).split('`');
  const inCode = (index: number) => index % 2 === 1 && index < parts.length - 1;
  return {
    mrkdwn: parts.map((part, index) => (inCode(index) ? code(part).mrkdwn : outside(part))).join(''),
    plain: parts.join(''),
  };
}

const named = (part: string) => escapeMrkdwn(part).replace(/&lt;(@[UW][A-Z0-9]+|#[CDG][A-Z0-9]+)&gt;/g, '<$1>');

/** What a mistake quotes of the text typed, between backticks: its own would end the quotation, and what follows would be read as ours. */
export function shorten(text: string, longest = 60): string {
  const quoted = text.replaceAll('`', "'");
  return quoted.length <= longest ? quoted : `${quoted.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
