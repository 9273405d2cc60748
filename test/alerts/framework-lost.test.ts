import { describe, expect, test } from 'vitest';
import { frameworkLost } from '../../src/alerts/framework-lost.js';
import type { BuildQueueItem, ExecutorSettings, Framework, JenkinsPulse } from '../../src/core/cluster.js';
import { aFramework, aTemplate, refusal, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { polled } from '../support/rule-run.js';

const settings = (patch: Partial<ExecutorSettings> = {}): ExecutorSettings => ({
  controllerExecutors: 2,
  templates: [aTemplate()],
  schedulerRunning: true,
  onDemandRegistration: false,
  frameworkName: 'Jenkins Scheduler',
  ...patch,
});
const pulse = (patch: Partial<JenkinsPulse> = {}): JenkinsPulse => ({
  state: 'up',
  session: 'session-1',
  version: '1.596.2',
  detail: undefined,
  ...patch,
});
const item = (id: number): BuildQueueItem => ({
  id,
  name: 'nightly',
  why: 'Waiting for next available executor',
  buildable: true,
  stuck: false,
  inQueueSince: 0,
});

interface World {
  plugin?: Partial<ExecutorSettings> | 'silent';
  frameworks?: Framework[] | 'silent';
  jenkins?: Partial<JenkinsPulse>;
  waiting?: number;
}

const world = ({ plugin = {}, frameworks = [aFramework()], jenkins = {}, waiting = 0 }: World = {}): FakeCalls => ({
  mesos: {
    frameworks: async () => {
      if (frameworks === 'silent') throw silence('Mesos');
      return frameworks;
    },
  },
  jenkins: {
    pulse: async () => pulse(jenkins),
    executorSettings: async () => {
      if (plugin === 'silent') throw refusal('Jenkins', 403, 'forbidden');
      return settings(plugin);
    },
    buildQueue: async () => Array.from({ length: waiting }, (_, at) => item(at)),
  },
});

const DIED: World = { plugin: { schedulerRunning: false }, frameworks: [aFramework({ active: false })] };
const GONE: World = { frameworks: [] };

/** One look a minute; what was news at each. */
async function looks(...worlds: World[]): Promise<string[]> {
  const rule = polled(frameworkLost);
  const news: string[] = [];
  for (const [atMin, one] of worlds.entries()) news.push((await rule.look(atMin, world(one))).join() || '-');
  return news;
}

describe('rings', () => {
  test.each<[string, World[], string[]]>([
    ['when the scheduler has stopped at two looks', [{}, DIED, DIED], ['-', '-', 'rang']],
    ['when it was registered and Mesos lists it no more', [{}, GONE, GONE], ['-', '-', 'rang']],
    [
      'when Mesos lists it as away',
      [{}, { frameworks: [aFramework({ active: false })] }, { frameworks: [aFramework({ active: false })] }],
      ['-', '-', 'rang'],
    ],
    ['at the first looks, when the plugin says it should be registered', [GONE, GONE], ['-', 'rang']],
    ['once, however long it lasts', [DIED, DIED, DIED, DIED], ['-', 'rang', '-', '-']],
    [
      'once a build waits, where the plugin never told',
      [
        { plugin: 'silent' },
        { plugin: 'silent', ...GONE },
        { plugin: 'silent', ...GONE, waiting: 1 },
        { plugin: 'silent', ...GONE, waiting: 1 },
      ],
      ['-', '-', '-', 'rang'],
    ],
    [
      'by what the plugin told last, when it does not answer now',
      [{}, { ...GONE, plugin: 'silent' }, { ...GONE, plugin: 'silent' }],
      ['-', '-', 'rang'],
    ],
    ['again for the next time', [{}, GONE, GONE, {}, GONE, GONE], ['-', '-', 'rang', 'over', '-', 'rang']],
  ])('%s', async (_when, worlds, news) => {
    expect(await looks(...worlds)).toEqual(news);
  });
});

describe('says nothing', () => {
  const onDemand = { onDemandRegistration: true, schedulerRunning: false };
  test.each<[string, World[]]>([
    ['when it is back at the second look', [{}, GONE, {}, GONE, {}]],
    [
      'of a plugin that registers on demand',
      [{ plugin: onDemand }, { ...GONE, plugin: onDemand }, { ...GONE, plugin: onDemand, waiting: 3 }],
    ],
    [
      'of a Jenkins without a Mesos cloud',
      [
        { ...GONE, plugin: { frameworkName: undefined } },
        { ...GONE, plugin: { frameworkName: undefined } },
      ],
    ],
    ['when Mesos does not answer', [{}, { frameworks: 'silent' }, { frameworks: 'silent' }]],
    [
      'while Jenkins does not answer',
      [{}, { ...GONE, jenkins: { state: 'unreachable' } }, { ...GONE, jenkins: { state: 'starting' } }],
    ],
    ['when the second look is of another Jenkins', [{}, GONE, { ...GONE, jenkins: { session: 'session-2' } }]],
    [
      'where nothing was ever registered and the plugin does not tell',
      [
        { ...GONE, plugin: 'silent', waiting: 3 },
        { ...GONE, plugin: 'silent', waiting: 3 },
      ],
    ],
    [
      'of a plugin that cannot tell and has nothing to build',
      [
        { plugin: { schedulerRunning: undefined } },
        { ...GONE, plugin: { schedulerRunning: undefined } },
        { ...GONE, plugin: { schedulerRunning: undefined } },
      ],
    ],
  ])('%s', async (_when, worlds) => {
    expect(await looks(...worlds)).toEqual(worlds.map(() => '-'));
  });
});

describe('is over', () => {
  test.each<[string, World[], string[]]>([
    ['at the first look that sees it active', [DIED, DIED, {}], ['-', 'rang', 'over']],
    [
      'not while only one of the two is back',
      [DIED, DIED, { plugin: { schedulerRunning: false } }, { plugin: 'silent' }, {}],
      ['-', 'rang', 'updated', '-', 'over'],
    ],
    [
      'not when Jenkins or Mesos do not answer',
      [GONE, GONE, { jenkins: { state: 'unreachable' } }, { frameworks: 'silent' }, {}],
      ['-', 'rang', '-', '-', 'over'],
    ],
    [
      'when it is set to register on demand',
      [GONE, GONE, { ...GONE, plugin: { onDemandRegistration: true } }],
      ['-', 'rang', 'over'],
    ],
    [
      'when a restarted Jenkins registers',
      [
        DIED,
        DIED,
        { ...GONE, jenkins: { session: 'session-2' }, plugin: 'silent' },
        { jenkins: { session: 'session-2' } },
      ],
      ['-', 'rang', '-', 'over'],
    ],
  ])('%s', async (_when, worlds, news) => {
    expect(await looks(...worlds)).toEqual(news);
  });
});

describe('the message', () => {
  const MISSING_SINCE = 'Missing since: <!date^1432807260^{date_short_pretty} {time}|2015-05-28 10:01 UTC>';

  test('of a scheduler that stopped names the known cause and what helps', async () => {
    const rule = polled(frameworkLost);
    await rule.look(0, world());
    await rule.look(1, world(DIED));
    await rule.look(2, world({ ...DIED, waiting: 3 }));
    expect(rule.said()).toEqual({
      headline: "Jenkins' Mesos scheduler has stopped: no agent can start",
      over: 'Jenkins is registered with Mesos again after 0 s',
      fields: [
        'Framework: Jenkins Scheduler (`jenkins-framework-1`)',
        MISSING_SINCE,
        'Scheduler: stopped, as the plugin says',
        'Mesos: lists it as away',
        'What it means: no agent can start; 3 builds wait',
      ],
      notes: [
        "A known cause with Mesos plugin 0.7.0: an agent template without container settings ends the scheduler at the first offer; Jenkins' log then has _The Mesos driver was aborted! Status code: 3_ (mesos-plugin #130, mended in 0.8.0).",
        "What helps: give every agent template container settings, or update the plugin; then save Jenkins' system configuration, or restart the controller. Both start a new scheduler.",
      ],
    });
    await rule.look(8, world());
    expect(rule.said()).toEqual({
      headline: "Jenkins' Mesos scheduler has stopped: no agent can start",
      over: 'Jenkins is registered with Mesos again after 7 min',
      fields: ['Framework: Jenkins Scheduler (`jenkins-framework-1`)', MISSING_SINCE],
    });
  });

  test('of a framework that is gone warns of a second scheduler, and follows the builds that wait', async () => {
    const rule = polled(frameworkLost);
    await rule.look(1, world({ ...GONE, waiting: 1 }));
    await rule.look(2, world({ ...GONE, waiting: 1 }));
    expect(rule.said()).toEqual({
      headline: 'Jenkins is not registered with Mesos: no agent can start',
      over: 'Jenkins is registered with Mesos again after 0 s',
      fields: [
        'Framework: Jenkins Scheduler',
        MISSING_SINCE,
        'Scheduler: runs, as the plugin says',
        'Mesos: does not list it',
        'What it means: no agent can start; 1 build waits',
      ],
      notes: [
        "Jenkins' log says what its Mesos plugin met: a master it cannot reach, or a role, principal or secret that Mesos refuses. Do not save Jenkins' system configuration to try: with plugin 0.7 that starts a second scheduler beside one that runs. A restart of the controller registers anew.",
      ],
    });
    expect(await rule.look(3, world({ ...GONE, waiting: 4 }))).toEqual(['updated']);
    expect(rule.words().fields.at(-1)?.value.plain).toBe('no agent can start; 4 builds wait');
    await rule.look(9, world({ ...GONE, plugin: { onDemandRegistration: true } }));
    expect(rule.words().over.plain).toBe('Jenkins registers with Mesos on demand now, so nothing is missing');
  });
});
