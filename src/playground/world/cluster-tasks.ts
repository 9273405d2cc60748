// The life of one task on its Mesos agent: staging, running, asked to stop, dead. `cluster.ts` starts and ends lives here
// and hears of every step through `report`; nothing here knows frameworks or the master.
import { type Clock, SECOND } from '../../core/time.js';
import {
  agentLost,
  type Crash,
  crashMessage,
  executorLines,
  executorSawEnd,
  exited,
  fetchFailed,
  type MesosGeneration,
  terminated,
} from './cluster-messages.js';
import { type ClusterTask, hasEnded, sampleUsage, type TaskStatus } from './cluster-parts.js';
import type { ProcessHandle, TaskState } from './types.js';

/** A sleeping process without a program dies this long after SIGTERM. */
const SLEEPER_DIES_MS = 300;
/** From TASK_STARTING to TASK_RUNNING of a command task, when the agent sends both (Mesos 1.5+). */
const START_MS = 500;
const DEFAULT_STAGING_MS = 2 * SECOND;

export interface TaskLifeOptions {
  clock: Clock;
  mesos: MesosGeneration;
  /** What the executor or agent says; the master decides whether it hears it. */
  report: (task: ClusterTask, status: TaskStatus) => void;
  /** What of this task's packages cannot be fetched; undefined: all is there. */
  missing: (task: ClusterTask) => string | undefined;
}

export class TaskLife {
  readonly #options: TaskLifeOptions;

  constructor(options: TaskLifeOptions) {
    this.#options = options;
  }

  begin(task: ClusterTask): void {
    const stagingMs = task.request.stagingMs ?? DEFAULT_STAGING_MS;
    this.#later(task, stagingMs, () => {
      const missing = this.#options.missing(task);
      if (missing === undefined) this.#start(task);
      else this.#failFetch(task, missing);
    });
  }

  kill(task: ClusterTask, graceMs: number): void {
    if (task.killing || hasEnded(task.state)) return;
    task.killing = true;
    if (!task.processAlive) {
      this.#end(task, 'TASK_KILLED', terminated('Killed'));
    } else if (task.program === undefined) {
      this.#later(task, SLEEPER_DIES_MS, () => this.#end(task, 'TASK_KILLED', terminated('Terminated')));
    } else {
      this.#later(task, graceMs, () => {
        task.program?.destroy();
        this.#end(task, 'TASK_KILLED', terminated('Killed'));
      });
      task.program.terminate();
    }
  }

  crash(task: ClusterTask, crash: Crash): void {
    if (hasEnded(task.state)) return;
    if (task.processAlive) {
      task.program?.crashing?.(crash);
      task.program?.destroy();
      this.#closeLog(task, crash);
    }
    const reason = 'oom' in crash ? 'REASON_CONTAINER_LIMITATION_MEMORY' : undefined;
    const finished = 'status' in crash && crash.status === 0;
    this.#end(task, finished ? 'TASK_FINISHED' : 'TASK_FAILED', crashMessage(crash, task.request.memMiB), reason);
  }

  /** The machine lost power, or the master gave the task up: the process is gone and nobody says so. */
  vanish(task: ClusterTask): void {
    if (task.processAlive) task.program?.destroy();
    this.#stopClocks(task);
  }

  /** The words of the agent after its machine came back without the task. */
  lostWithPower(task: ClusterTask): void {
    this.#say(task, 'TASK_FAILED', 'Abnormal executor termination', 'REASON_EXECUTOR_TERMINATED');
  }

  lostMessage(task: ClusterTask): string {
    return agentLost(this.#options.mesos, task.agent.hostname);
  }

  #start(task: ClusterTask): void {
    if (this.#options.mesos !== '1.10') {
      this.#run(task);
    } else {
      this.#say(task, 'TASK_STARTING', '');
      this.#later(task, START_MS, () => this.#run(task));
    }
  }

  #run(task: ClusterTask): void {
    const lines = executorLines(this.#options.clock.now(), task.agent.id, task.id);
    task.sandbox.stderr += lines.stderr;
    task.sandbox.stdout += lines.stdout;
    task.processAlive = true;
    sampleUsage(task, this.#options.clock.now());
    this.#say(task, 'TASK_RUNNING', '');
    if (task.processAlive) task.program?.start(this.#handle(task));
  }

  #handle(task: ClusterTask): ProcessHandle {
    return {
      taskId: task.id,
      agentId: task.agent.id,
      hostname: task.agent.hostname,
      ports: task.ports,
      env: task.request.env ?? {},
      write: (file, text) => {
        task.sandbox[file] += text;
      },
      exit: (status) => this.#exit(task, status),
    };
  }

  #exit(task: ClusterTask, status: number): void {
    if (!task.processAlive) return;
    // Before 1.5 the command executor called any exit 0 finished, also that of a process it had asked to stop.
    const stopped = task.killing && (status !== 0 || this.#options.mesos === '1.10');
    // 143 is how a process that SIGTERM ended looks to its shell; the executor itself sees the signal.
    const message = task.killing && status === 143 ? terminated('Terminated') : exited(status);
    this.#end(task, stopped ? 'TASK_KILLED' : status === 0 ? 'TASK_FINISHED' : 'TASK_FAILED', message);
  }

  /** The executor outlives a process that died; a container over its memory limit takes the executor along. */
  #closeLog(task: ClusterTask, crash: Crash): void {
    if (!('signal' in crash || 'status' in crash)) return;
    const { mesos, clock } = this.#options;
    const { file, text } = executorSawEnd(mesos, clock.now(), crashMessage(crash, task.request.memMiB));
    task.sandbox[file] += text;
  }

  #failFetch(task: ClusterTask, missing: string): void {
    const message = fetchFailed(this.#options.mesos, task.containerId);
    task.sandbox.stderr += `Failed to fetch '${missing}': download failed with 404\nFailed to synchronize with agent (it's probably exited)\n`;
    this.#end(task, 'TASK_FAILED', message, 'REASON_CONTAINER_LAUNCH_FAILED');
  }

  #end(task: ClusterTask, state: TaskState, message: string, reason?: string): void {
    if (task.processAlive) sampleUsage(task, this.#options.clock.now());
    this.#stopClocks(task);
    this.#say(task, state, message, reason);
  }

  #stopClocks(task: ClusterTask): void {
    task.processAlive = false;
    for (const cancel of task.cancels) cancel();
    task.cancels = [];
  }

  #say(task: ClusterTask, state: TaskState, message: string, reason?: string): void {
    const at = this.#options.clock.now();
    this.#options.report(task, { state, message, reason, source: 'SOURCE_EXECUTOR', at });
  }

  #later(task: ClusterTask, ms: number, act: () => void): void {
    task.cancels.push(this.#options.clock.after(ms, act));
  }
}
