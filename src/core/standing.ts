// How each rule of the policy stands to one question: does it name this person, this channel, these numbers? Made for
// `authorise.ts`, which decides, and `refusal.ts`, which explains.
import type { Actor, Command, Place } from './command.js';
import { type Groups, membersOf } from './groups.js';
import { EVERYONE, idsOf, isGroup, type Policy, type Rule, rulesAbout } from './policy.js';

/** What Slack says of the person; undefined fields are not known (yet). */
export interface PersonFacts {
  isBot?: boolean | undefined;
  isGuest?: boolean | undefined;
  /** Of another workspace. */
  isStranger?: boolean | undefined;
  deleted?: boolean | undefined;
}

export interface PlaceFacts {
  /** Shared with another company (Slack Connect). */
  isSharedOutside?: boolean | undefined;
  /** The bot cannot see it, so whether another company reads there is not known. */
  isUnseen?: boolean | undefined;
}

export interface Question {
  policy: Policy;
  actor: Actor;
  place: Place;
  person: PersonFacts;
  channel: PlaceFacts;
  /** Our own workspace, from `auth.test`. */
  homeTeamId: string;
  command: Pick<Command, 'name' | 'effect' | 'numbers'>;
  policyWords: string;
  /** Undefined: whatever they are. */
  args: unknown;
  /** User groups of the rules about this command; one that is not here has no members. */
  groups?: Groups | undefined;
  /** When it is asked, ms since the epoch; without it no answer about a group counts as fresh. */
  now?: number | undefined;
}

export interface Standing {
  rule: Rule;
  /** Slack does not tell about groups that might hold them: they count as outside. */
  silent: readonly string[];
  holds: boolean;
  /** The channel is one of the rule's. */
  here: boolean;
  over: readonly Excess[];
}

export interface Excess {
  name: string;
  limit: number;
  value: unknown;
}

export const standingsOf = (question: Question): Standing[] =>
  rulesAbout(question.policy, question.policyWords, question.command.effect).map((rule) => ({
    rule,
    ...membership(rule, question),
    here: rule.in === undefined || rule.in.includes(question.place.channelId),
    over: excesses(rule, question),
  }));

/** But for who asks, the rule allows it. */
export const suits = ({ here, over }: Standing): boolean => here && over.length === 0;
export const fits = (standing: Standing): boolean => standing.holds && suits(standing);

export const groupsIn = (policy: Policy, rule: Rule): string[] => idsOf(policy, rule.to).filter(isGroup);

function membership(rule: Rule, question: Question): Pick<Standing, 'holds' | 'silent'> {
  const { policy, actor, command, groups, now } = question;
  if (rule.to.includes(EVERYONE)) return { holds: true, silent: [] };
  const silent: string[] = [];
  for (const id of idsOf(policy, rule.to)) {
    if (!isGroup(id)) {
      if (id === actor.userId) return { holds: true, silent: [] };
      continue;
    }
    const members = membersOf(groups?.get(id), command.effect, now ?? Number.POSITIVE_INFINITY);
    if (members === undefined) silent.push(id);
    else if (members.includes(actor.userId)) return { holds: true, silent: [] };
  }
  return { holds: false, silent };
}

/** A number that was not given is not bound; what is given must be a number within the bound. */
function excesses(rule: Rule, { command, args }: Question): Excess[] {
  if (rule.max === undefined || args === undefined) return [];
  const given = args as Record<string, unknown>;
  const known = command.numbers ?? Object.keys(given);
  return Object.entries(rule.max).flatMap(([name, limit]): Excess[] => {
    // Of all changes, only some have that number. A rule for one command that has not: a misspelt bound must not open it.
    if (!known.includes(name)) return rule.command === undefined ? [] : [{ name, limit, value: undefined }];
    const value = given[name];
    return value === undefined || (typeof value === 'number' && value <= limit) ? [] : [{ name, limit, value }];
  });
}
