// What is odd about a policy that has no faults: rules that mean nobody, never matter, or do not hold what they seem to
// promise. Read by `doctor`, which says it to whoever keeps the file.
import type { Command, Effect } from './command.js';
import { nearestName } from './parse.js';
import { EVERYONE, idsOf, type Policy, type Rule, reserves, ruleMatches } from './policy.js';
import { forWhom, listed } from './policy-words.js';

/** What the check needs to know of a command. */
type Known = Pick<Command, 'name' | 'effect' | 'numbers' | 'policyWords' | 'aliases'>;

export interface Oddity {
  /** Nobody may do what the file seems to allow, or more people may than it seems to say. */
  serious: boolean;
  text: string;
}

export function odditiesOf(policy: Policy, commands: readonly Known[]): Oddity[] {
  return [
    ...roleOddities(policy),
    ...policy.rules.flatMap((rule, index) =>
      ruleOddities(policy, rule, index, commands).map((oddity) => ({
        ...oddity,
        text: `rule ${index + 1} ${oddity.text}`,
      })),
    ),
  ];
}

function roleOddities(policy: Policy): Oddity[] {
  const names = Object.keys(policy.roles);
  const alike = new Map<string, string[]>();
  for (const name of names) {
    const plain = name.toLowerCase().replace(/[ _.-]/g, '');
    alike.set(plain, [...(alike.get(plain) ?? []), name]);
  }
  return [...alike.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      serious: false,
      text: `the roles ${listed(group)} are different ones: is one of them misspelt?`,
    }));
}

function ruleOddities(policy: Policy, rule: Rule, index: number, commands: readonly Known[]): Oddity[] {
  const about = aboutOf(rule, commands);
  const open = opened(policy, rule, index, about);
  return [
    ...unknownCommand(rule, commands),
    ...empty(policy, rule),
    ...bounds(rule, about),
    ...approvals(rule, about),
    ...(open.length > 0 ? open : overtaken(policy, rule, index, commands)),
    ...outdone(policy, rule, index, commands),
  ];
}

const wordsOf = ({ policyWords, name }: Known): readonly string[] => policyWords?.all ?? [name];

const aboutOf = (rule: Rule, commands: readonly Known[]): Known[] =>
  commands.filter((command) => wordsOf(command).some((words) => ruleMatches(rule, words, command.effect)));

function unknownCommand(rule: Rule, commands: readonly Known[]): Oddity[] {
  if (rule.command === undefined || aboutOf(rule, commands).length > 0) return [];
  const [first = ''] = rule.command.split(' ');
  const known = commands.flatMap(wordsOf).filter((words) => words.split(' ')[0] === first);
  if (known.length === 0) {
    const near =
      commands.find(({ aliases }) => aliases?.includes(first))?.name ??
      nearestName(
        first,
        commands.map(({ name }) => name),
      );
    const instead = near === undefined ? '' : `; did you mean \`${near}\`?`;
    return [{ serious: false, text: `speaks of \`${rule.command}\`, which is no command of this version${instead}` }];
  }
  const ruled =
    known.length === 1 && known[0] === first
      ? `\`${first}\` is ruled as a whole, without \`${rule.command.slice(first.length + 1)}\``
      : `rules can speak of ${listed(
          known.map((words) => `\`${words}\``),
          'or',
        )}, not of \`${rule.command}\``;
  return [{ serious: true, text: `never matters: ${ruled}` }];
}

function empty(policy: Policy, rule: Rule): Oddity[] {
  if (!isEmpty(policy, rule)) return [];
  const defined = rule.to.filter((role) => Object.hasOwn(policy.roles, role));
  if (rule.to.length === 0) return [{ serious: false, text: 'allows nobody: its `to` is empty' }];
  if (defined.length === 0) return [];
  return [{ serious: false, text: `allows nobody yet: nobody is listed under ${listed(defined)}` }];
}

const isEmpty = (policy: Policy, { to }: Rule): boolean => !to.includes(EVERYONE) && idsOf(policy, to).length === 0;

function bounds(rule: Rule, about: readonly Known[]): Oddity[] {
  const known = [...new Set(about.flatMap(({ numbers }) => numbers ?? []))];
  return Object.keys(rule.max ?? {}).flatMap((name) => {
    if (known.includes(name) || about.length === 0) return [];
    const near = nearestName(name, known);
    const instead =
      near !== undefined
        ? `; did you mean \`${near}\`?`
        : known.length > 0
          ? `; there is ${listed(known.map((one) => `\`${one}\``))}`
          : '';
    const meaning = rule.command === undefined ? 'so that bounds nothing' : 'so it allows nothing';
    return [
      { serious: true, text: `bounds \`${name}\`, which is no number of what it speaks of, ${meaning}${instead}` },
    ];
  });
}

