// The policy file as data: who may do what (design §6.1). Reading and watching the file is `src/policy-file.ts`; what
// the rules decide is `authorise.ts`.
import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { z } from 'zod';
import type { Effect } from './command.js';
import { nearestName } from './parse.js';

/** Full members of the workspace; every other word after `to:` names a role. */
export const EVERYONE = 'everyone';
/** Of `yaml`: how often aliases may be resolved before it counts as an attack. People lists need a handful. */
const MOST_ALIASES = 50;

const shown = (value: unknown) => JSON.stringify(value) ?? String(value);
/** The path says where; this says what would have been right there. */
const expected = (what: string) => ({
  error: ({ input }: { input?: unknown }) =>
    input === undefined ? `expected ${what}, got nothing` : `expected ${what}, got ${shown(input)}`,
});

const slackId = z
  .string(expected('a Slack user id (U…, W…) or user group id (S…)'))
  .regex(/^[UWS][A-Z0-9]{2,}$/, expected('a Slack user id (U…, W…) or user group id (S…)'));
const roleName = z
  .string(expected('the name of a role'))
  .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u, expected('the name of a role'))
  .refine((name) => !/^[UWS](?=[A-Z0-9]*\d)[A-Z0-9]{2,}$/.test(name), {
    error: ({ input }) => `expected the name of a role, got the id ${input}: list it under \`roles\``,
  });
const channelId = z
  .string(expected('a channel id (C…, G…)'))
  .regex(/^[CGD][A-Z0-9]{2,}$/, expected('a channel id (C…, G…)'));
const effect = z.enum(['read', 'change', 'disrupt'], expected('read, change or disrupt'));
const command = z
  .string(expected('the words of one command'))
  .transform((words) => words.trim().toLowerCase().split(/\s+/).join(' '))
  .pipe(
    z.string().regex(/^[^/\s]/, { error: 'expected the words of a command without the slash command before them' }),
  );
const approvals = 'a whole number of people from 0 to 10';

/** One thing may stand without the brackets of a list. */
const oneOrMore = <T extends z.ZodType>(item: T, what: string) =>
  z.preprocess(
    (value) => (value === undefined || value === null || Array.isArray(value) ? value : [value]),
    z.array(item, expected(`${what} or a list of them`)),
  );

const Rule = z
  .strictObject(
    {
      command: command.optional(),
      effect: oneOrMore(effect, 'read, change or disrupt')
        .pipe(z.array(effect).min(1, 'expected at least one'))
        .optional(),
      to: oneOrMore(roleName, 'a role'),
      max: z
        .record(
          z.string(),
          z.number(expected('a number')),
          expected('arguments with a number each, such as { count: 8 }'),
        )
        .refine((bounds) => Object.keys(bounds).length > 0, { error: 'expected at least one argument' })
        .optional(),
      in: oneOrMore(channelId, 'a channel id (C…, G…)')
        .pipe(z.array(channelId).min(1, 'expected at least one'))
        .optional(),
      approvals: z.int(expected(approvals)).min(0, expected(approvals)).max(10, expected(approvals)).optional(),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? `expected a rule, got ${shown(issue.input)}` : undefined) },
  )
  .refine((rule) => (rule.command === undefined) !== (rule.effect === undefined), {
    error: 'a rule speaks of either a `command` or an `effect`',
  });

const members = z
  .array(slackId, expected('a list of Slack ids'))
  .nullable()
  .transform((ids) => ids ?? []);
const PolicyFile = z.strictObject(
  {
    roles: z
      .record(roleName, members, expected('names of roles, each with a list of Slack ids'))
      .nullable()
      .transform((roles) => roles ?? {})
      .default({})
      .refine((roles) => !Object.hasOwn(roles, EVERYONE), {
        path: [EVERYONE],
        error: 'is no role of the file: it stands for every full member of the workspace',
      }),
    rules: z.array(Rule, expected('a list of rules')).optional(),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `expected \`roles\` and \`rules\`, got ${shown(issue.input)?.slice(0, 60)}`
        : undefined,
  },
);

export type Rule = z.output<typeof Rule>;

export interface Policy {
  roles: Record<string, string[]>;
  rules: Rule[];
  /** False: there is no file, so nobody changes. */
  configured: boolean;
  /** There was a file: its rules about reads still hold. */
  gone?: true;
  /** The file has no `rules`: these are ours. */
  standing?: true;
  /** The one of the rules that is ours, because the file names no such command (`history-policy.ts`). */
  inserted?: Rule;
}

const DEFAULT_RULES: Rule[] = [
  { effect: ['read'], to: [EVERYONE] },
  { effect: ['change', 'disrupt'], to: ['operators'] },
];

