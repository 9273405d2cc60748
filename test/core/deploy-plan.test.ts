import { describe, expect, test } from 'vitest';
import { deploy } from '../../src/commands/deploy.js';
import type { Jenkins } from '../../src/core/cluster.js';
import type { DeployArgs, DeployPlan } from '../../src/core/deploy.js';
import { planDeploy } from '../../src/core/deploy-plan.js';
import { UserError } from '../../src/core/errors.js';
import { MINUTE } from '../../src/core/time.js';
import { aDeployment, aFramework, aLoadOf, anApp, NOW, SAVED, silence } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts, MANIFEST } from '../support/fakes.js';

const args = (patch: Partial<DeployArgs> = {}): DeployArgs => ({
  set: {},
  waitMs: 30 * MINUTE,
  dryRun: false,
  ...patch,
});
const plan = (calls: FakeCalls = {}, patch: Partial<DeployArgs> = {}): Promise<DeployPlan> =>
  planDeploy(args(patch), fakePorts(calls), asked());

const manifestWith = (patch: object) => () => JSON.stringify({ ...JSON.parse(MANIFEST), ...patch });
const dead: Partial<Jenkins> = {
  pulse: async () => ({ state: 'unreachable', session: undefined, version: undefined, detail: 'refused' }),
};

async function refusalOf(work: Promise<unknown>): Promise<[string, string | undefined]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return [error.message, error.hint];
}

describe('what a plan is made of', () => {
  test('an app that already runs exactly this has no change', async () => {
    const made = await plan();
    expect(made).toMatchObject({ exists: true, changes: [], keeps: [], missing: [], builds: [], unsaved: null });
    expect(deploy.effect === 'disrupt' && deploy.empty(made, args())).toBe(true);
  });

  test('a first deploy creates the app, with nothing to compare', async () => {
    const made = await plan({ marathon: { app: async () => undefined }, jenkins: dead });
    expect(made).toMatchObject({ exists: false, appVersion: null, changes: [], taskId: null, address: null });
    expect(made.missing).toEqual([]);
    expect(deploy.effect === 'disrupt' && deploy.empty(made, args())).toBe(false);
  });

  test('a redeploy names each difference', async () => {
    const made = await plan({}, { mem: 3072, set: { TZ: 'UTC' } });
    expect(made.changes).toEqual(['env.TZ: added UTC', 'mem: 2048 → 3072']);
  });

  test('our own labels are no difference', async () => {
    const labels = { BELLBOARD_JOB: 'd-old-go', BELLBOARD_BY: 'U0BOB' };
    const app = anApp({ labels, definition: { ...anApp().definition, labels } });
    expect((await plan({ marathon: { app: async () => app } })).changes).toEqual([]);
  });

  test('--dry-run is never confirmed', async () => {
    const made = await plan({}, { mem: 3072, dryRun: true });
    expect(deploy.effect === 'disrupt' && deploy.empty(made, args({ mem: 3072, dryRun: true }))).toBe(true);
  });

  test('no manifest, password or address is kept with it', async () => {
    const made = await plan({ manifest: manifestWith({ env: { DB_PASSWORD: 'hunter2', SCM_SYNC_GIT: 'x' } }) });
    expect(JSON.stringify(made)).not.toContain('hunter2');
    expect(made.changes).toContain('env.DB_PASSWORD: added •••');
  });

  test('what it was before is kept, to tell the new from the old', async () => {
    expect(await plan()).toMatchObject({
      taskId: 'jenkins.old',
      address: '192.168.3.25:31052',
      session: 'session-1',
      frameworkId: 'jenkins-framework-1',
      graceMs: 5 * MINUTE,
    });
  });
});

describe('what its confirmation is bound to', () => {
  const bound = (made: DeployPlan) => deploy.effect === 'disrupt' && deploy.boundTo(made);

  test('is the same while nothing moves but builds', async () => {
    const busy = { executors: async () => aLoadOf(['app']) };
    expect(bound(await plan({ jenkins: busy }))).toBe(bound(await plan()));
  });

  test.each<[string, FakeCalls, Partial<DeployArgs>]>([
    ["the app's version", { marathon: { app: async () => anApp({ version: '2015-05-28T09:59:00.000Z' }) } }, {}],
    ['the app being deleted', { marathon: { app: async () => undefined } }, {}],
    ['the manifest', { manifest: manifestWith({ cpus: 2 }) }, {}],
    ['an option', {}, { waitMs: 0 }],
    ['a setting', { settings: { appUser: 'ci' } }, {}],
  ])('changes with %s', async (_what, calls, patch) => {
    expect(bound(await plan(calls, patch))).not.toBe(bound(await plan()));
  });
});

describe('builds and unsaved changes', () => {
  test('running builds are named', async () => {
    const made = await plan({ jenkins: { executors: async () => aLoadOf(['app', 'lib'], ['docs']) } });
    expect(made.builds).toEqual(['app', 'lib', 'docs']);
  });

  test.each([
    [{ ...SAVED, unpushedCommits: 2 }, 'commits: 2 not pushed'],
    [{ ...SAVED, failedAt: NOW, queuedCommits: 1 }, 'failing, commits: 1 queued'],
    [SAVED, null],
    [{ ...SAVED, plugin: 'absent' as const }, null],
  ])('what git lacks is named', async (status, words) => {
    expect((await plan({ jenkins: { scmSync: async () => status } })).unsaved).toBe(words);
  });

  test('a Jenkins with a task that does not answer may have both', async () => {
    expect(await plan({ jenkins: dead })).toMatchObject({
      builds: null,
      unsaved: null,
      session: null,
      missing: ['builds and unsaved changes: Jenkins does not answer (refused)'],
    });
  });

  test('a Jenkins without a task has none', async () => {
    const made = await plan({ jenkins: dead, marathon: { app: async () => anApp({ tasks: [] }) } });
    expect(made.missing).toEqual([]);
  });

  test('each question that got no answer is named', async () => {
    const calls = {
      jenkins: {
        executors: () => Promise.reject(silence('Jenkins')),
        scmSync: () => Promise.reject(silence('Jenkins')),
      },
      mesos: { frameworks: () => Promise.reject(silence('Mesos')) },
    };
    expect((await plan(calls)).missing).toEqual([
      'Jenkins (builds): did not answer within 15 s',
      'Jenkins (SCM sync): did not answer within 15 s',
      'Mesos: did not answer within 15 s',
    ]);
  });
});

