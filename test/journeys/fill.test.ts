// Forms, from the click that opens one to the command that is run: what is shown, searched, refused and told.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { allowance } from '../../src/core/allowance.js';
import { type Command, defineCommand } from '../../src/core/command.js';
import { say } from '../../src/core/conversation.js';
import type { Form, Kept } from '../../src/core/form.js';
import type { CommandJob, ReplyTo } from '../../src/core/jobs.js';
import type { Choice } from '../../src/core/pick.js';
import { md } from '../../src/core/text.js';
import { changed, fitting, openAsk, openPick, type Shown, submit, suggest } from '../../src/journeys/fill.js';
import { gatherChoices } from '../../src/journeys/gather-choices.js';
import type { FormPorts } from '../../src/journeys/ports.js';
import { NOW } from '../support/ci-service.js';
import {
  type FakeChoices,
  type FakeScreens,
  fakeChoices,
  fakeLog,
  fakePeople,
  fakePerform,
  fakeScreens,
  POLICY,
  passing,
  pressed,
} from '../support/fakes-journey.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

/** As the command `build` will be: a job, then the parameters of that job. */
const build = defineCommand({
  name: 'build',
  usage: 'build JOB [K=V]…',
  summary: 'Starts a build.',
  examples: ['build app'],
  syntax: { words: ['job'], rest: 'parameters' },
  picks: { job: { label: 'Job', from: 'labels' }, parameters: { each: 'versions', of: 'job' } },
  args: z.object({ job: z.string(), parameters: z.string().optional() }),
  effect: 'read',
  run: async () => ({}),
  view: () => say(md`–`),
});

interface Ports extends FormPorts {
  screens: FakeScreens;
  choices: FakeChoices;
  wall: ManualClock;
  asked: string[];
  kept: Map<string, ReplyTo>;
}

function ports(more: readonly Command[] = []): Ports {
  const clock = manualClock();
  const asked: string[] = [];
  const kept = new Map<string, ReplyTo>();
  return {
    asked,
    kept,
    catalogue: catalogueOf([...commands, ...more]),
    policy: () => POLICY,
    people: fakePeople(),
    queue: { accept: async () => {} },
    allowance: { any: allowance(20, clock), urgent: allowance(120, clock) },
    scrub: (text) => text,
    clock,
    log: fakeLog(),
    slash: '/ci',
    screens: fakeScreens(),
    choices: fakeChoices(),
    replies: { keep: async (id, to) => void kept.set(id, to), read: async (id) => kept.get(id) },
    errands: {
      gather: async (source, of) => void asked.push([source, of].filter((one) => one !== undefined).join(' ')),
      home: async () => {},
    },
    wall: clock,
  };
}

const at = (kept: Partial<Kept>, filled: Shown['filled'] = {}): Shown => ({
  delivery: 'd-form',
  actor: { userId: 'U0ANA', teamId: 'T0HOME' },
  place: { channelId: 'C0CI', teamId: 'T0HOME' },
  viewId: 'V1',
  kept: { v: 1, kind: 'pick', command: '', channelId: 'C0CI', ...kept },
  filled,
});

const outcome = (form: Form | undefined) => JSON.stringify(form?.outcome);
const names = (form: Form | undefined) => form?.fields.map(({ name }) => name);

