// Plans and the acts of their buttons: `plan:<id>` holds what was shown, `act:<id>` who pressed the button first,
// `approvals:<id>` who agreed, by user id; `plans` lists those that may still be answered, by the end of their time.
import type { Redis } from 'ioredis';
import type { Act, Approval, Plan, PlanStore } from '../../core/plans.js';
import { DAY } from '../../core/time.js';
import type { Keys } from './keys.js';
import { orRedisError } from './redis-error.js';

/** Longer than any button is valid, so that a late click still gets the true answer. */
const KEPT_MS = 30 * DAY;

/** A plan is valid for minutes: more than these are no board but a flood. */
const MOST_OPEN = 50;

// The first act stays; everyone after gets to see it.
const CLAIM = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return ARGV[1] end
return redis.call('GET', KEYS[1])`;

// Look and write in one step, so that nobody agrees to what has been answered meanwhile.
const APPROVE = `
local act = redis.call('GET', KEYS[2])
if not act then
  redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return {act or '', redis.call('HVALS', KEYS[1])}`;

export function planStore(redis: Redis, keys: Keys): PlanStore {
  return {
    async keep(plan) {
      await redis
        .multi()
        .set(keys.plan(plan.id), JSON.stringify(plan), 'PX', KEPT_MS)
        .zadd(keys.openPlans, plan.validUntil, plan.id)
        .zremrangebyscore(keys.openPlans, '-inf', plan.madeAt)
        .exec();
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
    approvalsOf: async (id) => approvalsIn(await redis.hvals(keys.approvals(id))),
    async open(now) {
      const open = redis.zrevrangebyscore(keys.openPlans, '+inf', now, 'LIMIT', 0, MOST_OPEN);
      const ids = await orRedisError('read open plans', open);
      if (ids.length === 0) return [];
      const both = Promise.all([redis.mget(ids.map(keys.plan)), redis.mget(ids.map(keys.act))]);
      const [plans, acts] = await orRedisError('read open plans', both);
      return plans.flatMap((text, index) => (text === null || acts[index] != null ? [] : [JSON.parse(text) as Plan]));
    },
    async approve(id, approval) {
      const given = JSON.stringify(approval);
      const [act, all] = (await redis.eval(
        APPROVE,
        2,
        keys.approvals(id),
        keys.act(id),
        approval.actor.userId,
        given,
        String(KEPT_MS),
      )) as [string, string[]];
      return { approvals: approvalsIn(all), act: act === '' ? undefined : (JSON.parse(act) as Act) };
    },
  };
}

const approvalsIn = (all: readonly string[]): Approval[] =>
  all.map((text) => JSON.parse(text) as Approval).sort((a, b) => a.at - b.at);
