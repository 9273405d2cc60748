import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../../src/adapters/redis/private-redis.js';
import { askSocket, findRedisServer } from '../../../src/adapters/redis/redis-server.js';
import { UserError } from '../../../src/core/errors.js';
import { compiled } from '../../support/compiled.js';

let folder: string;
const servers: PrivateRedis[] = [];
const said: string[] = [];
const log = {
  info: (_: object, message: string) => said.push(message),
  warn: (_: object, message: string) => said.push(message),
  error: (_: object, message: string) => said.push(message),
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bb-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  said.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(dataDir: string, env: Record<string, string | undefined> = process.env): Promise<PrivateRedis> {
  const server = await startPrivateRedis({ dataDir, log, env });
  servers.push(server);
  return server;
}

const socketOf = (server: PrivateRedis) => decodeURIComponent(server.url.replace('unix://', ''));

/** A PATH with just these programs. */
function pathWith(name: string, ...programs: string[]): Record<string, string> {
  const bin = join(folder, name);
  mkdirSync(bin);
  for (const program of programs) symlinkSync(program, join(bin, 'redis-server'));
  return { PATH: bin, HOME: join(folder, `${name}-home`) };
}

async function serverPid(socket: string): Promise<number> {
  const info = (await askSocket(socket, 'INFO server')) ?? '';
  return Number(/process_id:(\d+)/.exec(info)?.[1]);
}

/** Ended; whether init has already reaped it is not our matter. */
const isGone = (pid: number) => /^\s*Z?\s*$/.test(spawnSync('ps', ['-o', 'state=', '-p', `${pid}`]).stdout.toString());

async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await wait(20)) if (await holds()) return;
  throw new Error(`never seen: ${what}`);
}

describe('a private Redis', () => {
  test('answers on a socket in the data folder, for its owner only, and on no port', async () => {
    const server = await start(join(folder, 'plain'));
    const socket = socketOf(server);
    expect(socket).toBe(join(folder, 'plain', 'redis.sock'));
    expect(await askSocket(socket, 'CONFIG GET port')).toContain('\r\n0');
    expect(await askSocket(socket, 'CONFIG GET appendonly')).toContain('yes');
    expect(await askSocket(socket, 'CONFIG GET appendfsync')).toContain('always');
    expect(await askSocket(socket, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
  });

  test('has its data again after a stop and a start', async () => {
    const dataDir = join(folder, 'again');
    const first = await start(dataDir);
    expect(await askSocket(socketOf(first), 'SET bell rung')).toBe('+OK');
    await first.stop();
    await first.stop();
    expect(existsSync(join(dataDir, 'redis.sock'))).toBe(false);
    expect(existsSync(join(dataDir, 'redis.lock'))).toBe(false);
    const second = await start(dataDir);
    expect(await askSocket(socketOf(second), 'GET bell')).toContain('rung');
  });

  test('is refused to a second process, naming the first', async () => {
    const dataDir = join(folder, 'taken');
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toThrow(`in use by process ${process.pid}`);
    await expect(start(dataDir)).rejects.toBeInstanceOf(UserError);
    expect(await askSocket(socketOf(first), 'PING')).toBe('+PONG');
  });

  test('goes to one only of several that start at the same moment over a stale lock', async () => {
    const dataDir = join(folder, 'race');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'redis.lock'), '{"pid":4194305}');
    const outcomes = await Promise.allSettled([start(dataDir), start(dataDir), start(dataDir)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  test('takes over a lock whose process id now belongs to another process', async () => {
    const dataDir = join(folder, 'reused');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'redis.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }));
    await start(dataDir);
    expect(readFileSync(join(dataDir, 'redis.lock'), 'utf8')).not.toContain('another boot');
  });

  test('works below a folder whose name is too long for a socket, with blanks in it', async () => {
    const dataDir = join(folder, 'a name with blanks # and 100 % more', 'x'.repeat(120));
    const server = await start(dataDir);
    const socket = socketOf(server);
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(103);
    expect(await askSocket(socket, 'SET long path')).toBe('+OK');
    await server.stop();
    expect(existsSync(join(socket, '..', '..'))).toBe(false);
    expect(existsSync(join(dataDir, 'appendonlydir'))).toBe(true);
  });

  test('comes back with its data when the server itself is killed', async () => {
    const server = await start(join(folder, 'killed'));
    const socket = socketOf(server);
    await askSocket(socket, 'SET bell rung');
    const pid = await serverPid(socket);
    process.kill(pid, 'SIGKILL');
    await eventually(
      'another server',
      async () => (await askSocket(socket, 'PING')) === '+PONG' && (await serverPid(socket)) !== pid,
    );
    expect(await askSocket(socket, 'GET bell')).toContain('rung');
    expect(said).toContain('the private Redis ended unexpectedly; starting it again');
  });

  test('says what to do when there is no Redis anywhere', async () => {
    const refused = start(join(folder, 'none'), pathWith('empty'));
    await expect(refused).rejects.toMatchObject({ name: 'UserError', hint: expect.stringContaining('npm run setup') });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  test('tells what the server said when it does not start, and gives the folder back', async () => {
    const broken = join(folder, 'broken-redis');
    writeFileSync(broken, '#!/bin/sh\necho "Bad file format reading the append only file" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const dataDir = join(folder, 'broken');
    await expect(start(dataDir, pathWith('broken-bin', broken))).rejects.toThrow(
      'Bad file format reading the append only file',
    );
    expect(existsSync(join(dataDir, 'redis.lock'))).toBe(false);
  });
});

describe('when the process that started it is killed without warning', () => {
  let module: string;
  beforeAll(() => {
    module = compiled('adapters/redis/private-redis.ts', join(folder, 'compiled'));
  }, 60_000);

  async function ownerOf(dataDir: string, env: Record<string, string | undefined>): Promise<ChildProcess> {
    const program = `
      import { startPrivateRedis } from ${JSON.stringify(module)};
      const log = { info() {}, warn() {}, error() {} };
      const { url } = await startPrivateRedis({ dataDir: ${JSON.stringify(dataDir)}, log });
      console.log(url);
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    return owner;
  }

  const watchers: [string, () => Record<string, string | undefined>][] = [
    ['by the kernel', () => process.env],
    ['by a watcher, where there is no setpriv', () => pathWith('watched', findRedisServer() ?? '')],
  ];
  test.each(watchers)('the server ends too, %s, and the next start has the data', async (how, env) => {
    const dataDir = join(folder, `orphan ${how}`);
    const owner = await ownerOf(dataDir, env());
    const socket = join(dataDir, 'redis.sock');
    await askSocket(socket, 'SET bell rung');
    const pid = await serverPid(socket);
    owner.kill('SIGKILL');
    await eventually('the end of the server', () => isGone(pid));
    const next = await start(dataDir);
    expect(await askSocket(socketOf(next), 'GET bell')).toContain('rung');
  });

  test('a start right after it does not share the files with the server that is ending', async () => {
    const dataDir = join(folder, 'at once');
    const owner = await ownerOf(dataDir, process.env);
    const socket = join(dataDir, 'redis.sock');
    await askSocket(socket, 'SET bell rung');
    const pid = await serverPid(socket);
    const ended = new Promise((resolve) => owner.once('exit', resolve));
    owner.kill('SIGKILL');
    await ended;
    const next = await start(dataDir);
    // The ending server removes "its" socket: one that ended late would cut us off from the new one.
    await eventually('the end of the old server', () => isGone(pid));
    expect(await askSocket(socketOf(next), 'GET bell')).toContain('rung');
  });
});
