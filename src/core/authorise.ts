// May this person do this, here? Pure; asked twice: by the bot from memory before the job is queued (`mayPass`), and by
// the worker with fresh facts about the person, their groups and the channel before anything is done (`authorise`).
// The first rule that fits person, channel and numbers decides; what no rule allows is refused.
import type { Grant, Permission } from './command.js';
import type { Rule } from './policy.js';
import { cannotApprove, nothingToApprove, refusal, refuse, uncollectable } from './refusal.js';
import { fits, groupsIn, type Question, type Standing, standingsOf, suits } from './standing.js';

export type { PersonFacts, PlaceFacts, Question } from './standing.js';

const ALLOWED: Permission = { allowed: true };

export function authorise(question: Question): Permission {
  return outsider(question) ?? byRules(question);
}

/**
 * The same before Slack could be asked who is in which group: whoever might be in one passes, and `authorise` decides.
 */
export function mayPass(question: Question): Permission {
  const refused = outsider(question);
  if (refused !== undefined) return refused;
  const standings = standingsOf(question);
  const possible = standings.find((one) => suits(one) && (one.holds || groupsIn(question.policy, one.rule).length > 0));
  return possible?.holds === false ? ALLOWED : answer(question, standings);
}

/** Whatever its arguments will be: may they use this command at all, up to which numbers, and with whose approval? */
export function reach(question: Question): Permission {
  const whatever = { ...question, args: undefined };
  const permission = authorise(whatever);
  if (!permission.allowed) return permission;
  const grants: Grant[] = [];
  for (const { rule } of standingsOf(whatever).filter(fits)) {
    const approvals = rule.approvals ?? 0;
    if (approvals > 0 && question.command.effect !== 'disrupt') break;
    grants.push({ ...(rule.max === undefined ? {} : { max: rule.max }), ...(approvals === 0 ? {} : { approvals }) });
    if (rule.max === undefined) break;
  }
  return { ...permission, grants };
}

/**
 * May this person (`actor`, with their own facts) approve what `requesterId` asked for? Whoever the rule names that
 * allowed it may, but not the requester, and nobody who may not give commands at all.
 */
export function mayApprove(question: Question & { requesterId: string }): Permission {
  const { actor, requesterId } = question;
  const refused = outsider(question);
  if (refused !== undefined) return refused;
  const standings = standingsOf({ ...question, actor: { ...actor, userId: requesterId } });
  const asked = standings.find(fits);
  if (asked === undefined) {
    const own = byRules(question);
    return own.allowed ? nothingToApprove(question) : own;
  }
  const own = standingsOf(question).find(({ rule }) => rule === asked.rule);
  if (own?.holds !== true || actor.userId === requesterId) return cannotApprove(question, asked.rule, own);
  return allowedBy(asked.rule);
}

function outsider({ person, channel, actor, homeTeamId }: Question): Permission | undefined {
  const ask = 'Ask a full member of this workspace to do it.';
  if (person.isBot) return refuse('Bots may not give commands.', ask);
  if (person.deleted) return refuse('This account is deactivated.', ask);
  if (person.isStranger || (homeTeamId !== '' && actor.teamId !== homeTeamId)) {
    return refuse('Only members of this workspace may give commands.', ask);
  }
  if (person.isGuest) return refuse('Guests may not give commands.', ask);
  if (channel.isSharedOutside) {
    return refuse('This channel is shared with another organisation.', 'Use a channel of your own workspace.');
  }
  return undefined;
}

const byRules = (question: Question): Permission => answer(question, standingsOf(question));

function answer(question: Question, standings: readonly Standing[]): Permission {
  const fitting = standings.find(fits);
  if (fitting === undefined) return refusal(question, standings);
  // Fail closed: a file that asks for a second person must not be read as if it asked for none.
  if ((fitting.rule.approvals ?? 0) > 0 && question.command.effect !== 'disrupt')
    return uncollectable(question, fitting);
  return allowedBy(fitting.rule);
}

const allowedBy = ({ approvals = 0, to }: Rule): Permission =>
  approvals === 0 ? ALLOWED : { allowed: true, approvals, approvers: to };
