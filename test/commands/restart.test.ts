import { describe, expect, test } from 'vitest';
import { restart } from '../../src/commands/restart.js';
import type { AppChange } from '../../src/core/app-change.js';
import type { App, Marathon } from '../../src/core/cluster.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import { MINUTE } from '../../src/core/time.js';
import { appWith, driven, NEWER, NEWEST, refusalOf } from '../support/app-changes.js';
import { aDeployment, aFramework, aLoadOf, anApp, aTask, NOW, refusal, SAVED } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const { command, typed, plan } = driven(restart);
const viewOf = async (calls: FakeCalls = {}, text = 'restart') => command.planView(await plan(calls, text), asked());

const AWAY =
  'Jenkins is away while it restarts; builds, build numbers and the queue of the old controller are gone afterwards.';
const VERSION_NOW = '(Version now: `2015-05-28T08:00:00.000Z`)';

describe('what is typed', () => {
  test.each([
    ['restart', { waitMs: 30 * MINUTE, jenkins: false }],
    ['restart --wait 1h', { waitMs: 60 * MINUTE, jenkins: false }],
    ['restart --now', { waitMs: 0, jenkins: false }],
    ['restart --now --jenkins', { waitMs: 0, jenkins: true }],
  ])('%s', (text, args) => {
    expect(typed(text)).toEqual(args);
  });

  test('waiting and not waiting exclude each other', () => {
    expect(() => typed('restart --now --wait 5m')).toThrow(UserError);
  });
});

describe('its plan', () => {
  test('says what happens, whole', async () => {
    const headline =
      'Restart of /jenkins: the controller on 192.168.3.25:31052 is stopped, and a new one is started. Its definition stays as it is.';
    expect(await viewOf()).toEqual({
      text: `${headline} ${AWAY}`,
      blocks: [
        {
          type: 'section',
          text: { mrkdwn: `:arrows_counterclockwise: ${headline}`, plain: headline },
        },
        { type: 'section', text: { mrkdwn: AWAY, plain: AWAY } },
        {
          type: 'context',
          text: {
            mrkdwn: 'Version now: `2015-05-28T08:00:00.000Z`',
            plain: 'Version now: 2015-05-28T08:00:00.000Z',
          },
        },
      ],
    });
  });

  test('names what will be lost', async () => {
    const jenkins = {
      executors: async () => aLoadOf(['app', 'lib']),
      scmSync: async () => ({ ...SAVED, unpushedCommits: 2 }),
    };
    expect(linesOf(await viewOf({ jenkins })).slice(1)).toEqual([
      '2 builds running: app, lib. Jenkins is told to quiet down, and the restart waits for them, at most 30 min.',
      ':warning: Not everything is saved in git (commits: 2 not pushed); what is not saved is lost with the restart.',
      AWAY,
      VERSION_NOW,
    ]);
    expect(linesOf(await viewOf({ jenkins }, 'restart --now'))[1]).toBe(':warning: 2 builds will be lost: app, lib.');
  });

  test('of an app that has no task says that one is started', async () => {
    const calls: FakeCalls = {
      marathon: { app: async () => anApp({ tasks: [] }) },
      jenkins: { pulse: async () => ({ state: 'unreachable', session: undefined, version: undefined, detail: 'x' }) },
    };
    expect(linesOf(await viewOf(calls))).toEqual([
      ':arrows_counterclockwise: Restart of /jenkins: no controller runs now, and Marathon starts one at once, without the delay of earlier failures. Its definition stays as it is.',
      VERSION_NOW,
    ]);
  });

  test('warns where the app lets two controllers run at once', async () => {
    const app = appWith({ upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 } });
    expect(linesOf(await viewOf({ marathon: { app: async () => app } }))[1]).toBe(
      ":warning: Its `upgradeStrategy` starts the new controller beside the old one: for a moment two run, and they overwrite each other's git pushes.",
    );
  });

  test('keeps nothing of the definition', async () => {
    const app = appWith({ env: { DB_PASSWORD: 'hunter2' } });
    expect(JSON.stringify(await plan({ marathon: { app: async () => app } }))).not.toContain('hunter2');
  });

  test.each<[string, App | undefined, string, string]>([
    ['no app', undefined, 'Marathon has no app `/jenkins`.', '`deploy` would create it.'],
    [
      'a suspended app',
      anApp({ instances: 0, tasks: [] }),
      '`/jenkins` is suspended: 0 instances, so no controller runs.',
      '`resume` starts it.',
    ],
    [
      'two controllers',
      anApp({ instances: 2 }),
      '`/jenkins` is set to 2 instances: each is a Jenkins controller of its own, and they overwrite each other in git. Nothing was changed.',
      '`deploy` sets it to what the manifest says. Before that, save in the one whose changes are to stay.',
    ],
    [
      'a locked app',
      anApp({ deploymentIds: ['5cd987cd'] }),
      '`/jenkins` is locked by deployment `5cd987cd` (step 1 of 2), in progress for 2 min. No change under way in Bellboard owns it. Nothing was changed.',
      'Wait until it has ended, or `cancel 5cd987cd` to roll it back; `deployments` shows it.',
    ],
  ])('is refused for %s', async (_what, app, what, hint) => {
    const marathon = { app: async () => app, deployments: async () => [aDeployment()] };
    expect(await refusalOf(plan({ marathon }))).toEqual([what, hint]);
  });

  test.each<[string, FakeCalls, string]>([
    ["the app's version", { marathon: { app: async () => anApp({ version: NEWER }) } }, 'restart'],
    ['its definition', { marathon: { app: async () => appWith({ mem: 3072 }) } }, 'restart'],
    ['an option', {}, 'restart --now'],
  ])('is void when %s is another', async (_what, calls, text) => {
    expect(command.boundTo(await plan(calls, text))).not.toBe(command.boundTo(await plan()));
  });

  test('holds while builds come and go', async () => {
    const busy = await plan({ jenkins: { executors: async () => aLoadOf(['app']) } });
    expect(command.boundTo(busy)).toBe(command.boundTo(await plan()));
  });
});

