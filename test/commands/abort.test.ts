import { describe, expect, test } from 'vitest';
import { abort } from '../../src/commands/abort.js';
import { catalogueOf } from '../../src/commands/index.js';
import type { AbortFacts } from '../../src/core/abort.js';
import type { BuildStory } from '../../src/core/build-reads.js';
import type { Jenkins, Json } from '../../src/core/cluster.js';
import { UserError } from '../../src/core/errors.js';
import type { BuildQueueEntry, JenkinsJob } from '../../src/core/jenkins-build.js';
import type { Offer } from '../../src/core/offer.js';
import { parse } from '../../src/core/parse.js';
import { MINUTE } from '../../src/core/time.js';
import { NOW, refusal, silence } from '../support/ci-service.js';
import { asked, fakePorts } from '../support/fakes.js';

const catalogue = catalogueOf([abort]);
const APP: JenkinsJob = { fullName: 'app', kind: 'job', isDisabled: false, parameters: [], members: [] };
const story = (more: Partial<BuildStory> = {}): BuildStory => ({
  jenkinsJob: 'app',
  number: 5,
  at: NOW - 3 * MINUTE,
  isRunning: true,
  durationMs: 0,
  estimateMs: undefined,
  result: undefined,
  nodeName: '',
  causes: [{ text: 'Started by user Ana' }],
  commits: [],
  ...more,
});
const item = (more: Partial<BuildQueueEntry> = {}): BuildQueueEntry => ({
  id: 12,
  jenkinsJob: 'app',
  why: '',
  inQueueSince: NOW - 4 * MINUTE,
  causes: [{ text: 'Started by user Ana' }],
  state: 'waiting',
  number: undefined,
  ...more,
});
const aborted = story({ isRunning: false, result: 'ABORTED', durationMs: 3 * MINUTE });

function change() {
  if (abort.effect !== 'change' || abort.follow === undefined) throw new Error('abort is a change that is followed');
  return { ...abort, follow: abort.follow };
}

const portsOf = (jenkins: Partial<Jenkins>) => fakePorts({ jenkins: { jenkinsJob: async () => APP, ...jenkins } });
const choose = (text: string, jenkins: Partial<Jenkins> = {}): Promise<Json> =>
  change().before(parse(text, catalogue).args, portsOf(jenkins), asked({ text }));

