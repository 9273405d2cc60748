import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertChannel } from '../../../src/adapters/redis/alert-channel.js';
import { NOW } from '../../support/ci-service.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
beforeAll(async () => {
  own = await ownRedis();
});
afterAll(() => own.close());

test('says since when the alert channel takes nothing, and why at first, until it takes something again', async () => {
  const channel = alertChannel(own.redis, own.keys());
  expect(await channel.fault()).toBeUndefined();
  await channel.broken('not_in_channel', NOW);
  await channel.broken('is_archived', NOW + 1);
  expect(await channel.fault()).toMatchObject({ code: 'not_in_channel', since: NOW });
  await channel.well();
  await channel.well();
  expect(await channel.fault()).toBeUndefined();
  await channel.broken('is_archived', NOW + 2);
  expect(await channel.fault()).toMatchObject({ code: 'is_archived', since: NOW + 2 });
});

test('is of one installation', async () => {
  const [one, other] = [alertChannel(own.redis, own.keys()), alertChannel(own.redis, own.keys())];
  await one.broken('not_in_channel', NOW);
  expect(await other.fault()).toBeUndefined();
});
