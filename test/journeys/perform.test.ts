import { describe, expect, test } from 'vitest';
import { LockedApp } from '../../src/core/deploy-lock.js';
import { UserError } from '../../src/core/errors.js';
import { MINUTE } from '../../src/core/time.js';
import { perform } from '../../src/journeys/command.js';
import { NOW, silence } from '../support/ci-service.js';
import { type FakeCommands, fakeCommands } from '../support/fake-commands.js';
import {
  type FakePerform,
  fakePeople,
  fakePerform,
  fakeRun,
  passing,
  pressed,
  typed,
} from '../support/fakes-journey.js';

function worker(): FakePerform & FakeCommands {
  const commands = fakeCommands();
  return { ...fakePerform({ catalogue: commands.catalogue }), ...commands };
}

describe('a read', () => {
  test('is answered privately, once', async () => {
    const ports = worker();
    await perform(typed('look'), fakeRun(), ports);
    expect(ports.messages.said).toMatchObject([
      { key: 'answer:d-ana', to: { kind: 'answer', here: false, replace: true }, message: { text: 'all is well' } },
    ]);
    expect(ports.counts).toEqual([['look', 'succeeded']]);
  });

  test('with --here is answered in the channel', async () => {
    const ports = worker();
    await perform(typed('look --here'), fakeRun(), ports);
    expect(ports.messages.said).toMatchObject([{ to: { kind: 'answer', here: true } }]);
  });

  test.each([
    [
      'a private channel without the bot',
      'C0BOARD',
      /another organisation may read here\. .*invite me with \/invite @/,
    ],
    ['a direct message', 'D0ANA', /in a direct message nobody else is answered\. Use a channel/],
  ])('in %s is for one person alone, and says why', async (_where, channelId, why) => {
    const ports = { ...worker(), people: fakePeople({}, { isUnseen: true }) };
    const place = { channelId, teamId: 'T0HOME' };
    await perform(typed('look', { place }), fakeRun(), ports);
    await perform(typed('look --here', { place, delivery: 'd-here' }), fakeRun('d-here'), ports);
    const [plain, here] = ports.messages.said;
    expect([plain?.to, here?.to]).toMatchObject([{ here: false }, { here: false, replace: true }]);
    expect(JSON.stringify([plain, here])).not.toContain('Show in channel');
    expect(JSON.stringify(plain)).not.toMatch(why);
    expect(JSON.stringify(here?.message.blocks).replaceAll('`', '')).toMatch(why);
  });

  test('asked for by a mention in a direct message is answered there', async () => {
    const ports = { ...worker(), people: fakePeople({}, { isUnseen: true }) };
    const place = { channelId: 'D0ANA', teamId: 'T0HOME' };
    await perform(typed('look --here', { replyTo: {}, place }), fakeRun(), ports);
    expect(ports.messages.said).toMatchObject([{ to: { kind: 'channel', channelId: 'D0ANA' } }]);
  });

  test('asked for by a mention is answered in its thread', async () => {
    const ports = worker();
    const place = { channelId: 'C0CI', teamId: 'T0HOME', threadTs: '7.7' };
    await perform(typed('look', { replyTo: {}, place }), fakeRun(), ports);
    expect(ports.messages.said).toMatchObject([{ to: { kind: 'channel', channelId: 'C0CI', threadTs: '7.7' } }]);
  });

  test.each([
    [
      'a mistake found late',
      new UserError('Marathon has no app `/x`.', 'Say another.'),
      'Marathon has no app /x. Say another.',
      'user-error',
    ],
    [
      'a system that is silent',
      silence('Marathon', 'GET /v2/info'),
      'Marathon did not do it: GET /v2/info · did not answer within 15 s. Nothing was changed.',
      'failed',
    ],
  ])('says %s', async (_what, error, words, counted) => {
    const ports = worker();
    ports.script.read = () => Promise.reject(error);
    await perform(typed('look'), fakeRun(), ports);
    expect(ports.messages.said.map((said) => said.message.text)).toEqual([words]);
    expect(ports.counts).toEqual([['any', counted]]);
  });

  test('that finds the app locked has a way to look, to try again and to end that', async () => {
    const ports = worker();
    const cancel = { command: 'cancel 5cd9', does: 'It is rolled back.' };
    ports.script.read = () => Promise.reject(new LockedApp('Locked by `5cd9`.', 'Wait.', 'status', cancel));
    await perform(typed('look'), fakeRun(), ports);
    expect(ports.messages.said.at(-1)?.message.blocks.at(-1)).toEqual({
      type: 'actions',
      buttons: [
        { label: 'Show', action: 'run', value: 'status' },
        { label: 'Try again', action: 'run', value: 'look' },
        {
          label: 'Cancel that one',
          action: 'run',
          value: 'cancel 5cd9',
          style: 'danger',
          confirm: { title: 'Cancel that one?', text: 'It is rolled back.', yes: 'Cancel it', no: 'Leave it' },
        },
      ],
    });
  });

  test('that finds a bug gives a reference, one answer, and the cause to the log', async () => {
    const ports = worker();
    const bug = new TypeError('x is undefined');
    ports.script.read = () => Promise.reject(bug);
    await expect(perform(typed('look'), fakeRun(), ports)).rejects.toThrow(bug);
    expect(ports.messages.said.map((said) => said.message.text)).toEqual([
      'That is a bug in the bot, reference r-d-ana. Tell whoever runs Bellboard; the log has the details.',
    ]);
    expect(ports.log.lines).toEqual([
      { level: 'error', fields: { err: bug, reference: 'r-d-ana' }, text: 'a bug ended a command' },
    ]);
  });

  test('runs again for a click as the person who clicked', async () => {
    const ports = worker();
    const click = typed('help', { delivery: 'd-click', actor: { userId: 'U0BOB', teamId: 'T0HOME' } });
    await perform(click, fakeRun('d-click'), ports);
    expect(ports.messages.text('answer:d-click')).toBe('What you may do here: help, look.');
  });
});

