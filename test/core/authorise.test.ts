import { describe, expect, it } from 'vitest';
import { authorise, mayApprove, mayPass, type Question, reach } from '../../src/core/authorise.js';
import type { Effect, Permission } from '../../src/core/command.js';
import type { GroupFacts } from '../../src/core/groups.js';
import { NO_POLICY, type Policy, parsePolicy, policyWithout } from '../../src/core/policy.js';
import { MINUTE } from '../../src/core/time.js';

/** The design's own example. */
const policy = parsePolicy(`
roles:
  developers: [U0DEV]
  operators: [U0ANA, U0BOB]
  admins: [U0LEE]
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

const NOON = Date.UTC(2026, 10, 26, 12);

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
  now: NOON,
};
const asks = (policyWords: string, effect: Effect, args: unknown = {}): Partial<Question> => ({
  policyWords,
  command: { name: policyWords.split(' ')[0] ?? '', effect, numbers: ['count'] },
  args,
});
const as = (userId: string): Partial<Question> => ({ actor: { userId, teamId: 'T0HOME' } });
const at = (channelId: string): Partial<Question> => ({ place: { channelId, teamId: 'T0HOME' } });
const by = (text: string): Partial<Question> => ({ policy: parsePolicy(text) });
const asked = (...changes: Partial<Question>[]): Question => Object.assign({}, question, ...changes);
const answer = (...changes: Partial<Question>[]): Permission => authorise(asked(...changes));
const scaleTo = (count: unknown) => asks('scale executors', 'change', { count });

const YES = { allowed: true };
const SCALING =
  'rule 1 of the policy (`scale executors` to developers and operators, up to `count` 8, only in <#C0CI>)';

describe('what the rules allow', () => {
  it.each<[what: string, changes: Partial<Question>[]]>([
    ['anybody reads', [as('U0ANYONE')]],
    ['a developer scales within the bound', [as('U0DEV'), scaleTo(8)]],
    ['an operator scales within the bound', [scaleTo(8)]],
    ['an operator scales beyond it, for a later rule allows all changes', [scaleTo(64)]],
    ['and in other channels', [scaleTo(4), at('C0OTHER')]],
    ['a bound binds only what is given', [as('U0DEV'), scaleTo(undefined)]],
    ['an admin reads the history', [as('U0LEE'), asks('history', 'read')]],
    ['an operator changes', [asks('cancel', 'change')]],
  ])('%s', (_, changes) => {
    expect(answer(...changes)).toEqual(YES);
  });

  it('with the approvals that the rule asks for', () => {
    expect(answer(asks('deploy', 'disrupt'))).toEqual({ allowed: true, approvals: 1, approvers: ['operators'] });
  });

  it.each<[what: string, rules: string]>([
    [
      'a rule for each',
      '[{ command: scale executors, to: developers, max: { count: 8 } }, { command: scale executors, to: operators }]',
    ],
    [
      'the same the other way round',
      '[{ command: scale executors, to: operators }, { command: scale executors, to: developers, max: { count: 8 } }]',
    ],
    [
      'one rule for the small and one for all changes',
      '[{ command: scale executors, to: developers, max: { count: 8 } }, { effect: change, to: operators }]',
    ],
  ])('developers up to 8 and operators any number: %s', (_, rules) => {
    const both = by(`roles: { developers: [U0DEV], operators: [U0ANA] }\nrules: ${rules}`);
    expect(answer(both, as('U0DEV'), scaleTo(8))).toEqual(YES);
    expect(answer(both, as('U0DEV'), scaleTo(9))).toMatchObject({ allowed: false });
    expect(answer(both, scaleTo(9))).toEqual(YES);
    expect(answer(both, as('U0BOB'), scaleTo(1))).toMatchObject({ allowed: false });
  });

  it('the first rule that fits says how many must approve', () => {
    const rules = '[{ command: deploy, to: leads }, { command: deploy, to: [leads, operators], approvals: 2 }]';
    const both = by(`roles: { leads: [U0LEE], operators: [U0ANA, U0LEE] }\nrules: ${rules}`);
    expect(answer(both, as('U0LEE'), asks('deploy', 'disrupt'))).toEqual(YES);
    expect(answer(both, asks('deploy', 'disrupt'))).toEqual({
      allowed: true,
      approvals: 2,
      approvers: ['leads', 'operators'],
    });
  });
});

describe('what the rules refuse', () => {
  it.each<[what: string, changes: Partial<Question>[], reason: string, hint: string]>([
    [
      'a reader does not change',
      [as('U0ANYONE'), asks('cancel', 'change')],
      'You may not `cancel`: that is for operators by rule 5 of the policy (changes to operators).',
      'Ask <@U0ANA>, <@U0BOB>.',
    ],
    [
      'a command that is kept for some, although a later rule is for everyone',
      [asks('history', 'read')],
      'You may not `history`: that is for admins by rule 2 of the policy (`history` to admins).',
      'Ask <@U0LEE>.',
    ],
    [
      'more than the bound',
      [as('U0DEV'), scaleTo(9)],
      `You may \`scale executors\` up to \`count\` 8, not 9: ${SCALING}.`,
      'Choose at most 8. Ask <@U0ANA>, <@U0BOB>.',
    ],
    [
      'another channel',
      [as('U0DEV'), scaleTo(4), at('C0OTHER')],
      `You may not \`scale executors\` in this channel: ${SCALING}.`,
      'Use it in <#C0CI>. Ask <@U0ANA>, <@U0BOB>.',
    ],
    [
      'more than the bound in another channel',
      [as('U0DEV'), scaleTo(9), at('C0OTHER')],
      `You may \`scale executors\` up to \`count\` 8, not 9: ${SCALING}.`,
      'Choose at most 8. Use it in <#C0CI>. Ask <@U0ANA>, <@U0BOB>.',
    ],
    [
      'a role that the file does not define is nobody, even with the name of something every object has',
      [asks('sync', 'read')],
      'You may not `sync`: that is for ghosts and constructor by rule 3 of the policy (`sync` to ghosts and constructor).',
      'Nobody is listed under that role in the policy file.',
    ],
    [
      'somebody else where only approvals are asked of those who may',
      [as('U0DEV'), asks('deploy', 'disrupt')],
      'You may not `deploy`: that is for operators by rule 6 of the policy (disruptive commands to operators, with 1 approval).',
      'Ask <@U0ANA>, <@U0BOB>.',
    ],
  ])('%s', (_, changes, reason, hint) => {
    expect(answer(...changes)).toEqual({ allowed: false, reason, hint });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '4', '9', [4], null])('a bound number that is %j', (count) => {
    expect(answer(as('U0DEV'), scaleTo(count))).toMatchObject({ allowed: false });
  });

  it('of two bounds that are exceeded, the wider one is told', () => {
    const two = by(
      'roles: { developers: [U0ANA], seniors: [U0ANA] }\nrules: [{ command: scale, to: developers, max: { count: 4 } }, { command: scale, to: seniors, max: { count: 8 } }]',
    );
    expect(answer(two, scaleTo(6))).toEqual(YES);
    expect(answer(two, scaleTo(9))).toMatchObject({
      reason:
        'You may `scale executors` up to `count` 8, not 9: rule 2 of the policy (`scale` to seniors, up to `count` 8).',
      hint: 'Choose at most 8.',
    });
  });

  it('a misspelt bound opens nothing', () => {
    const typo = by('rules: [{ command: scale, to: everyone, max: { cuont: 8 } }]');
    expect(answer(typo, scaleTo(4))).toEqual({
      allowed: false,
      reason:
        '`scale executors` has no number `cuont`, so rule 1 of the policy (`scale` to everyone, up to `cuont` 8) allows nothing.',
      hint: 'Whoever keeps the policy file corrects the name; `doctor` says which there are.',
    });
  });

  it('a bound on all changes binds those that have that number', () => {
    const bounded = by('rules: [{ effect: change, to: everyone, max: { count: 8 } }]');
    expect(answer(bounded, { ...asks('cancel', 'change'), command: { name: 'cancel', effect: 'change' } })).toEqual(
      YES,
    );
    expect(answer(bounded, scaleTo(9))).toMatchObject({ allowed: false });
  });

  it('approvals for what shows no plan cannot be collected, so they are not taken as given', () => {
    const strict = by(
      'roles: { operators: [U0ANA] }\nrules: [{ effect: [read, change], to: operators, approvals: 2 }]',
    );
    for (const effect of ['read', 'change'] as const) {
      expect(answer(strict, asks('cancel', effect))).toEqual({
        allowed: false,
        reason:
          '`cancel` would need approvals by rule 1 of the policy (reads and changes to operators, with 2 approvals), and only disruptive commands, which show a plan first, can collect them.',
        hint: 'Whoever keeps the policy file takes `approvals` out of that rule, or narrows its `to`.',
      });
    }
  });

  it('what no rule speaks of', () => {
    const narrow = by('rules: [{ command: where, to: everyone }]');
    expect(answer(narrow)).toEqual(YES);
    expect(answer(narrow, asks('status', 'read'))).toEqual({
      allowed: false,
      reason: 'No rule of the policy speaks of `status`.',
      hint: 'The policy file would have to name it.',
    });
    expect(answer(by('rules: []'))).toMatchObject({ allowed: false });
  });

  it('a command that is kept for nobody', () => {
    const closed = by('rules: [{ command: where, to: [] }, { effect: read, to: everyone }]');
    expect(answer(closed)).toMatchObject({
      allowed: false,
      reason: 'You may not `where`: that is for nobody by rule 1 of the policy (`where` to nobody).',
    });
    expect(answer(closed, asks('status', 'read'))).toEqual(YES);
  });

  it('where the file has no rules, the one that holds instead is told', () => {
    expect(answer(by('roles: { operators: [U0LEE] }'), asks('deploy', 'disrupt'))).toEqual({
      allowed: false,
      reason:
        'You may not `deploy`: that is for operators by the rule that holds because the file has none (changes and disruptive commands to operators).',
      hint: 'Ask <@U0LEE>.',
    });
  });

  it('names at most five who can', () => {
    const many = by('roles: { ops: [U01, U02, U03, U04, U05, U06] }\nrules: [{ effect: read, to: ops }]');
    expect(answer(many)).toMatchObject({
      hint: 'Ask <@U01>, <@U02>, <@U03>, <@U04>, <@U05> or another of them.',
    });
  });
});

