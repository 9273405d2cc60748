// The audit trail in a real Redis: each change once, nothing secret in it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditLines, auditStore } from '../../../src/adapters/redis/audit-store.js';
import type { Keys } from '../../../src/adapters/redis/keys.js';
import { scrubber } from '../../../src/adapters/secrets.js';
import type { Audit, AuditEntry, AuditPage, AuditTrail } from '../../../src/core/audit.js';
import { NOW } from '../../support/ci-service.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
let keys: Keys;
let store: Audit & AuditTrail;
beforeAll(async () => {
  own = await ownRedis();
});
beforeEach(() => {
  keys = own.keys();
  store = auditStore(own.redis, keys, scrubber(['planted-token']));
});
afterAll(() => own.close());

const entry = (patch: Partial<AuditEntry> = {}): AuditEntry => ({
  v: 1,
  jobId: 'd-ana-go',
  userId: 'U0ANA',
  channelId: 'C0CI',
  messageKey: 'root:d-ana',
  messageTs: '1.1',
  command: 'deploy',
  text: 'deploy --mem 2048',
  understood: { mem: 2048, set: {}, dryRun: false },
  outcome: 'succeeded',
  summary: 'Deployed /jenkins in 2 min.',
  at: NOW,
  durationMs: 120_000,
  ...patch,
});

test('an entry is read as it was written, and written once', async () => {
  await store.record(entry());
  await store.record(entry({ outcome: 'failed' }));
  expect(await store.recent(10)).toEqual([entry()]);
});

describe('page by page, newest first', () => {
  const ids = (page: AuditPage) => page.rows.map(({ entry: { jobId } }) => jobId);

  beforeEach(async () => {
    for (let number = 1; number <= 450; number += 1) {
      await store.record(
        entry({ jobId: `d-${number}`, at: NOW + number, userId: number % 3 === 0 ? 'U0LEE' : 'U0ANA' }),
      );
    }
  });

  test('goes on behind the last row that was read', async () => {
    const first = await store.page({ from: 0, fits: () => true, limit: 2 });
    expect([ids(first), first.isMore]).toEqual([['d-450', 'd-449'], true]);
    const next = await store.page({ from: 0, before: first.rows[1]?.id, fits: () => true, limit: 2 });
    expect([ids(next), next.isMore]).toEqual([['d-448', 'd-447'], true]);
  });

  test('passes over what does not fit, however much that is', async () => {
    const page = await store.page({ from: NOW + 3, fits: ({ userId }) => userId === 'U0LEE', limit: 149 });
    expect([ids(page).at(-1), page.rows.length, page.isMore]).toEqual(['d-6', 149, true]);
    const all = await store.page({ from: NOW + 3, fits: ({ userId }) => userId === 'U0LEE', limit: 150 });
    expect([ids(all).at(-1), all.rows.length, all.isMore]).toEqual(['d-3', 150, false]);
    expect((await store.page({ from: NOW + 451, fits: () => true, limit: 5 })).rows).toEqual([]);
  });

  test('since a time it is the same', async () => {
    expect((await store.since(NOW + 449)).map(({ jobId }) => jobId)).toEqual(['d-450', 'd-449']);
    expect(await store.since(0)).toHaveLength(450);
  });
});

test('what never began is read page by page and exported, and is none of the last changes', async () => {
  await store.record(entry());
  for (let number = 1; number <= 250; number += 1)
    await store.record(entry({ jobId: `d-${number}`, neverBegan: true, outcome: 'refused' }));
  expect(await store.recent(1)).toEqual([entry()]);
  expect(await store.since(0)).toEqual([entry()]);
  expect((await store.page({ from: 0, fits: () => true, limit: 300 })).rows).toHaveLength(251);
  const lines: string[] = [];
  for await (const some of auditLines(own.redis, keys, NOW)) lines.push(...some);
  expect(lines).toHaveLength(251);
});

test('what a newer version wrote is passed over, and exported as it lies there', async () => {
  await store.record(entry());
  const newer = JSON.stringify({ v: 2, at: NOW, what: 'something' });
  await own.redis.xadd(keys.audit, '*', 'entry', newer);
  await store.record(entry({ jobId: 'd-3' }));
  expect((await store.recent(10)).map(({ jobId }) => jobId)).toEqual(['d-3', 'd-ana-go']);
  expect((await store.page({ from: 0, fits: () => true, limit: 10 })).rows).toHaveLength(2);
  const lines: string[] = [];
  for await (const some of auditLines(own.redis, keys, NOW)) lines.push(...some);
  expect(lines[1]).toBe(newer);
  expect(lines).toHaveLength(3);
});

describe('a secret', () => {
  test.each<[string, Partial<AuditEntry>]>([
    ['in what was typed', { text: 'deploy --set A=planted-token' }],
    ['in what was understood, however deep', { understood: { set: { A: 'planted-token' }, list: ['xoxb-planted-2'] } }],
    ['in a sentence of another system', { summary: 'git said: https://ana:planted-3@git.example.org refused' }],
  ])('%s is not kept', async (_where, patch) => {
    await store.record(entry(patch));
    expect(await own.redis.xrange(keys.audit, '-', '+').then((rows) => JSON.stringify(rows))).not.toContain('planted');
    expect(JSON.stringify(await store.recent(1))).toContain('•••');
  });
});
