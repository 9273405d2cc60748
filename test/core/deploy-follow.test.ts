import { describe, expect, test } from 'vitest';
import type { App, JenkinsPulse, Marathon, MarathonTask, Mesos } from '../../src/core/cluster.js';
import type { Progress } from '../../src/core/command.js';
import type { DeployPlan } from '../../src/core/deploy.js';
import { followDeploy } from '../../src/core/deploy-follow.js';
import { planDeploy } from '../../src/core/deploy-plan.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { versionsOf } from '../support/app-changes.js';
import { aFramework, anApp, aTask, NOW, refusal, silence } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';

const NEW = '2015-05-28T09:58:00.000Z';
const EDITED = '2015-05-28T09:59:00.000Z';
const OURS = { labels: { BELLBOARD_JOB: 'd-ana-go' } };
const fresh = (patch: Partial<MarathonTask> = {}): MarathonTask =>
  aTask({
    id: 'jenkins.new',
    host: '192.168.3.31',
    ports: [31077],
    version: NEW,
    startedAt: NOW - 30 * SECOND,
    lastSuccessAt: NOW - SECOND,
    ...patch,
  });
const deployed = (patch: Partial<App> = {}): App =>
  anApp({ version: NEW, labels: { BELLBOARD_JOB: 'd-ana-go' }, deploymentIds: ['5cd9'], tasks: [fresh()], ...patch });

const pulse = (state: JenkinsPulse['state'], session: string | undefined, detail?: string) => async () => ({
  state,
  session,
  version: undefined,
  detail,
});
const registered = async () => [aFramework({ active: false }), aFramework({ id: 'jenkins-framework-2' })];

interface Scene {
  app?: App | undefined;
  marathon?: Partial<Marathon>;
  mesos?: Partial<Mesos>;
  jenkins?: FakeCalls['jenkins'];
  plan?: Partial<DeployPlan>;
}

/** One look, with everything up but what the scene says. */
async function look(scene: Scene = {}): Promise<Progress> {
  const plan = await planDeploy({ set: {}, waitMs: 0, dryRun: false }, fakePorts(), asked());
  const app = 'app' in scene ? scene.app : deployed();
  const ports = fakePorts({
    marathon: { app: async () => app, ...scene.marathon },
    mesos: { frameworks: registered, ...scene.mesos },
    jenkins: { pulse: pulse('up', 'session-2'), ...scene.jenkins },
  });
  return followDeploy({ ...plan, ...scene.plan } as DeployPlan, ports, asked());
}

const WAY_BACK = '`cancel 5cd9` goes back to the version before.';
const NOBODY = `No controller runs; Marathon keeps trying. ${WAY_BACK}`;
const NEW_TASK = '192.168.3.31:31077';
const QUEUED = 'Marathon has nothing left to launch: Mesos is starting the task now, or the app is set to 0 instances.';

describe('it is up', () => {
  test('when a healthy new task answers as a new Jenkins, registered again', async () => {
    expect(await look()).toEqual({
      state: 'done',
      line: `It runs on ${NEW_TASK} (before: 192.168.3.25:31052), version ${NEW}.`,
    });
  });

  test('at the same address, without saying it twice', async () => {
    const app = deployed({ tasks: [fresh({ host: '192.168.3.25', ports: [31052] })] });
    expect(await look({ app })).toEqual({ state: 'done', line: `It runs on 192.168.3.25:31052, version ${NEW}.` });
  });

  test.each<[string, Scene]>([
    [
      'without a framework, if it had none before',
      { plan: { frameworkId: null }, mesos: { frameworks: async () => [] } },
    ],
    [
      'on a first deploy, with nothing to compare with',
      { plan: { taskId: null, session: null, frameworkId: null, address: null } },
    ],
    [
      'without health checks, after a minute',
      { app: deployed({ hasHealthChecks: false, tasks: [fresh({ startedAt: NOW - MINUTE, health: 'unknown' })] }) },
    ],
    [
      'when Jenkins only refuses to tell more',
      { jenkins: { pulse: pulse('up', 'session-2'), controller: () => Promise.reject(silence('Jenkins')) } },
    ],
  ])('%s', async (_what, scene) => {
    expect(await look(scene)).toMatchObject({ state: 'done' });
  });

  test('with a token that died with the old controller, which is said', async () => {
    const controller = () => Promise.reject(refusal('Jenkins', 401, 'bad token', 'GET /api/json'));
    expect(await look({ jenkins: { pulse: pulse('up', 'session-2'), controller } })).toEqual({
      state: 'done',
      line: `It runs on ${NEW_TASK} (before: 192.168.3.25:31052), version ${NEW}. Jenkins refuses our credentials since the restart: the API token died with the old controller. Make a new one and put it where \`JENKINS_API_TOKEN\` is set.`,
    });
  });
});

