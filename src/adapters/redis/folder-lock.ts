// One process per data folder: private-redis.ts takes this lock before it starts a server, because two Redis servers on
// one folder both start, and both write the same append-only file.
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';

export interface FolderLock {
  release(): void;
}

/** Process id, and when it started: ids are used again, after a restart of the machine even soon. */
interface Owner {
  pid: number;
  startedAt: string | undefined;
}

/**
 * Takes `redis.lock` in the folder; one left behind by a process that is gone is taken over.
 * @throws UserError naming the process that holds it
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, 'redis.lock');
  const mine: Owner = { pid: process.pid, startedAt: startOf(process.pid) };
  const text = JSON.stringify(mine);
  // More than once: a stale lock has to go first, and another process may be about the same just now.
  for (let attempt = 0; attempt < 3; attempt++) {
    if (createWhole(path, text)) return { release: () => releaseOwn(path, text) };
    const owner = readOwner(path);
    if (owner !== undefined && isAlive(owner)) throw heldBy(folder, owner);
    moveAside(path);
  }
  throw new UserError(
    `The lock ${path} changes hands all the time.`,
    'Start one Bellboard per data folder (DATA_DIR).',
  );
}

/** Linking a finished file into place is atomic and refuses to replace: nobody ever reads half a lock. */
function createWhole(path: string, text: string): boolean {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Of several that find the same stale lock only one can move it; what was moved is looked at again before it goes. */
function moveAside(path: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const owner = readOwner(aside);
  if (owner !== undefined && isAlive(owner)) {
    try {
      linkSync(aside, path);
    } catch {
      // Somebody holds it again: then it is theirs.
    }
  }
  rmSync(aside, { force: true });
}

function releaseOwn(path: string, text: string): void {
  try {
    if (readFileSync(path, 'utf8') === text) rmSync(path);
  } catch {
    // Gone already, with the whole folder perhaps.
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || typeof owner.pid !== 'number')
      return undefined;
    const startedAt = 'startedAt' in owner && typeof owner.startedAt === 'string' ? owner.startedAt : undefined;
    return { pid: owner.pid, startedAt };
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return owner.startedAt === undefined || owner.startedAt === startOf(owner.pid);
}

/** Linux: a zombie is as good as gone, and for the living: field 22 of /proc/<pid>/stat, ticks since boot (man 5 proc), with the boot's id; elsewhere unknown. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces, so counting starts behind it, at field 3, the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields[19];
    if (fields[0] === 'Z') return 'ended, but nobody has asked how';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
  } catch {
    return undefined;
  }
}

function heldBy(folder: string, owner: Owner): UserError {
  return new UserError(
    `The data folder ${folder} is in use by process ${owner.pid}.`,
    'Stop that process, give this one its own DATA_DIR, or let both share a Redis with REDIS_URL.',
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