describe('the write', () => {
  const locked = new UpstreamError({
    system: 'Marathon',
    request: 'POST /v2/apps/jenkins/restart',
    status: 409,
    seen: 'locked',
    retryable: false,
    mayHaveArrived: false,
    deploymentIds: ['5cd987cd'],
  });

  test('is one POST', async () => {
    const sent: string[] = [];
    const restartApp: Marathon['restart'] = async (appId) => {
      sent.push(appId);
      return { deploymentId: '5cd9', version: NEWER };
    };
    const ports = fakePorts({ marathon: { restart: restartApp } });
    expect(await command.apply(await plan(), ports, asked())).toEqual({ deploymentId: '5cd9', version: NEWER });
    expect(sent).toEqual(['/jenkins']);
  });

  test('that meets a lock says whose', async () => {
    const marathon = { restart: () => Promise.reject(locked), deployments: async () => [aDeployment()] };
    expect((await refusalOf(command.apply(await plan(), fakePorts({ marathon }), asked())))[0]).toMatch(
      /^`\/jenkins` is locked by deployment `5cd987cd`/,
    );
  });

  test.each<[string, App | undefined]>([
    ['changed', anApp({ version: NEWER })],
    ['deleted', undefined],
  ])('is not sent for an app that was %s at this moment', async (_how, app) => {
    const ports = fakePorts({ marathon: { app: async () => app } });
    expect(await refusalOf(command.apply(await plan(), ports, asked()))).toEqual([
      '`/jenkins` was changed or deleted at this very moment. Nothing was sent.',
      'Ask again, for a plan of what runs now.',
    ]);
  });

  test('whose fate is unknown is left to the journey', async () => {
    const marathon = { restart: () => Promise.reject(refusal('Marathon', 502, 'no leader')) };
    await expect(command.apply(await plan(), fakePorts({ marathon }), asked())).rejects.toMatchObject({ status: 502 });
  });
});

