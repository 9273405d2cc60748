// Logical messages at `message:<key>`: what each should say, where it stands in Slack, and what was last sent.
import type { Redis } from 'ioredis';
import type { Destination, Message, Posted, PutOptions } from '../../core/conversation.js';
import type { MessageRecords, StoredMessage } from '../../core/delivery.js';
import { DAY } from '../../core/time.js';
import type { Keys } from './keys.js';

const KEPT_MS = 30 * DAY;

// Content of a lower rank than what stands is refused, so that a worker that woke up late cannot undo an outcome. A new
// line of a thread (KEYS[2]: the message above) remembers the line before it.
const PUT = `
if ARGV[7] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
if ARGV[10] == '1' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local rank = tonumber(redis.call('HGET', KEYS[1], 'rank') or '-1')
if tonumber(ARGV[3]) < rank then return 0 end
if KEYS[2] and redis.call('EXISTS', KEYS[1]) == 0 and redis.call('EXISTS', KEYS[2]) == 1 then
  local last = redis.call('HGET', KEYS[2], 'last')
  if last then redis.call('HSET', KEYS[1], 'after', last) end
  redis.call('HSET', KEYS[2], 'last', ARGV[12])
end
redis.call('HSET', KEYS[1], 'v', '1', 'wanted', ARGV[1], 'digest', ARGV[2], 'rank', ARGV[3], 'priority', ARGV[5])
redis.call('HSETNX', KEYS[1], 'to', ARGV[4])
if ARGV[8] ~= '' then redis.call('HSETNX', KEYS[1], 'since', ARGV[8]) end
if ARGV[9] ~= '' then redis.call('HSETNX', KEYS[1], 'happened', ARGV[9]) end
if ARGV[11] ~= '' then redis.call('HSET', KEYS[1], 'else', ARGV[11]) end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return 1`;

export interface MessageStore extends MessageRecords {
  /** @returns false when content of a higher rank stands there */
  put(key: string, to: Destination, wanted: Message, digest: string, options: PutOptions): Promise<boolean>;
  posted(key: string): Promise<Posted>;
}

export function messageStore(redis: Redis, keys: Keys): MessageStore {
  const at = (key: string) => keys.message(key);
  return {
    async put(
      key,
      to,
      wanted,
      digest,
      { rank = 0, priority = 'answer', once = false, ifStands = false, since, happenedAt, elseTo },
    ) {
      const args = [
        JSON.stringify(wanted),
        digest,
        String(rank),
        JSON.stringify(to),
        priority,
        String(KEPT_MS),
        once ? '1' : '0',
        String(since ?? ''),
        String(happenedAt ?? ''),
        ifStands ? '1' : '0',
        elseTo ?? '',
        key,
      ];
      const rows = to.kind === 'thread' ? [at(key), at(to.parent)] : [at(key)];
      return (await redis.eval(PUT, rows.length, ...rows, ...args)) === 1;
    },
    async read(key) {
      const row = await redis.hgetall(at(key));
      return row['wanted'] === undefined ? undefined : fromRow(row);
    },
    async posted(key) {
      const [ts, channelId, error, sent] = await redis.hmget(at(key), 'ts', 'channel', 'error', 'sent');
      if (ts != null && channelId != null) return { state: 'posted', channelId, ts };
      if (error != null) return { state: 'refused', error };
      return { state: sent == null ? 'waiting' : 'answered' };
    },
    async waits(key, now) {
      await redis.hsetnx(at(key), 'waits', String(now));
      return now - Number(await redis.hget(at(key), 'waits'));
    },
    async begin(key) {
      await redis.hset(at(key), 'sending', '1');
    },
    async sent(key, digest, where, lateMs) {
      const place = where === undefined ? {} : { channel: where.channelId, ts: where.ts };
      const row = { sent: digest, ...place, ...(lateMs === undefined ? {} : { late: String(lateMs) }) };
      await redis.multi().hset(at(key), row).hdel(at(key), 'sending', 'attempts', 'error').exec();
    },
    async unsent(key) {
      await redis.hdel(at(key), 'sending');
      return redis.hincrby(at(key), 'attempts', 1);
    },
    doubtful: (key) => redis.hincrby(at(key), 'attempts', 1),
    async refused(key, digest, error) {
      await redis.multi().hset(at(key), { error, sent: digest }).hdel(at(key), 'sending').exec();
    },
    async forgetPlace(key) {
      await redis.hdel(at(key), 'ts', 'channel', 'sent', 'sending');
    },
  };
}

function fromRow(row: Record<string, string>): StoredMessage {
  return {
    to: JSON.parse(row['to'] ?? 'null') as Destination,
    wanted: JSON.parse(row['wanted'] ?? 'null') as Message,
    digest: row['digest'] ?? '',
    sent: row['sent'],
    channelId: row['channel'],
    ts: row['ts'],
    error: row['error'],
    sending: row['sending'] === '1',
    attempts: Number(row['attempts'] ?? 0),
    since: numberIn(row['since']),
    happenedAt: numberIn(row['happened']),
    lateMs: numberIn(row['late']),
    elseTo: row['else'],
    after: row['after'],
  };
}

const numberIn = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
