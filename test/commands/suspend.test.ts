import { describe, expect, test } from 'vitest';
import { suspend } from '../../src/commands/suspend.js';
import type { AppChange } from '../../src/core/app-change.js';
import type { App, Marathon } from '../../src/core/cluster.js';
import type { Progress } from '../../src/core/command.js';
import { UserError } from '../../src/core/errors.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { appWith, driven, NEWER, NEWEST, refusalOf } from '../support/app-changes.js';
import { aDeployment, aLoadOf, anApp, aTask, NOW, SAVED } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const { command, typed, plan } = driven(suspend);
const viewOf = async (calls: FakeCalls = {}, text = 'suspend') => command.planView(await plan(calls, text), asked());

const COSTS = [
  '*No CI until `resume`*: nothing builds, nothing is queued, and what would trigger a build meanwhile is lost.',
  'Builds, build numbers and the queue of this controller are gone afterwards.',
  'Alerts about the controller stay quiet until then.',
];

/** As Marathon answers it once the write has arrived. */
const stopped = (patch: Partial<App> = {}): App =>
  appWith({ instances: 0 }, { version: NEWER, instances: 0, tasks: [], ...patch });

describe('what is typed', () => {
  test.each([
    ['suspend', { waitMs: 30 * MINUTE }],
    ['suspend --wait 2h', { waitMs: 120 * MINUTE }],
    ['suspend --now', { waitMs: 0 }],
  ])('%s', (text, args) => {
    expect(typed(text)).toEqual(args);
  });

  test('waiting and not waiting exclude each other', () => {
    expect(() => typed('suspend --now --wait 5m')).toThrow(UserError);
  });
});

describe('its plan', () => {
  test('says what it means, whole', async () => {
    const view = await viewOf();
    expect(linesOf(view)).toEqual([
      ':double_vertical_bar: Suspend /jenkins: the controller on 192.168.3.25:31052 is stopped, and none is started any more.',
      ...COSTS,
    ]);
    expect(view.text).toBe(
      'Suspend /jenkins: the controller on 192.168.3.25:31052 is stopped, and none is started any more. No CI until resume: nothing builds, nothing is queued, and what would trigger a build meanwhile is lost. Builds, build numbers and the queue of this controller are gone afterwards. Alerts about the controller stay quiet until then.',
    );
  });

  test('names what will be lost', async () => {
    const jenkins = {
      executors: async () => aLoadOf(['app']),
      scmSync: async () => ({ ...SAVED, unpushedCommits: 2 }),
    };
    expect(linesOf(await viewOf({ jenkins })).slice(1)).toEqual([
      '1 build running: app. Jenkins is told to quiet down, and the suspension waits for them, at most 30 min.',
      ':warning: Not everything is saved in git (commits: 2 not pushed); what is not saved is lost with the controller.',
      ...COSTS,
    ]);
  });

  test('of a controller that is down anyway says that none is started', async () => {
    expect(linesOf(await viewOf({ marathon: { app: async () => anApp({ tasks: [] }) } }))[0]).toBe(
      ':double_vertical_bar: Suspend /jenkins: no controller runs now, and none is started any more.',
    );
  });

  test('of a suspended app is nothing to do', async () => {
    const found = await plan<AppChange>({ marathon: { app: async () => stopped() } });
    expect(command.empty(found, {})).toBe(true);
    expect(command.planView(found, asked()).text).toBe('/jenkins is suspended already: 0 instances. resume starts it.');
  });

  test('is refused while a deployment holds the app, and without an app', async () => {
    const locked = {
      app: async () => anApp({ deploymentIds: ['5cd987cd'] }),
      deployments: async () => [aDeployment()],
    };
    expect((await refusalOf(plan({ marathon: locked })))[0]).toMatch(/is locked by deployment `5cd987cd`/);
    expect(await refusalOf(plan({ marathon: { app: async () => undefined } }))).toEqual([
      'Marathon has no app `/jenkins`.',
      '`deploy` would create it.',
    ]);
  });

  test('is void when the version or an option is another', async () => {
    const bound = command.boundTo(await plan());
    expect(command.boundTo(await plan({ marathon: { app: async () => anApp({ version: NEWER }) } }))).not.toBe(bound);
    expect(command.boundTo(await plan({}, 'suspend --now'))).not.toBe(bound);
    expect(command.boundTo(await plan({ jenkins: { executors: async () => aLoadOf(['app']) } }))).toBe(bound);
  });
});

test('the write is a PUT of 0 instances', async () => {
  const sent: [string, number][] = [];
  const setInstances: Marathon['setInstances'] = async (appId, instances) => {
    sent.push([appId, instances]);
    return { deploymentId: '5cd9' };
  };
  const answer = await command.apply(await plan(), fakePorts({ marathon: { setInstances } }), asked());
  expect([answer, sent]).toEqual([{ deploymentId: '5cd9', version: null }, [['/jenkins', 0]]]);
});

