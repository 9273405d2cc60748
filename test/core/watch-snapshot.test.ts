// What a snapshot adds to what is known of the controller's app.
import { describe, expect, test } from 'vitest';
import type { AppSnapshot, Deployment } from '../../src/core/cluster.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { newWatch, type Watch } from '../../src/core/watch.js';
import { afterEvent } from '../../src/core/watch-events.js';
import { afterSnapshot } from '../../src/core/watch-snapshot.js';
import { deployment, failure, NEW, nextTask, OLD, snapshotOf, status, V1, V2 } from '../support/alert-scene.js';
import { aDeployment, anApp, aTask, NOW } from '../support/ci-service.js';

const known = (...snapshots: AppSnapshot[]): Watch => snapshots.reduce(afterSnapshot, newWatch('/jenkins'));
const app = (patch: Parameters<typeof anApp>[0] = {}, ...deployments: Deployment[]) =>
  snapshotOf(anApp(patch), { deployments });
const HEALTHY = app();

describe('the first look', () => {
  test('knows what runs, with what Marathon says of it', () => {
    const watch = known(HEALTHY);
    expect(watch).toMatchObject({ baseline: true, current: OLD, plans: {} });
    expect(watch.lives).toEqual({
      [OLD]: {
        taskId: OLD,
        firstSeenAt: NOW - 2 * HOUR,
        stagedAt: NOW - 2 * HOUR,
        ranAt: NOW - 2 * HOUR,
        version: V1,
        host: '192.168.3.25',
        mesosAgentId: 'agent-25',
      },
    });
  });

  test('knows the app', () => {
    const labels = { BELLBOARD_JOB: 'd-ana-go' };
    expect(known(app({ labels, lastTaskFailure: failure(), lastConfigChangeAt: 1, lastScalingAt: 2 })).app).toEqual({
      version: V1,
      instances: 1,
      lastConfigChangeAt: 1,
      lastScalingAt: 2,
      failedTaskId: OLD,
      failedAt: NOW,
      job: 'd-ana-go',
      marathonVersion: '1.5.15',
      hasHealthChecks: true,
      healthGraceMs: 5 * MINUTE,
      checkMs: 40_000,
      tellsKills: true,
    });
  });

  test.each<[string, AppSnapshot[], string | undefined]>([
    ['the one under way that leaves no label', [HEALTHY, { ...app({ version: V2 }), ours: 'd-lee-go' }], 'd-lee-go'],
    [
      'that one also after its end, as long as its version stands, whatever the label says',
      [
        { ...app({ version: V2, labels: { BELLBOARD_JOB: 'd-ana-go' } }), ours: 'd-lee-go' },
        app({ version: V2, labels: { BELLBOARD_JOB: 'd-ana-go' } }),
      ],
      'd-lee-go',
    ],
    ['none after the next version', [{ ...app({ version: V1 }), ours: 'd-lee-go' }, app({ version: V2 })], undefined],
  ])('knows which change of ours made its version: %s', (_which, snapshots, job) => {
    expect(known(...snapshots).app?.job).toBe(job);
  });

  test('of an app that does not exist is a look all the same', () => {
    expect(known(snapshotOf(undefined))).toEqual({ ...newWatch('/jenkins'), baseline: true });
  });
});

test.each([
  ['0.15.3', 'HTTP', false],
  ['1.1.0', 'HTTP', true],
  ['1.0.9', 'HTTP', false],
  ['1.5.15', 'MESOS_HTTP', false],
  ['1.5.15', 'COMMAND', true],
])('Marathon %s tells when it kills for a check by %s: %s', (marathonVersion, protocol, tells) => {
  const definition = { healthChecks: [{ protocol }] };
  expect(known(snapshotOf(anApp({ definition }), { marathonVersion })).app?.tellsKills).toBe(tells);
});

