// One build we asked for, from the request to its end: what is known of it, and one look further. Never asked for twice: what
// got no answer is looked for among what Jenkins has of that job (contract jenkins §4.4). Called by `commands/build.ts`.
import type { CheckedParameters } from './build-parameters.js';
import type { Jenkins } from './cluster.js';
import type { Ports } from './command.js';
import { UpstreamError } from './errors.js';
import { failureWords } from './gather.js';
import type { BuildOrigin, JobTrace } from './jenkins-build.js';
import { lastLines } from './log-tail.js';
import { HOUR, MINUTE, SECOND } from './time.js';

/** What was asked for, and how the job stood before: by that our build is told from all others. Kept before it is sent. */
export type BuildRequest = CheckedParameters & {
  jenkinsJob: string;
  publicUrl: string | null;
  /** Under which Jenkins will say that it was started. */
  account: string;
  session: string | null;
  nextNumber: number;
  /** Queue items of this job that are not ours. */
  queued: number[];
};

export type BuildState =
  /** Jenkins has not said whether it took it. */
  | 'unanswered'
  | 'queued'
  | 'running'
  | 'ended'
  | 'cancelled'
  /** Jenkins remembers nothing of it any more. */
  | 'gone'
  /** Nobody can tell whether it began. */
  | 'unknown'
  /** It goes on, and we look on no longer. */
  | 'left';

export type BuildFacts = {
  request: BuildRequest;
  state: BuildState;
  /** The same was in the queue: Jenkins did not make two of them. */
  already: boolean;
  /** What the request was answered, as part of a sentence. */
  answer: string;
  askedAt: number;
  queueId: number | null;
  /** Jenkins' words. */
  why: string;
  number: number | null;
  /** When it began, Jenkins' clock: numbers begin anew with a new controller. */
  at: number | null;
  estimateMs: number | null;
  node: string | null;
  result: string | null;
  durationMs: number;
  /** The end of its log, when it did not succeed. */
  log: string[];
  /** Since when Jenkins has not answered, and what was seen. */
  silentSince: number | null;
  silence: string;
};

export type BuildPorts = Pick<Jenkins, 'jobTrace' | 'startBuild' | 'queueItem' | 'buildStory' | 'consoleTail'>;
type Looking = { jenkins: BuildPorts; clock: Ports['clock'] };

/** So long it is looked for: Jenkins queues at once, and a proxy in front of it gives up after a minute. */
const SOUGHT_MS = MINUTE;
/** A controller that was lost is back by then, or somebody is at work on it. */
const SILENT_MS = 30 * MINUTE;
export const FOLLOWED_MS = 6 * HOUR;
const SOONEST_MS = 2 * SECOND;
const LATEST_MS = 30 * SECOND;
const LOG_LINES = 15;
const LOG_BYTES = 16 * 1024;

/**
 * Sends it, unless it is there already.
 * @param resumed the worker before this one may have sent it, so that is looked for first
 */
export async function requestBuild(request: BuildRequest, looking: Looking, resumed: boolean): Promise<BuildFacts> {
  const asked = factsOf(request, looking.clock.now());
  const found = resumed ? await soughtFirst(asked, looking) : undefined;
  return found ?? send(asked, looking);
}

/** @returns undefined: it surely was not sent */
async function soughtFirst(asked: BuildFacts, { jenkins, clock }: Looking): Promise<BuildFacts | undefined> {
  const { request } = asked;
  try {
    const trace = await jenkins.jobTrace(request.jenkinsJob);
    const found = trace && ours(request, trace);
    if (found !== undefined) return takenFrom(asked, found);
    if (trace !== undefined && trace.session !== (request.session ?? undefined)) return { ...asked, state: 'unknown' };
    return undefined;
  } catch (error) {
    return unheard(asked, error, clock.now());
  }
}

async function send(asked: BuildFacts, { jenkins }: Looking): Promise<BuildFacts> {
  const { request } = asked;
  try {
    const queueId = await jenkins.startBuild(request.jenkinsJob, request.send ?? undefined);
    if (queueId === undefined) return { ...asked, answer: 'it named no queue item' };
    return { ...asked, state: 'queued', queueId, already: request.queued.includes(queueId) };
  } catch (error) {
    // Whatever refused it with a 4xx has not done it.
    if (!(error instanceof UpstreamError) || !error.mayHaveArrived || (error.status ?? 500) < 500) throw error;
    const answer = error.status === undefined ? `${LOST} (${error.seen})` : `it answered ${failureWords(error)}`;
    return { ...asked, answer };
  }
}

const LOST = 'its answer was lost';

const factsOf = (request: BuildRequest, askedAt: number): BuildFacts => ({
  request,
  state: 'unanswered',
  already: false,
  answer: LOST,
  askedAt,
  queueId: null,
  why: '',
  number: null,
  at: null,
  estimateMs: null,
  node: null,
  result: null,
  durationMs: 0,
  log: [],
  silentSince: null,
  silence: '',
});

function unheard(facts: BuildFacts, error: unknown, now: number): BuildFacts {
  if (!(error instanceof UpstreamError)) throw error;
  return { ...facts, silentSince: facts.silentSince ?? now, silence: failureWords(error) };
}

/** The oldest that came after we looked, by our account and with our parameters. */
function ours(request: BuildRequest, { origins, nextNumber }: JobTrace): BuildOrigin | undefined {
  if (nextNumber < request.nextNumber) return undefined;
  return origins.filter((origin) => isOurs(request, origin)).sort(byAge)[0];
}

