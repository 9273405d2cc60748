// Slack's rate rules as Redis keys, so that all workers together keep them.
import type { Redis } from 'ioredis';
import type { Pace } from '../../core/delivery.js';
import { HOUR } from '../../core/time.js';
import type { Keys } from './keys.js';

const SLOT = `
if redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 0 end
return math.max(1, redis.call('PTTL', KEYS[1]))`;

export function pace(redis: Redis, keys: Keys): Pace {
  return {
    slot: async (what, everyMs) => Number(await redis.eval(SLOT, 1, keys.pace(what), String(everyMs))),
    paused: async (method) => Math.max(0, await redis.pttl(keys.pause(method))),
    pause: async (method, ms) => {
      await redis.set(keys.pause(method), '1', 'PX', Math.max(1, Math.ceil(ms)));
    },
    use: async (delivery) => {
      const [[, uses] = []] =
        (await redis.multi().incr(keys.uses(delivery)).pexpire(keys.uses(delivery), HOUR).exec()) ?? [];
      return Number(uses ?? 1);
    },
  };
}
