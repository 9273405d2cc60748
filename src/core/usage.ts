// Usage of the cluster by Jenkins, worked out from what Mesos and its agents say. Pure.
import type { ExecutorStatistics, MesosAgent, MesosTask, Resources } from './cluster.js';
import { MINUTE, SECOND } from './time.js';
import type { ClusterTotals, Held } from './usage-sample.js';

export const NOTHING: Resources = { cpus: 0, memMiB: 0 };

export const add = (a: Resources, b: Resources): Resources => ({ cpus: a.cpus + b.cpus, memMiB: a.memMiB + b.memMiB });

export const sum = (parts: readonly Resources[]): Resources => parts.reduce(add, NOTHING);

export function clusterTotals(agents: readonly MesosAgent[]): ClusterTotals {
  const active = agents.filter((agent) => agent.active);
  return {
    agents: active.length,
    total: sum(active.map((agent) => agent.total)),
    allocated: sum(active.map((agent) => agent.used)),
  };
}

/** Mesos names the executor of a command task like the task. */
export const executorOf = (task: Pick<MesosTask, 'id' | 'executorId'>): string => task.executorId || task.id;

/** What one look at a container told. */
export interface Counted extends ExecutorStatistics {
  /** When its agent had answered, our clock; a silent agent holds up the others. */
  heardAt: number;
}

/** Counters that are older tell an average over a time in which too much happened. */
const OLDEST_MS = 2.5 * MINUTE;
/** An agent's clock and ours may run apart by this much between two looks. */
const CLOCK_SLACK_MS = 5 * SECOND;

/**
 * CPU really used: the difference of cumulative seconds over the difference of their times, both by the agent's clock,
 * so it may be wrong by minutes. A counter that went back means another container took its place; a clock that was set
 * in between, that nothing can be told.
 */
export function usedBetween(
  first: ExecutorStatistics | undefined,
  second: ExecutorStatistics | undefined,
): Resources | undefined {
  if (first === undefined || second === undefined) return undefined;
  const seconds = (second.at - first.at) / SECOND;
  const cpuSeconds = second.cpuSeconds - first.cpuSeconds;
  if (seconds <= 0 || cpuSeconds < 0) return undefined;
  return { cpus: cpuSeconds / seconds, memMiB: second.memRssMiB };
}

/** Names one container in the whole cluster. */
export const keyOf = ({ frameworkId, executorId }: Pick<ExecutorStatistics, 'frameworkId' | 'executorId'>): string =>
  `${frameworkId} ${executorId}`;

export const keyOfTask = (task: MesosTask): string =>
  keyOf({ frameworkId: task.frameworkId, executorId: executorOf(task) });

/** What each executor used between two looks; those of which nothing can be told are not in it. */
export function usedPerExecutor(before: readonly Counted[], now: readonly Counted[]): Map<string, Resources> {
  const used = new Map<string, Resources>();
  const earlier = new Map(before.map((row) => [keyOf(row), row]));
  for (const row of now) {
    const first = earlier.get(keyOf(row));
    const known = usedBetween(first, row);
    if (first === undefined || known === undefined) continue;
    const passedMs = row.heardAt - first.heardAt;
    const clockRanMs = row.at - first.at;
    if (passedMs <= OLDEST_MS && Math.abs(clockRanMs - passedMs) <= CLOCK_SLACK_MS) used.set(keyOf(row), known);
  }
  return used;
}

/** What these tasks hold, and what is known of their use. Nothing uses nothing. */
export function heldBy(tasks: readonly MesosTask[], used: ReadonlyMap<string, Resources>): Held {
  const known = tasks.map((task) => used.get(keyOfTask(task))).filter((one) => one !== undefined);
  return {
    tasks: tasks.length,
    allocated: sum(tasks.map((task) => task.resources)),
    used: known.length === 0 && tasks.length > 0 ? null : { ...sum(known), tasks: known.length },
  };
}
