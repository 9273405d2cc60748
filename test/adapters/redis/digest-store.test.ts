// What digests keep in a real Redis, and the clock that BullMQ is for them.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditStore } from '../../../src/adapters/redis/audit-store.js';
import { digestStore } from '../../../src/adapters/redis/digest-store.js';
import type { Keys } from '../../../src/adapters/redis/keys.js';
import { digestClock, openQueues } from '../../../src/adapters/redis/queue.js';
import type { AuditEntry } from '../../../src/core/audit.js';
import type { LastSlot } from '../../../src/core/digest.js';
import { MINUTE, runningClock } from '../../../src/core/time.js';
import { NOW } from '../../support/ci-service.js';
import { fakeLog } from '../../support/fakes-journey.js';
import { manualClock } from '../../support/manual-clock.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
let keys: Keys;
beforeAll(async () => {
  own = await ownRedis();
});
beforeEach(() => {
  keys = own.keys();
});
afterAll(() => own.close());

const SLOT: LastSlot = { v: 1, slot: NOW, cron: '0 9 * * 1-5', zone: 'Europe/Berlin' };

describe('the slot that was done last', () => {
  test('is none at first, begins once, and goes on', async () => {
    const store = digestStore(own.redis, keys);
    expect(await store.last()).toBeUndefined();
    await store.begin(SLOT);
    await store.begin({ ...SLOT, slot: NOW + 1 });
    expect(await store.last()).toEqual(SLOT);
    await store.done({ ...SLOT, slot: NOW + 2 });
    expect(await store.last()).toEqual({ ...SLOT, slot: NOW + 2 });
  });

  test('of a newer version is left alone', async () => {
    await own.redis.set(keys.digest('last'), JSON.stringify({ v: 2, slots: [NOW] }));
    const store = digestStore(own.redis, keys);
    expect(await store.last()).toBeUndefined();
    await store.begin(SLOT);
    expect(await own.redis.get(keys.digest('last'))).toContain('"v":2');
  });
});

test('a slot is claimed by one of ten workers', async () => {
  const redises = await Promise.all(Array.from({ length: 10 }, () => own.connect()));
  const claims = await Promise.all(
    redises.map((redis, index) => digestStore(redis, keys).claim('slot', `worker-${index}`, MINUTE)),
  );
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await digestStore(own.redis, keys).claimed('slot')).toBe(`worker-${claims.indexOf(true)}`);
  expect(await digestStore(own.redis, keys).claimed('another')).toBeUndefined();
});

test('what the next sample compares with is kept for the next sample, not for ever', async () => {
  const store = digestStore(own.redis, keys);
  const memory = { v: 1, at: NOW, counters: [], waiting: { 7: NOW }, session: 's' } as const;
  expect(await store.remembered()).toBeUndefined();
  await store.remember(memory);
  expect(await store.remembered()).toEqual(memory);
  expect(await own.redis.pttl(keys.seen('usage'))).toBeGreaterThan(0);
});

describe('the clock', () => {
  const schedulers = async (queues: ReturnType<typeof openQueues>) =>
    (await queues.ticks.getJobSchedulers()).map(({ key, pattern, tz, every }) => ({
      key,
      pattern,
      tz,
      every: Number(every),
    }));

  test('ticks every minute and at the times of the schedule, once however many workers say so, and follows a change', async () => {
    const queues = openQueues(own.redis, keys);
    const clock = digestClock(queues, runningClock(), fakeLog());
    for (let worker = 0; worker < 3; worker += 1) await clock.schedule({ cron: '0 9 * * 1-5', zone: 'Europe/Berlin' });
    expect(await schedulers(queues)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: 'sample', every: MINUTE }),
        expect.objectContaining({ key: 'digest', pattern: '0 9 * * 1-5', tz: 'Europe/Berlin' }),
      ]),
    );
    const next = (await queues.ticks.getJobScheduler('digest'))?.next;
    await clock.schedule({ cron: '30 17 * * 5', zone: 'UTC' });
    expect(await queues.ticks.getJobScheduler('digest')).toMatchObject({ pattern: '30 17 * * 5', tz: 'UTC' });
    expect((await queues.ticks.getJobScheduler('digest'))?.next).not.toBe(next);
    expect(await schedulers(queues)).toHaveLength(2);
    await clock.schedule(undefined);
    expect((await schedulers(queues)).map(({ key }) => key)).toEqual(['sample']);
    await queues.close();
  });

  test('looks at once whether one is due', async () => {
    const queues = openQueues(own.redis, keys);
    await digestClock(queues, manualClock(), fakeLog()).schedule({ cron: '0 9 * * 1-5', zone: 'UTC' });
    const waiting = await queues.ticks.getWaiting();
    expect(waiting.map(({ data }) => data)).toContainEqual({ v: 1, kind: 'digest' });
    await queues.close();
  });
});

test('what was done since a time is found among any number of entries, newest first', async () => {
  const audit = auditStore(own.redis, keys, (text) => text);
  const entry = (index: number): AuditEntry => ({
    v: 1,
    jobId: `j-${index}`,
    userId: 'U0ANA',
    channelId: 'C0CI',
    command: 'scale',
    text: 'scale executors 4',
    outcome: 'succeeded',
    summary: '',
    at: NOW + index * MINUTE,
    durationMs: 1,
  });
  for (let index = 0; index < 450; index += 1) await audit.record(entry(index));
  const found = await audit.since(NOW + 30 * MINUTE);
  expect(found).toHaveLength(420);
  expect(found[0]?.jobId).toBe('j-449');
  expect(found.at(-1)?.jobId).toBe('j-30');
  expect(await audit.since(NOW + 450 * MINUTE)).toEqual([]);
});
