import { describe, expect, it } from 'vitest';
import { authorise, mayApprove, type Question } from '../../src/core/authorise.js';
import type { Effect, Permission } from '../../src/core/command.js';
import { NO_POLICY, parsePolicy } from '../../src/core/policy.js';

const policy = parsePolicy(`
roles:
  developers: [U0DEV]
  operators: [U0ANA, U0BOB]
  admins: [U0LEE]
  group: [S0CIOPS]
rules:
  - command: scale executors
    to: [developers, operators]
    max: { count: 8 }
    in: [C0CI]
  - command: history
    to: admins
  - command: sync
    to: [ghosts, constructor]
  - effect: read
    to: everyone
  - effect: change
    to: operators
  - effect: disrupt
    to: operators
    approvals: 1
`);

/** Ana, a full member, asks for `where` in #ci of our own workspace. */
const question: Question = {
  policy,
  actor: { userId: 'U0ANA', teamId: 'T0HOME' },
  place: { channelId: 'C0CI', teamId: 'T0HOME' },
  person: {},
  channel: {},
  homeTeamId: 'T0HOME',
  command: { name: 'where', effect: 'read' },
  policyWords: 'where',
  args: {},
};
const asks = (policyWords: string, effect: Effect, args: unknown = {}): Partial<Question> => ({
  policyWords,
  command: { name: policyWords.split(' ')[0] ?? '', effect },
  args,
});
const as = (userId: string): Partial<Question> => ({ actor: { userId, teamId: 'T0HOME' } });
const at = (channelId: string): Partial<Question> => ({ place: { channelId, teamId: 'T0HOME' } });
const answer = (...changes: Partial<Question>[]): Permission => authorise(Object.assign({}, question, ...changes));
const scaleTo = (count: unknown) => asks('scale executors', 'change', { count });

const YES = { allowed: true };

describe('what the rules allow', () => {
  it.each<[what: string, changes: Partial<Question>[]]>([
    ['anybody reads', [as('U0ANYONE')]],
    ['an operator scales within the bound', [scaleTo(8)]],
    ['so does a developer', [as('U0DEV'), scaleTo(1)]],
    ['a bound binds only what is given', [scaleTo(undefined)]],
    ['an admin reads the history', [as('U0LEE'), asks('history', 'read')]],
    ['an operator changes', [asks('cancel', 'change')]],
    ['a role that is bound to no channel is allowed in any', [asks('cancel', 'change'), at('C0OTHER')]],
  ])('%s', (_, changes) => {
    expect(answer(...changes)).toEqual(YES);
  });
});

describe('what the rules refuse', () => {
  it.each<[what: string, changes: Partial<Question>[], reason: string, hint: string]>([
    [
      'a reader does not change',
      [as('U0ANYONE'), asks('cancel', 'change')],
      'You may not `cancel`: that is for operators.',
      'Ask <@U0ANA>, <@U0BOB>.',
    ],
    [
      'the first rule that fits decides, also where a later one would allow',
      [asks('history', 'read')],
      'You may not `history`: that is for admins.',
      'Ask <@U0LEE>.',
    ],
    [
      'more than the bound',
      [scaleTo(9)],
      'You may `scale executors` up to `count` 8, not 9.',
      'Choose at most 8, or ask somebody with a wider rule.',
    ],
    [
      'another channel',
      [scaleTo(4), at('C0OTHER')],
      '`scale executors` is bound to other channels.',
      'Use it in <#C0CI>.',
    ],
    [
      'a role that the file does not define is nobody, even with the name of something every object has',
      [asks('sync', 'read')],
      'You may not `sync`: that is for ghosts, constructor.',
      'Nobody is listed under that role in the policy file.',
    ],
  ])('%s', (_, changes, reason, hint) => {
    expect(answer(...changes)).toEqual({ allowed: false, reason, hint });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '4', '9', [4], null])('a bound number that is %j', (count) => {
    expect(answer(scaleTo(count))).toMatchObject({ allowed: false });
  });

  it('what no rule speaks of', () => {
    const narrow = parsePolicy('rules: [{ command: where, to: everyone }]');
    expect(answer({ policy: narrow })).toEqual(YES);
    expect(answer({ policy: narrow }, asks('status', 'read'))).toEqual({
      allowed: false,
      reason: 'No rule of the policy allows `status`.',
      hint: 'The policy file would have to name it.',
    });
    expect(answer({ policy: parsePolicy('rules: []') })).toMatchObject({ allowed: false });
  });

  it('a rule for nobody, instead of passing to the next', () => {
    const closed = parsePolicy('rules: [{ command: where, to: [] }, { effect: read, to: everyone }]');
    expect(answer({ policy: closed })).toMatchObject({ allowed: false });
  });

  it('a member of a user group, as long as groups are not read', () => {
    const groups = parsePolicy('roles: { ops: [S0CIOPS] }\nrules: [{ effect: read, to: ops }]');
    expect(answer({ policy: groups })).toMatchObject({ allowed: false });
    expect(answer({ policy: groups }, as('S0CIOPS'))).toEqual(YES);
  });

  it('names at most five who can', () => {
    const many = parsePolicy('roles: { ops: [U01, U02, U03, U04, U05, U06] }\nrules: [{ effect: read, to: ops }]');
    expect(answer({ policy: many })).toMatchObject({
      hint: 'Ask <@U01>, <@U02>, <@U03>, <@U04>, <@U05> or another of them.',
    });
  });
});

