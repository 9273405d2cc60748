// Marathon's answers, only the fields we read, in the spellings of 0.8 to 1.11; wire names end here.
import { z } from 'zod';
import type { App, Deployment, JsonObject, LaunchQueueEntry, MarathonInfo, MarathonTask } from '../../core/cluster.js';
import { SECOND } from '../../core/time.js';
import { maybe } from '../maybe.js';

const text = z.string();
/** ISO text → ms; a time that cannot be read is no time. */
const moment = text.nullish().transform((value) => {
  const at = Date.parse(value ?? '');
  return Number.isNaN(at) ? undefined : at;
});

const HealthResult = z.object({
  alive: maybe(z.boolean()),
  consecutiveFailures: maybe(z.number()),
  lastSuccess: moment,
});

const Task = z
  .object({
    id: text,
    host: maybe(text),
    ports: maybe(z.array(z.number())),
    state: maybe(text),
    version: maybe(text),
    slaveId: maybe(text),
    stagedAt: moment,
    startedAt: moment,
    ipAddresses: maybe(z.array(z.object({ ipAddress: text }))),
    healthCheckResults: maybe(z.array(HealthResult.nullable())),
  })
  .transform((wire): MarathonTask => {
    const results = (wire.healthCheckResults ?? []).filter((result) => result !== null);
    const successes = results.flatMap((result) => (result.lastSuccess === undefined ? [] : [result.lastSuccess]));
    return {
      id: wire.id,
      host: wire.host ?? '',
      ports: wire.ports ?? [],
      state: wire.state,
      version: wire.version,
      mesosAgentId: wire.slaveId,
      stagedAt: wire.stagedAt,
      startedAt: wire.startedAt,
      ipAddresses: (wire.ipAddresses ?? []).map(({ ipAddress }) => ipAddress),
      health:
        results.length === 0 ? 'unknown' : results.every((result) => result.alive === true) ? 'healthy' : 'unhealthy',
      lastSuccessAt: successes.length === 0 ? undefined : Math.max(...successes),
      consecutiveFailures: Math.max(0, ...results.map((result) => result.consecutiveFailures ?? 0)),
    };
  });

const Failure = z
  .object({
    taskId: text,
    state: text,
    message: maybe(text),
    host: maybe(text),
    timestamp: moment,
    version: maybe(text),
  })
  .transform((wire) => ({
    taskId: wire.taskId,
    state: wire.state,
    message: wire.message ?? '',
    host: wire.host,
    at: wire.timestamp ?? 0,
    version: wire.version,
  }));

const AppBody = z.looseObject({
  id: text,
  version: maybe(text),
  instances: maybe(z.number()),
  cpus: maybe(z.number()),
  mem: maybe(z.number()),
  labels: maybe(z.record(text, z.unknown())),
  healthChecks: maybe(z.array(z.looseObject({ gracePeriodSeconds: maybe(z.number()) }))),
  tasks: maybe(z.array(Task)),
  lastTaskFailure: maybe(Failure),
  deployments: maybe(z.array(z.object({ id: text }))),
  versionInfo: maybe(z.object({ lastConfigChangeAt: moment, lastScalingAt: moment })),
});

export const AppAnswer = z.object({ app: AppBody });

export function appOf(parsed: z.output<typeof AppBody>, definition: JsonObject): App {
  const graces = (parsed.healthChecks ?? []).map((check) => (check.gracePeriodSeconds ?? 300) * SECOND);
  return {
    id: parsed.id,
    version: parsed.version ?? '',
    instances: parsed.instances ?? 1,
    cpus: parsed.cpus ?? 1,
    memMiB: parsed.mem ?? 128,
    labels: Object.fromEntries(Object.entries(parsed.labels ?? {}).map(([name, value]) => [name, String(value)])),
    hasHealthChecks: graces.length > 0,
    healthGraceMs: graces.length === 0 ? undefined : Math.max(...graces),
    tasks: parsed.tasks ?? [],
    lastTaskFailure: parsed.lastTaskFailure,
    deploymentIds: (parsed.deployments ?? []).map(({ id }) => id),
    lastConfigChangeAt: parsed.versionInfo?.lastConfigChangeAt,
    lastScalingAt: parsed.versionInfo?.lastScalingAt,
    definition,
  };
}

