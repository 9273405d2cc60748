// Jenkins' answers, only the fields we read, old (1.596) and modern.
import { z } from 'zod';
import type { BuildQueueItem, JenkinsComputer, JenkinsExecutors } from '../../core/cluster.js';
import { maybe } from '../maybe.js';
import { Causes } from './build-schema.js';

export const Controller = z
  .object({
    quietingDown: maybe(z.boolean()),
    quietDownReason: maybe(z.string()),
    numExecutors: maybe(z.number()),
    url: maybe(z.string()),
    primaryView: maybe(z.object({ url: maybe(z.string()) })),
  })
  .transform(({ quietingDown, quietDownReason, numExecutors, url, primaryView }) => ({
    quietingDown: quietingDown ?? false,
    // An empty one is what a person gave who gave none.
    quietDownReason: quietDownReason?.trim() || undefined,
    numExecutors: numExecutors ?? 0,
    // Before 2.215 only the views tell where Jenkins thinks it is.
    rootUrl: url ?? primaryView?.url?.replace(/view\/[^/]+\/?$/, ''),
  }));

const Executable = maybe(
  z.object({ number: maybe(z.number()), url: maybe(z.string()), fullDisplayName: maybe(z.string()) }),
);
const Executor = z.object({ currentExecutable: Executable }).nullish();

/** `master` up to 2.306, `Built-In Node` since; the class tells where the name is translated (from 2.2 on). */
function isController({ displayName, _class }: { displayName: string; _class: string | undefined }): boolean {
  return _class?.endsWith('$MasterComputer') ?? ['master', 'Built-In Node'].includes(displayName);
}

/** `built-in` since 2.307; an upgraded controller keeps `master` until somebody agrees to the new one. */
const CONTROLLER_LABELS = ['built-in', 'master'];

/** Every node also carries a label that only names itself. */
function givenLabels(labels: readonly { name: string }[], nodeName: string, ofController: boolean): string[] {
  const own = ofController ? CONTROLLER_LABELS : [nodeName];
  return labels.map(({ name }) => name).filter((name) => !own.includes(name));
}

const Computer = z
  .object({
    _class: maybe(z.string()),
    displayName: z.string(),
    assignedLabels: maybe(z.array(z.object({ name: z.string() }))),
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
      isController: isController(wire),
      offline: wire.offline ?? false,
      idle: wire.idle ?? running.length === 0,
      numExecutors: wire.numExecutors ?? 0,
      labels: wire.assignedLabels && givenLabels(wire.assignedLabels, wire.displayName, isController(wire)),
      builds: running.map((build) => ({
        name: build.fullDisplayName ?? `${fullName(pathOf(build.url)) ?? 'build'} #${build.number ?? '?'}`,
        number: build.number,
        path: pathOf(build.url),
      })),
    };
  });

/** Answers carry the configured root URL, which goes stale after a failover: only the path is of use. */
export const pathOf = (url: string | undefined): string | undefined => url?.match(/\/job\/.*/)?.[0];

/** `/job/team-a/job/app/` → `team-a/app`. */
export function fullName(path: string | undefined): string | undefined {
  const names = [...(path ?? '').matchAll(/\/job\/([^/]+)/g)].map(([, name = '']) => decoded(name));
  return names.length === 0 ? undefined : names.join('/');
}

/** A name with a lone `%` is shown as it is. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

export const Computers = z
  .object({ busyExecutors: z.number(), totalExecutors: z.number(), computer: z.array(Computer) })
  .transform(
    (wire): JenkinsExecutors => ({ busy: wire.busyExecutors, total: wire.totalExecutors, computers: wire.computer }),
  );

/** The controller's own node has the empty name. */
export const NodeNames = z
  .object({ nodes: maybe(z.array(z.object({ nodeName: z.string() }))) })
  .transform(({ nodes = [] }) => nodes.map(({ nodeName }) => nodeName));

/** A list without what we may not see of it. */
const seen = <T extends z.ZodType>(item: T) =>
  z.array(item.nullish()).transform((items) => items.filter((one) => one !== null && one !== undefined));

const Build = z.object({
  number: z.number(),
  timestamp: z.number(),
  building: maybe(z.boolean()),
  duration: maybe(z.number()),
  result: maybe(z.string()),
});
export type BuildEntry = z.infer<typeof Build>;

/** A job, which has a colour, or a folder, which holds further ones. */
export interface JobEntry {
  url?: string | undefined;
  color?: string | undefined;
  builds?: BuildEntry[] | undefined;
  lastBuild?: { timestamp?: number | undefined } | undefined;
  jobs?: JobEntry[] | undefined;
}

const Job: z.ZodType<JobEntry> = z.object({
  url: maybe(z.string()),
  color: maybe(z.string()),
  builds: maybe(seen(Build)),
  lastBuild: maybe(z.object({ timestamp: maybe(z.number()) })),
  jobs: z.lazy(() => maybe(seen(Job))),
});

export const Jobs = z.object({ jobs: seen(Job) }).transform(({ jobs }) => jobs);

const QueueItem = z
  .object({
    id: z.number(),
    task: maybe(z.object({ name: maybe(z.string()), url: maybe(z.string()) })),
    why: maybe(z.string()),
    buildable: maybe(z.boolean()),
    stuck: maybe(z.boolean()),
    inQueueSince: z.number(),
    actions: Causes,
  })
  .transform(
    (wire): BuildQueueItem => ({
      id: wire.id,
      name: fullName(pathOf(wire.task?.url)) ?? wire.task?.name ?? 'a job that may not be seen',
      why: wire.why ?? '',
      buildable: wire.buildable ?? false,
      stuck: wire.stuck ?? false,
      inQueueSince: wire.inQueueSince,
      causes: wire.actions,
    }),
  );

export const BuildQueue = z.object({ items: z.array(QueueItem) }).transform(({ items }) => items);

export const WhoAmI = z
  .object({ name: z.string(), anonymous: maybe(z.boolean()) })
  .transform(({ name, anonymous }) => (anonymous === true ? 'anonymous' : name));

export const Crumb = z.object({ crumb: z.string(), crumbRequestField: z.string() });
