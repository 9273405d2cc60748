import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/command.js';
import { NO_POLICY, parsePolicy, type Rule, ruleMatches, undefinedRoles } from '../../src/core/policy.js';

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
  it.each<[text: string, faults: RegExp[]]>([
    ['roles: { operators: [ana] }', [/^roles\.operators\.0: expected a Slack user id .* got "ana"$/]],
    ['roles: { operators: [C0CI] }', [/roles\.operators\.0: expected a Slack user id/]],
    ['roles: { operators: U0ANA }', [/^roles\.operators: /]],
    ['rules: [{ to: everyone }]', [/^rules\.0: a rule speaks of either a `command` or an `effect`$/]],
    [
      'rules: [{ command: where, effect: read, to: everyone }]',
      [/^rules\.0: a rule speaks of either a `command` or an `effect`$/],
    ],
    ['rules: [{ effect: read }]', [/^rules\.0\.to: /]],
    ['rules: [{ effect: write, to: everyone }]', [/^rules\.0\.effect: /]],
    ['rules: [{ effect: read, to: everyone, in: [general] }]', [/^rules\.0\.in\.0: expected a channel id/]],
    ['rules: [{ effect: read, to: everyone, aprovals: 1 }]', [/^rules\.0: .*aprovals/]],
    ['rules: [{ effect: read, to: everyone, approvals: -1 }]', [/^rules\.0\.approvals: /]],
    ['rules: [{ command: scale, to: everyone, max: { count: many } }]', [/^rules\.0\.max\.count: /]],
    ['rolls: {}', [/rolls/]],
    ['rules: {}', [/^rules: /]],
    ['just words', [/^file: /]],
    ['roles: { a: [x], b: [y] }', [/^roles\.a\.0: /, /^roles\.b\.0: /]],
  ])('%j is refused, naming each place', (text, faults) => {
    const lines = faultsOf(text);
    expect(lines).toHaveLength(faults.length);
    faults.forEach((fault, index) => {
      expect(lines[index]).toMatch(fault);
    });
  });

  it.each(['roles: [', 'a: 1\na: 2', '\tx: 1'])('%j is no YAML', (text) => {
    expect(() => parsePolicy(text)).toThrow();
  });
});

describe('which rule speaks of a command', () => {
  const of = (rule: Partial<Rule>): Rule => ({ to: ['everyone'], ...rule });
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

function faultsOf(text: string): string[] {
  try {
    parsePolicy(text);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}
