// What happened while nobody listened: contract marathon §10, case by case.
import { describe, expect, test } from 'vitest';
import type { App } from '../../src/core/cluster.js';
import { compare, type Gap, wasChanged } from '../../src/core/gap.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { newWatch, type Watch } from '../../src/core/watch.js';
import { afterEvent } from '../../src/core/watch-events.js';
import { afterSnapshot } from '../../src/core/watch-snapshot.js';
import { failure, NEW, nextTask, OLD, snapshotOf, status, V1, V2 } from '../support/alert-scene.js';
import { aDeployment, anApp, aTask, NOW } from '../support/ci-service.js';

const seen = (app: App | undefined): Watch => afterSnapshot(newWatch('/jenkins'), snapshotOf(app));
const HEALTHY = seen(anApp());

interface Then {
  before?: Watch;
  deploying?: boolean;
  known?: readonly string[];
}

function gapTo(app: App | undefined, { before = HEALTHY, deploying = false, known = [] }: Then = {}): Gap {
  const snapshot = snapshotOf(app, { deployments: deploying ? [aDeployment()] : [] });
  return compare(before, afterSnapshot(before, snapshot), snapshot, (taskId) => known.includes(taskId));
}

/** The case, and what it tells beside the life that was there. */
function told(gap: Gap): unknown[] {
  const { case: name, ...rest } = gap;
  const { old, failure: why, ...more } = { old: undefined, failure: undefined, ...rest };
  return [name, old?.taskId, why?.taskId, ...Object.values(more)].filter((one) => one !== undefined);
}

const next = (patch: Partial<App> = {}, task: Parameters<typeof nextTask>[0] = {}) =>
  anApp({ tasks: [nextTask(task)], ...patch });
const gone = (patch: Partial<App> = {}) => anApp({ tasks: [], ...patch });
const redeployed: Partial<App> = { version: V2, tasks: [nextTask({ version: V2 })] };
const [I1, I2, I4] = [1, 2, 4].map((n) => `jenkins.instance-11111111-2222-3333-4444-555555555555._app.${n}`) as [
  string,
  string,
  string,
];
const instance1 = seen(anApp({ tasks: [aTask({ id: I1 })] }));
const unchanged = { lastConfigChangeAt: NOW - HOUR, lastScalingAt: NOW - HOUR };
const changedBefore = seen(anApp(unchanged));
/** Of the two frames only the second arrived. */
const overtaken = afterEvent(HEALTHY, status('RUNNING', { taskId: NEW, at: NOW + MINUTE }));
const lostThenReplaced = afterEvent(
  afterEvent(HEALTHY, status('UNREACHABLE')),
  status('RUNNING', { taskId: NEW, at: NOW + MINUTE }),
);

describe('a task runs', () => {
  const table: [name: string, what: string, app: App, expected: unknown[], then?: Then][] = [
    ['A', 'the same', anApp(), ['A']],
    ['A', 'the first one that is seen', anApp(), ['A'], { before: newWatch('/jenkins') }],
    ['A2', 'the original again, its replacement is gone', anApp(), ['A2', NEW], { before: lostThenReplaced }],
    [
      'B1',
      'one that was heard to run, without a word of the end before',
      next({ lastTaskFailure: failure() }),
      ['B1', OLD, OLD, false],
      { before: overtaken },
    ],
    ['B5', 'one that was heard to run, and nobody kept why', next(), ['B5', OLD], { before: overtaken }],
    ['B3', 'one of a newer version that was heard to run', next(redeployed), ['B3', OLD], { before: overtaken }],
    ['B1', 'another, and Marathon kept why', next({ lastTaskFailure: failure() }), ['B1', OLD, OLD, false]],
    [
      'B1',
      'another of a newer version: crashed, then redeployed',
      next({ lastTaskFailure: failure({ at: NOW - MINUTE }), ...redeployed }),
      ['B1', OLD, OLD, true],
    ],
    [
      'B3',
      'another of a newer version, and the failure belongs to its deployment',
      next({ lastTaskFailure: failure({ at: NOW + 1 }), ...redeployed }),
      ['B3', OLD],
    ],
    ['B2', 'the next launch of its instance', next({}, { id: I2 }), ['B2', I1, 1], { before: instance1 }],
    [
      'B2',
      'a later launch of its instance, and Marathon kept why the last ended',
      next({ lastTaskFailure: failure({ taskId: I2 }) }, { id: I4 }),
      ['B2', I1, I2, 3],
      { before: instance1 },
    ],
    [
      'B2',
      'a later launch, and the failure is of another instance',
      next({ lastTaskFailure: failure() }, { id: I4 }),
      ['B2', I1, 3],
      { before: instance1 },
    ],
    ['B3', 'another of a newer version', next(redeployed), ['B3', OLD]],
    ['B3', 'another of the same version, on 0.8 where the app alone is newer', next({ version: V2 }), ['B3', OLD]],
    ['B3', 'another after a change', next({ lastConfigChangeAt: NOW }), ['B3', OLD], { before: changedBefore }],
    ['B3', 'another after scaling', next({ ...unchanged, lastScalingAt: NOW }), ['B3', OLD], { before: changedBefore }],
    [
      'B4',
      'another, and one nobody saw failed in between',
      next({ lastTaskFailure: failure({ taskId: 'jenkins.between' }) }),
      ['B4', OLD, 'jenkins.between'],
    ],
    [
      'B4',
      'one, after the end of the one before was told and another nobody saw failed',
      next({ lastTaskFailure: failure({ taskId: 'jenkins.between', at: NOW + 1 }) }),
      ['B4', 'jenkins.between'],
      { before: afterEvent(HEALTHY, status('FAILED')) },
    ],
    ['B5', 'another, and nobody knows why', next(unchanged), ['B5', OLD], { before: changedBefore }],
    [
      'B5',
      'another, and the failure between them has been told',
      next({ lastTaskFailure: failure({ taskId: 'jenkins.between' }) }),
      ['B5', OLD],
      { known: ['jenkins.between'] },
    ],
    [
      'B5',
      'another, and the failure was there at the last look',
      next({ lastTaskFailure: failure({ taskId: 'jenkins.long-ago' }) }),
      ['B5', OLD],
      { before: seen(anApp({ lastTaskFailure: failure({ taskId: 'jenkins.long-ago' }) })) },
    ],
    [
      'A',
      'one, after an end that was told, while a deployment brings it',
      next({ lastTaskFailure: failure({ taskId: 'jenkins.between', at: NOW + 1 }), deploymentIds: ['5cd987cd'] }),
      ['A'],
      { before: afterEvent(HEALTHY, status('FAILED')) },
    ],
  ];
  test.each(table)('%s: %s', (_name, _what, app, expected, then) => {
    expect(told(gapTo(app, then))).toEqual(expected);
  });
});