describe('read back', () => {
  test.each<[string, App | undefined, 'yes' | 'no' | 'overtaken']>([
    ['the version of the plan', anApp(), 'no'],
    ['a newer version with 0 instances', stopped({ deploymentIds: ['5cd9'] }), 'yes'],
    ['a newer version that still runs', anApp({ version: NEWER }), 'overtaken'],
    ['no app any more', undefined, 'overtaken'],
  ])('%s', async (_what, app, seen) => {
    expect(await command.arrived(await plan(), fakePorts({ marathon: { app: async () => app } }), asked())).toBe(seen);
  });
});

describe('followed', () => {
  const left = 'The app is set to 0 instances, and Marathon goes on trying.';
  test.each<[string, App | undefined, Progress]>([
    [
      'until nothing is left of it',
      stopped(),
      { state: 'done', line: 'No controller runs, and there is no CI until `resume`.' },
    ],
    [
      'past a task that crashed and is still listed',
      stopped({ tasks: [aTask({ state: 'TASK_FAILED', startedAt: undefined })] }),
      { state: 'done', line: 'No controller runs, and there is no CI until `resume`.' },
    ],
    [
      'while the controller stops',
      stopped({ tasks: [aTask()], deploymentIds: ['5cd9'] }),
      {
        state: 'going',
        line: 'the controller on 192.168.3.25:31052 is stopping',
        ifOver: { line: 'the controller on 192.168.3.25:31052 did not stop.', left },
      },
    ],
    [
      'while its agent is lost',
      stopped({ tasks: [aTask({ state: 'TASK_UNREACHABLE' })], deploymentIds: ['5cd9'] }),
      {
        state: 'going',
        line: 'the Mesos agent of the controller on 192.168.3.25:31052 does not answer, so nobody can stop it',
        ifOver: {
          line: 'the Mesos agent of the controller on 192.168.3.25:31052 does not answer, so nobody can stop it.',
          left,
        },
      },
    ],
    [
      'while the deployment ends',
      stopped({ deploymentIds: ['5cd9'] }),
      {
        state: 'going',
        line: 'the controller is gone, its deployment has not ended yet',
        ifOver: { line: 'the controller is gone, its deployment has not ended yet.', left },
      },
    ],
    [
      'no longer when somebody set it to 1 again',
      anApp({ version: NEWEST }),
      {
        state: 'failed',
        line: 'somebody else changed or rolled back the app meanwhile.',
        left: `Version ${NEWEST} is there now.`,
      },
    ],
    [
      'no longer when the app was deleted',
      undefined,
      {
        state: 'failed',
        line: 'the app has been deleted meanwhile.',
        left: 'Nothing runs; `deploy` would create it.',
      },
    ],
  ])('%s', async (_what, app, progress) => {
    const ports = fakePorts({ marathon: { app: async () => app } });
    expect(await command.follow(await plan(), ports, asked(), NOW)).toEqual(progress);
  });
});

test.each<[string, App, string]>([
  [
    'it goes back',
    stopped({ deploymentIds: ['5cd9'] }),
    'Marathon is going back to 1 instance (deployment `77aa`); a controller that was stopped is started anew.',
  ],
  ['too late', stopped(), 'Its deployment had already ended, so the app stays suspended; `resume` starts it.'],
  [
    'twice',
    anApp({ version: NEWEST, deploymentIds: ['77aa'] }),
    `The app had already been rolled back or changed again; that was left alone, and version ${NEWEST} is there now.`,
  ],
])('cancelled: %s', async (_what, app, words) => {
  const marathon = { app: async () => app, cancelDeployment: async () => ({ deploymentId: '77aa' }) };
  expect(await command.cancel(await plan(), fakePorts({ marathon }), asked())).toBe(words);
});

test('its titles, its button and its patience', async () => {
  const slow = appWith({ taskKillGracePeriodSeconds: 60 });
  const found = await plan<AppChange>({ marathon: { app: async () => slow } });
  const outcomes = ['going', 'done', 'failed', 'cancelled', 'lost'] as const;
  expect(outcomes.map((outcome) => command.title(found, outcome))).toEqual([
    'Suspending /jenkins',
    'Suspended /jenkins',
    'Suspension of /jenkins failed',
    'Suspension of /jenkins cancelled',
    'Lost sight of the suspension of /jenkins',
  ]);
  expect([command.verb, command.deadlineMs(found), command.deadlineMs(await plan())]).toEqual([
    'Suspend',
    5 * MINUTE + 60 * SECOND,
    5 * MINUTE,
  ]);
});