describe('user groups', () => {
  const grouped = by(
    'roles: { ops: [S0CIOPS, U0LEE] }\nrules: [{ effect: [read, change], to: ops }, { effect: disrupt, to: ops, approvals: 1 }]',
  );
  const group = (patch: Partial<GroupFacts> = {}): Partial<Question> => ({
    groups: new Map([['S0CIOPS', { id: 'S0CIOPS', told: { members: ['U0ANA'], at: NOON - MINUTE }, ...patch }]]),
  });
  const toldBefore = (ms: number) => ({ told: { members: ['U0ANA'], at: NOON - ms } });

  it('hold their members', () => {
    expect(answer(grouped, group(), asks('cancel', 'change'))).toEqual(YES);
    expect(answer(grouped, group(), asks('deploy', 'disrupt'))).toEqual({
      allowed: true,
      approvals: 1,
      approvers: ['ops'],
    });
    expect(answer(grouped, group(), as('U0BOB'))).toMatchObject({ allowed: false });
    expect(answer(grouped, group(), as('S0CIOPS'))).toMatchObject({ allowed: false });
  });

  it('are called by name, which calls nobody', () => {
    expect(answer(grouped, group({ handle: 'ci-ops' }), as('U0BOB'))).toMatchObject({
      hint: 'Ask <@U0LEE>, or somebody of `@ci-ops`.',
    });
    expect(answer(grouped, group(), as('U0BOB'))).toMatchObject({ hint: 'Ask <@U0LEE>, or somebody of `S0CIOPS`.' });
  });

  it.each<[ms: number, effect: Effect, allowed: boolean]>([
    [10 * MINUTE, 'change', true],
    [10 * MINUTE + 1, 'change', false],
    [10 * MINUTE + 1, 'disrupt', false],
    [-1, 'change', false],
    [10 * MINUTE + 1, 'read', true],
    [600 * MINUTE, 'read', true],
  ])('known since %i ms let their members %s: %s', (ms, effect, allowed) => {
    expect(answer(grouped, group(toldBefore(ms)), asks('it', effect)).allowed).toBe(allowed);
  });

  it.each<Effect>(['read', 'change', 'disrupt'])('of which nothing is known have no members who %s', (effect) => {
    for (const nothing of [{}, { groups: new Map() }, group({ told: undefined })])
      expect(answer(grouped, nothing, asks('it', effect))).toMatchObject({ allowed: false });
  });

  it('whose members Slack does not tell any more: since when, and why', () => {
    const silent = {
      ...toldBefore(11 * MINUTE),
      handle: 'ci-ops',
      fault: { code: 'ratelimited', since: NOON - 9 * MINUTE },
    };
    expect(answer(grouped, group(silent), asks('cancel', 'change'))).toEqual({
      allowed: false,
      reason:
        'You may not `cancel` now: rule 1 of the policy (reads and changes to ops) names a group, and Slack does not tell who is in `@ci-ops` since 2026-11-26 11:49 UTC (ratelimited).',
      hint: 'Try again when Slack answers. Ask <@U0LEE>, or somebody of `@ci-ops`.',
    });
  });

  it('whose members Slack never told', () => {
    const silent = { told: undefined, fault: { code: 'plan_upgrade_required', since: NOON } };
    expect(answer(grouped, group(silent))).toMatchObject({
      reason: expect.stringContaining(
        'does not tell who is in `S0CIOPS` since 2026-11-26 12:00 UTC (plan_upgrade_required).',
      ),
    });
  });

  it('that nobody needs are not missed', () => {
    expect(answer(grouped, as('U0LEE'), asks('cancel', 'change'))).toEqual(YES);
  });

  describe('before Slack could be asked', () => {
    const passes = (...changes: Partial<Question>[]) => mayPass(asked(grouped, ...changes));
    const elsewhere = by(
      'roles: { ops: [S0CIOPS], admins: [U0LEE] }\nrules: [{ command: scale, to: ops, max: { count: 8 }, in: [C0CI] }, { effect: change, to: admins }]',
    );

    it('whoever might be in one passes', () => {
      expect(passes(asks('cancel', 'change'))).toEqual(YES);
      expect(passes(asks('deploy', 'disrupt'))).toEqual(YES);
      expect(passes(elsewhere, scaleTo(8))).toEqual(YES);
    });

    it('who could not do it even then is told at once', () => {
      expect(passes(elsewhere, scaleTo(9))).toMatchObject({ allowed: false });
      expect(passes(elsewhere, scaleTo(8), at('C0OTHER'))).toMatchObject({ allowed: false });
      expect(passes(elsewhere, asks('cancel', 'change'))).toMatchObject({ allowed: false });
      expect(passes(asks('cancel', 'change'), { person: { isGuest: true } })).toMatchObject({ allowed: false });
    });

    it('without groups in the rules it is the same question', () => {
      for (const changes of [
        [scaleTo(9)],
        [as('U0DEV'), scaleTo(9)],
        [asks('history', 'read')],
        [asks('deploy', 'disrupt')],
      ])
        expect(mayPass(asked(...changes))).toEqual(answer(...changes));
    });
  });
});

