// The queue `changes` behind the ports of `core/changes.ts` and `journeys/ports.ts`: who is at work, who waits, who left.
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ChangeInfo, ChangeQueue } from '../../core/changes.js';
import type { ChangesJob, ConfirmedJob } from '../../core/jobs.js';
import { type Clock, DAY } from '../../core/time.js';
import type { Keys } from './keys.js';
import type { Queues } from './queue.js';

/** A change may wait over a weekend in which no worker runs, and must not forget that it was taken out. */
const STOP_KEPT_MS = 30 * DAY;

// Seen to wait and taken out in one step: it cannot begin in between. `KEYS[1]` is BullMQ's list of those that wait.
const LEAVE = `
if not redis.call('LPOS', KEYS[1], ARGV[1]) then return nil end
local job = cjson.decode(redis.call('HGET', KEYS[2], 'data') or '{}')
if job.progress and job.progress.step ~= 'queued' then return nil end
local first = redis.call('SET', KEYS[3], ARGV[2], 'NX', 'PX', ARGV[3])
return {redis.call('GET', KEYS[3]), first and 1 or 0}`;

export function changeQueue(redis: Redis, queues: Queues, keys: Keys): ChangeQueue {
  return {
    async running() {
      const [active] = await queues.changes.getActive(0, 0);
      // One that was handed back, or whose worker died, is under way all the same: it is first in line and goes on.
      const job = active ?? (await queues.changes.getWaiting()).find(hasBegun);
      return job === undefined ? undefined : infoOf(job, job.data.progress?.step ?? 'queued');
    },
    async waiting() {
      const jobs = await notBegun(redis, queues, keys);
      return jobs.filter(({ leftBy }) => leftBy === undefined).map(({ info }) => info);
    },
    async stop(jobId, by) {
      const job = await queues.changes.getJob(jobId);
      if (job === undefined || (await job.isCompleted()) || (await job.isFailed())) return 'unknown';
      await redis.set(keys.stop(jobId), by, 'PX', STOP_KEPT_MS);
      if (hasBegun(job) || (await job.isActive())) return 'asked';
      await tellWaiting(queues);
      return 'dropped';
    },
  };
}

async function notBegun(redis: Redis, queues: Queues, keys: Keys) {
  const jobs = (await queues.changes.getWaiting()).filter((job) => !hasBegun(job));
  const left = jobs.length === 0 ? [] : await redis.mget(jobs.map((job) => keys.stop(job.id ?? '')));
  return jobs.map((job, index) => ({
    id: job.id ?? '',
    job: job.data,
    info: infoOf(job, 'waiting'),
    leftBy: left[index] ?? undefined,
  }));
}

/** While one such job runs one more waits, and it sees what is true then. */
export const tellWaiting = (queues: Queues) =>
  queues.reads.add(
    'waiting',
    { v: 1, kind: 'waiting' },
    { deduplication: { id: 'waiting', keepLastIfActive: true }, removeOnComplete: true },
  );

/** What the journeys do with confirmed plans and with those who wait (`journeys/ports.ts`). */
export function planQueue(redis: Redis, queues: Queues, keys: Keys, clock: Clock) {
  const changes = changeQueue(redis, queues, keys);
  return {
    async confirm(job: ConfirmedJob) {
      await queues.changes.add('confirmed', job, { jobId: job.delivery });
    },
    async choose(changeId: string, choice: 'now' | 'giveup') {
      await redis.set(keys.choice(changeId), choice, 'PX', DAY);
    },
    async stateOf(changeId: string) {
      const state = await queues.changes.getJobState(changeId);
      if (state === 'completed' || state === 'failed') return 'ended' as const;
      if (state === 'unknown') return 'unknown' as const;
      if (state === 'active') return 'running' as const;
      const job = await queues.changes.getJob(changeId);
      return job !== undefined && hasBegun(job) ? ('running' as const) : ('waiting' as const);
    },
    async ahead(changeId: string) {
      const [running, waiting] = await Promise.all([changes.running(), changes.waiting()]);
      const place = waiting.findIndex((change) => change.jobId === changeId);
      const before = place === -1 ? [] : waiting.slice(0, place);
      return running === undefined || running.jobId === changeId ? before : [running, ...before];
    },
    async line() {
      const [running, waiting] = await Promise.all([changes.running(), notBegun(redis, queues, keys)]);
      return { running, waiting: waiting.filter(({ id }) => id !== running?.jobId) };
    },
    async find(changeId: string) {
      return (await queues.changes.getJob(changeId))?.data;
    },
    async leave(changeId: string, by: string) {
      const at = `${keys.prefix}:changes`;
      const names = [`${at}:wait`, `${at}:${changeId}`, keys.stop(changeId)];
      const seen = await redis.eval(LEAVE, 3, ...names, changeId, by, String(STOP_KEPT_MS));
      if (seen === null) return 'begun' as const;
      const [first, isFirst] = seen as [string, number];
      return { by: first, isFirst: isFirst === 1 };
    },
    async moved() {
      await tellWaiting(queues);
    },
    /** BullMQ waits in real time. */
    async expireLater(planId: string, afterMs: number) {
      const delay = Math.ceil(afterMs / clock.speed);
      await queues.reads.add('expire', { v: 1, kind: 'expire', planId }, { jobId: `expire-${planId}`, delay });
    },
  };
}

const hasBegun = (job: Job<ChangesJob>): boolean => (job.data.progress?.step ?? 'queued') !== 'queued';

const infoOf = (job: Job<ChangesJob>, step: string): ChangeInfo => ({
  jobId: job.id ?? '',
  userId: job.data.actor.userId,
  text: job.data.text,
  step,
  since: job.data.progress?.startedAt ?? job.data.at,
});
