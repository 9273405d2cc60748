import { describe, expect, test } from 'vitest';
import { rollback } from '../../src/commands/rollback.js';
import type { AuditEntry } from '../../src/core/audit.js';
import type { App, JsonObject, Marathon } from '../../src/core/cluster.js';
import { UserError } from '../../src/core/errors.js';
import type { RollbackPlan } from '../../src/core/rollback.js';
import { MINUTE } from '../../src/core/time.js';
import { appWith, driven, NEWER, NEWEST, refusalOf, versionsOf } from '../support/app-changes.js';
import { aFramework, aLoadOf, anApp, aTask, NOW, refusal } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const { command, typed, plan } = driven(rollback);

const RUNNING = anApp().version;
const RESTARTED = '2015-05-28T07:00:00.000Z';
const SUSPENDED = '2015-05-28T06:00:00.000Z';
const SMALLER = '2015-05-27T08:00:00.000Z';
const OLDEST = '2015-05-26T08:00:00.000Z';

/** What Marathon keeps of each version; what runs was restarted, and suspended before that. */
const KEPT: Record<string, JsonObject> = {
  [RUNNING]: {},
  [RESTARTED]: {},
  [SUSPENDED]: { mem: 512, instances: 0 },
  [SMALLER]: { mem: 1024, labels: { BELLBOARD_BY: 'U0BOB' } },
  [OLDEST]: { cpus: 2 },
};
const keeping = (kept: Record<string, JsonObject> = KEPT, app: App = anApp()): FakeCalls => ({
  marathon: {
    app: async () => app,
    ...versionsOf(kept),
  },
});
const planned = (text = 'rollback', calls: FakeCalls = keeping()): Promise<RollbackPlan> => plan(calls, text);

const made = (patch: Partial<AuditEntry>): AuditEntry => ({
  v: 1,
  jobId: 'd-lee-go',
  userId: 'U0LEE',
  channelId: 'C0CI',
  command: 'deploy',
  text: 'deploy',
  outcome: 'succeeded',
  summary: 'Deployed.',
  at: Date.parse(RUNNING) + MINUTE,
  durationMs: 90_000,
  ...patch,
});

const AWAY =
  'Jenkins is away while it restarts; builds, build numbers and the queue of the old controller are gone afterwards.';

describe('what is typed', () => {
  test.each([
    ['rollback', { version: undefined, waitMs: 30 * MINUTE }],
    ['rollback 2015-05-27', { version: '2015-05-27', waitMs: 30 * MINUTE }],
    [`rollback ${SMALLER} --now`, { version: SMALLER, waitMs: 0 }],
    ['rollback --wait 1h 2015', { version: '2015', waitMs: 60 * MINUTE }],
  ])('%s', (text, args) => {
    expect(typed(text)).toEqual(args);
  });

  test.each(['rollback 201', 'rollback 2015 2016', 'rollback --now --wait 5m'])('%s is a mistake', (text) => {
    expect(() => typed(text)).toThrow(UserError);
  });
});

describe('the version meant', () => {
  test('is the one before that differs and runs a controller, when none is named', async () => {
    expect(await planned()).toMatchObject({ target: { version: SMALLER }, changes: ['mem: 2048 → 1024'] });
  });

  test.each([
    [SMALLER, SMALLER],
    ['2015-05-27', SMALLER],
    ['2015-05-26t08', OLDEST],
    [OLDEST.toLowerCase(), OLDEST],
  ])('is the one that begins with %s', async (text, version) => {
    expect((await planned(`rollback ${text}`)).target.version).toBe(version);
  });

  test.each<[string, string, string, string | undefined]>([
    [
      'that nothing begins with',
      'rollback 2014',
      'Marathon keeps no version of `/jenkins` that begins with `2014`.',
      `The newest: \`${RUNNING}\`, \`${RESTARTED}\`, \`${SUSPENDED}\`, \`${SMALLER}\`, \`${OLDEST}\`.`,
    ],
    [
      'that several begin with',
      'rollback 2015-05-28',
      '3 versions begin with `2015-05-28`.',
      `Say which: \`${RUNNING}\`, \`${RESTARTED}\`, \`${SUSPENDED}\`.`,
    ],
    [
      'that runs none',
      `rollback ${SUSPENDED}`,
      `Version \`${SUSPENDED}\` has 0 instances: it would stop the controller. Nothing was changed.`,
      '`suspend` does that; or name a version that runs one.',
    ],
  ])('is refused for one %s', async (_what, text, what, hint) => {
    expect(await refusalOf(planned(text))).toEqual([what, hint]);
  });

  test('is refused where two controllers ran', async () => {
    const [what] = await refusalOf(planned(`rollback ${SMALLER}`, keeping({ ...KEPT, [SMALLER]: { instances: 2 } })));
    expect(what).toMatch(/^`\/jenkins of 2015-05-27T08:00:00.000Z` is set to 2 instances/);
  });

  test('is refused when no earlier one differs', async () => {
    expect(await refusalOf(planned('rollback', keeping({ [RUNNING]: {}, [RESTARTED]: {} })))).toEqual([
      `No earlier version of \`/jenkins\` that Marathon keeps differs from the one that runs, ${RUNNING}.`,
      '`restart` starts it anew as it is.',
    ]);
  });

  test('is refused when Marathon lists it and does not have it', async () => {
    const calls = keeping();
    const marathon: Partial<Marathon> = { ...calls.marathon, appVersion: async () => undefined };
    expect((await refusalOf(planned(`rollback ${OLDEST}`, { marathon })))[0]).toBe(
      `Marathon lists version \`${OLDEST}\` of \`/jenkins\` and does not have it any more.`,
    );
  });

  test.each([RUNNING, RESTARTED])('is nothing to do when it equals what runs: %s', async (version) => {
    const found = await planned(`rollback ${version}`);
    expect([found.changes, command.empty(found, {})]).toEqual([[], true]);
    expect(command.planView(found, asked()).text).toBe(
      `/jenkins already runs what version ${version} says; there is nothing to roll back.`,
    );
  });
});

