import { expect, test } from 'vitest';
import { policyFor } from '../../src/core/history-policy.js';
import { NO_POLICY, parsePolicy } from '../../src/core/policy.js';

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

test('no other command is touched', () => {
  expect(policyFor('where', NO_POLICY)).toBe(NO_POLICY);
});
