// The queue `changes` behind the ports of `core/changes.ts` and `journeys/ports.ts`: who is at work, who waits, who left.
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ChangeInfo, ChangeQueue } from '../../core/changes.js';
import type { ChangesJob, ConfirmedJob } from '../../core/jobs.js';
import { DAY } from '../../core/time.js';
import type { Keys } from './keys.js';
import type { Queues } from './queue.js';

export function changeQueue(redis: Redis, queues: Queues, keys: Keys): ChangeQueue {
  return {
    async running() {
      const [active] = await queues.changes.getActive(0, 0);
      // One that was handed back, or whose worker died, is under way all the same: it is first in line and goes on.
      const job = active ?? (await queues.changes.getWaiting()).find(hasBegun);
      return job === undefined ? undefined : infoOf(job, job.data.progress?.step ?? 'queued');
    },
    async waiting() {
      const jobs = await queues.changes.getWaiting();
      return jobs.filter((job) => !hasBegun(job)).map((job) => infoOf(job, 'waiting'));
    },
    async stop(jobId, by) {
      const job = await queues.changes.getJob(jobId);
      if (job === undefined || (await job.isCompleted()) || (await job.isFailed())) return 'unknown';
      await redis.set(keys.stop(jobId), by, 'PX', DAY);
      return hasBegun(job) || (await job.isActive()) ? 'asked' : 'dropped';
    },
  };
}

/** What the journeys do with confirmed plans (`journeys/ports.ts`). */
export function planQueue(redis: Redis, queues: Queues, keys: Keys) {
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
    async expireLater(planId: string, afterMs: number) {
      await queues.reads.add('expire', { v: 1, kind: 'expire', planId }, { jobId: `expire-${planId}`, delay: afterMs });
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