describe('its plan', () => {
  test('shows the change, the versions with age and author, and what it costs', async () => {
    const calls = {
      ...keeping(),
      audit: [
        made({}),
        made({
          userId: 'U0ANA',
          command: 'suspend',
          text: 'suspend',
          at: Date.parse(SUSPENDED) + MINUTE,
        }),
      ],
      jenkins: { executors: async () => aLoadOf(['app']) },
    };
    expect(linesOf(command.planView(await planned('rollback', calls), asked()))).toEqual([
      `:rewind: Rollback of /jenkins to version \`${SMALLER}\`: 1 change, and the Jenkins controller restarts.`,
      'mem: 2048 → 1024',
      `• \`${RUNNING}\` (now), 2 h old, by <@U0LEE>`,
      `• \`${RESTARTED}\`, 3 h old, by whom is not known`,
      `• \`${SUSPENDED}\`, 4 h old, by <@U0ANA> (suspend)`,
      `• \`${SMALLER}\` *(goes back to this)*, 1 d 2 h old, by <@U0BOB> as its label says`,
      `• \`${OLDEST}\`, 2 d 2 h old, by whom is not known`,
      '1 build running: app. Jenkins is told to quiet down, and the rollback waits for them, at most 30 min.',
      AWAY,
    ]);
  });

  test('is one sentence for those who hear it', async () => {
    expect(command.planView(await planned(), asked()).text).toBe(
      `Rollback of /jenkins to version ${SMALLER}: 1 change, and the Jenkins controller restarts. ${AWAY}`,
    );
  });

  test('lists the newest and the one it goes back to, and counts the rest', async () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`2015-05-1${at}T08:00:00.000Z`, {}]));
    const found = await planned(
      'rollback 2015-05-12',
      keeping({ ...KEPT, ...many, '2015-05-12T08:00:00.000Z': { cpus: 3 } }),
    );
    expect(found.versions).toHaveLength(6);
    expect(linesOf(command.planView(found, asked()))).toContain('and 8 older versions');
  });

  test('of a suspended app says that it starts the controller', async () => {
    const app = appWith({ instances: 0 }, { instances: 0, tasks: [] });
    const view = command.planView(await planned('rollback', keeping(KEPT, app)), asked());
    expect(linesOf(view)[0]).toBe(
      `:rewind: Rollback of /jenkins to version \`${SMALLER}\`: 2 changes, and a Jenkins controller is started, for none runs now.`,
    );
    expect(view.text).not.toContain(AWAY);
  });

  test('hides secrets, and keeps none', async () => {
    const found = await planned('rollback', keeping({ ...KEPT, [SMALLER]: { env: { DB_PASSWORD: 'hunter2' } } }));
    expect(found.changes).toContain('env.DB_PASSWORD: added •••');
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test.each<[string, string, FakeCalls]>([
    ["the app's version", 'rollback', keeping({ ...KEPT, [NEWER]: {} }, anApp({ version: NEWER }))],
    ['the target', `rollback ${OLDEST}`, keeping()],
    ['an option', 'rollback --now', keeping()],
  ])('is void when %s is another', async (_what, text, calls) => {
    expect(command.boundTo(await planned(text, calls))).not.toBe(command.boundTo(await planned()));
  });
});

