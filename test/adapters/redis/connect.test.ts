import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  producer,
  type RedisWatch,
  redisFailure,
  redisOptions,
  untilReady,
  worker,
} from '../../../src/adapters/redis/connect.js';
import { type PrivateRedis, startPrivateRedis } from '../../../src/adapters/redis/private-redis.js';
import { askSocket } from '../../../src/adapters/redis/redis-server.js';
import type { UpstreamError } from '../../../src/core/errors.js';

describe('REDIS_URL', () => {
  test.each([
    ['redis://db.example', { host: 'db.example', port: 6379 }],
    ['redis://db.example:7000/3', { host: 'db.example', port: 7000, db: 3 }],
    ['redis://db.example:7000?db=2', { host: 'db.example', port: 7000, db: 2 }],
    ['redis://[::1]:7000', { host: '::1', port: 7000 }],
    ['redis://:p%40ss:w@db', { host: 'db', port: 6379, password: 'p@ss:w' }],
    ['redis://bell:pw@db', { host: 'db', port: 6379, username: 'bell', password: 'pw' }],
    ['rediss://bell:pw@db:6380', { host: 'db', port: 6380, username: 'bell', password: 'pw', tls: {} }],
    ['unix:///var/run/redis/a%20b.sock', { path: '/var/run/redis/a b.sock' }],
    ['unix:///r.sock?db=4', { path: '/r.sock', db: 4 }],
    [
      'redis+sentinel://bell:pw@s1,s2:26380/main?db=1',
      {
        sentinels: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 26380 },
        ],
        name: 'main',
        username: 'bell',
        password: 'pw',
        db: 1,
      },
    ],
  ])('%s is understood', (url, options) => {
    expect(redisOptions(url)).toEqual(options);
  });

  test.each([
    'http://planted-password@db',
    'db:6379 planted-password',
    'redis://:planted-password@/0',
    'redis://:planted-password@db:port',
    'redis://:planted-password@db/zero',
    'redis://:planted-password%@db',
    'redis+sentinel://:planted-password@s1,s2',
    'unix://planted-password/relative.sock',
  ])('%s is refused without being repeated', (url) => {
    expect(() => redisOptions(url)).toThrow(/^REDIS_URL is not an address of a Redis/);
    expect(() => redisOptions(url)).not.toThrow(/planted/);
  });
});

describe('a connection', () => {
  let folder: string;
  let redis: PrivateRedis | undefined;
  const clients: Redis[] = [];
  const log = { info() {}, warn() {}, error() {} };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bb-'));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await redis?.stop();
    redis = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = (how: typeof producer, url: string, watch?: RedisWatch) => {
    const client = how(url, watch);
    clients.push(client);
    return client;
  };
  const startRedis = async () => {
    redis = await startPrivateRedis({ dataDir: folder, log });
    return redis;
  };

  test('of a producer rejects at once while Redis is away, and works again when it is back', async () => {
    const heard: string[] = [];
    const url = `unix://${folder}/redis.sock`;
    const client = open(producer, url, { onUp: () => heard.push('up'), onDown: (error) => heard.push(error.message) });
    await expect(untilReady(client, 200)).rejects.toThrow('Redis: connect: its socket is not there');
    const asked = Date.now();
    await expect(client.set('a', '1')).rejects.toThrow();
    expect(Date.now() - asked).toBeLessThan(100);
    await startRedis();
    await untilReady(client, 5_000);
    expect(await client.set('a', '1')).toBe('OK');
    expect(heard).toEqual(['Redis: connect: its socket is not there', 'up']);
  });

  test('of a producer gives up on a Redis that hangs, and the call may have arrived', async () => {
    const client = open(producer, (await startRedis()).url);
    await untilReady(client, 5_000);
    expect(await askSocket(join(folder, 'redis.sock'), 'CLIENT PAUSE 5000')).toBe('+OK');
    const error: unknown = await client.set('a', '1').catch((reason: unknown) => reason);
    expect(redisFailure('set', error)).toMatchObject({ seen: 'did not answer in time', mayHaveArrived: true });
  });

  test('to something that accepts and never answers is reported as such', async () => {
    const mute = await listening(createServer((socket) => socket.on('error', () => {})));
    const { port } = mute.address() as AddressInfo;
    const client = open(producer, `redis://127.0.0.1:${port}`);
    await expect(untilReady(client, 100)).rejects.toThrow('Redis: connect: did not answer in time');
    mute.close();
  });

  test('of a worker waits for a Redis that is away', async () => {
    const client = open(worker, `unix://${folder}/redis.sock`);
    const answer = client.set('b', '2');
    await startRedis();
    expect(await answer).toBe('OK');
  });

  test('never tells the password when Redis refuses it', async () => {
    await startRedis();
    const socket = join(folder, 'redis.sock');
    expect(await askSocket(socket, 'CONFIG SET requirepass right-password')).toBe('+OK');
    const guarded = await listening(relayTo(socket));
    const { port } = guarded.address() as AddressInfo;
    const error = await new Promise<UpstreamError>((onDown) => {
      open(producer, `redis://:planted-password@127.0.0.1:${port}`, { onDown });
    });
    expect(error.message).toBe('Redis: connect: refused the user name or password in REDIS_URL');
    expect(error.retryable).toBe(false);
    expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).not.toContain('planted');
    guarded.close();
  });
});

describe('a failure of Redis', () => {
  const failure = (message: string, code?: string) =>
    Object.assign(new Error(message), code === undefined ? {} : { code });
  test.each([
    [failure('connect ECONNREFUSED 10.0.0.7:6379', 'ECONNREFUSED'), 'refused the connection', false, true],
    [failure('getaddrinfo ENOTFOUND db.internal', 'ENOTFOUND'), 'its host name is not known', false, true],
    [failure('NOAUTH Authentication required.'), 'refused the user name or password in REDIS_URL', false, false],
    [failure("OOM command not allowed when used memory > 'maxmemory'."), 'refused with OOM', false, true],
    [failure("READONLY You can't write against a read only replica."), 'refused with READONLY', false, true],
    [failure("Stream isn't writeable and enableOfflineQueue options is false"), 'is not connected', false, true],
    [failure('Command timed out'), 'did not answer in time', true, true],
    [failure('Connection is closed.'), 'the connection was lost', true, true],
    ['not even an error', 'the connection was lost', true, true],
  ])('%s is told in our words', (error, seen, mayHaveArrived, retryable) => {
    expect(redisFailure('add to reads', error)).toMatchObject({
      system: 'Redis',
      request: 'add to reads',
      seen,
      mayHaveArrived,
      retryable,
    });
    expect(redisFailure('add to reads', error).message).toBe(`Redis: add to reads: ${seen}`);
  });
});

function listening(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Redis has no port here, and a password is told in an address with a host. */
function relayTo(socketPath: string): Server {
  return createServer((near) => {
    const far = connect(socketPath);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.pipe(far).pipe(near);
  });
}
