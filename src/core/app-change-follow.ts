// One look at a controller that a change of ours starts: is it really up, and if not, what is it waiting for? Called by
// the `follow` of the commands that change the app, once they know that the app is as they left it.
import type { AppChange, Before } from './app-change.js';
import { definedAt } from './app-versions.js';
import type { App, JenkinsPulse, MarathonTask } from './cluster.js';
import type { Ports, Progress } from './command.js';
import { addressOf, causeWords, jenkinsFramework, pulseWords, runningTask, stateWords } from './controller.js';
import { UpstreamError } from './errors.js';
import { causeOf } from './failure-cause.js';
import { failureWords } from './gather.js';
import { whyNotStarting } from './launch-delay.js';
import { MINUTE } from './time.js';

/** Without health checks, a task that has run for so long counts as up (contract marathon §10). */
const UP_WITHOUT_CHECKS_MS = MINUTE;

/** A healthy new task, Jenkins answering with a new session, its framework registered again (design §4.1). */
export async function followUp(plan: AppChange, app: App, ports: Ports): Promise<Progress> {
  const task = runningTask(app);
  if (task === undefined || task.id === plan.taskId || isOfOldVersion(task, app))
    return waitingForTask(app, task, plan, ports);
  const notYet = notHealthy(app, task, ports) ?? (await notAnswering(task, plan, ports));
  return notYet ?? { state: 'done', line: await upWords(app, task, plan, ports) };
}

/** Marathon may have restarted the old one between plan and write. */
const isOfOldVersion = ({ version }: MarathonTask, app: App): boolean =>
  version !== undefined && Date.parse(version) < definedAt(app);

/** @param detail the line without what changes at every look */
const going = (line: string, ifOver: { line: string; left: string }, detail?: string): Progress => ({
  state: 'going',
  line,
  ifOver,
  ...(detail === undefined ? {} : { detail }),
});

const wayBack = (app: App): string => {
  const [id] = app.deploymentIds;
  return id === undefined ? '' : ` \`cancel ${id}\` goes back to the version before.`;
};

async function waitingForTask(
  app: App,
  old: MarathonTask | undefined,
  plan: AppChange,
  { marathon }: Ports,
): Promise<Progress> {
  if (old !== undefined && app.deploymentIds.length > 0) {
    const left = `It still runs, and the deployment is still in progress.${wayBack(app)}`;
    return going('the old controller is stopping', { line: 'the old controller did not stop.', left });
  }
  if (old !== undefined) {
    return going('Marathon took the change without starting a new task yet', {
      line: 'no new task was started.',
      left: 'The old controller still runs.',
    });
  }
  const left = `No controller runs; Marathon keeps trying.${wayBack(app)}`;
  const why = whyNotStarting(await marathon.launchQueue(app.id), false, app);
  const death = deathOfNew(app, plan);
  if (death !== undefined) return going(`${death}. ${why}`, { line: `${death}.`, left }, `${death}.`);
  const staging = app.tasks.some((task) => task.state === 'TASK_STAGING' || task.state === 'TASK_STARTING');
  return staging
    ? going('the new task is being fetched and started', {
        line: 'the new task is still being fetched and started.',
        left,
      })
    : going(
        `waiting for a new task. ${why}`,
        { line: `the new task never started. ${why}`, left },
        'waiting for a new task',
      );
}

/** A failure of before, or of the old version, says nothing about the new one. */
function deathOfNew(app: App, plan: AppChange): string | undefined {
  const failure = app.lastTaskFailure;
  if (failure === undefined || failure.taskId === plan.taskId) return undefined;
  if (failure.version !== undefined && failure.version !== app.version) return undefined;
  return `the new task failed: ${causeWords(causeOf(failure))}`;
}

/** Healthy means: a check succeeded after this task started; an inherited record proves nothing (contract marathon §10). */
function notHealthy(app: App, task: MarathonTask, { clock }: Ports): Progress | undefined {
  const startedAt = task.startedAt ?? 0;
  const at = addressOf(task);
  if (!app.hasHealthChecks) {
    return clock.now() - startedAt >= UP_WITHOUT_CHECKS_MS
      ? undefined
      : going(`the new task runs on ${at}; without health checks it counts after a minute`, {
          line: 'no task ran for a whole minute.',
          left: `The latest runs on ${at}.`,
        });
  }
  if (task.health === 'healthy' && (task.lastSuccessAt === undefined || task.lastSuccessAt >= startedAt))
    return undefined;
  return going(`the new task runs on ${at}, its health check has not passed yet`, {
    line: 'its health check never passed.',
    left: 'The new controller runs but is not healthy; Marathon may kill it.',
  });
}

async function notAnswering(task: MarathonTask, plan: AppChange, ports: Ports): Promise<Progress | undefined> {
  const pulse = await ports.jenkins.pulse();
  const left = `The task runs on ${addressOf(task)}.`;
  if (pulse.state !== 'up')
    return going(`Jenkins ${stateWords(pulse)}`, { line: `Jenkins ${pulseWords(pulse)}.`, left });
  if (isOldSession(pulse, plan))
    return going('the old Jenkins still answers', {
      line: 'the old Jenkins still answers: is JENKINS_URL right?',
      left,
    });
  return notRegistered(plan, left, ports);
}

/** Whether the new JVM is a Mesos framework again. @returns undefined when it is, or need not be */
export async function notRegistered(
  plan: Pick<Before, 'frameworkId' | 'frameworkName'>,
  left: string,
  { mesos }: Pick<Ports, 'mesos'>,
): Promise<Progress | undefined> {
  if (plan.frameworkId === null) return undefined; // it was not registered before, or registers on demand
  const frameworks = await mesos.frameworks().catch((error: unknown) => {
    if (!(error instanceof UpstreamError)) throw error;
    return error;
  });
  if (frameworks instanceof UpstreamError) {
    return going('Jenkins answers; Mesos does not say whether its framework is registered', {
      line: `Jenkins answers, but Mesos does not say whether it is registered (${failureWords(frameworks)}).`,
      left,
    });
  }
  const framework = jenkinsFramework(frameworks, plan.frameworkName ?? undefined);
  if (framework?.active === true && framework.id !== plan.frameworkId) return undefined;
  return going('Jenkins answers; its Mesos framework is not registered yet', {
    line: 'Jenkins answers, but it is not registered with Mesos, so no agent can start unless it registers on demand.',
    left,
  });
}

const isOldSession = (pulse: JenkinsPulse, plan: AppChange): boolean =>
  plan.session !== null && pulse.session === plan.session;

async function upWords(app: App, task: MarathonTask, plan: AppChange, { jenkins }: Ports): Promise<string> {
  const from = plan.address === null || plan.address === addressOf(task) ? '' : ` (before: ${plan.address})`;
  return `It runs on ${addressOf(task)}${from}, version ${app.version}.${await tokenWords(jenkins)}`;
}

/** Empty, or a sentence after a blank: the secrets of a controller die with its sandbox (contract jenkins §5.1). */
export async function tokenWords(jenkins: Pick<Ports['jenkins'], 'controller'>): Promise<string> {
  try {
    await jenkins.controller();
    return '';
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.status !== 401) return '';
    return ' Jenkins refuses our credentials since the restart: the API token died with the old controller. Make a new one and put it where `JENKINS_API_TOKEN` is set.';
  }
}
