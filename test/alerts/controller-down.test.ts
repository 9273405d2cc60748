import { describe, expect, test } from 'vitest';
import { controllerDown } from '../../src/alerts/controller-down.js';
import type { App, AppSnapshot, MarathonTask } from '../../src/core/cluster.js';
import type { What } from '../../src/core/decide.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { aDeployment, anApp, aTask, NOW } from '../support/ci-service.js';
import { alertPorts, watched } from '../support/rule-run.js';

const snapshot = (app: App | undefined, patch: Partial<AppSnapshot> = {}): What => ({
  kind: 'snapshot',
  snapshot: { app, deployments: [], marathonVersion: '1.5.15', ...patch },
});

const down = (patch: Partial<App> = {}): App => anApp({ tasks: [], ...patch });
const young = (patch: Partial<MarathonTask> = {}): MarathonTask =>
  aTask({
    id: 'jenkins.new',
    host: '192.168.3.26',
    mesosAgentId: 'agent-26',
    stagedAt: NOW + MINUTE,
    startedAt: NOW + 2 * MINUTE,
    lastSuccessAt: NOW + 3 * MINUTE,
    ...patch,
  });
const lost = (patch: Partial<MarathonTask> = {}): MarathonTask => aTask({ state: 'TASK_UNREACHABLE', ...patch });
const two = (patch: Partial<App> = {}): App => anApp({ tasks: [aTask(), young()], ...patch });

type Seen = [atMin: number, what: What];

function news(...all: Seen[]): string[] {
  const rule = watched(controllerDown);
  return all.map(([atMin, what]) => rule.see(atMin, what).join() || '-');
}

describe('a controller found down', () => {
  test.each<[string, App]>([
    ['without a task', down()],
    ['with a task that does not run yet', down({ tasks: [young({ state: 'TASK_STAGING', startedAt: undefined })] })],
    ['with a task on an agent that is lost', down({ tasks: [lost()] })],
  ])('rings at the first look, %s', (_what, app) => {
    expect(news([0, snapshot(app)], [1, snapshot(app)])).toEqual(['rang', '-']);
  });

  test.each<[string, Seen[]]>([
    ['runs', [[0, snapshot(anApp())]]],
    ['is suspended', [[0, snapshot(down({ instances: 0 }))]]],
    ['is being deployed', [[0, snapshot(down({ deploymentIds: ['5cd987cd'] }))]]],
    ['is being deployed, as the deployments say', [[0, snapshot(down(), { deployments: [aDeployment()] })]]],
    [
      'does not exist',
      [
        [0, snapshot(undefined)],
        [1, snapshot(undefined)],
      ],
    ],
    [
      'goes down later',
      [
        [0, snapshot(anApp())],
        [1, snapshot(down())],
      ],
    ],
    [
      'did not exist at the first look',
      [
        [0, snapshot(undefined)],
        [1, snapshot(down())],
      ],
    ],
  ])('says nothing of one that %s', (_what, all) => {
    expect(news(...all)).toEqual(all.map(() => '-'));
  });

  test.each<[string, App | undefined, news: string]>([
    ['when a task is healthy', anApp({ tasks: [young()] }), 'over'],
    [
      'not while its check has not succeeded',
      anApp({ tasks: [young({ health: 'unknown', lastSuccessAt: undefined })] }),
      '-',
    ],
    ['not by a success of the life before', anApp({ tasks: [young({ lastSuccessAt: NOW })] }), '-'],
    [
      'when a task runs that nobody checks',
      anApp({ hasHealthChecks: false, tasks: [young({ health: 'unknown', lastSuccessAt: undefined })] }),
      'over',
    ],
    ['when it is suspended', down({ instances: 0 }), 'over'],
    ['when it is deleted', undefined, 'over'],
  ])('is over %s', (_when, app, said) => {
    expect(news([0, snapshot(down())], [4, snapshot(app)])).toEqual(['rang', said]);
  });

  test('the message says how it ended, as far as Marathon knows, and where one runs again', () => {
    const rule = watched(controllerDown);
    const failure = {
      taskId: 'jenkins.old',
      state: 'TASK_FAILED',
      message: 'Memory limit exceeded: Requested: 2080MB',
      host: '192.168.3.25',
      at: NOW - HOUR,
      version: undefined,
    };
    rule.see(0, snapshot(down({ lastTaskFailure: failure })));
    const headline = 'No Jenkins controller runs: /jenkins was found down';
    const fields = [
      'App: `/jenkins`',
      'Found: <!date^1432807200^{date_short_pretty} {time}|2015-05-28 10:00 UTC>',
      'Last failure: out of memory on 192.168.3.25, <!date^1432803600^{date_short_pretty} {time}|2015-05-28 09:00 UTC>\n`Memory limit exceeded: Requested: 2080MB`',
    ];
    expect(rule.said()).toEqual({
      headline,
      over: 'A Jenkins controller runs again, 0 s after it was found down',
      fields: [fields[0], fields[1], 'There was: no task', fields[2]],
      notes: [
        'Bellboard did not see it end: it looked for the first time, or has lost what it knew. `status` says what Marathon waits for.',
      ],
    });
    rule.see(4, snapshot(anApp({ tasks: [young()] })));
    expect(rule.said()).toEqual({
      headline,
      over: 'A Jenkins controller runs again on 192.168.3.26:31052, 4 min after it was found down',
      fields,
    });
  });

  test.each<[App | undefined, over: string]>([
    [down({ instances: 0 }), '/jenkins was found down, and has been set to 0 instances since'],
    [undefined, '/jenkins was found down, and has been deleted since'],
  ])('the message does not claim that one runs: %#', (app, words) => {
    const rule = watched(controllerDown);
    rule.see(0, snapshot(down()));
    rule.see(4, snapshot(app));
    expect(rule.words().over.plain).toBe(words);
  });

  test('is escalated after its grace period and 5 min, with what Marathon waits for', async () => {
    const rule = watched(controllerDown);
    rule.see(0, snapshot(down({ healthGraceMs: 2 * MINUTE })));
    expect(controllerDown.escalateAfterMs?.(rule.incident())).toBe(7 * MINUTE);
    const ports = alertPorts({ marathon: { app: async () => down() } });
    expect(await controllerDown.whyNotOver?.(rule.incident(), ports)).toBe(
      'Marathon has nothing left to launch: Mesos is starting the task now, or the app is set to 0 instances.',
    );
  });
});