describe('none runs', () => {
  const table: [name: string, what: string, app: App | undefined, expected: unknown[], then?: Then][] = [
    ['C1', 'the app is set to 0 instances', gone({ instances: 0 }), ['C1', OLD]],
    [
      'C1',
      'it is suspended, and the failure is no news',
      gone({ instances: 0, lastTaskFailure: failure() }),
      ['C1', OLD],
    ],
    ['C2', 'a deployment is at it', gone({ deploymentIds: ['5cd987cd'] }), ['C2'], { deploying: true }],
    [
      'C2',
      'the deployment itself ended it',
      gone({ deploymentIds: ['5cd987cd'], lastTaskFailure: failure() }),
      ['C2'],
      { deploying: true },
    ],
    [
      'C4',
      'it had crashed before the deployment began',
      gone({ deploymentIds: ['5cd987cd'], lastTaskFailure: failure({ at: NOW - 3 * MINUTE }) }),
      ['C4', OLD, OLD],
      { deploying: true },
    ],
    ['C3', 'its agent is unreachable', anApp({ tasks: [aTask({ state: 'TASK_UNREACHABLE' })] }), ['C3', OLD]],
    ['C3', 'its agent is lost', anApp({ tasks: [aTask({ state: 'TASK_LOST' })] }), ['C3', OLD]],
    ['C4', 'it is down, and Marathon kept why', gone({ lastTaskFailure: failure() }), ['C4', OLD, OLD]],
    ['C4', 'it is down, and nobody knows why', gone(), ['C4', OLD]],
    [
      'C4',
      'it is down, and the failure is of another',
      gone({ lastTaskFailure: failure({ taskId: NEW }) }),
      ['C4', OLD],
    ],
    ['A', 'none did before', gone(), ['A'], { before: seen(gone()) }],
    ['D', 'the app is gone', undefined, ['D', OLD]],
    ['D', 'the app was gone', undefined, ['D'], { before: seen(undefined) }],
  ];
  test.each(table)('%s: %s', (_name, _what, app, expected, then) => {
    expect(told(gapTo(app, then))).toEqual(expected);
  });
});

test.each<[string, Partial<App>, Partial<App>, boolean]>([
  ['nothing', unchanged, unchanged, false],
  ['a change', unchanged, { ...unchanged, lastConfigChangeAt: NOW }, true],
  ['scaling', unchanged, { ...unchanged, lastScalingAt: NOW }, true],
  ['a newer version, before 0.11', { version: V1 }, { version: V2 }, true],
  ['an older version, before 0.11', { version: V2 }, { version: V1 }, false],
  ['a version alone, when Marathon tells of changes', unchanged, { ...unchanged, version: V2 }, false],
])('somebody changed the app: %s', (_what, before, now, isChange) => {
  expect(wasChanged(seen(anApp(before)), anApp(now))).toBe(isChange);
});

test('nobody changed an app that was not known', () => {
  expect(wasChanged(newWatch('/jenkins'), anApp({ version: V2 }))).toBe(false);
});
