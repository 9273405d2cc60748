// The pieces a simulated Mesos cluster is made of: agents with room, tasks with a state and a sandbox, frameworks. Plain
// records and small questions about them; `cluster.ts` moves them, `../servers/mesos.ts` shows them.
import type { FrameworkRegistration, LaunchRequest, Program, TaskState } from './types.js';

export interface ClusterAgent {
  id: string;
  hostname: string;
  port: number;
  registeredAt: number;
  reregisteredAt: number | undefined;
  /** `disconnected`: gone for less than 75 s. `unreachable`: marked so by the master. `power`: whether its processes live. */
  state: 'active' | 'disconnected' | 'unreachable';
  power: boolean;
  /** An operator has planned work on its machine. */
  maintenance?: { startsAt: number; durationMs: number } | undefined;
  /** An operator has its tasks ended, since then. */
  drainedSince?: number | undefined;
  total: { cpus: number; memMiB: number; diskMiB: number; ports: [number, number] };
}

export interface TaskStatus {
  state: TaskState;
  message: string;
  reason: string | undefined;
  source: 'SOURCE_EXECUTOR' | 'SOURCE_AGENT' | 'SOURCE_MASTER';
  at: number;
}

export interface ClusterTask {
  id: string;
  request: LaunchRequest;
  frameworkId: string;
  agent: ClusterAgent;
  state: TaskState;
  statuses: TaskStatus[];
  ports: number[];
  containerId: string;
  sandbox: { stdout: string; stderr: string };
  launchedAt: number;
  /** `live`: holds resources. `unreachable`: on an agent nobody sees. `completed`: over. */
  place: 'live' | 'unreachable' | 'completed';
  program: Program | undefined;
  /** The process exists (also behind a partition). */
  processAlive: boolean;
  killing: boolean;
  cpuSeconds: number;
  sampled: { at: number; cpus: number } | undefined;
  /** Timers of this task: staging, grace period. */
  cancels: (() => void)[];
}

export interface ClusterFramework {
  id: string;
  registration: FrameworkRegistration;
  registeredAt: number;
  unregisteredAt: number | undefined;
  connected: boolean;
  completed: boolean;
  tasks: ClusterTask[];
  cancelFailover: (() => void) | undefined;
}

const ENDED: ReadonlySet<TaskState> = new Set(['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED', 'TASK_LOST']);
export const hasEnded = (state: TaskState) => ENDED.has(state);

/** Ended tasks a framework keeps in its history (mesos --max_completed_tasks_per_framework). */
export const COMPLETED_TASKS_KEPT = 1_000;
/** Mesos --max_completed_frameworks. */
export const COMPLETED_FRAMEWORKS_KEPT = 50;

export function usedOf(tasks: readonly ClusterTask[]): {
  cpus: number;
  memMiB: number;
  diskMiB: number;
  ports: number[];
} {
  const live = tasks.filter((task) => task.place === 'live');
  return {
    cpus: round(live.reduce((sum, task) => sum + task.request.cpus, 0)),
    memMiB: live.reduce((sum, task) => sum + task.request.memMiB, 0),
    diskMiB: live.reduce((sum, task) => sum + (task.request.diskMiB ?? 0), 0),
    ports: live.flatMap((task) => task.ports).sort((a, b) => a - b),
  };
}

/** Tasks that hold resources, by agent; a framework that is over holds nothing. */
export function holdingByAgent(frameworks: readonly ClusterFramework[]): Map<ClusterAgent, ClusterTask[]> {
  const holding = new Map<ClusterAgent, ClusterTask[]>();
  const tasks = frameworks.flatMap((framework) => (framework.completed ? [] : framework.tasks));
  for (const task of tasks.filter(({ place }) => place === 'live')) {
    const here = holding.get(task.agent);
    if (here === undefined) holding.set(task.agent, [task]);
    else here.push(task);
  }
  return holding;
}

/** Mesos counts cpus in thousandths, so that 0.1 + 0.2 fits into 0.3. */
const round = (cpus: number) => Math.round(cpus * 1_000) / 1_000;

/** Why this agent's offer does not do, in Marathon's words and order of test (contract marathon §4). */
export type Refusal =
  | 'UnfulfilledConstraint'
  | 'InsufficientCpus'
  | 'InsufficientMemory'
  | 'InsufficientDisk'
  | 'InsufficientPorts';

export const REFUSALS: readonly Refusal[] = [
  'UnfulfilledConstraint',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientPorts',
];

export function refusal(
  agent: ClusterAgent,
  onAgent: readonly ClusterTask[],
  wanted: LaunchRequest,
): Refusal | undefined {
  const used = usedOf(onAgent);
  if (wanted.hosts?.(agent.hostname) === false) return 'UnfulfilledConstraint';
  if (round(agent.total.cpus - used.cpus) < wanted.cpus) return 'InsufficientCpus';
  if (agent.total.memMiB - used.memMiB < wanted.memMiB) return 'InsufficientMemory';
  if (agent.total.diskMiB - used.diskMiB < (wanted.diskMiB ?? 0)) return 'InsufficientDisk';
  const [first, last] = agent.total.ports;
  return last - first + 1 - used.ports.length < (wanted.ports ?? 0) ? 'InsufficientPorts' : undefined;
}

/** Free ports of an agent, starting at a random place of its range. */
export function freePorts(
  agent: ClusterAgent,
  onAgent: readonly ClusterTask[],
  count: number,
  random: () => number,
): number[] {
  const taken = new Set(usedOf(onAgent).ports);
  const [first, last] = agent.total.ports;
  const size = last - first + 1;
  const start = Math.floor(random() * size);
  const ports: number[] = [];
  for (let step = 0; step < size && ports.length < count; step += 1) {
    const port = first + ((start + step) % size);
    if (!taken.has(port)) ports.push(port);
  }
  return ports;
}

/** Adds the cpu seconds since the last look, by the mean of what the program used then and uses now. */
export function sampleUsage(task: ClusterTask, now: number): { cpus: number; memMiB: number } {
  const usage = task.processAlive ? (task.program?.usage() ?? { cpus: 0, memMiB: 1 }) : { cpus: 0, memMiB: 0 };
  if (task.sampled !== undefined) {
    task.cpuSeconds += (((task.sampled.cpus + usage.cpus) / 2) * (now - task.sampled.at)) / 1_000;
  }
  task.sampled = { at: now, cpus: usage.cpus };
  return usage;
}

/** A small repeatable random source (mulberry32), so that one seed gives one world. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function seededUuid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