describe('how far it goes, whatever the arguments', () => {
  const far = (...changes: Partial<Question>[]) => reach(asked(...changes));

  it.each<[what: string, changes: Partial<Question>[], grants: object[]]>([
    ['all of it', [asks('cancel', 'change')], [{}]],
    ['up to a number', [as('U0DEV'), scaleTo(undefined)], [{ max: { count: 8 } }]],
    ['up to a number, and beyond', [scaleTo(undefined)], [{ max: { count: 8 } }, {}]],
    ['with approval', [asks('deploy', 'disrupt')], [{ approvals: 1 }]],
  ])('%s', (_, changes, grants) => {
    expect(far(...changes)).toMatchObject({ allowed: true, grants });
  });

  it('not beyond what would need approvals that cannot be had', () => {
    const strict = by(
      'rules: [{ command: scale, to: everyone, max: { count: 8 } }, { effect: change, to: everyone, approvals: 1 }]',
    );
    expect(far(strict, scaleTo(100))).toEqual({ allowed: true, grants: [{ max: { count: 8 } }] });
  });

  it('nowhere, and why', () => {
    expect(far(as('U0DEV'), asks('deploy', 'disrupt'))).toEqual(answer(as('U0DEV'), asks('deploy', 'disrupt')));
    expect(far({ person: { isBot: true } })).toMatchObject({ allowed: false });
  });
});

