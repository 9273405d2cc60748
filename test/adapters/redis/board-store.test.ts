// The bell board in a real Redis: what is committed, by whom, and what commands find of it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { boardStore, incidentStore } from '../../../src/adapters/redis/board-store.js';
import type { Keys } from '../../../src/adapters/redis/keys.js';
import { LockLost } from '../../../src/adapters/redis/worker.js';
import type { BoardChange } from '../../../src/core/board.js';
import type { Incident } from '../../../src/core/incident.js';
import { NOTHING_KEPT } from '../../../src/core/restart-memory.js';
import { DAY, HOUR, MINUTE } from '../../../src/core/time.js';
import { newWatch } from '../../../src/core/watch.js';
import { anIncident } from '../../support/alert-scene.js';
import { NOW } from '../../support/ci-service.js';
import { anAck, aSilence, noBoard } from '../../support/fakes-alert.js';
import { type OwnRedis, ownRedis } from '../../support/own-redis.js';

let own: OwnRedis;
let keys: Keys;
beforeAll(async () => {
  own = await ownRedis();
});
beforeEach(() => {
  keys = own.keys();
});
afterAll(() => own.close());

const RULES = ['controller-restarted', 'blind'];
const lockKey = () => `${keys.prefix}:events:j-1:lock`;
/** The board of whoever holds the lock of the job `j-1`. */
const boardOf = (token: string, signal = new AbortController().signal) =>
  boardStore(own.redis, keys, { jobId: 'j-1', token, lockMs: 5_000, signal });
const holding = async (token = 'mine') => {
  await own.redis.set(lockKey(), token, 'PX', 1_000);
  return boardOf(token);
};
const load = (now = NOW) => boardOf('anybody').load(RULES, now);
const store = () => incidentStore(own.redis, keys);

const change = (patch: Partial<BoardChange> = {}): BoardChange => ({
  memories: {},
  incidents: [],
  ledger: [],
  ...patch,
});
const FULL = change({
  watch: { ...newWatch('/jenkins'), current: 'jenkins.old' },
  memories: { blind: { silent: 2 } },
  incidents: [anIncident()],
  ledger: [
    { identity: 'end|1', incident: 'A17', at: NOW },
    { identity: 'end|2', incident: null, at: NOW },
  ],
  number: 17,
});

describe('a commit', () => {
  test('of nothing leaves an empty board', async () => {
    await (await holding()).commit(change());
    expect(await load()).toEqual(noBoard());
  });

  test('is all there at the next load', async () => {
    await (await holding()).commit(FULL);
    expect(await load()).toEqual({
      ...noBoard(),
      watch: FULL.watch,
      memories: { blind: { silent: 2 } },
      incidents: { 'controller-restarted': anIncident() },
      number: 17,
    });
    expect(await boardOf('anybody').known(['end|1', 'end|2', 'end|3'])).toEqual(new Set(['end|1', 'end|2']));
    expect(await boardOf('anybody').known([])).toEqual(new Set());
  });

  test('keeps the lock for another of its lengths', async () => {
    await (await holding()).commit(FULL);
    expect(await own.redis.pttl(lockKey())).toBeGreaterThan(4_000);
  });

  test.each<[string, string | undefined]>([
    ['holds the lock', 'another'],
    ['held it, and nobody does', undefined],
  ])('is refused when another %s, and nothing is written', async (_what, token) => {
    if (token !== undefined) await own.redis.set(lockKey(), token, 'PX', 1_000);
    await expect(boardOf('mine').commit(FULL)).rejects.toThrow(LockLost);
    expect(await load()).toEqual(noBoard());
    expect(await own.redis.keys(`${keys.prefix}*`)).toEqual(token === undefined ? [] : [lockKey()]);
  });

  test('is not even tried when the job was called off', async () => {
    await holding();
    await expect(boardOf('mine', AbortSignal.abort()).commit(FULL)).rejects.toThrow(LockLost);
    expect(await load()).toEqual(noBoard());
  });

  test('leaves what stands in the ledger', async () => {
    const board = await holding();
    await board.commit(FULL);
    await board.commit(change({ ledger: [{ identity: 'end|1', incident: 'A18', at: NOW + 1 }] }));
    expect(JSON.parse((await own.redis.hget(keys.ledger, 'end|1')) ?? '')).toEqual({ v: 1, at: NOW, incident: 'A17' });
  });

  test('keeps what it does not speak of', async () => {
    const board = await holding();
    await board.commit(FULL);
    await board.commit(change({ memories: { 'controller-restarted': NOTHING_KEPT } }));
    const { memories, watch, number } = await load();
    expect([memories, watch?.current, number]).toEqual([
      { blind: { silent: 2 }, 'controller-restarted': NOTHING_KEPT },
      'jenkins.old',
      17,
    ]);
  });

  test('of a later case of the same kind takes the place of the one before', async () => {
    const board = await holding();
    await board.commit(change({ incidents: [anIncident({ id: 'A16', resolvedAt: NOW })] }));
    await board.commit(change({ incidents: [anIncident()] }));
    expect(Object.values((await load()).incidents).map(({ id }) => id)).toEqual(['A17']);
    expect((await store().find('A16'))?.id).toBe('A16');
  });
});

