// What the rule `controller-restarted` supposes, confirms, corrects and proves, where one event alone does not tell.
import { describe, expect, test } from 'vitest';
import type { What } from '../../src/core/decide.js';
import type { MarathonEvent } from '../../src/core/marathon-event.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { deployment, failedCheck, health, NO_APP, nextTask, seenSnapshot, status, V2 } from '../support/alert-scene.js';
import { aDeployment, anApp, aTask, NOW } from '../support/ci-service.js';
import { follow, HEALTHY, none, type Seen } from '../support/restart-history.js';

/** Before 1.1 nothing tells of a kill for health. */
const HEALTHY_0_15: Seen = [0, seenSnapshot(anApp(), { marathonVersion: '0.15.3' })];
const checkedByMesos = anApp({
  definition: { healthChecks: [{ protocol: 'MESOS_HTTP', intervalSeconds: 20, timeoutSeconds: 20 }] },
});
const HEALTHY_BY_MESOS: Seen = [0, seenSnapshot(checkedByMesos)];

describe('a kill for health that nothing tells of', () => {
  const FAILING: Seen[] = [
    [1, health(false)],
    [1.2, failedCheck()],
  ];
  test.each<[string, Seen, number]>([
    ['before 1.1', HEALTHY_0_15, 1.5],
    ['by checks that Mesos runs', HEALTHY_BY_MESOS, 1.5],
    ['up to the longest time between two checks and half a minute', HEALTHY_BY_MESOS, 1.2 + 70 / 60],
  ])('is supposed, %s', (_when, first, atMin) => {
    const { rule, news } = follow(first, ...FAILING, [atMin, status('KILLED')]);
    expect(news).toBe('- - - rang');
    expect(rule.words().headline.plain).toBe('Jenkins controller restarted: probably killed by its health check');
  });

  test.each<[string, Seen[]]>([
    ['when Marathon would have told', [HEALTHY, ...FAILING, [1.5, status('KILLED')]]],
    ['when the last failed check is too long ago', [HEALTHY_0_15, ...FAILING, [2.6, status('KILLED')]]],
    ['when it was healthy again', [HEALTHY_0_15, ...FAILING, [1.3, health(true)], [1.5, status('KILLED')]]],
    ['when no check has failed', [HEALTHY_0_15, [1, health(false)], [1.5, status('KILLED')]]],
  ])('is not supposed %s', (_when, history) => {
    const { kinds, news } = follow(...history);
    expect(news).not.toContain('rang');
    expect(kinds()).toEqual(['look']);
  });
});

describe('an end that a deployment nobody heard of may explain', () => {
  const DUE = 1 + 4 / 60;
  test.each([
    ['exited by itself with status 0', 'FINISHED'],
    ['killed outside a deployment, by hand or because its agent is being drained', 'KILLED'],
  ])('rings as "%s" when a look 3 s later finds none', (words, name) => {
    const { rule, news } = follow(HEALTHY, [1, status(name)], [DUE, none()]);
    expect(news).toBe('- - rang');
    expect(rule.words().headline.plain).toBe(`Jenkins controller restarted: ${words}`);
    expect(rule.incident().happenedAt).toBe(NOW + MINUTE);
  });

  test.each<[string, What]>([
    ['a deployment is under way', none({ deploymentIds: ['5cd987cd'] }, { deployments: [aDeployment()] })],
    ['the app has a newer version', none({ version: V2 })],
    ['the app was changed', none({ lastConfigChangeAt: NOW })],
    ['the app was scaled', none({ lastConfigChangeAt: 0, lastScalingAt: NOW })],
    ['the app is suspended', none({ instances: 0 })],
    ['the app is gone', NO_APP],
  ])('is settled when %s', (_why, what) => {
    const { rule, news } = follow(HEALTHY, [1, status('KILLED')], [DUE, what]);
    expect(news).toBe('- - -');
    expect(rule.signals()).toContainEqual({ kind: 'settle', identity: '/jenkins|jenkins.old|ended' });
  });

  test('is not decided by a look that was taken too early', () => {
    expect(follow(HEALTHY, [1, status('KILLED')], [1 + 2 / 60, none()]).news).toBe('- - -');
    expect(follow(HEALTHY, [1, status('KILLED')], [1 + 2 / 60, none()], [DUE, none()]).news).toBe('- - - rang');
  });

  test('asks for that look', () => {
    const { rule } = follow(HEALTHY, [1, status('FINISHED')]);
    expect(rule.signals()).toEqual([{ kind: 'look', afterMs: 3 * SECOND }]);
  });
});

