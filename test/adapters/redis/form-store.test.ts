// What forms and the Home tab are made from, in a real Redis.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditReader } from '../../../src/adapters/redis/audit-store.js';
import { incidentStore } from '../../../src/adapters/redis/board-store.js';
import { producer } from '../../../src/adapters/redis/connect.js';
import { choiceStore, homeStore, replyStore } from '../../../src/adapters/redis/form-store.js';
import { planStore } from '../../../src/adapters/redis/plan-store.js';
import { usageStore } from '../../../src/adapters/redis/usage-store.js';
import { UpstreamError } from '../../../src/core/errors.js';
import type { Plan } from '../../../src/core/plans.js';
import { NOW } from '../../support/ci-service.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
beforeAll(async () => {
  own = await ownRedis();
});
afterAll(() => own.close());

test('choices are kept by source and by what they are of', async () => {
  const store = choiceStore(own.redis, own.keys());
  await store.keep('labels', undefined, { at: NOW, choices: [{ value: 'linux' }] });
  await store.keep('labels', 'team/应用:x', { at: NOW, choices: [], missing: 'Jenkins: 503' });
  expect(await store.read('labels', undefined)).toMatchObject({ at: NOW, choices: [{ value: 'linux' }] });
  expect(await store.read('labels', 'team/应用:x')).toMatchObject({ choices: [], missing: 'Jenkins: 503' });
  expect(await store.read('labels', 'other')).toBeUndefined();
  expect(await store.read('versions', undefined)).toBeUndefined();
});

test('what another version wrote is as if it were not there', async () => {
  const keys = own.keys();
  await own.redis.set(keys.choices('labels'), JSON.stringify({ v: 2, rows: [] }));
  await own.redis.set(keys.home, JSON.stringify({ v: 2 }));
  expect(await choiceStore(own.redis, keys).read('labels', undefined)).toBeUndefined();
  expect(await homeStore(own.redis, keys).read()).toBeUndefined();
});

test('where an answer goes is forgotten when Slack would not take it any more', async () => {
  const keys = own.keys();
  const store = replyStore(own.redis, keys);
  await store.keep('d-1', { responseUrl: 'https://hooks.slack.com/1', keepsMessage: true });
  expect(await store.read('d-1')).toEqual({ responseUrl: 'https://hooks.slack.com/1', keepsMessage: true });
  expect(await store.read('d-2')).toBeUndefined();
  const left = await own.redis.pttl(keys.reply('d-1'));
  expect(left).toBeGreaterThan(29 * 60_000);
  expect(left).toBeLessThanOrEqual(30 * 60_000);
});

test('what a person asked for lately: the newest five, each once, of nobody else', async () => {
  const store = homeStore(own.redis, own.keys());
  for (const [index, text] of ['where', 'status', 'logs', 'alerts', 'usage', 'versions', 'where'].entries()) {
    await store.asked('U0ANA', text, NOW + index);
  }
  await store.asked('U0LEE', 'help', NOW);
  expect((await store.askedBy('U0ANA')).map(({ text }) => text)).toEqual([
    'where',
    'versions',
    'usage',
    'alerts',
    'logs',
  ]);
  expect(await store.askedBy('U0LEE')).toEqual([{ text: 'help', at: NOW }]);
  await store.forget('U0LEE', 'help');
  expect(await store.askedBy('U0LEE')).toEqual([]);
});

test('open plans are those that are valid and that nobody has answered, newest first', async () => {
  const store = planStore(own.redis, own.keys());
  const plan = (id: string, validUntil: number): Plan => ({
    v: 1,
    id,
    text: 'restart',
    command: 'restart',
    actor: { userId: 'U0ANA', teamId: 'T0HOME' },
    place: { channelId: 'C0CI', teamId: 'T0HOME' },
    facts: {},
    hash: 'h',
    madeAt: NOW,
    validUntil,
  });
  expect(await store.open(NOW)).toEqual([]);
  for (const one of [plan('old', NOW + 1), plan('first', NOW + 10), plan('last', NOW + 20), plan('done', NOW + 30)]) {
    await store.keep(one);
  }
  await store.claim('done', { v: 1, what: 'cancelled', userId: 'U0ANA', at: NOW, delivery: 'd' });
  expect((await store.open(NOW + 5)).map(({ id }) => id)).toEqual(['last', 'first']);
});

test('a Redis that is away is an upstream that failed, whatever forms and the Home tab ask it for', async () => {
  const redis = producer('redis://127.0.0.1:1');
  const keys = own.keys();
  const [choices, replies, home] = [choiceStore(redis, keys), replyStore(redis, keys), homeStore(redis, keys)];
  const incidents = incidentStore(redis, keys);
  const calls = [
    () => choices.keep('labels', undefined, { at: NOW, choices: [] }),
    () => choices.read('labels', undefined),
    () => replies.keep('d-1', {}),
    () => replies.read('d-1'),
    () => home.read(),
    () => home.asked('U0ANA', 'where', NOW),
    () => home.askedBy('U0ANA'),
    () => planStore(redis, keys).open(NOW),
    () => incidents.recent(5),
    () => incidents.ackOf('A1'),
    () => auditReader(redis, keys).recent(5),
    () => usageStore(redis, keys, 1_000).latest(),
  ];
  for (const call of calls) await expect(call(), String(call)).rejects.toThrow(UpstreamError);
  redis.disconnect();
});
