// `/ci console`: the last lines of a build's log, while it is written and after.
import { z } from 'zod';
import { wholeNumber, words } from '../core/arguments.js';
import { type TypedBuild, typedBuild } from '../core/build-name.js';
import type { BuildStory, ConsoleTail } from '../core/build-reads.js';
import { buildName, buildStateWords, buildUrl } from '../core/build-words.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { context, type Message, type MessageBlock, say, section } from '../core/conversation.js';
import { READ_DEADLINE_MS, told } from '../core/gather.js';
import { findJob, LONGEST_JOB_NAME, wordFor } from '../core/jenkins-job.js';
import { lastLines } from '../core/log-tail.js';
import { link, md, type Rich, shorten } from '../core/text.js';
import { counted, memory } from '../core/words.js';

interface Args {
  wanted: TypedBuild;
  lines: number;
}

type Found =
  | { kind: 'unknown'; missing: string }
  | { kind: 'never-built'; jenkinsJob: string }
  | { kind: 'gone'; jenkinsJob: string; number: number; newest: number | undefined }
  | { kind: 'read'; build: BuildStory; tail: ConsoleTail; lines: string[] };

interface Facts extends Args {
  now: number;
  publicUrl: string | undefined;
  found: Found;
}

const MOST_LINES = 2_000;
const MIB = 1_048_576;
const NAMED = "Name the build by its job and number: `team/app#12`; without a number it is the job's newest.";

export const console = defineCommand({
  name: 'console',
  usage: 'console JOB#N [--lines N]',
  summary: "The last lines of a build's log, while it is written and after.",
  examples: ['console team-a/api#12', 'console app-build', 'console "release notes#7" --lines 200'],
  details: [
    'Without a number it is the newest build of the job. A build can also be named by the address of its page.',
    `\`--lines\` is 1 to ${MOST_LINES.toLocaleString('en')}, 20 without it; what does not fit a message follows as a file.`,
    'What looks like a password or a token is hidden; Jenkins hides only those it knows of itself.',
  ],
  syntax: { rest: 'build', options: { lines: 'value' } },
  picks: {
    build: { label: 'Build', from: 'builds' },
    lines: { label: 'Lines', write: `1 to ${MOST_LINES.toLocaleString('en')}, 20 when left empty.`, optional: true },
  },
  args: z
    .object({
      build: words('the build', 2 * LONGEST_JOB_NAME).optional(),
      lines: wholeNumber('lines', 1, MOST_LINES, 'lines').optional(),
    })
    .transform(({ build, lines = 20 }, check): Args => {
      if (build !== undefined) return { wanted: typedBuild(build), lines };
      check.addIssue({ code: 'custom', message: `Expected a build, got nothing. ${NAMED}` });
      return z.NEVER;
    }),
  numbers: ['lines'],
  effect: 'read',
  run,
  view,
});

/** Room for the longest lines that are shown; a stack trace has some 100 a line. */
const bytesFor = (lines: number): number => Math.max(65_536, lines * 256);

async function run(args: Args, ports: Ports, _asked: Asked): Promise<Facts> {
  const { jenkins, clock } = ports;
  const read = await told(clock, 'Jenkins', () => find(args, ports), READ_DEADLINE_MS);
  const found: Found = read.ok ? read.value : { kind: 'unknown', missing: read.missing };
  return { ...args, now: clock.now(), publicUrl: await jenkins.publicUrl(), found };
}

async function find({ wanted, lines }: Args, ports: Ports): Promise<Found> {
  const { jenkins, clock } = ports;
  const again = (word: string) => `console ${word}${wanted.number === undefined ? '' : ` #${wanted.number}`}`;
  const { fullName } = await findJob(wanted.job, { jenkins, clock, again });
  const build = await look(fullName, wanted.number, ports);
  if (build === undefined) return missing(fullName, wanted.number, ports);
  const tail = await jenkins.consoleTail(fullName, build.number, bytesFor(lines));
  if (tail === undefined) return missing(fullName, build.number, ports);
  return { kind: 'read', build, tail, lines: lastLines(tail.text, lines) };
}

async function look(jenkinsJob: string, number: number | undefined, { jenkins }: Ports) {
  return number === undefined
    ? (await jenkins.buildsOf(jenkinsJob, 1))?.[0]
    : await jenkins.buildStory(jenkinsJob, number);
}

async function missing(jenkinsJob: string, number: number | undefined, ports: Ports): Promise<Found> {
  if (number === undefined) return { kind: 'never-built', jenkinsJob };
  return { kind: 'gone', jenkinsJob, number, newest: (await look(jenkinsJob, undefined, ports))?.number };
}

function view(facts: Facts): Message {
  const { found } = facts;
  switch (found.kind) {
    case 'unknown':
      return say(md`:warning: The log could not be read. ${found.missing}.`);
    case 'never-built':
      return say(md`:warning: Jenkins remembers no build of ${shorten(found.jenkinsJob, 100)}, so there is no log.`);
    case 'gone':
      return goneView(found);
    case 'read':
      return shown(facts, found);
  }
}

function goneView({ jenkinsJob, number, newest }: Extract<Found, { kind: 'gone' }>): Message {
  const what = md`:warning: Jenkins has no build #${number} of ${shorten(jenkinsJob, 100)}, or does not let the bot see it.`;
  if (newest === undefined) return say(md`${what} It remembers none of this job at all.`);
  const why = number > newest ? md`` : md` It may have been deleted, or be of the controller before this one.`;
  return say(md`${what}${why} The newest is #${newest}.`, logButton('Its log', jenkinsJob, newest));
}

function shown(
  { now, publicUrl, lines: most }: Facts,
  { build, tail, lines }: Extract<Found, { kind: 'read' }>,
): Message {
  const about = md`${buildName(build, publicUrl)}, which ${buildStateWords(build, now)}`;
  const page = publicUrl === undefined ? undefined : `${buildUrl(build, publicUrl)}consoleFull`;
  const blocks: MessageBlock[] = [
    context(wholeLog(page, tail)),
    ...(tail.isGrowing ? [logButton('Read on', build.jenkinsJob, build.number, most)] : []),
  ];
  if (lines.length === 0) return say(md`:scroll: The log of ${about}, is still empty.`, ...blocks);
  const headline = md`:scroll: The last ${counted(lines.length, 'line')} of the log of ${about}.`;
  return {
    // Whoever cannot see the block, or has it read out, wants the last line first.
    text: `${headline.plain} The last one: ${lines.at(-1)}`,
    blocks: [section(headline), { type: 'code', text: lines.join('\n'), keep: 'end' }, ...blocks],
  };
}

function wholeLog(page: string | undefined, { sizeBytes, isGrowing }: ConsoleTail): Rich {
  const what = page === undefined ? md`The whole log` : link(page, 'The whole log');
  return md`${what}, ${size(sizeBytes)}${isGrowing ? md` so far` : md``}`;
}

function size(bytes: number): string {
  if (bytes < 1_024) return counted(bytes, 'byte');
  return bytes < MIB ? `${Math.round(bytes / 1_024)} KB` : memory(bytes / MIB);
}

function logButton(label: string, jenkinsJob: string, number: number, lines?: number): MessageBlock {
  const more = lines === undefined ? '' : ` --lines ${lines}`;
  const value = `console ${wordFor(`${jenkinsJob}#${number}`)}${more}`;
  return { type: 'actions', buttons: [{ label, action: 'run', value }] };
}
