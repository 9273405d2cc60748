// Approvals in a real Redis: one a person, none after the answer, however many give them at once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planStore } from '../../../src/adapters/redis/plan-store.js';
import type { Act, Approval } from '../../../src/core/plans.js';
import { NOW } from '../../support/ci-service.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
beforeAll(async () => {
  own = await ownRedis();
});
afterAll(() => own.close());

const by = (userId: string, at: number, delivery = `d-${userId}`): Approval => ({
  v: 1,
  actor: { userId, teamId: 'T0HOME' },
  at,
  delivery,
});
const ACT: Act = { v: 1, what: 'confirmed', userId: 'U0LEE', at: NOW, delivery: 'd-lee', approvedBy: ['U0LEE'] };

test('each person approves once, and the oldest comes first', async () => {
  const store = planStore(own.redis, own.keys());
  await store.approve('p', by('U0LEE', NOW + 2));
  await store.approve('p', by('U0LEE', NOW + 3, 'd-again'));
  expect(await store.approve('p', by('U0ANA', NOW + 1))).toEqual({
    approvals: [by('U0ANA', NOW + 1), by('U0LEE', NOW + 2)],
    act: undefined,
  });
  expect(await store.approvalsOf('p')).toEqual([by('U0ANA', NOW + 1), by('U0LEE', NOW + 2)]);
  expect(await store.approvalsOf('other')).toEqual([]);
});

test('nobody approves what has been answered', async () => {
  const store = planStore(own.redis, own.keys());
  await store.approve('p', by('U0LEE', NOW));
  await store.claim('p', ACT);
  expect(await store.approve('p', by('U0ANA', NOW + 1))).toEqual({ approvals: [by('U0LEE', NOW)], act: ACT });
});

test('many at once, through several connections, are all there, and exactly one sees the last', async () => {
  const keys = own.keys();
  const stores = [planStore(own.redis, keys), planStore(await own.connect(), keys)];
  const people = Array.from({ length: 20 }, (_, index) => `U0P${index}`);
  const seen = await Promise.all(
    people.flatMap((userId) => stores.map((store) => store.approve('p', by(userId, NOW)))),
  );
  const counts = seen.map(({ approvals }) => approvals.length);
  expect(Math.max(...counts)).toBe(20);
  expect(new Set(seen.at(-1)?.approvals.map(({ actor }) => actor.userId)).size).toBeGreaterThan(10);
});
