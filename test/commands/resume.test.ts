import { describe, expect, test } from 'vitest';
import { resume } from '../../src/commands/resume.js';
import type { AppChange } from '../../src/core/app-change.js';
import type { App, JsonObject, Marathon } from '../../src/core/cluster.js';
import { UserError } from '../../src/core/errors.js';
import { MINUTE } from '../../src/core/time.js';
import { appWith, driven, NEWER, NEWEST, refusalOf } from '../support/app-changes.js';
import { anApp, aTask, NOW } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const { command, typed, plan } = driven(resume);

const nowhere: FakeCalls['jenkins'] = {
  pulse: async () => ({ state: 'unreachable', session: undefined, version: undefined, detail: 'no task runs' }),
};
const suspended = appWith({ instances: 0 }, { instances: 0, tasks: [] });

/** A suspended app, and what its earlier versions were. */
const stopped = (earlier: JsonObject[] = [{}], app: App | undefined = suspended): FakeCalls => ({
  jenkins: nowhere,
  mesos: { frameworks: async () => [] },
  marathon: {
    app: async () => app,
    versions: async () => [anApp().version, ...earlier.map((_, at) => `2015-05-2${at}T08:00:00.000Z`)].sort().reverse(),
    appVersion: async (_id, version) => appWith(earlier[Number(version.slice(9, 10))] ?? {}).definition,
  },
});

test('nothing is typed with it', () => {
  expect(typed('resume')).toEqual({});
  expect(() => typed('resume now')).toThrow(UserError);
});

describe('its plan', () => {
  test('says what happens, whole', async () => {
    const view = command.planView(await plan(stopped()), asked());
    expect(linesOf(view)).toEqual([
      ':arrow_forward: Resume /jenkins: 1 instance again, so a controller starts.',
      'It is a new one: it begins with what git has, and builds and build numbers of the one before are gone.',
      '(Version now: `2015-05-28T08:00:00.000Z`)',
    ]);
    expect(view.text).toBe(
      'Resume /jenkins: 1 instance again, so a controller starts. It is a new one: it begins with what git has, and builds and build numbers of the one before are gone.',
    );
  });

  test('of an app that is not suspended is nothing to do', async () => {
    const found = await plan<AppChange>();
    expect(command.empty(found, {})).toBe(true);
    expect(command.planView(found, asked()).text).toBe(
      '/jenkins is not suspended: Marathon runs 1 instance of it. where says where.',
    );
  });

  test('asks of the last version that ran any', async () => {
    expect(await refusalOf(plan(stopped([{ instances: 1 }, { instances: 2 }, { instances: 0 }])))).toEqual([
      '`/jenkins` had 2 instances before it was suspended: each is a Jenkins controller of its own, and they overwrite each other in git. Nothing was changed.',
      '`deploy` starts what the manifest says.',
    ]);
    expect(await plan(stopped([{ instances: 2 }, { instances: 1 }]))).toMatchObject({ instances: 0 });
  });

  test('is made also when Marathon keeps no earlier version', async () => {
    expect(await plan(stopped([]))).toMatchObject({ instances: 0, missing: [] });
  });

  test('is refused without an app', async () => {
    expect((await refusalOf(plan({ marathon: { app: async () => undefined } })))[0]).toBe(
      'Marathon has no app `/jenkins`.',
    );
  });

  test('is void when the version is another', async () => {
    const other = appWith({ instances: 0 }, { instances: 0, tasks: [], version: NEWER });
    expect(command.boundTo(await plan(stopped([], other)))).not.toBe(command.boundTo(await plan(stopped([]))));
  });
});

test('the write is a PUT of 1 instance', async () => {
  const sent: [string, number][] = [];
  const setInstances: Marathon['setInstances'] = async (appId, instances) => {
    sent.push([appId, instances]);
    return { deploymentId: '5cd9' };
  };
  const answer = await command.apply(
    await plan(stopped()),
    fakePorts({ marathon: { app: async () => suspended, setInstances } }),
    asked(),
  );
  expect([answer, sent]).toEqual([{ deploymentId: '5cd9', version: null }, [['/jenkins', 1]]]);
});

const started = (patch: Partial<App> = {}): App => anApp({ version: NEWER, tasks: [], ...patch });

describe('read back', () => {
  test.each<[string, App | undefined, 'yes' | 'no' | 'overtaken']>([
    ['the version of the plan', suspended, 'no'],
    ['a newer version with 1 instance', started({ deploymentIds: ['5cd9'] }), 'yes'],
    ['a newer version with 2', started({ instances: 2 }), 'overtaken'],
    ['no app any more', undefined, 'overtaken'],
  ])('%s', async (_what, app, seen) => {
    const ports = fakePorts({ marathon: { app: async () => app } });
    expect(await command.arrived(await plan(stopped()), ports, asked())).toBe(seen);
  });
});

describe('followed', () => {
  const look = async (app: App | undefined) =>
    command.follow(
      await plan(stopped()),
      fakePorts({ marathon: { app: async () => app }, mesos: { frameworks: async () => [] } }),
      asked(),
      NOW,
    );

  test('until the controller is really up', async () => {
    expect(await look(started({ tasks: [aTask({ version: NEWER, startedAt: NOW - MINUTE })] }))).toEqual({
      state: 'done',
      line: `It runs on 192.168.3.25:31052, version ${NEWER}.`,
    });
    expect(await look(started())).toMatchObject({ state: 'going', detail: 'waiting for a new task' });
  });

  test('no longer when it was suspended again, or deleted', async () => {
    expect(await look({ ...suspended, version: NEWEST })).toMatchObject({ state: 'failed' });
    expect(await look(undefined)).toMatchObject({ state: 'failed', line: 'the app has been deleted meanwhile.' });
  });
});

test.each<[string, App, string]>([
  [
    'it goes back',
    started({ deploymentIds: ['5cd9'] }),
    'Marathon is going back to 0 instances (deployment `77aa`); no controller runs then.',
  ],
  ['too late', started(), 'Its deployment had already ended, so the controller stays.'],
  [
    'twice',
    { ...suspended, version: NEWEST },
    `The app had already been rolled back or changed again; that was left alone, and version ${NEWEST} is there now.`,
  ],
])('cancelled: %s', async (_what, app, words) => {
  const marathon = { app: async () => app, cancelDeployment: async () => ({ deploymentId: '77aa' }) };
  expect(await command.cancel(await plan(stopped()), fakePorts({ marathon }), asked())).toBe(words);
});

test('its titles, its button, its patience: it waits for no builds', async () => {
  const found = await plan<AppChange>(stopped());
  const outcomes = ['going', 'done', 'failed', 'cancelled', 'lost'] as const;
  expect(outcomes.map((outcome) => command.title(found, outcome))).toEqual([
    'Resuming /jenkins',
    'Resumed /jenkins',
    'Resumption of /jenkins failed',
    'Resumption of /jenkins cancelled',
    'Lost sight of the resumption of /jenkins',
  ]);
  expect([command.verb, command.deadlineMs(found), command.waitMs({}), command.empty(found, {})]).toEqual([
    'Resume',
    13 * MINUTE,
    0,
    false,
  ]);
});
