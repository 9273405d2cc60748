// What people type, held against the commands there are and against some made to be awkward.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { defineCommand, type Syntax } from '../../src/core/command.js';
import { UserError } from '../../src/core/errors.js';
import { commandIn, nearestName, type Parsed, parse, UnknownCommand } from '../../src/core/parse.js';
import { hasUrlPassword, looksSecret } from '../../src/core/secret-words.js';

const NOTHING_TO_SAY = { text: '', blocks: [] };
const described = (name: string, syntax: Syntax) => ({
  name,
  usage: `${name} …`,
  summary: 'An example.',
  examples: [name],
  syntax,
  args: z.record(z.string(), z.unknown()),
});

/** Takes one word, a switch, a value and a list. */
const note = defineCommand({
  ...described('note', { words: ['words'], options: { now: 'switch', label: 'value', set: 'list' } }),
  effect: 'change',
  before: async () => null,
  run: async () => null,
  view: () => ({ ok: true, message: NOTHING_TO_SAY }),
});
/** Takes a word, and all that follows as one. */
const tell = defineCommand({
  ...described('tell', { words: ['whom'], rest: 'what', options: { now: 'switch' } }),
  effect: 'change',
  before: async () => null,
  run: async () => null,
  view: () => ({ ok: true, message: NOTHING_TO_SAY }),
});
const look = defineCommand({
  ...described('look', { words: ['at'] }),
  effect: 'read',
  run: async () => null,
  view: () => NOTHING_TO_SAY,
});
const catalogue = catalogueOf([...commands, note, tell, look]);

const parsed = (typed: string): Parsed => parse(typed, catalogue);
const argsOf = (typed: string) => parsed(typed).args;

function refusalOf(typed: string): UserError {
  try {
    parsed(typed);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`taken as a command: ${typed}`);
}
const said = (typed: string) => {
  const { message, hint } = refusalOf(typed);
  return hint === undefined ? message : `${message} ${hint}`;
};

describe('finding the command', () => {
  it.each([
    ['', 'help'],
    ['   ', 'help'],
    ['　', 'help'],
    ['help', 'help'],
    ['where', 'where'],
    ['Where.', 'where'],
    ['WHERE!?', 'where'],
    ['where。', 'where'],
    ['ｗｈｅｒｅ', 'where'],
    ['"where"', 'where'],
    ['deploy --help', 'help'],
    ['scale executors four --help', 'help'],
    ['deploy -h', 'help'],
    ['look --now --help', 'help'],
  ])('%j is `%s`', (typed, name) => {
    expect(parsed(typed).command.name).toBe(name);
  });

  it('`--help` asks for the help of that command', () => {
    expect(argsOf('scale --help')).toEqual(argsOf('help scale'));
  });

  it.each([
    ['wher', 'where'],
    ['sacle executors 4', 'scale executors 4'],
    ['Deplyo —now', 'deploy --now'],
    ['statsu', 'status'],
    ['“sacle” executors 4', 'scale'],
  ])('%j is not known, and `%s` is offered', (typed, suggestion) => {
    const refusal = refusalOf(typed);
    expect(refusal).toBeInstanceOf(UnknownCommand);
    expect((refusal as UnknownCommand).suggestion).toBe(suggestion);
    expect(refusal.hint).toBe('Type `help` after the slash command for the list.');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'xyzzy', '?', '--now', '<!channel>', '发布'])(
    '%j is not known, and nothing near enough is offered',
    (typed) => {
      const refusal = refusalOf(typed);
      expect(refusal).toBeInstanceOf(UnknownCommand);
      expect((refusal as UnknownCommand).suggestion).toBeUndefined();
    },
  );

  it('the nearest name may have a third of its letters wrong, and no more', () => {
    expect(nearestName('deplyo', ['deploy', 'help'])).toBe('deploy');
    expect(nearestName('dxxxoy', ['deploy', 'help'])).toBeUndefined();
    expect(nearestName('a', [])).toBeUndefined();
  });
});

