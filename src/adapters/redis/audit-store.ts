// The audit trail: one stream entry per change, whoever tells it how often.
import type { Redis } from 'ioredis';
import type { Audit, AuditEntry, AuditPage, AuditTrail } from '../../core/audit.js';
import { DAY } from '../../core/time.js';
import { scrubbedJson } from '../scrubbed.js';
import type { Scrub } from '../secrets.js';
import type { Keys } from './keys.js';
import { orRedisError } from './redis-error.js';

const KEPT_MS = 400 * DAY;
const PAGE = 200;
/** Somebody who is refused again and again must not make every look at the last changes slow. */
const MOST_LOOKED_AT = 2_000;

// Claim and entry are one step: a worker killed between the two would otherwise leave a change without a record.
const RECORD = `
if redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[2]) then
  redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[3], '*', 'entry', ARGV[1])
end
return 1`;

/** @param scrub over every text: what people may not read, Redis may not keep */
export function auditStore(redis: Redis, keys: Keys, scrub: Scrub): Audit & AuditTrail {
  return {
    ...auditReader(redis, keys),
    async record(entry) {
      const oldest = Math.max(0, Math.floor(entry.at - KEPT_MS));
      const text = JSON.stringify(scrubbedJson(entry, scrub));
      const kept = [keys.audit, keys.audited(entry.jobId), text, String(KEPT_MS), String(oldest)];
      await orRedisError('record an audit entry', redis.eval(RECORD, 2, ...kept));
    },
  };
}

export function auditReader(redis: Redis, keys: Keys): AuditTrail {
  return {
    async since(from) {
      const found: AuditEntry[] = [];
      for await (const rows of backwards(redis, keys, from)) found.push(...changesIn(rows));
      return found;
    },
    async recent(limit) {
      const found: AuditEntry[] = [];
      let lookedAt = 0;
      for await (const rows of backwards(redis, keys, 0)) {
        found.push(...changesIn(rows));
        lookedAt += PAGE;
        if (found.length >= limit || lookedAt >= MOST_LOOKED_AT) break;
      }
      return found.slice(0, limit);
    },
    async page({ from, before, fits, limit }) {
      const found: AuditPage['rows'] = [];
      for await (const rows of backwards(redis, keys, from, before)) {
        found.push(...rows.filter(({ entry }) => fits(entry)));
        if (found.length > limit) return { rows: found.slice(0, limit), isMore: true };
      }
      return { rows: found, isMore: false };
    },
  };
}

const changesIn = (rows: AuditPage['rows']): AuditEntry[] =>
  rows.flatMap(({ entry }) => (entry.neverBegan ? [] : [entry]));

/** They lie in the order in which they were written, which is that of their ends: of `at`, but for clocks that differ. */
async function* backwards(redis: Redis, keys: Keys, from: number, before?: string): AsyncGenerator<AuditPage['rows']> {
  for (let end = before === undefined ? '+' : `(${before}`; ; ) {
    const page = redis.xrevrange(keys.audit, end, '-', 'COUNT', PAGE);
    const rows = await orRedisError('read the audit trail', page);
    const entries = rows.flatMap(([id, [, text]]) => parseEntry(text).map((entry) => ({ id, entry })));
    const fitting = entries.filter(({ entry }) => entry.at >= from);
    yield fitting;
    const last = rows.at(-1)?.[0];
    if (rows.length < PAGE || last === undefined || (entries.length > 0 && fitting.length === 0)) return;
    end = `(${last}`;
  }
}

/** Every row as it lies there, oldest first, in portions; also those of a newer version, which know how to read them. */
export async function* auditLines(redis: Redis, keys: Keys, from: number): AsyncGenerator<string[]> {
  for (let start = '-'; ; ) {
    const rows = await orRedisError('read the audit trail', redis.xrange(keys.audit, start, '+', 'COUNT', PAGE));
    yield rows.flatMap(([, [, text = '']]) => (isSince(text, from) ? [text] : []));
    const last = rows.at(-1)?.[0];
    if (rows.length < PAGE || last === undefined) return;
    start = `(${last}`;
  }
}

function isSince(text: string, from: number): boolean {
  const { at } = JSON.parse(text) as Partial<AuditEntry>;
  return typeof at !== 'number' || at >= from;
}

/** An entry of a newer version is left alone, not shown wrongly. */
function parseEntry(text: string | undefined): AuditEntry[] {
  const entry = JSON.parse(text ?? 'null') as AuditEntry | null;
  return entry?.v === 1 ? [entry] : [];
}
