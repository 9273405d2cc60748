// A build to be stopped, or one that waits to be taken out of the queue: what it is, the one write, and looks until it is seen
// to be over. Called by `commands/abort.ts`.
import type { BuildStory } from './build-reads.js';
import { startWords } from './build-words.js';
import type { Jenkins } from './cluster.js';
import type { Ports } from './command.js';
import { UpstreamError, UserError } from './errors.js';
import { failureWords } from './gather.js';
import type { BuildQueueEntry, StopHow } from './jenkins-build.js';
import { shorten } from './text.js';
import { MINUTE, SECOND } from './time.js';

export type QueuedTarget = { kind: 'queued'; jenkinsJob: string; id: number; by: string | null; since: number };
export type BuildTarget = {
  kind: 'build';
  jenkinsJob: string;
  number: number;
  by: string | null;
  at: number;
  /** The hard way, for Pipelines that catch the interrupt. */
  force: boolean;
};

/** What it was before, kept before it is stopped. */
export type AbortTarget = (QueuedTarget | BuildTarget) & { publicUrl: string | null };

export type AbortFacts = {
  target: AbortTarget;
  /**
   * `stopped`: seen to be. `began`: it was no longer in the queue. `ended`: in another way than by a stop. `gone`: Jenkins
   * does not remember it. `still`: it goes on although it was asked to stop. `unknown`: Jenkins does not say.
   */
  state: 'asked' | 'stopped' | 'began' | 'ended' | 'gone' | 'still' | 'unknown';
  askedAt: number;
  /** Asked for last, of a build. */
  how: StopHow;
  /** Of the build that a queue item became. */
  number: number | null;
  result: string | null;
  durationMs: number;
  silentSince: number | null;
  silence: string;
};

export type AbortPorts = Pick<Jenkins, 'queueItem' | 'buildStory' | 'cancelQueueItem' | 'stopBuild'>;
type Looking = { jenkins: AbortPorts; clock: Ports['clock'] };

/** Steps of a build get some seconds to end by themselves; what runs on after this ignores it. */
const STOPS_WITHIN_MS = 2 * MINUTE;
/** So long the steps of a Pipeline have after their end was forced, before the whole of it is killed. */
const KILLED_AFTER_MS = 10 * SECOND;
const SILENT_MS = 5 * MINUTE;
const LOOK_MS = 2 * SECOND;

export const queuedTarget = (item: BuildQueueEntry, publicUrl: string | undefined): AbortTarget => ({
  kind: 'queued',
  jenkinsJob: item.jenkinsJob,
  id: item.id,
  by: startWords(item.causes) ?? null,
  since: item.inQueueSince,
  publicUrl: publicUrl ?? null,
});

export const buildTarget = (build: BuildStory, publicUrl: string | undefined, force: boolean): AbortTarget => ({
  kind: 'build',
  jenkinsJob: build.jenkinsJob,
  number: build.number,
  by: startWords(build.causes) ?? null,
  at: build.at,
  force,
  publicUrl: publicUrl ?? null,
});

/** Twice equals once: what is over stays over. An answer that was lost is made up for by looking. */
export async function abortBuild(target: AbortTarget, { jenkins, clock }: Looking): Promise<AbortFacts> {
  const facts: AbortFacts = {
    target,
    state: 'asked',
    askedAt: clock.now(),
    how: target.kind === 'build' && target.force ? 'term' : 'stop',
    number: target.kind === 'build' ? target.number : null,
    result: null,
    durationMs: 0,
    silentSince: null,
    silence: '',
  };
  try {
    if (target.kind === 'queued') await jenkins.cancelQueueItem(target.id);
    else await jenkins.stopBuild(target.jenkinsJob, target.number, facts.how);
    return facts;
  } catch (error) {
    if (error instanceof UpstreamError && error.status === 404 && facts.how === 'term') throw noPipeline(target);
    if (!(error instanceof UpstreamError) || !error.mayHaveArrived || (error.status ?? 500) < 500) throw error;
    return unheard(facts, error, clock.now());
  }
}

const noPipeline = ({ jenkinsJob }: AbortTarget): UserError =>
  new UserError(
    `Only a Pipeline can be ended the hard way, and \`${shorten(jenkinsJob)}\` is none, or its build is gone. Nothing was changed.`,
    'Without `--force` it is asked to stop.',
  );

const unheard = (facts: AbortFacts, error: UpstreamError, now: number): AbortFacts => ({
  ...facts,
  silentSince: facts.silentSince ?? now,
  silence: failureWords(error),
});

export async function lookAtAbort(
  before: AbortFacts,
  { jenkins, clock }: Looking,
): Promise<{ facts: AbortFacts; againMs: number | undefined }> {
  const now = clock.now();
  let facts = before;
  try {
    const seen =
      before.target.kind === 'queued'
        ? await lookAtItem(before, before.target, jenkins)
        : await lookAtBuild(before, before.target, jenkins, now);
    facts = { ...seen, silentSince: null };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    facts = unheard(before, error, now);
  }
  if (facts.state !== 'asked') return { facts, againMs: undefined };
  const silent = facts.silentSince !== null;
  const isLate = now - (facts.silentSince ?? facts.askedAt) > (silent ? SILENT_MS : STOPS_WITHIN_MS);
  if (isLate) return { facts: { ...facts, state: silent ? 'unknown' : 'still' }, againMs: undefined };
  return { facts, againMs: LOOK_MS };
}

async function lookAtItem(facts: AbortFacts, { id }: QueuedTarget, jenkins: AbortPorts): Promise<AbortFacts> {
  const item = await jenkins.queueItem(id);
  if (item === undefined) return { ...facts, state: 'gone' };
  if (item.state === 'cancelled') return { ...facts, state: 'stopped' };
  return item.number === undefined ? facts : { ...facts, state: 'began', number: item.number };
}

async function lookAtBuild(
  facts: AbortFacts,
  target: BuildTarget,
  jenkins: AbortPorts,
  now: number,
): Promise<AbortFacts> {
  const build = await jenkins.buildStory(target.jenkinsJob, target.number);
  // A new controller counts from 1 again: the same number is another build.
  if (build === undefined || build.at !== target.at) return { ...facts, state: 'gone' };
  if (build.isRunning) {
    if (facts.how !== 'term' || now - facts.askedAt < KILLED_AFTER_MS) return facts;
    await jenkins.stopBuild(target.jenkinsJob, target.number, 'kill');
    return { ...facts, how: 'kill' };
  }
  const { result = null, durationMs } = build;
  return { ...facts, state: result === 'ABORTED' ? 'stopped' : 'ended', result, durationMs };
}
