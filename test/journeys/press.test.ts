import { beforeEach, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.js';
import type { PressAction } from '../../src/core/conversation.js';
import type { Act } from '../../src/core/plans.js';
import { MINUTE } from '../../src/core/time.js';
import { perform } from '../../src/journeys/command.js';
import { NOW } from '../support/ci-service.js';
import { type FakeCommands, fakeCommands } from '../support/fake-commands.js';
import { type FakePerform, fakePerform, fakeRun, passing, pressed, typed } from '../support/fakes-journey.js';

type Worker = FakePerform & FakeCommands;
let ports: Worker;

/** A plan of Ana's stands in the channel. */
beforeEach(async () => {
  const commands = fakeCommands();
  ports = { ...fakePerform({ catalogue: commands.catalogue }), ...commands };
  await perform(typed('swap'), fakeRun(), ports);
});

const lee = { userId: 'U0LEE', teamId: 'T0HOME' };
const bob = { userId: 'U0BOB', teamId: 'T0HOME' };

const OVER: AuditEntry = {
  v: 1,
  jobId: 'd-ana-go',
  userId: 'U0ANA',
  channelId: 'C0CI',
  command: 'swap',
  text: 'swap',
  outcome: 'succeeded',
  summary: 'Swapped in 3 min.',
  at: NOW,
  durationMs: 3 * MINUTE,
};

const click = (action: PressAction, delivery = 'd-click', actor = lee) =>
  perform(
    pressed(action, action.startsWith('plan') ? 'd-ana' : 'd-ana-go', { delivery, actor }),
    fakeRun(delivery),
    ports,
  );
const root = () => ports.messages.text('root:d-ana');
const answer = (delivery = 'd-click') => ports.messages.text(`answer:${delivery}`);

describe('the first click on the verb', () => {
  test('adds one change, named after the plan, on behalf of who asked', async () => {
    await click('plan.confirm');
    expect(ports.queue.confirmed).toMatchObject([
      {
        kind: 'confirmed',
        delivery: 'd-ana-go',
        planId: 'd-ana',
        text: 'swap',
        actor: { userId: 'U0ANA' },
        confirmedBy: 'U0LEE',
        place: { channelId: 'C0CI' },
      },
    ]);
    expect(root()).toBe('Swapping: confirmed by @U0LEE, starting');
    expect(ports.messages.said.at(-1)?.message.blocks.map((block) => block.type)).toEqual(['section', 'context']);
    expect(answer()).toBe('');
  });

  test('says who is ahead in the queue', async () => {
    ports.queue.before = [{ jobId: 'd-bob', userId: 'U0BOB', text: 'paint blue', step: 'following', since: NOW }];
    await click('plan.confirm');
    expect(root()).toBe('Swapping: confirmed by @U0LEE, number 1 in the queue, behind paint blue of @U0BOB');
  });

  test('delivered twice adds one change and tells nobody off', async () => {
    await click('plan.confirm');
    await click('plan.confirm');
    expect(ports.queue.confirmed).toHaveLength(1);
    expect(answer()).toBe('');
  });

  test('does not write over a change that is already further', async () => {
    const applying = { text: 'Swapping: sending the change', blocks: [] };
    await ports.messages.put('root:d-ana', { kind: 'channel', channelId: 'C0CI' }, applying, { rank: 40 });
    await click('plan.confirm');
    expect(root()).toBe('Swapping: sending the change');
  });
});

describe('the second click', () => {
  const who = '@U0LEE, 2015-05-28 10:00 UTC';
  test.each<[string, Act['what'], 'waiting' | 'running' | 'ended' | 'unknown', string]>([
    [
      'while it waits',
      'confirmed',
      'waiting',
      `Already confirmed by ${who}; /ci swap waits for its turn. /ci cancel d-ana-go takes it out of the queue.`,
    ],
    [
      'while it runs',
      'confirmed',
      'running',
      `Already under way: /ci swap, started by ${who}. Its message above shows how far it is; /ci cancel d-ana-go stops it.`,
    ],
    ['when it is over', 'confirmed', 'ended', `That is over, started by ${who}: Swapped in 3 min.`],
    ['after a cancel', 'cancelled', 'unknown', `/ci swap was already cancelled by ${who}. Nothing was changed.`],
    [
      'after the expiry',
      'expired',
      'unknown',
      'The plan for /ci swap has expired. Type the command again for a fresh one.',
    ],
  ])('%s is told the true state', async (_what, what, state, words) => {
    ports.plans.acts.set('d-ana', { v: 1, what, userId: 'U0LEE', at: NOW, delivery: 'd-first' });
    ports.queue.state = state;
    if (state === 'ended') {
      ports.trail.push({ ...OVER });
    }
    for (const action of ['plan.confirm', 'plan.cancel'] as const) {
      await click(action, `d-${action.slice(5)}`);
      expect(answer(`d-${action.slice(5)}`)).toBe(words);
    }
    expect(ports.queue.confirmed).toEqual([]);
    expect(root()).toBe('The plan: swap v1.');
  });

  test('claims no end that is not known', async () => {
    const at = NOW - 31 * MINUTE;
    ports.plans.acts.set('d-ana', { v: 1, what: 'confirmed', userId: 'U0LEE', at, delivery: 'd-first' });
    await click('plan.confirm');
    expect(answer()).toBe(
      'Already confirmed by @U0LEE, 2015-05-28 09:29 UTC; the message above tells what became of it.',
    );
    expect(ports.queue.confirmed).toEqual([]);
  });

  test('starts what a worker that died after the first click had not put into the queue', async () => {
    ports.plans.acts.set('d-ana', { v: 1, what: 'confirmed', userId: 'U0LEE', at: NOW, delivery: 'd-first' });
    await click('plan.cancel');
    expect(ports.queue.confirmed).toMatchObject([{ delivery: 'd-ana-go', confirmedBy: 'U0LEE' }]);
    expect(root()).toBe('Swapping: confirmed by @U0LEE, starting');
    expect(answer()).toBe(
      `Already confirmed by ${who}; /ci swap waits for its turn. /ci cancel d-ana-go takes it out of the queue.`,
    );
  });

  test('of a double click is answered beside the plan, to that person', async () => {
    await click('plan.confirm', 'd-one');
    ports.queue.state = 'waiting';
    await click('plan.confirm', 'd-two');
    expect(ports.queue.confirmed).toHaveLength(1);
    expect(ports.messages.said.at(-1)).toMatchObject({
      key: 'answer:d-two',
      to: { kind: 'answer', userId: 'U0LEE', replace: false },
    });
  });
});

describe('Cancel', () => {
  test('takes the buttons away and says who', async () => {
    await click('plan.cancel');
    expect(root()).toBe('Cancelled by @U0LEE. Nothing was changed. The plan: swap v1.');
    expect(ports.messages.said.at(-1)?.message.blocks.map((block) => block.type)).toEqual([
      'section',
      'section',
      'context',
    ]);
    await click('plan.confirm', 'd-late');
    expect(ports.queue.confirmed).toEqual([]);
    expect(answer('d-late')).toBe(
      '/ci swap was already cancelled by @U0LEE, 2015-05-28 10:00 UTC. Nothing was changed.',
    );
  });

  test('delivered twice is one cancel, once on record', async () => {
    await ports.clock.advance(MINUTE);
    await click('plan.cancel');
    await click('plan.cancel');
    expect(answer()).toBe('');
    expect(ports.trail).toEqual([
      {
        v: 1,
        jobId: 'd-ana',
        neverBegan: true,
        userId: 'U0ANA',
        cancelledBy: 'U0LEE',
        planHash: ports.plans.plans.get('d-ana')?.hash,
        channelId: 'C0CI',
        messageKey: 'root:d-ana',
        messageTs: '1.1',
        command: 'swap',
        text: 'swap',
        understood: {},
        outcome: 'cancelled',
        summary: 'Cancelled by @U0LEE. Nothing was changed.',
        at: NOW + MINUTE,
        durationMs: MINUTE,
      },
    ]);
  });

  test('whose record was not written, for the worker died over it, is on record when its time is over', async () => {
    const { record } = ports.audit;
    ports.audit.record = () => Promise.reject(new Error('killed'));
    await expect(click('plan.cancel')).rejects.toThrow('killed');
    ports.audit.record = record;
    await perform({ v: 1, kind: 'expire', planId: 'd-ana' }, fakeRun('expire-d-ana'), ports);
    expect(ports.trail).toMatchObject([{ jobId: 'd-ana', outcome: 'cancelled', cancelledBy: 'U0LEE' }]);
  });
});

describe('the end of its time', () => {
  const expire = () => perform({ v: 1, kind: 'expire', planId: 'd-ana' }, fakeRun('expire-d-ana'), ports);

  test('takes the buttons away', async () => {
    await expire();
    await expire();
    expect(root()).toBe(
      'This plan has expired; nothing was changed. Type the command again for a fresh one. The plan: swap v1.',
    );
    expect(ports.plans.acts.get('d-ana')).toMatchObject({ what: 'expired' });
    expect(ports.trail).toMatchObject([{ jobId: 'd-ana', neverBegan: true, userId: 'U0ANA', outcome: 'expired' }]);
  });

  test('changes nothing about a plan that somebody answered', async () => {
    await click('plan.confirm');
    ports.queue.state = 'waiting';
    await expire();
    expect(root()).toBe('Swapping: confirmed by @U0LEE, starting');
    expect(ports.queue.confirmed).toHaveLength(1);
    expect(ports.trail).toEqual([]);
  });

  test('starts what a worker that died after the click had not put into the queue', async () => {
    ports.plans.acts.set('d-ana', { v: 1, what: 'confirmed', userId: 'U0LEE', at: NOW, delivery: 'd-first' });
    await expire();
    expect(ports.queue.confirmed).toHaveLength(1);
    expect(root()).toBe('Swapping: confirmed by @U0LEE, starting');
  });

  test('does not start again what is over, though the queue has forgotten it', async () => {
    ports.plans.acts.set('d-ana', { v: 1, what: 'confirmed', userId: 'U0LEE', at: NOW, delivery: 'd-first' });
    ports.trail.push({ ...OVER });
    await expire();
    expect(ports.queue.confirmed).toEqual([]);
  });

  test('of a plan nobody remembers is silent', async () => {
    await perform({ v: 1, kind: 'expire', planId: 'gone' }, fakeRun('expire-gone'), ports);
    expect(ports.messages.keys()).toEqual(['root:d-ana']);
  });

  test('also counts when the click comes first', async () => {
    await ports.clock.advance(10 * MINUTE + 1);
    await click('plan.confirm');
    expect(ports.queue.confirmed).toEqual([]);
    expect(root()).toBe(
      'This plan has expired; nothing was changed. Type the command again for a fresh one. The plan: swap v1.',
    );
  });
});

describe('somebody who may not', () => {
  test.each<PressAction>(['plan.confirm', 'plan.cancel', 'change.now', 'change.giveup'])('press %s', async (action) => {
    ports.queue.state = 'running';
    await click(action, 'd-bob', bob);
    expect(answer('d-bob')).toBe(
      'You may not swap: that is for operators by the rule that holds because the file has none (changes and disruptive commands to operators). Ask @U0ANA, @U0LEE.',
    );
    expect(ports.plans.acts.size).toBe(0);
    expect(ports.queue.chosen).toEqual([]);
    expect(root()).toBe('The plan: swap v1.');
  });

  test.each<[PressAction, string[]]>([
    ['plan.confirm', ['d-bob']],
    ['plan.cancel', []],
  ])('press %s: what would have changed something is on record', async (action, recorded) => {
    await click(action, 'd-bob', bob);
    expect(ports.trail.map(({ jobId }) => jobId)).toEqual(recorded);
    expect(ports.trail.every((entry) => entry.userId === 'U0BOB' && entry.outcome === 'refused')).toBe(true);
  });
});

describe('while it waits for builds', () => {
  beforeEach(async () => {
    await click('plan.confirm');
    ports.queue.state = 'running';
  });
  const at = (step: string) => {
    ports.command.changes.running = async () => ({
      jobId: 'd-ana-go',
      userId: 'U0ANA',
      text: 'swap',
      step,
      since: NOW,
    });
  };

  test.each<[PressAction, string]>([
    ['change.now', 'now'],
    ['change.giveup', 'giveup'],
  ])('%s reaches the change', async (action, choice) => {
    at('quieting');
    await click(action, 'd-choice');
    expect(ports.queue.chosen).toEqual([['d-ana-go', choice]]);
    expect(answer('d-choice')).toBe('');
  });

  test.each(['applying', 'following'])('Give up in the step %s is told that it came too late', async (step) => {
    at(step);
    await click('change.giveup', 'd-choice');
    expect(ports.queue.chosen).toEqual([]);
    expect(answer('d-choice')).toBe(
      'That came too late: the wait is over and the change is on its way. /ci cancel d-ana-go takes it back.',
    );
  });

  test('Give up of a change that is over is told how it ended', async () => {
    ports.queue.state = 'ended';
    await click('change.giveup', 'd-choice');
    expect(ports.queue.chosen).toEqual([]);
    expect(answer('d-choice')).toBe(
      'Already confirmed by @U0LEE, 2015-05-28 10:00 UTC; the message above tells what became of it.',
    );
  });
});

test('a click does not wait for anything', async () => {
  const before = ports.clock.now();
  await passing(ports.clock, click('plan.confirm'));
  expect(ports.clock.now() - before).toBeLessThanOrEqual(1_000);
});
