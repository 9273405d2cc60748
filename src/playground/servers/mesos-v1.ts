// `POST /api/v1` of the simulated Mesos master: the calls a client needs for what no other answer carries, above all why
// a task ended. Refusals as recorded. `mesos.ts` routes here.
import type { JsonObject } from '../../core/cluster.js';
import type { Cluster } from '../world/cluster.js';
import { type ClusterFramework, type ClusterTask, type TaskStatus, usedOf } from '../world/cluster-parts.js';
import { type Answer, json, type PlainRequest, text } from './http.js';
import {
  amountOf,
  buildView,
  capabilitiesOf,
  containerStatus,
  discoveryOf,
  hostnameOf,
  MESOS_VERSIONS,
  registered,
  rolesOf,
  seconds,
  totalOf,
  typedResources,
} from './mesos-views.js';

export function operatorCall(cluster: Cluster, request: PlainRequest): Answer {
  if (request.method !== 'POST') {
    const words = `405 Method Not Allowed. Expecting one of { 'POST' }, but received '${request.method}'.`;
    return text(405, words, { allow: 'POST' });
  }
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return text(415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
  }
  const type = callType(request.body);
  if (type === undefined)
    return text(400, `Failed to parse body into JSON: syntax error at line 1 near: ${request.body}`);
  const answer = CALLS[type]?.(cluster);
  if (answer === undefined) return text(400, "Failed to validate master::Call: Expecting 'type' to be present");
  return json(200, { type, [type.toLowerCase()]: answer });
}

function callType(body: string): string | undefined {
  try {
    const call: unknown = JSON.parse(body);
    const type = typeof call === 'object' && call !== null && 'type' in call ? call.type : '';
    return typeof type === 'string' ? type : '';
  } catch {
    return undefined;
  }
}

const CALLS: Record<string, (cluster: Cluster) => JsonObject> = {
  GET_HEALTH: () => ({ healthy: true }),
  GET_VERSION: (cluster) => ({ version_info: buildView(cluster) }),
  GET_MASTER: masterInfo,
  GET_AGENTS: agents,
  GET_FRAMEWORKS: frameworks,
  GET_TASKS: tasks,
};

/** Larger than 2^53, as the real ones. */
const nanoseconds = (at: number) => ({ nanoseconds: at * 1_000_000 });
const idOf = (value: string) => ({ value });
const ALLOCATED = { allocation_info: { role: '*' } };

function masterInfo(cluster: Cluster): JsonObject {
  const hostname = cluster.leader ?? cluster.masterHost;
  return {
    master_info: {
      id: cluster.id,
      // Little-endian, as Mesos keeps it.
      ip: hostname.split('.').reduceRight((sum, part) => sum * 256 + Number(part), 0),
      port: 5050,
      pid: `master@${hostname}:5050`,
      hostname,
      version: MESOS_VERSIONS[cluster.mesos],
      address: { hostname, ip: hostname, port: 5050 },
      capabilities: [{ type: 'AGENT_UPDATE' }],
    },
    start_time: seconds(cluster.startedAt),
    elected_time: seconds(cluster.electedAt),
  };
}

function agents(cluster: Cluster): JsonObject {
  const shown = registered(cluster).map((agent) => ({
    agent_info: {
      hostname: agent.hostname,
      port: agent.port,
      resources: typedResources(totalOf(agent)),
      id: idOf(agent.id),
      checkpoint: true,
    },
    active: agent.state === 'active',
    deactivated: false,
    version: MESOS_VERSIONS[cluster.mesos],
    pid: `slave(1)@${agent.hostname}:${agent.port}`,
    registered_time: nanoseconds(agent.registeredAt),
    total_resources: typedResources(totalOf(agent), { role: '*' }),
    allocated_resources: typedResources(usedOf(cluster.tasksOn(agent)), { role: '*', ...ALLOCATED }),
    capabilities: [{ type: 'MULTI_ROLE' }],
  }));
  return { agents: shown, recovered_agents: [] };
}

function frameworks(cluster: Cluster): JsonObject {
  const shown = (completed: boolean) =>
    cluster.frameworks.filter((one) => one.completed === completed).map(frameworkOf);
  return { frameworks: shown(false), completed_frameworks: shown(true) };
}

function frameworkOf(framework: ClusterFramework): JsonObject {
  const { registration, id } = framework;
  const active = framework.connected && !framework.completed;
  return {
    framework_info: {
      user: 'root',
      name: registration.name,
      id: idOf(id),
      failover_timeout: seconds(registration.failoverMs),
      checkpoint: registration.checkpoint,
      ...rolesOf(framework),
      hostname: hostnameOf(framework),
      principal: registration.name.toLowerCase().split(' ')[0] ?? '',
      webui_url: registration.webuiUrl ?? '',
      capabilities: capabilitiesOf(framework).map((type) => ({ type })),
    },
    active,
    connected: active,
    recovered: false,
    registered_time: nanoseconds(framework.registeredAt),
    reregistered_time: nanoseconds(framework.registeredAt),
    ...(framework.unregisteredAt === undefined ? {} : { unregistered_time: nanoseconds(framework.unregisteredAt) }),
    ...(framework.completed
      ? {}
      : { allocated_resources: typedResources(usedOf(framework.tasks), { role: '*', ...ALLOCATED }) }),
    offer_constraints: {},
  };
}

function tasks(cluster: Cluster): JsonObject {
  const at = (place: ClusterTask['place']) =>
    cluster
      .tasks()
      .filter((task) => task.place === place)
      .map(taskOf);
  return { tasks: at('live'), unreachable_tasks: at('unreachable'), completed_tasks: at('completed') };
}

function taskOf(task: ClusterTask): JsonObject {
  const last = task.statuses.at(-1);
  const labels = Object.entries(task.request.labels ?? {}).map(([key, value]) => ({ key, value }));
  return {
    name: task.request.name,
    task_id: idOf(task.id),
    framework_id: idOf(task.frameworkId),
    agent_id: idOf(task.agent.id),
    state: task.state,
    resources: typedResources(amountOf(task), ALLOCATED),
    statuses: task.statuses.map((status) => statusOf(task, status)),
    ...(last === undefined ? {} : { status_update_state: last.state, status_update_uuid: uuidOf(task, last) }),
    ...(labels.length === 0 ? {} : { labels: { labels } }),
    ...(task.ports.length === 0 ? {} : { discovery: discoveryOf(task) }),
  };
}

/** `message` and `reason` stand nowhere else. */
function statusOf(task: ClusterTask, status: TaskStatus): JsonObject {
  const { state, message, reason, source, at } = status;
  const own = source === 'SOURCE_EXECUTOR';
  return {
    task_id: idOf(task.id),
    state,
    ...(message === '' ? {} : { message }),
    source,
    ...(reason === undefined ? {} : { reason: reason.replace('SLAVE', 'AGENT') }),
    agent_id: idOf(task.agent.id),
    ...(own ? { executor_id: idOf(task.id) } : {}),
    timestamp: seconds(at),
    ...(own ? { uuid: uuidOf(task, status), container_status: { ...containerStatus(task), executor_pid: 4_122 } } : {}),
    ...(state === 'TASK_UNREACHABLE' ? { unreachable_time: nanoseconds(at) } : {}),
  };
}

/** 16 bytes in base64, the same for the same status. */
const uuidOf = (task: ClusterTask, status: TaskStatus) =>
  Buffer.from(`${status.at}${status.state}${task.containerId}`.slice(0, 16)).toString('base64');
