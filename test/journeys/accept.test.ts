import { describe, expect, test } from 'vitest';
import type { PersonFacts, PlaceFacts } from '../../src/core/authorise.js';
import { UpstreamError } from '../../src/core/errors.js';
import type { CommandJob, PressJob } from '../../src/core/jobs.js';
import { NO_POLICY } from '../../src/core/policy.js';
import { accept } from '../../src/journeys/command.js';
import type { AcceptPorts } from '../../src/journeys/ports.js';
import { fakeCommands } from '../support/fake-commands.js';
import { fakeLog, fakePeople, POLICY, pressed, typed } from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';

interface Bot extends AcceptPorts {
  added: { job: CommandJob | PressJob; queue: 'reads' | 'changes' }[];
}

function bot(person: PersonFacts = {}, channel: PlaceFacts = {}): Bot {
  const added: Bot['added'] = [];
  return {
    added,
    catalogue: fakeCommands().catalogue,
    policy: () => POLICY,
    people: fakePeople(person, channel),
    queue: { accept: async (job, queue) => void added.push({ job, queue }) },
    clock: manualClock(),
    scrub: (text) => text.replaceAll('planted', '•••'),
    log: fakeLog(),
  };
}

describe('what is queued', () => {
  test.each<[string, 'reads' | 'changes', string]>([
    ['look', 'reads', 'look'],
    ['paint red', 'changes', 'paint'],
    ['swap', 'reads', 'swap'],
    ['help', 'reads', 'help'],
    ['', 'reads', 'help'],
  ])('`%s` is one job in `%s`', async (text, queue, command) => {
    const ports = bot();
    expect(await accept(typed(text), '/ci', ports)).toEqual({ kind: 'queued', queue, command });
    expect(ports.added).toEqual([{ job: typed(text), queue }]);
  });

  test('the job carries the text as it was understood', async () => {
    const ports = bot();
    await accept(typed('paint “red”'), '/ci', ports);
    expect(ports.added.map(({ job }) => job)).toEqual([typed('paint "red"')]);
  });

  test('a button with a command takes the queue of that command, so a change waits for its turn', async () => {
    const ports = bot();
    expect(await accept(pressed('run', 'paint red'), '/ci', ports)).toEqual({
      kind: 'queued',
      queue: 'changes',
      command: 'paint',
    });
    expect(ports.added).toEqual([{ job: typed('paint red', { delivery: 'd-click' }), queue: 'changes' }]);
  });

  test("a plan's button is queued as it is; the worker says whether it may be pressed", async () => {
    const ports = bot();
    const click = pressed('plan.confirm', 'd-ana', { actor: { userId: 'U0BOB', teamId: 'T0HOME' } });
    expect(await accept(click, '/ci', ports)).toEqual({ kind: 'queued', queue: 'reads', command: 'plan.confirm' });
    expect(ports.added).toEqual([{ job: click, queue: 'reads' }]);
  });
});

describe('what the ack answers, with nothing queued', () => {
  const bob = { userId: 'U0BOB', teamId: 'T0HOME' };
  test.each<[string, string, Partial<CommandJob>, PersonFacts, PlaceFacts, string, string]>([
    [
      'an unknown word',
      'wibble',
      {},
      {},
      {},
      'user-error',
      'No command wibble. Type help after the slash command for the list.',
    ],
    ['a word one letter off', 'pant red', {}, {}, {}, 'user-error', 'No command pant. Did you mean /ci paint red?'],
    ['a missing argument', 'paint', {}, {}, {}, 'user-error', 'Expected a colour. Try paint red.'],
    [
      'a word too many',
      'look here there',
      {},
      {},
      {},
      'user-error',
      'look does not know what to do with here. Usage: look.',
    ],
    [
      'an address with a password',
      'paint https://ann:s3cret@x.example.org',
      {},
      {},
      {},
      'user-error',
      'The command contains an address with a password in it, so it was not stored or run. Put credentials in the environment of the server, and change that password: Slack has seen it.',
    ],
    [
      'what the scrubber would hide',
      'paint planted',
      {},
      {},
      {},
      'user-error',
      'The command contains what looks like a secret, so it was not stored or run. Put it in the environment of the server, and change it: Slack has seen it.',
    ],
    [
      'somebody no rule allows',
      'paint red',
      { actor: bob },
      {},
      {},
      'refused',
      'You may not paint: that is for operators by the rule that holds because the file has none (changes and disruptive commands to operators). Ask @U0ANA, @U0LEE.',
    ],
    [
      'a guest',
      'look',
      {},
      { isGuest: true },
      {},
      'refused',
      'Guests may not give commands. Ask a full member of this workspace to do it.',
    ],
    [
      'a shared channel',
      'look',
      {},
      {},
      { isSharedOutside: true },
      'refused',
      'This channel is shared with another organisation. Use a channel of your own workspace.',
    ],
  ])('%s', async (_what, text, patch, person, channel, outcome, words) => {
    const ports = bot(person, channel);
    const accepted = await accept(typed(text, patch), '/ci', ports);
    expect(accepted).toMatchObject({ kind: 'answered', outcome, message: { text: words } });
    expect(ports.added).toEqual([]);
  });

  test('the nearest command is a button that keeps what else was typed', async () => {
    const accepted = await accept(typed('pant red'), '/ci', bot());
    expect(accepted.kind === 'answered' && accepted.message.blocks[1]).toEqual({
      type: 'actions',
      buttons: [{ label: 'Run /ci paint red', action: 'run', value: 'paint red', style: 'primary' }],
    });
  });

  test('the button of a command is refused to those who may not type it', async () => {
    const ports = bot();
    const click = pressed('run', 'paint red', { actor: bob });
    expect(await accept(click, '/ci', ports)).toMatchObject({ kind: 'answered', outcome: 'refused' });
    expect(ports.added).toEqual([]);
  });

  test('without a policy file, who should make one', async () => {
    const accepted = await accept(typed('paint red'), '/ci', { ...bot(), policy: () => NO_POLICY });
    expect(accepted).toMatchObject({
      outcome: 'refused',
      message: {
        text: 'Nobody may paint yet: there is no policy file. Whoever runs Bellboard lists people in manifests/policy.yaml (or the file that POLICY_FILE names).',
      },
    });
  });

  test.each([typed('look'), pressed('plan.confirm', 'd-ana')])('that Redis is down (%o)', async (job) => {
    const down = new UpstreamError({
      system: 'Redis',
      request: 'add a job',
      seen: 'connection refused',
      retryable: false,
      mayHaveArrived: false,
    });
    const ports = { ...bot(), queue: { accept: () => Promise.reject(down) } };
    expect(await accept(job, '/ci', ports)).toMatchObject({
      kind: 'answered',
      outcome: 'unavailable',
      message: {
        text: 'The queue (Redis) cannot be reached: nothing was queued and nothing was done. Try again in a minute.',
      },
    });
  });
});

test('a bug of ours is not dressed up as an answer', async () => {
  const ports = { ...bot(), queue: { accept: () => Promise.reject(new Error('oh')) } };
  await expect(accept(typed('look'), '/ci', ports)).rejects.toThrow('oh');
});