describe('a button Choose …', () => {
  it('opens the form of its command with what was typed, says what it amounts to, and has a worker look', async () => {
    const bot = ports();
    expect(await openPick(pressed('pick', 'scale executors 4 --label linx'), 't1', bot)).toBeUndefined();
    const [opened] = bot.screens.opened;
    expect(opened?.triggerId).toBe('t1');
    expect(names(opened?.form)).toEqual(['count', 'label']);
    expect(opened?.form.fields[0]).toMatchObject({ input: { kind: 'write', initial: '4' }, optional: false });
    expect(opened?.form.fields[1]).toMatchObject({ input: { kind: 'search' }, optional: true });
    expect(outcome(opened?.form)).toContain('/ci scale executors 4');
    expect(opened?.form.kept).toEqual({ v: 1, kind: 'pick', command: 'scale', channelId: 'C0CI', reply: 'd-click' });
    // The address of the answer stays with us.
    expect(JSON.stringify(opened)).not.toContain('hooks.slack.com');
    expect(bot.kept.get('d-click')?.responseUrl).toContain('hooks.slack.com');
    expect(bot.asked).toEqual(['labels']);
  });

  it.each(['usage', 'nonsense', ''])('of `%s`, which has no form, says so', async (value) => {
    const bot = ports();
    expect((await openPick(pressed('pick', value), 't1', bot))?.text).toMatch(/There is no form for that any more/);
    expect(bot.screens.opened).toEqual([]);
  });

  it('says so when Slack did not open it, and what to do', async () => {
    const bot = ports();
    bot.screens.refuses = 'expired_trigger_id';
    const told = await openPick(pressed('pick', 'ack'), 't1', bot);
    expect(told?.text).toBe(
      'Slack did not open the form (expired_trigger_id). Press the button again, or type the command.',
    );
  });

  it('pressed by one person without end is not answered with forms', async () => {
    const bot = ports();
    for (let index = 0; index < 20; index += 1)
      await openPick(pressed('pick', 'logs', { delivery: `d${index}` }), 't', bot);
    const told = await openPick(pressed('pick', 'logs', { delivery: 'd-more' }), 't', bot);
    expect(told?.text).toMatch(/That was a lot within a minute/);
    expect(bot.screens.opened).toHaveLength(20);
  });
});

describe('a form that is changed', () => {
  it('shows the command it amounts to now', async () => {
    const bot = ports();
    await changed(at({ command: 'silence' }, { id: 'A17', for: '2h', reason: 'disk is being replaced' }), bot);
    expect(outcome(bot.screens.updated[0]?.form)).toContain('/ci silence --for 2h A17 \\"disk is being replaced\\"');
  });

  it('grows the fields of what was picked, once a worker has found them', async () => {
    const bot = ports([build]);
    const doing = changed(at({ command: 'build' }, { job: 'team/app' }), bot);
    await bot.wall.advance(500);
    expect(bot.asked).toEqual(['versions team/app']);
    expect(names(bot.screens.updated.at(-1)?.form)).toEqual(['job']);
    await bot.choices.keep('versions', 'team/app', {
      at: NOW,
      choices: [
        { value: 'BRANCH', initial: 'main' },
        { value: 'KIND', choices: ['fast', 'full'], initial: 'fast' },
      ],
    });
    await passing(bot.wall, doing, 100);
    const form = bot.screens.updated.at(-1)?.form;
    expect(form?.fields.map(({ name, input }) => [name, input.kind])).toEqual([
      ['job', 'search'],
      ['parameters/BRANCH', 'write'],
      ['parameters/KIND', 'choose'],
    ]);
    await changed(at({ command: 'build' }, { job: 'team/app', 'parameters/KIND': 'full' }), bot);
    expect(outcome(bot.screens.updated.at(-1)?.form)).toContain('/ci build team/app KIND=full');
  });

  it('of another version, or that only tells, is left as it is', async () => {
    const bot = ports();
    await changed({ ...at({}), kept: undefined }, bot);
    await changed(at({ kind: 'told' }), bot);
    await changed(at({ command: 'gone' }), bot);
    expect(bot.screens.updated).toEqual([]);
  });
});

