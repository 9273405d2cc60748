// Why the policy says no, in words: which rule, who can, and what to do instead. Called by `authorise.ts`.
import type { Permission } from './command.js';
import { silenceWords } from './groups.js';
import { idsOf, type Rule } from './policy.js';
import { forWhom, listed, ruleName, whoCan } from './policy-words.js';
import { type Excess, type Question, type Standing, suits } from './standing.js';
import { shorten } from './text.js';

export const refuse = (reason: string, hint: string): Permission => ({ allowed: false, reason, hint });

/** @param standings of all rules about the command; none of them fits */
export function refusal(question: Question, standings: readonly Standing[]): Permission {
  const { policy, policyWords } = question;
  const near = nearest(standings);
  if (near === undefined || (!policy.configured && !policy.gone)) return noRule(question);
  const named = ruleName(policy, near.rule);
  const others = suitable(question, standings);
  if (!near.holds) return notNamed(question, near, others);
  const [over] = near.over;
  if (over !== undefined) return tooMuch(question, near, over, others);
  return refuse(
    `You may not \`${policyWords}\` in this channel: ${named}.`,
    [useIn(near), others].filter((hint) => hint !== undefined).join(' '),
  );
}

function noRule({ policy, policyWords }: Question): Permission {
  if (policy.configured)
    return refuse(`No rule of the policy speaks of \`${policyWords}\`.`, 'The policy file would have to name it.');
  if (policy.gone)
    return refuse(
      `Nobody may \`${policyWords}\` now: the policy file is gone.`,
      'Whoever runs Bellboard puts it back; until then its rules about reads hold, and nobody changes anything.',
    );
  return refuse(
    `Nobody may \`${policyWords}\` yet: there is no policy file.`,
    'Whoever runs Bellboard lists people in `manifests/policy.yaml` (or the file that `POLICY_FILE` names).',
  );
}

function notNamed(question: Question, near: Standing, others: string | undefined): Permission {
  const { policy, policyWords, groups } = question;
  const named = ruleName(policy, near.rule);
  const ask = others ?? `${useIn(near) ?? ''} ${whoCan(policy, near.rule.to, groups)}`.trim();
  const [silent] = near.silent;
  if (silent === undefined)
    return refuse(`You may not \`${policyWords}\`: that is for ${forWhom(near.rule)} by ${named}.`, ask);
  return refuse(
    `You may not \`${policyWords}\` now: ${named} names a group, and ${silenceWords(silent, groups)}.`,
    `Try again when Slack answers. ${ask}`,
  );
}

function tooMuch(
  question: Question,
  near: Standing,
  { name, limit, value }: Excess,
  others: string | undefined,
): Permission {
  const { policy, policyWords } = question;
  const named = ruleName(policy, near.rule);
  const argument = `\`${shorten(name)}\``;
  if (value === undefined) {
    return refuse(
      `\`${policyWords}\` has no number ${argument}, so ${named} allows nothing.`,
      'Whoever keeps the policy file corrects the name; `doctor` says which there are.',
    );
  }
  return refuse(
    `You may \`${policyWords}\` up to ${argument} ${limit}, not ${shorten(String(value))}: ${named}.`,
    [`Choose at most ${limit}.`, near.here ? undefined : useIn(near), others]
      .filter((hint) => hint !== undefined)
      .join(' '),
  );
}

const useIn = ({ rule }: Standing): string | undefined =>
  rule.in === undefined
    ? undefined
    : `Use it in ${listed(
        rule.in.map((id) => `<#${id}>`),
        'or',
      )}.`;

/** Whom to ask to do just this, here. */
function suitable({ policy, actor, groups }: Question, standings: readonly Standing[]): string | undefined {
  const roles = standings.filter((one) => !one.holds && suits(one)).flatMap(({ rule }) => rule.to);
  return idsOf(policy, roles).length === 0 ? undefined : whoCan(policy, roles, groups, [actor.userId]);
}

/** The rule that is closest to allowing it: first one that names the person, then one of this channel, then one of these numbers. */
function nearest(standings: readonly Standing[]): Standing | undefined {
  const closeness = (one: Standing) => [
    one.holds ? 1 : 0,
    one.here ? 1 : 0,
    one.over.length === 0 ? 1 : 0,
    // A group that might hold them explains more than a rule that surely does not.
    one.silent.length > 0 ? 1 : 0,
    // Of two bounds, the wider one.
    -Math.max(0, ...one.over.map(({ value, limit }) => (typeof value === 'number' ? value - limit : Number.MAX_VALUE))),
  ];
  let best: Standing | undefined;
  for (const one of standings) if (best === undefined || isMore(closeness(one), closeness(best))) best = one;
  return best;
}

function isMore(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at !== -1 && (one[at] ?? 0) > (other[at] ?? 0);
}

/** The rule fits, but what it asks for cannot be had. */
export function uncollectable({ policy, policyWords }: Question, fitting: Standing): Permission {
  return refuse(
    `\`${policyWords}\` would need approvals by ${ruleName(policy, fitting.rule)}, and only disruptive commands, which show a plan first, can collect them.`,
    'Whoever keeps the policy file takes `approvals` out of that rule, or narrows its `to`.',
  );
}

type Approving = Question & { requesterId: string };

export const nothingToApprove = ({ requesterId, policyWords }: Approving): Permission =>
  refuse(
    `<@${requesterId}> may not \`${policyWords}\` any more, so there is nothing to approve.`,
    'The policy, or a user group, has changed since it was asked for.',
  );

/**
 * @param rule the one that allows it to those who ask
 * @param own how it stands to whoever would approve
 */
export function cannotApprove(question: Approving, rule: Rule, own: Standing | undefined): Permission {
  const { policy, policyWords, requesterId, groups, actor } = question;
  const ask = whoCan(policy, rule.to, groups, [requesterId]);
  if (actor.userId === requesterId)
    return refuse('You asked for this yourself, so somebody else has to approve it.', ask);
  const named = ruleName(policy, rule);
  const [silent] = own?.silent ?? [];
  if (silent === undefined)
    return refuse(`You may not approve \`${policyWords}\`: that is for ${forWhom(rule)} by ${named}.`, ask);
  return refuse(
    `You may not approve \`${policyWords}\` now: ${named} names a group, and ${silenceWords(silent, groups)}.`,
    `Try again when Slack answers. ${ask}`,
  );
}
