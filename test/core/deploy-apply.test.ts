import { describe, expect, test } from 'vitest';
import type { App, JsonObject, Marathon } from '../../src/core/cluster.js';
import type { DeployPlan } from '../../src/core/deploy.js';
import { applyDeploy, arrivedDeploy, cancelDeploy } from '../../src/core/deploy-apply.js';
import { planDeploy } from '../../src/core/deploy-plan.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import { versionsOf } from '../support/app-changes.js';
import { aDeployment, anApp, refusal } from '../support/ci-service.js';
import { asked, fakePorts, MANIFEST } from '../support/fakes.js';

const planned = (marathon: Partial<Marathon> = {}): Promise<DeployPlan> =>
  planDeploy({ set: {}, waitMs: 0, dryRun: false, mem: 3072 }, fakePorts({ marathon }), asked());
const created = () => planned({ app: async () => undefined });
const suspended = () => planned({ app: async () => anApp({ instances: 0, tasks: [] }) });
const plans = { redeploy: planned, first: created, suspended };

const locked = new UpstreamError({
  system: 'Marathon',
  request: 'PUT /v2/apps/jenkins',
  status: 409,
  seen: 'locked',
  retryable: false,
  mayHaveArrived: false,
  deploymentIds: ['5cd987cd'],
});

async function refusalOf(work: Promise<unknown>): Promise<[string, string | undefined]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return [error.message, error.hint];
}

describe('the write', () => {
  test('replaces the whole app, with who and which job in its labels', async () => {
    const written: [string, JsonObject][] = [];
    const ports = fakePorts({
      marathon: {
        async replace(appId, definition) {
          written.push([appId, definition]);
          return { deploymentId: '5cd9', version: 'v2' };
        },
      },
    });
    expect(await applyDeploy(await planned(), ports, asked())).toEqual({ deploymentId: '5cd9', version: 'v2' });
    expect(written).toMatchObject([
      ['/jenkins', { id: '/jenkins', mem: 3072, labels: { BELLBOARD_JOB: 'd-ana-go', BELLBOARD_BY: 'U0ANA' } }],
    ]);
  });

  test('of a first deploy creates it', async () => {
    const written: JsonObject[] = [];
    const create: Marathon['create'] = async (definition) => {
      written.push(definition);
      return { deploymentId: undefined, version: undefined };
    };
    const answer = await applyDeploy(await created(), fakePorts({ marathon: { create } }), asked());
    expect(answer).toEqual({ deploymentId: null, version: null });
    expect(written).toMatchObject([{ id: '/jenkins', labels: { BELLBOARD_JOB: 'd-ana-go' } }]);
  });

  test('is not made when the manifest changed after the plan', async () => {
    const manifest = () => JSON.stringify({ ...JSON.parse(MANIFEST), cpus: 8 });
    expect(await refusalOf(applyDeploy(await planned(), fakePorts({ manifest }), asked()))).toEqual([
      'The manifest changed after the plan was made, so nothing was deployed.',
      'Type `deploy` again for a fresh plan.',
    ]);
  });

  test('that meets a lock says whose, since when, and what to do', async () => {
    const marathon = {
      replace: () => Promise.reject(locked),
      deployments: async () => [aDeployment()],
    };
    const running = async () => ({ jobId: 'd-ana-go', userId: 'U0ANA', text: 'deploy', step: 'applying', since: 0 });
    expect(
      await refusalOf(applyDeploy(await planned(), fakePorts({ marathon, changes: { running } }), asked())),
    ).toEqual([
      '`/jenkins` is locked by deployment `5cd987cd` (step 1 of 2), in progress for 2 min. No change under way in Bellboard owns it. Nothing was changed.',
      'Wait until it has ended, or `cancel 5cd987cd` to roll it back; `deployments` shows it.',
    ]);
  });

  test('of a first deploy that somebody else made first says so', async () => {
    const create = () => Promise.reject(refusal('Marathon', 409, 'already exists', 'POST /v2/apps'));
    expect(await refusalOf(applyDeploy(await created(), fakePorts({ marathon: { create } }), asked()))).toEqual([
      'Marathon has an app `/jenkins` by now: somebody created it after the plan was made. Nothing was changed.',
      'Type `deploy` again for a plan against what runs.',
    ]);
  });

  test.each([422, 500])('that Marathon refuses with %i is left to the journey', async (status) => {
    const replace = () => Promise.reject(refusal('Marathon', status, 'no'));
    await expect(applyDeploy(await planned(), fakePorts({ marathon: { replace } }), asked())).rejects.toMatchObject({
      status,
    });
  });
});

