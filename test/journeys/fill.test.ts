// Forms, from the click that opens one to the command that is run: what is shown, searched, refused and told.
import { describe, expect, it } from 'vitest';
import { catalogueOf, commands } from '../../src/commands/index.js';
import { allowance } from '../../src/core/allowance.js';
import { say } from '../../src/core/conversation.js';
import type { Form, Kept } from '../../src/core/form.js';
import type { CommandJob, ReplyTo } from '../../src/core/jobs.js';
import { type Choice, fieldOf, fitting, PICK_SOURCES } from '../../src/core/pick.js';
import { md } from '../../src/core/text.js';
import { changed, openAsk, openPick, type Shown, submit, suggest } from '../../src/journeys/fill.js';
import { gatherChoices } from '../../src/journeys/gather-choices.js';
import { hashOf } from '../../src/journeys/hash.js';
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

interface Ports extends FormPorts {
  screens: FakeScreens;
  choices: FakeChoices;
  wall: ManualClock;
  asked: string[];
  kept: Map<string, ReplyTo>;
}

function ports(): Ports {
  const clock = manualClock();
  const asked: string[] = [];
  const kept = new Map<string, ReplyTo>();
  return {
    asked,
    kept,
    catalogue: catalogueOf(commands),
    policy: () => POLICY,
    people: fakePeople(),
    queue: { accept: async () => {} },
    audit: { record: async () => undefined },
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

  const BRANCH = { value: 'BRANCH', initial: 'main' };
  const KIND = { value: 'KIND', choices: ['fast', 'full'], initial: 'fast' };
  const ofApp = (name: string) => fieldOf(fieldOf('settings', hashOf('team/app')), name);

  it('grows the fields of what was picked, once a worker has found them', async () => {
    const bot = ports();
    const doing = changed(at({ command: 'build' }, { job: 'team/app' }), bot);
    await bot.wall.advance(500);
    expect(bot.asked).toEqual(['parameters team/app']);
    expect(names(bot.screens.updated.at(-1)?.form)).toEqual(['job']);
    expect(outcome(bot.screens.updated.at(-1)?.form)).toContain('Asking what more there is to fill in …');
    await bot.choices.keep('parameters', 'team/app', { at: NOW, choices: [BRANCH, KIND] });
    await passing(bot.wall, doing, 100);
    const form = bot.screens.updated.at(-1)?.form;
    expect(form?.fields.map(({ name, input }) => [name, input.kind])).toEqual([
      ['job', 'search'],
      [ofApp('BRANCH'), 'write'],
      [ofApp('KIND'), 'choose'],
    ]);
    // What stands in the fields is what would be sent.
    expect(outcome(form)).toContain('/ci build team/app BRANCH=main KIND=fast');
    await changed(at({ command: 'build' }, { job: 'team/app', [ofApp('KIND')]: 'full' }), bot);
    expect(outcome(bot.screens.updated.at(-1)?.form)).toContain('/ci build team/app KIND=full');
  });

  it('has what of the thing before it stood there left out, in other fields', async () => {
    const bot = ports();
    await bot.choices.keep('parameters', 'team/other', { at: NOW, choices: [{ value: 'BRANCH', initial: 'next' }] });
    const filled = { job: 'team/other', [ofApp('BRANCH')]: 'main', [ofApp('KIND')]: 'full' };
    await changed(at({ command: 'build' }, filled), bot);
    const form = bot.screens.updated.at(-1)?.form;
    expect(outcome(form)).toContain('/ci build team/other BRANCH=next`');
    expect(form?.fields[1]).toMatchObject({ input: { kind: 'write', initial: 'next' } });
    expect(form?.fields[1]?.name).not.toBe(ofApp('BRANCH'));
    const jobs: CommandJob[] = [];
    await submit(at({ command: 'build' }, filled), async (job) => void jobs.push(job), bot);
    expect(jobs.map(({ text }) => text)).toEqual(['build team/other']);
  });

  it('does not begin with what was found long ago', async () => {
    const bot = ports();
    await bot.choices.keep('parameters', 'team/app', { at: NOW - 31_000, choices: [BRANCH] });
    await passing(bot.wall, changed(at({ command: 'build' }, { job: 'team/app' }), bot), 100);
    expect(bot.asked).toEqual(['parameters team/app']);
    const last = bot.screens.updated.at(-1)?.form;
    expect(names(last)).toEqual(['job']);
    expect(outcome(last)).toContain('was not found out in time: type it with the command.');
  });

  it('says what it has no fields for, and why', async () => {
    const bot = ports();
    const missing = 'Jenkins did not answer';
    await bot.choices.keep('parameters', 'team/app', { at: NOW, choices: [], missing });
    await changed(at({ command: 'build' }, { job: 'team/app' }), bot);
    expect(outcome(bot.screens.updated.at(-1)?.form)).toContain(
      'Jenkins did not answer, so there are no fields for more.',
    );
    const many = Array.from({ length: 23 }, (_, index) => ({ value: `P${index}` }));
    await bot.choices.keep('parameters', 'team/app', { at: NOW, choices: many });
    await changed(at({ command: 'build' }, { job: 'team/app' }), bot);
    expect(outcome(bot.screens.updated.at(-1)?.form)).toContain('3 more have no field here');
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
    // Folders come first, so the end tells more.
    expect(found?.text).toMatch(/^….*-long-app$/);
    expect(found?.text).toHaveLength(75);
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

  it('finds a job in a folder before names that only contain the word', () => {
    const choices = [...many, { value: 'team-a/web-api' }, { value: 'team-b/api' }, { value: 'api' }];
    expect(fitting(choices, 'api').map(({ value }) => value)).toEqual(['api', 'team-b/api', 'team-a/web-api']);
  });

  it('of a job is a name of at most 75 characters among at most 100, of 5,000', async () => {
    const bot = ports();
    await bot.choices.keep('jobs', undefined, {
      at: NOW,
      choices: many.map(({ value }) => ({ value: `${'folder/'.repeat(12)}${value}` })),
    });
    const found = await suggest(at({ command: 'build' }), 'job', 'team-49', bot);
    expect(found).toHaveLength(100);
    for (const { text = '', value } of found) expect(Math.max(text.length, value.length)).toBeLessThanOrEqual(75);
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

  it('with a secret in it says so, and not which', async () => {
    const bot = { ...ports(), scrub: (text: string) => text.replaceAll('planted', '•••') };
    const sent = await submit(
      at({ command: 'scale' }, { count: 'planted' }),
      () => Promise.reject(new Error('ran')),
      bot,
    );
    expect(JSON.stringify(sent)).toMatch(/looks like a secret.*Slack has seen it/);
    expect(JSON.stringify(sent)).not.toContain('planted');
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

  it('of a failed build begins with its log, not with stopping it', async () => {
    const bot = ports();
    const named = [{ kind: 'builds', value: 'team/app#12' } as const, { kind: 'jobs', value: 'team/app' } as const];
    await openAsk(press, 't1', { named, commands: [] }, bot);
    const input = bot.screens.opened[0]?.form.fields[0]?.input;
    if (input?.kind !== 'choose') throw new Error('no choice');
    expect(input.initial).toBe('console team/app#12');
    expect(input.choices.map(({ value }) => value).slice(0, 4)).toEqual([
      'console team/app#12',
      'abort team/app#12',
      'builds team/app',
      'build team/app',
    ]);
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
  it.each(PICK_SOURCES)('%s is looked up and kept', async (source) => {
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
