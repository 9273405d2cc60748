import { describe, expect, test } from 'vitest';
import { catalogueOf } from '../../src/commands/index.js';
import { unlock } from '../../src/commands/unlock.js';
import type { Json } from '../../src/core/cluster.js';
import { parse } from '../../src/core/parse.js';
import { asked, type FakeLocks, fakeLocks, fakePorts } from '../support/fakes.js';
import { aLock } from '../support/locking.js';

async function unlocked(text: string, locks: FakeLocks, kept?: Json) {
  if (unlock.effect !== 'change') throw new Error('unlock is a change');
  const { args } = parse(text, catalogueOf([unlock]));
  const ports = fakePorts({ locks });
  const request = asked({ id: 'd-ana', text });
  const before = kept ?? (await unlock.before(args, ports, request));
  const { ok, message } = unlock.view(await unlock.run(args, ports, request, before), request);
  return { ok, text: message.text, before };
}

const MINE = aLock({ userId: 'U0ANA' });

test("one's own lock ends, and nobody needs to be told", async () => {
  const locks = fakeLocks(MINE);
  expect(await unlocked('unlock', locks)).toMatchObject({
    ok: true,
    text: '@U0ANA ended their lock: /jenkins may be changed again.',
  });
  expect([locks.lock, locks.told]).toEqual([undefined, []]);
});

test('without a lock there is nothing to end', async () => {
  await expect(unlocked('unlock', fakeLocks())).rejects.toThrow('Nobody holds a lock.');
});

test('resumed after it was done it says the same', async () => {
  expect(await unlocked('unlock', fakeLocks(), { ...MINE })).toMatchObject({ ok: true });
});

test('a lock that somebody set in between stands', async () => {
  const locks = fakeLocks(aLock());
  expect(await unlocked('unlock', locks, { ...MINE, id: 'd-mine' })).toMatchObject({
    ok: false,
    text: '@U0ANA ended their lock, and @U0LEE has locked /jenkins since.',
  });
  expect(locks.lock).toEqual(aLock());
});

describe("somebody else's lock", () => {
  test('is left alone, with a button that ends it', async () => {
    const locks = fakeLocks(aLock());
    await expect(unlocked('unlock', locks)).rejects.toMatchObject({
      message:
        '`/jenkins` is locked by <@U0LEE> for another 1 h (until Thu 28 May 11:00 UTC): `moving the repository`. Nothing was changed.',
      buttons: [{ label: 'Unlock it for them', action: 'run', value: 'unlock --take-over', style: 'danger' }],
    });
    expect(locks.lock).toEqual(aLock());
  });

  test('is ended by name, and its owner is told', async () => {
    const locks = fakeLocks(aLock());
    expect((await unlocked('unlock --take-over', locks)).text).toBe(
      '@U0ANA ended the lock of @U0LEE: /jenkins may be changed again.',
    );
    expect(locks.told).toEqual([[aLock(), { id: 'd-ana', userId: 'U0ANA', channelId: 'C0CI', how: 'opened' }]]);
  });
});
