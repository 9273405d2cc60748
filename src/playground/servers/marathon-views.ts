// The simulated Marathon's apps, tasks, queue and deployments as each generation's API shows them (contract marathon
// §3–5; keys and order from the recorded answers). Read by `marathon.ts`.
import type { JsonObject } from '../../core/cluster.js';
import { SECOND } from '../../core/time.js';
import { atLeast } from '../world/marathon/generation.js';
import {
  type AppState,
  type CheckRecord,
  type Deployment,
  type Instance,
  isHealthy,
  iso,
} from '../world/marathon/model.js';
import type { MarathonWorld } from '../world/marathon/world.js';

/** What `embed=` adds to a list of apps; counters and deployments are always there. */
export interface Embed {
  tasks: boolean;
  lastTaskFailure: boolean;
}

export function appView(world: MarathonWorld, app: AppState, embed: Embed): JsonObject {
  const shown: JsonObject = { ...app.definition, ...counters(app) };
  shown['deployments'] = world.deploymentsOf(app.id).map(({ id }) => ({ id }));
  if (embed.tasks) shown['tasks'] = tasksOf(world, app);
  if (!embed.lastTaskFailure) return shown;
  // 0.8 says null where later versions leave it out.
  if (app.lastTaskFailure !== undefined) shown['lastTaskFailure'] = app.lastTaskFailure;
  else if (!atLeast(world.generation, '0.11')) shown['lastTaskFailure'] = null;
  return shown;
}

function counters(app: AppState): JsonObject {
  const running = app.instances.filter((one) => one.taskState === 'TASK_RUNNING' && !one.waiting);
  const staged = app.instances.filter(
    (one) => !one.waiting && (one.taskState === 'TASK_STAGING' || one.taskState === 'TASK_STARTING'),
  );
  const checked = app.spec.healthChecks.length > 0;
  return {
    tasksStaged: staged.length,
    tasksRunning: running.length,
    tasksHealthy: checked ? running.filter((one) => isHealthy(app, one)).length : 0,
    tasksUnhealthy: running.filter((one) => one.checks.some((check) => check?.alive === false)).length,
  };
}

/** From 1.8 an ended task stays listed until its instance is launched again. */
const isListed = (instance: Instance) => !instance.waiting || instance.stagedAt !== undefined;

export const tasksOf = (world: MarathonWorld, app: AppState): JsonObject[] =>
  app.instances.filter(isListed).map((instance) => taskView(world, instance));

export function taskView(world: MarathonWorld, instance: Instance): JsonObject {
  const results = instance.checks.flatMap((check) => (check === undefined ? [] : [resultView(world, instance, check)]));
  return atLeast(world.generation, '1.3')
    ? modernTask(world, instance, results)
    : classicTask(world, instance, results);
}

function classicTask(world: MarathonWorld, instance: Instance, healthCheckResults: JsonObject[]): JsonObject {
  const { taskId: id, host = '', ports, version, appId } = instance;
  const agent = atLeast(world.generation, '0.11') ? { slaveId: instance.agentId ?? null } : {};
  const times = { startedAt: moment(instance.startedAt), stagedAt: moment(instance.stagedAt) };
  return { id, ...agent, host, ports, ...times, version, appId, healthCheckResults };
}

function modernTask(world: MarathonWorld, instance: Instance, healthCheckResults: JsonObject[]): JsonObject {
  const { taskId: id, host = '', ports, version, appId } = instance;
  const running = instance.taskState === 'TASK_RUNNING';
  const task: JsonObject = { ipAddresses: running ? [{ ipAddress: host, protocol: 'IPv4' }] : [] };
  if (!instance.waiting) task['stagedAt'] = moment(instance.stagedAt);
  task['state'] = instance.taskState ?? 'TASK_STAGING';
  if (!instance.waiting) Object.assign(task, { ports, startedAt: moment(instance.startedAt), version });
  Object.assign(task, { id, appId, slaveId: instance.agentId ?? null, host });
  if (world.generation === '1.11') task['role'] = '*';
  task['healthCheckResults'] = healthCheckResults;
  return task;
}