describe('a task', () => {
  test('that ran and is listed no more has ended, without anybody knowing how', () => {
    const watch = known(HEALTHY, app({ tasks: [] }));
    expect(watch.current).toBeUndefined();
    expect(watch.lives[OLD]?.ended).toMatchObject({ status: 'gone' });
  });

  test('that never ran and is listed no more is not said to have ended', () => {
    const watch = known(
      app({ tasks: [nextTask({ state: 'TASK_STAGING', startedAt: undefined })] }),
      app({ tasks: [] }),
    );
    expect(watch.lives[NEW]?.ended).toBeUndefined();
  });

  test('that is listed as unreachable is lost, and was running', () => {
    const watch = known(HEALTHY, app({ tasks: [aTask({ state: 'TASK_UNREACHABLE' })] }));
    expect(watch.lives[OLD]?.lost).toMatchObject({ times: 1, returned: false });
    expect(watch.current).toBeUndefined();
    expect(known(app({ tasks: [aTask({ state: 'TASK_UNREACHABLE' })] })).lives[OLD]?.ranAt).toBe(NOW - 2 * HOUR);
  });

  test('that was lost and runs has returned', () => {
    const watch = known(HEALTHY, app({ tasks: [aTask({ state: 'TASK_LOST' })] }), HEALTHY);
    expect(watch.lives[OLD]?.lost).toMatchObject({ times: 1, returned: true });
    expect(watch.current).toBe(OLD);
  });

  test('that stays the controller is not replaced by one beside it', () => {
    expect(known(HEALTHY, app({ tasks: [nextTask(), aTask()] })).current).toBe(OLD);
    expect(known(HEALTHY, app({ tasks: [nextTask()] })).current).toBe(NEW);
  });

  test('whose end was heard is not the controller again in a snapshot taken before it', () => {
    const ended = afterEvent(known(HEALTHY), status('FAILED'));
    expect(afterSnapshot(ended, HEALTHY).current).toBeUndefined();
  });
});

describe('a deployment', () => {
  test('that is under way touches the app, and knows what was there before it', () => {
    const watch = known(app({ tasks: [aTask(), nextTask()] }, aDeployment()));
    expect(watch.plans['5cd987cd']).toMatchObject({
      actions: ['RestartApplication'],
      before: [OLD],
      touches: true,
    });
  });

  test('that has no step yet touches it', () => {
    expect(known(app({}, aDeployment({ currentActions: [] }))).plans['5cd987cd']?.touches).toBe(true);
  });

  test('that works on another app first does not touch it yet', () => {
    const currentActions = [{ action: 'StartApplication', app: '/other' }];
    expect(known(app({}, aDeployment({ currentActions }))).plans['5cd987cd']?.touches).toBe(false);
  });

  test('of other apps is not known', () => {
    expect(known(app({}, aDeployment({ affectedApps: ['/other'] }))).plans).toEqual({});
  });

  test('that is listed no more is over', () => {
    const watch = known(app({}, aDeployment()), HEALTHY);
    expect(watch.plans['5cd987cd']).toMatchObject({ touches: false });
    expect(watch.plans['5cd987cd']?.overAt).toBeDefined();
  });

  test('keeps what events told of it', () => {
    const heard = afterEvent(
      afterEvent(known(HEALTHY), deployment('begins')),
      status('FAILED', { taskId: NEW, version: V2 }),
    );
    const currentActions = [{ action: 'ScaleApplication', app: '/jenkins' }];
    expect(afterSnapshot(heard, app({}, aDeployment({ currentActions }))).plans['5cd987cd']).toMatchObject({
      actions: ['RestartApplication', 'ScaleApplication'],
      failures: 1,
    });
  });
});

test('an app that is gone has no controller, and its lives stay known', () => {
  const watch = known(HEALTHY, snapshotOf(undefined));
  expect([watch.current, watch.app, Object.keys(watch.lives)]).toEqual([undefined, undefined, [OLD]]);
});
