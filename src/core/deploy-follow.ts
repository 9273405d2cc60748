// One look at a deploy on its way: is the new controller really up, and if not, what is it waiting for?
import type { App, JenkinsPulse, MarathonTask } from './cluster.js';
import type { Asked, Ports, Progress } from './command.js';
import { addressOf, jenkinsFramework, pulseWords, runningTask } from './controller.js';
import type { DeployPlan } from './deploy.js';
import { JOB_LABEL } from './deploy-plan.js';
import { UpstreamError } from './errors.js';
import { causeOf } from './failure-cause.js';
import { whyNotStarting } from './launch-delay.js';
import { MINUTE } from './time.js';

/** Without health checks, a task that has run for so long counts as up (contract marathon §10). */
const UP_WITHOUT_CHECKS_MS = MINUTE;

export async function followDeploy(plan: DeployPlan, ports: Ports, asked: Asked, _since: number): Promise<Progress> {
  const app = await ports.marathon.app(plan.appId);
  if (app === undefined)
    return failed('the app has been deleted meanwhile.', 'Nothing runs; `deploy` would create it.');
  if (app.labels[JOB_LABEL] !== asked.id) {
    return failed('somebody else changed or rolled back the app meanwhile.', `Version ${app.version} is there now.`);
  }
  const task = runningTask(app);
  if (task === undefined || task.id === plan.taskId) return waitingForTask(app, task, plan, ports);
  const notYet = notHealthy(app, task, ports) ?? (await notAnswering(task, plan, ports));
  return notYet ?? { state: 'done', line: await upWords(app, task, plan, ports) };
}

const failed = (line: string, left: string): Progress => ({ state: 'failed', line, left });
const going = (line: string, ifOver?: { line: string; left: string }): Progress => ({
  state: 'going',
  line,
  ...(ifOver === undefined ? {} : { ifOver }),
});

async function waitingForTask(
  app: App,
  old: MarathonTask | undefined,
  plan: DeployPlan,
  { marathon }: Ports,
): Promise<Progress> {
  if (old !== undefined && app.deploymentIds.length > 0) return going('the old controller is stopping');
  if (old !== undefined) {
    return going('Marathon took the change without starting a new task yet', {
      line: 'no new task was started.',
      left: 'The old controller still runs.',
    });
  }
  const failure = app.lastTaskFailure;
  const ofNewVersion =
    failure !== undefined &&
    failure.taskId !== plan.taskId &&
    (failure.version === undefined || failure.version === app.version);
  const why = whyNotStarting(await marathon.launchQueue(app.id), false, app);
  const left = `No controller runs; Marathon keeps trying. ${app.deploymentIds[0] === undefined ? '' : `\`cancel ${app.deploymentIds[0]}\` goes back to the version before.`}`;
  if (ofNewVersion) {
    const cause = causeOf(failure);
    const words = `the new task failed: ${cause.certain ? '' : 'probably '}${cause.words}`;
    return going(`${words}. ${why}`, { line: `${words}.`, left });
  }
  const staging = app.tasks.some((task) => task.state === 'TASK_STAGING' || task.state === 'TASK_STARTING');
  return staging
    ? going('the new task is being fetched and started')
    : going(`waiting for a new task. ${why}`, { line: `the new task never started. ${why}`, left });
}

/** Healthy means: a check succeeded after this task started; an inherited record proves nothing (contract marathon §10). */
function notHealthy(app: App, task: MarathonTask, { clock }: Ports): Progress | undefined {
  const startedAt = task.startedAt ?? 0;
  const left = 'The new controller runs but is not healthy; Marathon may kill it.';
  if (!app.hasHealthChecks) {
    return clock.now() - startedAt >= UP_WITHOUT_CHECKS_MS
      ? undefined
      : going(`the new task runs on ${addressOf(task)}; without health checks it counts after a minute`);
  }
  if (task.health === 'healthy' && (task.lastSuccessAt === undefined || task.lastSuccessAt >= startedAt))
    return undefined;
  return going(`the new task runs on ${addressOf(task)}, its health check has not passed yet`, {
    line: 'its health check never passed.',
    left,
  });
}

async function notAnswering(
  task: MarathonTask,
  plan: DeployPlan,
  { jenkins, mesos }: Ports,
): Promise<Progress | undefined> {
  const pulse = await jenkins.pulse();
  const left = `The task runs on ${addressOf(task)}.`;
  if (pulse.state !== 'up')
    return going(`Jenkins ${pulseWords(pulse)}`, { line: `Jenkins ${pulseWords(pulse)}.`, left });
  if (isOldSession(pulse, plan))
    return going('the old Jenkins still answers', {
      line: 'the old Jenkins still answers: is JENKINS_URL right?',
      left,
    });
  if (plan.frameworkId === null) return undefined; // it was not registered before, or registers on demand
  const framework = jenkinsFramework(await mesos.frameworks());
  if (framework?.active === true && framework.id !== plan.frameworkId) return undefined;
  return going('Jenkins answers; its Mesos framework is not registered yet', {
    line: 'Jenkins answers, but it is not registered with Mesos, so no agent can start.',
    left,
  });
}

const isOldSession = (pulse: JenkinsPulse, plan: DeployPlan): boolean =>
  plan.session !== null && pulse.session === plan.session;

async function upWords(app: App, task: MarathonTask, plan: DeployPlan, { jenkins }: Ports): Promise<string> {
  const from = plan.address === null || plan.address === addressOf(task) ? '' : ` (before: ${plan.address})`;
  const lost = await jenkins.controller().then(
    () => '',
    (error: unknown) => {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.status !== 401) return '';
      return ' Jenkins refuses our credentials since the restart: the API token died with the old controller. Make a new one and put it where `JENKINS_API_TOKEN` is set.';
    },
  );
  return `It runs on ${addressOf(task)}${from}, version ${app.version}.${lost}`;
}
