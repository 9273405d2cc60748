// `/ci status`: everything about the CI service on one screen.
import { z } from 'zod';
import type { AppLock } from '../core/app-lock.js';
import type { ChangeInfo } from '../core/changes.js';
import type {
  App,
  BuildQueueItem,
  Deployment,
  ExecutorSettings,
  Framework,
  JenkinsController,
  JenkinsExecutors,
  JenkinsPulse,
  LaunchQueueEntry,
  ScmSyncStatus,
} from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { addressOf, healthWords, jenkinsFramework, pulseWords, runningTask, stateWords } from '../core/controller.js';
import { context, type Message } from '../core/conversation.js';
import { gaps, type Told, told } from '../core/gather.js';
import { whyNotStarting } from '../core/launch-delay.js';
import { AFTER_PULSE_MS, pulseInTime } from '../core/pulse.js';
import { scmState, scmWords } from '../core/scm-words.js';
import { code, join, md, mention, moment, type Rich } from '../core/text.js';
import { counted, duration } from '../core/words.js';

interface Facts {
  now: number;
  appId: string;
  app: Told<App | undefined>;
  deployments: Told<Deployment[]>;
  launch: Told<LaunchQueueEntry | undefined>;
  frameworks: Told<Framework[]>;
  /** Jenkins' Mesos plugin; needs more rights than the rest, so its absence is no gap. */
  plugin: Told<ExecutorSettings>;
  pulse: JenkinsPulse;
  controller: Told<JenkinsController>;
  executors: Told<JenkinsExecutors>;
  buildQueue: Told<BuildQueueItem[]>;
  scm: Told<ScmSyncStatus>;
  running: ChangeInfo | undefined;
  waiting: ChangeInfo[];
  /** With its owner's name: `--here` must not notify anybody who is only named. */
  lock: { lock: AppLock; owner: string } | undefined;
  /** Ids of open alerts. */
  alerts: string[];
}

