// The bell board in Redis: what rules remember at `seen:*`, cases at `incident:*`, what has rung in `ledger`. A decision is
// written in one step that proves the job's lock, so a worker that was stopped in the middle writes nothing when it wakes up.
import type { Redis } from 'ioredis';
import type { Ack, Board, BoardChange, BoardState, Incidents, LedgerRow, Shown, Silence } from '../../core/board.js';
import type { Incident } from '../../core/incident.js';
import { RESTARTED, type RestartMemory } from '../../core/restart-memory.js';
import { DAY } from '../../core/time.js';
import type { Watch } from '../../core/watch.js';
import type { Keys } from './keys.js';
import { orRedisError } from './redis-error.js';
import { LockLost } from './worker.js';

/** Design §5.1. */
const KEPT_MS = 90 * DAY;
const RECENT_KEPT = 500;

/** The grip of a running job of `events` on its lock. */
export interface Grip {
  jobId: string;
  token: string;
  lockMs: number;
  signal: AbortSignal;
}

// Lock, then everything; commands come as JSON so that one script serves any change.
const COMMIT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
for _, command in ipairs(cjson.decode(ARGV[3])) do redis.call(unpack(command)) end
return 1`;

type Command = string[];

export function boardStore(redis: Redis, keys: Keys, grip: Grip): Board {
  return {
    load: (rules, now) => load(redis, keys, rules, now),
    async known(identities) {
      if (identities.length === 0) return new Set();
      const rows = await redis.hmget(keys.ledger, ...identities);
      return new Set(identities.filter((_, index) => rows[index] != null));
    },
    async commit(change) {
      if (grip.signal.aborted) throw new LockLost();
      const lock = `${keys.prefix}:events:${grip.jobId}:lock`;
      const done = await redis.eval(
        COMMIT,
        1,
        lock,
        grip.token,
        String(grip.lockMs),
        JSON.stringify(commandsFor(change, keys)),
      );
      if (done !== 1) throw new LockLost();
    },
    async showed(incidentId, shown) {
      await redis.hset(keys.shown, incidentId, JSON.stringify(shown));
    },
  };
}

async function load(redis: Redis, keys: Keys, rules: readonly string[], now: number): Promise<BoardState> {
  const [watch, number, latest, ...memories] = await redis
    .pipeline()
    .get(keys.seen('controller'))
    .get(keys.incidentNumber)
    .hgetall(keys.latest)
    .mget(rules.map((rule) => keys.seen(`rule:${rule}`)))
    .exec()
    .then((rows) => (rows ?? []).map(([error, value]) => checked(error, value)));
  const ids = Object.entries((latest ?? {}) as Record<string, string>);
  const kept = ids.length === 0 ? NOTHING : await details(redis, keys, ids, now);
  const remembered = (memories[0] ?? []) as (string | null)[];
  return {
    watch: read<Watch>(watch as string | null),
    memories: Object.fromEntries(
      rules.flatMap((rule, index) => {
        const memory = read<{ v: number; memory: unknown }>(remembered[index] ?? null);
        return memory === undefined ? [] : [[rule, memory.memory]];
      }),
    ),
    number: Number((number as string | null) ?? 0),
    ...kept,
  };
}

type Details = Pick<BoardState, 'incidents' | 'shown' | 'acks' | 'silences'>;
const NOTHING: Details = { incidents: {}, shown: {}, acks: {}, silences: {} };

async function details(
  redis: Redis,
  keys: Keys,
  ids: [fingerprint: string, id: string][],
  now: number,
): Promise<Details> {
  const rows = await redis
    .pipeline()
    .mget(ids.map(([, id]) => keys.incident(id)))
    .hmget(keys.shown, ...ids.map(([, id]) => id))
    .mget(ids.map(([, id]) => keys.ack(id)))
    .mget(ids.map(([fingerprint]) => keys.silence(fingerprint)))
    .exec();
  const [incidents, shown, acks, silences] = (rows ?? []).map(
    ([error, value]) => checked(error, value) as (string | null)[],
  );
  const byName = <T>(names: string[], texts: (string | null)[] | undefined): Record<string, T> =>
    Object.fromEntries(
      names.flatMap((name, index) => {
        const value = read<T>(texts?.[index] ?? null);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  const fingerprints = ids.map(([fingerprint]) => fingerprint);
  const names = ids.map(([, id]) => id);
  return {
    incidents: byName<Incident>(fingerprints, incidents),
    shown: byName<Shown>(names, shown),
    acks: byName<Ack>(names, acks),
    silences: holding(byName<Silence>(fingerprints, silences), now),
  };
}

/** Its key lives in real time, the silence by our clock. */
const holding = (silences: Record<string, Silence>, now: number): Record<string, Silence> =>
  Object.fromEntries(Object.entries(silences).filter(([, { until }]) => until > now));

function checked(error: Error | null, value: unknown): unknown {
  if (error !== null) throw error;
  return value;
}

const read = <T>(text: string | null): T | undefined => (text === null ? undefined : (JSON.parse(text) as T));

function commandsFor(change: BoardChange, keys: Keys): Command[] {
  const commands: Command[] = [];
  if (change.watch !== undefined) commands.push(['SET', keys.seen('controller'), JSON.stringify(change.watch)]);
  for (const [rule, memory] of Object.entries(change.memories)) {
    commands.push(['SET', keys.seen(`rule:${rule}`), JSON.stringify({ v: 1, memory })]);
  }
  if (change.number !== undefined) commands.push(['SET', keys.incidentNumber, String(change.number)]);
  for (const incident of change.incidents) commands.push(...keep(incident, keys));
  for (const row of change.ledger) commands.push(['HSETNX', keys.ledger, row.identity, ledgerText(row)]);
  return commands;
}

const keep = (incident: Incident, keys: Keys): Command[] => [
  ['SET', keys.incident(incident.id), JSON.stringify(incident), 'PX', String(KEPT_MS)],
  ['HSET', keys.latest, incident.fingerprint, incident.id],
  ['ZADD', keys.recent, String(incident.raisedAt), incident.id],
  ['ZREMRANGEBYRANK', keys.recent, '0', String(-RECENT_KEPT - 1)],
];

/**
 * A row names the incident that tells of it, and so the logical message `alert:<id>`, whose own record goes from waiting
 * over sending to posted with channel and ts: one truth about what Slack has, not two.
 */
const ledgerText = ({ incident, at }: LedgerRow): string => JSON.stringify({ v: 1, at, incident });

export interface IncidentStore extends Incidents {
  /** What a rule keeps, as it keeps it. */
  remembered(rule: string): Promise<unknown>;
  /** Forgets what is older than anybody can ask for, and cases that nothing can reopen. */
  trim(now: number): Promise<void>;
}

export function incidentStore(redis: Redis, keys: Keys): IncidentStore {
  const remembered = async <T>(rule: string): Promise<T | undefined> =>
    read<{ memory: T }>(await redis.get(keys.seen(`rule:${rule}`)))?.memory;
  const one = async (id: string) => read<Incident>(await redis.get(keys.incident(id)));
  return {
    async recent(limit) {
      const known = Promise.all([redis.hvals(keys.latest), redis.zrevrange(keys.recent, 0, limit - 1)]);
      const ids = [...new Set((await orRedisError('read alerts', known)).flat())];
      const read = await orRedisError('read alerts', Promise.all(ids.map(one)));
      const all = read.filter((incident) => incident !== undefined);
      const isOver = (incident: Incident) => Number(incident.resolvedAt !== undefined);
      return all.sort((a, b) => isOver(a) - isOver(b) || b.raisedAt - a.raisedAt).slice(0, limit);
    },
    async since(from) {
      const ids = await redis.zrevrangebyscore(keys.recent, '+inf', from);
      return (await Promise.all(ids.map(one))).filter((incident) => incident !== undefined);
    },
    find: (id) => one(id.toUpperCase()),
    ackOf: async (id) => read<Ack>(await orRedisError('read who acknowledged', redis.get(keys.ack(id)))),
    async silences() {
      const fingerprints = Object.keys(await redis.hgetall(keys.latest));
      if (fingerprints.length === 0) return {};
      const texts = await redis.mget(fingerprints.map((fingerprint) => keys.silence(fingerprint)));
      return Object.fromEntries(
        fingerprints.flatMap((fingerprint, index) => {
          const silence = read<Silence>(texts[index] ?? null);
          return silence === undefined ? [] : [[fingerprint, silence]];
        }),
      );
    },
    async ack(id, by) {
      const claimed = await redis.set(keys.ack(id), JSON.stringify(by), 'PX', KEPT_MS, 'NX');
      return claimed === 'OK' ? by : (read<Ack>(await redis.get(keys.ack(id))) ?? by);
    },
    async silence(fingerprint, silence) {
      await redis.set(
        keys.silence(fingerprint),
        JSON.stringify(silence),
        'PX',
        Math.max(1, silence.until - silence.at),
      );
    },
    async endSilence(fingerprint) {
      await redis.del(keys.silence(fingerprint));
    },
    async endsOfController(now) {
      const kept = await remembered<Partial<RestartMemory>>(RESTARTED);
      if (kept?.since == null) return undefined;
      return { count: (kept.ends ?? []).filter((at) => now - at < DAY).length, since: kept.since };
    },
    remembered,
    async trim(now) {
      for await (const rows of redis.hscanStream(keys.ledger, { count: 500 }) as AsyncIterable<string[]>) {
        const old = rows.filter((_, index) => index % 2 === 0 && ageOf(rows[index + 1], now) > KEPT_MS);
        if (old.length > 0) await redis.hdel(keys.ledger, ...old);
      }
      const latest = Object.entries(await redis.hgetall(keys.latest));
      for (const [fingerprint, id] of latest) {
        const incident = await one(id);
        if (incident !== undefined && now - (incident.resolvedAt ?? now) < DAY) continue;
        await redis.multi().hdel(keys.latest, fingerprint).hdel(keys.shown, id).exec();
      }
    },
  };
}

const ageOf = (text: string | undefined, now: number): number => now - (read<{ at?: number }>(text ?? null)?.at ?? now);