describe('read back', () => {
  const NEWER = '2015-05-28T09:59:00.000Z';
  test.each<[string, 'redeploy' | 'first', App | undefined, 'yes' | 'no' | 'overtaken']>([
    ['our label', 'redeploy', anApp({ labels: { BELLBOARD_JOB: 'd-ana-go' }, version: NEWER }), 'yes'],
    ['the version of the plan', 'redeploy', anApp(), 'no'],
    ["somebody else's version", 'redeploy', anApp({ version: NEWER }), 'overtaken'],
    [
      "an older job's label on a newer version",
      'redeploy',
      anApp({ version: NEWER, labels: { BELLBOARD_JOB: 'd-old-go' } }),
      'overtaken',
    ],
    ['no app any more', 'redeploy', undefined, 'overtaken'],
    ['no app yet', 'first', undefined, 'no'],
    ['our new app', 'first', anApp({ labels: { BELLBOARD_JOB: 'd-ana-go' } }), 'yes'],
    ["somebody else's new app", 'first', anApp(), 'overtaken'],
  ])('%s (%s)', async (_what, kind, app, seen) => {
    const plan = await (kind === 'first' ? created() : planned());
    expect(await arrivedDeploy(plan, fakePorts({ marathon: { app: async () => app } }), asked())).toBe(seen);
  });
});

describe('cancelled', () => {
  const OURS = '2015-05-28T09:58:00.000Z';
  const EDITED = '2015-05-28T09:59:00.000Z';
  const LABELLED = { labels: { BELLBOARD_JOB: 'd-ana-go' } };
  const ours = (deploymentIds: string[]) => anApp({ ...LABELLED, version: OURS, deploymentIds });
  type Answer = { deploymentId: string | undefined } | undefined;
  test.each<[string, keyof typeof plans, App | undefined, Answer, string]>([
    [
      'it goes back',
      'redeploy',
      ours(['5cd9']),
      { deploymentId: '77aa' },
      'Marathon is going back to the version before (deployment `77aa`); the controller restarts once more.',
    ],
    [
      'it goes back without a name',
      'redeploy',
      ours(['5cd9']),
      { deploymentId: undefined },
      'Marathon is going back to the version before; the controller restarts once more.',
    ],
    [
      'it goes back to being suspended',
      'suspended',
      ours(['5cd9']),
      { deploymentId: '77aa' },
      'Marathon is going back to the version before (deployment `77aa`); no controller runs then.',
    ],
    [
      'a new app is removed',
      'first',
      ours(['5cd9']),
      { deploymentId: '77aa' },
      'Marathon is removing the new app again.',
    ],
    ['too late', 'redeploy', ours([]), undefined, 'Its deployment had already ended, so the new version stays.'],
    [
      'at the last moment',
      'redeploy',
      ours(['5cd9']),
      undefined,
      'Its deployment ended at that moment, so the new version stays.',
    ],
    [
      "somebody else's deployment is left alone",
      'redeploy',
      anApp({ deploymentIds: ['other'] }),
      undefined,
      'The app had already been rolled back or changed again; that was left alone, and version 2015-05-28T08:00:00.000Z is there now.',
    ],
    [
      'what somebody else made of it since is left alone, labels or not',
      'redeploy',
      { ...ours(['theirs']), version: EDITED },
      undefined,
      `The app had already been rolled back or changed again; that was left alone, and version ${EDITED} is there now.`,
    ],
    ['the app is gone', 'redeploy', undefined, undefined, 'The app had already been deleted.'],
  ])('%s', async (_what, kind, app, answer, words) => {
    const cancelled: [string, string][] = [];
    const ports = fakePorts({
      marathon: {
        app: async () => app,
        ...versionsOf({ [OURS]: LABELLED, [EDITED]: LABELLED }),
        async cancelDeployment(id, how) {
          cancelled.push([id, how]);
          return answer;
        },
      },
    });
    const plan = await plans[kind]();
    expect(await cancelDeploy(plan, ports, asked())).toBe(words);
    expect(cancelled).toEqual(app?.deploymentIds[0] === '5cd9' ? [['5cd9', 'rollback']] : []);
  });
});
