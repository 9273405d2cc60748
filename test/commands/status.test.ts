import { describe, expect, test } from 'vitest';
import { status } from '../../src/commands/status.js';
import type { ExecutorSettings, Jenkins } from '../../src/core/cluster.js';
import type { Incident } from '../../src/core/incident.js';
import { MINUTE } from '../../src/core/time.js';
import {
  aController,
  aDeployment,
  aFramework,
  aLoadOf,
  anApp,
  aTask,
  NOW,
  SAVED,
  silence,
} from '../support/ci-service.js';
import { type FakeCalls, fakeLocks } from '../support/fakes.js';
import { aLock } from '../support/locking.js';
import { linesOf, read } from '../support/read-command.js';

const item = (minutes: number) => ({
  id: minutes,
  name: 'app',
  why: 'waiting',
  buildable: true,
  stuck: false,
  inQueueSince: NOW - minutes * MINUTE,
});

test('all well, on one screen', async () => {
  const message = await read(status);
  expect(message.text).toBe('/jenkins runs, Jenkins answers, and agents can start.');
  expect(linesOf(message)).toEqual([
    ':large_green_circle: /jenkins runs, Jenkins answers, and agents can start.',
    'App: /jenkins on 192.168.3.25:31052, healthy',
    'Deployments: none in progress',
    'Jenkins: 1.596.2',
    'Builds: 0 of 2 executors busy, none waits',
    'Mesos framework: Jenkins Scheduler: registered',
    'SCM sync: everything is saved in git',
    'Changes: none under way',
    'Lock: none',
    'Alerts: none open',
  ]);
});

test('much going on', async () => {
  const message = await read(status, {
    marathon: { deployments: async () => [aDeployment(), aDeployment({ id: 'x', affectedApps: ['/other'] })] },
    jenkins: {
      executors: async () => aLoadOf(['app'], ['lib', 'docs']),
      buildQueue: async () => [item(2), item(11)],
      controller: async () => aController({ quietingDown: true }),
    },
    changes: {
      running: async () => ({ jobId: 'd-lee-go', userId: 'U0LEE', text: 'deploy', step: 'following', since: NOW }),
      waiting: async () => [
        { jobId: 'd-ana', userId: 'U0ANA', text: 'scale executors 4', step: 'waiting', since: NOW },
      ],
    },
  });
  expect(linesOf(message)).toEqual([
    ':warning: Jenkins is quieting down: no build starts.',
    'App: /jenkins on 192.168.3.25:31052, healthy',
    'Deployments: `5cd987cd`, step 1 of 2',
    'Jenkins: 1.596.2, quieting down',
    'Builds: 3 of 6 executors busy, 2 in the queue, longest 11 min',
    'Mesos framework: Jenkins Scheduler: registered',
    'SCM sync: everything is saved in git',
    'Changes: `deploy` by <@U0LEE> (following), 1 waiting',
    'Lock: none',
    'Alerts: none open',
  ]);
});

const plugin = (patch: Partial<ExecutorSettings>): Partial<Jenkins> => ({
  executorSettings: async () => ({
    controllerExecutors: 2,
    templates: [],
    schedulerRunning: true,
    onDemandRegistration: false,
    frameworkName: 'Jenkins Scheduler',
    ...patch,
  }),
});
const down = {
  pulse: async () => ({ state: 'unreachable' as const, session: undefined, version: undefined, detail: 'refused' }),
};

