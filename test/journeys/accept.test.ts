import { describe, expect, test } from 'vitest';
import { scrubber } from '../../src/adapters/secrets.js';
import { allowance } from '../../src/core/allowance.js';
import type { AuditEntry } from '../../src/core/audit.js';
import type { PersonFacts, PlaceFacts } from '../../src/core/authorise.js';
import { UpstreamError } from '../../src/core/errors.js';
import type { CommandJob, PressJob } from '../../src/core/jobs.js';
import { NO_POLICY } from '../../src/core/policy.js';
import { accept } from '../../src/journeys/command.js';
import type { AcceptPorts } from '../../src/journeys/ports.js';
import { NOW } from '../support/ci-service.js';
import { fakeCommands } from '../support/fake-commands.js';
import { fakeLog, fakePeople, POLICY, pressed, typed } from '../support/fakes-journey.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

interface Bot extends AcceptPorts {
  clock: ManualClock;
  recorded: AuditEntry[];
  added: { job: CommandJob | PressJob; queue: 'reads' | 'changes' }[];
}

const REDIS_DOWN = new UpstreamError({
  system: 'Redis',
  request: 'add a job',
  seen: 'connection refused',
  retryable: false,
  mayHaveArrived: false,
});

function bot(person: PersonFacts = {}, channel: PlaceFacts = {}): Bot {
  const added: Bot['added'] = [];
  const recorded: Bot['recorded'] = [];
  const clock = manualClock();
  return {
    added,
    recorded,
    audit: { record: async (entry) => void recorded.push(entry) },
    catalogue: fakeCommands().catalogue,
    policy: () => POLICY,
    people: fakePeople(person, channel),
    queue: { accept: async (job, queue) => void added.push({ job, queue }) },
    allowance: { any: allowance(20, clock), urgent: allowance(120, clock) },
    clock,
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
      'The command contains what looks like a secret, so it was not stored or run. Change it: Slack has seen it. Keep it in the environment of the server, or in Jenkins.',
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

  test.each<[string, string]>([
    ['as Slack escapes it', 'paint p&amp;ss&lt;w0rd-1'],
    ['as a phone curls its quotes', 'paint it’s-w0rd-2'],
    ['behind a word that is no command', 'pant planted'],
    ['where it does not fit', 'paint red planted'],
    ['behind a quote that is not closed', 'paint "planted'],
  ])('a secret %s, without saying it back', async (_how, text) => {
    const ports = { ...bot(), scrub: scrubber(['planted', 'p&ss<w0rd-1', "it's-w0rd-2"]) };
    const accepted = await accept(typed(text), '/ci', ports);
    expect(accepted).toMatchObject({
      message: { text: expect.stringMatching(/^The command contains what looks like a/) },
    });
    expect(JSON.stringify(accepted)).not.toMatch(/planted|w0rd/);
    expect(ports.added).toEqual([]);
  });

  test('what is far too long, before anybody looks for a secret in it', async () => {
    const scrub = () => {
      throw new Error('scrubbed');
    };
    const accepted = await accept(typed('x'.repeat(20_001)), '/ci', { ...bot(), scrub });
    expect(accepted).toMatchObject({
      message: { text: expect.stringMatching(/^The command is 20,001 characters long/) },
    });
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

  test('what is refused of changes is on record before it is answered, under its delivery', async () => {
    const ports = bot();
    await accept(typed('paint “red”', { actor: bob }), '/ci', ports);
    expect(ports.recorded).toEqual([
      {
        v: 1,
        jobId: 'd-ana',
        neverBegan: true,
        userId: 'U0BOB',
        channelId: 'C0CI',
        command: 'paint',
        text: 'paint "red"',
        understood: { colour: 'red' },
        outcome: 'refused',
        summary:
          'You may not paint: that is for operators by the rule that holds because the file has none (changes and disruptive commands to operators). Ask @U0ANA, @U0LEE.',
        at: NOW,
        durationMs: 0,
      },
    ]);
  });

  test('a refused read and a mistake are not on record', async () => {
    const guests = bot({ isGuest: true });
    await accept(typed('look'), '/ci', guests);
    await accept(typed('paint', { actor: bob }), '/ci', guests);
    expect(guests.recorded).toEqual([]);
  });

  test('a refusal that cannot be recorded is still one', async () => {
    const ports = { ...bot(), audit: { record: () => Promise.reject(REDIS_DOWN) } };
    expect(await accept(typed('paint red', { actor: bob }), '/ci', ports)).toMatchObject({ outcome: 'refused' });
    expect(ports.log).toMatchObject({ lines: [{ level: 'warn', text: 'a refusal could not be recorded' }] });
  });

  test.each([typed('look'), pressed('plan.confirm', 'd-ana')])('that Redis is down (%o)', async (job) => {
    const ports = { ...bot(), queue: { accept: () => Promise.reject(REDIS_DOWN) } };
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

describe('one person in a hurry', () => {
  const inTurn = async (ports: Bot, count: number, text = 'look', from: Partial<CommandJob> = {}) => {
    const kinds: string[] = [];
    for (let number = 0; number < count; number += 1) {
      const job = typed(text, {
        delivery: `d-${text}-${from.actor?.userId}-${kinds.length}-${ports.clock.now()}`,
        ...from,
      });
      kinds.push((await accept(job, '/ci', ports)).kind);
    }
    return kinds;
  };

  test('has twenty at once, then is told when to go on, and nothing of it is queued', async () => {
    const ports = bot();
    expect(await inTurn(ports, 20)).toEqual(Array(20).fill('queued'));
    const late = await accept(typed('look', { delivery: 'd-late' }), '/ci', ports);
    expect(late).toMatchObject({
      outcome: 'too-many',
      message: {
        text: 'That was a lot within a minute, so this one was neither queued nor done. Go on in 3 s; acknowledging alerts works all the while.',
      },
    });
    expect(ports.added).toHaveLength(20);
    await ports.clock.advance(3_000);
    expect(await inTurn(ports, 2)).toEqual(['queued', 'answered']);
  });

  test('is not in the way of anybody else', async () => {
    const ports = bot();
    await inTurn(ports, 100);
    expect(await inTurn(ports, 20, 'look', { actor: { userId: 'U0BOB', teamId: 'T0HOME' } })).toEqual(
      Array(20).fill('queued'),
    );
  });

  test('can still acknowledge and silence alerts, typed or pressed', async () => {
    const ports = bot();
    await inTurn(ports, 100);
    await accept(pressed('run', 'ack A1'), '/ci', ports);
    await accept(typed('  Silence A1 --for 1h', { delivery: 'd-silence' }), '/ci', ports);
    // The fakes have neither command, so each is a mistake: it was read, and not turned away.
    for (const text of ['ack A1', 'silence A1']) {
      const said = await accept(typed(text, { delivery: `d-${text}` }), '/ci', ports);
      expect(said).toMatchObject({ kind: 'answered', outcome: 'user-error' });
    }
  });

  test('counts clicks too', async () => {
    const ports = bot();
    await inTurn(ports, 20);
    expect(await accept(pressed('plan.confirm', 'd-ana', { delivery: 'd-press' }), '/ci', ports)).toMatchObject({
      outcome: 'too-many',
    });
  });

  test('loses nothing when Slack repeats a delivery', async () => {
    const ports = bot();
    for (let again = 0; again < 100; again += 1) await accept(typed('look', { delivery: 'd-same' }), '/ci', ports);
    expect(ports.added).toHaveLength(100);
    expect(await inTurn(ports, 19)).toEqual(Array(19).fill('queued'));
  });

  test('who only mentions is told once, not once for each', async () => {
    const ports = bot();
    const mention = { replyTo: { responseUrl: undefined } };
    expect(await inTurn(ports, 23, 'look', mention)).toEqual([
      ...Array(20).fill('queued'),
      'answered',
      'ignored',
      'ignored',
    ]);
  });
});
