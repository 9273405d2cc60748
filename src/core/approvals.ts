// A plan that needs a second person, in words: who has agreed, how many are missing, and who may.
import { EVERYONE } from './policy.js';
import { listed } from './policy-words.js';
import { join, md, mention, type Rich } from './text.js';
import { counted } from './words.js';

/** Where the approvals of a plan stand. */
export interface ApprovalsGiven {
  needed: number;
  /** User ids of those whose approval counts. */
  approvedBy: readonly string[];
  /** Roles of the rule that lets the requester ask: whoever has one of them may approve. */
  approvers: readonly string[];
}

export function approvalWords(given: ApprovalsGiven): Rich {
  const { needed, approvedBy } = given;
  const missing = missingWords(given);
  if (approvedBy.length > 0) return md`Approved by ${join(approvedBy.map(mention))} · missing: ${missing}`;
  return md`Needs ${counted(needed, 'approval')} by somebody other than who asked · missing: ${missing}`;
}

export function missingWords({ needed, approvedBy, approvers }: ApprovalsGiven): Rich {
  const roles = approvers.map((role) => (role === EVERYONE ? 'all members' : role));
  return md`${Math.max(0, needed - approvedBy.length)} of ${listed(roles, 'or')}`;
}
