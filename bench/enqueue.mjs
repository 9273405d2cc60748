// From adding a job to the start of its processor: our queue and hands against plain BullMQ on the same Redis.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { producer, untilReady, worker } from '../dist/adapters/redis/connect.js';
import { keysOf } from '../dist/adapters/redis/keys.js';
import { startPrivateRedis } from '../dist/adapters/redis/private-redis.js';
import { jobQueue, openQueues } from '../dist/adapters/redis/queue.js';
import { LOCK_TIMES, startHands } from '../dist/adapters/redis/worker.js';
import { median } from './figures.mjs';

const JOBS = 400;
const ROUNDS = 5;
const quiet = { info() {}, warn() {}, error() {} };

export async function enqueueBench() {
  const redis = await startPrivateRedis({ dataDir: mkdtempSync(join(tmpdir(), 'bellboard-bench-')), log: quiet });
  const open = async (kind) => {
    const client = kind(redis.url);
    await untilReady(client, 5_000);
    return client;
  };
  const [ears, hands, rawEars, rawHands] = await Promise.all([
    open(producer),
    open(worker),
    open(worker),
    open(worker),
  ]);
  const ours = ourSide(ears, hands);
  const raw = rawSide(rawEars, rawHands);
  try {
    await run(ours, JOBS / 2);
    await run(raw, JOBS / 2);
    const ratios = [];
    const figures = [];
    for (let count = 0; count < ROUNDS; count += 1) {
      const ourMs = await run(ours, JOBS);
      const rawMs = await run(raw, JOBS);
      ratios.push(ourMs / rawMs);
      figures.push(ourMs);
    }
    const ratio = median(ratios);
    return [
      {
        row: 'enqueue → run starts',
        target: 'p50 ≤ 1.3 × raw BullMQ',
        figure: `${ratio.toFixed(2)} × (p50 ${median(figures).toFixed(2)} ms)`,
        ok: ratio <= 1.3,
      },
    ];
  } finally {
    await Promise.all([ours.close(), raw.close()]);
    for (const client of [ears, hands, rawEars, rawHands]) client.disconnect();
    await redis.stop();
  }
}

/** p50 in ms; one job at a time, as people type. */
async function run(side, jobs) {
  const times = [];
  for (let index = 0; index < jobs; index += 1) {
    const startedAt = performance.now();
    const started = side.next();
    await side.add();
    times.push((await started) - startedAt);
  }
  return median(times);
}

function starts() {
  let resolve = () => {};
  return {
    next: () =>
      new Promise((done) => {
        resolve = done;
      }),
    started: () => resolve(performance.now()),
  };
}

let serial = 0;

function ourSide(redisEars, redisHands) {
  const keys = keysOf('bench');
  const queues = openQueues(redisEars, keys);
  const queue = jobQueue(queues);
  const { next, started } = starts();
  const hands = startHands({
    redis: redisHands,
    keys,
    queue: 'reads',
    concurrency: 20,
    times: LOCK_TIMES,
    process: async () => started(),
    onError: () => {},
  });
  const job = {
    v: 1,
    kind: 'command',
    text: 'where',
    actor: { userId: 'U', teamId: 'T' },
    place: { channelId: 'C', teamId: 'T' },
    replyTo: { responseUrl: 'http://127.0.0.1:1/' },
  };
  return {
    next,
    add: () => queue.accept({ ...job, delivery: `d${++serial}`, at: Date.now() }, 'reads'),
    close: async () => {
      await hands.close(0);
      await queues.close();
    },
  };
}

function rawSide(redisEars, redisHands) {
  const queue = new Queue('raw', { connection: redisEars });
  const { next, started } = starts();
  const worker = new Worker('raw', async () => started(), { connection: redisHands, concurrency: 20 });
  return {
    next,
    add: () => queue.add('command', { text: 'where', serial: ++serial }, { removeOnComplete: { count: 10_000 } }),
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}
