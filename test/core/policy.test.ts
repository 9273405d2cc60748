import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/command.js';
import { NO_POLICY, parsePolicy, type Rule, ruleMatches, rulesAbout, undefinedRoles } from '../../src/core/policy.js';

describe('the file people write', () => {
  const example = `
roles:
  operators: [U0ANA, S0CIOPS]
  admins: [U0LEE]
rules:
  - command: scale executors
    to: [developers, operators]
    max: { count: 8 }
    in: [C0CI]
  - command: history
    to: admins
  - effect: read
    to: everyone
  - effect: [change, disrupt]
    to: operators
    approvals: 1
`;

  it('is read rule by rule, one or several alike', () => {
    expect(parsePolicy(example)).toEqual({
      roles: { operators: ['U0ANA', 'S0CIOPS'], admins: ['U0LEE'] },
      rules: [
        { command: 'scale executors', to: ['developers', 'operators'], max: { count: 8 }, in: ['C0CI'] },
        { command: 'history', to: ['admins'] },
        { effect: ['read'], to: ['everyone'] },
        { effect: ['change', 'disrupt'], to: ['operators'], approvals: 1 },
      ],
      configured: true,
    });
  });

  it('names roles it does not define: they mean nobody, and that is worth a warning', () => {
    expect(undefinedRoles(parsePolicy(example))).toEqual(['developers']);
  });

  it('a role called like something every object has is not defined either', () => {
    const policy = parsePolicy('roles: {}\nrules: [{ effect: change, to: [constructor, toString, __proto__] }]');
    expect(undefinedRoles(policy)).toEqual(['constructor', 'toString', '__proto__']);
  });

  it('without rules everyone reads and operators do the rest', () => {
    expect(parsePolicy('roles: { operators: [U0ANA] }')).toEqual({
      roles: { operators: ['U0ANA'] },
      rules: [
        { effect: ['read'], to: ['everyone'] },
        { effect: ['change', 'disrupt'], to: ['operators'] },
      ],
      configured: true,
      standing: true,
    });
  });

  it.each([
    ['', 'an empty file'],
    ['# only a comment\n', 'a comment'],
    ['{}', 'an empty map'],
  ])('%j (%s) names nobody but is a policy file', (text) => {
    expect(parsePolicy(text)).toMatchObject({ roles: {}, configured: true });
  });

  it('with no rules at all allows nothing', () => {
    expect(parsePolicy('rules: []').rules).toEqual([]);
  });

  it('a role without members is empty', () => {
    expect(parsePolicy('roles:\n  operators:\n').roles).toEqual({ operators: [] });
  });

  it('without a file everyone reads and that is all', () => {
    expect(NO_POLICY).toEqual({ roles: {}, rules: [{ effect: ['read'], to: ['everyone'] }], configured: false });
  });

  it('as delivered lets everyone look and nobody change', () => {
    const policy = parsePolicy(readFileSync(new URL('../../manifests/policy.yaml', import.meta.url), 'utf8'));
    expect(Object.values(policy.roles).flat()).toEqual([]);
    expect(policy.rules.filter((rule) => rule.to.includes('everyone'))).toEqual([
      { effect: ['read'], to: ['everyone'] },
    ]);
    expect(undefinedRoles(policy)).toEqual([]);
  });
});