/** Without a file: everyone reads, nobody changes. */
export const NO_POLICY: Policy = { roles: {}, rules: [{ effect: ['read'], to: [EVERYONE] }], configured: false };

/** What holds when the file is taken away that was in force until now. */
export const policyWithout = (last: Policy): Policy =>
  last.configured ? { ...last, configured: false, gone: true } : last;

/** @throws Error whose message lists every fault, one a line: where, what was expected, what stands there */
export function parsePolicy(text: string): Policy {
  const lines = new LineCounter();
  // Its warnings would quote the file on stderr.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  if (document.errors.length > 0) throw faulty(document.errors.map((error) => yamlFault(error, lines)));
  const data = asData(document);
  const result = PolicyFile.safeParse(data);
  if (!result.success) throw faulty(result.error.issues.flatMap((issue) => faultLines(issue, data)));
  const { roles, rules } = result.data;
  return { roles, rules: rules ?? DEFAULT_RULES, configured: true, ...(rules === undefined ? { standing: true } : {}) };
}

/** A file that is something else altogether has a fault in every line of it. */
const MOST_FAULTS = 20;

function faulty(faults: readonly string[]): Error {
  const more = faults.length - MOST_FAULTS;
  return new Error([...faults.slice(0, MOST_FAULTS), ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}

function asData(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
  } catch (error) {
    // Aliases of what is not there, or of so much that they would fill the memory.
    throw faulty([`file: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function yamlFault(error: YAMLError, lines: LineCounter): string {
  const { line, col } = lines.linePos(error.pos[0]);
  const what = error.code === 'DUPLICATE_KEY' ? 'the same name stands here for the second time' : error.message;
  return `line ${line}, column ${col}: ${what.split('\n')[0]}`;
}

function faultLines(issue: z.core.$ZodIssue, data: unknown): string[] {
  const place = asWritten(issue.path, data);
  if (issue.code !== 'unrecognized_keys') return [`${place}: ${keyFault(issue) ?? issue.message}`];
  const known = place === 'file' ? Object.keys(PolicyFile.shape) : Object.keys(Rule.shape);
  return issue.keys.map((key) => {
    const near = nearestName(key, known);
    const instead = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${shown(near)}?`;
    return `${place}: there is no ${shown(key)}; ${instead}`;
  });
}

/** A name that is none hides in what zod says of the whole record. */
const keyFault = (issue: z.core.$ZodIssue): string | undefined =>
  issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;

/** Without the place in a list that we made of a single thing. */
function asWritten(path: readonly PropertyKey[], data: unknown): string {
  const places: PropertyKey[] = [];
  let value = data;
  for (const key of path) {
    if (typeof key === 'number' && !Array.isArray(value)) break;
    places.push(key);
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }
  return places.join('.') || 'file';
}

/** Role names used in rules that the file does not define: they mean nobody, which is worth a warning. */
export function undefinedRoles(policy: Policy): string[] {
  const used = policy.rules.flatMap((rule) => rule.to);
  return [...new Set(used)].filter((role) => role !== EVERYONE && !Object.hasOwn(policy.roles, role));
}

/** The ids behind roles; a role the file does not define is nobody. */
export function idsOf(policy: Policy, roles: readonly string[]): string[] {
  return [...new Set(roles.flatMap((role) => (Object.hasOwn(policy.roles, role) ? (policy.roles[role] ?? []) : [])))];
}

export const isGroup = (id: string): boolean => id.startsWith('S');

export function ruleMatches(rule: Rule, words: string, ruleEffect: Effect): boolean {
  if (rule.effect !== undefined) return rule.effect.includes(ruleEffect);
  return rule.command !== undefined && (words === rule.command || words.startsWith(`${rule.command} `));
}

/** Names a command for some people and says nothing of numbers or channels: that is the last word about that command. */
export const reserves = (rule: Rule): boolean =>
  rule.command !== undefined && rule.max === undefined && rule.in === undefined;

/**
 * The rules that speak of a command, in order; of changes none without a file. A rule that names it, without `max` or `in`, keeps it for those it names:
 * the rules below it that speak of an effect mean the other commands. (`history` to admins, then reads to everyone.)
 */
export function rulesAbout(policy: Policy, words: string, ruleEffect: Effect): Rule[] {
  if (!policy.configured && ruleEffect !== 'read') return [];
  const found: Rule[] = [];
  let reserved = false;
  for (const rule of policy.rules) {
    if (!ruleMatches(rule, words, ruleEffect)) continue;
    if (rule.effect !== undefined && reserved) continue;
    found.push(rule);
    reserved ||= reserves(rule);
  }
  return found;
}