const Action = z
  .object({ action: maybe(text), type: maybe(text), app: maybe(text), pod: maybe(text) })
  .transform(({ action, type, app, pod }) => ({ action: action ?? type ?? 'unknown', app: app ?? pod ?? '' }));

export const Deployments = z.array(
  z
    .object({
      id: text,
      version: maybe(text),
      affectedApps: maybe(z.array(text)),
      currentStep: maybe(z.number()),
      totalSteps: maybe(z.number()),
      // An array of arrays up to 0.15, of `{actions}` from 1.1.
      steps: maybe(z.array(z.unknown())),
      currentActions: maybe(z.array(Action)),
    })
    .transform(
      (wire): Deployment => ({
        id: wire.id,
        version: wire.version ?? '',
        affectedApps: wire.affectedApps ?? [],
        currentStep: wire.currentStep ?? 0,
        totalSteps: wire.totalSteps ?? wire.steps?.length ?? 0,
        currentActions: wire.currentActions ?? [],
      }),
    ),
);

const Reject = z.object({ reason: text, declined: maybe(z.number()) });

export const Queue = z.object({
  queue: z.array(
    z
      .object({
        app: z.looseObject({ id: text }).nullish(),
        count: maybe(z.number()),
        delay: maybe(z.object({ timeLeftSeconds: maybe(z.number()), overdue: maybe(z.boolean()) })),
        since: moment,
        processedOffersSummary: maybe(
          z.object({
            processedOffersCount: maybe(z.number()),
            unusedOffersCount: maybe(z.number()),
            rejectSummaryLastOffers: maybe(z.array(Reject)),
          }),
        ),
      })
      .transform(
        (wire): LaunchQueueEntry => ({
          appId: wire.app?.id ?? '',
          count: wire.count ?? 0,
          delaySecondsLeft: wire.delay?.timeLeftSeconds ?? 0,
          overdue: wire.delay?.overdue ?? true,
          since: wire.since,
          processedOffers: wire.processedOffersSummary?.processedOffersCount,
          unusedOffers: wire.processedOffersSummary?.unusedOffersCount,
          reason: wire.processedOffersSummary?.rejectSummaryLastOffers?.find((row) => (row.declined ?? 0) > 0)?.reason,
        }),
      ),
  ),
});

export const Info = z
  .object({
    version: text,
    frameworkId: maybe(text),
    leader: maybe(text),
    marathon_config: maybe(z.object({ mesos_leader_ui_url: maybe(text), master: maybe(text) })),
  })
  .transform(
    (wire): MarathonInfo => ({
      version: wire.version,
      frameworkId: wire.frameworkId,
      leader: wire.leader,
      mesosUrl: mesosUrl(wire.marathon_config),
    }),
  );

/** `mesos_leader_ui_url` from 0.11; before, `master` is `host:port` or a `zk://` address, which names no master. */
function mesosUrl(
  config: { mesos_leader_ui_url?: string | undefined; master?: string | undefined } | undefined,
): string | undefined {
  const page = config?.mesos_leader_ui_url;
  if (page !== undefined && URL.canParse(page)) return page.replace(/(?<!\/)\/+$/, '');
  const master = config?.master;
  return master !== undefined && /^[\w.-]+:\d+$/.test(master) ? `http://${master}` : undefined;
}

export const AnyObject = z.record(text, z.unknown());
export const Versions = z.object({ versions: z.array(text) });
export const Changed = z.object({ version: maybe(text), deploymentId: maybe(text) });
export const Created = z.object({ version: maybe(text), deployments: maybe(z.array(z.object({ id: text }))) });
