// The audit trail in a real Redis: each change once, nothing secret in it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditStore } from '../../../src/adapters/redis/audit-store.js';
import type { Keys } from '../../../src/adapters/redis/keys.js';
import { scrubber } from '../../../src/adapters/secrets.js';
import type { Audit, AuditEntry } from '../../../src/core/audit.js';
import { NOW } from '../../support/ci-service.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
let keys: Keys;
let store: Audit;
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
