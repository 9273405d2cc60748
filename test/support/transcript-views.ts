// Answers of the recorded Marathon generations about what `transcript-state.ts` knows; keys and shapes as in the
// recorded answers (contract marathon §3–5, §12).
import type { JsonObject } from '../../src/core/cluster.js';
import { SECOND } from '../../src/core/time.js';
import { APP, atLeast, VERSIONS } from './transcript-file.js';
import type { RecordedAction, RecordedPlan } from './transcript-plans.js';
import { iso, type TranscriptState } from './transcript-state.js';
import { lastSuccessOf, type RecordedTask } from './transcript-tasks.js';

export type Labels = Readonly<Record<string, string>>;

export function appView(state: TranscriptState, definition: JsonObject, labels: Labels): JsonObject {
  const running = state.tasks.filter((task) => task.state === 'TASK_RUNNING');
  const staged = state.tasks.filter((task) => task.state === 'TASK_STAGING' || task.state === 'TASK_STARTING');
  const deployments = state.plans.open.filter(({ steps }) => steps.flat().some(({ app }) => app === APP));
  return {
    ...labelled(definition, labels),
    tasksStaged: staged.length,
    tasksRunning: running.length,
    tasksHealthy: running.filter(({ health }) => health?.alive === true).length,
    tasksUnhealthy: running.filter(({ health }) => health?.alive === false).length,
    deployments: deployments.map(({ id }) => ({ id })),
    tasks: tasksView(state),
    ...failureView(state),
  };
}

export const labelled = (definition: JsonObject, labels: Labels): JsonObject => ({
  ...definition,
  labels: { ...(definition['labels'] as JsonObject | undefined), ...labels },
});

/** 0.8 says null where later versions leave it out. */
function failureView({ generation, lastTaskFailure }: TranscriptState): JsonObject {
  if (lastTaskFailure !== undefined) return { lastTaskFailure };
  return atLeast(generation, '0.11') ? {} : { lastTaskFailure: null };
}

export const tasksView = (state: TranscriptState): JsonObject[] =>
  state.tasks.map((task) => (atLeast(state.generation, '1.3') ? modernTask(state, task) : classicTask(state, task)));

function classicTask(state: TranscriptState, task: RecordedTask): JsonObject {
  const { id, host, ports, version = '' } = task;
  const agent = atLeast(state.generation, '0.11') ? { slaveId: task.agentId ?? null } : {};
  const times = { startedAt: moment(task.startedAt), stagedAt: moment(task.stagedAt) };
  return { id, ...agent, host, ports, ...times, version, appId: APP, healthCheckResults: resultsView(state, task) };
}

/** From 1.8 what has ended is listed without times, ports and version. */
function modernTask(state: TranscriptState, task: RecordedTask): JsonObject {
  const { id, host, ports, version, ipAddresses } = task;
  const listed = version === undefined ? {} : { ports, startedAt: moment(task.startedAt), version };
  return {
    ipAddresses,
    ...(version === undefined ? {} : { stagedAt: moment(task.stagedAt) }),
    state: task.state,
    ...listed,
    id,
    appId: APP,
    slaveId: task.agentId ?? null,
    host,
    ...(state.generation === '1.11' ? { role: '*' } : {}),
    healthCheckResults: resultsView(state, task),
  };
}

function resultsView(state: TranscriptState, task: RecordedTask): JsonObject[] {
  if (task.health === undefined) return [];
  const { alive, consecutiveFailures } = task.health;
  const firstSuccess = moment(task.health.firstSuccess);
  const lastSuccess = moment(lastSuccessOf(task, state.now()));
  const lastFailure = moment(task.health.lastFailure);
  const lastFailureCause = task.health.lastFailureCause ?? null;
  if (task.instanceId !== undefined) {
    const { instanceId } = task;
    return [{ alive, consecutiveFailures, firstSuccess, lastFailure, lastSuccess, lastFailureCause, instanceId }];
  }
  const cause = atLeast(state.generation, '1.3') ? { lastFailureCause } : {};
  return [{ taskId: task.id, firstSuccess, lastSuccess, lastFailure, ...cause, consecutiveFailures, alive }];
}

const moment = (at: number | undefined): string | null => (at === undefined ? null : iso(at));

export function deploymentView(state: TranscriptState, plan: RecordedPlan): JsonObject {
  const { id, version, steps, current } = plan;
  const newer = atLeast(state.generation, '1.3');
  const at = steps.findIndex((step) => JSON.stringify(step) === JSON.stringify(current));
  return {
    id,
    version,
    affectedApps: [...new Set(steps.flat().map(({ app }) => app))],
    ...(atLeast(state.generation, '1.5') ? { affectedPods: [] } : {}),
    // Arrays of arrays up to 0.15.
    steps: steps.map((step) => (newer ? { actions: step.map(actionView) } : step.map(actionView))),
    currentActions: current.map((one) => ({ ...actionView(one), ...(newer ? { readinessCheckResults: [] } : {}) })),
    currentStep: at + 1,
    totalSteps: steps.length,
  };
}

const actionView = ({ action, app }: RecordedAction): JsonObject => ({ action, app });

/** A failed launch delays the next; a kill does not. No offers are told of. */
export function queueView(state: TranscriptState, labels: Labels): JsonObject {
  const { definition, generation, waiting: count } = state;
  if (definition === undefined || count === 0) return { queue: [] };
  const since = state.waitingSince ?? state.now();
  const delayMs = state.failures === 0 ? 0 : 1.15 ** state.failures * SECOND;
  const timeLeftSeconds = Math.ceil(Math.max(0, since + delayMs - state.now()) / SECOND);
  const left = atLeast(generation, '0.11') ? { timeLeftSeconds } : {};
  const entry = { count, delay: { ...left, overdue: timeLeftSeconds === 0 } };
  const app = labelled(definition, labels);
  if (!atLeast(generation, '1.5')) return { queue: [{ app, ...entry }] };
  const processedOffersSummary = {
    processedOffersCount: 0,
    unusedOffersCount: 0,
    rejectSummaryLastOffers: [],
    rejectSummaryLaunchAttempt: [],
  };
  const role = generation === '1.11' ? { role: '*' } : {};
  return { queue: [{ ...entry, since: iso(since), processedOffersSummary, app, ...role }] };
}

/** @param leader `host:port` */
export function infoView({ generation }: TranscriptState, leader: string, mesosUrl: string | undefined): JsonObject {
  const newer = atLeast(generation, '1.5');
  return {
    name: 'marathon',
    version: VERSIONS[generation],
    ...(newer ? { buildref: 'unknown' } : {}),
    elected: true,
    leader,
    frameworkId: '20150707-153709-218108076-5050-25588-0000',
    marathon_config: {
      master: 'zk://zookeeper.example.org:2181/mesos',
      framework_name: 'marathon',
      ha: true,
      checkpoint: true,
      hostname: leader.split(':')[0] ?? '',
      task_launch_timeout: 300_000,
      reconciliation_interval: 600_000,
      ...(atLeast(generation, '0.11') ? { mesos_leader_ui_url: mesosUrl ?? null } : {}),
    },
    zookeeper_config: { zk: 'zk://zookeeper.example.org:2181/marathon' },
    ...(newer ? {} : { event_subscriber: null }),
    http_config: { ...(newer ? {} : { assets_path: null }), http_port: 8_080, https_port: 8_443 },
  };
}
