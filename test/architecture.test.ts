// Holds the source tree to its plan: imports run downhill, outside libraries stay at the edge, every file says what it
// is, and nothing is half registered.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Paths below `folder`, with forward slashes. */
const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath.slice(root.length)}/${entry.name}`.replaceAll('\\', '/'))
    .sort();

const all = filesBelow('src');
const sources = all.filter((file) => /\.(?:ts|mjs)$/.test(file));
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Import {
  from: string;
  /** A path below the root, or a package. */
  to: string;
  local: boolean;
}

/** `import … from`, `export … from`, bare imports, `import()` and types that name a module; comments are no imports. */
const MODULE = /(?:\bfrom\s*|^\s*import\s*|\bimport\s*\(\s*)(['"])([^'"\n]+)\1/gm;

function importsIn(from: string, text: string): Import[] {
  const code = text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  return [...code.matchAll(MODULE)].map(([, , name = '']) => {
    const local = name.startsWith('.');
    const path = normalize(join(dirname(from), name)).replaceAll('\\', '/');
    return { from, to: local ? path.replace(/\.js$/, '.ts') : packageOf(name), local };
  });
}

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

const imports = sources.flatMap((file) => importsIn(file, textOf(file)));
const shown = ({ from, to }: Import): string => `${from} → ${to}`;

/** `core`, `commands`, …; files directly below `src/` are the processes. */
const layerOf = (file: string): string => /^src\/([^/]+)\//.exec(file)?.[1] ?? 'process';

const FEATURES = ['commands', 'alerts', 'digests'];
const isList = (file: string): boolean => FEATURES.some((layer) => file === `src/${layer}/index.ts`);

/** What each layer stands on. The playground is the other side of every socket and the processes' stage: it may import anything. */
const DOWNHILL: Record<string, readonly string[]> = {
  core: ['core'],
  commands: ['core'],
  alerts: ['core'],
  digests: ['core'],
  adapters: ['adapters', 'core'],
  journeys: ['journeys', ...FEATURES, 'core'],
  process: ['process', 'journeys', ...FEATURES, 'adapters', 'core'],
};

/** Drawn so in the plan: the role `playground`, and the list of systems, which is made from the configuration. */
const OF_THE_PLAN = ['src/main.ts → src/playground/main.ts', 'src/adapters/index.ts → src/config.ts'];

function runsUphill({ from, to }: Import): boolean {
  const [layer, target] = [layerOf(from), layerOf(to)];
  if (layer === 'playground') return false;
  if (isList(from) && target === layer) return false;
  return !OF_THE_PLAN.includes(shown({ from, to, local: true })) && !(DOWNHILL[layer] ?? []).includes(target);
}

describe('imports', () => {
  const local = imports.filter((one) => one.local);

  it('are all found', () => {
    const text = `
