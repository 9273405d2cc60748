// Opens connections to Redis for main.ts: one that gives up at once, for the ears, and one that waits, for the hands.
import { Redis, type RedisOptions } from 'ioredis';
import { UpstreamError, UserError } from '../../core/errors.js';

export type { Redis };

/** Told when the connection is lost and when it is there again; each once per outage, however often we try. */
export interface RedisWatch {
  onUp?(): void;
  onDown?(error: UpstreamError): void;
}

/** A slash command is answered within 3 s and says within 1 s that Redis is down (design §4.1): the rest is for the ack. */
const PRODUCER_ANSWERS_WITHIN_MS = 800;
/** Trying again costs one small packet; a service that came back should not wait longer than this for us. */
const LONGEST_PAUSE_MS = 2_000;
const SENTINEL_PORT = 26_379;

/**
 * `redis://[user:password@]host[:port][/db]`, the same with `rediss://` (TLS), `unix:///path/to.sock[?db=n]`, or
 * `redis+sentinel://[user:password@]host[:port],host…/name[?db=n]`.
 * @throws UserError for anything else; the text never repeats the address, because a password may be in it
 */
export function redisOptions(url: string): RedisOptions {
  const scheme = /^([a-z+]+):\/\//.exec(url)?.[1];
  const rest = url.slice((scheme ?? '').length + '://'.length);
  if (scheme === 'unix') return unixOptions(rest);
  if (scheme === 'redis+sentinel') return sentinelOptions(rest);
  if (scheme === 'redis') return serverOptions(rest);
  if (scheme === 'rediss') return { ...serverOptions(rest), tls: {} };
  throw notAnAddress('it starts with none of them');
}

/** The secret part of a REDIS_URL, decoded; undefined without one. Never throws. */
export function redisPassword(url: string): string | undefined {
  try {
    return redisOptions(url).password || undefined;
  } catch {
    return undefined;
  }
}

/**
 * For whoever must answer soon: while Redis is away every call is rejected at once, and one that Redis does not answer
 * is rejected after 800 ms (then it may still have arrived).
 */
export function producer(url: string, watch: RedisWatch = {}): Redis {
  const impatience = { maxRetriesPerRequest: 1, enableOfflineQueue: false };
  const limits = { commandTimeout: PRODUCER_ANSWERS_WITHIN_MS, connectTimeout: PRODUCER_ANSWERS_WITHIN_MS };
  return open({ ...redisOptions(url), ...impatience, ...limits }, watch);
}

/** For whoever has time: calls wait until Redis is back. BullMQ's workers accept no other kind. */
export function worker(url: string, watch: RedisWatch = {}): Redis {
  return open({ ...redisOptions(url), maxRetriesPerRequest: null }, watch);
}

/** Resolves when the connection is ready for calls; @throws UpstreamError when it is not in time, with the last reason */
export function untilReady(client: Redis, withinMs: number): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    let last: unknown = new Error('timed out');
    const keepLast = (error: unknown) => {
      last = error;
    };
    const finish = (act: () => void) => {
      clearTimeout(late);
      client.off('ready', up).off('error', keepLast);
      act();
    };
    const up = () => finish(resolve);
    const late = setTimeout(() => finish(() => reject(redisFailure('connect', last))), withinMs);
    client.on('ready', up).on('error', keepLast);
  });
}

/**
 * What ioredis throws, in our words. Nothing of the original is kept: a refused AUTH carries its arguments, that is the
 * password, as a property.
 */
export function redisFailure(request: string, error: unknown): UpstreamError {
  const message = error instanceof Error ? error.message : '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const [seen, mayHaveArrived] = describe(message, code);
  return new UpstreamError({
    system: 'Redis',
    request,
    seen,
    retryable: !/^(NOAUTH|WRONGPASS|NOPERM)/.test(message),
    mayHaveArrived,
  });
}

