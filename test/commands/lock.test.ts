import { describe, expect, test } from 'vitest';
import { catalogueOf } from '../../src/commands/index.js';
import { lock } from '../../src/commands/lock.js';
import type { Json } from '../../src/core/cluster.js';
import type { Message } from '../../src/core/conversation.js';
import { UserError } from '../../src/core/errors.js';
import { Offer } from '../../src/core/offer.js';
import { parse } from '../../src/core/parse.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { NOW } from '../support/ci-service.js';
import { asked, type FakeCalls, type FakeLocks, fakeLocks, fakePorts } from '../support/fakes.js';
import { aLock } from '../support/locking.js';
import { linesOf } from '../support/read-command.js';

interface Locked {
  ok: boolean;
  message: Message;
  before: Json;
}

async function locked(text: string, locks: FakeLocks, calls: FakeCalls = {}, kept?: Json): Promise<Locked> {
  if (lock.effect !== 'change') throw new Error('lock is a change');
  const { args, text: understood } = parse(text, catalogueOf([lock]));
  const ports = fakePorts({ locks, ...calls });
  const request = asked({ id: 'd-ana', text: understood });
  const before = kept ?? (await lock.before(args, ports, request));
  return { ...lock.view(await lock.run(args, ports, request, before), request), before };
}

async function refusal(text: string, locks: FakeLocks): Promise<UserError> {
  const error = await locked(text, locks).catch((reason: unknown) => reason);
  if (!(error instanceof UserError)) throw new Error(`no refusal: ${JSON.stringify(error)}`);
  return error;
}

const mine = (patch = {}) => aLock({ id: 'd-before', userId: 'U0ANA', ...patch });

describe('a lock', () => {
  test('is set for two hours unless said otherwise', async () => {
    const locks = fakeLocks();
    const { ok, message } = await locked('lock', locks);
    expect(locks.lock).toEqual({
      v: 1,
      id: 'd-ana',
      userId: 'U0ANA',
      reason: null,
      at: NOW,
      until: NOW + 2 * HOUR,
    });
    expect([ok, message.text]).toEqual([
      true,
      '@U0ANA locked /jenkins until 2015-05-28 12:00 UTC. Nobody else changes it from here meanwhile; unlock ends that.',
    ]);
  });

  test('says why, with the words as they were typed', async () => {
    const locks = fakeLocks();
    const { message } = await locked('lock --for 4h moving *the* repository', locks);
    expect(locks.lock).toMatchObject({ reason: 'moving *the* repository', until: NOW + 4 * HOUR });
    expect(message.text).toContain('until 2015-05-28 14:00 UTC: moving *the* repository.');
  });

  test('says what of others goes on, and what will be refused', async () => {
    const change = { jobId: 'd-lee-go', userId: 'U0LEE', text: 'deploy', step: 'following', since: NOW };
    const calls = {
      changes: {
        running: async () => change,
        waiting: async () => [{ ...change, userId: 'U0ANA' }, change],
      },
    };
    const { message } = await locked('lock', fakeLocks(), calls);
    expect(linesOf(message).at(-1)).toBe(
      '(`deploy` by <@U0LEE> is under way and goes on; 1 waiting change of others will be refused at its turn.)',
    );
  });

  test('of the same person begins anew, and keeps its reason', async () => {
    const locks = fakeLocks(mine());
    await locked('lock --for 30m', locks);
    expect(locks.lock).toEqual({ ...mine(), id: 'd-ana', until: NOW + 30 * MINUTE });
  });

  test.each([
    ['lock --for 9m', 'Expected `--for` to be a duration from 10m to 24h, with its unit, got `9m`.'],
    ['lock --for 25h', 'Expected `--for` to be a duration from 10m to 24h, with its unit, got `25h`.'],
    [`lock ${'x'.repeat(201)}`, 'Expected the reason to have at most 200 characters.'],
    ['lock --extend 1h --for 2h', '`--extend` moves the end of your own lock, so it stands alone'],
  ])('%s is a mistake', (text, words) => {
    expect(() => parse(text, catalogueOf([lock]))).toThrow(words);
  });
});

describe('extended', () => {
  test('it ends so much later', async () => {
    const locks = fakeLocks(mine());
    const { message } = await locked('lock --extend 1h', locks);
    expect(locks.lock).toEqual({ ...mine(), id: 'd-ana', until: NOW + 2 * HOUR });
    expect(message.text).toContain('@U0ANA keeps /jenkins locked until 2015-05-28 12:00 UTC: moving the repository.');
  });

  test('twice by a worker that died in between it ends so much later once', async () => {
    const locks = fakeLocks(mine());
    const { before } = await locked('lock --extend 1h', locks);
    await locked('lock --extend 1h', locks, {}, before);
    expect(locks.lock?.until).toBe(NOW + 2 * HOUR);
  });

  test.each<[string, FakeLocks, string]>([
    ['no lock', fakeLocks(), 'You hold no lock that could be extended.'],
    ["somebody else's", fakeLocks(aLock()), '`/jenkins` is locked by <@U0LEE> for another 1 h'],
    ['more than a day', fakeLocks(mine({ until: NOW + 23.5 * HOUR })), 'A lock ends at most 24 h from now.'],
  ])('%s is refused', async (_what, locks, words) => {
    const error = await refusal('lock --extend 1h', locks);
    expect(error.message).toContain(words);
    expect(error).not.toBeInstanceOf(Offer);
  });
});

describe("somebody else's lock", () => {
  test('is named, with whose it is, until when and why, and a button that takes it over', async () => {
    const locks = fakeLocks(aLock());
    const error = await refusal('lock --for 1h my turn', locks);
    expect(error.message).toBe(
      '`/jenkins` is locked by <@U0LEE> for another 1 h (until Thu 28 May 11:00 UTC): `moving the repository`. Nothing was changed.',
    );
    expect(error).toMatchObject({
      buttons: [{ label: 'Take over', action: 'run', value: 'lock --take-over --for 1h my turn', style: 'danger' }],
    });
    expect(locks.lock).toEqual(aLock());
  });

  test('is taken over by name, and its owner is told', async () => {
    const locks = fakeLocks(aLock());
    const { message } = await locked('lock --take-over my turn', locks);
    expect(locks.lock).toMatchObject({ userId: 'U0ANA', reason: 'my turn', at: NOW });
    expect(locks.told).toEqual([[aLock(), { id: 'd-ana', userId: 'U0ANA', channelId: 'C0CI', how: 'taken over' }]]);
    expect(message.text).toContain('@U0ANA took over the lock of /jenkins from @U0LEE, until 2015-05-28 12:00 UTC');
  });

  test('that was set between the look and the act is not overrun by it', async () => {
    const locks = fakeLocks(aLock());
    const { before } = { before: { stood: null } };
    await expect(locked('lock', locks, {}, before)).rejects.toThrow('locked by <@U0LEE>');
    const other = fakeLocks(aLock({ id: 'd-bob', userId: 'U0BOB' }));
    await expect(locked('lock --take-over', other, {}, { stood: { ...aLock() } })).rejects.toThrow(
      'locked by <@U0BOB>',
    );
    expect(other.told).toEqual([]);
  });

  test('that is over by now is not taken over', async () => {
    expect((await refusal('lock --take-over', fakeLocks())).message).toBe(
      'Nobody else holds a lock, so there is nothing to take over.',
    );
  });
});
