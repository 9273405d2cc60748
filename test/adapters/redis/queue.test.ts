// Queues of a bot over a real Redis that is slow at the wrong moment.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobQueue, openQueues } from '../../../src/adapters/redis/queue.js';
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