describe('it will not get there', () => {
  test.each<[string, Scene, Progress]>([
    [
      'when the app was deleted',
      { app: undefined },
      {
        state: 'failed',
        line: 'the app has been deleted meanwhile.',
        left: 'Nothing runs; `deploy` would create it.',
      },
    ],
    [
      'when somebody else changed the app',
      { app: deployed({ labels: { BELLBOARD_JOB: 'd-other-go' }, version: '2015-05-28T09:59:00.000Z' }) },
      {
        state: 'failed',
        line: 'somebody else changed or rolled back the app meanwhile.',
        left: 'Version 2015-05-28T09:59:00.000Z is there now.',
      },
    ],
    [
      'when somebody else changed the app and kept its labels',
      {
        app: deployed({ version: EDITED, tasks: [fresh({ version: EDITED })] }),
        marathon: versionsOf({ [EDITED]: OURS, [NEW]: OURS }),
      },
      {
        state: 'failed',
        line: 'somebody else changed or rolled back the app meanwhile.',
        left: `Version ${EDITED} is there now.`,
      },
    ],
  ])('%s', async (_what, scene, progress) => {
    expect(await look(scene)).toEqual(progress);
  });
});

const failedTask = (version: string | undefined, taskId = 'jenkins.new') => ({
  taskId,
  state: 'TASK_FAILED',
  message: 'Command exited with status 127',
  host: '192.168.3.31',
  at: NOW,
  version,
});

