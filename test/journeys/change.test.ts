import { describe, expect, test } from 'vitest';
import { build } from '../../src/commands/build.js';
import { catalogueOf } from '../../src/commands/index.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import type { JenkinsJob } from '../../src/core/jenkins-build.js';
import type { ChangeProgress } from '../../src/core/jobs.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { perform } from '../../src/journeys/command.js';
import { NOW, refusal, silence } from '../support/ci-service.js';
import { type FakeCommands, fakeCommands } from '../support/fake-commands.js';
import { fakePorts } from '../support/fakes.js';
import {
  type FakePerform,
  type FakeRun,
  fakePeople,
  fakePerform,
  fakeRun,
  passing,
  typed,
} from '../support/fakes-journey.js';

function worker(): FakePerform & FakeCommands {
  const commands = fakeCommands();
  return { ...fakePerform({ catalogue: commands.catalogue }), ...commands };
}

const paintRed = (ports: FakePerform, run: FakeRun = fakeRun()) =>
  passing(ports.clock, perform(typed('paint red'), run, ports), 100);

const ASKED = { type: 'context', text: { plain: 'asked by @U0ANA: /ci paint red' } };

describe('a change', () => {
  test('says who asked, then is done, and its outcome stands in the same message and in the trail', async () => {
    const ports = worker();
    const run = fakeRun();
    await paintRed(ports, run);
    expect(ports.messages.said).toMatchObject([
      {
        key: 'root:d-ana',
        to: { kind: 'channel', channelId: 'C0CI' },
        message: { text: 'Working on /ci paint red', blocks: [{ type: 'section' }, ASKED] },
      },
      { key: 'root:d-ana', message: { text: 'white → red', blocks: [{ type: 'section' }, ASKED] } },
    ]);
    expect(run.steps).toEqual(['posted', 'applying', 'done']);
    expect(ports.trail).toEqual([
      {
        v: 1,
        jobId: 'd-ana',
        userId: 'U0ANA',
        channelId: 'C0CI',
        messageKey: 'root:d-ana',
        messageTs: '1.1',
        command: 'paint',
        text: 'paint red',
        understood: { colour: 'red' },
        outcome: 'succeeded',
        summary: 'white → red',
        at: NOW,
        durationMs: 0,
      },
    ]);
    expect(ports.counts).toEqual([['paint', 'succeeded']]);
  });

  test('does not begin before Slack has its message', async () => {
    const ports = worker();
    ports.messages.slack = 'silent';
    const work = perform(typed('paint red'), fakeRun(), ports);
    await ports.clock.advance(20 * SECOND);
    expect(ports.script.strokes).toBe(0);
    ports.messages.slack = 'takes';
    await passing(ports.clock, work);
    expect(ports.script.strokes).toBe(1);
    expect(ports.messages.text('root:d-ana')).toBe('white → red');
  });

  test('is not done where the bot may not speak, and the asker hears how to invite it', async () => {
    const ports = worker();
    ports.messages.slack = { refuses: 'not_in_channel' };
    await paintRed(ports);
    expect(ports.messages.text('answer:d-ana')).toBe(
      'I am not in this channel. Invite me with /invite @bellboard, then ask again. Nothing was done.',
    );
    expect(ports.script.strokes).toBe(0);
    expect(ports.trail).toEqual([]);
  });

  test('is given up when Slack takes nothing for 10 min, also in the message that may still arrive', async () => {
    const ports = worker();
    ports.messages.slack = 'silent';
    await paintRed(ports);
    expect(ports.clock.now() - NOW).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(ports.messages.text('answer:d-ana')).toBe(
      'Slack did not take the message into the channel for 10 min. Nothing was done.',
    );
    expect(ports.messages.text('root:d-ana')).toBe(
      'Not done: Slack did not take the message into the channel for 10 min. Type it again if you still want it.',
    );
    expect(ports.script.strokes).toBe(0);
  });

  test('that was cancelled before its turn changes nothing and says who cancelled', async () => {
    const ports = worker();
    const run = fakeRun();
    run.stopBy = 'U0LEE';
    await paintRed(ports, run);
    expect(ports.messages.text('root:d-ana')).toBe('Left the queue, nothing was changed. Taken out by @U0LEE.');
    expect(ports.trail).toMatchObject([{ outcome: 'cancelled' }]);
    expect(ports.script.strokes).toBe(0);
  });
});

