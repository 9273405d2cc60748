// Bodies of HTTP answers: read within a limit, told apart (JSON, HTML, nothing), parsed. Called by `http.ts`.
import type { Readable } from 'node:stream';

/** Words about an answer that cannot be used; `http.ts` turns it into an UpstreamError. */
export class UnusableBody extends Error {
  override readonly name = 'UnusableBody';
}

export const HTML_INSTEAD = 'answered HTML, not JSON: a proxy or the wrong port?';

/** Deeper than any answer of these systems (a Mesos state nests about 12 levels), shallow enough for recursive readers. */
const DEEPEST = 200;

/** Reads a whole body as bytes. @throws UnusableBody above `maxBytes`; stream errors as they are */
export async function readBody(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      throw new UnusableBody(`answered more than ${sizeInWords(maxBytes)}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function sizeInWords(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.round(bytes / 1024 / 1024)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}

/** @throws UnusableBody with what was seen instead of JSON */
export function parseJson(text: string, contentType: string): unknown {
  if (text.trim() === '') throw new UnusableBody('answered nothing at all');
  if (isHtml(text, contentType)) throw new UnusableBody(HTML_INSTEAD);
  if (nestsDeeperThan(DEEPEST, text)) throw new UnusableBody(`answered JSON nested deeper than ${DEEPEST} levels`);
  try {
    return JSON.parse(text);
  } catch {
    const cut = /[}\]]\s*$/.test(text) ? 'text that is not JSON' : 'JSON that breaks off';
    throw new UnusableBody(`answered ${cut}`);
  }
}

export function isHtml(text: string, contentType: string): boolean {
  return /\bhtml\b/i.test(contentType) || /^\s*<(?:!doctype|html|head|body)\b/i.test(text.slice(0, 500));
}

/** One line that says what an error answer says: JSON `message`, an HTML page's title, or the first line of text. */
export function gist(text: string, contentType: string): string | undefined {
  return (isHtml(text, contentType) ? htmlTitle(text) : (jsonMessage(text) ?? firstLine(text))) || undefined;
}

export function htmlTitle(html: string): string | undefined {
  const title = /<title[^<>]*>([^<]*)<\/title>/i.exec(html)?.[1] ?? /<h1[^<>]*>([^<]*)<\/h1>/i.exec(html)?.[1];
  return title?.replace(/\s+/g, ' ').trim();
}

function jsonMessage(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('message' in body)) return undefined;
    return typeof body.message === 'string' ? firstLine(body.message) : undefined;
  } catch {
    return undefined;
  }
}

export function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0] ?? '';
}

/** Long enough for any message of these systems; not for a page dumped as text, or a rule that quotes half a definition. */
const LONGEST_LINE = 300;

/** Each line of what is told of a failure, cut where it says no more. */
export function shortLines(text: string): string {
  const shorten = (line: string) => (line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`);
  return text.split('\n').map(shorten).join('\n');
}

function nestsDeeperThan(limit: number, text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** The beginning of an error answer, enough for its words; the rest is not waited for. */
export async function readStart(body: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
