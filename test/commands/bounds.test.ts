// However much is typed: what each command reads is bounded, the answer comes at once, and little of it is said back.
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { catalogueOf, commands } from '../../src/commands/index.js';
import type { Command } from '../../src/core/command.js';
import { UserError } from '../../src/core/errors.js';
import { parse } from '../../src/core/parse.js';

const catalogue = catalogueOf(commands);

/** Milliseconds: what a person notices is far more, what a stuck pattern takes is far more still. */
const AT_ONCE_MS = 50;
const MOST_SAID_BACK = 60;

const FILLINGS: [string, string][] = [
  ['letters', 'x'],
  ['digits', '9'],
  ['mixed case and dashes', 'Ab-'],
  ['backticks', '`'],
  ['not ASCII', 'ß木🔔'],
];

/** How long a run of what was typed the answer says back. */
function saidBack(answer: string, filling: string): number {
  const run = [...new Set(filling)].map((char) => char.replace(/[-\\\]^]/g, '\\$&')).join('');
  const runs = answer.match(new RegExp(`[${run}']+`, 'giu')) ?? [];
  return Math.max(0, ...runs.map((found) => found.length));
}

function answerTo(text: string): { error: unknown; ms: number } {
  const from = performance.now();
  try {
    parse(text, catalogue);
    return { error: undefined, ms: performance.now() - from };
  } catch (error) {
    return { error, ms: performance.now() - from };
  }
}

/** The best of three, since a test shares its processor. */
function refused(text: string, filling: string): void {
  const tries = [answerTo(text), answerTo(text), answerTo(text)];
  const { error } = tries[0] as { error: unknown };
  expect(error).toBeInstanceOf(UserError);
  const { message, hint = '' } = error as UserError;
  expect(saidBack(`${message} ${hint}`, filling)).toBeLessThanOrEqual(MOST_SAID_BACK);
  expect(message.length).toBeLessThan(300);
  expect(Math.min(...tries.map(({ ms }) => ms))).toBeLessThan(AT_ONCE_MS);
}

/** All the places of a command where a text of the person's own goes. */
const places = ({ syntax = {} }: Command): string[] => [
  ...(syntax.words ?? []),
  ...(syntax.rest === undefined ? [] : [syntax.rest]),
  ...(syntax.list === undefined ? [] : [syntax.list]),
  ...Object.entries(syntax.options ?? {})
    .filter(([, kind]) => kind !== 'switch')
    .map(([name]) => name),
];

const asTyped = (command: Command, place: string, value: string): string => {
  const before = (command.syntax?.words ?? []).slice(0, (command.syntax?.words ?? []).indexOf(place));
  const isOption = Object.hasOwn(command.syntax?.options ?? {}, place);
  return [command.name, ...(isOption ? [`--${place}`] : before.map(() => '1')), value].join(' ');
};

describe.each(commands.map((command) => [command.name, command] as const))('`%s`', (_, command) => {
  it.each(FILLINGS)('refuses words of 10 kB and texts of 10 MB of %s wherever they stand', (_name, filling) => {
    for (const size of [10_000, 10_000_000]) {
      const word = filling.repeat(size / filling.length);
      refused(`${command.name} ${word}`, filling);
      refused(`${command.name} --${word}`, filling);
      refused(word, filling);
      for (const place of places(command)) refused(asTyped(command, place, word), filling);
    }
  });

  it('refuses a thousand options', () => {
    for (const name of ['x', 'here', ...Object.keys(command.syntax?.options ?? {})])
      refused(`${command.name}${` --${name} A=1`.repeat(1_000)}`, 'A=1 -');
  });

  it('reads nothing without a bound of its own, were the text as long as it likes', () => {
    for (const place of places(command)) {
      for (const [, filling] of FILLINGS) {
        const word = filling.repeat(10_000);
        const isList = command.syntax?.options?.[place] === 'list' || command.syntax?.list === place;
        for (const value of isList
          ? [[word], [`A=${word}`], [`${word}=1`, `${word}=1`], Array(1_000).fill('A=1')]
          : [word]) {
          const { success, error } = command.args.safeParse({ ...fitting(command), [place]: value });
          expect(success, `${command.name}: ${place}`).toBe(false);
          const said = (error as z.ZodError).issues.map((issue) => issue.message).join(' ');
          expect(saidBack(said, filling), said).toBeLessThanOrEqual(MOST_SAID_BACK);
        }
      }
    }
  });
});

/** What makes the rest of the words right, so that only the one at hand can be wrong. */
const fitting = ({ name }: Command) =>
  ({
    build: { job: 'app', settings: [] },
    scale: { what: 'executors', count: '4' },
    ack: { id: 'A1' },
    silence: { id: 'A1' },
    template: { label: 'linux', settings: 'mem=600' },
  })[name] ?? {};
