// What forms and the Home tab are made from: choices at `choices:<source>`, where a form's answer goes at `reply:<id>`,
// the board of now at `home`, and what each person asked for lately at `asked:<user>`.
import type { Redis } from 'ioredis';
import type { BoardNow, ChoiceStore, Found, HomeStore, ReplyStore } from '../../core/form.js';
import type { ReplyTo } from '../../core/jobs.js';
import type { PickSource } from '../../core/pick.js';
import { DAY, MINUTE } from '../../core/time.js';
import { digestOf } from './digest.js';
import type { Keys } from './keys.js';
import { orRedisError } from './redis-error.js';

const CHOICES_KEPT_MS = DAY;
/** Slack takes a `response_url` for so long (docs.slack.dev/interactivity/handling-user-interaction). */
const REPLY_KEPT_MS = 30 * MINUTE;
const ASKED_KEPT_MS = 90 * DAY;
const ASKED = 5;

export function choiceStore(redis: Redis, keys: Keys): ChoiceStore {
  const at = (source: PickSource, of: string | undefined) =>
    keys.choices(of === undefined ? source : `${source}:${digestOf(of)}`);
  return {
    async keep(source, of, found) {
      const text = JSON.stringify({ v: 1, ...found });
      await orRedisError('keep choices', redis.set(at(source, of), text, 'PX', CHOICES_KEPT_MS));
    },
    read: async (source, of) => parsed<Found>(await orRedisError('read choices', redis.get(at(source, of)))),
  };
}

export function replyStore(redis: Redis, keys: Keys): ReplyStore {
  return {
    async keep(id, replyTo) {
      const text = JSON.stringify({ v: 1, ...replyTo });
      await orRedisError('keep where an answer goes', redis.set(keys.reply(id), text, 'PX', REPLY_KEPT_MS));
    },
    async read(id) {
      const kept = parsed<ReplyTo>(await orRedisError('read where an answer goes', redis.get(keys.reply(id))));
      return kept && { responseUrl: kept.responseUrl, ...(kept.keepsMessage === true ? { keepsMessage: true } : {}) };
    },
  };
}

export function homeStore(redis: Redis, keys: Keys): HomeStore {
  return {
    async keep(board) {
      await orRedisError('keep the board', redis.set(keys.home, JSON.stringify(board), 'PX', DAY));
    },
    read: async () => parsed<BoardNow>(await orRedisError('read the board', redis.get(keys.home))),
    async asked(userId, text, at) {
      const key = keys.asked(userId);
      const kept = redis
        .multi()
        .zadd(key, at, text)
        .zremrangebyrank(key, 0, -ASKED - 1)
        .pexpire(key, ASKED_KEPT_MS)
        .exec();
      await orRedisError('keep what was asked', kept);
    },
    async forget(userId, text) {
      await redis.zrem(keys.asked(userId), text);
    },
    async askedBy(userId) {
      const asked = redis.zrevrange(keys.asked(userId), 0, ASKED - 1, 'WITHSCORES');
      const rows = await orRedisError('read what was asked', asked);
      return rows.flatMap((text, index) => (index % 2 === 0 ? [{ text, at: Number(rows[index + 1]) }] : []));
    },
  };
}

/** What another version wrote is as if it were not there. */
function parsed<T>(text: string | null): T | undefined {
  const value = text === null ? undefined : (JSON.parse(text) as { v?: number });
  return value?.v === 1 ? (value as T) : undefined;
}
