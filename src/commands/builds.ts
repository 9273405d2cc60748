// `/ci builds`: what runs and what was built last, of one job or of the whole controller.
import { z } from 'zod';
import { words } from '../core/arguments.js';
import type { BuildStory } from '../core/build-reads.js';
import { buildEmoji, buildName, buildStateWords, commitWords, startWords } from '../core/build-words.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { type Button, context, type Message, type MessageBlock, say, section } from '../core/conversation.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import type { JenkinsJob } from '../core/jenkins-build.js';
import { findJob, LONGEST_JOB_NAME, wordFor } from '../core/jenkins-job.js';
import { bold, join, lines, md, type Rich, shorten } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { counted } from '../core/words.js';

interface Args {
  job: string | undefined;
}

interface OfJob {
  job: JenkinsJob;
  builds: BuildStory[];
}

interface OfAll {
  running: Told<BuildStory[]>;
  newest: Told<{ builds: BuildStory[]; isCut: boolean }>;
}

interface Facts {
  now: number;
  publicUrl: string | undefined;
  found: { kind: 'unknown'; missing: string } | ({ kind: 'job' } & OfJob) | ({ kind: 'all' } & OfAll);
}

const SHOWN = 10;
/** Logs that are worth a button: those that go on, and those that tell what went wrong. */
const LOG_BUTTONS = 3;

export const builds = defineCommand({
  name: 'builds',
  usage: 'builds [job]',
  summary:
    'What Jenkins builds now and built last, of one job or of all: result, age, who or what started it, commits.',
  examples: ['builds', 'builds team-a/api', 'builds "release notes"'],
  details: [
    'A job is named in full, folders first: `team-a/web/feature%2Flogin`, or by the address of its page.',
    `Of one job the last ${SHOWN} builds are shown; of all jobs what runs, and the ${SHOWN} builds that began last.`,
  ],
  syntax: { rest: 'job' },
  picks: { job: { label: 'Job', from: 'jobs', optional: true } },
  args: z
    .object({ job: words('the job', 2 * LONGEST_JOB_NAME).optional() })
    .transform(({ job }): Args => ({ job: job?.trim() })),
  effect: 'read',
  run,
  view,
});

async function run({ job }: Args, ports: Ports, _asked: Asked): Promise<Facts> {
  const { clock, jenkins } = ports;
  const found = job === undefined ? await ofAll(ports) : await ofJob(job, ports);
  return { now: clock.now(), publicUrl: await jenkins.publicUrl(), found };
}

/** Finding it may take a list of all names, so that comes first and its builds have the rest of the time. */
const JOB_MS = 14 * SECOND;
const BUILDS_MS = 10 * SECOND;

async function ofJob(typed: string, { jenkins, clock }: Ports): Promise<Facts['found']> {
  const again = (word: string) => `builds ${word}`;
  const job = await told(clock, 'Jenkins', () => findJob(typed, { jenkins, clock, again }), JOB_MS);
  if (!job.ok) return { kind: 'unknown', missing: job.missing };
  const { fullName } = job.value;
  const builds = await told(clock, 'Jenkins', () => jenkins.buildsOf(fullName, SHOWN), BUILDS_MS);
  if (!builds.ok) return { kind: 'unknown', missing: builds.missing };
  // Deleted between the two.
  if (builds.value === undefined)
    return { kind: 'unknown', missing: `Jenkins has no job ${shorten(fullName)} any more` };
  return { kind: 'job', job: job.value, builds: builds.value };
}

async function ofAll({ jenkins, clock }: Ports): Promise<Facts['found']> {
  const [running, newest] = await Promise.all([
    told(clock, 'Jenkins', () => jenkins.runningBuilds()),
    told(clock, 'Jenkins (the last build of every job)', () => jenkins.newestBuilds(2 * SHOWN)),
  ]);
  if (running.ok || newest.ok) return { kind: 'all', running, newest };
  return { kind: 'unknown', missing: running.missing };
}

function view({ now, publicUrl, found }: Facts): Message {
  switch (found.kind) {
    case 'unknown':
      return say(md`:warning: What Jenkins builds is not known. ${found.missing}.`);
    case 'job':
      return jobView(found, now, publicUrl);
    case 'all':
      return allView(found, now, publicUrl);
  }
}

