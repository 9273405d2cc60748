// A Redis of our own where no REDIS_URL is given (roles `all` and `playground`, tests): started by main.ts, stopped by it,
// on a unix socket in DATA_DIR, durable, and never left behind or shared.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { lockFolder } from './folder-lock.js';
import { askSocket, type Environment, findRedisServer, type RedisServer, spawnRedis } from './redis-server.js';

export interface PrivateRedis {
  /** `unix:///…/redis.sock`, for connect.ts. */
  url: string;
  /** Ends the server with its data on disk and gives the folder back. Twice equals once. */
  stop(): Promise<void>;
}

export interface PrivateRedisOptions {
  dataDir: string;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  /** Where PATH and the cache folder are looked up. */
  env?: Environment;
}

/** Linux allows 107 characters in a socket's path, macOS 103 (sys/un.h). */
const LONGEST_SOCKET_PATH = 103;
/** A large append-only file is read at about 100 MB/s; ours stays far below 1 GB. */
const START_WITHIN_MS = 30_000;
/** Nothing is left to be written out (`appendfsync always`); a rewrite of the file may have to be ended. */
const STOP_WITHIN_MS = 5_000;
/** A server that dies again and again before it is this old has a reason that starting it once more does not mend. */
const STABLE_AFTER_MS = 10_000;
const EARLY_DEATHS = 3;

/** @throws UserError without a Redis binary, when another process holds the folder, or when the server does not start */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis> {
  const { log, env = process.env } = options;
  const binary = findRedisServer(env) ?? missing();
  const folder = resolve(options.dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder);
  const place = reachable(folder);
  try {
    await endOrphan(place.socket, log);
    const keeper = await keepRunning(() => spawnRedis(binary, folder, env), place.socket, log);
    return {
      url: `unix://${place.socket.split('/').map(encodeURIComponent).join('/')}`,
      stop: once(async () => {
        await keeper.stop();
        place.leave();
        lock.release();
      }),
    };
  } catch (error) {
    place.leave();
    lock.release();
    throw error;
  }
}

function missing(): never {
  throw new UserError(
    'There is no Redis: neither redis-server nor valkey-server is on PATH or in the local cache.',
    'Run `npm run setup`, which provides one, or set REDIS_URL.',
  );
}

/** The socket by a path that is short enough: a link in the temporary folder stands in for a long one. */
function reachable(folder: string): { socket: string; leave(): void } {
  const socket = join(folder, 'redis.sock');
  if (Buffer.byteLength(socket) <= LONGEST_SOCKET_PATH) return { socket, leave: () => {} };
  const shortcut = mkdtempSync(join(tmpdir(), 'bellboard-'));
  symlinkSync(folder, join(shortcut, 'd'));
  return {
    socket: join(shortcut, 'd', 'redis.sock'),
    leave: () => rmSync(shortcut, { recursive: true, force: true }),
  };
}

/** We hold the lock, so a server that still answers here lost its owner a moment ago: it has to go before ours comes. */
async function endOrphan(socket: string, log: PrivateRedisOptions['log']): Promise<void> {
  if ((await askSocket(socket, 'PING')) === undefined) return;
  log.warn({ socket }, 'ending the Redis that an earlier process left behind');
  const deadline = Date.now() + STOP_WITHIN_MS;
  while ((await askSocket(socket, 'SHUTDOWN')) !== undefined || (await askSocket(socket, 'PING')) !== undefined) {
    if (Date.now() > deadline) {
      throw new UserError(`A Redis left behind on ${socket} does not end.`, 'End it by hand, then start again.');
    }
    await wait(50);
  }
}

/** Starts the server and, should it die, starts it again: its data is on disk and every client reconnects by itself. */
async function keepRunning(spawn: () => RedisServer, socket: string, log: PrivateRedisOptions['log']) {
  let stopping = false;
  let server = spawn();
  let startedAt = Date.now();
  let earlyDeaths = 0;
  await untilUp(server, socket);
  const watch = (): Promise<void> =>
    server.ended.then(async (said) => {
      if (stopping) return;
      earlyDeaths = Date.now() - startedAt < STABLE_AFTER_MS ? earlyDeaths + 1 : 0;
      if (earlyDeaths >= EARLY_DEATHS) {
        log.error({ said }, 'the private Redis ended soon after each start; it is not started again');
        return;
      }
      log.error({ said }, 'the private Redis ended unexpectedly; starting it again');
      server = spawn();
      startedAt = Date.now();
      await watch();
    });
  const watching = watch();
  return {
    async stop() {
      stopping = true;
      server.terminate();
      const late = setTimeout(() => server.kill(), STOP_WITHIN_MS);
      await watching;
      clearTimeout(late);
    },
  };
}

async function untilUp(server: RedisServer, socket: string): Promise<void> {
  let said: string | undefined;
  server.ended.then((last) => {
    said = last;
  });
  const deadline = Date.now() + START_WITHIN_MS;
  while ((await askSocket(socket, 'PING')) !== '+PONG') {
    if (said !== undefined)
      throw new UserError(`The private Redis did not start: ${said}`, 'Mend that, or set REDIS_URL.');
    if (Date.now() > deadline) {
      server.kill();
      throw new UserError('The private Redis did not start within 30 s.', 'Look at DATA_DIR, or set REDIS_URL.');
    }
    await wait(10);
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act();
    return done;
  };
}
