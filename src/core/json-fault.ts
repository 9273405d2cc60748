// Finds where a text stops being JSON. `manifest.ts` asks after JSON.parse has refused: what Node says differs from
// version to version and often names no position.

export interface JsonFault {
  /** Both count from 1. */
  line: number;
  column: number;
  /** What would have been right there: `a value`, `"," or "}"`. */
  expected: string;
}

/** Thrown inside this file only, to leave the nested readers at once. */
class Stop extends Error {
  readonly at: number;
  readonly expected: string;

  constructor(at: number, expected: string) {
    super(expected);
    this.at = at;
    this.expected = expected;
  }
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids these inside a string, and no others
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/** @returns `undefined` when the text is JSON */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    const end = skip(text, SPACE, readValue(text, 0));
    if (end < text.length) throw new Stop(end, 'the end of the file');
    return undefined;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, expected: error.expected };
  }
}

/** The position after one value that begins at or after `at`. */
function readValue(text: string, at: number): number {
  const start = skip(text, SPACE, at);
  if (text[start] === '{') return readList(text, start, '}', readMember);
  if (text[start] === '[') return readList(text, start, ']', readValue);
  return take(text, text[start] === '"' ? STRING : SCALAR, start, 'a value');
}

function readMember(text: string, at: number): number {
  const name = take(text, STRING, skip(text, SPACE, at), 'a name in double quotes');
  const colon = skip(text, SPACE, name);
  if (text[colon] !== ':') throw new Stop(colon, '":"');
  return readValue(text, colon + 1);
}

function readList(text: string, open: number, close: string, readItem: (text: string, at: number) => number): number {
  let at = skip(text, SPACE, open + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = skip(text, SPACE, readItem(text, at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') throw new Stop(at, `"," or "${close}"`);
    at += 1;
  }
}

function skip(text: string, pattern: RegExp, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function take(text: string, pattern: RegExp, at: number, expected: string): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) throw new Stop(at, expected);
  return pattern.lastIndex;
}
