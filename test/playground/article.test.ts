// The article of 2015, start to end: the README's own script, played as a process, against the answers that the README shows.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgsStringToArgv } from 'string-argv';
import { expect, it } from 'vitest';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, script = '', shown = ''] =
  /\n### The article, played\n[\s\S]*?```sh\n([\s\S]*?)```[\s\S]*?```\n([\s\S]*?)```/.exec(README) ?? [];
const STEPS = shown.split('\n').flatMap((line) => line.trim() || []);

const PLAYGROUND = 'npm run playground -- ';
const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

function play(): Promise<string> {
  const typed = script.replaceAll('\\\n', ' ').trim();
  expect(typed.startsWith(PLAYGROUND)).toBe(true);
  const args = [program, 'playground', ...parseArgsStringToArgv(typed.slice(PLAYGROUND.length))];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 4_000_000 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stderr}\n${stdout}`)),
    );
  });
}

/** Where, when, how long and which commit is another one each time; all the rest is as shown. */
const CHANGING: [shown: RegExp, may: string][] = [
  [/\d+ \w{3} \d{4} \d\d:\d\d(?::\d\d)?/g, '\\d+ \\w{3} \\d{4} [\\d:]+'],
  [/192\.168\.3\.\d+:\d+/g, '192\\.168\\.3\\.\\d+:\\d+'],
  [/\b\d+ (?:s|min)(?: \d+ s)?(?![\w ]*\()/g, '\\d+ (?:s|min)(?: \\d+ s)?'],
  [/(?<=commit )[0-9a-f]{7}/g, '[0-9a-f]{7}'],
  [/\bq\d+\b/g, 'q\\d+'],
];

function patternOf(line: string): RegExp {
  const spots = CHANGING.flatMap(([pattern, may]) =>
    [...line.matchAll(pattern)].map(({ 0: { length }, index }) => ({ index, length, may })),
  ).sort((a, b) => a.index - b.index);
  let source = '';
  let at = 0;
  for (const { index, length, may } of spots) {
    source += escaped(line.slice(at, index)) + may;
    at = index + length;
  }
  return new RegExp(source + escaped(line.slice(at)));
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

it('is answered as the README shows, step after step', { timeout: 240_000 }, async () => {
  expect(STEPS.length).toBeGreaterThan(30);
  // The terminal breaks lines where they fit; what is said does not depend on it.
  let rest = (await play()).replace(/\s+/g, ' ');
  for (const step of STEPS) {
    const found = patternOf(step).exec(rest);
    if (found === null) expect.fail(`Not said: ${step}\nin what remained: ${rest.slice(0, 3_000)}`);
    rest = rest.slice(found.index + found[0].length);
  }
});