function resultView(world: MarathonWorld, instance: Instance, check: CheckRecord): JsonObject {
  const { alive, consecutiveFailures } = check;
  const firstSuccess = moment(check.firstSuccess);
  const lastSuccess = moment(check.lastSuccess);
  const lastFailure = moment(check.lastFailure);
  const lastFailureCause = check.lastFailureCause ?? null;
  if (atLeast(world.generation, '1.5')) {
    const { instanceId } = instance;
    return { alive, consecutiveFailures, firstSuccess, lastFailure, lastSuccess, lastFailureCause, instanceId };
  }
  const cause = atLeast(world.generation, '1.3') ? { lastFailureCause } : {};
  return { taskId: instance.taskId, firstSuccess, lastSuccess, lastFailure, ...cause, consecutiveFailures, alive };
}

const moment = (at: number | undefined) => (at === undefined ? null : iso(at));

export function queueView(world: MarathonWorld): JsonObject {
  const waiting = [...world.apps.values()].filter((app) => app.instances.some((instance) => instance.waiting));
  return { queue: waiting.map((app) => queueEntry(world, app)) };
}

function queueEntry(world: MarathonWorld, app: AppState): JsonObject {
  const waiting = app.instances.filter((instance) => instance.waiting);
  const leftMs = Math.max(0, app.launches.notBefore - world.clock.now());
  const left = atLeast(world.generation, '0.11') ? { timeLeftSeconds: Math.ceil(leftMs / SECOND) } : {};
  const entry = { count: waiting.length, delay: { ...left, overdue: leftMs === 0 } };
  if (!atLeast(world.generation, '1.5')) return { app: app.definition, ...entry };
  const since = iso(Math.min(...waiting.map((instance) => instance.waitingSince)));
  const role = world.generation === '1.11' ? { role: '*' } : {};
  return { ...entry, since, processedOffersSummary: offersView(app), app: app.definition, ...role };
}

/** All reasons in Marathon's order; the cluster knows those that a machine can cause. */
const REASONS = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  'NoCorrespondingReservationFound',
  'AgentMaintenance',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
  'DeclinedScarceResources',
];

function offersView(app: AppState): JsonObject {
  const { processedOffers, unusedOffers, lastUnusedOfferAt, lastUsedOfferAt, rejections } = app.launches;
  const rejects = unusedOffers === 0 ? [] : rejectSummary(rejections);
  return {
    processedOffersCount: processedOffers,
    unusedOffersCount: unusedOffers,
    ...(lastUnusedOfferAt === undefined ? {} : { lastUnusedOfferAt: iso(lastUnusedOfferAt) }),
    ...(lastUsedOfferAt === undefined ? {} : { lastUsedOfferAt: iso(lastUsedOfferAt) }),
    rejectSummaryLastOffers: rejects,
    rejectSummaryLaunchAttempt: rejects,
  };
}

function rejectSummary(rejections: AppState['launches']['rejections']): JsonObject[] {
  let left = rejections[0]?.processed ?? 0;
  return REASONS.map((reason) => {
    const declined = rejections.find((one) => one.reason === reason)?.declined ?? 0;
    const entry = { reason, declined, processed: left };
    left -= declined;
    return entry;
  });
}

export function deploymentView(world: MarathonWorld, deployment: Deployment): JsonObject {
  const { id, version, appId, steps, step } = deployment;
  const newer = atLeast(world.generation, '1.3');
  const actionsOf = (index: number) => [{ action: steps[index] ?? '', app: appId }];
  const current = step < steps.length ? actionsOf(step) : [];
  return {
    id,
    version,
    affectedApps: [appId],
    ...(atLeast(world.generation, '1.5') ? { affectedPods: [] } : {}),
    // Arrays of arrays up to 0.15.
    steps: steps.map((_, index) => (newer ? { actions: actionsOf(index) } : actionsOf(index))),
    currentActions: newer ? current.map((action) => ({ ...action, readinessCheckResults: [] })) : current,
    currentStep: step + 1,
    totalSteps: steps.length,
  };
}
