// Makes the app that `/ci deploy` wants out of the manifest file, the two settings and the options typed. Pure: the
// command reads the file and hands its text in; what comes out goes to `manifest-lint.ts` and `manifest-diff.ts`.

import type { Json, JsonObject } from './cluster.js';
import { UserError } from './errors.js';
import { findJsonFault } from './json-fault.js';
import { maskText } from './manifest-mask.js';
import { isJsonObject } from './manifest-normal.js';
import { hasUrlPassword, looksSecret } from './secret-words.js';
import { shorten } from './text.js';

/** What `--cpus`, `--mem` and `--set` change; absent means as the manifest says. */
export interface ManifestOverrides {
  cpus?: number | undefined;
  memMiB?: number | undefined;
  set?: Readonly<Record<string, string>> | undefined;
}

interface Placeholder {
  /** How to give it with the command. */
  option: string;
  /**
   * The value lands in a shell command, so the whole value must match, and no pattern lets through a blank, a quote or
   * anything else a shell (or an option parser: a leading dash) would act on.
   */
  pattern: RegExp;
  expected: string;
}

const HOST = '[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?';
const PATH = '[A-Za-z0-9._~/+%-]+';
const LOGIN = '[A-Za-z0-9_][A-Za-z0-9._~%+-]*';

const GIT_URL = new RegExp(
  `^(?:https?://(?:${LOGIN}(?::[A-Za-z0-9._~%+-]*)?@)?${HOST}(?::\\d{1,5})?/${PATH}` +
    `|ssh://(?:${LOGIN}@)?${HOST}(?::\\d{1,5})?/${PATH}` +
    `|${LOGIN}@${HOST}:(?!-)${PATH}` +
    `|file:///${PATH})$`,
);

const PLACEHOLDERS: Readonly<Record<string, Placeholder>> = {
  SCM_SYNC_GIT: {
    option: '--git URL',
    pattern: GIT_URL,
    expected: 'a git URL of the form https://host/path, ssh://user@host/path, user@host:path or file:///path',
  },
  APP_USER: {
    option: '--user U',
    pattern: /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/,
    expected: 'a user name of at most 32 letters, digits, "_", "." or "-" that begins with a letter or "_"',
  },
};

/** `$PORT0`, `$JAVA_OPTS` and `${ANYTHING_ELSE}` are the shell's business and stay. */
const PLACEHOLDER = new RegExp(`\\$\\{(${Object.keys(PLACEHOLDERS).join('|')})\\}`, 'g');

/**
 * @param values of SCM_SYNC_GIT and APP_USER; other names are ignored, so no stray variable gets into the manifest
 * @throws UserError naming the position of a JSON fault, the missing variable, or the rule a value breaks
 */
export function fillManifest(
  text: string,
  values: Readonly<Record<string, string | undefined>>,
  overrides: ManifestOverrides = {},
): JsonObject {
  const filled = fillObject(parseManifest(text), (name) => placeholderValue(name, values[name]));
  return override(filled, overrides);
}

function parseManifest(text: string): JsonObject {
  const manifest = readJson(text);
  if (isJsonObject(manifest)) return manifest;
  throw new UserError('The manifest is not a Marathon app: expected one JSON object.', 'Write it as `{"id": …}`.');
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = findJsonFault(text);
    if (fault === undefined) throw cause;
    throw new UserError(
      `The manifest is not JSON: line ${fault.line}, column ${fault.column}: expected ${fault.expected}.`,
      'Mend the manifest file, then try again. Nothing was changed.',
    );
  }
}

type LookUp = (name: string) => string;

function fillObject(object: JsonObject, lookUp: LookUp): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, fill(value, lookUp)]));
}

function fill(value: Json, lookUp: LookUp): Json {
  if (typeof value === 'string') return value.replace(PLACEHOLDER, (_whole, name: string) => lookUp(name));
  if (Array.isArray(value)) return value.map((item) => fill(item, lookUp));
  return isJsonObject(value) ? fillObject(value, lookUp) : value;
}

