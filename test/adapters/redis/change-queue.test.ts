// The queue of changes over a real Redis: what waits can be taken out in one step, what has begun cannot.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { changeQueue, planQueue } from '../../../src/adapters/redis/change-queue.js';
import { worker } from '../../../src/adapters/redis/connect.js';
import type { Keys } from '../../../src/adapters/redis/keys.js';
import { openQueues, type Queues } from '../../../src/adapters/redis/queue.js';
import { type Hands, startHands } from '../../../src/adapters/redis/worker.js';
import type { ChangesJob } from '../../../src/core/jobs.js';
import { runningClock } from '../../../src/core/time.js';
import { typed } from '../../support/fakes-journey.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
let keys: Keys;
let queues: Queues;
beforeAll(async () => {
  own = await ownRedis();
});
beforeEach(() => {
  keys = own.keys();
  queues = openQueues(own.redis, keys);
});
afterAll(() => own.close());

const line = () => planQueue(own.redis, queues, keys, runningClock());
const wait = (id: string, job: ChangesJob = typed('paint red', { delivery: id })) =>
  queues.changes.add('command', job, { jobId: id });

test('what waits is taken out once, by the first, and is no longer ahead of others', async () => {
  await wait('d-one');
  await wait('d-two');
  expect(await line().ahead('d-two')).toMatchObject([{ jobId: 'd-one' }]);
  expect(await line().leave('d-one', 'U0ANA')).toEqual({ by: 'U0ANA', isFirst: true });
  expect(await line().leave('d-one', 'U0LEE')).toEqual({ by: 'U0ANA', isFirst: false });
  expect(await line().ahead('d-two')).toEqual([]);
  expect(await line().line()).toMatchObject({
    running: undefined,
    waiting: [
      { id: 'd-one', leftBy: 'U0ANA' },
      { id: 'd-two', leftBy: undefined },
    ],
  });
  expect(await changeQueue(own.redis, queues, keys).waiting()).toMatchObject([{ jobId: 'd-two' }]);
});

test('what has begun, was handed back, is over or unknown is not taken out', async () => {
  const begun = typed('paint red', { delivery: 'd-begun', progress: { step: 'applying', startedAt: 1 } });
  await wait('d-begun', begun);
  expect(await line().leave('d-begun', 'U0ANA')).toBe('begun');
  expect(await line().leave('d-nobody', 'U0ANA')).toBe('begun');
  expect(await own.redis.exists(keys.stop('d-begun'))).toBe(0);
});

test('what is at work is not taken out', async () => {
  const over = new AbortController();
  const work = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()));
  const patient = worker(own.server.url);
  const hands: Hands = startHands<ChangesJob>({
    redis: patient,
    keys,
    queue: 'changes',
    concurrency: 1,
    times: { lockMs: 5_000, stalledMs: 5_000 },
    process: () => work,
    onError: () => undefined,
  });
  await wait('d-one');
  while ((await line().stateOf('d-one')) !== 'running') await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await line().leave('d-one', 'U0ANA')).toBe('begun');
  expect(await line().line()).toMatchObject({ running: { jobId: 'd-one' }, waiting: [] });
  over.abort();
  await hands.close(1_000);
  patient.disconnect();
});

test('many moves are told once, and what is cancelled before it began moves others', async () => {
  await wait('d-one');
  await line().moved();
  await line().moved();
  expect(await changeQueue(own.redis, queues, keys).stop('d-one', 'U0ANA')).toBe('dropped');
  const jobs = await queues.reads.getWaiting();
  expect(jobs.map((job) => job.data)).toEqual([{ v: 1, kind: 'waiting' }]);
});

test("a plan's end comes in the clock's time", async () => {
  await planQueue(own.redis, queues, keys, runningClock(25)).expireLater('p', 600_000);
  const [job] = await queues.reads.getDelayed();
  expect(job?.opts.delay).toBe(24_000);
});
