// Forms that are opened, behind a button and by the shortcut: what stands in them, and what is told instead.
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/commands/index.js';
import type { Form } from '../../src/core/form.js';
import type { CommandJob } from '../../src/core/jobs.js';
import { changed, type Shown } from '../../src/journeys/form-change.js';
import { openAsk, openPick } from '../../src/journeys/form-open.js';
import { submit } from '../../src/journeys/form-submit.js';
import { NOW } from '../support/ci-service.js';
import { at, fakeForms, names, outcome, REDIS_IS_AWAY } from '../support/fake-forms.js';
import { passing, pressed } from '../support/fakes-journey.js';

const opening = (bot: ReturnType<typeof fakeForms>, text: string) =>
  passing(bot.wall, openPick(pressed('pick', text), 't1', bot));

describe('a button Choose …', () => {
  it('opens the form of its command with what was typed, says what it amounts to, and has a worker look', async () => {
    const bot = fakeForms();
    expect(await opening(bot, 'scale executors 4 --label linx')).toBeUndefined();
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
    const bot = fakeForms();
    expect((await openPick(pressed('pick', value), 't1', bot))?.text).toMatch(/There is no form for that any more/);
    expect(bot.screens.opened).toEqual([]);
  });

  it('says so when Slack did not open it, and what to do', async () => {
    const bot = fakeForms();
    bot.screens.refuses = 'expired_trigger_id';
    const told = await opening(bot, 'ack');
    expect(told?.text).toBe(
      'Slack did not open the form (expired_trigger_id). Press the button again, or type the command.',
    );
  });

  it('pressed by one person without end is not answered with forms', async () => {
    const bot = fakeForms();
    for (let index = 0; index < 20; index += 1)
      await openPick(pressed('pick', 'logs', { delivery: `d${index}` }), 't', bot);
    const told = await openPick(pressed('pick', 'logs', { delivery: 'd-more' }), 't', bot);
    expect(told?.text).toMatch(/That was a lot within a minute/);
    expect(bot.screens.opened).toHaveLength(20);
  });
});

describe('what was typed and has no field', () => {
  it.each([
    ['scale executors 101 --controller', '/ci scale --controller executors 101'],
    ['logs stderr --previous --lines 9999', '/ci logs --previous --lines 9999 stderr'],
    ['logs --lines 9999 --here', '/ci logs --lines 9999 --here'],
    ['rollback x --now', '/ci rollback --now'],
    ['cancel x --leave', '/ci cancel --leave'],
    ['build teem/ap BRANCH=next MESSAGE="a b"', '/ci build BRANCH=next "MESSAGE=a b"'],
    ['template linx cpus=9999 mem=512', '/ci template cpus=9999 mem=512'],
  ])('of `%s` is still in what the form runs', async (typed, text) => {
    const bot = fakeForms();
    await opening(bot, typed);
    expect(outcome(bot.screens.opened[0]?.form)).toContain(JSON.stringify(`Runs \`${text}\``).slice(1, -1));
  });

  const options = commands.flatMap(({ name, picks, syntax }) =>
    Object.entries(syntax?.options ?? {}).flatMap(([option, kind]) =>
      picks === undefined || picks[option] !== undefined ? [] : [[`${name} --${option}`, kind] as const],
    ),
  );
  it.each(options)('of `%s` is in what is run', async (typed, kind) => {
    const bot = fakeForms();
    const text = kind === 'switch' ? typed : `${typed} x`;
    await opening(bot, text);
    expect(outcome(bot.screens.opened[0]?.form)).toContain(text.slice(text.indexOf('--')));
  });

  it('is too much for a form when Slack would not keep it', async () => {
    const bot = fakeForms();
    expect((await opening(bot, `build teem/ap A=${'\\'.repeat(1_500)}`))?.text).toMatch(
      /^That is too long for a form\./,
    );
    expect(bot.screens.opened).toEqual([]);
  });
});

