// The Redis that the faults take away does forget what they say it forgets, and nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { worker as patientRedis, type Redis } from '../../src/adapters/redis/connect.js';
import { type FallingRedis, fallingRedis } from '../support/falling-redis.js';

let folder: string;
let server: FallingRedis;
let redis: Redis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bb-'));
  server = await fallingRedis(folder);
  redis = patientRedis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('comes back from SIGKILL with all it had acknowledged', async () => {
  await redis.set('a', '1');
  await server.crash();
  expect(await redis.get('a')).toBe('1');
});

it('comes back from a failover without its last writes, and takes new ones', async () => {
  await redis.set('early', '1');
  await wait(600);
  await redis.set('late', '1');
  await server.failover(300);
  expect(await redis.mget('a', 'early', 'late')).toEqual(['1', '1', null]);
  await redis.set('new', '1');
  await server.crash();
  expect(await redis.get('new')).toBe('1');
});
