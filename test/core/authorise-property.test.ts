// Random policies, written to YAML, read back, and asked: the decision equals one made by reading the rules word by word.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { commands } from '../../src/commands/index.js';
import { authorise, mayApprove, mayPass, type Question, reach } from '../../src/core/authorise.js';
import type { Effect } from '../../src/core/command.js';
import type { GroupFacts } from '../../src/core/groups.js';
import { parsePolicy } from '../../src/core/policy.js';
import { odditiesOf } from '../../src/core/policy-check.js';
import { MINUTE } from '../../src/core/time.js';

const NOW = Date.UTC(2026, 10, 26, 12);
const PEOPLE = ['U01', 'U02', 'U03'];
const GROUPS = ['S01', 'S02'];
const CHANNELS = ['C01', 'C02'];
const ROLES = ['devs', 'ops', 'none', 'everyone'];
const ASKABLE: { words: string; name: string; effect: Effect }[] = [
  { words: 'where', name: 'where', effect: 'read' },
  { words: 'scale executors', name: 'scale', effect: 'change' },
  { words: 'ack', name: 'ack', effect: 'change' },
  { words: 'deploy', name: 'deploy', effect: 'disrupt' },
];

interface Written {
  command?: string;
  effect?: Effect[];
  to: string[];
  max?: Record<string, number>;
  in?: string[];
  approvals?: number;
}

const some = <T>(from: readonly T[], least = 0) => fc.subarray([...from], { minLength: least });
const aRule = fc
  .record(
    {
      command: fc.constantFrom('where', 'scale', 'scale executors', 'ack', 'deploy', 'sca'),
      effect: some<Effect>(['read', 'change', 'disrupt'], 1),
      isNamed: fc.boolean(),
      to: some(ROLES),
      max: fc.record({ count: fc.integer({ min: 0, max: 4 }) }),
      in: some(CHANNELS, 1),
      approvals: fc.integer({ min: 0, max: 2 }),
    },
    { requiredKeys: ['command', 'effect', 'isNamed', 'to'] },
  )
  .map(({ command, effect, isNamed, ...rest }): Written => ({ ...(isNamed ? { command } : { effect }), ...rest }));
const aFile = fc.record({
  roles: fc.record({ devs: some([...PEOPLE, ...GROUPS]), ops: some([...PEOPLE, ...GROUPS]), none: fc.constant([]) }),
  rules: fc.array(aRule, { maxLength: 6 }),
});
const anAsker = fc.record({
  user: fc.constantFrom(...PEOPLE),
  channel: fc.constantFrom(...CHANNELS),
  asked: fc.constantFrom(...ASKABLE),
  count: fc.integer({ min: 0, max: 6 }),
});
/** What Slack told: nothing, lately, or long ago. */
const facts = fc.record({ members: some(PEOPLE), ageMin: fc.constantFrom(undefined, 0, 9, 11) });
const toldOf = fc.tuple(facts, facts);

type File = { roles: Record<string, readonly string[]>; rules: Written[] };
type Asker = { user: string; channel: string; asked: (typeof ASKABLE)[number]; count: number };
type Told = { members: string[]; ageMin: number | undefined };

/** The file's rules, as its pages explain them: which one decides, if any. */
function reading(file: File, { user, channel, asked, count }: Asker, told: readonly Told[]): Written | undefined {
  const speaks = (rule: Written) =>
    rule.command === undefined
      ? rule.effect?.includes(asked.effect)
      : asked.words.split(' ').slice(0, rule.command.split(' ').length).join(' ') === rule.command;
  const isIn = (id: string) => {
    if (id === user) return true;
    const group = told[GROUPS.indexOf(id)];
    if (group?.ageMin === undefined) return false;
    return group.members.includes(user) && (asked.effect === 'read' || group.ageMin <= 10);
  };
  let kept = false;
  for (const rule of file.rules) {
    if (!speaks(rule)) continue;
    const isGeneral = rule.command === undefined;
    if (isGeneral && kept) continue;
    kept = kept || !(isGeneral || rule.max || rule.in);
    const named = rule.to.some((role) => role === 'everyone' || (file.roles[role] ?? []).some(isIn));
    const here = !rule.in || rule.in.includes(channel);
    const bounded = rule.max !== undefined && 'count' in rule.max && asked.name === 'scale';
    const within = !bounded || count <= (rule.max?.['count'] ?? 0);
    // For a command without that number, a rule of its own that bounds it is misspelt.
    const misspelt = rule.max !== undefined && 'count' in rule.max && !isGeneral && asked.name !== 'scale';
    if (named && here && within && !misspelt) return rule;
  }
  return undefined;
}