describe('a change that another worker takes over, while Slack does not say who asked', () => {
  const strangers = () => ({
    ...worker(),
    people: { ...fakePeople(), person: () => Promise.reject(silence('Slack')) },
  });
  const before = { startedAt: NOW, before: 'white' };
  const message = { text: 'white → red', blocks: [] };
  const outcome = { outcome: 'succeeded', summary: message.text, message } as const;

  test.each<[string, Partial<ChangeProgress>]>([
    ['may have been done, and', { ...before, step: 'applying' }],
    ['was done, and', { ...before, step: 'done', outcome }],
  ])('%s is told to its end', async (_what, progress) => {
    const ports = strangers();
    ports.script.colour = 'red';
    await paintRed(ports, fakeRun('d-ana', progress));
    expect(ports.messages.text('root:d-ana')).toBe('white → red');
    expect(ports.messages.text('answer:d-ana')).toBe('');
    expect(ports.trail).toMatchObject([{ outcome: 'succeeded', summary: 'white → red' }]);
  });

  test('and that had only been announced is not done, and its message says so', async () => {
    const ports = strangers();
    await ports.messages.put('root:d-ana', { kind: 'channel', channelId: 'C0CI' }, { text: 'Working', blocks: [] });
    await paintRed(ports, fakeRun('d-ana', { startedAt: NOW, step: 'posted' }));
    expect(ports.messages.text('root:d-ana')).toMatch(/Nothing was changed\.$/);
    expect(ports.script.strokes).toBe(0);
  });
});

describe('a change that goes wrong', () => {
  const unsure = 'Whether it was done is not known; to ask again does no harm if it was.';
  test.each<[string, Error, string, string]>([
    [
      'by its own rule',
      new UserError('Jenkins has no template.', 'Try another.'),
      'refused',
      'Jenkins has no template. Try another.',
    ],
    [
      'refused by the system',
      refusal('Marathon', 409, 'locked by deployment 5cd9'),
      'failed',
      'Failed: Marathon did not do it. PUT /v2/apps/jenkins: 409, locked by deployment 5cd9. Nothing was changed.',
    ],
    [
      'with no answer to the write',
      silence('Jenkins', 'POST /scriptText'),
      'failed',
      `Failed: Jenkins did not do it. POST /scriptText: did not answer within 15 s. ${unsure}`,
    ],
    [
      'by a bug of ours',
      new Error('oh'),
      'failed',
      `That is a bug in the bot, reference r-d-ana. Tell whoever runs Bellboard; the log has the details. ${unsure}`,
    ],
  ])('%s', async (_what, error, outcome, words) => {
    const ports = worker();
    ports.script.paint = () => Promise.reject(error);
    await paintRed(ports);
    expect(ports.messages.text('root:d-ana')).toBe(words);
    expect(ports.trail).toMatchObject([{ outcome, summary: words }]);
    expect(ports.counts).toEqual([['paint', outcome]]);
  });

  test('while it only looked has surely changed nothing', async () => {
    const ports = worker();
    Object.defineProperty(ports.script, 'colour', {
      get: () => {
        throw silence('Jenkins', 'POST /scriptText');
      },
    });
    await paintRed(ports);
    expect(ports.messages.text('root:d-ana')).toBe(
      'Failed: Jenkins did not do it. POST /scriptText: did not answer within 15 s. Nothing was changed.',
    );
  });

  test('after a first worker died over it cannot say that nothing was changed', async () => {
    const ports = worker();
    ports.script.paint = () =>
      Promise.reject(
        new UpstreamError({
          system: 'Jenkins',
          request: 'POST /scriptText',
          seen: 'connection refused',
          retryable: true,
          mayHaveArrived: false,
        }),
      );
    await paintRed(ports, fakeRun('d-ana', { step: 'applying', startedAt: NOW, before: 'white' }));
    expect(ports.messages.text('root:d-ana')).toContain(unsure);
  });
});

