// What forms offer of Jenkins: names and builds as commands take them, and the parameters that may be typed in Slack.
import { describe, expect, it } from 'vitest';
import type { BuildStory } from '../../src/core/build-reads.js';
import type { ParameterDefinition } from '../../src/core/jenkins-build.js';
import type { Choice, PickSource } from '../../src/core/pick.js';
import { SOURCES } from '../../src/core/pick-sources.js';
import { MINUTE } from '../../src/core/time.js';
import { aDeployment, NOW } from '../support/ci-service.js';
import { type FakeCalls, fakePorts } from '../support/fakes.js';

const found = (source: PickSource, jenkins: FakeCalls['jenkins'], of?: string): Promise<Choice[]> =>
  SOURCES[source](fakePorts({ jenkins: jenkins ?? {} }), of);

const story = (number: number, more: Partial<BuildStory> = {}): BuildStory => ({
  ...{ jenkinsJob: 'team/app', number, at: NOW - 3 * MINUTE, isRunning: false, durationMs: MINUTE, result: 'FAILURE' },
  ...{ estimateMs: undefined, nodeName: '', causes: [], commits: [] },
  ...more,
});
const running = story(13, { isRunning: true, result: undefined, durationMs: 0 });

it('what can be cancelled are changes of ours that stop, and deployments that none of them made', async () => {
  const change = (jobId: string, text: string, step: string) => ({ jobId, userId: 'U0LEE', text, step, since: NOW });
  const offered = (running: ReturnType<typeof change>) =>
    SOURCES.cancellable(
      fakePorts({
        changes: { running: async () => running, waiting: async () => [change('d-bob', 'sync save', 'waiting')] },
        marathon: { deployments: async () => [aDeployment(), aDeployment({ affectedApps: ['/other'] })] },
      }),
      undefined,
    );
  const waits = { value: 'd-bob', text: 'sync save', about: 'waits for its turn' };
  expect(await offered(change('d-lee', 'restart', 'following'))).toEqual([
    { value: 'd-lee', text: 'restart', about: 'runs now' },
    waits,
  ]);
  expect(await offered(change('d-lee', 'scale executors 4', 'following'))).toEqual([
    waits,
    { value: '5cd987cd', text: 'Deployment 5cd987cd', about: '/jenkins' },
  ]);
});

describe('builds', () => {
  const names = { names: ['web', 'team/app'], isCut: false };

  it('are what runs, what began last, each once, and of every job its newest', async () => {
    const newest = { builds: [running, story(12)], isCut: false };
    const choices = await found('builds', {
      runningBuilds: async () => [running],
      newestBuilds: async () => newest,
      jobNames: async () => names,
    });
    expect(choices).toEqual([
      { value: 'team/app#13', about: 'has run for 3 min (no estimate yet)' },
      { value: 'team/app#12', about: 'failed after 1 min, 2 min ago' },
      { value: 'team/app', about: 'the newest build' },
      { value: 'web', about: 'the newest build' },
    ]);
  });

  it('that can be aborted are those that run or wait', async () => {
    const item = { id: 7, name: 'team/web', why: 'In the quiet period', buildable: false, stuck: false };
    const choices = await found('abortable', {
      runningBuilds: async () => [running],
      buildQueue: async () => [{ ...item, inQueueSince: NOW - 2 * MINUTE }],
    });
    expect(choices.map(({ value, text, about }) => [value, text, about])).toEqual([
      ['team/app#13', undefined, 'has run for 3 min (no estimate yet)'],
      ['q7', 'q7 team/web', 'waits for 2 min'],
    ]);
  });
});

describe('parameters', () => {
  const parameter = (name: string, more: Partial<ParameterDefinition> = {}): ParameterDefinition => ({
    ...{ name, type: 'StringParameterDefinition', description: undefined, choices: undefined, defaultValue: undefined },
    ...more,
  });
  const of = (...parameters: ParameterDefinition[]) =>
    found(
      'parameters',
      {
        jenkinsJob: async (fullName) =>
          fullName === 'app' ? { fullName, kind: 'job', isDisabled: false, members: [], parameters } : undefined,
      },
      'app',
    );

  it('come with what they may be and what they are', async () => {
    const choices = await of(
      parameter('BRANCH', { description: 'What to build.', defaultValue: 'main' }),
      parameter('ENV', { type: 'ChoiceParameterDefinition', choices: ['dev', '', 'dev', 'prod'], defaultValue: 'dev' }),
      parameter('CLEAN', { type: 'BooleanParameterDefinition', defaultValue: 'false' }),
    );
    expect(choices).toEqual([
      { value: 'BRANCH', about: 'What to build.', initial: 'main' },
      { value: 'ENV', choices: ['dev', 'prod'], initial: 'dev' },
      { value: 'CLEAN', choices: ['true', 'false'], initial: 'false' },
    ]);
  });

  it.each([
    ['a password', parameter('KEY1', { type: 'PasswordParameterDefinition' })],
    ['a file', parameter('UPLOAD', { type: 'FileParameterDefinition' })],
    ['what is named as a secret', parameter('DEPLOY_TOKEN')],
    ['a name that a command cannot say', parameter('A=B')],
  ])('without %s', async (_which, one) => {
    expect(await of(one)).toEqual([]);
  });

  it.each(['two\nlines', '  indented', 'x'.repeat(200)])(
    'whose default no command says (%j) are left to Jenkins',
    async (text) => {
      expect(await of(parameter('NOTES', { defaultValue: text }))).toEqual([
        { value: 'NOTES', about: 'Left empty, it has its default.' },
      ]);
    },
  );

  it('of a job that is gone are none', async () => {
    expect(await found('parameters', { jenkinsJob: async () => undefined }, 'gone')).toEqual([]);
  });
});

describe('settings of a template', () => {
  it('come with what they are now', async () => {
    const choices = await found('settings', {}, 'linux');
    expect(choices.map(({ value }) => value)).toEqual(['cpus', 'mem', 'idle']);
    for (const { about } of choices) expect(about).toMatch(/ to .*, now [\d.,]+( or [\d.,]+)*\.$/);
  });
});
