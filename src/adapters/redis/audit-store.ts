// The audit trail: one stream entry per change, whoever tells it how often.
import type { Redis } from 'ioredis';
import type { Audit, AuditEntry } from '../../core/audit.js';
import { DAY } from '../../core/time.js';
import { scrubbedJson } from '../scrubbed.js';
import type { Scrub } from '../secrets.js';
import type { Keys } from './keys.js';

const KEPT_MS = 400 * DAY;
const PAGE = 200;

// Claim and entry are one step: a worker killed between the two would otherwise leave a change without a record.
const RECORD = `
if redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[2]) then
  redis.call('XADD', KEYS[1], 'MINID', '~', ARGV[3], '*', 'entry', ARGV[1])
end
return 1`;

/** @param scrub over every text: what people may not read, Redis may not keep */
export function auditStore(redis: Redis, keys: Keys, scrub: Scrub): Audit {
  return {
    ...auditReader(redis, keys),
    async record(entry) {
      const oldest = Math.max(0, Math.floor(entry.at - KEPT_MS));
      await redis.eval(
        RECORD,
        2,
        keys.audit,
        keys.audited(entry.jobId),
        JSON.stringify(scrubbedJson(entry, scrub)),
        String(KEPT_MS),
        String(oldest),
      );
    },
  };
}

export function auditReader(redis: Redis, keys: Keys): Omit<Audit, 'record'> {
  return {
    async since(from) {
      const found: AuditEntry[] = [];
      for (let end = '+'; ; ) {
        const rows = await redis.xrevrange(keys.audit, end, '-', 'COUNT', PAGE);
        const entries = rows.flatMap(([, [, text]]) => parseEntry(text));
        found.push(...entries.filter((entry) => entry.at >= from));
        const last = rows.at(-1)?.[0];
        // They lie in the order in which they were written, which is that of their ends, not of their begins.
        if (rows.length < PAGE || last === undefined || entries.every((entry) => entry.at < from)) return found;
        end = `(${last}`;
      }
    },
    async recent(limit) {
      const rows = await redis.xrevrange(keys.audit, '+', '-', 'COUNT', limit);
      return rows.flatMap(([, [, text]]) => parseEntry(text));
    },
  };
}

/** An entry of a newer version is left alone, not shown wrongly. */
function parseEntry(text: string | undefined): AuditEntry[] {
  const entry = JSON.parse(text ?? 'null') as AuditEntry | null;
  return entry?.v === 1 ? [entry] : [];
}
