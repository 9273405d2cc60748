// Text → command and arguments; called by the bot to answer mistakes at once, and again by the worker that runs it.
import { closest, distance } from 'fastest-levenshtein';
import { parseArgsStringToArgv } from 'string-argv';
import { ZodError, type z } from 'zod';
import type { Catalogue, Command, Syntax } from './command.js';
import { UserError } from './errors.js';
import { normalise } from './normalise.js';
import { hasUrlPassword } from './secret-words.js';
import { shorten } from './text.js';

/** Generous for a person, small for a queue. Characters. */
const LONGEST_COMMAND = 2_000;
/** What keyboards and Slack make of that many (`<http://a|a>`, `&amp;`) is not longer; more is not even looked at. */
const LONGEST_TYPED = 10 * LONGEST_COMMAND;

export interface Parsed {
  command: Command;
  args: unknown;
  /** Normalised text, as it is stored, shown and parsed again. */
  text: string;
  /** `--here`. */
  here: boolean;
  /** What the policy's `command:` is compared with, e.g. `scale executors`. */
  policyWords: string;
}

/** A word that is no command. The nearest one, when there is one near enough, becomes a button. */
export class UnknownCommand extends UserError {
  readonly suggestion: string | undefined;

  constructor(word: string, suggestion: string | undefined) {
    super(`No command \`${shorten(word)}\`.`, 'Type `help` after the slash command for the list.');
    this.suggestion = suggestion;
  }
}

/** The words after a command's name do not fit it; there is a form that asks for them. */
export class UnfitWords extends UserError {
  /** What was typed, normalised. */
  readonly typed: string;

  constructor({ message, hint }: UserError, typed: string) {
    super(message, hint);
    this.typed = typed;
  }
}

/** What was typed as it is read, before anybody asks what it means. @throws UserError for what may not even be read */
export function readable(typed: string): string {
  if (typed.length > LONGEST_TYPED) throw tooLong(typed);
  const text = normalise(typed);
  if (text.length > LONGEST_COMMAND) throw tooLong(text);
  if (hasUrlPassword(text)) {
    throw new UserError(
      'The command contains an address with a password in it, so it was not stored or run.',
      'Put credentials in the environment of the server, and change that password: Slack has seen it.',
    );
  }
  return text;
}

export function parse(typed: string, catalogue: Catalogue): Parsed {
  const text = readable(typed);
  const tokens = split(text);
  const found = named(tokens, catalogue);
  if (found === undefined) throw new UnknownCommand(tokens[0] ?? '', suggest(text, tokens[0] ?? '', catalogue));
  const { command, rest } = found;
  if (asksForHelp(rest)) return parse(`help ${command.name}`, catalogue);
  refuseNearly(command, rest, text, catalogue);

  const { args, here } = understood(command, rest, text);
  return { command, args, text, here, policyWords: command.policyWords?.of(args) ?? command.name };
}

/** The command that a text begins with, whatever follows; undefined when there is none. */
export const commandIn = (text: string, catalogue: Catalogue): Command | undefined =>
  named(text.trim().split(/\s+/, 2).map(unquoted), catalogue)?.command;