describe('the headline', () => {
  test.each<[string, FakeCalls, string]>([
    ['no app', { marathon: { app: async () => undefined } }, 'Marathon has no app /jenkins.'],
    [
      'no task',
      { marathon: { app: async () => anApp({ tasks: [] }) }, jenkins: down },
      '/jenkins has no running task; Jenkins does not answer (refused).',
    ],
    [
      'a suspended app',
      { marathon: { app: async () => anApp({ tasks: [], instances: 0 }) }, jenkins: down },
      '/jenkins is suspended (0 instances); Jenkins does not answer (refused).',
    ],
    [
      'a deploy on its way',
      { marathon: { app: async () => anApp({ tasks: [], deploymentIds: ['5cd9'] }) }, jenkins: down },
      '/jenkins is being deployed; Jenkins does not answer (refused).',
    ],
    [
      'a health check that fails again and again',
      { marathon: { app: async () => anApp({ tasks: [aTask({ health: 'unhealthy', consecutiveFailures: 3 })] }) } },
      '/jenkins is failing its health check (3 in a row).',
    ],
    [
      'one failed check, which is noise',
      { marathon: { app: async () => anApp({ tasks: [aTask({ health: 'unhealthy', consecutiveFailures: 1 })] }) } },
      '/jenkins runs, Jenkins answers, and agents can start.',
    ],
    [
      'Jenkins cut off from Mesos',
      { mesos: { frameworks: async () => [aFramework({ active: false })] } },
      'Jenkins is not registered with Mesos: no agent can start.',
    ],
    [
      'Jenkins cut off, and its settings closed to us',
      {
        mesos: { frameworks: async () => [] },
        jenkins: { executorSettings: () => Promise.reject(silence('Jenkins')) },
      },
      'Jenkins is not registered with Mesos: no agent can start.',
    ],
    [
      'a plugin that registers on demand',
      { mesos: { frameworks: async () => [] }, jenkins: plugin({ onDemandRegistration: true }) },
      '/jenkins runs, Jenkins answers, and agents can start.',
    ],
    [
      'no Mesos cloud',
      { mesos: { frameworks: async () => [] }, jenkins: plugin({ frameworkName: undefined }) },
      '/jenkins runs, Jenkins answers, and agents can start.',
    ],
    [
      'a framework of another name',
      { mesos: { frameworks: async () => [aFramework({ name: 'CI' })] }, jenkins: plugin({ frameworkName: 'CI' }) },
      '/jenkins runs, Jenkins answers, and agents can start.',
    ],
    [
      'a failing SCM sync',
      { jenkins: { scmSync: async () => ({ ...SAVED, failedAt: NOW, unpushedCommits: 2 }) } },
      'SCM sync is failing, commits: 2 not pushed.',
    ],
  ])('%s', async (_what, calls, words) => {
    const message = await read(status, calls);
    expect(message.text).toBe(words);
    expect(linesOf(message)[0]).toMatch(
      words.includes('agents can start.') && words.startsWith('/jenkins runs') ? /^:large_green_circle:/ : /^:warning:/,
    );
  });
});

describe('with one system silent', () => {
  test('Marathon, and what else is wrong is told too', async () => {
    const fails = () => Promise.reject(silence('Marathon'));
    const message = await read(status, {
      marathon: { app: fails, deployments: fails, launchQueue: fails },
      jenkins: down,
    });
    expect(linesOf(message)).toEqual([
      ':warning: Marathon does not tell about /jenkins (Marathon: did not answer within 15 s); Jenkins does not answer (refused).',
      'App: not known',
      'Deployments: not known',
      'Jenkins: does not answer',
      'Builds: not known',
      'Mesos framework: Jenkins Scheduler: registered',
      'SCM sync: not known',
      'Changes: none under way',
      'Lock: none',
      'Alerts: none open',
      '(Not known: Marathon: did not answer within 15 s; Jenkins does not answer.)',
    ]);
  });

  test('Mesos, nothing is green that nobody saw', async () => {
    const message = await read(status, { mesos: { frameworks: () => Promise.reject(silence('Mesos')) } });
    expect(linesOf(message)[0]).toBe(
      ':warning: /jenkins runs and Jenkins answers; Mesos does not say whether agents can start.',
    );
    expect(linesOf(message).at(-1)).toBe('(Not known: Mesos: did not answer within 15 s.)');
  });

  test('one page of Jenkins', async () => {
    const message = await read(status, { jenkins: { scmSync: () => Promise.reject(silence('Jenkins')) } });
    expect(linesOf(message)).toContain('SCM sync: not known');
    expect(linesOf(message).at(-1)).toBe('(Not known: Jenkins: did not answer within 15 s.)');
  });
});

test('an app that waits says for what', async () => {
  const launchQueue = async () => ({
    appId: '/jenkins',
    count: 1,
    delaySecondsLeft: 0,
    overdue: true,
    since: undefined,
    processedOffers: 9,
    unusedOffers: 9,
    reason: 'InsufficientMemory',
  });
  const lines = linesOf(await read(status, { marathon: { app: async () => anApp({ tasks: [] }), launchQueue } }));
  expect(lines).toContain(
    'App: /jenkins is not running. Marathon refused 9 offers from Mesos: no agent has 2048 MiB of memory free.',
  );
});

test('changes that wait with none at work are counted', async () => {
  const waiting = async () => [{ jobId: 'd', userId: 'U0ANA', text: 'deploy', step: 'waiting', since: NOW }];
  expect(linesOf(await read(status, { changes: { waiting } }))).toContain('Changes: 1 waiting');
});

test('says which alerts are open', async () => {
  const incident = (id: string, over: boolean) => ({ id, ...(over ? { resolvedAt: NOW } : {}) }) as Incident;
  const recent = async () => [incident('A3', false), incident('A2', false), incident('A1', true)];
  expect(linesOf(await read(status, { incidents: { recent } }))).toContain(
    'Alerts: `A3`, `A2` open: `alerts` tells more',
  );
});

test('who holds the lock is named and not notified', async () => {
  const message = await read(status, { locks: fakeLocks(aLock()) });
  expect(linesOf(message)).toContain(
    'Lock: Lee until <!date^1432810800^{date_short_pretty} {time}|2015-05-28 11:00 UTC>: moving the repository',
  );
});