describe('a search', () => {
  const many = Array.from({ length: 5_000 }, (_, index): Choice => ({ value: `team-${index}/app` }));

  it('is answered at once from what was found last, with at most 100, those that begin so first', async () => {
    const bot = ports();
    await bot.choices.keep('labels', undefined, { at: NOW, choices: [...many, { value: 'app' }] });
    const found = await suggest(at({ command: 'scale' }), 'label', 'app', bot);
    expect(found).toHaveLength(100);
    expect(found[0]?.value).toBe('app');
    expect(bot.asked).toEqual([]);
  });

  it('has a worker look again when that is old, without waiting', async () => {
    const bot = ports();
    await bot.choices.keep('labels', undefined, { at: NOW - 31_000, choices: [{ value: 'linux' }] });
    expect(await suggest(at({ command: 'scale' }), 'label', '', bot)).toHaveLength(1);
    expect(bot.asked).toEqual(['labels']);
  });

  it('waits a moment for the first look, and is empty rather than late', async () => {
    const bot = ports();
    const searching = suggest(at({ command: 'scale' }), 'label', '', bot);
    await bot.wall.advance(500);
    await bot.choices.keep('labels', undefined, { at: NOW, choices: [{ value: 'linux' }] });
    expect(await passing(bot.wall, searching, 100)).toMatchObject([{ value: 'linux' }]);
    const never = ports();
    const before = never.wall.now();
    expect(await passing(never.wall, suggest(at({ command: 'scale' }), 'label', '', never), 100)).toEqual([]);
    expect(never.wall.now() - before).toBeLessThan(2_500);
  });

  it('of a field that is typed, of another form or of no form finds nothing', async () => {
    const bot = ports();
    await bot.choices.keep('labels', undefined, { at: NOW, choices: [{ value: 'linux' }] });
    expect(await suggest(at({ command: 'scale' }), 'count', '', bot)).toEqual([]);
    expect(await suggest(at({ command: 'gone' }), 'label', '', bot)).toEqual([]);
    expect(await suggest({ ...at({}), kept: undefined }, 'label', '', bot)).toEqual([]);
  });

  it('names what is too long for Slack by a hash, and the command has it whole', async () => {
    const bot = ports();
    const value = `team/${'long-'.repeat(30)}app`;
    await bot.choices.keep('labels', undefined, { at: NOW, choices: [{ value }] });
    const [found] = await suggest(at({ command: 'scale' }), 'label', '', bot);
    expect(found?.value).toMatch(/^~[0-9a-f]{16}$/);
    const jobs: CommandJob[] = [];
    const filled = { count: '4', label: found?.value ?? '' };
    await submit(at({ command: 'scale' }, filled), async (job) => void jobs.push(job), bot);
    expect(jobs[0]?.text).toBe(`scale --label ${value} executors 4`);
  });

  it('finds in any case, in what people read too', () => {
    const choices = [{ value: 'A17', text: 'A17 Jenkins is away' }, { value: 'A2' }];
    expect(fitting(choices, ' JENKINS ')).toEqual([choices[0]]);
    expect(fitting(choices, '')).toEqual(choices);
  });
});

describe('a form that is sent', () => {
  it('runs its command, once, as whoever sent it, and answers where it was opened', async () => {
    const bot = ports();
    bot.kept.set('d-click', { responseUrl: 'https://hooks.slack.com/1' });
    const jobs: CommandJob[] = [];
    const shown = at({ command: 'ack', threadTs: '1.1', reply: 'd-click' }, { id: 'A17' });
    expect(await submit(shown, async (job) => void jobs.push(job), bot)).toEqual({ kind: 'closed' });
    expect(jobs).toEqual([
      {
        v: 1,
        kind: 'command',
        delivery: 'd-form',
        actor: { userId: 'U0ANA', teamId: 'T0HOME' },
        place: { channelId: 'C0CI', teamId: 'T0HOME', threadTs: '1.1' },
        replyTo: { responseUrl: 'https://hooks.slack.com/1' },
        at: NOW,
        text: 'ack A17',
      },
    ]);
  });

  it.each<[string, Shown['filled'], Record<string, RegExp>]>([
    ['scale', { count: 'many' }, { count: /whole number from 1 to 64 executors, got many/ }],
    ['logs', { lines: '9999' }, { lines: /from 1 to 2000 lines/ }],
    ['rollback', { version: 'x' }, { version: /at least 4 characters/ }],
  ])('with a mistake in `%s` says so under the field', async (command, filled, errors) => {
    const sent = await submit(at({ command }, filled), async () => undefined, ports());
    if (sent.kind !== 'errors') throw new Error(sent.kind);
    expect(Object.keys(sent.errors)).toEqual(Object.keys(errors));
    for (const [name, words] of Object.entries(errors)) expect(sent.errors[name]).toMatch(words);
  });

  it('shows what is said instead of an answer, without buttons', async () => {
    const refusal = { text: 'No.', blocks: [...say(md`No.`).blocks, { type: 'actions' as const, buttons: [] }] };
    const sent = await submit(at({ command: 'ack' }, { id: 'A1' }), async () => refusal, ports());
    expect(sent).toMatchObject({ kind: 'told', form: { fields: [], kept: { kind: 'told' } } });
    expect(JSON.stringify(sent)).not.toContain('actions');
  });

  it.each<[string, Partial<Shown>]>([
    ['of another version', { kept: undefined }],
    ['that only tells', at({ kind: 'told' })],
  ])('%s is told of, and runs nothing', async (_which, patch) => {
    const sent = await submit({ ...at({}), ...patch }, () => Promise.reject(new Error('ran')), ports());
    expect(JSON.stringify(sent)).toContain('This form is older than what is remembered of it, so nothing was done.');
  });

  it('for a command that is gone says so', async () => {
    const sent = await submit(at({ command: 'gone' }), () => Promise.reject(new Error('ran')), ports());
    expect(sent).toMatchObject({ kind: 'errors' });
  });
});

