import { describe, expect, test } from 'vitest';
import { build } from '../../src/commands/build.js';
import { catalogueOf } from '../../src/commands/index.js';
import type { BuildFacts } from '../../src/core/build-request.js';
import type { Jenkins } from '../../src/core/cluster.js';
import type { ChangeView } from '../../src/core/command.js';
import type { Message } from '../../src/core/conversation.js';
import { UserError } from '../../src/core/errors.js';
import type { JenkinsJob } from '../../src/core/jenkins-build.js';
import type { Offer } from '../../src/core/offer.js';
import { parse } from '../../src/core/parse.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { NOW } from '../support/ci-service.js';
import { asked, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const catalogue = catalogueOf([build]);
const aJob = (more: Partial<JenkinsJob> = {}): JenkinsJob => ({
  fullName: 'app',
  kind: 'job',
  isDisabled: false,
  parameters: [],
  members: [],
  ...more,
});
const PARAMETERS: JenkinsJob['parameters'] = [
  {
    name: 'BRANCH',
    type: 'StringParameterDefinition',
    description: undefined,
    choices: undefined,
    defaultValue: 'main',
  },
];

function change() {
  if (build.effect !== 'change' || build.follow === undefined) throw new Error('build is a change that is followed');
  return { ...build, follow: build.follow };
}

const prepare = async (text: string, jenkins: Partial<Jenkins>) =>
  change().before(parse(text, catalogue).args, fakePorts({ jenkins }), asked({ text }));

async function refusalOf(text: string, jenkins: Partial<Jenkins> = {}): Promise<UserError> {
  try {
    await prepare(text, jenkins);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`${text} was not refused`);
}

describe('what is typed', () => {
  test.each<[string, string]>([
    ['build', 'Expected the name of a Jenkins job, got nothing.'],
    [
      'build my job',
      'Expected parameters as `NAME=value`, got `job`; a job whose name has a space goes between quotes.',
    ],
    [
      'build app =x',
      'Expected parameters as `NAME=value`, got `=x`; a job whose name has a space goes between quotes.',
    ],
    ['build app A=1 A=2', '`A` is given twice.'],
  ])('`%s` is refused', async (text, words) => {
    expect((await refusalOf(text)).message).toBe(words);
  });

  test.each(['DB_PASSWORD', 'api_token', 'SECRET'])(
    'a secret by its name (%s) is refused before anything is stored',
    (name) => {
      expect(() => parse(`build app ${name}=hunter2`, catalogue)).toThrow(
        `\`${name}\` looks like a secret, and what is typed in Slack stays in Slack: it was not stored or sent.`,
      );
    },
  );

  test('names with spaces and values with spaces go between quotes', () => {
    expect(parse('build "release notes" TEXT="two words" EMPTY=', catalogue).args).toEqual({
      job: 'release notes',
      parameters: { TEXT: 'two words', EMPTY: '' },
    });
  });
});

describe('before it is sent', () => {
  test('the job is found, its parameters are checked, and how it stands is kept', async () => {
    const origins = [
      { queueId: 11, number: undefined, account: undefined, parameters: {} },
      { queueId: 9, number: 4, account: undefined, parameters: {} },
    ];
    const request = await prepare('build app BRANCH=fix', {
      jenkinsJob: async () => aJob({ parameters: PARAMETERS }),
      jobTrace: async () => ({ session: 's1', nextNumber: 5, origins }),
      whoAmI: async () => 'chatbot',
    });
    expect(request).toMatchObject({
      jenkinsJob: 'app',
      send: { BRANCH: 'fix' },
      account: 'chatbot',
      session: 's1',
      nextNumber: 5,
      queued: [11],
    });
  });

  test('a typo is offered with the parameters as typed', async () => {
    const jobNames = async () => ({ names: ['app build'], isCut: false });
    const error = (await refusalOf('build ap-build TEXT="two words"', { jobNames })) as Offer;
    expect(error.buttons.map(({ value }) => value)).toEqual(['build "app build" "TEXT=two words"']);
  });

  test('a disabled job is refused', async () => {
    const error = await refusalOf('build app', { jenkinsJob: async () => aJob({ isDisabled: true }) });
    expect(`${error.message} ${error.hint}`).toBe(
      '`app` is disabled in Jenkins, so nothing was built. Whoever may configure it can enable it on its page.',
    );
  });
});

const FACTS: BuildFacts = {
  request: {
    jenkinsJob: 'team-a/app',
    publicUrl: 'http://ci.example.org',
    send: null,
    expected: {},
    shown: [],
    account: 'chatbot',
    session: null,
    nextNumber: 1,
    queued: [],
  },
  state: 'queued',
  already: false,
  answer: 'its answer was lost',
  askedAt: NOW,
  queueId: 12,
  why: 'Waiting for next available executor on ‘mesos’',
  number: null,
  at: null,
  estimateMs: null,
  node: null,
  result: null,
  durationMs: 0,
  log: [],
  silentSince: null,
  silence: '',
};
const RUNNING = { state: 'running', number: 5, at: NOW, node: 'agent-1', estimateMs: 3 * MINUTE } as const;

const going = (more: Partial<BuildFacts>): Message => change().follow.view({ ...FACTS, ...more }, asked());
const end = (more: Partial<BuildFacts>): ChangeView => change().view({ ...FACTS, ...RUNNING, ...more }, asked());

describe('its message says', () => {
  test.each<[string, Partial<BuildFacts>, string]>([
    ['why it waits', {}, 'team-a/app is in the queue as q12 and waits: every executor of mesos is busy.'],
    [
      'that it waits for another, without the time that passes',
      { why: 'Build #4 is already in progress (ETA: 2 min 3 sec)' },
      'team-a/app is in the queue as q12 and waits: Build #4 is already in progress.',
    ],
    [
      'that there is no second one',
      { already: true, why: '' },
      'team-a/app is in the queue, where the same with the same parameters was before: no second build, as q12.',
    ],
    [
      'where it runs and how long such builds take',
      RUNNING,
      'team-a/app #5 runs on agent-1 since 2015-05-28 10:00 UTC; such builds take 3 min.',
    ],
    [
      'that it runs on the controller',
      { ...RUNNING, node: '', estimateMs: null },
      'team-a/app #5 runs on the controller since 2015-05-28 10:00 UTC.',
    ],
    ['that it runs, as a Pipeline does', { ...RUNNING, node: null, at: null }, 'team-a/app #5 runs.'],
    [
      'that an answer was lost',
      { state: 'unanswered', queueId: null },
      'Jenkins took team-a/app or did not: its answer was lost, so it is looked for. It is not sent again.',
    ],
    [
      'what Jenkins answered in place of a queue item',
      { state: 'unanswered', queueId: null, answer: 'it answered 500, a fault inside Jenkins' },
      'Jenkins took team-a/app or did not: it answered 500, a fault inside Jenkins, so it is looked for. It is not sent again.',
    ],
    [
      'that Jenkins is silent',
      { ...RUNNING, silentSince: NOW, silence: 'did not answer' },
      'team-a/app #5 ran since 2015-05-28 10:00 UTC; Jenkins has not answered since 2015-05-28 10:00 UTC (did not answer).',
    ],
  ])('%s', (_what, facts, words) => {
    expect(going(facts).text).toBe(words);
  });

  test('how to stop it', () => {
    const buttonsOf = ({ blocks }: Message) =>
      blocks.flatMap((block) =>
        block.type === 'actions' ? block.buttons.map(({ label, value }) => [label, value]) : [],
      );
    expect(buttonsOf(going({}))).toEqual([['Take it out', 'abort q12']]);
    expect(buttonsOf(going(RUNNING))).toEqual([['Abort', 'abort team-a/app#5']]);
    expect(buttonsOf(end({ state: 'ended', result: 'SUCCESS' }).message)).toEqual([]);
  });

  test('its parameters, which are defaults, and what else they may be', () => {
    const shown = [
      { name: 'BRANCH', value: 'fix', isDefault: false, others: [] },
      { name: 'ENV', value: 'staging', isDefault: true, others: ['production'] },
      { name: 'PIN', value: null, isDefault: true, others: [] },
    ];
    expect(linesOf(going({ request: { ...FACTS.request, shown } }))).toContain(
      '(`BRANCH=fix`, `ENV=staging` (default; or production), PIN as kept in Jenkins)',
    );
  });
});

describe('its end', () => {
  test.each<[string, Partial<BuildFacts>, boolean, string]>([
    [
      'is good',
      { state: 'ended', result: 'SUCCESS', durationMs: 2 * MINUTE },
      true,
      'team-a/app #5 succeeded after 2 min on agent-1.',
    ],
    [
      'is unstable',
      { state: 'ended', result: 'UNSTABLE', durationMs: MINUTE },
      true,
      'team-a/app #5 is unstable after 1 min on agent-1.',
    ],
    [
      'is bad',
      { state: 'ended', result: 'FAILURE', durationMs: MINUTE },
      false,
      'team-a/app #5 failed after 1 min on agent-1.',
    ],
    [
      'is an abort',
      { state: 'ended', result: 'ABORTED', durationMs: MINUTE },
      false,
      'team-a/app #5 was aborted after 1 min on agent-1.',
    ],
    [
      'never began',
      { state: 'cancelled', number: null },
      false,
      'team-a/app was taken out of the queue (q12) before it began.',
    ],
    [
      'is not remembered',
      { state: 'gone' },
      false,
      'team-a/app #5 began, and Jenkins does not remember it any more: it was deleted, or the controller is another one and the build ended with the old one. Its result is not known.',
    ],
    [
      'is too far away',
      { state: 'left', askedAt: NOW - 7 * HOUR },
      true,
      'team-a/app #5 is no longer followed: it has not ended after 6 h. Its end will not be told here; its page in Jenkins shows it.',
    ],
    [
      'is not known',
      { state: 'unknown', number: null, silence: '502, Bad Gateway' },
      false,
      'Whether Jenkins took team-a/app is not known: its answer was lost, and no build of it is seen. Last seen: 502, Bad Gateway. It was not sent a second time: look at its page in Jenkins, and ask again if there is none.',
    ],
  ])('%s', (_what, facts, ok, words) => {
    const view = end(facts);
    expect([view.ok, view.message.text]).toEqual([ok, words]);
    expect(view.thread).toBeUndefined();
  });

  test('has the end of the log in the thread', () => {
    const { message, thread } = end({
      state: 'ended',
      result: 'FAILURE',
      durationMs: MINUTE,
      log: ['a', 'Finished: FAILURE'],
    });
    expect(message.text).toContain('The end of its log is in the thread.');
    expect(thread?.text).toBe('The end of the log of team-a/app #5: Finished: FAILURE');
    expect(thread?.blocks.at(-1)).toEqual({ type: 'code', text: 'a\nFinished: FAILURE', keep: 'end' });
  });
});