function approvals(rule: Rule, about: readonly Known[]): Oddity[] {
  if ((rule.approvals ?? 0) === 0) return [];
  const effects: Effect[] = rule.effect ?? [...new Set(about.map(({ effect }) => effect))];
  const without = effects.filter((effect) => effect !== 'disrupt');
  return without.length === 0
    ? []
    : [
        {
          serious: true,
          text: 'asks for approvals, which only disruptive commands can collect: what else it speaks of is refused',
        },
      ];
}

/** It keeps a command for some, and an earlier rule about whole kinds of commands has let others in already. */
function opened(policy: Policy, rule: Rule, index: number, about: readonly Known[]): Oddity[] {
  if (!reserves(rule)) return [];
  const before = policy.rules
    .slice(0, index)
    .findIndex(
      (earlier, at) =>
        about.some(({ effect }) => earlier.effect?.includes(effect)) &&
        isOpen(policy, earlier, at, rule) &&
        !isEmpty(policy, earlier) &&
        !namesAll(policy, rule, earlier),
    );
  const earlier = policy.rules[before];
  if (earlier === undefined) return [];
  const text = `does not keep \`${rule.command}\` for ${forWhom(rule)}: rule ${before + 1} allows it to ${forWhom(earlier)} before. Put it above that rule, or name them in it too`;
  return [{ serious: true, text }];
}

/** The earlier rule decides all that this one would. */
function overtaken(policy: Policy, rule: Rule, index: number, commands: readonly Known[]): Oddity[] {
  const before = policy.rules.slice(0, index).findIndex((earlier) => covers(policy, earlier, rule, commands));
  return before === -1 ? [] : [{ serious: false, text: `never matters: rule ${before + 1} decides all of it before` }];
}

function covers(policy: Policy, earlier: Rule, rule: Rule, commands: readonly Known[]): boolean {
  return (
    speaksOfAll(earlier, rule, commands) &&
    namesAll(policy, earlier, rule) &&
    (earlier.in === undefined || (rule.in?.every((id) => earlier.in?.includes(id)) ?? false)) &&
    Object.entries(earlier.max ?? {}).every(([name, limit]) => {
      const own = rule.max?.[name];
      return own !== undefined && own <= limit;
    })
  );
}

function speaksOfAll(earlier: Rule, rule: Rule, commands: readonly Known[]): boolean {
  if (earlier.command !== undefined)
    return rule.command !== undefined && `${rule.command} `.startsWith(`${earlier.command} `);
  if (rule.effect !== undefined) return rule.effect.every((effect) => earlier.effect?.includes(effect));
  const about = aboutOf(rule, commands);
  return about.length > 0 && about.every((command) => earlier.effect?.includes(command.effect));
}

function namesAll(policy: Policy, earlier: Rule, rule: Rule): boolean {
  if (earlier.to.includes(EVERYONE)) return true;
  if (rule.to.includes(EVERYONE)) return false;
  const ids = idsOf(policy, earlier.to);
  const own = idsOf(policy, rule.to);
  return own.length > 0 && own.every((id) => ids.includes(id));
}

/** Its bounds and channels hold nobody back, because a later rule allows the same people the same without them. */
function outdone(policy: Policy, rule: Rule, index: number, commands: readonly Known[]): Oddity[] {
  if (rule.command === undefined || reserves(rule)) return [];
  const later = policy.rules.findIndex(
    (other, at) =>
      at > index &&
      other.max === undefined &&
      other.in === undefined &&
      (other.approvals ?? 0) <= (rule.approvals ?? 0) &&
      isOpen(policy, other, at, rule) &&
      speaksOfAll(other, rule, commands) &&
      namesAll(policy, other, rule),
  );
  if (later === -1) return [];
  const what = listed([...(rule.max === undefined ? [] : ['`max`']), ...(rule.in === undefined ? [] : ['`in`'])]);
  return [
    { serious: false, text: `holds nobody to its ${what}: rule ${later + 1} allows the same people the same without` },
  ];
}

/** No rule before it keeps the command for others. */
const isOpen = (policy: Policy, other: Rule, at: number, rule: Rule): boolean =>
  other.command !== undefined ||
  !policy.rules.slice(0, at).some((one) => reserves(one) && `${rule.command} `.startsWith(`${one.command} `));
