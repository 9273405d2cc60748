// May this person do this, here? Pure; asked twice: by the bot from memory before the job is queued, and by the worker
// with fresh facts about the person and the channel before anything is done. What no rule allows is refused.
import type { Actor, Command, Permission, Place } from './command.js';
import { EVERYONE, type Policy, type Rule, ruleMatches } from './policy.js';

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
}

export interface Question {
  policy: Policy;
  actor: Actor;
  place: Place;
  person: PersonFacts;
  channel: PlaceFacts;
  /** Our own workspace, from `auth.test`. */
  homeTeamId: string;
  command: Pick<Command, 'name' | 'effect'>;
  policyWords: string;
  args: unknown;
}

const ALLOWED: Permission = { allowed: true };
const refuse = (reason: string, hint: string): Permission => ({ allowed: false, reason, hint });

export function authorise(question: Question): Permission {
  return outsider(question) ?? byRules(question);
}

/** May this person agree to what somebody else asked for? The same rule decides, and nobody agrees to their own. */
export function mayApprove(question: Question & { requesterId: string }): Permission {
  const permission = authorise(question);
  if (!permission.allowed || question.actor.userId !== question.requesterId) return permission;
  return refuse('You asked for this yourself, so somebody else has to approve it.', othersWhoCan(question));
}

const othersWhoCan = ({ policy, policyWords, command, requesterId }: Question & { requesterId: string }): string => {
  const rule = policy.rules.find((candidate) => ruleMatches(candidate, policyWords, command.effect));
  return rule === undefined ? '' : whoCan(policy, rule, requesterId);
};

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

function byRules(question: Question): Permission {
  const { policy, command, policyWords } = question;
  const rule = policy.rules.find((candidate) => ruleMatches(candidate, policyWords, command.effect));
  if (rule === undefined) {
    if (!policy.configured) {
      return refuse(
        `Nobody may \`${policyWords}\` yet: there is no policy file.`,
        'Whoever runs Bellboard lists people in `manifests/policy.yaml` (or the file that `POLICY_FILE` names).',
      );
    }
    return refuse(`No rule of the policy allows \`${policyWords}\`.`, 'The policy file would have to name it.');
  }
  return byRule(rule, question);
}

function byRule(rule: Rule, { policy, actor, place, command, policyWords, args }: Question): Permission {
  if (!rule.to.some((role) => holds(policy, role, actor.userId))) {
    return refuse(`You may not \`${policyWords}\`: that is for ${rule.to.join(', ')}.`, whoCan(policy, rule));
  }
  if (rule.in !== undefined && !rule.in.includes(place.channelId)) {
    return refuse(
      `\`${policyWords}\` is bound to other channels.`,
      `Use it in ${rule.in.map((id) => `<#${id}>`).join(', ')}.`,
    );
  }
  for (const [name, limit] of Object.entries(rule.max ?? {})) {
    const value = (args as Record<string, unknown> | undefined)?.[name];
    // Not given is not bound; anything that is no number within the bound is refused.
    if (value !== undefined && !(typeof value === 'number' && value <= limit)) {
      return refuse(
        `You may \`${policyWords}\` up to \`${name}\` ${limit}, not ${value}.`,
        `Choose at most ${limit}, or ask somebody with a wider rule.`,
      );
    }
  }
  const { approvals = 0 } = rule;
  if (approvals === 0) return ALLOWED;
  if (command.effect === 'disrupt') return { allowed: true, approvals };
  // Fail closed: only a plan can collect approvals, and none must not be read as if they were given.
  return refuse(
    `\`${policyWords}\` needs the approval of ${approvals} more, and only a command that shows a plan first can collect that.`,
    'Take `approvals` out of the rule or narrow `to`.',
  );
}

/** A role the file does not define is nobody; user groups (S…) are not read yet, so they are nobody too. */
function holds(policy: Policy, role: string, userId: string): boolean {
  if (role === EVERYONE) return true;
  return Object.hasOwn(policy.roles, role) && (policy.roles[role] ?? []).includes(userId);
}

function whoCan(policy: Policy, rule: Rule, except?: string): string {
  const people = rule.to
    .flatMap((role) => (Object.hasOwn(policy.roles, role) ? (policy.roles[role] ?? []) : []))
    .filter((id) => id !== except);
  if (people.length === 0) return 'Nobody is listed under that role in the policy file.';
  const shown = people.slice(0, 5).map((id) => `<@${id}>`);
  return `Ask ${shown.join(', ')}${people.length > shown.length ? ' or another of them' : ''}.`;
}
