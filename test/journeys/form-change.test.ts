// Forms that are open: what they show when they are changed, and what is found in them.
import { describe, expect, it } from 'vitest';
import type { CommandJob } from '../../src/core/jobs.js';
import { type Choice, fieldOf, fitting } from '../../src/core/pick.js';
import { changed, suggest } from '../../src/journeys/form-change.js';
import { submit } from '../../src/journeys/form-submit.js';
import { hashOf } from '../../src/journeys/hash.js';
import { NOW } from '../support/ci-service.js';
import { at, fakeForms, names, outcome, REDIS_IS_AWAY } from '../support/fake-forms.js';
import { passing } from '../support/fakes-journey.js';

describe('a form that is changed', () => {
  it('shows the command it amounts to now', async () => {
    const bot = fakeForms();
    await changed(at({ command: 'silence' }, { id: 'A17', for: '2h', reason: 'disk is being replaced' }), bot);
    expect(outcome(bot.screens.updated[0]?.form)).toContain('/ci silence --for 2h A17 \\"disk is being replaced\\"');
  });

  const BRANCH = { value: 'BRANCH', initial: 'main' };
  const KIND = { value: 'KIND', choices: ['fast', 'full'], initial: 'fast' };
  const ofApp = (name: string) => fieldOf(fieldOf('settings', hashOf('team/app')), name);

  it('grows the fields of what was picked, once a worker has found them', async () => {
    const bot = fakeForms();
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
    const bot = fakeForms();
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
    const bot = fakeForms();
    await bot.choices.keep('parameters', 'team/app', { at: NOW - 31_000, choices: [BRANCH] });
    await passing(bot.wall, changed(at({ command: 'build' }, { job: 'team/app' }), bot), 100);
    expect(bot.asked).toEqual(['parameters team/app']);
    const last = bot.screens.updated.at(-1)?.form;
    expect(names(last)).toEqual(['job']);
    expect(outcome(last)).toContain('was not found out in time: type it with the command.');
  });

  it('says what it has no fields for, and why', async () => {
    const bot = fakeForms();
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

  it('shows the fields of what was picked last, whatever is found out later about what was picked before', async () => {
    const bot = fakeForms();
    const slow = changed(at({ command: 'build' }, { job: 'slow' }), bot);
    await bot.wall.advance(500);
    await bot.choices.keep('parameters', 'quick', { at: NOW, choices: [{ value: 'TO', initial: 'staging' }] });
    await changed(at({ command: 'build' }, { job: 'quick' }), bot);
    await bot.choices.keep('parameters', 'slow', { at: NOW, choices: [BRANCH] });
    await passing(bot.wall, slow, 100);
    expect(outcome(bot.screens.updated.at(-1)?.form)).toContain('/ci build quick TO=staging');
    expect(bot.log.lines).toEqual([]);
  });

  it('begins its fields with what was typed with the command, which then is read from there', async () => {
    const bot = fakeForms();
    await bot.choices.keep('parameters', 'team/app', { at: NOW, choices: [BRANCH, KIND] });
    const typed = {
      ...{
        [fieldOf('settings', 'BRANCH')]: 'next',
        [fieldOf('settings', 'KIND')]: 'none',
        [fieldOf('settings', 'X')]: '1',
      },
    };
    await changed(at({ command: 'build', typed }, { job: 'team/app' }), bot);
    const form = bot.screens.updated.at(-1)?.form;
    expect(form?.fields.slice(1).map(({ input }) => 'initial' in input && input.initial)).toEqual(['next', 'fast']);
    expect(outcome(form)).toContain('/ci build team/app BRANCH=next KIND=fast');
    expect(outcome(form)).toContain('Left out, as nothing here has that name: X.');
    expect(form?.kept.typed).toBeUndefined();
  });

  it('has no fields as they were at an earlier look, when nobody tells what they are now', async () => {
    const bot = fakeForms();
    await bot.choices.keep('parameters', 'team/app', { at: NOW, choices: [BRANCH], missing: 'Jenkins: 503' });
    await changed(at({ command: 'build' }, { job: 'team/app' }), bot);
    expect(names(bot.screens.updated.at(-1)?.form)).toEqual(['job']);
  });

  it.each([
    ['not_found', 0],
    ['hash_conflict', 0],
    ['internal_error', 1],
  ])('that Slack does not draw anew (%s) is no bug', async (code, warnings) => {
    const bot = fakeForms();
    bot.screens.refuses = code;
    await changed(at({ command: 'build' }, { job: 'team/app' }), bot);
    expect(bot.log.lines.map(({ level }) => level)).toEqual(Array.from({ length: warnings }, () => 'warn'));
  });

  it('while Redis is away shows what it amounts to all the same', async () => {
    const bot = fakeForms();
    bot.choices.read = () => Promise.reject(REDIS_IS_AWAY);
    await changed(at({ command: 'scale' }, { count: '4' }), bot);
    expect(outcome(bot.screens.updated.at(-1)?.form)).toContain('/ci scale executors 4');
    // A long name is kept in Redis alone.
    await changed(at({ command: 'scale' }, { count: '4', label: '~0123456789abcdef' }), bot);
    expect(bot.screens.updated).toHaveLength(1);
    expect(bot.log.lines).toMatchObject([{ level: 'warn' }]);
  });

  it('of another version, or that only tells, is left as it is', async () => {
    const bot = fakeForms();
    await changed({ ...at({}), kept: undefined }, bot);
    await changed(at({ kind: 'told' }), bot);
    await changed(at({ command: 'gone' }), bot);
    expect(bot.screens.updated).toEqual([]);
  });
});

describe('a search', () => {
  const many = Array.from({ length: 5_000 }, (_, index): Choice => ({ value: `team-${index}/app` }));

  it('is answered at once from what was found last, with at most 100, those that begin so first', async () => {
    const bot = fakeForms();
    await bot.choices.keep('labels', undefined, { at: NOW, choices: [...many, { value: 'app' }] });
    const found = await suggest(at({ command: 'scale' }), 'label', 'app', bot);
    expect(found).toHaveLength(100);
    expect(found[0]?.value).toBe('app');
    expect(bot.asked).toEqual([]);
  });

  it('has a worker look again when that is old, without waiting', async () => {
    const bot = fakeForms();
    await bot.choices.keep('labels', undefined, { at: NOW - 31_000, choices: [{ value: 'linux' }] });
    expect(await suggest(at({ command: 'scale' }), 'label', '', bot)).toHaveLength(1);
    expect(bot.asked).toEqual(['labels']);
  });

  it('waits a moment for the first look, and is empty rather than late', async () => {
    const bot = fakeForms();
    const searching = suggest(at({ command: 'scale' }), 'label', '', bot);
    await bot.wall.advance(500);
    await bot.choices.keep('labels', undefined, { at: NOW, choices: [{ value: 'linux' }] });
    expect(await passing(bot.wall, searching, 100)).toMatchObject([{ value: 'linux' }]);
    const never = fakeForms();
    const before = never.wall.now();
    expect(await passing(never.wall, suggest(at({ command: 'scale' }), 'label', '', never), 100)).toEqual([]);
    expect(never.wall.now() - before).toBeLessThan(3_000);
  });

  it('is empty rather than late when Slack does not say who is searching', async () => {
    const bot = fakeForms();
    await bot.choices.keep('labels', undefined, { at: NOW - 31_000, choices: [{ value: 'linux' }] });
    bot.people.person = () => new Promise(() => {});
    const searching = suggest(at({ command: 'scale' }), 'label', '', bot);
    await bot.wall.advance(0);
    // The worker need not wait for that.
    expect(bot.asked).toEqual(['labels']);
    const before = bot.wall.now();
    expect(await passing(bot.wall, searching, 100)).toEqual([]);
    expect(bot.wall.now() - before).toBeLessThan(3_000);
  });

  it('finds nothing while Redis is away', async () => {
    const bot = fakeForms();
    bot.choices.read = () => Promise.reject(REDIS_IS_AWAY);
    expect(await passing(bot.wall, suggest(at({ command: 'scale' }), 'label', '', bot), 100)).toEqual([]);
  });

  it('of a field that is typed, of another form or of no form finds nothing', async () => {
    const bot = fakeForms();
    await bot.choices.keep('labels', undefined, { at: NOW, choices: [{ value: 'linux' }] });
    expect(await suggest(at({ command: 'scale' }), 'count', '', bot)).toEqual([]);
    expect(await suggest(at({ command: 'gone' }), 'label', '', bot)).toEqual([]);
    expect(await suggest({ ...at({}), kept: undefined }, 'label', '', bot)).toEqual([]);
  });

  it('names what is too long for Slack by a hash, and the command has it whole', async () => {
    const bot = fakeForms();
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
    const bot = fakeForms();
    await bot.choices.keep('jobs', undefined, {
      at: NOW,
      choices: many.map(({ value }) => ({ value: `${'folder/'.repeat(12)}${value}` })),
    });
    const found = await suggest(at({ command: 'build' }), 'job', 'team-49', bot);
    expect(found).toHaveLength(100);
    for (const { text = '', value } of found) expect(Math.max(text.length, value.length)).toBeLessThanOrEqual(75);
  });
});
