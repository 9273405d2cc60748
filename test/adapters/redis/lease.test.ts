// Who of several bots listens: one at a time, and another within the lease when that one is gone.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Redis } from '../../../src/adapters/redis/connect.js';
import { keepLease } from '../../../src/adapters/redis/lease.js';
import { runningClock } from '../../../src/core/time.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

const LEASE_MS = 300;
let own: OwnRedis;
let names = 0;
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  own = await ownRedis();
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});
afterAll(() => own.close());

const newKey = () => {
  names += 1;
  return `lease-${names}`;
};

/** What one bot was told, in order. */
function bot(key: string, redis: Redis = own.redis) {
  const told: string[] = [];
  const lease = keepLease(
    redis,
    key,
    { onHeld: () => void told.push('held'), onLost: () => void told.push('lost') },
    { wall: runningClock(), leaseMs: LEASE_MS },
  );
  stops.push(lease.stop);
  return { told, stop: lease.stop };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await wait(10)) if (holds()) return;
  throw new Error(`never seen: ${what}`);
}
const holds = ({ told }: { told: string[] }) => told.at(-1) === 'held';

test('of two one holds it, for as long as it lives', async () => {
  const key = newKey();
  const two = [bot(key), bot(key)];
  await until('a holder', () => two.some(holds));
  await wait(3 * LEASE_MS);
  expect(two.map(({ told }) => told).sort()).toEqual([[], ['held']]);
});

test('the other takes over at its next try when the holder stops', async () => {
  const key = newKey();
  const first = bot(key);
  await until('the first holds it', () => holds(first));
  const second = bot(key);
  await first.stop();
  expect(first.told).toEqual(['held', 'lost']);
  await until('the second holds it', () => holds(second));
});

test('the other takes over when the lease of a holder that died has run out', async () => {
  const key = newKey();
  await own.redis.set(key, 'a process that was killed', 'PX', LEASE_MS);
  const second = bot(key);
  await wait(LEASE_MS / 3);
  expect(second.told).toEqual([]);
  await until('the second holds it', () => holds(second));
});

test('whoever finds that another holds it has lost it, and leaves it alone when it stops', async () => {
  const key = newKey();
  const first = bot(key);
  await until('the first holds it', () => holds(first));
  await own.redis.set(key, 'another', 'PX', 5_000);
  await until('the first has lost it', () => first.told.at(-1) === 'lost');
  await first.stop();
  expect(await own.redis.get(key)).toBe('another');
});

test('a stop is the last that is heard', async () => {
  const { told, stop } = bot(newKey());
  await stop();
  await wait(LEASE_MS);
  expect(told).toEqual([]);
});

test('while Redis is away nobody holds it, and one does when it is back', async () => {
  const redis = await own.connect();
  const first = bot(newKey(), redis);
  await until('it is held', () => holds(first));
  redis.disconnect();
  await until('it is lost', () => first.told.at(-1) === 'lost');
  await redis.connect();
  await until('it is held again', () => holds(first));
  expect(first.told).toEqual(['held', 'lost', 'held']);
});