describe('who may is asked again with fresh facts', () => {
  test.each([
    [
      'a guest',
      fakePeople({ isGuest: true }),
      'Guests may not give commands. Ask a full member of this workspace to do it.',
    ],
    [
      'a channel that is shared by now',
      fakePeople({}, { isSharedOutside: true }),
      'This channel is shared with another organisation. Use a channel of your own workspace.',
    ],
  ])('%s is refused and nothing is done', async (_what, people, words) => {
    const ports = { ...worker(), people };
    await perform(typed('paint red'), fakeRun(), ports);
    expect(ports.messages.said.map((said) => said.message.text)).toEqual([words]);
    expect(ports.script.strokes).toBe(0);
    expect(ports.counts).toEqual([['paint', 'refused']]);
  });
});

describe('a change that waited', () => {
  test('for more than 30 min is not done', async () => {
    const ports = worker();
    await perform(typed('paint red', { at: NOW - 30 * MINUTE - 1 }), fakeRun(), ports);
    expect(ports.messages.said.map((said) => said.message.text)).toEqual([
      'This waited more than 30 min for its turn, so it was not done. Type it again if you still want it.',
    ]);
    expect(ports.script.strokes).toBe(0);
  });

  test('for 30 min is done', async () => {
    const ports = worker();
    await passing(ports.clock, perform(typed('paint red', { at: NOW - 30 * MINUTE }), fakeRun(), ports));
    expect(ports.script.strokes).toBe(1);
  });

  test('is never stale once it has begun', async () => {
    const ports = worker();
    const run = fakeRun('d-ana', { step: 'applying', startedAt: NOW - 40 * MINUTE, before: 'white' });
    await passing(ports.clock, perform(typed('paint red', { at: NOW - 40 * MINUTE }), run, ports));
    expect(ports.messages.text('root:d-ana')).toBe('white → red');
  });

  test('makes no plan either', async () => {
    const ports = worker();
    await perform(typed('swap', { at: NOW - 31 * MINUTE }), fakeRun(), ports);
    expect(ports.messages.keys()).toEqual(['answer:d-ana']);
    expect(ports.plans.plans.size).toBe(0);
  });
});

describe('a worker that lost its job', () => {
  test.each([
    ['an upstream error', silence('Marathon')],
    ['a user error', new UserError('no')],
    ['a bug', new Error('oh')],
  ])('leaves no trace of %s', async (_what, error) => {
    const ports = worker();
    const run = fakeRun();
    ports.script.read = () => {
      run.lose();
      return Promise.reject(error);
    };
    await expect(perform(typed('look'), run, ports)).rejects.toThrow(error);
    expect(ports.messages.said).toEqual([]);
    expect(ports.trail).toEqual([]);
    expect(ports.log.lines).toEqual([]);
  });
});

describe('somebody who may not', () => {
  const byBob = { actor: { userId: 'U0BOB', teamId: 'T0HOME' } };

  test.each(['paint red', 'swap'])('`%s` is on record as refused, once', async (text) => {
    const ports = worker();
    for (let again = 0; again < 2; again += 1) await perform(typed(text, byBob), fakeRun(), ports);
    expect(ports.trail).toMatchObject([
      { jobId: 'd-ana', neverBegan: true, userId: 'U0BOB', text, outcome: 'refused' },
    ]);
    expect(ports.trail[0]?.summary).toBe(ports.messages.text('answer:d-ana'));
  });

  test('what a worker that died had begun is told to its end, and is on record with its outcome', async () => {
    const ports = worker();
    await perform(typed('paint red', byBob), fakeRun('d-ana', { step: 'applying' }), ports);
    expect(ports.trail).toMatchObject([{ jobId: 'd-ana', outcome: 'succeeded' }]);
    expect(ports.trail[0]).not.toHaveProperty('neverBegan');
  });
});

test('a click that goes wrong is answered beside the plan, which stays', async () => {
  const ports = worker();
  await perform(pressed('plan.confirm', 'long ago'), fakeRun('d-click'), ports);
  expect(ports.messages.said).toMatchObject([
    {
      key: 'answer:d-click',
      to: { kind: 'answer', replace: false },
      message: { text: 'That button is older than what is remembered of it. Type the command again.' },
    },
  ]);
});

test('a confirmed change that this version cannot read ends its message, not in silence', async () => {
  const ports = worker();
  const job = {
    ...typed('swap'),
    kind: 'confirmed' as const,
    delivery: 'd-ana-go',
    planId: 'd-ana',
    confirmedBy: 'U0LEE',
  };
  await expect(perform(job, fakeRun('d-ana-go'), ports)).rejects.toThrow('plan d-ana is not kept any more');
  expect(ports.messages.text('root:d-ana')).toMatch(/^That is a bug in the bot, reference r-ana-go\./);
});
