// A Redis of a test file's own, and connections to it that end with it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { producer, type Redis, untilReady } from '../../src/adapters/redis/connect.js';
import { type Keys, keysOf } from '../../src/adapters/redis/keys.js';
import { type PrivateRedis, startPrivateRedis } from '../../src/adapters/redis/private-redis.js';

export interface OwnRedis {
  server: PrivateRedis;
  /** Fails fast, as that of a bot. */
  redis: Redis;
  connect(): Promise<Redis>;
  /** Keys nobody has used yet. */
  keys(): Keys;
  close(): Promise<void>;
}

export async function ownRedis(): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'bb-'));
  const server = await startPrivateRedis({ dataDir: folder, log: { info() {}, warn() {}, error() {} } });
  const clients: Redis[] = [];
  const connect = async () => {
    const client = producer(server.url);
    clients.push(client);
    await untilReady(client, 5_000);
    return client;
  };
  let names = 0;
  return {
    server,
    redis: await connect(),
    connect,
    keys() {
      names += 1;
      return keysOf(`test-${names}`);
    },
    async close() {
      for (const client of clients) client.disconnect();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