function describe(message: string, code: string | undefined): [seen: string, mayHaveArrived: boolean] {
  if (code === 'ECONNREFUSED') return ['refused the connection', false];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return ['its host name is not known', false];
  if (code === 'ENOENT') return ['its socket is not there', false];
  if (code === 'ETIMEDOUT') return ['did not answer', false];
  if (code !== undefined && /TLS|CERT|SSL|EPROTO/i.test(code)) return [`TLS failed (${code})`, false];
  if (/^(NOAUTH|WRONGPASS)/.test(message)) return ['refused the user name or password in REDIS_URL', false];
  // The first word of Redis' own errors is a fixed word such as OOM, READONLY, LOADING (redis.io/docs/latest/develop/reference/protocol-spec).
  const word = /^([A-Z]{2,}) /.exec(message)?.[1];
  if (word !== undefined) return [`refused with ${word}`, false];
  if (/isn't writeable/.test(message)) return ['is not connected', false];
  return [/timed out/i.test(message) ? 'did not answer in time' : 'the connection was lost', true];
}

function open(options: RedisOptions, watch: RedisWatch): Redis {
  const pause = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS);
  const settings = { ...options, connectionName: 'bellboard', retryStrategy: pause, replyMapping: 'legacy' as const };
  const client = new Redis(settings);
  let down = false;
  let last: unknown;
  const lost = () => {
    if (down) return;
    down = true;
    watch.onDown?.(redisFailure('connect', last));
  };
  // Without a listener ioredis prints every failed attempt, address included, on stderr.
  client.on('error', (error: unknown) => {
    last = error;
    lost();
  });
  client.on('reconnecting', lost);
  client.on('ready', () => {
    down = false;
    last = undefined;
    watch.onUp?.();
  });
  return client;
}

function serverOptions(rest: string): RedisOptions {
  const { login, place, path, db } = pieces(rest);
  const [host, port] = hostAndPort(place, 6_379);
  return { host, port, ...login, ...(path === '' ? db : { db: databaseNumber(path) }) };
}

function sentinelOptions(rest: string): RedisOptions {
  const { login, place, path, db } = pieces(rest);
  if (path === '') throw notAnAddress('the name of the monitored Redis is missing after the hosts');
  const sentinels = place.split(',').map((one) => {
    const [host, port] = hostAndPort(one, SENTINEL_PORT);
    return { host, port };
  });
  return { sentinels, name: decode(path), ...login, ...db };
}

function unixOptions(rest: string): RedisOptions {
  const [path = '', query = ''] = rest.split('?', 2);
  if (!path.startsWith('/')) throw notAnAddress('a unix socket needs an absolute path, with three slashes');
  return { path: decode(path), ...database(query) };
}

function pieces(rest: string) {
  const [address = '', query = ''] = rest.split('?', 2);
  const at = address.lastIndexOf('@');
  const [place = '', ...path] = address.slice(at + 1).split('/');
  return { login: at < 0 ? {} : login(address.slice(0, at)), place, path: path.join('/'), db: database(query) };
}

function login(text: string): { username?: string; password?: string } {
  const [username = '', ...password] = text.split(':');
  return {
    ...(username === '' ? {} : { username: decode(username) }),
    ...(password.length === 0 ? {} : { password: decode(password.join(':')) }),
  };
}

function hostAndPort(text: string, otherwise: number): [string, number] {
  const [, host, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (host === undefined) throw notAnAddress('a host is missing or malformed');
  return [host.replace(/^\[|\]$/g, ''), port === undefined ? otherwise : Number(port)];
}

function database(query: string): { db?: number } {
  const db = new URLSearchParams(query).get('db');
  return db === null ? {} : { db: databaseNumber(db) };
}

function databaseNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw notAnAddress('the database is not a number');
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notAnAddress('a % is not followed by two hexadecimal digits');
  }
}

function notAnAddress(reason: string): UserError {
  return new UserError(
    `REDIS_URL is not an address of a Redis: ${reason}.`,
    'Use redis://host:6379, rediss://host:6379, unix:///path/to.sock or redis+sentinel://host1,host2/name.',
  );
}
