// What each event adds to what is known of the controller's app.
import { describe, expect, test } from 'vitest';
import type { MarathonEvent } from '../../src/core/marathon-event.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { newLife, newWatch, planFor, type Watch, wasBefore } from '../../src/core/watch.js';
import { afterEvent } from '../../src/core/watch-events.js';
import { afterSnapshot } from '../../src/core/watch-snapshot.js';
import {
  deployment,
  failedCheck,
  health,
  NEW,
  OLD,
  sickKill,
  snapshotOf,
  status,
  V1,
  V2,
} from '../support/alert-scene.js';
import { anApp, aTask, NOW } from '../support/ci-service.js';

const known = (...events: MarathonEvent[]): Watch => events.reduce(afterEvent, newWatch('/jenkins'));
const RUNS = status('RUNNING', { at: NOW - HOUR });
const newRuns = (patch: Parameters<typeof status>[1] = {}) =>
  status('RUNNING', { taskId: NEW, host: '192.168.3.26', mesosAgentId: 'agent-26', ...patch });

describe('a life', () => {
  test('begins with the first word of its task, and is the controller once it runs', () => {
    const watch = known(status('STAGING', { at: NOW - HOUR - MINUTE }), RUNS);
    expect(watch.current).toBe(OLD);
    expect(watch.lives[OLD]).toEqual({
      taskId: OLD,
      firstSeenAt: NOW - HOUR - MINUTE,
      ranAt: NOW - HOUR,
      version: V1,
      host: '192.168.3.25',
      mesosAgentId: 'agent-25',
    });
  });

  test.each(['STAGING', 'STARTING', 'KILLING'])('that is %s is no controller', (name) => {
    expect(known(status(name)).current).toBeUndefined();
  });

  test.each(['FAILED', 'FINISHED', 'KILLED', 'ERROR'])('ends with TASK_%s, once', (name) => {
    const watch = known(RUNS, status(name), status('KILLED', { at: NOW + MINUTE }));
    expect(watch.lives[OLD]?.ended).toEqual({ at: NOW, status: `TASK_${name}` });
    expect(watch.current).toBeUndefined();
  });

  test('keeps the host and the agent that its end does not tell (1.4 and later)', () => {
    const watch = known(RUNS, status('FAILED', { host: 'unknown', mesosAgentId: '' }));
    expect(watch.lives[OLD]).toMatchObject({ host: '192.168.3.25', mesosAgentId: 'agent-25' });
  });

  test('that has ended is not brought back by an old frame', () => {
    const watch = known(RUNS, status('FAILED'), RUNS);
    expect(watch.current).toBeUndefined();
    expect(watch.lives[OLD]?.ended).toBeDefined();
  });

  test('leaves the controller to the one that runs beside it', () => {
    expect(known(RUNS, newRuns(), status('FAILED', { taskId: NEW })).current).toBe(OLD);
  });
});

