import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.js';
import { perform } from '../../src/journeys/command.js';
import { NOW, silence } from '../support/ci-service.js';
import { type FakeCommands, fakeCommands } from '../support/fake-commands.js';
import { type FakePerform, fakePerform, fakeRun, passing, typed } from '../support/fakes-journey.js';

function worker(): FakePerform & FakeCommands {
  const commands = fakeCommands();
  return { ...fakePerform({ catalogue: commands.catalogue }), ...commands };
}

const askForSwap = (ports: FakePerform, run = fakeRun()) =>
  passing(ports.clock, perform(typed('swap'), run, ports), 100);

test('a plan stands in the channel with its two buttons, until when it counts, and who asked', async () => {
  const ports = worker();
  await askForSwap(ports);
  expect(ports.messages.said).toMatchObject([
    {
      key: 'root:d-ana',
      to: { kind: 'channel', channelId: 'C0CI' },
      rank: 0,
      message: {
        text: 'The plan: swap v1.',
        blocks: [
          { type: 'section' },
          {
            type: 'actions',
            buttons: [
              { label: 'Swap', action: 'plan.confirm', value: 'd-ana', style: 'primary' },
              { label: 'Cancel', action: 'plan.cancel', value: 'd-ana' },
            ],
          },
          { type: 'context', text: { plain: 'asked by @U0ANA: /ci swap · valid until 2015-05-28 10:10 UTC' } },
        ],
      },
    },
  ]);
  expect(ports.queue.expiries).toEqual([['d-ana', 10 * MINUTE]]);
  expect(ports.plans.plans.get('d-ana')).toMatchObject({
    text: 'swap',
    command: 'swap',
    facts: { version: 'v1' },
    madeAt: NOW,
    validUntil: NOW + 10 * MINUTE,
  });
  expect(ports.script.writes).toBe(0);
});

test('a plan with nothing to do is a private answer without buttons', async () => {
  const ports = worker();
  ports.script.nothingToDo = true;
  await askForSwap(ports);
  expect(ports.messages.said).toMatchObject([{ key: 'answer:d-ana', message: { text: 'The plan: swap v1.' } }]);
  expect(ports.messages.said[0]?.message.blocks).toHaveLength(1);
  expect(ports.plans.plans.size).toBe(0);
  expect(ports.counts).toEqual([['swap', 'unchanged']]);
});

test('a plan that cannot be made is said to the asker alone', async () => {
  const ports = worker();
  Object.defineProperty(ports.script, 'version', {
    get: () => {
      throw silence('Marathon', 'GET /v2/apps/jenkins');
    },
  });
  await askForSwap(ports);
  expect(ports.messages.said.map(({ key, message }) => [key, message.text])).toEqual([
    ['answer:d-ana', 'Marathon did not do it: GET /v2/apps/jenkins · did not answer within 15 s. Nothing was changed.'],
  ]);
});

describe('a plan whose worker died', () => {
  test('stays the one that was shown, whatever moved meanwhile', async () => {
    const ports = worker();
    await askForSwap(ports);
    ports.script.version = 'v2';
    await askForSwap(ports);
    expect(ports.plans.plans.get('d-ana')).toMatchObject({ facts: { version: 'v1' } });
    expect(ports.messages.text('root:d-ana')).toBe('The plan: swap v1.');
  });

  test('is shown by the next one when it was only kept', async () => {
    const ports = worker();
    await askForSwap(ports);
    const again = { ...worker(), plans: ports.plans };
    await askForSwap(again);
    expect(again.messages.text('root:d-ana')).toBe('The plan: swap v1.');
    expect(again.queue.expiries).toEqual([['d-ana', 10 * MINUTE]]);
  });
});

describe('a plan that Slack does not take', () => {
  test.each([
    [
      'channel_not_found',
      'I cannot see this channel. If it is private, invite me with /invite @bellboard; in a direct message between people, use a channel instead. Nothing was done.',
    ],
    ['is_archived', 'This channel is archived. Use another one. Nothing was done.'],
    ['some_new_error', 'Slack refused the message (some_new_error). Nothing was done.'],
  ])('because of %s is void, and the asker hears why', async (error, words) => {
    const ports = worker();
    ports.messages.slack = { refuses: error };
    await askForSwap(ports);
    expect(ports.messages.text('answer:d-ana')).toBe(words);
    expect(ports.plans.acts.get('d-ana')).toMatchObject({ what: 'expired' });
    expect(ports.trail).toMatchObject([{ jobId: 'd-ana', outcome: 'expired', summary: words }]);
  });

  test('does not keep a stopping worker', async () => {
    const ports = worker();
    ports.messages.slack = 'silent';
    const run = fakeRun();
    const work = perform(typed('swap'), run, ports);
    const end = expect(work).rejects.toBe('lock lost');
    await ports.clock.advance(1_000);
    run.lose();
    await end;
    expect(ports.messages.keys()).toEqual(['root:d-ana']);
  });
});
