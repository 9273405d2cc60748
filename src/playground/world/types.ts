// The seams of the simulated world: what the cluster (Mesos), Marathon and the Jenkins controller know of each other.
// One world, three façades: the HTTP servers under `../servers/` only translate this state into each system's API.
import type { Clock } from '../../core/time.js';
import type { Crash } from './cluster-messages.js';

/** Which Marathon is simulated; each speaks, names tasks and publishes events as its generation did (contract marathon §1, §8). */
export type MarathonGeneration = '0.8' | '0.11' | '1.3' | '1.5' | '1.11';

/** `old`: core 1.596.2 + mesos plugin 0.7 + scm-sync 0.0.8. `modern`: 2.479.3 + mesos 2.x, no scm-sync. */
export type JenkinsGeneration = 'old' | 'modern';

export type TaskState =
  | 'TASK_STAGING'
  | 'TASK_STARTING'
  | 'TASK_RUNNING'
  | 'TASK_KILLING'
  | 'TASK_FINISHED'
  | 'TASK_FAILED'
  | 'TASK_KILLED'
  | 'TASK_LOST'
  | 'TASK_UNREACHABLE';

/** One status update, as a framework receives it from Mesos. `at` is ms of the world's clock. */
export interface StatusUpdate {
  taskId: string;
  state: TaskState;
  message: string;
  reason?: string;
  agentId: string;
  hostname: string;
  at: number;
}

export interface LaunchRequest {
  taskId: string;
  name: string;
  cpus: number;
  memMiB: number;
  diskMiB?: number;
  /** How many ports to assign from the agent's range. */
  ports?: number;
  env?: Record<string, string>;
  labels?: Record<string, string>;
  /** What Mesos fetches into the sandbox before the start. */
  uris?: string[];
  /** Host names that may run it; all when absent. */
  hosts?: (hostname: string) => boolean;
  /** What runs inside; a task without a program sleeps. */
  program?: Program;
  /** Staging time, e.g. fetching the package. */
  stagingMs?: number;
}

/** A status; `silence`: the connection comes about and nothing is ever said; undefined: nothing listens. */
export type PortAnswer = number | 'silence' | undefined;

/** A process inside a task's sandbox. The cluster starts it when the task turns TASK_RUNNING. */
export interface Program {
  start(process: ProcessHandle): void;
  /** SIGTERM: end yourself through `process.exit`, or be killed after the grace period. */
  terminate(): void;
  /** Its own fault is about to end it: time for last words, before `destroy`. */
  crashing?(crash: Crash): void;
  /** SIGKILL, or the agent died: everything stops at once, no `exit` call any more. */
  destroy(): void;
  /** Answer to an HTTP check or request at the task's first port. */
  respond(path: string): PortAnswer;
  /** What it uses at this moment; the cluster integrates cpu seconds from it. */
  usage(): { cpus: number; memMiB: number };
}

/** What a program sees of the machine it runs on. */
export interface ProcessHandle {
  taskId: string;
  agentId: string;
  hostname: string;
  ports: number[];
  env: Record<string, string>;
  /** Appends to a file of the sandbox. */
  write(file: 'stdout' | 'stderr', text: string): void;
  /** The process ends: 0 → TASK_FINISHED, else TASK_FAILED with Mesos' wording. */
  exit(status: number): void;
}

/** A framework's side of Mesos. */
export interface FrameworkHandle {
  readonly id: string;
  /**
   * Asks for room: undefined when an agent took the task (updates follow), else why no offer fits, in Marathon's
   * words (`InsufficientMemory`, `UnfulfilledConstraint`, …).
   */
  launch(request: LaunchRequest): { reason: string } | undefined;
  /** SIGTERM, after `graceMs` SIGKILL; ends as TASK_KILLED. */
  kill(taskId: string, graceMs: number): void;
  /** The scheduler leaves. `failoverMs` 0: its tasks are killed at once; otherwise it is shown as inactive until it returns. */
  disconnect(): void;
}

export interface FrameworkRegistration {
  name: string;
  failoverMs: number;
  checkpoint: boolean;
  partitionAware: boolean;
  /** Reuse of an id after a failover of the scheduler. */
  id?: string;
  webuiUrl?: string;
  onUpdate(update: StatusUpdate): void;
}

/** The Mesos cluster as the schedulers (Marathon, Jenkins) use it. */
export interface ClusterForFrameworks {
  readonly clock: Clock;
  register(registration: FrameworkRegistration): FrameworkHandle;
}

/** What the simulated Marathon starts for an app: the world decides by app id and command. */
export type ProgramFactory = (app: {
  id: string;
  cmd: string | undefined;
  env: Record<string, string>;
}) => Program | undefined;