describe('a name of two words', () => {
  const catalogue = catalogueOf(commands);
  const nameOf = (typed: string) => parse(typed, catalogue).command.name;

  it.each([
    ['sync', 'sync'],
    ['sync --here', 'sync'],
    ['sync save', 'sync save'],
    ['SYNC Save', 'sync save'],
    ['sync   save.', 'sync save'],
    ['sync reload --now', 'sync reload'],
    ['sync save --help', 'help'],
    ['help sync save', 'help'],
  ])('%s', (typed, name) => {
    expect(nameOf(typed)).toBe(name);
  });

  it.each([
    ['sync sav', 'sync save'],
    ['sync relaod --now', 'sync reload --now'],
    ['snyc save', 'sync save'],
    ['sync-save', 'sync save'],
    ['sync "sav" --now', 'sync save --now'],
  ])('%s is near to %s', (typed, suggestion) => {
    const seen = attempt(() => parse(typed, catalogue));
    expect(seen).toBeInstanceOf(UnknownCommand);
    expect((seen as UnknownCommand).suggestion).toBe(suggestion);
  });

  it('that nobody knows is told with those there are', () => {
    const seen = attempt(() => parse('sync everything', catalogue)) as UserError;
    expect([seen.message, seen.hint]).toEqual([
      'No command `sync everything`.',
      'There are `sync`, `sync save`, `sync reload`, `sync purge`.',
    ]);
  });

  it('is ruled by its words: a rule of the first word speaks of all of them', () => {
    expect(parse('sync reload', catalogue).policyWords).toBe('sync reload');
    expect(parse('restart --wait 5m --jenkins', catalogue).policyWords).toBe('restart --jenkins');
  });

  it('is found again in what was typed', () => {
    expect(commandIn('sync save', catalogue)?.name).toBe('sync save');
    for (const text of ['  sync  save', 'sync\tsave now', '"sync" save', 'Sync Save.'])
      expect(commandIn(text, catalogue)?.name).toBe(parse(text.replace(' now', ''), catalogue).command.name);
    expect(commandIn('scale executors 4', catalogue)?.name).toBe('scale');
    expect(commandIn('xylophone', catalogue)).toBeUndefined();
  });
});

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('every command', () => {
  it.each(commands.map(({ name }) => name))('`%s` alone is one, or says what it lacks in our words', (name) => {
    const refused = attempt(() => parse(name, catalogue));
    if (refused instanceof Error) expect(refused.message).not.toContain('Invalid input');
  });
});

describe('scaling, as people type it', () => {
  it.each([
    ['scale executors 4', { count: 4, label: undefined, controller: false }],
    ['SCALE executors 4', { count: 4, label: undefined, controller: false }],
    ['scale　executors　４', { count: 4, label: undefined, controller: false }],
    ['scale executors 4 —label linux', { count: 4, label: 'linux', controller: false }],
    ['scale --label=linux executors 4', { count: 4, label: 'linux', controller: false }],
    ['scale executors 4 --label “linux x86”', { count: 4, label: 'linux x86', controller: false }],
    ["scale executors 4 --label 'a&b<c>'", { count: 4, label: 'a&b<c>', controller: false }],
    ['scale executors --controller 0', { count: 0, label: undefined, controller: true }],
    ['scale executors 100 –controller', { count: 100, label: undefined, controller: true }],
  ])('%j', (typed, expected) => {
    const { args, command, policyWords, here } = parsed(typed);
    expect(args).toEqual(expected);
    expect([command.name, policyWords, here]).toEqual(['scale', 'scale executors', false]);
  });

  it.each([
    ['four', 'four'],
    ['0', '0'],
    ['-1', '-1'],
    ['−1', '-1'],
    ['65', '65'],
    ['1e9', '1e9'],
    ["''", ''],
    ['4.0', '4.0'],
    ['`4`', "'4'"],
  ])('`scale executors %s` is refused with the rule, the range, the unit and an example', (typed, got) => {
    expect(said(`scale executors ${typed}`)).toBe(
      `Expected \`count\` to be a whole number from 1 to 64 executors, got \`${got}\`. Try \`scale executors 4\`.`,
    );
  });

  it.each([
    ['scale executors', /got nothing/],
    ['scale', /Only `executors` can be scaled/],
    ['scale controller 2', /Only `executors` can be scaled/],
    ['scale executors 4 8', /does not know what to do with `8`/],
    ['scale executors 4 --lable x', /no option `--lable`\. Did you mean `--label`\? Usage:/],
    ['scale executors 4 --here', /no option `--here`/],
    ['scale executors 4 --__proto__ x', /no option `--__proto__`/],
    ['scale executors 4 --constructor=x', /no option `--constructor`/],
    ['scale executors 4 --label', /`--label` needs a value/],
    ['scale executors 4 --label --controller', /`--label` needs a value/],
    ['scale executors 4 --label a --label b', /`--label` is given twice/],
    ['scale executors 4 --controller=yes', /`--controller` takes no value, got `yes`/],
  ])('%j is refused', (typed, expected) => {
    expect(said(typed)).toMatch(expected);
  });
});

