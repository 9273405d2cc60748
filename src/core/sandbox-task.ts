// Whose sandbox is meant: the controller that runs, the one before it, or the one an alert names. Pure; `/ci logs` asks.
import type { App, EndedMesosTask, MarathonTask } from './cluster.js';
import { causeWords, runningTask } from './controller.js';
import { causeOf } from './failure-cause.js';

export type WantedTask = { which: 'current' } | { which: 'previous' } | { which: 'named'; id: string };

/** A task of the controller's app, as far as it is known where it was and what became of it. */
export interface Subject {
  taskId: string;
  mesosAgentId: string | undefined;
  host: string | undefined;
  executorId: string;
  /** Of one that runs. */
  startedAt: number | undefined;
  /** `undefined`: it has not ended. `words`: why, where that is known. */
  end: { at: number | undefined; words: string | undefined } | undefined;
}

/**
 * Task ids are the app's path with `_` for `/`, and one more part: `ci_jenkins.<uuid>`, from 1.8
 * `ci_jenkins.instance-<uuid>._app.<n>` (contract marathon §7). An app `/ci/jenkins.next` has a dot in its own path.
 */
export function isTaskOf(appId: string, taskId: string): boolean {
  const name = `${appId.replace(/^\//, '').replaceAll('/', '_')}.`;
  return taskId.startsWith(name) && /^(?:[\w-]+|instance-[\w-]+\.[\w-]+\.\d+)$/.test(taskId.slice(name.length));
}

/** Does Marathon alone tell which task that is? Then Mesos need not list the ended ones. */
export function runsNow(wanted: WantedTask, app: App): MarathonTask | undefined {
  if (wanted.which === 'current') return runningTask(app);
  return wanted.which === 'named' ? app.tasks.find((task) => task.id === wanted.id) : undefined;
}

/** @param ended of Marathon's framework, latest end first; those of other apps are passed over */
export function subjectOf(wanted: WantedTask, app: App, ended: readonly EndedMesosTask[]): Subject | undefined {
  const running = runsNow(wanted, app);
  if (running !== undefined) return fromMarathon(running);
  const named = wanted.which === 'named' ? wanted.id : undefined;
  const now = runningTask(app)?.id;
  const isMeant = (id: string) => (named === undefined ? id !== now : id === named);
  const known = ended.find((task) => isTaskOf(app.id, task.id) && isMeant(task.id));
  const failure = app.lastTaskFailure;
  const failed = failure !== undefined && isMeant(failure.taskId) ? failure : undefined;
  // Marathon remembers one failure for good; a task that was stopped on request may have ended since.
  if (failed === undefined || (known?.endedAt ?? 0) > failed.at) return known && fromMesos(known, app);
  const same = ended.find((task) => task.id === failed.taskId);
  const words = causeWords(causeOf(failed));
  if (same !== undefined) return { ...fromMesos(same, app), end: { at: same.endedAt ?? failed.at, words } };
  // After a change of leader Mesos has forgotten it, and its agent has not.
  return {
    taskId: failed.taskId,
    mesosAgentId: undefined,
    host: failed.host,
    executorId: '',
    startedAt: undefined,
    end: { at: failed.at, words },
  };
}

const fromMarathon = (task: MarathonTask): Subject => ({
  taskId: task.id,
  mesosAgentId: task.mesosAgentId,
  host: task.host,
  executorId: '',
  startedAt: task.startedAt,
  end: undefined,
});

function fromMesos(task: EndedMesosTask, { lastTaskFailure }: App): Subject {
  const words = lastTaskFailure?.taskId === task.id ? causeWords(causeOf(lastTaskFailure)) : undefined;
  return {
    taskId: task.id,
    mesosAgentId: task.mesosAgentId,
    host: undefined,
    executorId: task.executorId,
    startedAt: undefined,
    end: { at: task.endedAt, words: words ?? ENDS[task.state] },
  };
}

/** Where nobody says why, the state says how. */
const ENDS: Record<string, string> = {
  TASK_FINISHED: 'exited by itself',
  TASK_KILLED: 'stopped on request',
  TASK_FAILED: 'failed',
  TASK_LOST: 'its agent was lost',
};
