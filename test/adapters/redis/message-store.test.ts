// Logical messages in a real Redis: which line of a thread comes after which, whoever puts it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type MessageStore, messageStore } from '../../../src/adapters/redis/message-store.js';
import { say } from '../../../src/core/conversation.js';
import { md } from '../../../src/core/text.js';
import { NOW } from '../../support/ci-service.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
let store: MessageStore;
beforeAll(async () => {
  own = await ownRedis();
});
beforeEach(() => {
  store = messageStore(own.redis, own.keys());
});
afterAll(() => own.close());

const root = (key: string) => store.put(key, { kind: 'channel', channelId: 'C0CI' }, say(md`root`), 'd0', {});
const line = (parent: string, key: string, digest = 'd1') =>
  store.put(key, { kind: 'thread', parent }, say(md`line`), digest, {});
const after = async (key: string) => (await store.read(key))?.after;

test('each line of a thread comes after the one that was put before it, and an edit moves none', async () => {
  await Promise.all([root('a'), root('b')]);
  for (const key of ['a/1', 'b/1', 'a/2', 'a/3']) await line(key[0] as string, key);
  await line('a', 'a/1', 'edited');
  await line('a', 'a/4');
  expect(await Promise.all(['a/1', 'b/1', 'a/2', 'a/3', 'a/4'].map(after))).toEqual([
    undefined,
    undefined,
    'a/1',
    'a/2',
    'a/3',
  ]);
});

test('a line below a message that is not there is a line, and makes no message of it', async () => {
  await line('a', 'a/1');
  expect([await after('a/1'), await store.read('a')]).toEqual([undefined, undefined]);
});

test('a line remembers since when it waits', async () => {
  await root('a');
  await line('a', 'a/1');
  expect([await store.waits('a/1', NOW), await store.waits('a/1', NOW + 700)]).toEqual([0, 700]);
});
