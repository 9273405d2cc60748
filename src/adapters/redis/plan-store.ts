// Plans and the acts of their buttons: `plan:<id>` holds what was shown, `act:<id>` who pressed the button first.
import type { Redis } from 'ioredis';
import type { Act, Plan, PlanStore } from '../../core/plans.js';
import { DAY } from '../../core/time.js';
import type { Keys } from './keys.js';

/** Longer than any button is valid, so that a late click still gets the true answer. */
const KEPT_MS = 30 * DAY;

// The first act stays; everyone after gets to see it.
const CLAIM = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return ARGV[1] end
return redis.call('GET', KEYS[1])`;

export function planStore(redis: Redis, keys: Keys): PlanStore {
  return {
    async keep(plan) {
      await redis.set(keys.plan(plan.id), JSON.stringify(plan), 'PX', KEPT_MS);
    },
    async read(id) {
      const text = await redis.get(keys.plan(id));
      return text === null ? undefined : (JSON.parse(text) as Plan);
    },
    async claim(id, act) {
      return JSON.parse(
        (await redis.eval(CLAIM, 1, keys.act(id), JSON.stringify(act), String(KEPT_MS))) as string,
      ) as Act;
    },
    async act(id) {
      const text = await redis.get(keys.act(id));
      return text === null ? undefined : (JSON.parse(text) as Act);
    },
  };
}
