import { describe, expect, test } from 'vitest';
import type { App, LaunchQueueEntry, MarathonTask } from '../../src/core/cluster.js';
import { graceOf, provenUp, whyNotUp } from '../../src/core/coming-up.js';
import { MINUTE } from '../../src/core/time.js';
import { anApp, aTask, NOW, silence } from '../support/ci-service.js';
import { fakeMarathon } from '../support/fakes.js';
import { manualClock } from '../support/manual-clock.js';

test('the grace period is that of the slowest check, or 5 min', () => {
  expect([graceOf({ healthGraceMs: MINUTE }), graceOf({}), graceOf(undefined)]).toEqual([
    MINUTE,
    5 * MINUTE,
    5 * MINUTE,
  ]);
});

describe('a controller is up', () => {
  test.each<[string, Partial<App>, Partial<MarathonTask>, boolean]>([
    ['when a check succeeded after its start', {}, {}, true],
    ['not while no check has reported', {}, { health: 'unknown', lastSuccessAt: undefined }, false],
    ['not by a success of the life before', {}, { startedAt: NOW, lastSuccessAt: NOW - 1 }, false],
    ['not while a check fails', {}, { health: 'unhealthy' }, false],
    ['not while it is being started', {}, { state: 'TASK_STAGING' }, false],
    ['when it runs and nothing is checked', { hasHealthChecks: false }, { health: 'unknown' }, true],
  ])('%s', (_when, app, task, isUp) => {
    expect(provenUp(anApp({ ...app, tasks: [aTask(task)] })) !== undefined).toBe(isUp);
  });
});

describe('why it is not up', () => {
  const entry: LaunchQueueEntry = {
    appId: '/jenkins',
    count: 1,
    delaySecondsLeft: 40,
    overdue: false,
    since: undefined,
    processedOffers: undefined,
    unusedOffers: undefined,
    reason: undefined,
  };
  test.each<[string, Parameters<typeof fakeMarathon>[0], string]>([
    [
      'a task that fails its checks',
      { app: async () => anApp({ tasks: [aTask({ health: 'unhealthy', consecutiveFailures: 3 })] }) },
      'A task runs on 192.168.3.25:31052, and it is failing its health check (3 in a row).',
    ],
    [
      'a launch that is delayed',
      { app: async () => anApp({ tasks: [] }), launchQueue: async () => entry },
      'Marathon delays the next launch by 40 more seconds because earlier launches failed. Deploying a changed app ends the delay.',
    ],
    [
      'a Marathon that does not say',
      {
        app: async () => anApp({ tasks: [] }),
        launchQueue: async () => {
          throw silence('Marathon');
        },
      },
      'What Marathon waits for is not known: Marathon: did not answer within 15 s.',
    ],
  ])('%s', async (_what, calls, words) => {
    expect(await whyNotUp('/jenkins', fakeMarathon(calls), manualClock())).toBe(words);
  });
});