describe('approvals', () => {
  it('are asked for where the rule says so', () => {
    expect(answer(asks('deploy', 'disrupt'))).toEqual({ allowed: true, approvals: 1 });
  });

  it('of a command that shows no plan cannot be collected, so they are not taken as given', () => {
    const strict = parsePolicy('roles: { ops: [U0ANA] }\nrules: [{ effect: change, to: ops, approvals: 2 }]');
    expect(answer({ policy: strict }, asks('cancel', 'change'))).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('needs the approval of 2 more'),
    });
  });

  const approves = (...changes: Partial<Question>[]) =>
    mayApprove({ ...Object.assign({}, question, asks('deploy', 'disrupt'), ...changes), requesterId: 'U0ANA' });

  it('may be given by others of the same rule', () => {
    expect(approves(as('U0BOB'))).toMatchObject({ allowed: true });
  });

  it.each<[who: string, Partial<Question>, reason: RegExp, hint: string]>([
    ['who asked', as('U0ANA'), /^You asked for this yourself/, 'Ask <@U0BOB>.'],
    ['whom the rule does not name', as('U0DEV'), /^You may not `deploy`/, 'Ask <@U0ANA>, <@U0BOB>.'],
    ['a guest', { ...as('U0BOB'), person: { isGuest: true } }, /^Guests /, 'Ask a full member'],
  ])('may not be given by somebody %s', (_who, change, reason, hint) => {
    expect(approves(change)).toMatchObject({
      allowed: false,
      reason: expect.stringMatching(reason),
      hint: expect.stringContaining(hint),
    });
  });
});

describe('without a policy file', () => {
  it('everybody reads', () => {
    expect(answer({ policy: NO_POLICY })).toEqual(YES);
  });
  it.each<[string, Effect]>([
    ['cancel', 'change'],
    ['deploy', 'disrupt'],
  ])('nobody may `%s`, and the refusal says how to set it up', (words, effect) => {
    const permission = answer({ policy: NO_POLICY }, asks(words, effect));
    expect(permission).toMatchObject({ allowed: false, reason: expect.stringContaining('there is no policy file') });
    expect(permission).toMatchObject({ hint: expect.stringContaining('manifests/policy.yaml') });
  });
});

describe('who is refused whatever the rules say', () => {
  it.each<[what: string, change: Partial<Question>, reason: RegExp]>([
    ['bots', { person: { isBot: true } }, /^Bots /],
    ['guests', { person: { isGuest: true } }, /^Guests /],
    ['strangers', { person: { isStranger: true } }, /^Only members of this workspace /],
    ['deactivated accounts', { person: { deleted: true } }, /deactivated/],
    ['people of another team', { actor: { userId: 'U0ANA', teamId: 'T0OTHER' } }, /^Only members of this workspace /],
    ['people whose team is not said', { actor: { userId: 'U0ANA', teamId: '' } }, /^Only members of this workspace /],
    [
      'everybody in a channel shared outside',
      { channel: { isSharedOutside: true } },
      /shared with another organisation/,
    ],
  ])('%s', (_, change, reason) => {
    const generous = parsePolicy('rules: [{ effect: [read, change, disrupt], to: everyone }]');
    for (const effect of ['read', 'change', 'disrupt'] as const) {
      expect(answer({ policy: generous }, asks('where', effect))).toEqual(YES);
      expect(answer({ policy: generous }, asks('where', effect), change)).toMatchObject({
        allowed: false,
        reason: expect.stringMatching(reason),
        hint: expect.stringMatching(/\S/),
      });
    }
  });
});
