// Questions about the controller's app that more than one command asks.
import type { App, Framework, JenkinsPulse, MarathonTask } from './cluster.js';
import type { FailureCause } from './failure-cause.js';

/** Tasks that run. A crashed one may stay listed without being up (contract marathon §3.3). */
export const runningTasks = (tasks: readonly MarathonTask[]): MarathonTask[] =>
  tasks.filter((task) => (task.state === undefined ? task.startedAt !== undefined : task.state === 'TASK_RUNNING'));

/** The task that is Jenkins now. */
export const runningTask = (app: App): MarathonTask | undefined => runningTasks(app.tasks)[0];

/** `192.168.3.25:31052`; container networks have an address of their own. */
export function addressOf(task: MarathonTask): string {
  const [port] = task.ports;
  return port === undefined ? (task.ipAddresses[0] ?? task.host) : `${task.host}:${port}`;
}

/**
 * Jenkins' Mesos plugin as Mesos sees it. A restart without its id is a new entry of the same name: the active one
 * counts (contract mesos).
 * @param name as configured in Jenkins, where that is known ("Jenkins Scheduler" by default)
 */
export function jenkinsFramework(frameworks: readonly Framework[], name?: string): Framework | undefined {
  const named = frameworks.filter((framework) =>
    name === undefined ? /jenkins/i.test(framework.name) : framework.name === name,
  );
  return named.find((framework) => framework.active) ?? named[0];
}

/** Without the reason, for where it has been said already. */
export function stateWords(pulse: JenkinsPulse): string {
  const words: Record<JenkinsPulse['state'], string> = {
    up: 'answers',
    starting: 'is starting',
    restarting: 'is restarting',
    broken: 'answers, but not as Jenkins should',
    unreachable: 'does not answer',
  };
  return words[pulse.state];
}

export function pulseWords(pulse: JenkinsPulse): string {
  const detail = pulse.state === 'up' || pulse.detail === undefined ? '' : ` (${pulse.detail})`;
  return `${stateWords(pulse)}${detail}`;
}

export function healthWords(task: MarathonTask): string {
  if (task.health === 'healthy') return 'healthy';
  if (task.health === 'unknown') return 'not checked yet';
  // One failed check is noise; the kill needs several in a row (contract marathon §3.3).
  return task.consecutiveFailures >= 2
    ? `failing its health check (${task.consecutiveFailures} in a row)`
    : 'one health check failed';
}

/** Why a task ended. Some of the table's words carry their own doubt. */
export function causeWords({ words, certain }: Pick<FailureCause, 'words' | 'certain'>): string {
  return certain || /probably|typically|not known|not recorded/.test(words) ? words : `probably ${words}`;
}