describe('Ask Bellboard about this', () => {
  const press = pressed('pick', '', { place: { channelId: 'C0CI', teamId: 'T0HOME', threadTs: '1.1' } });

  it('offers what fits, the most fitting first, and only what this person may', async () => {
    const bot = ports();
    await openAsk(press, 't1', { named: [{ kind: 'alerts', value: 'A17' }], commands: [] }, bot);
    const [ana] = bot.screens.opened;
    expect(JSON.stringify(ana?.form.blocks)).toContain('That message is about `A17`.');
    expect(ana?.form.fields[0]).toMatchObject({ name: 'offer', input: { kind: 'choose', initial: 'ack A17' } });
    expect(ana?.form.kept).toMatchObject({ kind: 'ask', threadTs: '1.1' });
    await openAsk(
      { ...press, delivery: 'd2', actor: { userId: 'U0DEV', teamId: 'T0HOME' } },
      't2',
      { named: [{ kind: 'alerts', value: 'A17' }], commands: [] },
      bot,
    );
    expect(bot.screens.opened[1]?.form.fields[0]).toMatchObject({ input: { initial: 'status' } });
  });

  it.each<[Shown['filled'], string]>([
    [{ offer: 'ack A17' }, 'ack A17'],
    [{ offer: 'ack A17', other: 'where' }, 'where'],
    [{ other: '/ci where' }, 'where'],
  ])('with %j runs `%s`', async (filled, text) => {
    const jobs: CommandJob[] = [];
    await submit(at({ kind: 'ask' }, filled), async (job) => void jobs.push(job), ports());
    expect(jobs.map((job) => job.text)).toEqual([text]);
  });

  it('with nothing says what is missing', async () => {
    expect(await submit(at({ kind: 'ask' }), async () => undefined, ports())).toEqual({
      kind: 'errors',
      errors: { other: 'Choose a command, or type one.' },
    });
  });
});

describe('what there is to choose from', () => {
  it.each(['labels', 'versions', 'alerts', 'cancellable'] as const)('%s is looked up and kept', async (source) => {
    const worker = fakePerform();
    await gatherChoices({ v: 1, kind: 'gather', source }, worker);
    const found = await worker.choices.read(source, undefined);
    expect(found?.missing).toBeUndefined();
    expect(found?.at).toBe(NOW);
    for (const { value } of found?.choices ?? []) expect(value).not.toBe('');
  });

  it('is known to be missing when a system does not answer', async () => {
    const worker = fakePerform();
    const asking = gatherChoices({ v: 1, kind: 'gather', source: 'labels' }, worker, {
      labels: () => new Promise(() => {}),
    });
    await passing(worker.clock, asking);
    expect(await worker.choices.read('labels', undefined)).toMatchObject({
      choices: [],
      missing: expect.stringContaining('did not answer'),
    });
  });

  it('of a newer version is left alone', async () => {
    const worker = fakePerform();
    await gatherChoices({ v: 1, kind: 'gather', source: 'planets' as never }, worker);
    expect(worker.choices.kept.size).toBe(0);
  });
});
