// `/ci build JOB [K=V]…`: one build, asked for once and followed to its end in one message.
import { z } from 'zod';
import { words } from '../core/arguments.js';
import { checkParameters } from '../core/build-parameters.js';
import { type BuildFacts, type BuildRequest, lookAtBuild, requestBuild } from '../core/build-request.js';
import { buildEnd, buildProgress } from '../core/build-view.js';
import { defineCommand, type Ports } from '../core/command.js';
import { UserError } from '../core/errors.js';
import type { JenkinsJob } from '../core/jenkins-build.js';
import { findJob, LONGEST_JOB_NAME, wordFor } from '../core/jenkins-job.js';
import { looksSecret } from '../core/secret-words.js';
import { shorten } from '../core/text.js';

interface Args {
  job: string;
  parameters: Record<string, string>;
}

/** More belong into the job's own defaults. */
const MOST_PARAMETERS = 50;

const args = z
  .object({
    job: words('the job', LONGEST_JOB_NAME).min(1).optional(),
    settings: z.array(words('a parameter', 1_500)).max(MOST_PARAMETERS, {
      error: `Expected at most ${MOST_PARAMETERS} parameters.`,
    }),
  })
  .transform(({ job, settings }, check): Args => {
    const fault = (message: string) => {
      check.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (job === undefined) return fault('Expected the name of a Jenkins job, got nothing.');
    const parameters = new Map<string, string>();
    for (const typed of settings) {
      const at = typed.indexOf('=');
      const name = typed.slice(0, at);
      if (at < 1)
        return fault(
          `Expected parameters as \`NAME=value\`, got \`${shorten(typed)}\`; a job whose name has a space goes between quotes.`,
        );
      if (looksSecret(name))
        return fault(
          `\`${shorten(name)}\` looks like a secret, and what is typed in Slack stays in Slack: it was not stored or sent. Leave it out, and the build gets the one kept in Jenkins, or start it on its page.`,
        );
      if (parameters.has(name)) return fault(`\`${shorten(name)}\` is given twice.`);
      parameters.set(name, typed.slice(at + 1));
    }
    return { job, parameters: Object.fromEntries(parameters) };
  });

export const build = defineCommand<Args, BuildRequest, BuildFacts>({
  name: 'build',
  usage: 'build JOB [NAME=value]…',
  summary: 'Start a build and follow it to its end.',
  examples: ['build app-build', 'build team-a/api', 'build app-build BRANCH=main ENV=production'],
  details: [
    'Folders come first: `team/app`; a branch is written as it is: `team/web/feature/login`. A name with a space goes between quotes: `"release notes"`.',
    'Parameters that are left out get their defaults. A name the job does not have, and a value it does not take, is said before anything is sent.',
    'One message tells how it stands: in the queue and why, running and where, its result; of one that fails, the end of the log is in the thread. It never starts a second build by itself.',
    'Passwords are not taken: what is typed in Slack stays there.',
  ],
  syntax: { words: ['job'], list: 'settings' },
  picks: { job: { label: 'Job', from: 'jobs' }, settings: { each: 'parameters', of: 'job' } },
  args,
  effect: 'change',
  guarded: ({ job, parameters }) =>
    typedFor(
      wordFor(job),
      Object.keys(parameters).map((name) => `${name}=•••`),
    ),
  before: prepare,
  run: (_args, ports, _asked, request, resumed = false) => requestBuild(request, ports, resumed),
  follow: { look: (facts, ports) => lookAtBuild(facts, ports), view: buildProgress },
  view: buildEnd,
});

async function prepare({ job: typed, parameters }: Args, ports: Ports): Promise<BuildRequest> {
  const { jenkins, clock } = ports;
  const settings = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const job = await findJob(typed, { jenkins, clock, again: (word) => typedFor(word, settings) });
  if (job.isDisabled) throw disabled(job);
  const checked = checkParameters(job, parameters);
  const [trace, account, publicUrl] = await Promise.all([
    jenkins.jobTrace(job.fullName),
    jenkins.whoAmI(),
    jenkins.publicUrl(),
  ]);
  return {
    ...checked,
    jenkinsJob: job.fullName,
    publicUrl: publicUrl ?? null,
    account,
    session: trace?.session ?? null,
    nextNumber: trace?.nextNumber ?? 1,
    queued: (trace?.origins ?? []).flatMap(({ number, queueId }) => (number === undefined ? (queueId ?? []) : [])),
  };
}

const typedFor = (job: string, settings: readonly string[]): string =>
  ['build', job, ...settings.map(wordFor)].join(' ');

const disabled = ({ fullName }: JenkinsJob): UserError =>
  new UserError(
    `\`${shorten(fullName)}\` is disabled in Jenkins, so nothing was built.`,
    'Whoever may configure it can enable it on its page.',
  );