function placeholderValue(name: string, value: string | undefined): string {
  const rule = PLACEHOLDERS[name];
  if (rule === undefined) throw new Error(`no rule for the placeholder ${name}`);
  if (value === undefined) {
    throw new UserError(
      `The manifest needs ${name}, and it is not set.`,
      `Add \`${rule.option}\`, or set ${name} where the bot runs.`,
    );
  }
  if (value.length > 500 || !rule.pattern.test(value)) {
    throw new UserError(`Expected ${name} to be ${rule.expected}, got ${quote(value)}.`, `Try \`${rule.option}\`.`);
  }
  return value;
}

function quote(value: string): string {
  return `\`${shorten(maskText(value).replaceAll('`', "'"))}\``;
}

function override(definition: JsonObject, { cpus, memMiB, set = {} }: ManifestOverrides): JsonObject {
  const changed = { ...definition };
  if (cpus !== undefined) changed['cpus'] = checkedCpus(cpus);
  if (memMiB !== undefined) changed['mem'] = checkedMem(memMiB);
  if (Object.keys(set).length > 0) changed['env'] = { ...environmentOf(definition), ...checkedAssignments(set) };
  return changed;
}

function checkedCpus(cpus: number): number {
  if (cpus >= 0.1 && cpus <= 64) return cpus;
  throw new UserError(`Expected \`--cpus\` to be a number from 0.1 to 64, got \`${cpus}\`.`, 'Try `--cpus 2`.');
}

function checkedMem(memMiB: number): number {
  if (Number.isInteger(memMiB) && memMiB >= 256 && memMiB <= 262_144) return memMiB;
  throw new UserError(
    `Expected \`--mem\` to be a whole number from 256 to 262144 MiB, got \`${memMiB}\`.`,
    'Try `--mem 2048`.',
  );
}

function environmentOf(definition: JsonObject): JsonObject {
  const env = definition['env'] ?? {};
  if (isJsonObject(env)) return env;
  throw new UserError('The manifest has an `env` that is not an object.', 'Write it as `"env": {"NAME": "value"}`.');
}

/**
 * Reads what `--set` was given, `['A=1', 'B=x=y']`. `accept` calls it before anything is stored, because it refuses
 * secrets; its messages never repeat a value.
 */
export function parseAssignments(typed: readonly string[]): Record<string, string> {
  const assignments = new Map<string, string>();
  for (const text of typed) {
    const [name, value] = splitAssignment(text);
    if (assignments.has(name))
      throw new UserError(`\`--set ${shorten(name)}\` was given twice.`, 'Give each name once.');
    assignments.set(name, value);
  }
  return checkedAssignments(Object.fromEntries(assignments));
}

function splitAssignment(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UserError('Expected `--set` to be followed by NAME=value.', 'Try `--set TZ=UTC`.');
}

function checkedAssignments(set: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(set)) checkAssignment(name, value);
  return { ...set };
}

function checkAssignment(name: string, value: string): void {
  if (!/^[A-Z_][A-Z0-9_]{0,99}$/.test(name)) {
    throw new UserError(
      `Expected the name in \`--set NAME=value\` to be capital letters, digits and "_", got ${quote(name)}.`,
      'Try `--set TZ=UTC`.',
    );
  }
  if (looksSecret(name) || hasUrlPassword(value) || maskText(value) !== value) {
    throw new UserError(
      `\`--set ${name}\` looks like a secret, and what is typed in Slack stays in Slack.`,
      "Put it in the manifest's environment on the server.",
    );
  }
  if (/\p{Cc}/u.test(value) || value.length > 2_000) {
    throw new UserError(
      `Expected the value of \`--set ${name}\` to be one line of at most 2,000 characters.`,
      "Put longer values in the manifest's environment on the server.",
    );
  }
}
