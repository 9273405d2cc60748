// Hands: takes jobs, carries them out through the journeys, sends. Drains before it exits.
import { boardStore } from './adapters/redis/board-store.js';
import { keysOf } from './adapters/redis/keys.js';
import { alertQueue, digestClock, openQueues, type PostJob } from './adapters/redis/queue.js';
import {
  Again,
  changeRun,
  type Hands,
  type HandsOptions,
  holdOn,
  LOCK_TIMES,
  LockLost,
  type LockTimes,
  startHands,
} from './adapters/redis/worker.js';
import { rules } from './alerts/index.js';
import { isPolled } from './core/alert.js';
import type { ChangesJob, EventsJob, ReadsJob, TicksJob } from './core/jobs.js';
import { SECOND } from './core/time.js';
import { raise } from './journeys/alert.js';
import { tick } from './journeys/alert-attend.js';
import { perform } from './journeys/command.js';
import { digestTick } from './journeys/digest.js';
import { lockEnds } from './journeys/lock.js';
import { send } from './journeys/send.js';
import type { Log } from './logger.js';
import { type PortsOptions, portsOf } from './worker-ports.js';

export interface WorkerOptions extends PortsOptions {
  /** Tests make the time a dead worker's job lies still shorter. */
  lockTimes?: LockTimes;
  /** Real ms from one usage sample to the next, where the clock is not the real one. */
  sampleEveryMs?: number;
}

export interface RunningWorker {
  /** Short jobs get 10 s to end, long ones are handed back to the queue. */
  stop(): Promise<void>;
}

const READS_AT_ONCE = 20;
const POSTS_AT_ONCE = 5;
const TICKS_AT_ONCE = 5;
/** One after the other, with a second each to hand back what is left: together within the 10 s of a SIGTERM. */
const READS_GRACE_MS = 5 * SECOND;
const POSTS_GRACE_MS = 2 * SECOND;

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { config, redis, clock, log, tally } = options;
  const keys = keysOf(config.name);
  const queues = openQueues(redis, keys);
  // This is the lock on the app: one change at a time over all workers.
  await queues.changes.setGlobalConcurrency(1);
  // Order matters: a kill must not overtake the deployment that asked for it.
  await queues.events.setGlobalConcurrency(1);

  const { performing, sending, raising, attending, digesting, locking } = portsOf(options, queues, keys);
  const times = options.lockTimes ?? LOCK_TIMES;
  const common = {
    redis,
    keys,
    times,
    onError: (error: Error) => log.warn({ error: error.message }, 'a queue worker had trouble'),
    onTimes: tally.job,
  };
  // What is followed has done its one write: others may go ahead of it between two looks.
  const carryOut: HandsOptions<ReadsJob | ChangesJob>['process'] = async (job, token, signal) => {
    const pause = await perform(job.data, changeRun(redis, keys, times, job as never, token, signal), performing);
    if (pause !== undefined) throw new Again(pause.againMs / clock.speed);
  };
  const hands: Hands[] = [
    startHands<ReadsJob>({ ...common, queue: 'reads', concurrency: READS_AT_ONCE, process: carryOut }),
    startHands<ChangesJob>({ ...common, queue: 'changes', concurrency: 1, process: carryOut }),
    startHands<PostJob>({
      ...common,
      queue: 'posts',
      concurrency: POSTS_AT_ONCE,
      process: async (job, token, signal) => {
        const result = await send(job.data.key, { ...sending, hold: holdOn(times, job, token, signal) });
        if ('again' in result) throw new Again(result.again);
      },
    }),
    startHands<EventsJob>({
      ...common,
      queue: 'events',
      concurrency: 1,
      process: (job, token, signal) => {
        const grip = { jobId: job.id ?? '', token, lockMs: times.lockMs, signal };
        const board = boardStore(redis, keys, grip);
        return orLogged(log, signal, job.data.kind, () => raise(job.data, { ...raising, board }));
      },
    }),
    startHands<TicksJob>({
      ...common,
      queue: 'ticks',
      concurrency: TICKS_AT_ONCE,
      process: (job, _token, signal) =>
        orLogged(log, signal, job.data.kind, () => {
          const { data } = job;
          if (data.kind === 'sample' || data.kind === 'digest') return digestTick(data, digesting);
          if (data.kind === 'lock-ends') return lockEnds(data, locking);
          return tick(data, job.id ?? '', attending);
        }),
    }),
  ];
  const [reads, changes, posts, events, ticks] = hands;
  const alerting = alertQueue(queues, clock);
  await alerting.schedule(
    rules.filter(isPolled).map(({ name, watches }) => ({ rule: name, everyMs: watches.everyMs })),
  );
  await alerting.look('a worker starts', 0);
  await digestClock(queues, clock, log).schedule(
    config.digests.channelId === undefined ? undefined : config.digests.schedule,
    options.sampleEveryMs,
  );
  return {
    async stop() {
      // Changes first, handed back at once: what they say last still goes out through `posts`.
      await Promise.all([
        changes?.close(0),
        events?.close(READS_GRACE_MS),
        ticks?.close(0),
        reads?.close(READS_GRACE_MS),
      ]);
      await posts?.close(POSTS_GRACE_MS);
      await queues.close();
    },
  };
}

/** Nobody waits for the answer of these jobs: a bug in one is only ever seen in the log. The next look makes it good. */
async function orLogged(log: Log, signal: AbortSignal, kind: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!signal.aborted && !(error instanceof LockLost))
      log.error({ err: error, kind }, 'a bug in a job that nobody waits for');
    throw error;
  }
}
