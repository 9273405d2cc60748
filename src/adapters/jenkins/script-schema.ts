// What our Groovy scripts print (contract jenkins §2.3, §3.3), only the fields we read. Called by `client.ts`.
import { z } from 'zod';
import type { ExecutorSettings, ScmSyncStatus } from '../../core/cluster.js';
import { maybe } from '../maybe.js';
import { gitSaid, lastFailure, tellingRecord } from './scm-failures.js';

const Template = z.object({
  index: z.number(),
  label: z.string(),
  maxExecutors: z.number(),
  idleTerminationMinutes: maybe(z.number()),
  cpus: maybe(z.number()),
  mem: maybe(z.number()),
  executorCpus: maybe(z.number()),
  executorMem: maybe(z.number()),
});

const Cloud = z.object({
  index: z.number(),
  generation: z.number(),
  frameworkName: maybe(z.string()),
  onDemandRegistration: maybe(z.boolean()),
  schedulerRunning: maybe(z.boolean()),
  templates: z.array(Template),
});

export const ExecutorsRead = z
  .object({ controller: z.object({ numExecutors: z.number() }), clouds: z.array(Cloud) })
  .transform(
    ({ controller, clouds }): ExecutorSettings => ({
      controllerExecutors: controller.numExecutors,
      templates: clouds.flatMap((cloud) =>
        cloud.templates.map((wire) => ({
          cloud: cloud.index,
          generation: cloud.generation === 2 ? (2 as const) : (0 as const),
          index: wire.index,
          label: wire.label,
          maxExecutors: wire.maxExecutors,
          idleMinutes: wire.idleTerminationMinutes,
          cpus: wire.cpus ?? 0,
          memMiB: wire.mem ?? 0,
          executorCpus: wire.executorCpus,
          executorMemMiB: wire.executorMem,
        })),
      ),
      schedulerRunning: allRunning(clouds.map((cloud) => cloud.schedulerRunning)),
      onDemandRegistration: clouds.some((cloud) => cloud.onDemandRegistration === true),
      frameworkName: clouds[0]?.frameworkName,
    }),
  );

/** One cloud whose scheduler is gone starts no agents; 2.x does not tell. */
function allRunning(clouds: (boolean | undefined)[]): boolean | undefined {
  const known = clouds.filter((running) => running !== undefined);
  return known.length === 0 ? undefined : known.every((running) => running);
}

const TemplateRow = z.object({
  cloud: z.number(),
  template: z.number(),
  label: z.string(),
  from: z.number(),
  to: z.number(),
});
export const TemplateSet = z.object({
  changed: z.array(TemplateRow),
  unchanged: z.array(TemplateRow),
  refused: z.array(TemplateRow.extend({ reason: z.string() })),
  saved: z.boolean(),
});

export const ControllerSet = z.object({ from: z.number(), to: z.number(), applied: z.boolean() });

const LogFile = z.object({
  exists: z.boolean(),
  mtime: maybe(z.number()),
  size: maybe(z.number()),
  tail: maybe(z.string()),
});

const LogRecord = z.object({ millis: maybe(z.number()), message: z.string() });

export const ScmStatus = z
  .object({
    now: z.number(),
    session: maybe(z.string()),
    loadedAt: maybe(z.number()),
    plugin: z.enum(['absent', 'inactive', 'active']),
    scm: maybe(z.string()),
    url: maybe(z.string()),
    queuedCommits: maybe(z.number()),
    unpushedCommits: maybe(z.number()),
    dirtyFiles: maybe(z.number()),
    configInSync: maybe(z.boolean()),
    head: maybe(z.string()),
    filesAtRisk: maybe(z.array(z.string())),
    success: LogFile,
    fail: LogFile,
    log: maybe(z.array(LogRecord)),
  })
  .transform(({ success, fail, log, ...wire }): ScmSyncStatus => {
    const failure = fail.exists ? lastFailure(fail.tail ?? '') : undefined;
    const record = tellingRecord(log ?? []);
    return {
      ...wire,
      // `<hash> <seconds since the epoch>`
      head: wire.head?.split(' ', 1)[0],
      // Their times as the files have them: the dates inside have no usable zone (contract jenkins §3.3).
      successAt: success.exists ? success.mtime : undefined,
      failedAt: fail.exists ? fail.mtime : undefined,
      failSize: fail.exists ? fail.size : undefined,
      failText: failure?.text,
      failDate: failure?.date,
      logText: record === undefined ? undefined : gitSaid(record.message),
      logAt: record?.millis,
      source: 'script',
    };
  });