describe('two controllers', () => {
  const one = anApp();
  test.each<[string, Seen[], string]>([
    [
      'ring when they run for a minute',
      [
        [0, snapshot(one)],
        [3, snapshot(two())],
        [3.5, snapshot(two())],
        [4, snapshot(two())],
        [5, snapshot(two())],
      ],
      '- - - rang -',
    ],
    [
      'ring at the first looks too',
      [
        [0, snapshot(two())],
        [1, snapshot(two())],
      ],
      '- rang',
    ],
    [
      'are over when one is left',
      [
        [0, snapshot(two())],
        [1, snapshot(two())],
        [2, snapshot(one)],
      ],
      '- rang over',
    ],
    [
      'are over when none is left',
      [
        [0, snapshot(two())],
        [1, snapshot(two())],
        [2, snapshot(down())],
      ],
      '- rang over',
    ],
    [
      'are not over while a deployment begins',
      [
        [0, snapshot(two())],
        [1, snapshot(two())],
        [2, snapshot(two({ deploymentIds: ['5cd987cd'] }))],
        [3, snapshot(one)],
      ],
      '- rang - over',
    ],
    [
      'stay one case when one of them is replaced',
      [
        [0, snapshot(two())],
        [1, snapshot(two())],
        [2, snapshot(anApp({ tasks: [aTask(), young({ id: 'jenkins.third' })] }))],
        [3, snapshot(one)],
      ],
      '- rang updated over',
    ],
    [
      'ring after a partition only when they go on for 10 min',
      [
        [0, snapshot(one)],
        [1, snapshot(anApp({ tasks: [lost()] }))],
        [3, snapshot(two())],
        [12.9, snapshot(two())],
        [13, snapshot(two())],
      ],
      '- - - - rang',
    ],
  ])('%s', (_what, all, said) => {
    expect(news(...all).join(' ')).toBe(said);
  });

  test.each<[string, Seen[]]>([
    [
      'while a deployment explains them',
      [
        [0, snapshot(two({ deploymentIds: ['5cd987cd'] }))],
        [9, snapshot(two({ deploymentIds: ['5cd987cd'] }))],
      ],
    ],
    [
      'when a deployment came between the two looks',
      [
        [0, snapshot(two())],
        [0.5, snapshot(two({ deploymentIds: ['5cd987cd'] }))],
        [1.2, snapshot(two())],
      ],
    ],
    [
      'when the old one is on its way out',
      [
        [0, snapshot(two({ deploymentIds: ['5cd987cd'] }))],
        [1, snapshot(two())],
        [1.5, snapshot(one)],
      ],
    ],
    [
      'when one of them is lost',
      [
        [0, snapshot(one)],
        [1, snapshot(anApp({ tasks: [lost(), young()] }))],
        [9, snapshot(anApp({ tasks: [lost(), young()] }))],
      ],
    ],
    [
      'when the lost one comes back and one is stopped',
      [
        [0, snapshot(one)],
        [1, snapshot(anApp({ tasks: [lost()] }))],
        [3, snapshot(two())],
        [8, snapshot(one)],
      ],
    ],
  ])('say nothing %s', (_when, all) => {
    expect(news(...all)).toEqual(all.map(() => '-'));
  });

  test('the message gives both addresses, and afterwards the one that is left', () => {
    const rule = watched(controllerDown);
    for (const atMin of [4, 5]) rule.see(atMin, snapshot(two()));
    const headline = "Two Jenkins controllers run: they overwrite each other's git pushes";
    const fields = [
      'App: `/jenkins`',
      'Controllers: 192.168.3.25:31052, since <!date^1432800000^{date_short_pretty} {time}|2015-05-28 08:00 UTC>\n192.168.3.26:31052, since <!date^1432807320^{date_short_pretty} {time}|2015-05-28 10:02 UTC>',
      'Since: <!date^1432807440^{date_short_pretty} {time}|2015-05-28 10:04 UTC>',
    ];
    expect(rule.incident().fingerprint).toBe('two-controllers');
    expect(rule.said()).toEqual({
      headline,
      over: 'None of the 2 Jenkins controllers runs any more, after 0 s',
      fields,
      notes: [
        "Marathon wants one and should stop the other within minutes. If it does not, kill the task that is not wanted on Marathon's page.",
      ],
    });
    rule.see(9, snapshot(one));
    expect(rule.said()).toEqual({
      headline,
      over: 'One Jenkins controller is left after 5 min: 192.168.3.25:31052',
      fields,
    });
  });

  test('that the app itself asks for are mended by its number of instances', async () => {
    const rule = watched(controllerDown);
    for (const atMin of [4, 5]) rule.see(atMin, snapshot(two({ instances: 2 })));
    expect(rule.words().notes?.map(({ plain }) => plain)).toEqual([
      'The app is set to 2 instances: set it to 1. Before that, save in the one whose changes are to stay.',
    ]);
    const ports = alertPorts({ marathon: { app: async () => two({ instances: 2 }) } });
    expect(await controllerDown.whyNotOver?.(rule.incident(), ports)).toBe('Marathon wants 2 of them.');
  });
});