describe('faults', () => {
  it.each<[text: string, ...faults: string[]]>([
    [
      'roles: { operators: [ana, 7] }',
      'roles.operators.0: expected a Slack user id (U…, W…) or user group id (S…), got "ana"',
      'roles.operators.1: expected a Slack user id (U…, W…) or user group id (S…), got 7',
    ],
    [
      'roles: { operators: [C0CI] }',
      'roles.operators.0: expected a Slack user id (U…, W…) or user group id (S…), got "C0CI"',
    ],
    ['roles: { operators: U0ANA }', 'roles.operators: expected a list of Slack ids, got "U0ANA"'],
    ['roles: [a]', 'roles: expected names of roles, each with a list of Slack ids, got ["a"]'],
    ['roles: { "`x`": [] }', 'roles.`x`: expected the name of a role, got "`x`"'],
    [
      'roles: { everyone: [U0ANA] }',
      'roles.everyone: is no role of the file: it stands for every full member of the workspace',
    ],
    ['rules: [{ to: everyone }]', 'rules.0: a rule speaks of either a `command` or an `effect`'],
    [
      'rules: [{ command: where, effect: read, to: everyone }]',
      'rules.0: a rule speaks of either a `command` or an `effect`',
    ],
    ['rules: [{ effect: read }]', 'rules.0.to: expected a role or a list of them, got nothing'],
    [
      'rules: [{ effect: read, to: U0ANA }]',
      'rules.0.to: expected the name of a role, got the id U0ANA: list it under `roles`',
    ],
    ['rules: [{ effect: write, to: everyone }]', 'rules.0.effect: expected read, change or disrupt, got "write"'],
    [
      'rules: [{ effect: [read, write], to: everyone }]',
      'rules.0.effect.1: expected read, change or disrupt, got "write"',
    ],
    ['rules: [{ effect: [], to: everyone }]', 'rules.0.effect: expected at least one'],
    [
      'rules: [{ command: /ci scale, to: everyone }]',
      'rules.0.command: expected the words of a command without the slash command before them',
    ],
    ['rules: [{ command: [a, b], to: everyone }]', 'rules.0.command: expected the words of one command, got ["a","b"]'],
    [
      'rules: [{ effect: read, to: everyone, in: [general] }]',
      'rules.0.in.0: expected a channel id (C…, G…), got "general"',
    ],
    ['rules: [{ effect: read, to: everyone, in: [] }]', 'rules.0.in: expected at least one'],
    [
      'rules: [{ effect: read, to: everyone, aprovals: 1, whom: x }]',
      'rules.0: there is no "aprovals"; did you mean "approvals"?',
      'rules.0: there is no "whom"; expected one of command, effect, to, max, in, approvals',
    ],
    [
      'rules: [{ effect: read, to: everyone, approvals: -1 }]',
      'rules.0.approvals: expected a whole number of people from 0 to 10, got -1',
    ],
    [
      'rules: [{ command: scale, to: everyone, max: { count: many } }]',
      'rules.0.max.count: expected a number, got "many"',
    ],
    [
      'rules: [{ command: scale, to: everyone, max: 8 }]',
      'rules.0.max: expected arguments with a number each, such as { count: 8 }, got 8',
    ],
    ['rules: [{ command: scale, to: everyone, max: {} }]', 'rules.0.max: expected at least one argument'],
    ['rules: [where]', 'rules.0: expected a rule, got "where"'],
    ['rules: {}', 'rules: expected a list of rules, got {}'],
    ['rolls: {}', 'file: there is no "rolls"; did you mean "roles"?'],
    ['just words', 'file: expected `roles` and `rules`, got "just words"'],
    ['roles:\n  a: [U01]\n  a: [U02]\n', 'line 3, column 3: the same name stands here for the second time'],
    ['\tx: 1', 'line 1, column 1: Tabs are not allowed as indentation'],
    ['roles: *nobody', 'file: Unresolved alias (the anchor must be set before the alias): nobody'],
  ])('%j is refused, naming each place and what was expected there', (text, ...faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  it('are not all told of a file that is something else', () => {
    const faults = faultsOf(`roles: { operators: [${'ana, '.repeat(50)}] }`);
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)).toBe('and 30 more');
  });

  it('a few names for lists are read, a bomb made of them is not', () => {
    expect(parsePolicy('roles: { a: &a [U01, U02], b: *a }').roles).toEqual({ a: ['U01', 'U02'], b: ['U01', 'U02'] });
    const levels = 'bcdefghi'.split('').map((name, index) => {
      const before = `*${'abcdefgh'[index]}`;
      return `${name}: &${name} [${Array(9).fill(before).join(', ')}]`;
    });
    expect(faultsOf(['a: &a [x]', ...levels].join('\n'))).toEqual([
      'file: Excessive alias count indicates a resource exhaustion attack',
    ]);
  });

  it.each(['roles: [', 'a: 1\na: 2', '\tx: 1'])('%j is no YAML', (text) => {
    expect(() => parsePolicy(text)).toThrow();
  });
});

it('the words of a command are read as they are typed', () => {
  expect(parsePolicy('rules: [{ command: " Scale   Executors ", to: everyone }]').rules[0]?.command).toBe(
    'scale executors',
  );
});

const of = (rule: Partial<Rule>): Rule => ({ to: ['everyone'], ...rule });

describe('which rule speaks of a command', () => {
  it.each<[rule: Rule, words: string, effect: Effect, expected: boolean]>([
    [of({ command: 'scale executors' }), 'scale executors', 'change', true],
    [of({ command: 'scale' }), 'scale executors', 'change', true],
    [of({ command: 'scale exec' }), 'scale executors', 'change', false],
    [of({ command: 'scale executors' }), 'scale', 'change', false],
    [of({ command: 'sc' }), 'scale executors', 'change', false],
    [of({ command: 'where' }), 'whereabouts', 'read', false],
    [of({ effect: ['read'] }), 'where', 'read', true],
    [of({ effect: ['read'] }), 'deploy', 'disrupt', false],
    [of({ effect: ['change', 'disrupt'] }), 'deploy', 'disrupt', true],
    [of({}), 'where', 'read', false],
  ])('%j about `%s` (%s): %s', (rule, words, effect, expected) => {
    expect(ruleMatches(rule, words, effect)).toBe(expected);
  });
});

describe('the rules about a command', () => {
  const about = (...rules: Partial<Rule>[]) =>
    rulesAbout({ roles: {}, rules: rules.map(of), configured: true }, 'scale executors', 'change').map(
      ({ command, effect }) => command ?? effect?.join(),
    );

  it.each<[what: string, rules: Partial<Rule>[], expected: string[]]>([
    ['leave out those about others', [{ command: 'where' }, { effect: ['read'] }, { effect: ['change'] }], ['change']],
    [
      'that is named for some people: what is said of changes means the others',
      [{ command: 'scale' }, { effect: ['change'] }],
      ['scale'],
    ],
    [
      'before it is named, what is said of changes means it too',
      [{ effect: ['change'] }, { command: 'scale' }],
      ['change', 'scale'],
    ],
    [
      'named several times, all of these count',
      [{ command: 'scale executors' }, { command: 'scale' }],
      ['scale executors', 'scale'],
    ],
    [
      'named up to a number: beyond it, what is said of changes counts',
      [{ command: 'scale', max: { count: 8 } }, { effect: ['change'] }],
      ['scale', 'change'],
    ],
    [
      'named for one channel: elsewhere, what is said of changes counts',
      [{ command: 'scale', in: ['C0CI'] }, { effect: ['change'] }],
      ['scale', 'change'],
    ],
  ])('%s', (_what, rules, expected) => {
    expect(about(...rules)).toEqual(expected);
  });
});

function faultsOf(text: string): string[] {
  try {
    parsePolicy(text);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}