describe('a change whose words may hold a secret', () => {
  const TYPED = 'build app CODE=hunter2';
  const built = (parameters: JenkinsJob['parameters'], name = 'app') => {
    const run = fakeRun();
    const calls = { jobTrace: async () => undefined, whoAmI: async () => 'chatbot', startBuild: async () => 12 };
    const jenkins = fakePorts({
      jenkins: {
        jenkinsJob: async (fullName) =>
          fullName === name ? { fullName, kind: 'job', isDisabled: false, members: [], parameters } : undefined,
        jobNames: async () => ({ names: [], isCut: false }),
        publicUrl: async () => undefined,
        queueItem: async () => undefined,
        ...calls,
      },
    }).jenkins;
    const ports = fakePerform({ catalogue: catalogueOf([build]), jenkins });
    return { run, ports, over: passing(ports.clock, perform(typed(TYPED), run, ports), 100) };
  };
  const parameter = (type: string): JenkinsJob['parameters'][number] => ({
    name: 'CODE',
    type,
    description: undefined,
    choices: undefined,
    defaultValue: undefined,
  });

  test.each<[string, JenkinsJob['parameters'], string, string]>([
    ['is a password', [parameter('PasswordParameterDefinition')], 'app', 'CODE of app is a password'],
    ['goes to no job there is', [], 'other', 'Jenkins has no job app'],
  ])('that %s is told and kept without it', async (_what, parameters, name, words) => {
    const { run, ports, over } = built(parameters, name);
    await ports.home.asked('U0ANA', TYPED, NOW);
    await over;
    expect(await ports.home.askedBy('U0ANA')).toEqual([]);
    expect(ports.messages.said.map(({ message }) => message.text)).toEqual([
      'Working on /ci build app CODE=•••',
      expect.stringContaining(words),
    ]);
    expect(ports.trail).toMatchObject([
      { outcome: 'refused', text: 'build app CODE=•••', understood: { parameters: { CODE: '•••' } } },
    ]);
    expect(run.keptText).toBe('build app CODE=•••');
    expect(JSON.stringify([ports.messages.said, ports.trail, run.kept])).not.toContain('hunter2');
  });

  test('is told as typed once it is known to be none', async () => {
    const { ports, over } = built([parameter('StringParameterDefinition')]);
    await over;
    expect(ports.trail).toMatchObject([{ text: TYPED }]);
    expect(ports.messages.said.at(0)?.message.text).toBe('Working on /ci build app CODE=•••');
    expect(ports.messages.said.at(-1)?.message.blocks.at(-1)).toMatchObject({
      text: { plain: `asked by @U0ANA: /ci ${TYPED}` },
    });
  });
});

describe('a change taken over by another worker', () => {
  test('between the act and its outcome still says what it changed, and does it no second time', async () => {
    const ports = worker();
    ports.script.colour = 'red';
    const run = fakeRun('d-ana', { step: 'applying', startedAt: NOW - 20 * SECOND, before: 'white' });
    await paintRed(ports, run);
    expect(ports.messages.text('root:d-ana')).toBe('white → red');
    expect(ports.script.strokes).toBe(0);
    expect(ports.trail).toMatchObject([{ outcome: 'succeeded', durationMs: 20 * SECOND }]);
  });

  test('between the outcome and its message only tells it', async () => {
    const ports = worker();
    const message = { text: 'white → red', blocks: [] };
    const outcome = { outcome: 'succeeded' as const, summary: 'white → red', message };
    const run = fakeRun('d-ana', { step: 'done', startedAt: NOW, outcome });
    await paintRed(ports, run);
    await paintRed(ports, run);
    expect(ports.messages.said.map((said) => said.message.text)).toEqual(['white → red', 'white → red']);
    expect(ports.trail).toHaveLength(1);
    expect(ports.script.colour).toBe('white');
  });

  test('leaves no trace when it notices before the write', async () => {
    const ports = worker();
    const run = fakeRun();
    ports.messages.posted = async () => {
      run.lose();
      return { state: 'posted', channelId: 'C0CI', ts: '1.1' };
    };
    await expect(paintRed(ports, run)).rejects.toMatchObject({ name: 'LockLost' });
    expect(ports.script.strokes).toBe(0);
    expect(ports.trail).toEqual([]);
    expect(ports.messages.said.map((said) => said.message.text)).toEqual(['Working on /ci paint red']);
  });

  test.each([
    ['refused', new UserError('no')],
    ['silent', silence('Jenkins')],
    ['a bug', new Error('oh')],
  ])('leaves no trace when the write was %s', async (_what, error) => {
    const ports = worker();
    const run = fakeRun();
    ports.script.paint = () => {
      run.lose();
      return Promise.reject(error);
    };
    await expect(paintRed(ports, run)).rejects.toThrow(error);
    expect(ports.trail).toEqual([]);
    expect(ports.messages.keys()).toEqual(['root:d-ana']);
    expect(ports.messages.text('root:d-ana')).toBe('Working on /ci paint red');
  });
});

test('two identical commands are both answered, and one act is done', async () => {
  const ports = worker();
  await paintRed(ports);
  await passing(ports.clock, perform(typed('paint red', { delivery: 'd-lee' }), fakeRun('d-lee'), ports));
  expect(ports.script.strokes).toBe(1);
  expect([ports.messages.text('root:d-ana'), ports.messages.text('root:d-lee')]).toEqual(['white → red', 'red → red']);
  expect(ports.trail.map((entry) => entry.jobId)).toEqual(['d-ana', 'd-lee']);
});
