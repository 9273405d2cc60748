import { describe, expect, test } from 'vitest';
import type { App, EndedMesosTask, TaskFailure } from '../../src/core/cluster.js';
import { isTaskOf, subjectOf, type WantedTask } from '../../src/core/sandbox-task.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { anApp, aTask, NOW } from '../support/ci-service.js';

describe('a task id', () => {
  const uuid = '1b2c3d4e-5f60-11ef-8a9b-0242ac110002';
  test.each([
    ['/jenkins', `jenkins.${uuid}`, true],
    ['/ci/jenkins', `ci_jenkins.${uuid}`, true],
    ['/jenkins', `jenkins.marathon-${uuid}`, true],
    ['/jenkins', `jenkins.instance-${uuid}._app.2`, true],
    ['/jenkins.next', `jenkins.next.${uuid}`, true],
    ['/jenkins', `jenkins.next.${uuid}`, false],
    ['/jenkins', `jenkins-test.${uuid}`, false],
    ['/jenkins', `ci_jenkins.${uuid}`, false],
    ['/jenkins', 'jenkins', false],
    ['/jenkins', 'jenkins.', false],
    ['/jenkins', 'jenkins.../../../etc', false],
    ['/jenkins', `jenkins.${uuid}/../x`, false],
    ['/jenkins', `jenkins.${uuid}\n`, false],
  ])('of app %s: %j is one: %s', (appId, taskId, isOne) => {
    expect(isTaskOf(appId, taskId)).toBe(isOne);
  });
});

const ended = (patch: Partial<EndedMesosTask> = {}): EndedMesosTask => ({
  id: 'jenkins.before',
  name: 'jenkins',
  state: 'TASK_KILLED',
  frameworkId: 'marathon-framework',
  mesosAgentId: 'agent-26',
  executorId: '',
  resources: { cpus: 1, memMiB: 2048 },
  endedAt: NOW - 2 * HOUR,
  ...patch,
});

const failure = (patch: Partial<TaskFailure> = {}): TaskFailure => ({
  taskId: 'jenkins.failed',
  state: 'TASK_FAILED',
  message: 'Memory limit exceeded: …',
  host: '192.168.3.27',
  at: NOW - 3 * MINUTE,
  version: undefined,
  ...patch,
});

const current: WantedTask = { which: 'current' };
const previous: WantedTask = { which: 'previous' };
const named = (id: string): WantedTask => ({ which: 'named', id });
const failed = anApp({ lastTaskFailure: failure() });
const down = anApp({ tasks: [], lastTaskFailure: failure() });

describe('the task meant', () => {
  test.each<[string, WantedTask, App, EndedMesosTask[], string | undefined]>([
    ['now is the one that runs', current, failed, [ended()], 'jenkins.old'],
    ['now, when none runs, is the last that did', current, down, [ended()], 'jenkins.failed'],
    [
      'now, when one is still being staged, is the last that ran',
      current,
      anApp({ tasks: [aTask({ id: 'jenkins.new', state: 'TASK_STAGING' })] }),
      [ended()],
      'jenkins.before',
    ],
    ['before is the one that failed', previous, failed, [ended()], 'jenkins.failed'],
    [
      'before is the one that was stopped since',
      previous,
      failed,
      [ended({ endedAt: NOW - MINUTE })],
      'jenkins.before',
    ],
    [
      'before is never the one that runs, though it failed once',
      previous,
      anApp({ lastTaskFailure: failure({ taskId: 'jenkins.old' }) }),
      [ended()],
      'jenkins.before',
    ],
    [
      'before is none of another app',
      previous,
      anApp(),
      [ended({ id: 'jenkins-test.x' }), ended({ id: 'jenkins.b' })],
      'jenkins.b',
    ],
    ['before is not known when nobody remembers one', previous, anApp(), [], undefined],
    [
      'by its id may be one that starts',
      named('jenkins.new'),
      anApp({ tasks: [aTask({ id: 'jenkins.new', state: 'TASK_STAGING' })] }),
      [],
      'jenkins.new',
    ],
    [
      'by its id may be an older one',
      named('jenkins.before'),
      failed,
      [ended({ id: 'jenkins.x' }), ended()],
      'jenkins.before',
    ],
    ['by its id may be one only Marathon remembers', named('jenkins.failed'), failed, [ended()], 'jenkins.failed'],
    ['by its id is no other when nobody remembers it', named('jenkins.gone'), failed, [ended()], undefined],
  ])('%s', (_what, wanted, app, tasks, taskId) => {
    expect(subjectOf(wanted, app, tasks)?.taskId).toBe(taskId);
  });

  test('that failed has the agent of Mesos and the cause of Marathon', () => {
    const task = ended({ id: 'jenkins.failed', state: 'TASK_FAILED', endedAt: NOW - 3 * MINUTE, executorId: 'custom' });
    expect(subjectOf(previous, failed, [task])).toEqual({
      taskId: 'jenkins.failed',
      mesosAgentId: 'agent-26',
      host: undefined,
      executorId: 'custom',
      startedAt: undefined,
      end: { at: NOW - 3 * MINUTE, words: 'out of memory' },
    });
  });

  test('that Mesos has forgotten is known by the host Marathon remembers', () => {
    expect(subjectOf(previous, failed, [])).toMatchObject({
      mesosAgentId: undefined,
      host: '192.168.3.27',
      end: { at: NOW - 3 * MINUTE, words: 'out of memory' },
    });
  });
});
