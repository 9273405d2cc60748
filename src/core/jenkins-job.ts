// From what people type to the job they mean: full names, addresses of Jenkins' pages, branches with their slashes. What
// is not found is answered with the nearest name. Called by every command that takes a job.
import { UpstreamError, UserError } from './errors.js';
import { known, told } from './gather.js';
import type { JenkinsJob, JenkinsJobs } from './jenkins-build.js';
import { normalise } from './normalise.js';
import { Offer } from './offer.js';
import { nearestName } from './parse.js';
import { shorten } from './text.js';
import { type Clock, SECOND } from './time.js';

/** Of a full name, folders included. Characters. */
export const LONGEST_JOB_NAME = 300;
/** Finding the nearest name is a courtesy: whoever made a typo should not wait long to hear of it. */
const NAMES_WAIT_MS = 8 * SECOND;
/** A list of names people can still read. */
const FEW = 5;

export interface Finding {
  jenkins: JenkinsJobs;
  clock: Clock;
  /** The same command for another job, for the button: `build team-a/api`. @param word the name as it has to be typed */
  again(word: string): string;
}

/** @throws UserError when there is no such job, it is a folder, or it may not be read; UpstreamError when Jenkins fails */
export async function findJob(typed: string, finding: Finding): Promise<JenkinsJob> {
  const name = jobNameOf(typed);
  const exact = await look(name, finding.jenkins);
  if (exact !== undefined) return jobNotFolder(exact);
  const list = known(await told(finding.clock, 'Jenkins', () => finding.jenkins.jobNames(), NAMES_WAIT_MS));
  const names = list?.names ?? [];
  const [same, ...others] = names.filter((other) => plainName(other) === plainName(name));
  const meant = same === undefined || others.length > 0 ? undefined : await look(same, finding.jenkins);
  if (meant !== undefined) return jobNotFolder(meant);
  throw notFound(name, names, finding);
}

/**
 * `team/app`, `/team/app/`, `team » app` and the address of any page of a job are the same name.
 * @throws UserError when no job can have that name
 */
export function jobNameOf(typed: string): string {
  const segments = segmentsOf(typed).map((segment) => segment.trim());
  const name = segments.join('/');
  if (name.length > LONGEST_JOB_NAME) {
    throw new UserError(
      `Expected the job's name to have at most ${LONGEST_JOB_NAME} characters, got ${name.length}.`,
      'Give its full name: `team/app`.',
    );
  }
  if (!segments.every(isName)) {
    throw new UserError(
      `\`${shorten(typed)}\` cannot be the name of a Jenkins job.`,
      'Give its full name, folders first: `team/app`, or `team/app/feature%2Flogin` for a branch.',
    );
  }
  return name;
}

function segmentsOf(typed: string): string[] {
  const path = /(?:^|\/)job\/.+/.exec(/^https?:\/\//i.test(typed) ? (typed.split(/[?#]/, 1)[0] ?? '') : '')?.[0];
  if (path !== undefined)
    return [...path.matchAll(/(?:^|\/)job\/([^/]+)/g)].map(([, segment = '']) => decoded(segment));
  return typed
    .replace(/(?<!\s)\s+»\s+/g, '/')
    .replace(/^\/+|(?<!\/)\/+$/g, '')
    .split('/');
}

/** Dots alone would lead elsewhere in a path; a lone half of a character cannot be sent. */
const isName = (segment: string): boolean => segment !== '' && !/^\.+$/.test(segment) && !/\p{Cs}/u.test(segment);

/** A name with a lone `%` is as it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** What is left of a name when nobody minds capitals, full-width characters, or whether the slashes of a branch are encoded. */
const plainName = (name: string): string => normalise(decoded(name)).toLowerCase();

async function look(name: string, jenkins: JenkinsJobs): Promise<JenkinsJob | undefined> {
  try {
    return await jenkins.jenkinsJob(name);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 403) throw error;
    // Whoever may see nothing at all is told the same of jobs that do not exist.
    if (!error.seen.includes('lacks the right Job/')) throw error;
    throw new UserError(
      `Jenkins has the job \`${shorten(name)}\`, but does not let the bot read it: ${error.seen}.`,
      'Whoever runs Jenkins can give its account the right `Job/Read`.',
    );
  }
}

function jobNotFolder(job: JenkinsJob): JenkinsJob {
  if (job.kind === 'job') return job;
  const inIt = job.members.slice(0, FEW).map((name) => `\`${shorten(name)}\``);
  const more = job.members.length > FEW ? ' …' : '';
  throw new UserError(
    `\`${shorten(job.fullName)}\` holds jobs and is none itself.`,
    inIt.length === 0 ? 'The bot sees nothing in it.' : `In it: ${inIt.join(', ')}${more}.`,
  );
}

function notFound(name: string, names: readonly string[], { again }: Finding): UserError {
  const what = `Jenkins has no job \`${shorten(name)}\`, or does not let the bot see it (right \`Job/Read\`).`;
  const near = nearNames(name, names);
  if (near.length === 0) return new UserError(what, 'Names are full names, folders first: `team/app`.');
  const buttons = near.map((other) => ({
    label: shorten(other),
    action: 'run' as const,
    value: again(wordFor(other)),
  }));
  return new Offer(what, `Did you mean ${near.map((other) => `\`${shorten(other)}\``).join(' or ')}?`, ...buttons);
}

/** The same name in some folder comes first: the folder is what people forget. */
function nearNames(name: string, names: readonly string[]): string[] {
  const last = plainName(name).split('/').at(-1) ?? '';
  const elsewhere = names.filter((other) => plainName(other).split('/').at(-1) === last);
  if (elsewhere.length > 0) return elsewhere.slice(0, FEW);
  const byPlain = new Map(names.map((other) => [plainName(other), other]));
  const near = nearestName(plainName(name), [...byPlain.keys()]);
  return near === undefined ? [] : [byPlain.get(near) ?? near];
}

/** As it has to be typed: a name with a space goes between quotes. */
export function wordFor(fullName: string): string {
  if (!/[\s"']/.test(fullName)) return fullName;
  return fullName.includes('"') ? `'${fullName}'` : `"${fullName}"`;
}