function jobView({ job, builds }: OfJob, now: number, publicUrl: string | undefined): Message {
  const name = md`${shorten(job.fullName, 100)}`;
  const off = job.isDisabled ? md` It is disabled in Jenkins, so nothing starts it.` : md``;
  if (builds.length === 0) return say(md`:hammer: Jenkins remembers no build of ${name}.${off}`);
  const running = builds.filter(({ isRunning }) => isRunning).length;
  const runs = running === 0 ? md`none runs` : md`${counted(running, 'build')} running`;
  const last = builds.length === 1 ? 'The last build' : `The last ${builds.length} builds`;
  const headline = md`:hammer: ${last} of ${name}, ${runs}.${off}`;
  return listed(headline, [{ builds }], now, publicUrl, []);
}

function allView({ running, newest }: OfAll, now: number, publicUrl: string | undefined): Message {
  const runs = known(running);
  // What runs was asked for at another moment than what began last, and stands in one list only.
  const isRunning = (build: BuildStory) => runs?.some((other) => isSame(build, other)) ?? build.isRunning;
  const last = (known(newest)?.builds ?? []).filter((build) => !isRunning(build) && !build.isRunning).slice(0, SHOWN);
  const notes = [
    ...gaps(running, newest).map((missing) => `Not known: ${missing}.`),
    ...(known(newest)?.isCut === true ? ['There are more jobs than are looked at, so some may be missing.'] : []),
  ];
  const some = runs ?? [];
  const headline = md`:hammer: ${runsWords(running)}${last.length === 0 ? lastWords(newest) : md``}`;
  const hidden = some.length - SHOWN;
  return listed(
    headline,
    [
      { title: md`Running`, builds: some.slice(0, SHOWN), ...(hidden > 0 ? { more: `${hidden} more run` } : {}) },
      { title: md`Last`, builds: last },
    ],
    now,
    publicUrl,
    notes,
  );
}

function runsWords(running: OfAll['running']): Rich {
  if (!running.ok) return md`What runs now is not known.`;
  const count = running.value.length;
  return count === 0 ? md`Jenkins runs no build now.` : md`Jenkins runs ${counted(count, 'build')} now.`;
}

const lastWords = (newest: OfAll['newest']): Rich => (newest.ok ? md` It remembers no build that ended.` : md``);

const isSame = (a: BuildStory, b: BuildStory): boolean => a.jenkinsJob === b.jenkinsJob && a.number === b.number;

interface Part {
  title?: Rich;
  builds: readonly BuildStory[];
  more?: string;
}

function listed(
  headline: Rich,
  parts: readonly Part[],
  now: number,
  publicUrl: string | undefined,
  notes: readonly string[],
): Message {
  const shown = parts.filter(({ builds }) => builds.length > 0);
  const rows = (builds: readonly BuildStory[]) => builds.map((build) => rowWords(build, now, publicUrl));
  const blocks = shown.flatMap(({ title, builds, more }): MessageBlock[] => [
    ...(title === undefined ? [] : [section(bold(title))]),
    ...rows(builds).map(section),
    ...(more === undefined ? [] : [context(md`${more}.`)]),
  ]);
  const all = shown.flatMap(({ builds }) => builds);
  return {
    text: [headline, ...shown.flatMap(({ builds }) => rows(builds))].map(({ plain }) => plain).join('\n'),
    blocks: [section(headline), ...blocks, ...logButtons(all), ...notes.map((note) => context(md`${note}`))],
  };
}

function rowWords(build: BuildStory, now: number, publicUrl: string | undefined): Rich {
  const { nodeName } = build;
  const where = build.isRunning && nodeName !== undefined ? md` on ${nodeName || 'the controller'}` : md``;
  const how = md`${buildEmoji(build)}${buildName(build, publicUrl)} ${buildStateWords(build, now)}${where}`;
  const start = startWords(build.causes);
  return lines(join([how, ...(start === undefined ? [] : [md`${start}`])]), commitWords(build.commits));
}

function logButtons(builds: readonly BuildStory[]): MessageBlock[] {
  const buttons = builds
    .filter(({ isRunning, result }) => isRunning || result === 'FAILURE')
    .slice(0, LOG_BUTTONS)
    .map(({ jenkinsJob, number }): Button => {
      const value = `console ${wordFor(`${jenkinsJob}#${number}`)}`;
      return { label: `Log of ${shorten(jenkinsJob, 40)} #${number}`, action: 'run', value };
    });
  return buttons.length === 0 ? [] : [{ type: 'actions', buttons }];
}
