// `/ci abort JOB#N|qN [--force]`: stops a running build, or takes one that waits out of the queue, and says what it was.
import { z } from 'zod';
import {
  type AbortFacts,
  type AbortTarget,
  abortBuild,
  buildTarget,
  lookAtAbort,
  queuedTarget,
} from '../core/abort.js';
import { abortEnd, abortProgress } from '../core/abort-view.js';
import { words } from '../core/arguments.js';
import { typedBuild } from '../core/build-name.js';
import { buildStateWords } from '../core/build-words.js';
import { defineCommand, type Ports } from '../core/command.js';
import { UserError } from '../core/errors.js';
import { findJob, LONGEST_JOB_NAME, wordFor } from '../core/jenkins-job.js';
import { Offer } from '../core/offer.js';
import { shorten } from '../core/text.js';

interface Args {
  target: string;
  force: boolean;
}

const NAMED = 'Name a running build as `team/app#12`, or one that waits as `q12`.';

const args = z
  .object({ target: words('the build', 2 * LONGEST_JOB_NAME).optional(), force: z.boolean().optional() })
  .transform(({ target, force = false }, check): Args => {
    if (target !== undefined && target.trim() !== '') return { target: target.trim(), force };
    check.addIssue({ code: 'custom', message: `Expected a build, got nothing. ${NAMED}` });
    return z.NEVER;
  });

export const abort = defineCommand<Args, AbortTarget, AbortFacts>({
  name: 'abort',
  usage: 'abort JOB#N|qN [--force]',
  summary: 'Stop a running build, or take one out of the queue.',
  examples: ['abort team-a/api#12', 'abort q412', 'abort "release notes#7"'],
  details: [
    'It says what it was and who started it, and whether it really stopped. What a build has done so far stays done.',
    '`--force` ends a Pipeline that goes on although it was asked to stop: first its steps, and after 10 s the whole of it.',
    'Without a number it lists what of the job runs. `queue` shows what waits, with its number.',
  ],
  syntax: { rest: 'target', options: { force: 'switch' } },
  picks: { target: { label: 'Running or waiting build', from: 'abortable' } },
  args,
  effect: 'change',
  before: choose,
  run: (_args, ports, _asked, target) => abortBuild(target, ports),
  follow: { look: (facts, ports) => lookAtAbort(facts, ports), view: abortProgress },
  view: abortEnd,
});

async function choose({ target, force }: Args, ports: Ports): Promise<AbortTarget> {
  const id = /^q\s*#?(\d{1,10})$/i.exec(target)?.[1];
  return id === undefined ? chooseBuild(target, force, ports) : chooseQueued(Number(id), ports);
}

async function chooseQueued(id: number, { jenkins }: Ports): Promise<AbortTarget> {
  const item = await jenkins.queueItem(id);
  if (item === undefined) {
    throw new UserError(
      `Jenkins has no \`q${id}\` in its queue: it left more than five minutes ago, or never was there. Nothing was changed.`,
      NAMED,
    );
  }
  const name = shorten(item.jenkinsJob);
  if (item.state === 'cancelled')
    throw new UserError(`\`q${id}\` (\`${name}\`) was taken out of the queue already. Nothing was changed.`);
  if (item.number !== undefined) throw hasBegun(id, item.jenkinsJob, item.number);
  return queuedTarget(item, await jenkins.publicUrl());
}

function hasBegun(id: number, jenkinsJob: string, number: number): Offer {
  const what = `\`q${id}\` has left the queue: it is build \`${shorten(jenkinsJob)}#${number}\` now. Nothing was changed.`;
  return new Offer(what, 'That one can be aborted, if it still runs.', abortButton(jenkinsJob, number));
}

async function chooseBuild(target: string, force: boolean, ports: Ports): Promise<AbortTarget> {
  const { jenkins, clock } = ports;
  const typed = typedBuild(target);
  const suffix = typed.number === undefined ? '' : `#${typed.number}`;
  const again = (word: string) => `abort ${word}${suffix}${force ? ' --force' : ''}`;
  const { fullName } = await findJob(typed.job, { jenkins, clock, again });
  if (typed.number === undefined) throw await which(fullName, force, ports);
  const build = await jenkins.buildStory(fullName, typed.number);
  const name = `\`${shorten(fullName)}#${typed.number}\``;
  if (build === undefined)
    throw new UserError(`Jenkins has no build ${name}, or does not remember it. Nothing was changed.`, NAMED);
  if (!build.isRunning)
    throw new UserError(`${name} is over already: it ${buildStateWords(build, clock.now())}. Nothing was changed.`);
  return buildTarget(build, await jenkins.publicUrl(), force);
}

/** As many buttons as stand beside each other. */
const MOST_OFFERED = 5;

async function which(fullName: string, force: boolean, { jenkins }: Ports): Promise<UserError> {
  const builds = (await jenkins.buildsOf(fullName, 20)) ?? [];
  const running = builds.filter(({ isRunning }) => isRunning).slice(0, MOST_OFFERED);
  const name = `\`${shorten(fullName)}\``;
  if (running.length === 0)
    return new UserError(`No build of ${name} runs. Nothing was changed.`, '`queue` shows whether one waits.');
  const list = running.map(({ number }) => `\`${shorten(fullName)}#${number}\``).join(', ');
  return new Offer(
    `Which build of ${name}? Nothing was changed.`,
    `Running: ${list}.`,
    ...running.map(({ number }) => abortButton(fullName, number, force)),
  );
}

const abortButton = (jenkinsJob: string, number: number, force = false) => ({
  label: `Abort #${number}`,
  action: 'run' as const,
  value: `abort ${wordFor(`${jenkinsJob}#${number}`)}${force ? ' --force' : ''}`,
  style: 'danger' as const,
});
