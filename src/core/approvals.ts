// A plan that needs a second person, in words: who has agreed, how many are missing, and who may.
import type { Effect } from './command.js';
import { EVERYONE, type Policy, rulesAbout } from './policy.js';
import { join, md, mention, type Rich } from './text.js';
import { counted } from './words.js';

/** `operators`, `operators or admins`: whom the rules name that ask for approvals of these words. */
export function approversOf(policy: Policy, policyWords: string, effect: Effect): string {
  const rules = rulesAbout(policy, policyWords, effect);
  const asking = rules.filter(({ approvals = 0 }) => approvals > 0);
  const roles = [...new Set((asking.length > 0 ? asking : rules.slice(0, 1)).flatMap(({ to }) => to))];
  return roles.map((role) => (role === EVERYONE ? 'all members' : role)).join(' or ');
}

/** @param approvedBy user ids */
export function approvalWords(needed: number, approvedBy: readonly string[], approvers: string): Rich {
  const missing = missingWords(needed, approvedBy, approvers);
  if (approvedBy.length > 0) return md`Approved by ${join(approvedBy.map(mention))} · missing: ${missing}`;
  return md`Needs ${counted(needed, 'approval')} by somebody other than who asked · missing: ${missing}`;
}

export const missingWords = (needed: number, approvedBy: readonly string[], approvers: string): Rich =>
  md`${Math.max(0, needed - approvedBy.length)} of ${approvers}`;
