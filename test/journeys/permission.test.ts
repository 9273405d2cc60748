import { describe, expect, test } from 'vitest';
import { perform } from '../../src/journeys/command.js';
import { lockedOut } from '../../src/journeys/permission.js';
import { type FakeCommands, fakeCommands } from '../support/fake-commands.js';
import { fakeLocks } from '../support/fakes.js';
import { type FakePerform, fakePerform, fakeRun, passing, pressed, typed } from '../support/fakes-journey.js';
import { aLock } from '../support/locking.js';

function lockedWorker(userId = 'U0LEE'): FakePerform & FakeCommands {
  const commands = fakeCommands();
  const locks = fakeLocks(aLock({ userId }));
  return { ...fakePerform({ catalogue: commands.catalogue, locks }), ...commands };
}

const LOCKED =
  '/jenkins is locked by @U0LEE for another 1 h (until Thu 28 May 11:00 UTC): moving the repository. Nothing was changed. Ask them to unlock, or wait; lock --take-over makes the lock yours and tells them.';

describe('while somebody else holds the lock', () => {
  test('a change of the app is refused, and the one who asked hears whose it is, until when, why and what to do', async () => {
    const ports = lockedWorker();
    await perform(typed('paint red'), fakeRun(), ports);
    expect(ports.messages.said).toMatchObject([{ key: 'answer:d-ana', message: { text: LOCKED } }]);
    expect(ports.script.strokes).toBe(0);
    expect(ports.counts).toEqual([['paint', 'refused']]);
  });

  test('no plan is shown', async () => {
    const ports = lockedWorker();
    await perform(typed('swap'), fakeRun(), ports);
    expect(ports.messages.text('answer:d-ana')).toBe(LOCKED);
    expect(ports.plans.plans.size).toBe(0);
  });

  test('what changes nothing is answered', async () => {
    const ports = lockedWorker();
    await perform(typed('look'), fakeRun(), ports);
    expect(ports.messages.text('answer:d-ana')).toBe('all is well');
  });

  test('a change that had begun goes on in the hands of another worker', async () => {
    const ports = lockedWorker();
    const progress = { step: 'applying' as const, startedAt: 1, before: 'white' };
    await passing(ports.clock, perform(typed('paint red', { progress }), fakeRun('d-ana', progress), ports), 100);
    expect(ports.script.strokes).toBe(1);
  });
});

test('the owner of the lock does as usual', async () => {
  const ports = lockedWorker('U0ANA');
  await passing(ports.clock, perform(typed('paint red'), fakeRun(), ports), 100);
  expect(ports.messages.text('root:d-ana')).toBe('white → red');
});

describe('a plan that was shown before the lock', () => {
  async function planned(): Promise<FakePerform & FakeCommands> {
    const commands = fakeCommands();
    const locks = fakeLocks();
    const ports = { ...fakePerform({ catalogue: commands.catalogue, locks }), ...commands };
    await passing(ports.clock, perform(typed('swap'), fakeRun(), ports), 100);
    locks.lock = aLock();
    return ports;
  }

  test('is not confirmed', async () => {
    const ports = await planned();
    await perform(pressed('plan.confirm', 'd-ana'), fakeRun('d-click'), ports);
    expect(ports.messages.text('answer:d-click')).toContain('/jenkins is locked by @U0LEE');
    expect(ports.queue.confirmed).toEqual([]);
  });

  test('may be cancelled: that changes nothing', async () => {
    const ports = await planned();
    await perform(pressed('plan.cancel', 'd-ana'), fakeRun('d-click'), ports);
    expect(ports.messages.text('root:d-ana')).toContain('Cancelled by @U0ANA');
  });

  test('and confirmed before it is refused when its turn comes', async () => {
    const ports = await planned();
    const job = {
      ...typed('swap'),
      kind: 'confirmed' as const,
      planId: 'd-ana',
      delivery: 'd-ana-go',
      confirmedBy: 'U0BOB',
    };
    await passing(ports.clock, perform(job, fakeRun('d-ana-go'), ports), 100);
    expect(ports.messages.text('root:d-ana')).toMatch(/^\/jenkins is locked by @U0LEE .*moving the repository/);
    expect(ports.script.writes).toBe(0);
    expect(ports.trail).toMatchObject([{ outcome: 'refused' }]);
  });

  test.each(['actor', 'confirmer'])('is let through when the owner of the lock is its %s', async (who) => {
    const ports = await planned();
    const [userId, confirmedBy] = who === 'actor' ? ['U0LEE', 'U0BOB'] : ['U0BOB', 'U0LEE'];
    const { text, ...rest } = typed('swap', { actor: { userId, teamId: 'T0HOME' } });
    const job = { ...rest, text, kind: 'confirmed' as const, planId: 'd-ana', confirmedBy };
    expect(await lockedOut({ job, ports })).toBeUndefined();
  });
});