describe("the new controller's framework", () => {
  const plugin = (onDemandRegistration: boolean, frameworkName: string | undefined) => ({
    executorSettings: async () => ({
      controllerExecutors: 2,
      templates: [],
      schedulerRunning: true,
      onDemandRegistration,
      frameworkName,
    }),
  });
  test.each<[string, FakeCalls, string | null]>([
    ['is expected when the old one is there', {}, 'jenkins-framework-1'],
    ['is not when the old one was away', { mesos: { frameworks: async () => [aFramework({ active: false })] } }, null],
    ['is not when it registers on demand', { jenkins: plugin(true, 'Jenkins Scheduler') }, null],
    [
      'is known by its configured name',
      { jenkins: plugin(false, 'CI'), mesos: { frameworks: async () => [aFramework({ id: 'ci', name: 'CI' })] } },
      'ci',
    ],
    [
      'is expected when Jenkins does not let us look at its settings',
      { jenkins: { executorSettings: () => Promise.reject(silence('Jenkins')) } },
      'jenkins-framework-1',
    ],
  ])('%s', async (_what, calls, id) => {
    expect((await plan(calls)).frameworkId).toBe(id);
  });
});

describe('what --git changes', () => {
  test.each([
    ['git@git.example.org:ci/jenkins.git', null],
    ['git@git.example.org:ci/Jenkins', null],
    [
      'https://git.example.org/ci/other.git',
      'The new controller reads its configuration from `https://git.example.org/ci/other.git` and goes on writing to `git@git.example.org:ci/jenkins.git`: the address inside the saved `scm-sync-configuration.xml` has to be changed too.',
    ],
  ])('%s', async (git, note) => {
    expect((await plan({}, { git })).gitNote).toBe(note);
  });

  test('nothing is claimed when the plugin does not say where it writes', async () => {
    const made = await plan(
      { jenkins: { scmSync: async () => ({ ...SAVED, url: undefined }) } },
      { git: 'git@x.example.org:y/z' },
    );
    expect(made.gitNote).toBeNull();
  });
});

describe('a plan is refused', () => {
  test('when the manifest would harm', async () => {
    const [what, hint] = await refusalOf(plan({ manifest: manifestWith({ instances: 2 }) }));
    expect(what).toMatch(
      /^The manifest would harm: `instances` is 2: each instance is a Jenkins controller of its own/,
    );
    expect(hint).toBe('Mend the manifest, then deploy again. Nothing was changed.');
  });

  test('while a deployment holds the app, naming it', async () => {
    const locked = anApp({ deploymentIds: ['5cd987cd'] });
    const calls = { marathon: { app: async () => locked, deployments: async () => [aDeployment()] } };
    expect(await refusalOf(plan(calls))).toEqual([
      '`/jenkins` is locked by deployment `5cd987cd` (step 1 of 2), in progress for 2 min. No change under way in Bellboard owns it. Nothing was changed.',
      'Wait until it has ended, or `cancel 5cd987cd` to roll it back; `deployments` shows it.',
    ]);
  });

  test('when the manifest is for another app', async () => {
    expect(await refusalOf(plan({ manifest: manifestWith({ id: '/other' }) }))).toEqual([
      "The manifest is for `/other`, but the controller's app is `/jenkins`.",
      'Set `MARATHON_APP_ID` or the `id` of the manifest so that both name one app.',
    ]);
  });

  test('when a setting is missing', async () => {
    expect(await refusalOf(plan({ settings: { scmSyncGit: undefined } }))).toEqual([
      'The manifest needs SCM_SYNC_GIT, and it is not set.',
      'Add `--git URL`, or set SCM_SYNC_GIT where the bot runs.',
    ]);
  });

  test('with Marathon silent there is no plan', async () => {
    const silent = { app: () => Promise.reject(silence('Marathon')) };
    await expect(plan({ marathon: silent })).rejects.toMatchObject({ system: 'Marathon' });
  });
});

test('a suspended app is told from one that runs', async () => {
  const stopped = { app: async () => anApp({ instances: 0, tasks: [] }) };
  expect((await plan({ marathon: stopped })).suspended).toBe(true);
  expect((await plan()).suspended).toBe(false);
  expect((await plan({ marathon: { app: async () => undefined } })).suspended).toBe(false);
});

test('the time a boot may take is what the manifest allows, else what the app has, else 5 min', async () => {
  const checks = [{ gracePeriodSeconds: 900 }, { gracePeriodSeconds: 60 }];
  expect((await plan({ manifest: manifestWith({ healthChecks: checks }) })).graceMs).toBe(15 * MINUTE);
  const none = manifestWith({ healthChecks: [] });
  const app = anApp({ healthGraceMs: 7 * MINUTE });
  expect((await plan({ manifest: none, marathon: { app: async () => app } })).graceMs).toBe(7 * MINUTE);
  expect((await plan({ manifest: none, marathon: { app: async () => undefined } })).graceMs).toBe(5 * MINUTE);
});
