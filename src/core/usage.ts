// Usage of the cluster by Jenkins, worked out from what Mesos and its agents say. Pure.
import type { ExecutorStatistics, MesosAgent, MesosTask, Resources } from './cluster.js';

export interface Share {
  allocated: Resources;
  /** Tasks that hold it. */
  tasks: number;
  /** Undefined: not known, which is never shown as zero. */
  used: Measured | undefined;
}

/** What some of the tasks really used. */
export interface Measured extends Resources {
  tasks: number;
}

export interface ClusterTotals {
  agents: number;
  total: Resources;
  allocated: Resources;
}

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

/**
 * CPU really used: the difference of cumulative seconds over the difference of their times. A counter that went back
 * means another container took its place: not known.
 */
export function usedBetween(
  first: ExecutorStatistics | undefined,
  second: ExecutorStatistics | undefined,
): Resources | undefined {
  if (first === undefined || second === undefined) return undefined;
  const seconds = (second.at - first.at) / 1_000;
  const cpuSeconds = second.cpuSeconds - first.cpuSeconds;
  if (seconds <= 0 || cpuSeconds < 0) return undefined;
  return { cpus: cpuSeconds / seconds, memMiB: second.memRssMiB };
}

/** Sums what is known, and of how many tasks; undefined when nothing is. */
export function usedBy(
  tasks: readonly MesosTask[],
  first: readonly ExecutorStatistics[],
  second: readonly ExecutorStatistics[],
): Measured | undefined {
  const find = (rows: readonly ExecutorStatistics[], task: MesosTask) =>
    rows.find((row) => row.frameworkId === task.frameworkId && row.executorId === executorOf(task));
  const known = tasks
    .map((task) => usedBetween(find(first, task), find(second, task)))
    .filter((used) => used !== undefined);
  return known.length === 0 ? undefined : { ...sum(known), tasks: known.length };
}

/** Of the whole, in whole percent; a tenth would pretend to more than two samples can tell. */
export const percent = (part: number, whole: number): string =>
  whole <= 0 ? '–' : `${Math.round((part / whole) * 100)} %`;
