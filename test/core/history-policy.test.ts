import { expect, test } from 'vitest';
import { authorise } from '../../src/core/authorise.js';
import { policyFor } from '../../src/core/history-policy.js';
import { NO_POLICY, type Policy, parsePolicy } from '../../src/core/policy.js';
import { ruleName } from '../../src/core/policy-words.js';

const HISTORY = { command: 'history', to: ['operators', 'admins'] };
const rulesOf = (rules: string) => policyFor('history', parsePolicy(`roles: {}\nrules: ${rules}`)).rules;

test('where everyone may read, the trail is for operators and admins', () => {
  expect(rulesOf('[{ effect: change, to: ana }, { effect: read, to: everyone }]')).toEqual([
    { effect: ['change'], to: ['ana'] },
    HISTORY,
    { effect: ['read'], to: ['everyone'] },
  ]);
  expect(policyFor('history', parsePolicy('roles: { operators: [U0ANA] }')).rules[0]).toEqual(HISTORY);
  expect(policyFor('history', NO_POLICY).rules[0]).toEqual(HISTORY);
});

test.each([
  ['[{ effect: read, to: everyone }, { command: history, to: everyone }]'],
  ['[{ command: history, to: auditors }, { effect: read, to: everyone }]'],
  ['[{ effect: read, to: developers }]'],
  ['[{ effect: change, to: everyone }]'],
])('a file that speaks of it, or lets fewer read, is left as it is: %s', (rules) => {
  expect(rulesOf(rules)).not.toContainEqual(HISTORY);
});

const refusal = (policy: Policy) =>
  authorise({
    policy: policyFor('history', policy),
    actor: { userId: 'U0DEV', teamId: 'T0HOME' },
    place: { channelId: 'C0CI', teamId: 'T0HOME' },
    person: {},
    channel: {},
    homeTeamId: 'T0HOME',
    command: { name: 'history', effect: 'read' },
    policyWords: 'history',
    args: {},
  });

test('a refusal says that the rule is none of the file', () => {
  const rules = '[{ effect: read, to: everyone }, { effect: change, to: operators }]';
  expect(refusal(parsePolicy(`roles: { operators: [U0ANA] }\nrules: ${rules}`))).toEqual({
    allowed: false,
    reason:
      'You may not `history`: that is for operators and admins by the rule for `history` that holds because the file names none (`history` to operators and admins).',
    hint: 'Ask <@U0ANA>.',
  });
});

test('the rules of the file keep their numbers', () => {
  const policy = policyFor(
    'history',
    parsePolicy('rules: [{ effect: read, to: everyone }, { effect: change, to: ops }]'),
  );
  expect(policy.rules.slice(1).map((rule) => ruleName(policy, rule))).toEqual([
    'rule 1 of the policy (reads to everyone)',
    'rule 2 of the policy (changes to ops)',
  ]);
});

test('without a file a refusal says how to set it up', () => {
  expect(refusal(NO_POLICY)).toEqual({
    allowed: false,
    reason: 'Nobody may `history` yet: there is no policy file.',
    hint: 'Whoever runs Bellboard lists people in `manifests/policy.yaml` (or the file that `POLICY_FILE` names).',
  });
});

test('no other command is touched', () => {
  expect(policyFor('where', NO_POLICY)).toBe(NO_POLICY);
});