describe('a system that does not tell what there is to choose from', () => {
  const missing = 'Jenkins: refused the connection';
  const hints = (form: Form | undefined) => form?.fields.map(({ hint }) => hint);

  it('is named in the form once that is known', async () => {
    const bot = fakeForms();
    const doing = openPick(pressed('pick', 'ack'), 't1', bot);
    await bot.wall.advance(500);
    await bot.choices.keep('alerts', undefined, { at: NOW, choices: [], missing });
    await passing(bot.wall, doing, 100);
    expect(hints(bot.screens.opened[0]?.form)).toEqual([undefined]);
    expect(hints(bot.screens.updated[0]?.form)).toEqual([`${missing}, so this may be old or empty.`]);
  });

  it('is not drawn over what was filled in meanwhile', async () => {
    const bot = fakeForms();
    const doing = openPick(pressed('pick', 'scale'), 't1', bot);
    await bot.wall.advance(500);
    await changed(at({ command: 'scale' }, { count: '4' }), bot);
    await bot.choices.keep('labels', undefined, { at: NOW, choices: [], missing });
    await passing(bot.wall, doing, 100);
    expect(bot.screens.updated).toHaveLength(1);
    expect(bot.log.lines).toEqual([]);
  });

  it('that tells needs no second drawing', async () => {
    const bot = fakeForms();
    const doing = openPick(pressed('pick', 'ack'), 't1', bot);
    await bot.wall.advance(500);
    await bot.choices.keep('alerts', undefined, { at: NOW, choices: [{ value: 'A1' }] });
    await passing(bot.wall, doing, 100);
    expect(bot.screens.updated).toEqual([]);
  });

  it('may be Redis: the form is open, and says so', async () => {
    const bot = fakeForms();
    bot.choices.read = () => Promise.reject(REDIS_IS_AWAY);
    expect(await opening(bot, 'ack')).toBeUndefined();
    expect(hints(bot.screens.opened[0]?.form)).toEqual(['Redis: is not connected, so this may be old or empty.']);
  });
});

describe('Ask Bellboard about this', () => {
  const press = pressed('pick', '', { place: { channelId: 'C0CI', teamId: 'T0HOME', threadTs: '1.1' } });

  it('offers what fits, the most fitting first, and only what this person may', async () => {
    const bot = fakeForms();
    await openAsk(press, 't1', { named: [{ kind: 'alerts', value: 'A17' }], commands: [] }, bot);
    const [ana] = bot.screens.opened;
    expect(JSON.stringify(ana?.form.blocks)).toContain('That message is about `A17`.');
    expect(ana?.form.fields[0]).toMatchObject({
      name: 'offer',
      input: {
        kind: 'choose',
        initial: 'status',
        choices: expect.arrayContaining([{ value: 'ack A17', text: '/ci ack A17' }]),
      },
    });
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
    const bot = fakeForms();
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
    await submit(at({ kind: 'ask' }, filled), async (job) => void jobs.push(job), fakeForms());
    expect(jobs.map((job) => job.text)).toEqual([text]);
  });

  it('with nothing says what is missing', async () => {
    expect(await submit(at({ kind: 'ask' }), async () => undefined, fakeForms())).toEqual({
      kind: 'errors',
      errors: { other: 'Choose a command, or type one.' },
    });
  });

  const menuOf = (form: Form | undefined) => form?.fields.map(({ input }) => ('initial' in input ? input.initial : ''));

  it('of a name that no menu holds has the command about it written out', async () => {
    const bot = fakeForms();
    const job = `platform/${'backend-services/'.repeat(4)}feature%2FPAY-1234-refund`;
    await openAsk(press, 't1', { named: [{ kind: 'jobs', value: job }], commands: [] }, bot);
    expect(menuOf(bot.screens.opened[0]?.form)).toEqual(['', `builds ${job}`]);
  });

  it('of a message that only has changes to press begins with none of them', async () => {
    const bot = fakeForms();
    await openAsk(press, 't1', { named: [], commands: ['lock --extend 1h', 'unlock'] }, bot);
    expect(menuOf(bot.screens.opened[0]?.form)).toEqual(['status', '']);
  });
});
