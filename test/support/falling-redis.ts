// A Redis that can be taken away in the middle of anything: killed and started again with its file, or followed by a
// replica that had not heard of the last writes.
import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PrivateRedis } from '../../src/adapters/redis/private-redis.js';
import { askSocket, findRedisServer, spawnRedis } from '../../src/adapters/redis/redis-server.js';

export interface FallingRedis extends PrivateRedis {
  socket: string;
  /** SIGKILL, and it comes back with what is in its file: nothing is lost. */
  crash(): Promise<void>;
  /** The same without what was written in the last `lostMs`, as when a replica takes over that lags behind so much. */
  failover(lostMs: number): Promise<void>;
}

/** How often it is noted how long the file was. */
const NOTED_EVERY_MS = 20;
const NOTES = 200;
const STARTS_WITHIN_MS = 10_000;

export async function fallingRedis(folder: string): Promise<FallingRedis> {
  const binary = findRedisServer();
  if (binary === undefined) throw new Error('there is no redis-server; `npm run setup` provides one');
  const socket = join(folder, 'redis.sock');
  let server = spawnRedis(binary, folder);
  const lengths: { at: number; bytes: number }[] = [];
  const note = () => {
    const file = fileIn(folder);
    if (file === undefined) return;
    lengths.push({ at: performance.now(), bytes: statSync(file).size });
    if (lengths.length > NOTES) lengths.shift();
  };
  const untilUp = async () => {
    const end = Date.now() + STARTS_WITHIN_MS;
    while ((await askSocket(socket, 'PING')) !== '+PONG') {
      if (Date.now() > end) throw new Error('Redis did not start');
      await wait(5);
    }
  };
  const fall = async (meanwhile: () => void) => {
    server.kill();
    await server.ended;
    meanwhile();
    server = spawnRedis(binary, folder);
    await untilUp();
  };
  await untilUp();
  const noting = setInterval(note, NOTED_EVERY_MS);
  noting.unref();
  return {
    socket,
    url: `unix://${socket}`,
    crash: () => fall(() => {}),
    failover: (lostMs) =>
      fall(() => {
        const heard = lengths.filter(({ at }) => at <= performance.now() - lostMs).at(-1) ?? lengths[0];
        const file = fileIn(folder);
        // Cut in the middle of a command, Redis drops that command (`aof-load-truncated`).
        if (file !== undefined && heard !== undefined) truncateSync(file, heard.bytes);
        lengths.length = 0;
      }),
    async stop() {
      clearInterval(noting);
      server.terminate();
      await server.ended;
    },
  };
}

/** Since Redis 7 the append-only file is a folder, whose last part grows. */
function fileIn(folder: string): string | undefined {
  const parts = join(folder, 'appendonlydir');
  if (!existsSync(parts)) return [join(folder, 'appendonly.aof')].find((file) => existsSync(file));
  const last = readdirSync(parts)
    .filter((name) => name.endsWith('.incr.aof'))
    .sort((a, b) => numberIn(a) - numberIn(b))
    .at(-1);
  return last === undefined ? undefined : join(parts, last);
}

const numberIn = (name: string): number => Number(/\.(\d+)\.incr/.exec(name)?.[1] ?? 0);
