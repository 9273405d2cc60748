import { describe, expect, test } from 'vitest';
import type { JenkinsPulse, MarathonTask } from '../../src/core/cluster.js';
import {
  addressOf,
  causeWords,
  healthWords,
  jenkinsFramework,
  pulseWords,
  runningTask,
} from '../../src/core/controller.js';
import { aFramework, anApp, aTask } from '../support/ci-service.js';

describe('the running task', () => {
  const crashed = aTask({ id: 'crashed', state: 'TASK_FAILED', startedAt: undefined });
  const staging = aTask({ id: 'staging', state: 'TASK_STAGING', startedAt: undefined });
  test.each<[string, MarathonTask[], string | undefined]>([
    ['none', [], undefined],
    ['a crashed one that stays listed (1.8)', [crashed], undefined],
    ['one being staged', [staging], undefined],
    ['one beside a crashed one', [crashed, aTask({ id: 'up' })], 'up'],
    ['one with a start but no state (before 0.15.4)', [aTask({ id: 'up', state: undefined })], 'up'],
    ['one without state or start', [aTask({ state: undefined, startedAt: undefined })], undefined],
  ])('%s', (_what, tasks, id) => {
    expect(runningTask(anApp({ tasks }))?.id).toBe(id);
  });
});

test.each([
  [aTask(), '192.168.3.25:31052'],
  [aTask({ ports: [] }), '192.168.3.25'],
  [aTask({ ports: [], ipAddresses: ['10.0.0.7'] }), '10.0.0.7'],
])('the address of a task is where people reach it', (task, address) => {
  expect(addressOf(task)).toBe(address);
});

describe("Jenkins' framework", () => {
  const away = aFramework({ id: 'old', active: false });
  const other = aFramework({ id: 'spark', name: 'Spark' });
  const renamed = aFramework({ id: 'ci', name: 'CI' });
  test.each([
    ['the active of two of one name', [away, aFramework()], undefined, 'jenkins-framework-1'],
    ['one that is away, when it is all there is', [other, away], undefined, 'old'],
    ['none among others', [other, renamed], undefined, undefined],
    ['one of another name, when Jenkins tells it', [other, renamed], 'CI', 'ci'],
    ['not one of the default name, when Jenkins has another', [aFramework()], 'CI', undefined],
  ])('is %s', (_what, frameworks, name, id) => {
    expect(jenkinsFramework(frameworks, name)?.id).toBe(id);
  });
});

test.each<[JenkinsPulse['state'], string | undefined, string]>([
  ['up', undefined, 'answers'],
  ['up', 'ignored', 'answers'],
  ['starting', '503', 'is starting (503)'],
  ['restarting', undefined, 'is restarting'],
  ['broken', 'HTTP 500', 'answers, but not as Jenkins should (HTTP 500)'],
  ['unreachable', 'connection refused', 'does not answer (connection refused)'],
])('a pulse that is %s with %s: %s', (state, detail, words) => {
  expect(pulseWords({ state, detail, session: undefined, version: undefined })).toBe(words);
});

test.each<[Partial<MarathonTask>, string]>([
  [{ health: 'healthy' }, 'healthy'],
  [{ health: 'unknown' }, 'not checked yet'],
  [{ health: 'unhealthy', consecutiveFailures: 1 }, 'one health check failed'],
  [{ health: 'unhealthy', consecutiveFailures: 2 }, 'failing its health check (2 in a row)'],
])('a task with %o is %s', (patch, words) => {
  expect(healthWords(aTask(patch))).toBe(words);
});

test.each([
  ['out of memory', true, 'out of memory'],
  ['its agent was lost', false, 'probably its agent was lost'],
  ['killed, probably out of memory', false, 'killed, probably out of memory'],
  ['cause not known', false, 'cause not known'],
])('a cause: %s', (words, certain, said) => {
  expect(causeWords({ words, certain })).toBe(said);
});