describe('a lost life', () => {
  const LOST = status('UNREACHABLE');
  test.each(['UNREACHABLE', 'LOST', 'GONE', 'GONE_BY_OPERATOR', 'UNKNOWN', 'DROPPED'])('TASK_%s is no end', (name) => {
    const watch = known(RUNS, status(name));
    expect(watch.lives[OLD]).toMatchObject({ lost: { times: 1, at: NOW, returned: false } });
    expect(watch.lives[OLD]?.ended).toBeUndefined();
    expect(watch.current).toBeUndefined();
  });

  test('is lost once, however often that is said', () => {
    expect(known(RUNS, LOST, status('UNREACHABLE', { at: NOW + MINUTE })).lives[OLD]?.lost).toEqual({
      times: 1,
      at: NOW,
      returned: false,
    });
  });

  test('that a look saw first is lost once: its event tells of the same loss, also after its return', () => {
    const running = aTask({ id: OLD });
    const seenLost = afterSnapshot(
      known(RUNS),
      snapshotOf(anApp({ tasks: [{ ...running, state: 'TASK_UNREACHABLE' }] })),
    );
    expect(afterEvent(seenLost, RUNS).lives[OLD]?.lost).toMatchObject({ times: 1, returned: false });
    const back = afterSnapshot(seenLost, snapshotOf(anApp({ tasks: [running] })));
    const late = afterEvent(back, LOST);
    expect(late.lives[OLD]?.lost).toMatchObject({ times: 1, returned: true });
    expect(late.current).toBe(OLD);
    expect(afterEvent(late, LOST).lives[OLD]?.lost).toMatchObject({ times: 2, returned: false });
  });

  test('may come back and be lost again', () => {
    const watch = known(RUNS, LOST, status('RUNNING', { at: NOW + 1 }), status('UNREACHABLE', { at: NOW + 2 }));
    expect(watch.lives[OLD]?.lost).toEqual({ times: 2, at: NOW + 2, returned: false });
    expect(watch.lives[OLD]?.ranAt).toBe(NOW - HOUR);
  });

  test('that comes back stands aside while its replacement runs', () => {
    const watch = known(RUNS, LOST, newRuns(), RUNS);
    expect(watch.current).toBe(NEW);
    expect(afterEvent(watch, status('KILLED', { taskId: NEW })).current).toBe(OLD);
  });

  test.each<[string, MarathonEvent, boolean]>([
    [
      'is over when its instance is killed',
      { kind: 'instance', at: NOW, appId: '/jenkins', instanceId: 'jenkins.old', condition: 'Killed' },
      true,
    ],
    [
      'goes on when its instance changes otherwise',
      { kind: 'instance', at: NOW, appId: '/jenkins', instanceId: 'jenkins.old', condition: 'Unreachable' },
      false,
    ],
    ['is over when it ends as a stray', { kind: 'stray-ended', at: NOW, appId: '/jenkins', taskId: OLD }, true],
    [
      'goes on when another stray ends',
      { kind: 'stray-ended', at: NOW, appId: '/jenkins', taskId: 'jenkins.other' },
      false,
    ],
  ])('%s', (_what, event, isOver) => {
    expect(known(RUNS, LOST, event).lives[OLD]?.ended !== undefined).toBe(isOver);
    expect(known(RUNS, event).lives[OLD]?.ended).toBeUndefined();
  });
});

describe('health', () => {
  test('is kept with when the first check of this life succeeded', () => {
    const watch = known(RUNS, health(true), health(false, { at: NOW + 1 }), health(true, { at: NOW + 2 }));
    expect(watch.lives[OLD]).toMatchObject({ alive: true, aliveAt: NOW });
  });

  test('of a task that does not run yet is no first success', () => {
    expect(known(status('STAGING'), health(true)).lives[OLD]?.aliveAt).toBeUndefined();
  });

  test('of a task nobody knows is not made up', () => {
    expect(known(health(true), failedCheck()).lives).toEqual({});
  });

  test('events name the instance from 1.8 on, and mean its latest task', () => {
    const instance = 'jenkins.instance-11111111-2222-3333-4444-555555555555';
    const watch = known(
      status('RUNNING', { taskId: `${instance}._app.1` }),
      status('RUNNING', { taskId: `${instance}._app.10` }),
      status('RUNNING', { taskId: `${instance}._app.9` }),
      failedCheck({ taskId: instance }),
      sickKill('sick', { taskId: instance }),
    );
    expect(Object.values(watch.lives).map(({ killReason, failedCheckAt }) => [killReason, failedCheckAt])).toEqual([
      [undefined, undefined],
      ['sick', NOW],
      [undefined, undefined],
    ]);
  });

  test('a kill is kept even of a task nobody knew', () => {
    expect(known(sickKill('sick')).lives[OLD]).toEqual({ taskId: OLD, firstSeenAt: NOW, killReason: 'sick' });
  });
});