describe('the board knows', () => {
  test('what people were shown last', async () => {
    const board = await holding();
    await board.commit(FULL);
    await board.showed('A17', { rev: 3, at: NOW });
    expect((await load()).shown).toEqual({ A17: { rev: 3, at: NOW } });
  });

  test('who has it in hand', async () => {
    await (await holding()).commit(FULL);
    await store().ack('A17', anAck());
    expect((await load()).acks).toEqual({ A17: anAck() });
  });

  test('what is silenced, until that ends by our clock', async () => {
    await (await holding()).commit(FULL);
    const silence = aSilence({ reason: 'planned' });
    await store().silence('controller-restarted', silence);
    expect((await load(NOW + HOUR - 1)).silences).toEqual({ 'controller-restarted': silence });
    expect((await load(NOW + HOUR)).silences).toEqual({});
    await store().endSilence('controller-restarted');
    expect((await load()).silences).toEqual({});
  });
});

describe('commands find', () => {
  const keep = async (...incidents: Incident[]) => (await holding()).commit(change({ incidents }));
  const one = (id: string, agoMin: number, isOpen = false) =>
    anIncident({ id, fingerprint: id, raisedAt: NOW - agoMin * MINUTE, ...(isOpen ? {} : { resolvedAt: NOW }) });

  test.each(['A17', 'a17'])('a case by its id: %s', async (id) => {
    await keep(anIncident());
    expect(await store().find(id)).toEqual(anIncident());
    expect(await store().find('A18')).toBeUndefined();
  });

  test('open cases first, then the newest, and no more than asked for', async () => {
    await keep(one('A1', 90, true), one('A2', 50), one('A3', 40, true), one('A4', 10), one('A5', 5));
    const recent = async (limit: number) => (await store().recent(limit)).map(({ id }) => id);
    expect(await recent(10)).toEqual(['A3', 'A1', 'A5', 'A4', 'A2']);
    expect(await recent(3)).toEqual(['A3', 'A1', 'A5']);
  });

  test('those that rang since a time, the newest first', async () => {
    await keep(one('A1', 90, true), one('A2', 50), one('A3', 40));
    expect((await store().since(NOW - 60 * MINUTE)).map(({ id }) => id)).toEqual(['A3', 'A2']);
    expect(await store().since(NOW)).toEqual([]);
  });

  test('nothing on an empty board', async () => {
    expect([await store().recent(5), await store().silences(), await store().ackOf('A17')]).toEqual([
      [],
      {},
      undefined,
    ]);
  });

  test('what is silenced', async () => {
    await keep(anIncident());
    await store().silence('controller-restarted', aSilence());
    expect(await store().silences()).toEqual({ 'controller-restarted': aSilence() });
  });

  test('the first acknowledgement, whoever comes second', async () => {
    const [ana, lee] = [anAck(), anAck({ userId: 'U0LEE' }, NOW + 1)];
    expect(await store().ack('A17', ana)).toEqual(ana);
    expect(await store().ack('A17', lee)).toEqual(ana);
    expect(await store().ackOf('A17')).toEqual(ana);
  });

  test('what a rule keeps, and how often the controller ended', async () => {
    expect([await store().remembered('blind'), await store().endsOfController(NOW)]).toEqual([undefined, undefined]);
    const ends = [NOW - DAY, NOW - DAY + 1, NOW - 1];
    await (await holding()).commit(
      change({
        memories: { blind: { kept: true }, 'controller-restarted': { ...NOTHING_KEPT, since: NOW - 9 * DAY, ends } },
      }),
    );
    expect(await store().remembered('blind')).toEqual({ kept: true });
    expect(await store().endsOfController(NOW)).toEqual({ count: 2, since: NOW - 9 * DAY });
  });
});

test('the ledger forgets what is older than 90 days', async () => {
  const ledger = [90, 91, 1].map((days) => ({ identity: `end|${days}`, incident: null, at: NOW - days * DAY }));
  await (await holding()).commit(change({ ledger }));
  await store().trim(NOW);
  expect((await own.redis.hkeys(keys.ledger)).sort()).toEqual(['end|1', 'end|90']);
});
