// What digests keep between ticks: the slot that was done last, claims, and what the next sample compares with.
import type { Redis } from 'ioredis';
import type { DigestStore, LastSlot } from '../../core/digest.js';
import { HOUR } from '../../core/time.js';
import type { UsageMemory } from '../../core/usage-sampler.js';
import type { Keys } from './keys.js';

/** Counters of yesterday tell nothing. */
const REMEMBERED_MS = HOUR;

export function digestStore(redis: Redis, keys: Keys): DigestStore {
  return {
    last: async () => read<LastSlot>(await redis.get(keys.digest('last'))),
    begin: async (first) => {
      await redis.set(keys.digest('last'), JSON.stringify(first), 'NX');
    },
    done: async (slot) => {
      await redis.set(keys.digest('last'), JSON.stringify(slot));
    },
    claim: async (what, value, ms) => (await redis.set(keys.digest(`claim:${what}`), value, 'PX', ms, 'NX')) === 'OK',
    claimed: async (what) => (await redis.get(keys.digest(`claim:${what}`))) ?? undefined,
    remembered: async () => read<UsageMemory>(await redis.get(keys.seen('usage'))),
    remember: async (memory) => {
      await redis.set(keys.seen('usage'), JSON.stringify(memory), 'PX', REMEMBERED_MS);
    },
  };
}

/** A newer version is left alone. */
function read<T extends { v: 1 }>(text: string | null): T | undefined {
  const value = JSON.parse(text ?? 'null') as T | null;
  return value?.v === 1 ? value : undefined;
}
