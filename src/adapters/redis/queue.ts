// The queues: BullMQ behind the ports of `core/jobs.ts`. The names and their meaning are design §4.1.
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Destination, Message, MessagePriority, Messages } from '../../core/conversation.js';
import type { AnyJob, ChangesJob, EventsJob, HomeJob, JobQueue, ReadsJob, TicksJob } from '../../core/jobs.js';
import type { MarathonEvent } from '../../core/marathon-event.js';
import type { PickSource } from '../../core/pick.js';
import type { Schedule } from '../../core/schedule.js';
import { type Clock, DAY, HOUR, MINUTE, SECOND } from '../../core/time.js';
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
  events: Queue<EventsJob>;
  ticks: Queue<TicksJob>;
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

/** A repeated event is known by its job's id for an hour; after that the ledger still knows it. */
const EVENT_OPTIONS = {
  attempts: 1,
  removeOnComplete: { age: HOUR / 1_000, count: 5_000 },
  removeOnFail: { age: DAY / 1_000, count: 1_000 },
};

/**
 * @param redis fails fast in a bot (an ack cannot wait), patient in a worker
 */
export function openQueues(redis: Redis, keys: Keys): Queues {
  // `queue.add` would otherwise wait for ever for a Redis that is down (measured with BullMQ 6.7), and fail for ever where
  // Redis did not tell its version in time when the queue was opened; whoever takes jobs asks for it.
  const options = { connection: redis, prefix: keys.prefix, skipWaitingForReady: true, skipVersionCheck: true };
  const reads = new Queue<ReadsJob>('reads', { ...options, defaultJobOptions: JOB_OPTIONS });
  const changes = new Queue<ChangesJob>('changes', { ...options, defaultJobOptions: JOB_OPTIONS });
  const posts = new Queue<PostJob>('posts', { ...options, defaultJobOptions: POST_OPTIONS });
  const events = new Queue<EventsJob>('events', { ...options, defaultJobOptions: EVENT_OPTIONS });
  const ticks = new Queue<TicksJob>('ticks', { ...options, defaultJobOptions: EVENT_OPTIONS });
  const all = [reads, changes, posts, events, ticks];
  for (const queue of all) queue.on('error', () => undefined); // the connection's own listener logs it
  return {
    reads,
    changes,
    posts,
    events,
    ticks,
    close: async () => {
      await Promise.all(all.map((queue) => queue.close()));
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

/** Twice within so long is once: who opens the same form again sees what was just asked for. */
const ERRAND_TTL_MS = 2 * SECOND;
const ERRAND_OPTIONS = {
  attempts: 1,
  removeOnComplete: { count: 100 },
  removeOnFail: { age: DAY / 1_000, count: 100 },
};

/** What a bot has a worker do beside commands (`journeys/ports.ts`). */
export function errandQueue({ reads }: Queues) {
  const add = (job: ReadsJob, what: string, delay = 0) =>
    orRedisError(
      'add a job',
      reads.add(job.kind, job, { ...ERRAND_OPTIONS, delay, deduplication: { id: what, ttl: ERRAND_TTL_MS } }),
    );
  return {
    async gather(source: PickSource, of: string | undefined) {
      await add({ v: 1, kind: 'gather', source, of }, `gather-${digestOf([source, of])}`);
    },
    /**
     * Once for each drawing that it is to stand over, and for each press.
     * @param afterMs real time, for what was pressed there to be done first
     */
    async home(job: HomeJob, afterMs = 0) {
      await add(job, `home-${job.actor.userId}-${job.over ?? randomUUID()}`, afterMs);
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
      const stands = await store.put(key, to, content, digestOf(content), { ...options, priority });
      // Added also when nothing changed: a process that died between the two lines left the content unsent.
      if (stands) await addPost(queues.posts, key, PRIORITY[priority]);
    },
    posted: (key) => store.posted(key),
  };
}

/** While one send of this message runs, one more waits, and it reads the newest content: edits coalesce, nothing is dropped. */
const addPost = (posts: Queue<PostJob>, key: string, priority: number) =>
  posts.add('send', { key }, { priority, deduplication: { id: key, keepLastIfActive: true } });

const RECONCILE_EVERY_MS = 30 * SECOND;

/**
 * What the alert journey does with `events` and `ticks` (`journeys/alert-ports.ts`). BullMQ waits in real time, so what
 * is asked for in the clock's time is divided by its speed.
 */
export function alertQueue({ events, ticks }: Queues, clock: Clock) {
  const add = async (job: EventsJob, id: string, afterMs = 0): Promise<void> => {
    const delay = Math.ceil(afterMs / clock.speed);
    await orRedisError('add an event', events.add(job.kind, job, { jobId: id, delay }));
  };
  return {
    async event(event: MarathonEvent, identity: string, heardAt: number) {
      await add({ v: 1, kind: 'event', event, heardAt }, `event-${identity}`);
    },
    async look(why: string, afterMs: number) {
      // What is wanted now comes behind everything that waits now, so it is a job of its own.
      if (afterMs === 0) return add({ v: 1, kind: 'look', why }, `look-${randomUUID()}`);
      // Later ones that are close together are one, at the end of their stretch: never sooner than anybody asked.
      const stretch = Math.max(SECOND, afterMs / 4);
      const at = Math.ceil((clock.now() + afterMs) / stretch) * stretch;
      return add({ v: 1, kind: 'look', why }, `look-${Math.round(at)}`, at - clock.now());
    },
    async decide(job: EventsJob, id: string) {
      await add(job, id);
    },
    async task(job: TicksJob, id: string) {
      await ticks.add(job.kind, job, { jobId: id });
    },
    /** Twice equals once, by however many workers. */
    async schedule(polls: readonly { rule: string; everyMs: number }[]) {
      const every = (ms: number) => ({ every: Math.max(1, Math.round(ms / clock.speed)) });
      await ticks.upsertJobScheduler('look', every(RECONCILE_EVERY_MS), { name: 'look', data: { v: 1, kind: 'look' } });
      await ticks.upsertJobScheduler('trim', every(DAY), { name: 'trim', data: { v: 1, kind: 'trim' } });
      for (const { rule, everyMs } of polls) {
        const data: TicksJob = { v: 1, kind: 'poll', rule };
        await ticks.upsertJobScheduler(`poll-${rule}`, every(everyMs), { name: 'poll', data });
      }
      // Rules come and go with versions.
      const wanted = new Set(polls.map(({ rule }) => `poll-${rule}`));
      for (const { key } of await ticks.getJobSchedulers()) {
        if (key.startsWith('poll-') && !wanted.has(key)) await ticks.removeJobScheduler(key);
      }
    },
  };
}

/** What the digest journey's clock is: BullMQ keeps each of these once, however many workers say it. */
export function digestClock({ ticks }: Queues, clock: Clock, log: { warn(fields: object, text: string): void }) {
  return {
    /**
     * @param schedule undefined: no digest is sent
     * @param everyMs real ms from one sample to the next; more ticks than the clock's minutes add nothing
     */
    async schedule(schedule: Schedule | undefined, everyMs = MINUTE / clock.speed) {
      const every = Math.max(1, Math.round(everyMs));
      await ticks.upsertJobScheduler('sample', { every }, { name: 'sample', data: { v: 1, kind: 'sample' } });
      // What was due while nobody ran is due now.
      await ticks.add('digest', { v: 1, kind: 'digest' }, { jobId: `digest-${randomUUID()}` });
      if (schedule === undefined) return void (await ticks.removeJobScheduler('digest'));
      const times = { pattern: schedule.cron, tz: schedule.zone };
      const tick = { name: 'digest', data: { v: 1, kind: 'digest' } } as const;
      // Its parser gives up at some changes of clocks (cron-parser 5.10, Australia/Lord_Howe): the tick of every minute
      // sends the digest then, up to a minute late.
      await ticks.upsertJobScheduler('digest', times, tick).catch((error: unknown) => {
        log.warn({ error: String(error), ...schedule }, 'BullMQ cannot keep the schedule of digests');
      });
    },
  };
}
