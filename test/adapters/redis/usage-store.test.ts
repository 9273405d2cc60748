// Usage samples in a real Redis: one a minute, small, read back as they were, and gone when they are old.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Keys } from '../../../src/adapters/redis/keys.js';
import { usageStore } from '../../../src/adapters/redis/usage-store.js';
import { DAY, MINUTE, SECOND } from '../../../src/core/time.js';
import type { UsageSample } from '../../../src/core/usage-sample.js';
import { NOW } from '../../support/ci-service.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';
import { aSample, minutes, NOTHING_KNOWN } from '../../support/samples.js';

let own: OwnRedis;
let keys: Keys;
beforeAll(async () => {
  own = await ownRedis();
});
beforeEach(() => {
  keys = own.keys();
});
afterAll(() => own.close());

const store = (redis = own.redis) => usageStore(redis, keys, 35 * DAY);

async function all(from = 0, to = NOW + 400 * DAY): Promise<UsageSample[]> {
  const found: UsageSample[] = [];
  for await (const page of store().read(from, to)) found.push(...page);
  return found;
}

test('a sample is read back as it was', async () => {
  const full = aSample({ at: NOW, waitsMs: [3_000, 90_000] });
  const partly = aSample({ at: NOW + MINUTE, agents: { ...aSample().agents, used: null }, waitsMs: null, up: false });
  for (const sample of [full, partly]) expect(await store().add(sample)).toBe(true);
  expect(await all()).toEqual([full, partly]);
  expect(await store().latest()).toEqual(partly);
});

test('what is not known stays not known', async () => {
  const nothing = { ...NOTHING_KNOWN, at: NOW };
  await store().add(nothing);
  expect(await all()).toEqual([nothing]);
});

test('nothing is there at first', async () => {
  expect(await all()).toEqual([]);
  expect(await store().latest()).toBeUndefined();
});

test('ten workers with one tick add one sample', async () => {
  const redises = await Promise.all(Array.from({ length: 10 }, () => own.connect()));
  const added = await Promise.all(redises.map((redis, index) => store(redis).add(aSample({ at: NOW + index * 100 }))));
  expect(added.filter(Boolean)).toHaveLength(1);
  expect(await all()).toHaveLength(1);
});

test('a tick that comes half a minute after another adds nothing, the one of the next minute does', async () => {
  for (const [afterMs, isAdded] of [
    [0, true],
    [30 * SECOND, false],
    [59 * SECOND, true],
  ] as const)
    expect(await store().add(aSample({ at: NOW + afterMs }))).toBe(isAdded);
});

test('a clock that was set back adds nothing before what stands', async () => {
  await store().add(aSample({ at: NOW }));
  expect(await store().add(aSample({ at: NOW - MINUTE }))).toBe(false);
});

test('a period ends before its end, and any number of samples comes in pages', async () => {
  const count = 4_500;
  const samples = [...minutes(NOW, NOW + count * MINUTE)];
  // Side by side, but not so many that the last ones wait too long for their answer.
  for (let from = 0; from < count; from += 250)
    await Promise.all(samples.slice(from, from + 250).map((sample) => store().add(sample)));
  const pages: number[] = [];
  for await (const page of store().read(NOW + MINUTE, NOW + (count - 1) * MINUTE)) pages.push(page.length);
  expect(pages).toEqual([1_000, 1_000, 1_000, 1_000, 498]);
});

test('even the fullest sample stays below 250 bytes', async () => {
  const huge = { cpus: 99_999.999, memMiB: 99_999_999 };
  const held = { tasks: 9_999, allocated: huge, used: { ...huge, tasks: 9_999 } };
  const waitsMs = Array.from({ length: 500 }, (_, index) => 9_000_000 + index * SECOND);
  await store().add(
    aSample({
      at: NOW,
      cluster: { agents: 10_000, total: huge, allocated: huge },
      controller: held,
      agents: held,
      executors: { busy: 9_999, total: 9_999 },
      buildQueue: { length: 99_999, longestMs: 9_999_999_000, atLimit: 99_999 },
      waitsMs,
    }),
  );
  const [[id, fields] = ['', []]] = await own.redis.xrange(keys.usage, '-', '+');
  expect(Buffer.byteLength(id + fields.join(''))).toBeLessThanOrEqual(250);
  const [kept] = await all();
  expect(kept?.waitsMs?.at(0)).toBe(9_000_000);
  expect(kept?.waitsMs?.at(-1)).toBe(9_499_000);
});

test('what another version or another hand wrote is left alone, and not shown', async () => {
  await own.redis.xadd(keys.usage, `${NOW}-0`, '2', '{"new":"form"}');
  await own.redis.xadd(keys.usage, `${NOW + 1}-0`, '1', '[1,2]');
  expect(await all()).toEqual([]);
  expect(await own.redis.xlen(keys.usage)).toBe(2);
});

test('what is older than the retention goes', async () => {
  // Redis drops whole nodes of a hundred entries, so a few old ones may stay.
  for (const sample of minutes(NOW, NOW + 500 * MINUTE)) await store().add(sample);
  await store().trim(NOW + 300 * MINUTE + 35 * DAY);
  const left = await all();
  expect(left.length).toBeGreaterThanOrEqual(200);
  expect(left.length).toBeLessThanOrEqual(300);
});