describe('read back', () => {
  test.each<[string, App | undefined, 'yes' | 'no' | 'overtaken']>([
    ['the version of the plan', anApp(), 'no'],
    ['a newer version of the same definition', anApp({ version: NEWER, deploymentIds: ['5cd9'] }), 'yes'],
    ['the same after it ended', anApp({ version: NEWER }), 'yes'],
    ['a newer version of another definition', appWith({ mem: 3072 }, { version: NEWER }), 'overtaken'],
    ['no app any more', undefined, 'overtaken'],
  ])('%s', async (_what, app, seen) => {
    expect(await command.arrived(await plan(), fakePorts({ marathon: { app: async () => app } }), asked())).toBe(seen);
  });

  test('nobody can tell while a deployment holds the app and the version is the old one', async () => {
    const ports = fakePorts({ marathon: { app: async () => anApp({ deploymentIds: ['5cd9'] }) } });
    await expect(command.arrived(await plan(), ports, asked())).rejects.toMatchObject({ system: 'Marathon' });
  });
});

describe('followed', () => {
  const look = async (app: App | undefined) => {
    const ports = fakePorts({
      marathon: { app: async () => app },
      mesos: { frameworks: async () => [aFramework({ id: 'jenkins-framework-2' })] },
      jenkins: { pulse: async () => ({ state: 'up', session: 'session-2', version: '1.596.2', detail: undefined }) },
    });
    return command.follow(await plan(), ports, asked(), NOW);
  };
  const fresh = aTask({ id: 'jenkins.new', ports: [31077], version: NEWER, startedAt: NOW - MINUTE });

  test('until the new controller is really up', async () => {
    expect(await look(anApp({ version: NEWER, tasks: [fresh] }))).toEqual({
      state: 'done',
      line: `It runs on 192.168.3.25:31077 (before: 192.168.3.25:31052), version ${NEWER}.`,
    });
    expect(await look(anApp({ version: NEWER, deploymentIds: ['5cd9'] }))).toMatchObject({
      state: 'going',
      line: 'the old controller is stopping',
    });
  });

  test.each<[string, App | undefined, string]>([
    ['when the app was deleted', undefined, 'the app has been deleted meanwhile.'],
    [
      'when somebody changed it',
      appWith({ mem: 3072 }, { version: NEWER }),
      'somebody else changed or rolled back the app meanwhile.',
    ],
  ])('no longer %s', async (_what, app, line) => {
    expect(await look(app)).toMatchObject({ state: 'failed', line });
  });
});

describe('cancelled', () => {
  test.each<[string, App, string[], string, string[]]>([
    [
      'it goes back',
      anApp({ version: NEWER, deploymentIds: ['5cd9'] }),
      [NEWER],
      'Marathon is going back to the version before (deployment `77aa`), which is the same definition; the controller restarts once more.',
      ['5cd9'],
    ],
    [
      'too late',
      anApp({ version: NEWER }),
      [NEWER],
      'Its deployment had already ended, so the new controller stays.',
      [],
    ],
    [
      'twice, the way back is left alone',
      anApp({ version: NEWEST, deploymentIds: ['77aa'] }),
      [NEWEST, NEWER],
      `The app had already been rolled back or changed again; that was left alone, and version ${NEWEST} is there now.`,
      [],
    ],
  ])('%s', async (_what, app, later, words, cancelled) => {
    const asking: string[] = [];
    const ports = fakePorts({
      marathon: {
        app: async () => app,
        versions: async () => [...later, anApp().version],
        async cancelDeployment(id) {
          asking.push(id);
          return { deploymentId: '77aa' };
        },
      },
    });
    expect(await command.cancel(await plan(), ports, asked())).toBe(words);
    expect(asking).toEqual(cancelled);
  });
});

test('its titles, its button and its patience', async () => {
  const planned = await plan<AppChange>();
  const outcomes = ['going', 'done', 'failed', 'cancelled', 'lost'] as const;
  expect(outcomes.map((outcome) => command.title(planned, outcome))).toEqual([
    'Restarting /jenkins',
    'Restarted /jenkins',
    'Restart of /jenkins failed',
    'Restart of /jenkins cancelled',
    'Lost sight of the restart of /jenkins',
  ]);
  expect([
    command.verb,
    command.deadlineMs(planned),
    command.empty(planned, {}),
    command.waitMs({ waitMs: 7 }),
  ]).toEqual(['Restart', 13 * MINUTE, false, 7]);
});
