// Who may read the audit trail where the policy file does not say: it tells of everybody, and who lets everyone read has
// not said that this is for everyone. Asked by `journeys/permission.ts` for this one command, so the file's rules stay as
// people wrote and number them.
import { EVERYONE, type Policy, type Rule } from './policy.js';

export const HISTORY = 'history';
const HISTORY_RULE: Rule = { command: HISTORY, to: ['operators', 'admins'] };

/**
 * The policy for this command: the rule stands before the one that lets everyone read. A file that names the trail, or
 * lets fewer people read, is left as it is, so that nobody is let in whom the file keeps out.
 */
export function policyFor(command: string, policy: Policy): Policy {
  if (command !== HISTORY) return policy;
  const { rules } = policy;
  const at = rules.findIndex(({ effect, to }) => effect?.includes('read') === true && to.includes(EVERYONE));
  if (at === -1 || rules.some((rule) => rule.command === HISTORY)) return policy;
  return { ...policy, rules: [...rules.slice(0, at), HISTORY_RULE, ...rules.slice(at)], inserted: HISTORY_RULE };
}