import type { A } from './a.js';
import './b.js';
export { c } from "../core/c.js";
const d = await import('./d.js');
type E = import('@slack/types').E;
import {
  f,
} from '@slack/web-api/dist/f.js';
// import g from './g.js';
const words = 'made from scratch';
`;
    expect(importsIn('src/commands/x.ts', text).map(({ to }) => to)).toEqual([
      'src/commands/a.ts',
      'src/commands/b.ts',
      'src/core/c.ts',
      'src/commands/d.ts',
      '@slack/types',
      '@slack/web-api',
    ]);
    expect(local.length).toBeGreaterThan(sources.length);
    expect(local.filter(({ to }) => !existsSync(join(root, to))).map(shown)).toEqual([]);
  });

  it.each<[from: string, to: string, uphill: boolean]>([
    ['src/core/a.ts', 'src/adapters/b.ts', true],
    ['src/core/a.ts', 'src/core/b.ts', false],
    ['src/commands/a.ts', 'src/commands/b.ts', true],
    ['src/commands/a.ts', 'src/commands/index.ts', true],
    ['src/commands/index.ts', 'src/commands/a.ts', false],
    ['src/commands/a.ts', 'src/alerts/b.ts', true],
    ['src/commands/a.ts', 'src/journeys/b.ts', true],
    ['src/commands/a.ts', 'src/adapters/b.ts', true],
    ['src/alerts/index.ts', 'src/commands/a.ts', true],
    ['src/journeys/a.ts', 'src/adapters/b.ts', true],
    ['src/journeys/a.ts', 'src/commands/index.ts', false],
    ['src/adapters/a.ts', 'src/journeys/b.ts', true],
    ['src/adapters/slack/a.ts', 'src/core/b.ts', false],
    ['src/core/a.ts', 'src/config.ts', true],
    ['src/worker.ts', 'src/adapters/a.ts', false],
    ['src/worker.ts', 'src/playground/a.ts', true],
    ['src/main.ts', 'src/playground/main.ts', false],
    ['src/adapters/index.ts', 'src/config.ts', false],
    ['src/adapters/slack/a.ts', 'src/config.ts', true],
    ['src/new-folder/a.ts', 'src/core/b.ts', true],
  ])('from %s to %s run uphill: %s', (from, to, uphill) => {
    expect(runsUphill({ from, to, local: true })).toBe(uphill);
  });

  it('run downhill', () => {
    expect(local.filter(runsUphill).map(shown)).toEqual([]);
  });

  it('of what talks to the far side of a socket stand under adapters and playground only', () => {
    const edge = /^(?:axios|bullmq|ioredis|@slack\/.*)$/;
    const strays = imports.filter(
      ({ from, to }) => edge.test(to) && !['adapters', 'playground'].includes(layerOf(from)),
    );
    expect(strays.map(shown)).toEqual([]);
  });

  it('form no circle, types included', () => {
    const edges = (text: string) => text.split(' ').map((edge) => edge.split('>') as [string, string]);
    expect(circlesIn(edges('a>b b>c c>a c>d d>d'))).toEqual(['a → b → c → a', 'd → d']);
    expect(circlesIn(edges('a>b a>c b>c'))).toEqual([]);
    expect(circlesIn(local.map(({ from, to }) => [from, to]))).toEqual([]);
  });
});

/** One for each import that leads back, as the way around. */
function circlesIn(edges: readonly (readonly [from: string, to: string])[]): string[] {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]) => {
    const seenAt = path.indexOf(file);
    if (seenAt !== -1) circles.push([...path.slice(seenAt), file].join(' → '));
    if (seenAt !== -1 || done.has(file)) return;
    for (const target of next.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return circles;
}

describe('files', () => {
  /** Everything else has a folder. */
  const PROCESS_FILE =
    /^src\/(?:main|bot(?:-screens)?|worker(?:-ports)?|start|doctor(?:-[a-z]+)?|logger|metrics|admin|health|policy-file|usage-text|tally|listen|audit|config(?:-[a-z]+)?)\.ts$|^src\/(?:setup|build)\.mjs$/;

  it('directly below src are the processes and what they alone need', () => {
    expect(sources.filter((file) => layerOf(file) === 'process' && !PROCESS_FILE.test(file))).toEqual([]);
  });

  it('have kebab-case names', () => {
    const kebab = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|config))?\.[a-z]+$/;
    expect([...all, ...filesBelow('test')].filter((file) => !file.includes('/fixtures/') && !kebab.test(file))).toEqual(
      [],
    );
  });

  it('open with a sentence that says what they are', () => {
    expect(sources.filter((file) => !opensWithSentence(textOf(file)))).toEqual([]);
    expect(opensWithSentence('// Adds numbers.\n')).toBe(true);
    expect(opensWithSentence('#!/usr/bin/env node\n// Adds numbers,\n// and more.\n')).toBe(true);
    expect(opensWithSentence('import x;\n// Adds numbers.\n')).toBe(false);
    expect(opensWithSentence('// adder\n')).toBe(false);
  });

  it('stay below 300 lines, or say why not', () => {
    const tooLong = (text: string) =>
      text.split('\n').length > 301 && !/^\/\/ Long because /m.test(text.slice(0, 1_500));
    expect(sources.filter((file) => tooLong(textOf(file)))).toEqual([]);
  });
});

/** Its first comment, shebang apart, holds a whole sentence; it may begin with a name of Slack's (`chat.*`). */
function opensWithSentence(text: string): boolean {
  const opening = /^(?:#!.*\n)?((?:\/\/.*\n)+|\/\*[\s\S]*?\*\/)/.exec(text)?.[1] ?? '';
  return /^(?:\/\/|\/\*\*?)\s*(?:[`A-Z]|[a-z]+[._])[\s\S]*\S\s\S[\s\S]*[.:]/.test(opening);
}

describe('features', () => {
  /** Waiting for their test; empty when all is well. */
  const WITHOUT_TEST: string[] = [];
  const features = sources.filter((file) => FEATURES.includes(layerOf(file)) && !isList(file));

  it('are all in their list', () => {
    const listed = new Set(imports.filter(({ from }) => isList(from)).map(({ to }) => to));
    expect(features.length).toBeGreaterThan(0);
    expect(features.filter((file) => !listed.has(file))).toEqual([]);
  });

  it('each have a test of their own', () => {
    const testOf = (file: string) => file.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
    const missing = features.filter((file) => !existsSync(join(root, testOf(file))));
    expect(missing).toEqual(WITHOUT_TEST);
  });
});

describe('the README', () => {
  it('draws how it works with files that exist', () => {
    const [, drawn = ''] =
      textOf('README.md')
        .split(/^## How it works$/m)[1]
        ?.split('```') ?? [];
    const named = drawn.match(/\b[a-z][\w/-]*\.ts\b/g) ?? [];
    expect(named.filter((path) => !existsSync(join(root, 'src', path)))).toEqual([]);
    expect(named).toContain('core/decide.ts');
  });
});