export const status = defineCommand({
  name: 'status',
  usage: 'status',
  summary: 'One screen: app, deployments, Jenkins, Mesos framework, SCM sync, running changes, open alerts.',
  examples: ['status', 'status --here'],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

const ALERTS_SHOWN = 20;

async function run(_: object, ports: Ports, _asked: Asked): Promise<Facts> {
  const { marathon, mesos, jenkins, clock, settings, changes } = ports;
  const knocked = pulseInTime(jenkins, clock);
  // A controller that does not answer would let each of these wait for its own timeout.
  const fromJenkins = async <T>(ask: () => Promise<T>): Promise<Told<T>> => {
    const heard = await knocked;
    if (heard.state === 'up') return told(clock, 'Jenkins', ask, AFTER_PULSE_MS);
    return { ok: false, missing: `Jenkins ${stateWords(heard)}` };
  };
  const [
    pulse,
    app,
    deployments,
    launch,
    frameworks,
    plugin,
    controller,
    executors,
    buildQueue,
    scm,
    running,
    waiting,
    lock,
    recent,
  ] = await Promise.all([
    knocked,
    told(clock, 'Marathon', () => marathon.app(settings.appId)),
    told(clock, 'Marathon', () => marathon.deployments()),
    told(clock, 'Marathon', () => marathon.launchQueue(settings.appId)),
    told(clock, 'Mesos', () => mesos.frameworks()),
    fromJenkins(() => jenkins.executorSettings()),
    fromJenkins(() => jenkins.controller()),
    fromJenkins(() => jenkins.executors()),
    fromJenkins(() => jenkins.buildQueue()),
    fromJenkins(() => jenkins.scmSync()),
    changes.running(),
    changes.waiting(),
    lockOf(ports),
    ports.incidents.recent(ALERTS_SHOWN),
  ]);
  return {
    now: clock.now(),
    appId: settings.appId,
    app,
    deployments,
    launch,
    frameworks,
    pulse,
    plugin,
    controller,
    executors,
    buildQueue,
    scm,
    running,
    waiting,
    lock,
    alerts: recent.filter((incident) => incident.resolvedAt === undefined).map((incident) => incident.id),
  };
}

async function lockOf({ locks, nameOf }: Ports): Promise<Facts['lock']> {
  const lock = await locks.standing();
  return lock === undefined ? undefined : { lock, owner: await nameOf(lock.userId) };
}

function view(facts: Facts): Message {
  const headline = headlineOf(facts);
  const missing = [
    ...new Set(
      gaps(
        facts.app,
        facts.deployments,
        facts.frameworks,
        facts.controller,
        facts.executors,
        facts.buildQueue,
        facts.scm,
      ),
    ),
  ];
  return {
    text: headline.plain,
    blocks: [
      { type: 'section', text: headline },
      {
        type: 'fields',
        fields: [
          { label: 'App', value: appWords(facts) },
          { label: 'Deployments', value: deploymentWords(facts) },
          { label: 'Jenkins', value: jenkinsWords(facts) },
          { label: 'Builds', value: buildWords(facts) },
          { label: 'Mesos framework', value: frameworkWords(facts) },
          { label: 'SCM sync', value: facts.scm.ok ? md`${scmWords(facts.scm.value)}` : unknown },
          { label: 'Changes', value: changeWords(facts) },
          { label: 'Lock', value: lockWords(facts) },
          { label: 'Alerts', value: alertWords(facts) },
        ],
      },
      ...(missing.length === 0 ? [] : [context(md`Not known: ${missing.join('; ')}.`)]),
    ],
  };
}

const unknown = md`not known`;

const alertWords = ({ alerts }: Facts): Rich =>
  alerts.length === 0 ? md`none open` : md`${join(alerts.map((id) => code(id)))} open: \`alerts\` tells more`;

function headlineOf(facts: Facts): Rich {
  const { appId, frameworks } = facts;
  const worries = worriesOf(facts);
  if (worries.length > 0) return md`:warning: ${join(worries, '; ')}.`;
  if (!frameworks.ok)
    return md`:warning: ${appId} runs and Jenkins answers; Mesos does not say whether agents can start.`;
  return md`:large_green_circle: ${appId} runs, Jenkins answers, and agents can start.`;
}

function worriesOf(facts: Facts): Rich[] {
  const { app, appId, pulse, scm, controller } = facts;
  const worries: Rich[] = [];
  if (!app.ok) worries.push(md`Marathon does not tell about ${appId} (${app.missing})`);
  else if (app.value === undefined) worries.push(md`Marathon has no app ${appId}`);
  else worries.push(...taskWorries(app.value));
  if (pulse.state !== 'up') worries.push(md`Jenkins ${pulseWords(pulse)}`);
  if (pulse.state === 'up' && isCutOff(facts))
    worries.push(md`Jenkins is not registered with Mesos: no agent can start`);
  if (scm.ok && scmState(scm.value) === 'failing') worries.push(md`SCM sync is ${scmWords(scm.value)}`);
  if (controller.ok && controller.value.quietingDown) worries.push(md`Jenkins is quieting down: no build starts`);
  return worries;
}

function taskWorries(app: App): Rich[] {
  const task = runningTask(app);
  if (task === undefined) {
    if (app.instances === 0) return [md`${app.id} is suspended (0 instances)`];
    return [app.deploymentIds.length > 0 ? md`${app.id} is being deployed` : md`${app.id} has no running task`];
  }
  // One failed check is noise (`healthWords`).
  return task.health === 'unhealthy' && task.consecutiveFailures >= 2 ? [md`${app.id} is ${healthWords(task)}`] : [];
}

/** A plugin that registers on demand is away while nothing builds, and without a Mesos cloud nothing is missing. */
function isCutOff({ frameworks, plugin }: Facts): boolean {
  if (!frameworks.ok || jenkinsFramework(frameworks.value, frameworkName(plugin))?.active === true) return false;
  return !plugin.ok || (plugin.value.frameworkName !== undefined && !plugin.value.onDemandRegistration);
}

const frameworkName = (plugin: Told<ExecutorSettings>): string | undefined =>
  plugin.ok ? plugin.value.frameworkName : undefined;

function appWords({ app, launch }: Facts): Rich {
  if (!app.ok) return unknown;
  if (app.value === undefined) return md`not there`;
  const task = runningTask(app.value);
  if (task !== undefined) return md`${app.value.id} on ${addressOf(task)}, ${healthWords(task)}`;
  if (app.value.instances === 0) return md`${app.value.id} is suspended (0 instances)`;
  return md`${app.value.id} is not running. ${launch.ok ? whyNotStarting(launch.value, false, app.value) : ''}`;
}

function deploymentWords({ deployments, appId }: Facts): Rich {
  if (!deployments.ok) return unknown;
  const touching = deployments.value.filter((deployment) => deployment.affectedApps.includes(appId));
  if (touching.length === 0) return md`none in progress`;
  return join(
    touching.map(
      (deployment) => md`${code(deployment.id)}, step ${deployment.currentStep} of ${deployment.totalSteps}`,
    ),
    '; ',
  );
}

function jenkinsWords({ controller, pulse }: Facts): Rich {
  if (!controller.ok) return md`${stateWords(pulse)}`;
  return md`${controller.value.version ?? 'version unknown'}${controller.value.quietingDown ? ', quieting down' : ''}`;
}

function buildWords({ executors, buildQueue, now }: Facts): Rich {
  if (!executors.ok || !buildQueue.ok) return unknown;
  const longest = Math.max(0, ...buildQueue.value.map((item) => now - item.inQueueSince));
  const waiting =
    buildQueue.value.length === 0
      ? 'none waits'
      : `${buildQueue.value.length} in the queue, longest ${duration(longest)}`;
  return md`${executors.value.busy} of ${counted(executors.value.total, 'executor')} busy, ${waiting}`;
}

function frameworkWords({ frameworks, plugin }: Facts): Rich {
  if (!frameworks.ok) return unknown;
  if (plugin.ok && plugin.value.frameworkName === undefined) return md`Jenkins has no Mesos cloud`;
  const framework = jenkinsFramework(frameworks.value, frameworkName(plugin));
  const onDemand = plugin.ok && plugin.value.onDemandRegistration ? ', registers on demand' : '';
  if (framework === undefined) return md`not registered${onDemand}`;
  return md`${framework.name}: ${framework.active ? 'registered' : 'away'}${onDemand}`;
}

function changeWords({ running, waiting }: Facts): Rich {
  if (running === undefined) return waiting.length === 0 ? md`none under way` : md`${waiting.length} waiting`;
  const now = md`${code(running.text)} by ${mention(running.userId)} (${running.step})`;
  return waiting.length === 0 ? now : md`${now}, ${waiting.length} waiting`;
}

function lockWords({ lock }: Facts): Rich {
  if (lock === undefined) return md`none`;
  const { reason, until } = lock.lock;
  const why = reason === null ? md`` : md`: ${reason}`;
  return md`${lock.owner} until ${moment(until)}${why}`;
}