const unquoted = (word: string): string => word.replace(/^(["'])(.*)\1$/, '$2');

/** `sync save` is a command of its own, with an effect of its own, beside `sync`: the longer name counts. */
function named(tokens: readonly string[], catalogue: Catalogue): { command: Command; rest: string[] } | undefined {
  const [first = 'help', second] = tokens.slice(0, 2).map(bare);
  const two = second === undefined ? undefined : catalogue.find(`${first} ${second}`);
  if (two !== undefined) return { command: two, rest: tokens.slice(2) };
  const one = catalogue.find(first);
  return one === undefined ? undefined : { command: one, rest: tokens.slice(1) };
}

/** Without the full stop or question mark of a sentence. */
const bare = (word: string): string => word.toLowerCase().replace(/(?<=[^.!?,;:])[.!?,;:]+$/, '');

/** `sync sav`: the second word of a command that takes none, where others begin with the same. */
function refuseNearly(command: Command, [second]: readonly string[], text: string, catalogue: Catalogue): void {
  const { words = [], rest, list } = command.syntax ?? {};
  const takesWords = words.length > 0 || rest !== undefined || list !== undefined;
  if (second === undefined || second.startsWith('-') || takesWords) return;
  const longer = catalogue.all().flatMap(({ name }) => (name.startsWith(`${command.name} `) ? [name] : []));
  if (longer.length === 0) return;
  const typed = `${command.name} ${second}`;
  const near = nearestName(
    bare(second),
    longer.map((name) => name.slice(command.name.length + 1)),
  );
  if (near === undefined) {
    const known = longer.map((name) => `\`${name}\``);
    throw new UserError(`No command \`${shorten(typed)}\`.`, `There are \`${command.name}\`, ${known.join(', ')}.`);
  }
  const [, after = ''] = /^\S+\s+\S+(.*)$/s.exec(text) ?? [];
  throw new UnknownCommand(typed, `${command.name} ${near}${after}`);
}

function understood(command: Command, words: readonly string[], text: string): { args: unknown; here: boolean } {
  // Words that cannot be told apart would be lost on their way into a form.
  const { named, here } = nameWords(command, words);
  try {
    return { args: check(command, named), here };
  } catch (error) {
    if (error instanceof UserError && command.picks !== undefined) throw new UnfitWords(error, text);
    throw error;
  }
}

const tooLong = ({ length }: string) =>
  new UserError(
    `The command is ${length.toLocaleString('en')} characters long.`,
    `At most ${LONGEST_COMMAND.toLocaleString('en')} are read.`,
  );

/** Stands for the apostrophe of `don't` while quotes are read; normalised text has none of its own. */
const APOSTROPHE = '’';

/** string-argv takes an open quote as if it were closed at the end; here that would hide a mistake. */
function split(text: string): string[] {
  const quoted = text.replace(/(?<=\p{L})'(?=\p{L})/gu, APOSTROPHE);
  const open = /["']/.exec(quoted.replace(/"[^"]*"|'[^']*'/g, ''));
  if (open !== null) throw new UserError(`A ${open[0]} is opened but not closed.`, 'Close it, or leave it out.');
  return parseArgsStringToArgv(quoted).map((word) => word.replaceAll(APOSTROPHE, "'"));
}

/** `--help` anywhere; behind `--` it is a word like any other. */
function asksForHelp(tokens: readonly string[]): boolean {
  const end = tokens.indexOf('--');
  return (end === -1 ? tokens : tokens.slice(0, end)).some((token) => token === '--help' || token === '-h');
}

function suggest(text: string, word: string, catalogue: Catalogue): string | undefined {
  const near = catalogue.nearest(word.toLowerCase());
  if (near === undefined) return undefined;
  // A first word in quotes is not how the text begins, so its end is not known here.
  return text.startsWith(word) ? `${near.name}${text.slice(word.length)}` : near.name;
}

/** Near enough to offer: a third of the letters may be wrong. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const best = closest(word, names);
  return distance(word, best) <= Math.max(1, Math.ceil(word.length / 3)) ? best : undefined;
}

export type Named = Record<string, string | true | string[]>;

/** The words after the command's name as they are named, `--here` too, unchecked; none when they cannot be told apart. */
export function namedIn(typed: string, command: Command): Named {
  try {
    const tokens = split(normalise(typed.slice(0, LONGEST_COMMAND)));
    const { named, here } = nameWords(command, tokens.slice(command.name.split(' ').length));
    return here ? { ...named, here } : named;
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}

function nameWords(command: Command, tokens: readonly string[]): { named: Named; here: boolean } {
  const syntax: Syntax = command.syntax ?? {};
  const options = syntax.options ?? {};
  const named: Named = {};
  const words: string[] = [];
  let here = false;
  let optionsEnded = false;

  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as string;
    if (optionsEnded || !/^-[A-Za-z]|^--/.test(token)) {
      words.push(token);
      continue;
    }
    if (token === '--') {
      optionsEnded = true;
      continue;
    }
    const [name, glued] = splitOption(token);
    if (name === 'here' && command.effect === 'read') {
      here = true;
      continue;
    }
    const kind = Object.hasOwn(options, name) ? options[name] : undefined;
    if (kind === undefined) throw unknownOption(command, name);
    if (kind === 'switch') {
      if (glued !== undefined)
        throw new UserError(`\`--${name}\` takes no value, got \`${shorten(glued)}\`.`, usageHint(command));
      named[name] = true;
      continue;
    }
    const value = glued ?? tokens[++index];
    // `--label --controller` is a forgotten value; one that begins so is given as `--label=--x`.
    if (value === undefined || (glued === undefined && /^--/.test(value)))
      throw new UserError(`\`--${name}\` needs a value.`, usageHint(command));
    const before = named[name];
    if (kind === 'list') named[name] = Array.isArray(before) ? [...before, value] : [value];
    else if (before !== undefined) throw new UserError(`\`--${name}\` is given twice.`, usageHint(command));
    else named[name] = value;
  }

  const names = syntax.words ?? [];
  if (words.length > names.length && syntax.rest === undefined && syntax.list === undefined) {
    throw new UserError(
      `\`${command.name}\` does not know what to do with \`${shorten(words[names.length] ?? '')}\`.`,
      usageHint(command),
    );
  }
  names.forEach((name, index) => {
    const word = words[index];
    if (word !== undefined) named[name] = word;
  });
  const further = words.slice(names.length);
  const rest = further.join(' ');
  if (syntax.rest !== undefined && rest !== '') named[syntax.rest] = rest;
  if (syntax.list !== undefined) named[syntax.list] = further;
  return { named, here };
}

function splitOption(token: string): [name: string, glued: string | undefined] {
  const bare = token.replace(/^-+/, '');
  const equals = bare.indexOf('=');
  return equals === -1
    ? [bare.toLowerCase(), undefined]
    : [bare.slice(0, equals).toLowerCase(), bare.slice(equals + 1)];
}

function unknownOption(command: Command, name: string): UserError {
  const known = [...Object.keys(command.syntax?.options ?? {}), ...(command.effect === 'read' ? ['here'] : [])];
  const near = nearestName(name, known);
  return new UserError(
    `\`${command.name}\` has no option \`--${shorten(name)}\`.`,
    near === undefined ? usageHint(command) : `Did you mean \`--${near}\`? ${usageHint(command)}`,
  );
}

function check(command: Command, named: Named): unknown {
  try {
    return command.args.parse(named);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    throw new UserError(issueText(error.issues[0]), `Try \`${command.examples[0] ?? command.usage}\`.`);
  }
}

const issueText = (issue: z.core.$ZodIssue | undefined): string => issue?.message ?? 'The arguments do not fit.';

const usageHint = (command: Command): string => `Usage: \`${command.usage}\`.`;
