// Starts one redis-server as a child that cannot outlive us; private-redis.ts decides when and where.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export type Environment = Record<string, string | undefined>;

export interface RedisServer {
  /** Resolves when the process has ended, with the last lines it said. */
  ended: Promise<string>;
  /** Asks it to end: it writes out what is left first. */
  terminate(): void;
  kill(): void;
}

const WATCHER = '/bin/sh';

/** `redis-server` or `valkey-server`, from PATH or from the folder `npm run setup` fills; undefined when there is none. */
export function findRedisServer(env: Environment = process.env): string | undefined {
  const cache = join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'bellboard', 'redis', 'bin');
  return onPath('redis-server', env) ?? onPath('valkey-server', env) ?? executable(join(cache, 'redis-server'));
}

/**
 * The server on a unix socket in `folder`, nothing on TCP, every write in the append-only file before it is confirmed:
 * with `everysec` a slow disk lets up to 2 s of confirmed writes wait in the server's memory, and a kill loses them
 * (redis.io/docs/latest/operate/oss_and_stack/management/persistence). Paths are relative to the folder: a socket's path
 * has at most 107 characters on Linux (man 7 unix), a folder's may have more.
 */
export function spawnRedis(binary: string, folder: string, env: Environment = process.env): RedisServer {
  const settings = ['--port', '0', '--unixsocket', 'redis.sock', '--unixsocketperm', '700', '--dir', '.'];
  const durability = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const [command, ...args] = endingWithUs([binary, ...settings, ...durability], env);
  // Detached: Ctrl-C in a terminal reaches the whole process group, and Redis would be gone before we have drained.
  const child = spawn(command, args, { cwd: folder, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const said = lastLines(child);
  letGo(child);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(said()));
  });
  // The pipe's end is the watcher's sign; under setpriv nobody reads it, and the signal goes to Redis itself.
  const terminate = () => (command === WATCHER ? child.stdin?.end() : child.kill('SIGTERM'));
  return { ended, terminate, kill: () => killGroup(child) };
}

/** One inline command (`PING`) on a socket; undefined when nobody listens or answers there within 1 s. */
export function askSocket(path: string, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let answer = '';
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk;
      if (answer.endsWith('\r\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(answer === '' ? undefined : answer.trim()));
  });
}

/**
 * Linux ends the child when we die, however we die (man 2 prctl, PR_SET_PDEATHSIG). Elsewhere a shell holds the other
 * end of a pipe: it closes when we are gone.
 */
function endingWithUs(command: readonly string[], env: Environment): [string, ...string[]] {
  const setpriv = process.platform === 'linux' ? onPath('setpriv', env) : undefined;
  if (setpriv !== undefined && spawnSync(setpriv, ['--pdeathsig', 'TERM', 'true']).status === 0) {
    return [setpriv, '--pdeathsig', 'TERM', ...command];
  }
  const watch =
    'exec 3<&0; "$@" 3<&- </dev/null & server=$!; { read -r _; kill -TERM "$server"; } <&3 >/dev/null 2>&1 & wait "$server"';
  return [WATCHER, '-c', watch, 'sh', ...command];
}

/** A server at rest must not keep our event loop alive; stopping it is private-redis.ts' matter. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) {
    pipe?.on('error', () => {});
    if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  }
}

/** The end of what the server said, for the error when it does not come up. */
function lastLines(child: ChildProcess): () => string {
  let tail = '';
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-2_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => tail.trim().split('\n').slice(-3).join(' ');
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended in this very moment.
  }
}

function onPath(name: string, env: Environment): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => executable(join(folder, name))).find((path) => path !== undefined);
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
