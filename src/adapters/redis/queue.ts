// The queues: BullMQ behind the ports of `core/jobs.ts` and `core/changes.ts`. The names and their meaning are design §4.1.
import { type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ChangeInfo, ChangeQueue } from '../../core/changes.js';
import type { Destination, Message, MessagePriority, Messages } from '../../core/conversation.js';
import type { AnyJob, ChangesJob, ConfirmedJob, JobQueue, ReadsJob } from '../../core/jobs.js';
import { DAY } from '../../core/time.js';
import { scrubbed } from '../scrubbed.js';
import type { Scrub } from '../secrets.js';
import { digestOf } from './digest.js';
import type { Keys } from './keys.js';
import { messageStore } from './message-store.js';
import { orRedisError } from './redis-error.js';

export interface PostJob {
  key: string;
}

export interface Queues {
  reads: Queue<ReadsJob>;
  changes: Queue<ChangesJob>;
  posts: Queue<PostJob>;
  close(): Promise<void>;
}

/** Design §5.1: completed 7 days or 10,000 (BullMQ counts age in seconds), failed 30 days. Retries are ours, not BullMQ's. */
const JOB_OPTIONS = {
  attempts: 1,
  removeOnComplete: { age: (7 * DAY) / 1_000, count: 10_000 },
  removeOnFail: { age: (30 * DAY) / 1_000 },
};
/** A sent post is only a delivery note: its content lives at `message:<key>`. */
const POST_OPTIONS = { attempts: 1, removeOnComplete: { count: 100 }, removeOnFail: { age: DAY / 1_000 } };

/**
 * @param redis fails fast in a bot (an ack cannot wait), patient in a worker
 */
export function openQueues(redis: Redis, keys: Keys): Queues {
  // `queue.add` would otherwise wait for ever for a Redis that is down (measured with BullMQ 6.7).
  const options = { connection: redis, prefix: keys.prefix, skipWaitingForReady: true };
  const reads = new Queue<ReadsJob>('reads', { ...options, defaultJobOptions: JOB_OPTIONS });
  const changes = new Queue<ChangesJob>('changes', { ...options, defaultJobOptions: JOB_OPTIONS });
  const posts = new Queue<PostJob>('posts', { ...options, defaultJobOptions: POST_OPTIONS });
  for (const queue of [reads, changes, posts]) queue.on('error', () => undefined); // the connection's own listener logs it
  return {
    reads,
    changes,
    posts,
    close: async () => {
      await Promise.all([reads.close(), changes.close(), posts.close()]);
    },
  };
}

export function jobQueue(queues: Queues): JobQueue {
  return {
    async accept(job, queue) {
      const target: Queue<AnyJob> =
        queue === 'reads' ? (queues.reads as Queue<AnyJob>) : (queues.changes as Queue<AnyJob>);
      await orRedisError('add a job', target.add(job.kind, job, { jobId: job.delivery }));
    },
  };
}

/** Smaller is sooner; BullMQ serves a job without priority before all others, so none has 0. */
const PRIORITY: Record<MessagePriority, number> = { alert: 1, answer: 2, final: 3, progress: 4 };

/** @param scrub over every text: what Slack may not show, Redis may not keep */
export function messages(redis: Redis, queues: Queues, keys: Keys, scrub: Scrub): Messages {
  const store = messageStore(redis, keys);
  return {
    async put(key: string, to: Destination, message: Message, options = {}) {
      const priority = options.priority ?? 'answer';
      const content = scrubbed(message, scrub);
      const stands = await store.put(key, to, content, digestOf(content), options.rank ?? 0, priority);
      // Added also when nothing changed: a process that died between the two lines left the content unsent.
      if (stands) await addPost(queues.posts, key, PRIORITY[priority]);
    },
    posted: (key) => store.posted(key),
  };
}

/** While one send of this message runs, one more waits, and it reads the newest content: edits coalesce, nothing is dropped. */
const addPost = (posts: Queue<PostJob>, key: string, priority: number) =>
  posts.add('send', { key }, { priority, deduplication: { id: key, keepLastIfActive: true } });

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
