// The lock on the app, at the key `lock`: set, opened and replaced in one step each, so that two people cannot both have it.
import type { Redis } from 'ioredis';
import type { AppLock, LockStore } from '../../core/app-lock.js';
import type { Clock } from '../../core/time.js';
import type { Keys } from './keys.js';
import type { Queues } from './queue.js';

/** A clock that is not the real one may say that it has ended before Redis does, never the other way round. */
const TAKE = `
local held = redis.call('GET', KEYS[1])
if held then
  local lock = cjson.decode(held)
  if lock['id'] == ARGV[6] then return held end
  if lock['until'] > tonumber(ARGV[3]) and lock['userId'] ~= ARGV[4] and lock['id'] ~= ARGV[5] then return held end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`;

const OPEN = `
local held = redis.call('GET', KEYS[1])
if held and cjson.decode(held)['id'] == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

export function lockStore(redis: Redis, keys: Keys, clock: Clock): LockStore {
  return {
    async standing() {
      // A newer version knows more of a lock, not less: whose it is and until when is read all the same.
      const lock = JSON.parse((await redis.get(keys.lock)) ?? 'null') as AppLock | null;
      return lock === null || lock.until <= clock.now() ? undefined : lock;
    },
    async take(lock, replaces) {
      const now = clock.now();
      const keptMs = String(Math.max(1, Math.ceil(lock.until - now)));
      const given = [JSON.stringify(lock), keptMs, String(now), lock.userId, replaces ?? '', lock.id];
      return JSON.parse((await redis.eval(TAKE, 1, keys.lock, ...given)) as string) as AppLock;
    },
    async open(id) {
      await redis.eval(OPEN, 1, keys.lock, id);
    },
  };
}

/** What reminds a lock's owner: BullMQ waits in real time, so the clock's time is divided by its speed. */
export function lockClock({ ticks }: Queues, clock: Clock) {
  return {
    /** The same lock with the same end again adds nothing. */
    async remindIn({ id, until }: AppLock, afterMs: number): Promise<void> {
      const delay = Math.ceil(afterMs / clock.speed);
      await ticks.add('lock-ends', { v: 1, kind: 'lock-ends', lock: id, until }, { jobId: `lock-ends-${id}`, delay });
    },
  };
}