/** What waits is younger than what runs. */
const byAge = (a: BuildOrigin, b: BuildOrigin): number =>
  (a.number ?? Number.MAX_SAFE_INTEGER) - (b.number ?? Number.MAX_SAFE_INTEGER) || (a.queueId ?? 0) - (b.queueId ?? 0);

function isOurs({ nextNumber, queued, account, expected }: BuildRequest, origin: BuildOrigin): boolean {
  const isNew = origin.number === undefined ? !queued.includes(origin.queueId ?? -1) : origin.number >= nextNumber;
  const wasQueued = origin.queueId !== undefined && queued.includes(origin.queueId);
  const isSame = Object.entries(expected).every(
    ([name, value]) => (origin.parameters[name] ?? value).trim() === value.trim(),
  );
  return isNew && !wasQueued && isSame && origin.account?.toLowerCase() === account.toLowerCase();
}

const takenFrom = (facts: BuildFacts, { number, queueId }: BuildOrigin): BuildFacts => ({
  ...facts,
  state: number === undefined ? 'queued' : 'running',
  queueId: queueId ?? facts.queueId,
  number: number ?? null,
});

const isOver = ({ state }: BuildFacts): boolean => !['unanswered', 'queued', 'running'].includes(state);

/** One look, through as many states as have passed meanwhile. Jenkins' silence is a fact, and has an end. */
export async function lookAtBuild(
  before: BuildFacts,
  looking: Looking,
): Promise<{ facts: BuildFacts; againMs: number | undefined }> {
  const now = looking.clock.now();
  let facts = before;
  try {
    for (let state: BuildState | undefined; state !== facts.state && !isOver(facts); ) {
      state = facts.state;
      facts = await lookFurther(facts, looking.jenkins, now);
    }
    facts = { ...facts, silentSince: null, silence: '' };
  } catch (error) {
    facts = unheard(facts, error, now);
  }
  facts = givenUp(facts, now);
  const age = now - facts.askedAt;
  return { facts, againMs: isOver(facts) ? undefined : Math.min(LATEST_MS, Math.max(SOONEST_MS, age / 20)) };
}

function givenUp(facts: BuildFacts, now: number): BuildFacts {
  const age = now - facts.askedAt;
  const silentMs = facts.silentSince === null ? 0 : now - facts.silentSince;
  if (facts.state === 'unanswered' && age > SOUGHT_MS && (silentMs === 0 || silentMs > 5 * SOUGHT_MS))
    return { ...facts, state: 'unknown' };
  const isLeft = !isOver(facts) && (age > FOLLOWED_MS || silentMs > SILENT_MS);
  return isLeft ? { ...facts, state: 'left' } : facts;
}

async function lookFurther(facts: BuildFacts, jenkins: BuildPorts, now: number): Promise<BuildFacts> {
  switch (facts.state) {
    case 'unanswered':
      return soughtAmongAll(facts, jenkins);
    case 'queued':
      return inQueue(facts, jenkins);
    case 'running':
      return asItRuns(facts, jenkins, now);
    default:
      return facts;
  }
}

async function soughtAmongAll(facts: BuildFacts, jenkins: BuildPorts): Promise<BuildFacts> {
  const trace = await jenkins.jobTrace(facts.request.jenkinsJob);
  const found = trace && ours(facts.request, trace);
  return found === undefined ? facts : takenFrom(facts, found);
}

async function inQueue(facts: BuildFacts, jenkins: BuildPorts): Promise<BuildFacts> {
  const item = facts.queueId === null ? undefined : await jenkins.queueItem(facts.queueId);
  if (item === undefined) return forgotten(facts, jenkins);
  if (item.state === 'cancelled') return { ...facts, state: 'cancelled' };
  if (item.number !== undefined) return { ...facts, state: 'running', number: item.number };
  return { ...facts, why: item.why };
}

/** Jenkins forgets an item five minutes after it left: the build that came of it remembers the item, or us (contract §4.1). */
async function forgotten(facts: BuildFacts, jenkins: BuildPorts): Promise<BuildFacts> {
  const trace = await jenkins.jobTrace(facts.request.jenkinsJob);
  if (trace === undefined) return { ...facts, state: 'gone' };
  const byItem = trace.origins.find(({ queueId, number }) => number !== undefined && queueId === facts.queueId);
  const found = byItem ?? (facts.already ? undefined : ours(facts.request, trace));
  return found?.number === undefined ? { ...facts, state: 'gone' } : takenFrom(facts, found);
}

async function asItRuns(facts: BuildFacts, jenkins: BuildPorts, now: number): Promise<BuildFacts> {
  const { jenkinsJob } = facts.request;
  const number = facts.number ?? 0;
  const story = await jenkins.buildStory(jenkinsJob, number);
  // A new controller counts from 1 again: the same number is another build.
  if (story === undefined || (facts.at !== null && story.at !== facts.at)) return { ...facts, state: 'gone' };
  const seen = {
    ...facts,
    at: story.at,
    node: story.nodeName ?? null,
    estimateMs: story.estimateMs ?? facts.estimateMs,
  };
  if (story.isRunning) return seen;
  const result = story.result ?? null;
  const log = result === 'SUCCESS' || result === 'ABORTED' ? [] : await endOfLog(jenkinsJob, number, jenkins);
  return { ...seen, state: 'ended', result, durationMs: story.durationMs || Math.max(0, now - story.at), log };
}

/** A log that cannot be read is no reason to say less of the build. */
async function endOfLog(jenkinsJob: string, number: number, jenkins: BuildPorts): Promise<string[]> {
  try {
    return lastLines((await jenkins.consoleTail(jenkinsJob, number, LOG_BYTES))?.text ?? '', LOG_LINES);
  } catch (error) {
    if (error instanceof UpstreamError) return [];
    throw error;
  }
}