describe('a deployment', () => {
  const other = [{ action: 'StartApplication', appId: '/other' }];
  test('touches the app while a step of it names the app', () => {
    const begun = known(RUNS, deployment('begins'));
    expect(begun.plans['5cd987cd']).toMatchObject({
      actions: ['RestartApplication'],
      before: [OLD],
      touches: true,
      version: V2,
    });
    expect(afterEvent(begun, deployment('step-done')).plans['5cd987cd']).toMatchObject({ touches: false, overAt: NOW });
  });

  test('does not touch it before its step has come', () => {
    expect(known(RUNS, deployment('begins', { current: other })).plans['5cd987cd']).toMatchObject({ touches: false });
    expect(known(RUNS, deployment('begins', { current: other })).plans['5cd987cd']?.overAt).toBeUndefined();
  });

  test('goes on when a step of another app is done, or one of its own failed', () => {
    const begun = known(RUNS, deployment('begins'));
    expect(afterEvent(begun, deployment('step-done', { current: other })).plans['5cd987cd']?.touches).toBe(true);
    expect(afterEvent(begun, deployment('step-failed')).plans['5cd987cd']?.touches).toBe(true);
  });

  test.each(['succeeded', 'failed'] as const)('is over when it %s', (phase) => {
    const watch = known(RUNS, deployment('begins'), deployment(phase, { at: NOW + MINUTE, steps: [], current: [] }));
    expect(watch.plans['5cd987cd']).toMatchObject({ touches: false, overAt: NOW + MINUTE });
  });

  test('that never began has no end: it was refused', () => {
    expect(known(RUNS, deployment('failed', { steps: [], current: [] })).plans).toEqual({});
  });

  test.each([
    ['TASK_KILLED', 30 * SECOND, true],
    ['TASK_FINISHED', 30 * SECOND, true],
    ['TASK_KILLED', 30 * SECOND + 1, false],
    ['TASK_FAILED', 1, false],
  ])('explains a %s of what it stopped %i ms after its end: %s', (name, ms, explains) => {
    const watch = known(RUNS, deployment('begins'), deployment('succeeded'));
    const [life] = Object.values(watch.lives);
    expect(life && planFor(watch, life, name, NOW + ms) !== undefined).toBe(explains);
  });

  test('explains nothing of what it started once it is over', () => {
    const watch = known(RUNS, deployment('begins'), status('RUNNING', { taskId: NEW }), deployment('succeeded'));
    expect(planFor(watch, watch.lives[NEW] ?? newLife(NEW, NOW), 'TASK_FINISHED', NOW + SECOND)).toBeUndefined();
  });

  test('counts what it started and did not stay, with why', () => {
    const fails = (taskId: string) =>
      status('FAILED', { taskId, version: V2, message: 'Command exited with status 1' });
    const watch = known(RUNS, deployment('begins'), fails('jenkins.a'), fails('jenkins.b'), fails('jenkins.b'));
    expect(watch.plans['5cd987cd']).toMatchObject({ failures: 2, lastFailure: 'exit code 1', notes: [] });
  });

  test.each<[string, MarathonEvent[], string[]]>([
    ['nothing of a clean stop', [status('KILLED')], []],
    [
      'that it did not stop cleanly',
      [status('FAILED', { message: 'Command exited with status 143' })],
      ['The old controller did not stop cleanly: probably asked to stop from outside Marathon.'],
    ],
    [
      'that it was sick',
      [sickKill('<@U0ANA> `503`'), status('KILLED')],
      ["The old controller was failing its health check when it was stopped: `<@U0ANA> '503'`."],
    ],
  ])('notes of the one it stopped: %s', (_what, events, notes) => {
    expect(known(RUNS, deployment('begins'), ...events).plans['5cd987cd']?.notes).toEqual(notes);
  });

  test('that restarts the app finds every task older that runs an older version, also one it never heard of', () => {
    const plan = known(deployment('begins')).plans['5cd987cd'];
    if (plan === undefined) throw new Error('no plan');
    const life = { taskId: 'jenkins.unheard', firstSeenAt: NOW };
    expect(wasBefore(plan, { ...life, version: V1 })).toBe(true);
    expect(wasBefore(plan, { ...life, version: V2 })).toBe(false);
    expect(wasBefore(plan, life)).toBe(false);
    expect(wasBefore(plan, { ...life, stagedAt: NOW - 1 })).toBe(true);
    expect(wasBefore(plan, { ...life, stagedAt: NOW })).toBe(false);
    expect(wasBefore({ ...plan, actions: ['ScaleApplication'] }, { ...life, version: V1 })).toBe(false);
  });
});

test('an app that is deleted has no controller, and its lives stay known', () => {
  const watch = known(RUNS, { kind: 'app-deleted', at: NOW, appId: '/jenkins' });
  expect([watch.current, watch.app, Object.keys(watch.lives)]).toEqual([undefined, undefined, [OLD]]);
});

test('time is the newest that Marathon told', () => {
  expect(known(status('RUNNING', { at: NOW }), status('STAGING', { at: NOW - HOUR, taskId: NEW })).at).toBe(NOW);
});

test('a storm of restarts is forgotten from its beginning, what runs never', () => {
  const storm = Array.from({ length: 100 }, (_, at) => status('FAILED', { taskId: `jenkins.${at}`, at: NOW + at }));
  const watch = known(RUNS, ...storm);
  expect(Object.keys(watch.lives)).toHaveLength(40);
  expect(watch.lives[OLD]).toBeDefined();
  expect(watch.lives['jenkins.99']).toBeDefined();
});
