// A rule in words: in a refusal, in `help`, and in what `doctor` makes of the file.
import type { Effect, Grant } from './command.js';
import { type Groups, groupName } from './groups.js';
import { EVERYONE, idsOf, isGroup, type Policy, type Rule, reserves } from './policy.js';
import { shorten } from './text.js';
import { counted } from './words.js';

const ALL_OF: Record<Effect, string> = { read: 'reads', change: 'changes', disrupt: 'disruptive commands' };

export const listed = (words: readonly string[], last = 'and'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

const subject = (rule: Rule): string =>
  rule.command === undefined
    ? listed((rule.effect ?? []).map((effect) => ALL_OF[effect]))
    : `\`${shorten(rule.command)}\``;

export const forWhom = (rule: Rule): string => (rule.to.length === 0 ? 'nobody' : listed(rule.to));

/** `up to `count` 8` */
export const boundWords = (max: Readonly<Record<string, number>>): string =>
  listed(Object.entries(max).map(([name, limit]) => `up to \`${shorten(name)}\` ${limit}`));

const inSlack = (channelId: string) => `<#${channelId}>`;

function conditions(rule: Rule, channel: (id: string) => string): string[] {
  return [
    ...(rule.max === undefined ? [] : [boundWords(rule.max)]),
    ...(rule.in === undefined ? [] : [`only in ${listed(rule.in.map(channel))}`]),
  ];
}

/** `rule 3 of the policy (`scale executors` to developers, up to `count` 8)` */
export function ruleName(policy: Policy, rule: Rule): string {
  const approvals = (rule.approvals ?? 0) > 0 ? [`with ${counted(rule.approvals ?? 0, 'approval')}`] : [];
  const words = [`${subject(rule)} to ${forWhom(rule)}`, ...conditions(rule, inSlack), ...approvals].join(', ');
  return `${place(policy, rule)} (${words})`;
}

/** Where it stands, as people number them. */
function place({ rules, inserted, standing, gone }: Policy, rule: Rule): string {
  if (rule === inserted) return `the rule for ${subject(rule)} that holds because the file names none`;
  if (standing) return 'the rule that holds because the file has none';
  const number = rules.filter((one) => one !== inserted).indexOf(rule) + 1;
  return `rule ${number} of the policy${gone ? ' whose file is gone' : ''}`;
}

const MAY: Record<Effect, string> = {
  read: 'every command that only reads',
  change: 'every command that changes something',
  disrupt: 'every disruptive command',
};

/** One plain sentence. */
export function ruleSentence(rule: Rule): string {
  const may = rule.command === undefined ? listed((rule.effect ?? []).map((effect) => MAY[effect])) : subject(rule);
  const approvals =
    (rule.approvals ?? 0) > 0
      ? [`when ${counted(rule.approvals ?? 0, 'other')} of them ${rule.approvals === 1 ? 'agrees' : 'agree'}`]
      : [];
  const said = [`${forWhom(rule)} may use ${may}`, ...conditions(rule, (id) => id), ...approvals].join(', ');
  const nobodyElse =
    reserves(rule) && !rule.to.includes(EVERYONE)
      ? '; the rules about whole kinds of commands below do not open it to others'
      : '';
  return `${said}${nobodyElse}`;
}

/** For help: how far it goes, as `authorise.ts` grants it; empty when it goes all the way. */
export function reachWords(grants: readonly Grant[]): string {
  const needed = (grant: Grant) => grant.approvals ?? 0;
  const goesFurther = (one: Grant, than: Grant) =>
    needed(one) === needed(than) &&
    Object.entries(one.max ?? {}).every(([name, limit]) => limit >= (than.max?.[name] ?? Number.POSITIVE_INFINITY));
  const telling = grants.filter((grant, index) => !grants.slice(index + 1).some((later) => goesFurther(later, grant)));
  if (telling.length === 1 && telling[0]?.max === undefined && needed(telling[0] ?? {}) === 0) return '';
  return telling
    .map((grant) => {
      const approvals = needed(grant) === 0 ? '' : `needs ${counted(needed(grant), 'approval')}`;
      const words = [grant.max === undefined ? '' : boundWords(grant.max), approvals].filter((word) => word !== '');
      return words.join(', ') || 'without approval';
    })
    .join('; beyond that ');
}

const MOST_NAMED = 5;

/** Who to ask: people by mention, groups by name, so that nobody is called. @param except who asks already */
export function whoCan(
  policy: Policy,
  roles: readonly string[],
  groups: Groups | undefined,
  except: readonly string[] = [],
): string {
  if (roles.includes(EVERYONE)) return 'Ask any full member of this workspace.';
  const ids = idsOf(policy, roles);
  const persons = ids.filter((id) => !isGroup(id) && !except.includes(id));
  const some = persons.slice(0, MOST_NAMED).map((id) => `<@${id}>`);
  const inGroups = ids.filter(isGroup).map((id) => groupName(id, groups));
  if (some.length + inGroups.length === 0) {
    return except.length > 0 && ids.length > 0
      ? 'Nobody else is listed under that role in the policy file.'
      : 'Nobody is listed under that role in the policy file.';
  }
  const more = persons.length > some.length ? ' or another of them' : '';
  const members = inGroups.length === 0 ? '' : `somebody of ${listed(inGroups.slice(0, MOST_NAMED), 'or')}`;
  return `Ask ${[some.join(', ') + more, members].filter((words) => words !== '').join(', or ')}.`;
}
