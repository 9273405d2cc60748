// Mesos' answers, only the fields we read; "slave" and its wire names end here (contract mesos).
import { z } from 'zod';
import type {
  EndedMesosTask,
  ExecutorStatistics,
  Framework,
  MesosAgent,
  MesosTask,
  MesosTaskStatus,
} from '../../core/cluster.js';
import { SECOND } from '../../core/time.js';

const Resources = z
  .object({ cpus: z.number().nullish(), mem: z.number().nullish() })
  .nullish()
  .transform((wire) => ({ cpus: wire?.cpus ?? 0, memMiB: wire?.mem ?? 0 }));

const DRAINS: Readonly<Record<string, 'draining' | 'drained'>> = { DRAINING: 'draining', DRAINED: 'drained' };

const timeOf = (seconds: number | null | undefined): number | undefined =>
  seconds == null ? undefined : Math.round(seconds * SECOND);

export const Agent = z
  .object({
    id: z.string(),
    hostname: z.string(),
    port: z.number().nullish(),
    pid: z.string().nullish(),
    active: z.boolean().nullish(),
    deactivated: z.boolean().nullish(),
    drain_info: z.object({ state: z.string().nullish() }).nullish(),
    estimated_drain_start_time_seconds: z.number().nullish(),
    resources: Resources,
    used_resources: Resources,
  })
  .transform(
    (wire): MesosAgent => ({
      id: wire.id,
      hostname: wire.hostname,
      port: wire.port ?? Number(wire.pid?.split(':').at(-1) ?? 5051),
      active: wire.active ?? true,
      deactivated: wire.deactivated ?? false,
      drain: DRAINS[wire.drain_info?.state ?? ''],
      drainSince: timeOf(wire.estimated_drain_start_time_seconds),
      total: wire.resources,
      used: wire.used_resources,
    }),
  );

export const FrameworkEntry = z
  .object({
    id: z.string(),
    name: z.string(),
    active: z.boolean().nullish(),
    connected: z.boolean().nullish(),
    registered_time: z.number().nullish(),
    used_resources: Resources,
  })
  .transform(
    (wire): Framework => ({
      id: wire.id,
      name: wire.name,
      active: wire.active ?? true,
      connected: wire.connected ?? wire.active ?? true,
      registeredAt: timeOf(wire.registered_time),
      used: wire.used_resources,
    }),
  );

const WireTask = z.object({
  id: z.string(),
  name: z.string().nullish(),
  state: z.string(),
  framework_id: z.string(),
  slave_id: z.string(),
  executor_id: z.string().nullish(),
  resources: Resources,
  statuses: z.array(z.object({ state: z.string().nullish(), timestamp: z.number().nullish() })).nullish(),
});

const taskOf = (wire: z.infer<typeof WireTask>): MesosTask => ({
  id: wire.id,
  name: wire.name ?? wire.id,
  state: wire.state,
  frameworkId: wire.framework_id,
  mesosAgentId: wire.slave_id,
  executorId: wire.executor_id ?? '',
  resources: wire.resources,
  since: timeOf(statusOf(wire.state, wire.statuses)?.timestamp),
});

export const Task = WireTask.transform(taskOf);

/** The last entry may tell of something else than the state, such as the end of the framework (contract mesos). */
const statusOf = <S extends { state?: string | null | undefined }>(state: string, statuses: S[] | null | undefined) =>
  statuses?.findLast((status) => status.state === state);

export const EndedTask = WireTask.transform((wire): EndedMesosTask => {
  const { since, ...task } = taskOf(wire);
  return { ...task, endedAt: since };
});

const Id = z.object({ value: z.string() });

/** A task of the v1 API. Its nanoseconds are beyond what a number holds, so they are left alone. */
export const V1Task = z
  .object({
    framework_id: Id,
    agent_id: Id,
    executor_id: Id.nullish(),
    state: z.string(),
    statuses: z
      .array(z.object({ state: z.string(), message: z.string().nullish(), reason: z.string().nullish() }))
      .nullish(),
  })
  .transform((wire): MesosTaskStatus => {
    const told = statusOf(wire.state, wire.statuses);
    return {
      state: wire.state,
      message: told?.message ?? '',
      reason: told?.reason ?? undefined,
      mesosAgentId: wire.agent_id.value,
      frameworkId: wire.framework_id.value,
      executorId: wire.executor_id?.value ?? '',
    };
  });

/** Which task an entry is about, without a look at the rest of it: one of 40,000 is wanted. */
export function isV1Task(entry: unknown, taskId: string): boolean {
  return (entry as { task_id?: { value?: unknown } | null }).task_id?.value === taskId;
}

/** `/files/read` of an agent. */
export const FilePart = z.object({ data: z.string(), offset: z.number() });

/** Where an agent keeps the sandbox of an executor. */
export const Executor = z.object({ id: z.string(), directory: z.string() });

/** Unreachable tasks may come back; lost ones of a framework that does not know partitions are given up. */
const ENDED: ReadonlySet<string> = new Set([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
]);

export function hasEnded({ state }: Pick<MesosTask, 'state'>): boolean {
  return ENDED.has(state);
}

/** The Mesos an agent runs, where the master says so. */
export const Versioned = z.object({ version: z.string().optional().catch(undefined) });

const MIB = 1024 * 1024;

/** Which fields an agent reports depends on its isolators; memory without a limit has only a soft one. */
const Usage = z.object({
  cpus_user_time_secs: z.number().nullish(),
  cpus_system_time_secs: z.number().nullish(),
  cpus_limit: z.number().nullish(),
  cpus_soft_limit: z.number().nullish(),
  mem_rss_bytes: z.number().nullish(),
  mem_total_bytes: z.number().nullish(),
  mem_limit_bytes: z.number().nullish(),
  mem_soft_limit_bytes: z.number().nullish(),
  timestamp: z.number(),
});

const Entry = z
  .object({ framework_id: z.string(), executor_id: z.string(), statistics: Usage.nullish() })
  .transform(({ framework_id, executor_id, statistics: wire }): ExecutorStatistics[] =>
    wire == null
      ? []
      : [
          {
            frameworkId: framework_id,
            executorId: executor_id,
            cpuSeconds: (wire.cpus_user_time_secs ?? 0) + (wire.cpus_system_time_secs ?? 0),
            cpusLimit: wire.cpus_limit ?? wire.cpus_soft_limit ?? 0,
            memRssMiB: (wire.mem_rss_bytes ?? wire.mem_total_bytes ?? 0) / MIB,
            memLimitMiB: (wire.mem_limit_bytes ?? wire.mem_soft_limit_bytes ?? 0) / MIB,
            at: wire.timestamp * SECOND,
          },
        ],
  );

/** A container that is just being made has no numbers yet. */
export const Statistics = z.array(Entry).transform((entries) => entries.flat());