describe('a guess', () => {
  const REPLACED: Seen[] = [HEALTHY, [5, seenSnapshot(anApp({ tasks: [nextTask()] }))]];
  test('is what a replacement seen only in snapshots is', () => {
    const { rule, news } = follow(...REPLACED);
    expect(news).toContain('rang');
    expect(rule.words().over.plain).toMatch(/cause not recorded/);
  });

  test.each([
    [
      'a crash',
      status('FAILED', { message: 'Command exited with status 3' }),
      { kind: 'exit-code', words: 'exit code 3' },
    ],
    ['a kill by hand', status('KILLED'), { kind: 'killed-outside', certain: true }],
  ])('is corrected by an event that comes late: %s', (_what, event, facts) => {
    const { rule } = follow(...REPLACED, [5.5, event]);
    expect(rule.incident().facts).toMatchObject(facts);
    expect(rule.incident().count).toBe(1);
    expect(rule.incident().timeline.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Marathon's event tells why: /),
    );
  });

  test('is corrected once', () => {
    const { news } = follow(...REPLACED, [5.5, status('FAILED')], [6, status('FAILED')]);
    expect(news).toMatch(/ updated -$/);
  });

  test('that a deployment explains keeps its words, and says so in the timeline', () => {
    const { rule } = follow(...REPLACED, [5.1, deployment('begins')], [5.2, status('KILLED')]);
    expect(rule.incident().timeline.at(-1)?.text).toBe("Marathon's event tells why: a deployment asked for it");
  });

  test('is none when the event came first: the look behind it adds nothing', () => {
    const { news, rule } = follow(HEALTHY, [1, status('FAILED')], [5, seenSnapshot(anApp({ tasks: [nextTask()] }))]);
    expect(news).toMatch(/^- rang /);
    expect(rule.incident().count).toBe(1);
  });
});

describe('recovery', () => {
  const DIED: Seen[] = [HEALTHY, [0.5, status('FAILED')]];
  const up = (patch: Parameters<typeof nextTask>[0] = {}, app: Parameters<typeof anApp>[0] = {}) =>
    seenSnapshot(anApp({ tasks: [nextTask(patch)], ...app }));

  test.each<[string, What, boolean]>([
    ['by a check that succeeded after the start', up(), true],
    ['not by a task that has not been checked', up({ health: 'unknown', lastSuccessAt: undefined }), false],
    [
      'not by the health record of the life before, which 1.8 and later keep',
      up({ startedAt: NOW + 2 * MINUTE, lastSuccessAt: NOW + MINUTE }),
      false,
    ],
    ['not by a task that fails its check', up({ health: 'unhealthy' }), false],
    ['not by a task that is being started', up({ state: 'TASK_STAGING' }), false],
    ['not by the app without a task', none(), false],
  ])('is proven %s', (_how, what, isProven) => {
    const { rule } = follow(...DIED, [3, what]);
    expect(rule.incident().resolvedAt !== undefined).toBe(isProven);
  });

  test('without checks is a minute of running', () => {
    const bare = up({ health: 'unknown', lastSuccessAt: undefined }, { hasHealthChecks: false });
    const first: Seen = [0, seenSnapshot(anApp({ hasHealthChecks: false }))];
    const { rule, news } = follow(first, [0.5, status('FAILED')], [2, bare], [2.9, bare], [3, bare]);
    expect(news).toBe('- rang updated - over');
    expect(rule.incident().timeline.at(-1)?.text).toBe('has run for a minute on 192.168.3.26:31052');
    expect(rule.incident()).toMatchObject({ happenedAt: NOW + MINUTE / 2, overAt: NOW + 2 * MINUTE });
  });

  test('of a lost task that comes back is proven like any other', () => {
    const back = seenSnapshot(anApp({ tasks: [aTask({ lastSuccessAt: NOW + 4 * MINUTE })] }));
    const { rule } = follow(HEALTHY, [1, status('UNREACHABLE')], [4, status('RUNNING')], [5, back]);
    expect(rule.words().over.plain).toBe(
      'Jenkins controller is back after 3 min: the same task came back with its agent',
    );
  });

  test('says how long it was down by the clock of who reported both', () => {
    const { rule } = follow(...DIED, [9, up()]);
    expect(rule.incident()).toMatchObject({ happenedAt: NOW + MINUTE / 2, overAt: NOW + 2 * MINUTE });
    expect(rule.words().over.plain).toBe('Jenkins controller is back after 1 min 30 s: it had ended (cause not known)');
  });

  test.each([
    ['an event about its health', health(true), true],
    ['an event that it is sick', health(false), false],
    [
      'a new leader of the Mesos master',
      { kind: 'scheduler', at: NOW, what: 'reregistered' } satisfies MarathonEvent,
      true,
    ],
    ['a deployment', deployment('begins'), true],
    ['a failed check', failedCheck(), false],
  ])('is looked for after %s: %s', (_what, event, isLookedFor) => {
    expect(follow(HEALTHY, [1, event]).kinds()).toEqual(isLookedFor ? ['look'] : []);
  });
});
