// The lock on the app in a real Redis, and the delayed job that reminds its owner.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Keys } from '../../../src/adapters/redis/keys.js';
import { lockClock, lockStore } from '../../../src/adapters/redis/lock-store.js';
import { openQueues } from '../../../src/adapters/redis/queue.js';
import type { LockStore } from '../../../src/core/app-lock.js';
import { HOUR, MINUTE, runningClock } from '../../../src/core/time.js';
import { NOW } from '../../support/ci-service.js';
import { aLock } from '../../support/locking.js';
import { type ManualClock, manualClock } from '../../support/manual-clock.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
let keys: Keys;
let clock: ManualClock;
let store: LockStore;
beforeAll(async () => {
  own = await ownRedis();
});
beforeEach(() => {
  keys = own.keys();
  clock = manualClock();
  store = lockStore(own.redis, keys, clock);
});
afterAll(() => own.close());

const LEES = aLock();
const ANAS = aLock({ id: 'd-ana', userId: 'U0ANA', reason: null });

describe('the lock', () => {
  test('stands as it was set, and nobody else sets another', async () => {
    expect(await store.standing()).toBeUndefined();
    expect(await store.take(LEES)).toEqual(LEES);
    expect(await store.take(ANAS)).toEqual(LEES);
    expect(await store.standing()).toEqual(LEES);
  });

  test('goes to one of ten who want it at once', async () => {
    const all = Array.from({ length: 10 }, (_, index) => aLock({ id: `d-${index}`, userId: `U${index}` }));
    const stand = await Promise.all(all.map((one) => store.take(one)));
    expect(new Set(stand.map(({ id }) => id)).size).toBe(1);
  });

  test('of the same person is set anew', async () => {
    await store.take(LEES);
    const again = aLock({ id: 'd-lee-2', until: NOW + 3 * HOUR });
    expect(await store.take(again)).toEqual(again);
  });

  test('is replaced by whoever saw it, not by who saw the one before it', async () => {
    await store.take(LEES);
    expect(await store.take(ANAS, 'd-bob')).toEqual(LEES);
    expect(await store.take(ANAS, 'd-lee')).toEqual(ANAS);
  });

  test('set twice by the same delivery ends when the first said', async () => {
    await store.take(LEES);
    expect(await store.take({ ...LEES, until: NOW + 9 * HOUR })).toEqual(LEES);
  });

  test('ends by itself, and Redis forgets it', async () => {
    await store.take(LEES);
    expect(await own.redis.pttl(keys.lock)).toBeGreaterThan(59 * MINUTE);
    await clock.advance(HOUR - 1);
    expect(await store.standing()).toEqual(LEES);
    await clock.advance(1);
    expect(await store.standing()).toBeUndefined();
    expect(await store.take(ANAS)).toEqual(ANAS);
  });

  test('is opened by its id alone', async () => {
    await store.take(LEES);
    await store.open('d-ana');
    expect(await store.standing()).toEqual(LEES);
    await store.open('d-lee');
    await store.open('d-lee');
    expect(await store.standing()).toBeUndefined();
  });
});

test('the reminder waits in real time, once for each lock', async () => {
  const queues = openQueues(own.redis, keys);
  const { remindIn } = lockClock(queues, runningClock(10));
  await remindIn(LEES, 50 * MINUTE);
  await remindIn(LEES, 50 * MINUTE);
  const jobs = await queues.ticks.getDelayed();
  expect(jobs.map(({ data, delay }) => ({ data, delay }))).toEqual([
    { data: { v: 1, kind: 'lock-ends', lock: 'd-lee', until: LEES.until }, delay: 5 * MINUTE },
  ]);
  await queues.close();
});