function questionOf(file: File, { user, channel, asked, count }: Asker, told: readonly Told[]): Question {
  const groups = told.flatMap(({ members, ageMin }, index): GroupFacts[] =>
    ageMin === undefined ? [] : [{ id: GROUPS[index] ?? '', told: { members, at: NOW - ageMin * MINUTE } }],
  );
  return {
    policy: parsePolicy(stringify(file)),
    actor: { userId: user, teamId: 'T01' },
    place: { channelId: channel, teamId: 'T01' },
    person: {},
    channel: {},
    homeTeamId: 'T01',
    command: { name: asked.name, effect: asked.effect, numbers: asked.name === 'scale' ? ['count'] : [] },
    policyWords: asked.words,
    args: asked.name === 'scale' ? { count } : {},
    groups: new Map(groups.map((group) => [group.id, group])),
    now: NOW,
  };
}

const all = fc.tuple(aFile, anAsker, toldOf);

it('decides as the rules read', () => {
  fc.assert(
    fc.property(all, ([file, asker, told]) => {
      const rule = reading(file, asker, told);
      const answer = authorise(questionOf(file, asker, told));
      const approvals = rule?.approvals ?? 0;
      const isAllowed = rule !== undefined && (approvals === 0 || asker.asked.effect === 'disrupt');
      if (isAllowed)
        expect(answer).toEqual(approvals === 0 ? { allowed: true } : { allowed: true, approvals, approvers: rule.to });
      else
        expect(answer).toMatchObject({
          allowed: false,
          reason: expect.stringMatching(/\.$/),
          hint: expect.stringMatching(/\.$/),
        });
    }),
    { numRuns: 1_000 },
  );
});

it('lets everybody pass to the worker whom the worker might allow', () => {
  fc.assert(
    fc.property(all, ([file, asker, told]) => {
      const question = questionOf(file, asker, told);
      if (authorise(question).allowed)
        expect(mayPass({ ...question, groups: undefined })).toMatchObject({ allowed: true });
    }),
    { numRuns: 300 },
  );
});

it('help promises no more than is allowed, and no less', () => {
  fc.assert(
    fc.property(all, ([file, asker, told]) => {
      const question = questionOf(file, asker, told);
      const far = reach(question);
      const grants = far.allowed ? (far.grants ?? []) : [];
      const grant = grants.find(
        ({ max }) => asker.asked.name !== 'scale' || max === undefined || asker.count <= (max['count'] ?? 0),
      );
      // A bound on what the command has no number for never fits.
      fc.pre(asker.asked.name === 'scale' || file.rules.every(({ max }) => max === undefined));
      // Nor does one that asks for approvals where there are none to be had; `doctor` says so of the file.
      fc.pre(asker.asked.effect === 'disrupt' || file.rules.every(({ approvals }) => !approvals));
      expect(authorise(question).allowed).toBe(grant !== undefined);
      if (grant !== undefined)
        expect(authorise(question)).toMatchObject(grant.approvals === undefined ? {} : { approvals: grant.approvals });
    }),
    { numRuns: 300 },
  );
});

it('approves only by somebody else whom the deciding rule names', () => {
  fc.assert(
    fc.property(all, fc.constantFrom(...PEOPLE), ([file, asker, told], approver) => {
      const rule = reading(file, asker, told);
      const question = questionOf(file, { ...asker, user: approver }, told);
      const isNamed =
        rule !== undefined &&
        authorise({
          ...question,
          policy: { ...question.policy, rules: [{ effect: [asker.asked.effect], to: rule.to }] },
        }).allowed;
      expect(mayApprove({ ...question, requesterId: asker.user }).allowed).toBe(isNamed && approver !== asker.user);
    }),
    { numRuns: 300 },
  );
});

it('what is said never to matter decides nothing', () => {
  fc.assert(
    fc.property(all, ([file, asker, told]) => {
      const odd = odditiesOf(parsePolicy(stringify(file)), commands).filter(({ text }) =>
        text.includes('never matters'),
      );
      const numbers = odd.map(({ text }) => Number(/^rule (\d+)/.exec(text)?.[1]));
      const rule = reading(file, asker, told);
      if (rule !== undefined) expect(numbers).not.toContain(file.rules.indexOf(rule) + 1);
    }),
    { numRuns: 300 },
  );
});
