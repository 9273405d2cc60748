// What random histories found wrong (`test/soak/`), each as little as it takes: the gap between two looks, and what is known
// of the controller between them.
import { describe, expect, test } from 'vitest';
import type { App, Deployment } from '../../src/core/cluster.js';
import { compare } from '../../src/core/gap.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { newWatch, planFor, type Watch } from '../../src/core/watch.js';
import { afterEvent } from '../../src/core/watch-events.js';
import { afterSnapshot } from '../../src/core/watch-snapshot.js';
import { deployment, failure, NEW, nextTask, OLD, snapshotOf, status, V2 } from '../support/alert-scene.js';
import { aDeployment, anApp, aTask, NOW } from '../support/ci-service.js';

const look = (watch: Watch, app: App | undefined, deployments: Deployment[] = []): Watch =>
  afterSnapshot(watch, snapshotOf(app, { deployments }));
const HEALTHY = look(newWatch('/jenkins'), anApp());
/** Its end was told, and no other has run since. */
const DEAD = afterEvent(HEALTHY, status('FAILED'));
const goesOn = { deploymentIds: ['5cd987cd'] };

const gap = (before: Watch, app: App, deployments: Deployment[] = [], known: string[] = []) => {
  const snapshot = snapshotOf(app, { deployments });
  return compare(before, afterSnapshot(before, snapshot), snapshot, (taskId) => known.includes(taskId));
};

describe('a life that came and went between two looks', () => {
  const hidden = failure({ taskId: 'jenkins.between', at: NOW + SECOND });
  test('is news while none runs', () => {
    expect(gap(DEAD, anApp({ tasks: [], lastTaskFailure: hidden }))).toMatchObject({ case: 'B4', failure: hidden });
  });

  test('is news when its successor was heard of before the look', () => {
    const heard = afterEvent(DEAD, status('RUNNING', { taskId: NEW, at: NOW + MINUTE }));
    const found = gap(heard, anApp({ tasks: [nextTask()], lastTaskFailure: hidden }));
    expect(found).toMatchObject({ case: 'B4', failure: hidden });
  });

  test('is news although a frame from before its end has brought the one before back', () => {
    const found = gap(HEALTHY, anApp({ tasks: [], lastTaskFailure: hidden }), [], [OLD]);
    expect(found).toMatchObject({ case: 'B4', failure: hidden });
  });

  test('is named by its failure, not by the clock: events heard since tell later times', () => {
    const later = { ...DEAD, at: NOW + MINUTE };
    expect(gap(later, anApp({ tasks: [], lastTaskFailure: hidden }))).toMatchObject({ case: 'B4' });
  });
});

describe('what a deployment did is no end', () => {
  const plan = aDeployment();
  const under = look(HEALTHY, anApp(goesOn), [plan]);
  test('the new version fails, and the deployment goes on', () => {
    const failed = failure({ at: NOW + MINUTE });
    expect(gap(under, anApp({ ...goesOn, tasks: [nextTask()], lastTaskFailure: failed }), [plan]).case).toBe('B3');
  });

  test('one is killed without a record, and the deployment goes on', () => {
    expect(gap(under, anApp({ ...goesOn, tasks: [nextTask()] }), [plan]).case).toBe('B3');
  });

  test('it was killed for a check that failed before the deployment began', () => {
    const sick = failure({ at: NOW - MINUTE * 10, state: 'TASK_KILLED' });
    expect(gap(under, anApp({ ...goesOn, tasks: [], lastTaskFailure: sick }), [plan])).toEqual({ case: 'C2' });
  });

  test('it has ended, and the end of what it started has been told', () => {
    const seen = look(newWatch('/jenkins'), anApp({ lastConfigChangeAt: NOW - MINUTE }));
    const app = anApp({ tasks: [], lastConfigChangeAt: NOW, lastTaskFailure: failure({ taskId: NEW }) });
    expect(gap(seen, app, [], [NEW]).case).toBe('B3');
  });

  test('it has ended: of what it stopped and what it started, it is the latter that is gone', () => {
    const both = afterEvent(under, status('RUNNING', { taskId: NEW }));
    const why = failure({ taskId: NEW, at: NOW + MINUTE });
    const found = gap(both, anApp({ tasks: [], lastTaskFailure: why }));
    expect(found).toMatchObject({ case: 'C4', old: { taskId: NEW }, failure: why });
  });

  test('it began after an end that is decided late', () => {
    const begun = afterEvent(HEALTHY, deployment('begins', { version: V2 }));
    const [life] = Object.values(begun.lives);
    const explains = (at: number) => life && planFor(begun, life, 'TASK_FAILED', at) !== undefined;
    expect([explains(Date.parse(V2) - 1), explains(Date.parse(V2))]).toEqual([false, true]);
  });

  test('it is over when its app is no more', () => {
    const [over] = Object.values(look(under, undefined).plans);
    expect(over?.overAt).toBeDefined();
  });
});

describe('a loss', () => {
  test('is found although another runs already', () => {
    const lost = aTask({ id: OLD, state: 'TASK_LOST' });
    expect(gap(HEALTHY, anApp({ tasks: [lost, nextTask()] }))).toMatchObject({ case: 'C3', old: { taskId: OLD } });
  });

  test('ends with a kill that is no news once its replacement runs beside it', () => {
    const back = afterEvent(
      afterEvent(afterEvent(HEALTHY, status('UNREACHABLE')), status('RUNNING', { taskId: NEW })),
      status('RUNNING'),
    );
    const sick = failure({ state: 'TASK_KILLED' });
    expect(gap(back, anApp({ tasks: [nextTask()], lastTaskFailure: sick }))).toEqual({ case: 'A' });
  });
});

test('the one that runs is the controller until it is known to be gone, whoever else is heard to run', () => {
  const heard = afterEvent(HEALTHY, status('RUNNING', { taskId: NEW }));
  expect(heard.current).toBe(OLD);
  expect(look(heard, anApp({ tasks: [nextTask()] })).current).toBe(NEW);
});

test('what is listed as ended has ended: a late frame does not bring it back (1.8 and later)', () => {
  const ended = look(HEALTHY, anApp({ tasks: [aTask({ state: 'TASK_FAILED' })] }));
  expect(ended.lives[OLD]?.ended).toBeDefined();
  expect(afterEvent(ended, status('RUNNING')).current).toBeUndefined();
});
