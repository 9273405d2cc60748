// Queues of a bot over a real Redis: one that is slow at the wrong moment, and what counts as asked twice.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errandQueue, jobQueue, openQueues } from '../../../src/adapters/redis/queue.js';
import type { HomeJob } from '../../../src/core/jobs.js';
import { typed } from '../../support/fakes-journey.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
beforeAll(async () => {
  own = await ownRedis();
});
afterAll(() => own.close());

test('a Redis that does not answer in time while they are opened is no reason to refuse what comes later', async () => {
  const redis = await own.connect();
  const other = await own.connect();
  // Longer than a bot waits.
  await other.client('PAUSE', 1_000);
  const queues = openQueues(redis, own.keys());
  const add = () => jobQueue(queues).accept(typed('paint red', { delivery: 'd-one' }), 'changes');
  await expect(add()).rejects.toThrow('Redis');
  await other.ping();
  await add();
  expect(await queues.changes.getJobs()).toMatchObject([{ id: 'd-one' }]);
  await queues.close();
});

const HOME: HomeJob = {
  ...{ v: 1, kind: 'home', over: 'hash-1' },
  ...{ actor: { userId: 'U0DEV', teamId: 'T0HOME' }, place: { channelId: 'D00DEV', teamId: 'T0HOME' } },
};

test('a Home tab is looked at again for each drawing of it, and for each press in it', async () => {
  const queues = openQueues(await own.connect(), own.keys());
  const { home } = errandQueue(queues);
  for (const over of ['hash-1', 'hash-1', 'hash-2']) await home({ ...HOME, over });
  const { over: _none, ...pressed } = HOME;
  for (let presses = 0; presses < 2; presses += 1) await home(pressed, 2_000);
  const overs = (await queues.reads.getJobs(['waiting', 'delayed'])).map(({ data }) => (data as HomeJob).over);
  expect(overs.sort()).toEqual(['hash-1', 'hash-2', undefined, undefined]);
  await queues.close();
});

test('choices are looked up once for all who open the same form within two seconds', async () => {
  const queues = openQueues(await own.connect(), own.keys());
  const { gather } = errandQueue(queues);
  for (const of of [undefined, undefined, 'app']) await gather('parameters', of);
  expect(await queues.reads.count()).toBe(2);
  await queues.close();
});
