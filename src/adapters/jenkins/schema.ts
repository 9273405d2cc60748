// Jenkins' answers, only the fields we read, old (1.596) and modern.
import { z } from 'zod';
import type {
  BuildQueueItem,
  ExecutorSettings,
  JenkinsComputer,
  JenkinsExecutors,
  ScmSyncStatus,
} from '../../core/cluster.js';

const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

export const Controller = z.object({
  quietingDown: maybe(z.boolean()),
  numExecutors: maybe(z.number()),
  url: maybe(z.string()),
  primaryView: maybe(z.object({ url: maybe(z.string()) })),
});

const Executable = maybe(
  z.object({ number: maybe(z.number()), url: maybe(z.string()), fullDisplayName: maybe(z.string()) }),
);
const Executor = z.object({ currentExecutable: Executable }).nullish();

const Computer = z
  .object({
    displayName: z.string(),
    offline: maybe(z.boolean()),
    idle: maybe(z.boolean()),
    numExecutors: maybe(z.number()),
    executors: maybe(z.array(Executor)),
    oneOffExecutors: maybe(z.array(Executor)),
  })
  .transform((wire): JenkinsComputer => {
    const running = [...(wire.executors ?? []), ...(wire.oneOffExecutors ?? [])].flatMap(
      (executor) => executor?.currentExecutable ?? [],
    );
    return {
      name: wire.displayName,
      isController: ['master', 'Built-In Node', 'built-in'].includes(wire.displayName),
      offline: wire.offline ?? false,
      idle: wire.idle ?? running.length === 0,
      numExecutors: wire.numExecutors ?? 0,
      builds: running.map((build) => ({
        name: build.fullDisplayName ?? nameInPath(build.url) ?? `build ${build.number ?? '?'}`,
        number: build.number,
        path: pathOf(build.url),
      })),
    };
  });

/** Answers carry the configured root URL, which goes stale after a failover: only the path is of use. */
const pathOf = (url: string | undefined): string | undefined => url?.match(/\/job\/.*$/)?.[0];

function nameInPath(url: string | undefined): string | undefined {
  const path = pathOf(url);
  if (path === undefined) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== 'job');
  const number = parts.pop();
  return `${parts.map(decodeURIComponent).join('/')} #${number}`;
}

export const Computers = z
  .object({ busyExecutors: z.number(), totalExecutors: z.number(), computer: z.array(Computer) })
  .transform(
    (wire): JenkinsExecutors => ({ busy: wire.busyExecutors, total: wire.totalExecutors, computers: wire.computer }),
  );

export const BuildQueue = z.object({
  items: z.array(
    z
      .object({
        id: z.number(),
        task: maybe(z.object({ name: maybe(z.string()) })),
        why: maybe(z.string()),
        buildable: maybe(z.boolean()),
        stuck: maybe(z.boolean()),
        inQueueSince: z.number(),
      })
      .transform(
        (wire): BuildQueueItem => ({
          id: wire.id,
          name: wire.task?.name ?? 'unnamed',
          why: wire.why ?? '',
          buildable: wire.buildable ?? false,
          stuck: wire.stuck ?? false,
          inQueueSince: wire.inQueueSince,
        }),
      ),
  ),
});

export const WhoAmI = z.object({ name: z.string() });
export const Crumb = z.object({ crumb: z.string(), crumbRequestField: z.string() });

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
      schedulerRunning: clouds.find((cloud) => cloud.schedulerRunning !== undefined)?.schedulerRunning,
      onDemandRegistration: clouds.some((cloud) => cloud.onDemandRegistration === true),
      frameworkName: clouds[0]?.frameworkName,
    }),
  );

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

export const ScmStatus = z
  .object({
    now: z.number(),
    session: maybe(z.string()),
    plugin: z.enum(['absent', 'inactive', 'active']),
    scm: maybe(z.string()),
    url: maybe(z.string()),
    queuedCommits: maybe(z.number()),
    unpushedCommits: maybe(z.number()),
    dirtyFiles: maybe(z.number()),
    configInSync: maybe(z.boolean()),
    success: LogFile,
    fail: LogFile,
  })
  .transform(
    (wire): ScmSyncStatus => ({
      plugin: wire.plugin,
      scm: wire.scm,
      url: wire.url,
      session: wire.session,
      now: wire.now,
      queuedCommits: wire.queuedCommits,
      unpushedCommits: wire.unpushedCommits,
      dirtyFiles: wire.dirtyFiles,
      configInSync: wire.configInSync,
      successAt: wire.success.mtime,
      failedAt: wire.fail.mtime,
      failSize: wire.fail.size,
      failText: wire.fail.tail
        ?.split('<br/>')
        .findLast((line) => line.trim() !== '')
        ?.trim(),
    }),
  );
