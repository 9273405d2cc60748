// What was typed behind `build JOB`, held against the parameters the job has: named before anything is sent, because Jenkins
// drops what it does not know without a word (contract jenkins §4.2). Called by `commands/build.ts`.
import { UserError } from './errors.js';
import type { JenkinsJob, ParameterDefinition } from './jenkins-build.js';
import { wordFor } from './jenkins-job.js';
import { normalise } from './normalise.js';
import { nearestName } from './parse.js';
import { looksSecret } from './secret-words.js';
import { shorten } from './text.js';

/** One parameter as people are told it. */
export type ShownParameter = {
  name: string;
  /** Null: kept in Jenkins, as a password is. */
  value: string | null;
  isDefault: boolean;
  /** What else it may be. */
  others: string[];
};

export type CheckedParameters = {
  /** Null: the job takes none, which Jenkins has another address for. */
  send: Record<string, string> | null;
  /** By which a build of ours is known again: what Jenkins will say that its parameters are. */
  expected: Record<string, string>;
  shown: ShownParameter[];
};

/** Told back by Jenkins as they were given; a plugin's own kinds may make something else of it. */
const PLAIN = /^(?:String|Text|Choice|Boolean)ParameterDefinition$/;
const SECRET = /Password/;
const FILE = /^(?:Base64|Stashed)?FileParameterDefinition$/;
/** What `adapters/jenkins/` sends beside them: a parameter of that name has to be given its value by us. */
const OURS = 'delay';
/** A list of names people can still read. */
const MOST_NAMED = 8;

/** It may be typed in Slack, and a name with `=` in it cannot be told from its value. */
export const canBeGiven = ({ name, type }: ParameterDefinition): boolean =>
  !SECRET.test(type) && !FILE.test(type) && !looksSecret(name) && /^[^=]{1,200}$/.test(name);

/** @throws UserError for a name the job does not have, and a value it does not take */
export function checkParameters(job: JenkinsJob, given: Readonly<Record<string, string>>): CheckedParameters {
  const names = Object.keys(given);
  const known = new Map(job.parameters.map((parameter) => [parameter.name, parameter]));
  const stranger = names.find((name) => !known.has(name));
  if (stranger !== undefined) throw unknownName(stranger, job);
  const values = new Map(names.map((name) => [name, checkedValue(job, known.get(name), given[name] ?? '')]));
  const finalOf = ({ name, defaultValue }: ParameterDefinition) => values.get(name) ?? defaultValue;
  const ours = known.get(OURS)?.defaultValue;
  return {
    send:
      job.parameters.length === 0
        ? null
        : { ...(ours === undefined ? {} : { [OURS]: ours }), ...Object.fromEntries(values) },
    expected: Object.fromEntries(
      job.parameters.flatMap((parameter) => {
        const value = PLAIN.test(parameter.type) ? finalOf(parameter) : undefined;
        return value === undefined ? [] : [[parameter.name, value]];
      }),
    ),
    shown: job.parameters.map((parameter) => ({
      name: parameter.name,
      value: SECRET.test(parameter.type) ? null : (finalOf(parameter) ?? null),
      isDefault: !values.has(parameter.name),
      others: (parameter.choices ?? []).filter((choice) => choice !== finalOf(parameter)),
    })),
  };
}

function unknownName(name: string, { fullName, parameters }: JenkinsJob): UserError {
  if (parameters.length === 0) {
    return new UserError(
      `\`${shorten(fullName)}\` takes no parameters, so \`${shorten(name)}\` was not sent and nothing was built.`,
      `\`build ${wordFor(fullName)}\` starts it.`,
    );
  }
  const near = nearestName(
    name.toLowerCase(),
    parameters.map((parameter) => parameter.name.toLowerCase()),
  );
  const meant = parameters.find((parameter) => parameter.name.toLowerCase() === near)?.name;
  const guess = meant === undefined ? '' : `Did you mean \`${shorten(meant)}\`? `;
  const listed = parameters.slice(0, MOST_NAMED).map(described).join(', ');
  const more = parameters.length > MOST_NAMED ? ` and ${parameters.length - MOST_NAMED} more` : '';
  return new UserError(
    `\`${shorten(fullName)}\` has no parameter \`${shorten(name)}\`, and nothing was built.`,
    `${guess}It takes ${listed}${more}.`,
  );
}

/** `BRANCH` (default `main`), `ENV` (`staging` or `production`, default `staging`). */
function described({ name, type, choices, defaultValue }: ParameterDefinition): string {
  const may = choices === undefined ? [] : [oneOf(choices)];
  const otherwise = defaultValue === undefined || SECRET.test(type) ? [] : [`default ${quoted(defaultValue)}`];
  const about = [...may, ...otherwise].join(', ');
  return `\`${shorten(name)}\`${about === '' ? '' : ` (${about})`}`;
}

const quoted = (value: string): string => (value === '' ? 'empty' : `\`${shorten(value)}\``);

function oneOf(choices: readonly string[]): string {
  const named = choices.slice(0, MOST_NAMED).map(quoted);
  return choices.length > MOST_NAMED ? `${named.join(', ')} …` : named.join(' or ');
}

function checkedValue(job: JenkinsJob, parameter: ParameterDefinition | undefined, value: string): string {
  if (parameter === undefined) return value;
  const { name, type, choices } = parameter;
  const what = `\`${shorten(name)}\` of \`${shorten(job.fullName)}\``;
  if (SECRET.test(type)) {
    throw new UserError(
      `${what} is a password, and what is typed in Slack stays in Slack: nothing was built.`,
      'Leave it out, and the build gets the one kept in Jenkins, or start it on its page. Change the one you typed: Slack has seen it.',
    );
  }
  if (FILE.test(type)) {
    throw new UserError(`${what} is a file, which cannot be given here: nothing was built.`, 'Start it on its page.');
  }
  if (type === 'BooleanParameterDefinition') return checkedBoolean(what, value);
  if (choices !== undefined && !choices.includes(value)) {
    const [meant, ...others] = choices.filter((choice) => normalise(choice) === value);
    if (meant !== undefined && others.length === 0) return meant;
    const near = nearestName(value, choices);
    const guess = near === undefined ? '' : ` Did you mean ${quoted(near)}?`;
    throw new UserError(
      `Expected ${what} to be ${oneOf(choices)}, got ${quoted(value)}: nothing was built.`,
      `Choose one of them.${guess}`,
    );
  }
  return value;
}

function checkedBoolean(what: string, value: string): string {
  const plain = value.toLowerCase();
  if (plain === 'true' || plain === 'false') return plain;
  throw new UserError(`Expected ${what} to be \`true\` or \`false\`, got ${quoted(value)}: nothing was built.`);
}