describe('words and options', () => {
  it.each<[typed: string, args: unknown]>([
    ['note', {}],
    ['note "a  b"', { words: 'a  b' }],
    ["note ''", { words: '' }],
    ["note don't", { words: "don't" }],
    ['note “don’t panic”', { words: "don't panic" }],
    ["note l'été", { words: "l'été" }],
    ['note --now', { now: true }],
    ['note -now', { now: true }],
    ['note --NOW', { now: true }],
    ['note --label=a=b', { label: 'a=b' }],
    ['note --label= x', { label: '', words: 'x' }],
    ['note --label=--now', { label: '--now' }],
    ['note --label -1', { label: '-1' }],
    ['note --set A=1 --set B=2', { set: ['A=1', 'B=2'] }],
    ['note --set "A=one two"', { set: ['A=one two'] }],
    ['note --set A="one two"', { set: ['A=one two'] }],
    ['note -- --now', { words: '--now' }],
    ['note -- --help', { words: '--help' }],
    ['note -5', { words: '-5' }],
    ['note -', { words: '-' }],
    ['note __proto__', { words: '__proto__' }],
    ['note --label __proto__', { label: '__proto__' }],
    ['note --set __proto__=1', { set: ['__proto__=1'] }],
    ['note constructor', { words: 'constructor' }],
    ['note "a & b <!channel> *_~ c"', { words: 'a & b <!channel> *_~ c' }],
    ['note &lt;!channel&gt;', { words: '<!channel>' }],
    ['note `x`', { words: '`x`' }],
    ['note <@U0ANA|ana>', { words: '@U0ANA' }],
    ['note <https://ci/job|the job>', { words: 'https://ci/job' }],
    ['tell', {}],
    ['tell ana', { whom: 'ana' }],
    ['tell ana the disk is full', { whom: 'ana', what: 'the disk is full' }],
    ['tell ana the disk --now is full', { whom: 'ana', what: 'the disk is full', now: true }],
    ['tell ana "the  disk" full', { whom: 'ana', what: 'the  disk full' }],
    ["tell ana it's full", { whom: 'ana', what: "it's full" }],
    ['tell ana -- --now is an option', { whom: 'ana', what: '--now is an option' }],
    ["tell ana ''", { whom: 'ana' }],
  ])('%j', (typed, args) => {
    expect(argsOf(typed)).toEqual(args);
  });

  it.each([
    ['note "a b', 'A " is opened but not closed. Close it, or leave it out.'],
    ["note 'a b", "A ' is opened but not closed. Close it, or leave it out."],
    ['note “a b', 'A " is opened but not closed. Close it, or leave it out.'],
    ["note --set A='x y", "A ' is opened but not closed. Close it, or leave it out."],
    ['note 24"', 'A " is opened but not closed. Close it, or leave it out.'],
    ['note a b', '`note` does not know what to do with `b`. Usage: `note …`.'],
    ['tell ana --not now', '`tell` has no option `--not`. Did you mean `--now`? Usage: `tell …`.'],
    ['note --nw', '`note` has no option `--nw`. Did you mean `--now`? Usage: `note …`.'],
    ['note --xyz', '`note` has no option `--xyz`. Usage: `note …`.'],
    ['note --set', '`--set` needs a value. Usage: `note …`.'],
    ['note --set --', '`--set` needs a value. Usage: `note …`.'],
    ['look --her', '`look` has no option `--her`. Did you mean `--here`? Usage: `look …`.'],
  ])('%j is refused', (typed, expected) => {
    expect(said(typed)).toBe(expected);
  });

  it('`--here` belongs to every read and to nothing else', () => {
    expect(parsed('look it --here')).toMatchObject({ here: true, args: { at: 'it' } });
    expect(parsed('look —here it')).toMatchObject({ here: true, args: { at: 'it' } });
    expect(parsed('look it').here).toBe(false);
    expect(said('note --here')).toMatch(/^`note` has no option `--here`/);
  });

  it('leaves every prototype alone', () => {
    argsOf('note --set __proto__=1');
    refusalOf('note --__proto__=polluted');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('what it understood is kept as text that means the same again', () => {
    for (const typed of ['scale　executors ４ —label “a b”', 'Where.', 'note <@U0ANA|ana> –now', "note don't"]) {
      const first = parsed(typed);
      expect(parsed(first.text)).toEqual(first);
    }
  });
});

describe('what is refused before it is stored', () => {
  it('a command of 10,000 characters', () => {
    expect(said(`note ${'x'.repeat(10_000)}`)).toBe('The command is 10,005 characters long. At most 2,000 are read.');
    expect(argsOf(`note ${'x'.repeat(1_995)}`)).toEqual({ words: 'x'.repeat(1_995) });
  });

  it.each([
    'deploy --git https://ana:hunter2@git.example/x.git',
    'deploy --git <https://ana:hunter2@git.example/x.git>',
    'deploy --git <https://ana:hunter2@git.example/x.git|git.example>',
    'deploy --git https：//ana：hunter2＠git.example/x',
    'deploy --git https://ana:<mailto:hunter2@git.example|hunter2@git.example>/x',
    'deploy --git https://:hunter2@git.example/x',
    'deploy --set "URL=redis://:hunter2@host:6379"',
    'hunter2 https://ana:hunter2@git.example',
    'note "HTTPS://ana:hunter2@git.example',
  ])('an address with a password in it, which is not repeated: %j', (typed) => {
    expect(said(typed)).toMatch(/address with a password in it, so it was not stored or run.*change that password/);
    expect(said(typed)).not.toContain('hunter2');
  });

  it.each([
    'https://git.example/x.git',
    'ssh://git@git.example:22/x.git',
    'https://ana@git.example/x.git',
    'git@git.example:a/b.git',
    'http://host:8080/a@b',
    'time 10:30 to ana@example.com',
  ])('an address without one is none: %j', (text) => {
    expect(hasUrlPassword(text)).toBe(false);
  });

  it.each([
    ['PASSWORD', true],
    ['db_passwd', true],
    ['API_TOKEN', true],
    ['githubToken', true],
    ['CLIENT_SECRET', true],
    ['AWS_ACCESS_KEY', true],
    ['apikey', true],
    ['KEY', true],
    ['BASIC_AUTH', true],
    ['DB_PWD', true],
    ['dbPwd', true],
    ['pw', true],
    ['PIN', true],
    ['CARD-PIN', true],
    ['passphrase', true],
    ['SPIN', false],
    ['pinned', false],
    ['POWER', false],
    ['JENKINS_HOME', false],
    ['KEYBOARD', false],
    ['MONKEY', false],
    ['GIT_AUTHOR_NAME', false],
    ['JAVA_OPTS', false],
  ])('%s as the name of a secret: %s', (name, expected) => {
    expect(looksSecret(name)).toBe(expected);
  });

  it('no mistake quotes a backtick or more than a line of what was typed', () => {
    const long = `${'x`<@U0ANA>`'.repeat(30)}`;
    for (const typed of [long, `note a ${long}`, `note --${long.replaceAll('<', '')}`, `note --now=${long}`]) {
      const { message } = refusalOf(typed);
      expect(message.length).toBeLessThan(120);
      expect((message.match(/`/g) ?? []).length % 2).toBe(0);
      expect(
        message
          .split('`')
          .filter((_, index) => index % 2 === 0)
          .join(''),
      ).not.toContain('U0ANA');
    }
  });
});

describe('whatever is typed', () => {
  it('is a command or a mistake of the person who typed it, never a bug', () => {
    const pieces = fc.constantFrom(
      ...['scale', 'executors', 'note', 'look', '4', '--', '--label', '--set=', '-', '—now', '"', "'", '`', '<', '>'],
      ...[
        '|',
        '@U1',
        '<@U1|a>',
        '://',
        ':a@',
        '&lt;',
        '__proto__',
        '=',
        ' ',
        ' ',
        ' ',
        '　',
        '“',
        '\u0000',
        '🔔',
        '\ud83d',
      ],
    );
    const typed = fc.oneof(
      fc.array(pieces, { maxLength: 25 }).map((all) => all.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(typed, (text) => {
        try {
          expect(catalogue.find(parsed(text).command.name)).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  // A pattern that backtracks takes many times as long; the ratio is generous because other tests share the machine.
  it.each([
    ['spaces', ' '.repeat(2_000)],
    ['spaces between', `note ${' '.repeat(1_990)}x`],
    ['double quotes', '"'.repeat(2_000)],
    ['open quotes', `note ${'a"'.repeat(997)}a`],
    ['both quotes', `note ${`"'`.repeat(990)}`],
    ['apostrophes', `note ${"a'".repeat(990)}`],
    ['angle brackets', '<'.repeat(2_000)],
    ['open mentions', '<@A|'.repeat(500)],
    ['open links', '<http://a|'.repeat(200)],
    ['schemes', '://'.repeat(660)],
    ['schemes with users', 'a://b:'.repeat(330)],
    ['a scheme without end', 'a'.repeat(2_000)],
    ['colons behind a scheme', `a://${':'.repeat(1_990)}`],
    ['full stops', `where${'.'.repeat(1_990)}x`],
    ['dashes', `note ${'—'.repeat(1_990)}1`],
    ['hyphens', '-'.repeat(2_000)],
    ['equals', `note --set${'='.repeat(1_980)}`],
    ['ampersands', '&amp;'.repeat(400)],
    ['a hundred thousand open mentions', '<@A|'.repeat(25_000)],
    ['a hundred thousand open links', '<http://a|'.repeat(10_000)],
    ['a hundred thousand dashes', '—'.repeat(100_000)],
  ])('takes no unreasonable time over %s', (_, hostile) => {
    const benign = 'word '.repeat(Math.ceil(hostile.length / 5)).slice(0, hostile.length);
    expect(fastest(hostile)).toBeLessThan(8 * fastest(benign) + 3);
  });
});

/** ms, the best of five: what the parser needs, not what the machine was busy with. */
function fastest(typed: string): number {
  const times = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    try {
      parsed(typed);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}