describe('who may approve', () => {
  const twoWays = by(`
roles: { leads: [U0LEE, S0LEADS], operators: [U0ANA, U0BOB] }
rules:
  - { command: deploy, to: operators, approvals: 1 }
  - { command: deploy, to: leads, approvals: 1 }
`);
  const groups = new Map([['S0LEADS', { id: 'S0LEADS', told: { members: ['U0KIM'], at: NOON } }]]);
  const approves = (userId: string, requesterId: string, ...changes: Partial<Question>[]) =>
    mayApprove({ ...asked(twoWays, { groups }, asks('deploy', 'disrupt'), as(userId), ...changes), requesterId });

  it('whom the same rule names', () => {
    expect(approves('U0BOB', 'U0ANA')).toEqual({ allowed: true, approvals: 1, approvers: ['operators'] });
    expect(approves('U0KIM', 'U0LEE')).toEqual({ allowed: true, approvals: 1, approvers: ['leads'] });
    expect(approves('U0LEE', 'U0KIM')).toEqual({ allowed: true, approvals: 1, approvers: ['leads'] });
  });

  it.each<[what: string, approver: string, requester: string, reason: string, hint: string]>([
    [
      'the one who asked',
      'U0ANA',
      'U0ANA',
      'You asked for this yourself, so somebody else has to approve it.',
      'Ask <@U0BOB>.',
    ],
    [
      'somebody whom another rule allows the same',
      'U0LEE',
      'U0ANA',
      'You may not approve `deploy`: that is for operators by rule 1 of the policy (`deploy` to operators, with 1 approval).',
      'Ask <@U0BOB>.',
    ],
    [
      'anybody, when the one who asked may not any more',
      'U0BOB',
      'U0GONE',
      '<@U0GONE> may not `deploy` any more, so there is nothing to approve.',
      'The policy, or a user group, has changed since it was asked for.',
    ],
  ])('not %s', (_, approver, requester, reason, hint) => {
    expect(approves(approver, requester)).toEqual({ allowed: false, reason, hint });
  });

  it('not a member of a group that Slack does not tell of', () => {
    const silent = { groups: new Map([['S0LEADS', { id: 'S0LEADS', fault: { code: 'timeout', since: NOON } }]]) };
    expect(approves('U0KIM', 'U0LEE', silent)).toMatchObject({
      reason: expect.stringMatching(/^You may not approve `deploy` now: .* does not tell who is in `S0LEADS` since/),
    });
  });

  it('nobody, where there is nobody else', () => {
    const alone = by('roles: { operators: [U0ANA] }\nrules: [{ effect: disrupt, to: operators, approvals: 1 }]');
    expect(approves('U0ANA', 'U0ANA', alone)).toMatchObject({
      hint: 'Nobody else is listed under that role in the policy file.',
    });
  });

  it.each<Partial<Question>>([
    { person: { isGuest: true } },
    { person: { isBot: true } },
    { person: { isStranger: true } },
    { person: { deleted: true } },
    { channel: { isSharedOutside: true } },
    { actor: { userId: 'U0BOB', teamId: 'T0OTHER' } },
  ])('not whoever may give no commands: %j', (outside) => {
    expect(approves('U0BOB', 'U0ANA', outside)).toMatchObject({ allowed: false });
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

describe('when the policy file was taken away', () => {
  const gone: Partial<Question> = { policy: policyWithout(policy) };
  it('its rules about reads still hold, and a refusal says that they do', () => {
    expect(answer(gone)).toEqual(YES);
    expect(answer(gone, as('U0LEE'), asks('history', 'read'))).toEqual(YES);
    expect(answer(gone, asks('history', 'read'))).toEqual({
      allowed: false,
      reason:
        'You may not `history`: that is for admins by rule 2 of the policy whose file is gone (`history` to admins).',
      hint: 'Ask <@U0LEE>.',
    });
  });
  it.each<[string, Effect]>([
    ['cancel', 'change'],
    ['deploy', 'disrupt'],
  ])('nobody may `%s`, and the refusal says why', (words, effect) => {
    expect(answer(gone, asks(words, effect))).toEqual({
      allowed: false,
      reason: `Nobody may \`${words}\` now: the policy file is gone.`,
      hint: 'Whoever runs Bellboard puts it back; until then its rules about reads hold, and nobody changes anything.',
    });
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
    const generous: Policy = parsePolicy('rules: [{ effect: [read, change, disrupt], to: everyone }]');
    for (const effect of ['read', 'change', 'disrupt'] as const) {
      for (const decide of [authorise, mayPass, reach]) {
        expect(decide(asked({ policy: generous }, asks('where', effect)))).toMatchObject(YES);
        expect(decide(asked({ policy: generous }, asks('where', effect), change))).toMatchObject({
          allowed: false,
          reason: expect.stringMatching(reason),
          hint: expect.stringMatching(/\S/),
        });
      }
    }
  });
});