describe('the write', () => {
  test('is the version alone', async () => {
    const sent: [string, string][] = [];
    const rollBack: Marathon['rollBack'] = async (appId, version) => {
      sent.push([appId, version]);
      return { deploymentId: '5cd9', version: NEWER };
    };
    const answer = await command.apply(await planned(), fakePorts({ marathon: { rollBack } }), asked());
    expect([answer, sent]).toEqual([{ deploymentId: '5cd9', version: NEWER }, [['/jenkins', SMALLER]]]);
  });

  test('that Marathon refuses is left to the journey', async () => {
    const marathon = { rollBack: () => Promise.reject(refusal('Marathon', 422, 'does not have the version')) };
    await expect(command.apply(await planned(), fakePorts({ marathon }), asked())).rejects.toMatchObject({
      status: 422,
    });
  });
});

/** As Marathon answers it once the write has arrived. */
const rolledBack = (patch: Partial<App> = {}): App => appWith(KEPT[SMALLER] ?? {}, { version: NEWER, ...patch });

describe('read back', () => {
  test.each<[string, App | undefined, 'yes' | 'no' | 'overtaken']>([
    ['the version of the plan', anApp(), 'no'],
    ['a newer version of the old definition', rolledBack({ deploymentIds: ['5cd9'] }), 'yes'],
    ['a newer version of another definition', appWith({ mem: 4096 }, { version: NEWER }), 'overtaken'],
    ['a restart by somebody else', anApp({ version: NEWER }), 'overtaken'],
    ['no app any more', undefined, 'overtaken'],
  ])('%s', async (_what, app, seen) => {
    expect(await command.arrived(await planned(), fakePorts({ marathon: { app: async () => app } }), asked())).toBe(
      seen,
    );
  });
});

describe('followed', () => {
  const look = async (app: App | undefined) => {
    const ports = fakePorts({
      marathon: { app: async () => app },
      mesos: { frameworks: async () => [aFramework({ id: 'jenkins-framework-2' })] },
      jenkins: { pulse: async () => ({ state: 'up', session: 'session-2', version: '1.596.2', detail: undefined }) },
    });
    return command.follow(await planned(), ports, asked(), NOW);
  };

  test('until the controller of the old version is really up', async () => {
    const fresh = aTask({ id: 'jenkins.new', ports: [31077], version: NEWER, startedAt: NOW - MINUTE });
    expect(await look(rolledBack({ tasks: [fresh] }))).toMatchObject({ state: 'done' });
    expect(await look(rolledBack())).toMatchObject({ state: 'going' });
  });

  test('no longer when the app is gone, or is another', async () => {
    expect(await look(undefined)).toMatchObject({ state: 'failed', line: 'the app has been deleted meanwhile.' });
    expect(await look(anApp({ version: NEWEST }))).toMatchObject({ state: 'failed' });
  });
});

test.each<[string, App, string]>([
  [
    'it goes back to what ran',
    rolledBack({ deploymentIds: ['5cd9'] }),
    'Marathon is going back to the state before the rollback (deployment `77aa`); the controller restarts once more.',
  ],
  ['too late', rolledBack(), 'Its deployment had already ended, so the old version stays.'],
  [
    'twice',
    anApp({ version: NEWEST, deploymentIds: ['77aa'] }),
    `The app had already been rolled back or changed again; that was left alone, and version ${NEWEST} is there now.`,
  ],
])('cancelled: %s', async (_what, app, words) => {
  const marathon = { app: async () => app, cancelDeployment: async () => ({ deploymentId: '77aa' }) };
  expect(await command.cancel(await planned(), fakePorts({ marathon }), asked())).toBe(words);
});

test('cancelled on its way from being suspended, it starts no controller', async () => {
  const suspended = keeping(KEPT, appWith({ instances: 0 }, { instances: 0, tasks: [] }));
  const marathon = {
    app: async () => rolledBack({ deploymentIds: ['5cd9'] }),
    cancelDeployment: async () => ({ deploymentId: '77aa' }),
  };
  const plan = await planned('rollback', suspended);
  expect(await command.cancel(plan, fakePorts({ marathon }), asked())).toBe(
    'Marathon is going back to the state before the rollback (deployment `77aa`); no controller runs then.',
  );
});

test('its titles and its button', async () => {
  const found = await planned();
  const outcomes = ['going', 'done', 'failed', 'cancelled', 'lost'] as const;
  expect(outcomes.map((outcome) => command.title(found, outcome))).toEqual([
    `Rolling /jenkins back to ${SMALLER}`,
    `Rolled /jenkins back to ${SMALLER}`,
    `Rollback of /jenkins to ${SMALLER} failed`,
    `Rollback of /jenkins to ${SMALLER} cancelled`,
    'Lost sight of the rollback of /jenkins',
  ]);
  expect([command.verb, command.deadlineMs(found), command.empty(found, {})]).toEqual([
    'Roll back',
    13 * MINUTE,
    false,
  ]);
});
