// The policy file as data: who may do what (design §6.1). Reading and watching the file is `src/policy-file.ts`.
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Effect } from './command.js';

const slackId = z.string().regex(/^[UWS][A-Z0-9]{2,}$/, {
  error: (issue) => `expected a Slack user id (U…, W…) or user group id (S…), got ${JSON.stringify(issue.input)}`,
});
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[]);
const effect = z.enum(['read', 'change', 'disrupt'], { error: 'expected read, change or disrupt' });

const Rule = z
  .strictObject({
    command: z.string().min(1).optional(),
    effect: oneOrMore(effect).optional(),
    to: oneOrMore(z.string().min(1)),
    max: z.record(z.string(), z.number()).optional(),
    in: oneOrMore(z.string().regex(/^[CGD][A-Z0-9]{2,}$/, { error: 'expected a channel id (C…, G…)' })).optional(),
    approvals: z.number().int().min(0).max(10).optional(),
  })
  .refine((rule) => (rule.command === undefined) !== (rule.effect === undefined), {
    error: 'a rule speaks of either a `command` or an `effect`',
  });

const PolicyFile = z.strictObject({
  roles: z
    .record(
      z.string(),
      z
        .array(slackId)
        .nullable()
        .transform((ids) => ids ?? []),
    )
    .default({}),
  rules: z.array(Rule).optional(),
});

export type Rule = z.output<typeof Rule>;

export interface Policy {
  roles: Record<string, string[]>;
  rules: Rule[];
  /** False: there is no file, so everybody reads and nobody changes. */
  configured: boolean;
}

/** Full members of the workspace; every other word after `to:` names a role. */
export const EVERYONE = 'everyone';

const DEFAULT_RULES: Rule[] = [
  { effect: ['read'], to: [EVERYONE] },
  { effect: ['change', 'disrupt'], to: ['operators'] },
];

/** Without a file: everyone reads, nobody changes. */
export const NO_POLICY: Policy = { roles: {}, rules: [{ effect: ['read'], to: [EVERYONE] }], configured: false };

/** @throws Error whose message lists every fault, one a line */
export function parsePolicy(text: string): Policy {
  const result = PolicyFile.safeParse(parseYaml(text) ?? {});
  if (!result.success) {
    throw new Error(
      result.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('\n'),
    );
  }
  return { roles: result.data.roles, rules: result.data.rules ?? DEFAULT_RULES, configured: true };
}

/** Role names used in rules that the file does not define: they mean nobody, which is worth a warning. */
export function undefinedRoles(policy: Policy): string[] {
  const used = policy.rules.flatMap((rule) => rule.to);
  return [...new Set(used)].filter((role) => role !== EVERYONE && !Object.hasOwn(policy.roles, role));
}

export function ruleMatches(rule: Rule, words: string, ruleEffect: Effect): boolean {
  if (rule.effect !== undefined) return rule.effect.includes(ruleEffect);
  return rule.command !== undefined && (words === rule.command || words.startsWith(`${rule.command} `));
}
