import { describe, expect, test } from 'vitest';
import type { AppLock } from '../../src/core/app-lock.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { lockDesk, lockEnds } from '../../src/journeys/lock.js';
import { NOW } from '../support/ci-service.js';
import { fakeLocks } from '../support/fakes.js';
import { type FakeMessages, fakeMessages } from '../support/fakes-journey.js';
import { aLock } from '../support/locking.js';
import { manualClock } from '../support/manual-clock.js';
import { linesOf } from '../support/read-command.js';

function house(lock?: AppLock) {
  const store = fakeLocks(lock);
  const reminders: [id: string, afterMs: number][] = [];
  const messages: FakeMessages = fakeMessages();
  const ports = {
    store,
    remindIn: async ({ id }: AppLock, afterMs: number) => void reminders.push([id, afterMs]),
    messages,
    settings: { appId: '/jenkins' },
    clock: manualClock(),
  };
  return { ports, store, reminders, messages, desk: lockDesk(ports) };
}

describe('a lock that is set', () => {
  test('is reminded of 10 min before it ends', async () => {
    const { desk, reminders } = house();
    await desk.take(aLock());
    expect(reminders).toEqual([['d-lee', 50 * MINUTE]]);
  });

  test.each([10, 14])('for %i min needs no reminder', async (minutes) => {
    const { desk, reminders } = house();
    await desk.take(aLock({ until: NOW + minutes * MINUTE }));
    expect(reminders).toEqual([]);
  });

  test("is not reminded of when somebody else's stands instead", async () => {
    const { desk, reminders } = house(aLock());
    expect(await desk.take(aLock({ id: 'd-ana', userId: 'U0ANA' }))).toEqual(aLock());
    expect(reminders).toEqual([]);
  });
});

describe('shortly before its end', () => {
  const tick = { v: 1, kind: 'lock-ends', lock: 'd-lee', until: NOW + 10 * MINUTE } as const;
  const ending = aLock({ until: NOW + 10 * MINUTE });

  test('its owner is told, by direct message, with a button that extends it', async () => {
    const { ports, messages } = house(ending);
    await lockEnds(tick, ports);
    expect(messages.said).toMatchObject([{ to: { kind: 'direct', userId: 'U0LEE' } }]);
    expect(messages.said.flatMap(({ message }) => linesOf(message))).toEqual([
      ':hourglass: Your lock of /jenkins (moving the repository) ends in 10 min, <!date^1432807800^{date_short_pretty} {time}|2015-05-28 10:10 UTC>. Then others may change it again.',
      '[Extend 1 h]',
      '[Unlock now]',
    ]);
  });

  test.each<[string, AppLock | undefined]>([
    ['was opened', undefined],
    ['is somebody else’s', aLock({ id: 'd-ana', userId: 'U0ANA' })],
    ['was extended', aLock({ until: NOW + HOUR })],
  ])('nobody is told of a lock that %s', async (_what, stands) => {
    const { ports, messages } = house(stands);
    await lockEnds(tick, ports);
    expect(messages.said).toEqual([]);
  });
});

describe('somebody whose lock was ended', () => {
  test.each([
    ['taken over', 'Your lock of /jenkins (moving the repository) is over: @U0ANA has taken it over, in #C0CI.'],
    ['opened', 'Your lock of /jenkins (moving the repository) is over: @U0ANA has opened it, in #C0CI.'],
  ] as const)('%s is told so once', async (how, words) => {
    const { desk, messages } = house();
    const by = { id: 'd-ana', userId: 'U0ANA', channelId: 'C0CI', how };
    await desk.tellOver(aLock(), by);
    await desk.tellOver(aLock(), by);
    expect(messages.keys()).toEqual(['lock-over:d-ana']);
    expect(messages.text('lock-over:d-ana')).toBe(words);
    expect(messages.said[0]?.to).toEqual({ kind: 'direct', userId: 'U0LEE' });
  });
});