describe('it is on its way', () => {
  test.each<[string, Scene, Omit<Progress & { state: 'going' }, 'state'>]>([
    [
      'while the old controller stops',
      { app: deployed({ tasks: [aTask()] }) },
      {
        line: 'the old controller is stopping',
        ifOver: {
          line: 'the old controller did not stop.',
          left: `It still runs, and the deployment is still in progress. ${WAY_BACK}`,
        },
      },
    ],
    [
      'while one stops that Marathon had put in the place of the old controller after the plan',
      { app: deployed({ tasks: [aTask({ id: 'jenkins.again' })], lastConfigChangeAt: Date.parse(NEW) }) },
      {
        line: 'the old controller is stopping',
        ifOver: {
          line: 'the old controller did not stop.',
          left: `It still runs, and the deployment is still in progress. ${WAY_BACK}`,
        },
      },
    ],
    [
      'while it is started anew by a Marathon that does not tell when its definition changed',
      { app: deployed({ tasks: [aTask({ id: 'jenkins.again' })] }) },
      {
        line: 'the old controller is stopping',
        ifOver: {
          line: 'the old controller did not stop.',
          left: `It still runs, and the deployment is still in progress. ${WAY_BACK}`,
        },
      },
    ],
    [
      'while Marathon has started nothing',
      { app: deployed({ tasks: [aTask()], deploymentIds: [] }) },
      {
        line: 'Marathon took the change without starting a new task yet',
        ifOver: { line: 'no new task was started.', left: 'The old controller still runs.' },
      },
    ],
    [
      'while the task is fetched',
      { app: deployed({ tasks: [fresh({ state: 'TASK_STAGING', startedAt: undefined })] }) },
      {
        line: 'the new task is being fetched and started',
        ifOver: { line: 'the new task is still being fetched and started.', left: NOBODY },
      },
    ],
    [
      'while it waits for an offer, one detail however the numbers move',
      {
        app: deployed({ tasks: [] }),
        marathon: {
          launchQueue: async () => ({
            appId: '/jenkins',
            count: 1,
            delaySecondsLeft: 42,
            overdue: false,
            since: undefined,
            processedOffers: undefined,
            unusedOffers: undefined,
            reason: undefined,
          }),
        },
      },
      {
        line: 'waiting for a new task. Marathon delays the next launch by 42 more seconds because earlier launches failed. Deploying a changed app ends the delay.',
        detail: 'waiting for a new task',
        ifOver: {
          line: 'the new task never started. Marathon delays the next launch by 42 more seconds because earlier launches failed. Deploying a changed app ends the delay.',
          left: NOBODY,
        },
      },
    ],
    [
      'while the new task dies',
      { app: deployed({ tasks: [], lastTaskFailure: failedTask(NEW) }) },
      {
        line: `the new task failed: command not found. ${QUEUED}`,
        detail: 'the new task failed: command not found.',
        ifOver: { line: 'the new task failed: command not found.', left: NOBODY },
      },
    ],
    [
      'while the new task is up and unchecked',
      { app: deployed({ tasks: [fresh({ health: 'unknown', lastSuccessAt: undefined })] }) },
      {
        line: `the new task runs on ${NEW_TASK}, its health check has not passed yet`,
        ifOver: {
          line: 'its health check never passed.',
          left: 'The new controller runs but is not healthy; Marathon may kill it.',
        },
      },
    ],
    [
      'while its health is a record of the task before',
      { app: deployed({ tasks: [fresh({ lastSuccessAt: NOW - MINUTE })] }) },
      {
        line: `the new task runs on ${NEW_TASK}, its health check has not passed yet`,
        ifOver: {
          line: 'its health check never passed.',
          left: 'The new controller runs but is not healthy; Marathon may kill it.',
        },
      },
    ],
    [
      'without health checks for less than a minute',
      { app: deployed({ hasHealthChecks: false }) },
      {
        line: `the new task runs on ${NEW_TASK}; without health checks it counts after a minute`,
        ifOver: { line: 'no task ran for a whole minute.', left: `The latest runs on ${NEW_TASK}.` },
      },
    ],
    [
      'while Jenkins starts',
      { jenkins: { pulse: pulse('starting', 'session-2', '503') } },
      {
        line: 'Jenkins is starting',
        ifOver: { line: 'Jenkins is starting (503).', left: `The task runs on ${NEW_TASK}.` },
      },
    ],
    [
      'while the old Jenkins answers',
      { jenkins: { pulse: pulse('up', 'session-1') } },
      {
        line: 'the old Jenkins still answers',
        ifOver: {
          line: 'the old Jenkins still answers: is JENKINS_URL right?',
          left: `The task runs on ${NEW_TASK}.`,
        },
      },
    ],
    [
      'while only the old framework is there',
      { mesos: { frameworks: async () => [aFramework()] } },
      {
        line: 'Jenkins answers; its Mesos framework is not registered yet',
        ifOver: {
          line: 'Jenkins answers, but it is not registered with Mesos, so no agent can start unless it registers on demand.',
          left: `The task runs on ${NEW_TASK}.`,
        },
      },
    ],
    [
      'while Mesos is silent, which is not Marathon being silent',
      { mesos: { frameworks: () => Promise.reject(silence('Mesos')) } },
      {
        line: 'Jenkins answers; Mesos does not say whether its framework is registered',
        ifOver: {
          line: 'Jenkins answers, but Mesos does not say whether it is registered (did not answer within 15 s).',
          left: `The task runs on ${NEW_TASK}.`,
        },
      },
    ],
  ])('%s', async (_what, scene, progress) => {
    expect(await look(scene)).toEqual({ state: 'going', ...progress });
  });

  test.each([
    ['of the old task', failedTask(undefined, 'jenkins.old')],
    ['of an older version', failedTask('2015-05-28T08:00:00.000Z', 'jenkins.older')],
  ])('a failure %s is not held against the new one', async (_what, lastTaskFailure) => {
    expect(await look({ app: deployed({ tasks: [], lastTaskFailure }) })).toMatchObject({
      line: `waiting for a new task. ${QUEUED}`,
    });
  });

  test('a cause that is only likely says so', async () => {
    const lastTaskFailure = { ...failedTask(NEW), message: 'Command terminated with signal Killed' };
    expect(await look({ app: deployed({ tasks: [], lastTaskFailure }) })).toMatchObject({
      ifOver: { line: 'the new task failed: killed, probably out of memory.' },
    });
  });
});

test('a silent Marathon is the journey’s to tell', async () => {
  const app = () => Promise.reject(silence('Marathon'));
  await expect(look({ marathon: { app } })).rejects.toMatchObject({ system: 'Marathon' });
});
