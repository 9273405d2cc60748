import { describe, expect, it } from 'vitest';
import { commands } from '../../src/commands/index.js';
import { parsePolicy } from '../../src/core/policy.js';
import { odditiesOf } from '../../src/core/policy-check.js';

const oddities = (rules: string, roles = 'operators: [U0ANA], developers: [U0DEV], all: [U0ANA, U0DEV], none: []') =>
  odditiesOf(parsePolicy(`roles: { ${roles} }\nrules: ${rules}`), commands);
const said = (rules: string) => oddities(rules).map(({ text }) => text);

it.each([
  ['[]'],
  ['[{ effect: read, to: everyone }, { effect: [change, disrupt], to: operators }]'],
  ['[{ command: scale executors, to: [developers, operators], max: { count: 8 } }, { effect: change, to: operators }]'],
  ['[{ command: scale, to: developers, max: { count: 8 } }, { command: scale, to: operators }]'],
  ['[{ command: logs, to: operators }, { effect: read, to: everyone }]'],
  ['[{ effect: disrupt, to: operators, approvals: 1 }]'],
  ['[{ command: deploy, to: all, max: { mem: 4096 }, approvals: 1 }, { command: deploy, to: all, approvals: 2 }]'],
  ['[{ command: sync save, to: developers }, { command: sync reload, to: operators, approvals: 1 }]'],
  ['[{ command: restart --jenkins, to: developers }, { command: restart, to: operators }]'],
  ['[{ command: deploy, to: developers, max: { cpus: 4, mem: 4096 }, approvals: 1 }]'],
])('nothing is odd about %s', (rules) => {
  expect(said(rules)).toEqual([]);
});

describe('a rule that never matters', () => {
  it.each([
    ['the same again', '[{ effect: change, to: operators }, { effect: change, to: operators }]'],
    ['a command after all reads', '[{ effect: read, to: everyone }, { command: logs, to: everyone }]'],
    ['fewer people', '[{ command: scale, to: all }, { command: scale executors, to: developers }]'],
    [
      'a smaller number',
      '[{ command: scale, to: all, max: { count: 8 } }, { command: scale, to: all, max: { count: 4 } }]',
    ],
    ['one of the channels', '[{ command: scale, to: all, in: [C01, C02] }, { command: scale, to: all, in: C01 }]'],
    ['the same roles without members', '[{ effect: change, to: everyone }, { effect: change, to: none }]'],
  ])('%s', (_what, rules) => {
    expect(said(rules)).toContain('rule 2 never matters: rule 1 decides all of it before');
  });

  it('because the command is ruled as a whole', () => {
    expect(oddities('[{ command: logs stdout, to: everyone }]')).toEqual([
      { serious: true, text: 'rule 1 never matters: `logs` is ruled as a whole, without `stdout`' },
    ]);
  });

  it.each([
    ['scale executor', '`scale executors`'],
    ['restart jenkins', '`restart` or `restart --jenkins`'],
    ['sync everything', '`sync`, `sync save`, `sync reload` or `sync purge`'],
  ])('because no command has these words: %s', (words, known) => {
    expect(oddities(`[{ command: ${words}, to: operators }, { effect: [change, disrupt], to: all }]`)).toEqual([
      { serious: true, text: `rule 1 never matters: rules can speak of ${known}, not of \`${words}\`` },
    ]);
  });
});

describe('a rule that keeps a command for some, below one that lets others in', () => {
  it.each([
    ['history', 'operators', 'everyone', '{ effect: read, to: everyone }'],
    ['deploy', 'developers', 'operators', '{ effect: [change, disrupt], to: operators }'],
    ['deploy', 'operators', 'all', '{ effect: disrupt, to: all, approvals: 1 }'],
    ['restart --jenkins', 'operators', 'all', '{ effect: disrupt, to: all, in: C01 }'],
    ['sync', 'operators', 'all', '{ effect: disrupt, to: all }'],
  ])('%s to %s, opened to %s by %s', (command, to, others, earlier) => {
    expect(oddities(`[${earlier}, { command: ${command}, to: ${to} }]`)).toEqual([
      {
        serious: true,
        text: `rule 2 does not keep \`${command}\` for ${to}: rule 1 allows it to ${others} before. Put it above that rule, or name them in it too`,
      },
    ]);
  });

  it.each([
    ['who are named in it too', '[{ effect: disrupt, to: operators }, { command: deploy, to: all }]'],
    ['of whom there are none', '[{ effect: disrupt, to: [none, ghosts] }, { command: deploy, to: operators }]'],
    ['to other commands', '[{ effect: read, to: everyone }, { command: deploy, to: operators }]'],
    [
      'but not to this command, which an earlier rule keeps',
      '[{ command: deploy, to: operators }, { effect: disrupt, to: all }, { command: deploy, to: developers }]',
    ],
  ])('%s', (_what, rules) => {
    expect(oddities(rules).filter(({ serious }) => serious)).toEqual([]);
  });
});

it.each([
  [
    '[{ command: scael executors, to: everyone }]',
    'rule 1 speaks of `scael executors`, which is no command of this version; did you mean `scale`?',
  ],
  ['[{ command: xylophone, to: everyone }]', 'rule 1 speaks of `xylophone`, which is no command of this version'],
  ['[{ effect: read, to: [] }]', 'rule 1 allows nobody: its `to` is empty'],
  ['[{ effect: read, to: none }]', 'rule 1 allows nobody yet: nobody is listed under none'],
  [
    '[{ command: scale, to: everyone, max: { cuont: 8 } }]',
    'rule 1 bounds `cuont`, which is no number of what it speaks of, so it allows nothing; did you mean `count`?',
  ],
  [
    '[{ command: deploy, to: everyone, max: { wait: 8 } }]',
    'rule 1 bounds `wait`, which is no number of what it speaks of, so it allows nothing; there is `cpus` and `mem`',
  ],
  [
    '[{ effect: change, to: everyone, max: { cuont: 8 } }]',
    'rule 1 bounds `cuont`, which is no number of what it speaks of, so that bounds nothing; did you mean `count`?',
  ],
  [
    '[{ effect: [change, disrupt], to: operators, approvals: 1 }]',
    'rule 1 asks for approvals, which only disruptive commands can collect: what else it speaks of is refused',
  ],
  [
    '[{ command: scale, to: operators, approvals: 1 }]',
    'rule 1 asks for approvals, which only disruptive commands can collect: what else it speaks of is refused',
  ],
  [
    '[{ command: scale, to: developers, max: { count: 8 }, in: C01 }, { effect: change, to: everyone }]',
    'rule 1 holds nobody to its `max` and `in`: rule 2 allows the same people the same without',
  ],
])('%s is odd', (rules, text) => {
  expect(said(rules)).toEqual([text]);
});

it('a bound is no promise only where the later rule is open to it', () => {
  expect(
    said(
      '[{ command: scale, to: developers, max: { count: 8 } }, { command: scale, to: operators }, { effect: change, to: everyone }]',
    ),
  ).toEqual([]);
});

it('roles that look alike may be one that is misspelt', () => {
  expect(odditiesOf(parsePolicy('roles: { on-call: [U01], On Call: [U02], others: [] }\nrules: []'), commands)).toEqual(
    [{ serious: false, text: 'the roles on-call and On Call are different ones: is one of them misspelt?' }],
  );
});
