// Takes jobs off the queues. Knows what BullMQ promises about locks, stalls and shutting down; the journeys know the rest.
import { setTimeout as wait } from 'node:timers/promises';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ChangeProgress, ChangeRun, ChangesJob } from '../../core/jobs.js';
import { SECOND } from '../../core/time.js';
import type { Keys } from './keys.js';

/** The same on every worker: after a `kill -9` the slowest of them decides how long the job lies still. */
export interface LockTimes {
  lockMs: number;
  stalledMs: number;
}
export const LOCK_TIMES: LockTimes = { lockMs: 10 * SECOND, stalledMs: 5 * SECOND };

/** A second `kill -9` would fail the job unrun at BullMQ's default of 1. */
const STALLS_FORGIVEN = 1_000;

const HAND_BACK = 'hand back';
/** Without Redis nothing can be handed back; whoever finds the job's lock run out takes it then. */
const HAND_BACK_WITHIN_MS = SECOND;

/** Thrown inside a processor when another worker owns the job now: end without a trace. */
export class LockLost extends Error {
  override readonly name = 'LockLost';
}

/** Thrown inside a processor to be called again after `ms`. */
export class Again extends Error {
  override readonly name = 'Again';
  readonly ms: number;

  constructor(ms: number) {
    super(`again in ${ms} ms`);
    this.ms = ms;
  }
}

export interface Hands {
  /** Stops taking jobs; active ones get `graceMs`, what is unfinished then is handed back. */
  close(graceMs: number): Promise<void>;
}

export interface HandsOptions<T> {
  redis: Redis;
  keys: Keys;
  queue: string;
  concurrency: number;
  times: LockTimes;
  process(job: Job<T>, token: string, signal: AbortSignal): Promise<void>;
  onError(error: Error): void;
  onTimes?(queue: string, times: { waitedMs: number; ranMs: number }): void;
}

export function startHands<T>(options: HandsOptions<T>): Hands {
  const worker = new Worker<T>(options.queue, (job, token, signal) => take(options, job, token ?? '', signal), {
    connection: options.redis,
    prefix: options.keys.prefix,
    concurrency: options.concurrency,
    lockDuration: options.times.lockMs,
    stalledInterval: options.times.stalledMs,
    maxStalledCount: STALLS_FORGIVEN,
  });
  worker.on('error', options.onError);
  // BullMQ lets a processor run on after its lock is gone; ours must stop before it writes anything.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) worker.cancelJob(id, 'lock lost');
  });
  return {
    async close(graceMs) {
      const over = new AbortController();
      const closing = worker
        .close()
        .catch(options.onError)
        .finally(() => over.abort());
      const timer = setTimeout(() => worker.cancelAllJobs(HAND_BACK), graceMs);
      const late = wait(graceMs + HAND_BACK_WITHIN_MS, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([closing, late]);
      clearTimeout(timer);
    },
  };
}

async function take<T>(options: HandsOptions<T>, job: Job<T>, token: string, signal?: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  try {
    await options.process(job, token, signal ?? new AbortController().signal);
    options.onTimes?.(options.queue, {
      waitedMs: (job.processedOn ?? startedAt) - job.timestamp,
      ranMs: Date.now() - startedAt,
    });
  } catch (error) {
    if (error instanceof Again) {
      await job.moveToDelayed(Date.now() + Math.max(1, error.ms), token);
      throw new DelayedError();
    }
    if (signal?.aborted && signal.reason === HAND_BACK) {
      // `moveToDelayed` and BullMQ's own retry would let the next change overtake this one (measured with 6.7).
      await job.moveToWait(token);
      throw new WaitingError();
    }
    // To BullMQ this says "no longer mine": it writes nothing about a job that another worker has by now.
    if (error instanceof LockLost || signal?.aborted) throw new WaitingError();
    throw error;
  }
}

// Proof and write in one step. BullMQ's own `updateData` asks nobody for a lock, so a worker that was stopped between
// the two would write an old step over the newer one of the worker that took over.
const SAVE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], 'data', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

/** @returns what proves that the job is still ours, and keeps it so for another lock's length; else it throws LockLost */
export function holdOn(times: LockTimes, job: Job<unknown>, token: string, signal: AbortSignal): () => Promise<void> {
  return async () => {
    if (signal.aborted) throw new LockLost();
    const held = await job.extendLock(token, times.lockMs).catch(() => 0);
    if (held !== 1) throw new LockLost();
  };
}

/** A change's grip on its job (`core/jobs.ts`). */
export function changeRun(
  redis: Redis,
  keys: Keys,
  times: LockTimes,
  job: Job<ChangesJob>,
  token: string,
  signal: AbortSignal,
): ChangeRun {
  const id = job.id ?? '';
  const first: ChangeProgress = { step: 'queued', startedAt: 0 };
  const hold = holdOn(times, job, token, signal);
  return {
    id,
    signal,
    progress: () => job.data.progress ?? first,
    hold,
    async save(patch, text = job.data.text) {
      if (signal.aborted) throw new LockLost();
      const data = { ...job.data, text, progress: { ...(job.data.progress ?? first), ...patch } };
      const at = `${keys.prefix}:${job.queueName}:${id}`;
      const saved = await redis.eval(SAVE, 2, `${at}:lock`, at, token, JSON.stringify(data), String(times.lockMs));
      if (saved !== 1) throw new LockLost();
      job.data = data;
    },
    stopAsked: async () => (await redis.get(keys.stop(id))) ?? undefined,
    async pressed() {
      const choice = await redis.get(keys.choice(id));
      return choice === 'now' || choice === 'giveup' ? choice : undefined;
    },
  };
}
