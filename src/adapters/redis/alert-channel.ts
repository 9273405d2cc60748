// Whether the alert channel takes our messages, said by whoever sent last and read by every process.
import type { Redis } from 'ioredis';
import type { AlertChannel } from '../../core/delivery.js';
import type { Keys } from './keys.js';

export function alertChannel(redis: Redis, keys: Keys): AlertChannel {
  const key = keys.seen('alert-channel');
  return {
    async broken(code, at) {
      await redis.set(key, JSON.stringify({ v: 1, code, since: at }), 'NX');
    },
    async well() {
      await redis.del(key);
    },
    async fault() {
      const text = await redis.get(key);
      return text === null ? undefined : (JSON.parse(text) as { code: string; since: number });
    },
  };
}
