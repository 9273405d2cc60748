// Forms amount to commands: what is picked, parsed again, is what was picked, for every command that says how.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { UserError } from '../../src/core/errors.js';
import { normalise } from '../../src/core/normalise.js';
import { namedIn, parse, UnfitWords } from '../../src/core/parse.js';
import { commandText, fieldOf, type Picks } from '../../src/core/pick.js';

const catalogue = catalogueOf(commands);
const picked = commands.flatMap((command) =>
  command.picks === undefined ? [] : [{ ...command, picks: command.picks }],
);

const build = {
  name: 'build',
  syntax: { words: ['job'], rest: 'parameters', options: { note: 'value' as const } },
  picks: {
    job: { label: 'Job', from: 'labels' },
    parameters: { each: 'versions', of: 'job' },
    note: { label: 'Note', write: 'Anything.', optional: true },
  } satisfies Picks,
};

describe('the command text', () => {
  it.each<[Record<string, string>, string]>([
    [{}, 'build'],
    [{ job: 'team/app' }, 'build team/app'],
    [{ job: 'team/my app', [fieldOf('parameters', 'BRANCH')]: 'main' }, 'build "team/my app" BRANCH=main'],
    [{ job: '团队/应用', [fieldOf('parameters', 'MSG')]: "it's me" }, 'build 团队/应用 "MSG=it\'s me"'],
    [{ job: 'a', note: 'say "hi"' }, `build --note 'say "hi"' a`],
    [{ job: '-x', note: '--y' }, 'build --note=--y -- -x'],
    [{ job: 'a', note: '   ' }, 'build a'],
  ])('of %j is `%s`', (values, text) => {
    expect(commandText(build, values)).toBe(text);
  });

  it('refuses what no quotes can hold, saying what to do', () => {
    expect(() => commandText(build, { job: `a "b' c` })).toThrow(UserError);
  });

  it.each(picked.map(({ name }) => name))('of `%s`, parsed again, names the same', (name) => {
    const command = catalogue.find(name);
    if (command?.picks === undefined) throw new Error(name);
    const asked = Object.entries(command.picks).filter(([, pick]) => !('always' in pick) && !('each' in pick));
    const value = fc
      .oneof(
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.constantFrom('a b', "it's", 'say "x"', '--now', '-', '—x'),
      )
      .map((text) => normalise(text).trim())
      .filter((text) => text !== '' && !(text.includes('"') && text.includes("'")) && normalise(text) === text);
    // Words stand in their order, so one is given only when those before it are.
    const values = fc.record(Object.fromEntries(asked.map(([key]) => [key, value])));
    fc.assert(
      fc.property(values, (given) => {
        const named = namedIn(commandText(command, given), command);
        expect(named).toMatchObject(given);
      }),
    );
  });
});

it('of a job and its parameters, parsed again, is that build', () => {
  const values = {
    job: 'team/release notes',
    [fieldOf('settings', 'MESSAGE')]: "it's done, all",
    [fieldOf('settings', 'ENV')]: 'a=b',
  };
  const command = catalogue.find('build');
  if (command === undefined) throw new Error('no build');
  const text = commandText(command, values);
  expect(text).toBe(`build "team/release notes" "MESSAGE=it's done, all" ENV=a=b`);
  expect(parse(text, catalogue).args).toEqual({
    job: 'team/release notes',
    parameters: { MESSAGE: "it's done, all", ENV: 'a=b' },
  });
});

describe('a command that lacks a name, or has a wrong word', () => {
  it.each([
    'ack',
    'ack nobody',
    'silence',
    'scale executors',
    'scale executors many',
    'scale',
    'rollback 1',
    'build',
    'build app BRANCH',
    'console',
    'abort',
    'template',
    'template linux cpu=1',
  ])('`%s` can be picked instead', (text) => {
    expect(() => parse(text, catalogue)).toThrow(UnfitWords);
  });

  it('is told plainly where there is no form', () => {
    expect(() => parse('usage 3 4', catalogue)).not.toThrow(UnfitWords);
    expect(() => parse('usage 3 4', catalogue)).toThrow(UserError);
  });
});

describe('every command with picks', () => {
  it.each(picked.map((command) => [command.name, command] as const))(
    '`%s` names arguments it has',
    (_name, command) => {
      const { words = [], rest, list, options = {} } = command.syntax ?? {};
      const known = [...words, rest, list, ...Object.keys(options)];
      expect(Object.keys(command.picks).filter((name) => !known.includes(name))).toEqual([]);
    },
  );

  it.each(picked.map((command) => [command.name, command] as const))(
    '`%s` depends on arguments it asks for',
    (_name, { picks }) => {
      const needed = Object.values(picks).flatMap((pick) => ('of' in pick && pick.of !== undefined ? [pick.of] : []));
      expect(needed.filter((name) => picks[name] === undefined)).toEqual([]);
    },
  );
});
