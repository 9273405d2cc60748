// No regular expression of ours takes more than linear time, whatever the text: foreign logs, names and error pages run
// through them. Each is given long repetitions of what it is itself made of, behind each of its own beginnings; what
// counts is how its time grows with the text, not how long it is.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scrubber } from '../src/adapters/secrets.js';
import { plainLog } from '../src/core/log-tail.js';
import { maskText } from '../src/core/manifest-mask.js';
import { prose } from '../src/core/text.js';
import { regexLiteralsIn } from './support/regex-literals.js';

const SRC = new URL('../src/', import.meta.url);
const files = (readdirSync(SRC, { recursive: true }) as string[]).filter(
  (name) => /\.(ts|mjs)$/.test(name) && !name.startsWith('playground/'),
);

interface Found {
  name: string;
  run: (text: string) => unknown;
  /** What it is made of. */
  words: string[];
}

/** Where quadratic time is borne, and why. */
const BORNE: Record<string, string> = {};

const CANDIDATES = [
  'a',
  'Z',
  '0',
  '9',
  ' ',
  '\n',
  '\t',
  '_',
  '-',
  '.',
  '/',
  ':',
  '@',
  '"',
  "'",
  '`',
  '*',
  '<',
  '=',
  '\\',
  '{',
  '[',
  '(',
  '~',
  '|',
  '&',
  ';',
  'é',
  '\u001b',
  '\u200b',
  '+',
];

/** Characters that some part of the pattern takes, and its literal runs. */
function wordsOf(source: string, flags: string): string[] {
  const atoms =
    source.match(/\[(?:[^\]\\]|\\.)*\]|\\[pP]\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|[^\\[\]()|?*+{}^$]/g) ??
    [];
  const oneEach = flags.replace(/[gy]/g, '');
  const samples = [...new Set(atoms)].flatMap((atom) => {
    if (/^\\[bB1-9k]/.test(atom)) return [];
    try {
      const one = new RegExp(`^(?:${atom})$`, oneEach);
      return CANDIDATES.concat([...atom])
        .filter((char) => one.test(char))
        .slice(0, 3);
    } catch {
      return [];
    }
  });
  const runs = source.match(/(?:[A-Za-z0-9:/@=<>&#"'-]|\\[/.|-])+/g)?.map((run) => run.replaceAll('\\', '')) ?? [];
  return [...new Set([...samples, ...runs.filter((run) => run.length > 1)])].slice(0, 12);
}

/** Repetitions of words and of pairs of words, behind a beginning, before an end that fits nothing. */
function* attacks(words: readonly string[], size: number): Generator<string> {
  const pumps = [...words, ...words.flatMap((one) => words.filter((two) => two !== one).map((two) => one + two))];
  const heads = ['', ...words.filter((word) => word.length > 1 || !/\w/.test(word)).slice(0, 4)];
  for (const pump of pumps) {
    const body = pump.repeat(Math.ceil(size / pump.length));
    for (const head of heads) for (const end of ['', '\u0001\n']) yield head + body + end;
  }
}

function once(run: Found['run'], text: string): number {
  const from = performance.now();
  run(text);
  return performance.now() - from;
}

/** The best of some: what it takes, not what the machine was busy with. */
const best = (run: Found['run'], text: string, tries: number) =>
  Math.min(...Array.from({ length: tries }, () => once(run, text)));

const SIZE = 4_000;
/** A linear one needs some 10 µs for that, a quadratic one some 10 ms. */
const SUSPICIOUS_MS = 1.5;

/** What takes exponential time does not even end with so few. */
const FEW = 24;
const ENDLESS_MS = 60;

function worst({ run, words }: Found): { growth: number; text: string } | undefined {
  for (const text of attacks(words, FEW)) {
    if (once(run, text) > ENDLESS_MS && best(run, text, 3) > ENDLESS_MS)
      return { growth: Number.POSITIVE_INFINITY, text };
  }
  for (const text of attacks(words, SIZE)) {
    if (once(run, text) < SUSPICIOUS_MS || best(run, text, 4) < SUSPICIOUS_MS) continue;
    // A quarter is the same attack, smaller: a linear one is four times as fast, a quadratic one sixteen times.
    const growth = Math.min(growthOf(run, text), growthOf(run, text));
    if (growth > 8) return { growth, text };
  }
  return undefined;
}

const growthOf = (run: Found['run'], text: string) => best(run, text, 4) / best(run, shorter(text, 4), 8);

/** The same with fewer repetitions; beginning and end stay. */
const shorter = (text: string, times: number): string =>
  text.slice(0, 60) + text.slice(60 + Math.floor((text.length * (times - 1)) / times));

const literals: Found[] = files.flatMap((file) =>
  regexLiteralsIn(readFileSync(new URL(file, SRC), 'utf8')).map(({ source, flags, line }) => {
    const regex = new RegExp(source, flags);
    return {
      name: `${file}:${line} /${source}/${flags}`,
      words: wordsOf(source, flags),
      run: (text: string) => {
        regex.lastIndex = 0;
        return flags.includes('g') ? text.replace(regex, '') : regex.exec(text);
      },
    };
  }),
);

const LOGIN = [
  'a',
  ':',
  '@',
  '/',
  '://',
  'token',
  'token=',
  'password',
  '-',
  '--',
  '"',
  ' ',
  'https://',
  'bearer ',
  'authorization:',
  '=',
  '.',
];
const built: Found[] = [
  { name: 'maskText', run: maskText, words: LOGIN },
  { name: 'scrubber', run: scrubber(['hunter22', 'a secret: of (many) parts+']), words: LOGIN },
  { name: 'plainLog', run: plainLog, words: ['\r', '\n', '\u001b[', '\u001b]', 'a', ';', '0', 'm', '\b'] },
  { name: 'prose', run: prose, words: ['`', '<@U', '>', '&', 'A', '<#C', '\u001b'] },
];

describe('regular expressions', () => {
  it('are found, all of them', () => {
    const text =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a program
      "const a = b / c / d; // /no/\nconst e = [/x[/]y/g, `/no/${f(/z/)}/no/`, '/no/']; /* /no/ */ return /\\//;";
    expect(regexLiteralsIn(text).map(({ source, flags }) => source + flags)).toEqual(['x[/]yg', 'z', '\\/']);
    expect(literals.length).toBeGreaterThan(150);
  });

  it('would be told when they take quadratic or exponential time', () => {
    const growing = [/\s+$/, /x*y/, /<[^>]*>/, /^(?:\w+\s?)*$/].filter(
      (regex) => worst({ name: '', words: wordsOf(regex.source, ''), run: (text) => regex.exec(text) }) !== undefined,
    );
    expect(growing.map(String)).toEqual(['/\\s+$/', '/x*y/', '/<[^>]*>/', '/^(?:\\w+\\s?)*$/']);
    expect(worst({ name: '', words: ['a', ' '], run: (text) => /(?<!\s)\s+$/.exec(text) })).toBeUndefined();
  });

  it('take linear time', { timeout: 120_000 }, () => {
    const slow = [...literals, ...built]
      .map((found) => ({ name: found.name, worst: worst(found) }))
      .filter((one) => one.worst !== undefined && BORNE[one.name.replace(/:\d+ /, ' ')] === undefined)
      .map(
        ({ name, worst: { growth = 0, text = '' } = {} }) =>
          `${name}: ×${growth.toFixed(1)} for ${JSON.stringify(text.slice(0, 60))}`,
      );
    expect(slow).toEqual([]);
  });
});