async function refusalOf(text: string, jenkins: Partial<Jenkins> = {}): Promise<string> {
  try {
    await choose(text, jenkins);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error(`${text} was not refused`);
}

/** From the choice to the first look that is the last, with the systems as they are before and after the write. */
async function done(text: string, before: Partial<Jenkins>, after: Partial<Jenkins>, facts: Partial<AbortFacts> = {}) {
  const target = await choose(text, before);
  const run = (await change().run(parse(text, catalogue).args, portsOf(after), asked({ text }), target)) as AbortFacts;
  const look = await change().follow.look({ ...run, ...facts }, portsOf(after), asked());
  const { ok, message } = change().view(look.facts, asked());
  return { againMs: look.againMs, ok, text: message.text, going: change().follow.view(look.facts, asked()).text };
}

describe('what is named', () => {
  test.each<[string, Partial<Jenkins>, string]>([
    ['abort', {}, 'Expected a build, got nothing. Name a running build as `team/app#12`, or one that waits as `q12`.'],
    [
      'abort q12',
      {},
      'Jenkins has no `q12` in its queue: it left more than five minutes ago, or never was there. Nothing was changed.',
    ],
    [
      'abort q12',
      { queueItem: async () => item({ state: 'cancelled' }) },
      '`q12` (`app`) was taken out of the queue already. Nothing was changed.',
    ],
    [
      'abort q12',
      { queueItem: async () => item({ state: 'started', number: 5 }) },
      '`q12` has left the queue: it is build `app#5` now. Nothing was changed.',
    ],
    ['abort app#5', {}, 'Jenkins has no build `app#5`, or does not remember it. Nothing was changed.'],
    [
      'abort app#5',
      { buildStory: async () => aborted },
      '`app#5` is over already: it was aborted after 3 min, 0 s ago. Nothing was changed.',
    ],
    ['abort app', { buildsOf: async () => [aborted] }, 'No build of `app` runs. Nothing was changed.'],
    ['abort app', { buildsOf: async () => [story()] }, 'Which build of `app`? Nothing was changed.'],
    ['abort app#x', {}, "Expected the build's number to be a whole number from 1 to 2147483647, got `x`."],
  ])('`%s` is refused when it is not there to be stopped', async (text, jenkins, words) => {
    expect(await refusalOf(text, jenkins)).toBe(words);
  });

  test('without a number is offered as a button for each that runs', async () => {
    const error = (await choose('abort app', { buildsOf: async () => [story({ number: 7 }), story()] }).catch(
      (caught: unknown) => caught,
    )) as Offer;
    expect(error.buttons.map(({ value }) => value)).toEqual(['abort app#7', 'abort app#5']);
  });
});

describe('a running build', () => {
  const running = { buildStory: async () => story() };
  const stopBuild = async () => undefined;

  test('is stopped, which is seen', async () => {
    expect(await done('abort app#5', running, { stopBuild, buildStory: async () => aborted })).toMatchObject({
      ok: true,
      text: 'app #5, started by Ana, was aborted after 3 min.',
      againMs: undefined,
    });
  });

  test('is looked at again while it ends', async () => {
    expect(await done('abort app#5', running, { stopBuild, ...running })).toMatchObject({
      againMs: 2_000,
      going: 'app #5, started by Ana, has been asked to stop.',
    });
  });

  test.each<[string, Partial<Jenkins>, Partial<AbortFacts>, string]>([
    [
      'ended in its own way',
      { buildStory: async () => ({ ...aborted, result: 'FAILURE' }) },
      {},
      'app #5, started by Ana, ended as FAILURE after it was asked to stop; it had run for 3 min.',
    ],
    [
      'runs on',
      running,
      { askedAt: NOW - 3 * MINUTE },
      'app #5, started by Ana, was asked to stop, and runs on: what it does ignores that. If it is a Pipeline, it can be ended the hard way.',
    ],
    [
      'is forgotten',
      { buildStory: async () => undefined },
      {},
      'Jenkins does not remember app #5, started by Ana, any more: it is over, was deleted, or the controller is another one. Whether it was stopped is not known.',
    ],
    [
      'is another one by now',
      { buildStory: async () => story({ at: NOW }) },
      {},
      'Jenkins does not remember app #5, started by Ana, any more: it is over, was deleted, or the controller is another one. Whether it was stopped is not known.',
    ],
    [
      'cannot be looked at',
      { buildStory: () => Promise.reject(silence('Jenkins')) },
      { silentSince: NOW - 6 * MINUTE },
      'Whether app #5, started by Ana, was stopped is not known: Jenkins does not answer (did not answer within 15 s). To ask again does no harm.',
    ],
  ])('that %s is said to', async (_what, after, facts, words) => {
    expect(await done('abort app#5', running, { stopBuild, ...after }, facts)).toMatchObject({
      ok: false,
      text: words,
    });
  });

  test('that runs on can be ended the hard way, with a button that asks first', () => {
    const target = { kind: 'build', jenkinsJob: 'my app', number: 5, by: null, at: NOW, publicUrl: null } as const;
    const facts: AbortFacts = {
      target: { ...target, force: false },
      state: 'still',
      askedAt: NOW,
      how: 'stop',
      number: 5,
      result: null,
      durationMs: 0,
      silentSince: null,
      silence: '',
    };
    const buttonsOf = (seen: AbortFacts) =>
      change()
        .view(seen, asked())
        .message.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons : []));
    expect(buttonsOf(facts)).toMatchObject([
      { label: 'End it the hard way', value: 'abort "my app#5" --force', confirm: { yes: 'End it' } },
    ]);
    expect(buttonsOf({ ...facts, target: { ...target, force: true } })).toEqual([]);
  });

  test('is ended the hard way: its steps first, and then the whole of it, once', async () => {
    const sent: string[] = [];
    const hard = {
      stopBuild: async (_name: string, _number: number, how: string) => void sent.push(how),
      ...running,
    };
    expect(await done('abort app#5 --force', running, hard)).toMatchObject({
      againMs: 2_000,
      going: 'app #5, started by Ana, is being ended the hard way.',
    });
    expect(sent).toEqual(['term']);
    await done('abort app#5 --force', running, hard, { askedAt: NOW - 10_000 });
    expect(sent).toEqual(['term', 'term', 'kill']);
    await done('abort app#5 --force', running, hard, { askedAt: NOW - 20_000, how: 'kill' });
    expect(sent).toEqual(['term', 'term', 'kill', 'term']);
  });

  test('that is no Pipeline knows no harder way, which is said', async () => {
    const none = { stopBuild: () => Promise.reject(refusal('Jenkins', 404, 'not found, or no right to see it')) };
    await expect(done('abort app#5 --force', running, none)).rejects.toThrow(
      'Only a Pipeline can be ended the hard way, and `app` is none, or its build is gone. Nothing was changed.',
    );
    await expect(done('abort app#5', running, none)).rejects.toMatchObject({ status: 404 });
  });

  test('whose stop was not answered is looked at all the same', async () => {
    const lost = { stopBuild: () => Promise.reject(silence('Jenkins')), buildStory: async () => aborted };
    expect(await done('abort app#5', running, lost)).toMatchObject({ ok: true });
  });

  test('that may not be stopped fails with the right that is missing', async () => {
    const refused = { stopBuild: () => Promise.reject(refusal('Jenkins', 403, 'chatbot lacks the right Job/Cancel')) };
    await expect(done('abort app#5', running, refused)).rejects.toMatchObject({ status: 403 });
  });
});

describe('what waits', () => {
  const waiting = { queueItem: async () => item() };
  const cancelQueueItem = async () => undefined;

  test('is taken out of the queue, which is seen', async () => {
    const after = { cancelQueueItem, queueItem: async () => item({ state: 'cancelled' }) };
    expect(await done('abort Q12', waiting, after)).toMatchObject({
      ok: true,
      text: 'app (q12), started by Ana, was taken out of the queue, where it had waited for 4 min.',
    });
  });

  test('and begins meanwhile is not stopped', async () => {
    const after = { cancelQueueItem, queueItem: async () => item({ state: 'started', number: 5 }) };
    expect(await done('abort q12', waiting, after)).toMatchObject({
      ok: false,
      text: 'app (q12), started by Ana, had left the queue: it runs as app #5, and was not stopped.',
    });
  });
});
