// The simulated Mesos cluster as `/state`, `/slaves`, `/frameworks` and `/tasks` show it: keys and types as recorded from
// a real master. `mesos.ts` serves these, `mesos-v1.ts` says the same in the operator API's words.
import type { JsonObject } from '../../core/cluster.js';
import { SECOND } from '../../core/time.js';
import type { Cluster } from '../world/cluster.js';
import type { MesosGeneration } from '../world/cluster-messages.js';
import {
  type ClusterAgent,
  type ClusterFramework,
  type ClusterTask,
  type TaskStatus,
  usedOf,
} from '../world/cluster-parts.js';

export const MESOS_VERSIONS: Record<MesosGeneration, string> = {
  '0.22': '0.22.1',
  '1.0': '1.0.4',
  '1.4': '1.4.1',
  '1.10': '1.10.0',
};

const AGENT_CAPABILITIES = ['MULTI_ROLE', 'HIERARCHICAL_ROLE', 'RESERVATION_REFINEMENT', 'RESOURCE_PROVIDER'];
const TASK_STATES = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_KILLED',
  'TASK_FAILED',
  'TASK_LOST',
  'TASK_ERROR',
  'TASK_UNREACHABLE',
] as const;

/** Float seconds since the epoch, as everywhere outside the v1 API. */
export const seconds = (at: number) => at / SECOND;

export interface Amount {
  cpus: number;
  memMiB: number;
  diskMiB: number;
  ports: number[] | [number, number][];
}

export function resources({ cpus, memMiB, diskMiB, ports }: Amount): JsonObject {
  const shown: JsonObject = { disk: diskMiB, mem: memMiB, gpus: 0, cpus };
  if (ports.length > 0)
    shown['ports'] = `[${rangesOf(ports)
      .map(([first, last]) => `${first}-${last}`)
      .join(', ')}]`;
  return shown;
}

/** Neighbouring ports become one range. */
export function rangesOf(ports: Amount['ports']): [number, number][] {
  const ranges: [number, number][] = [];
  for (const port of ports) {
    const [first, last] = typeof port === 'number' ? [port, port] : port;
    const open = ranges.at(-1);
    if (open !== undefined && open[1] === first - 1) open[1] = last;
    else ranges.push([first, last]);
  }
  return ranges;
}

export const NOTHING: Amount = { cpus: 0, memMiB: 0, diskMiB: 0, ports: [] };
export const totalOf = (agent: ClusterAgent): Amount => ({ ...agent.total, ports: [agent.total.ports] });
export const amountOf = (task: ClusterTask): Amount => ({
  cpus: task.request.cpus,
  memMiB: task.request.memMiB,
  diskMiB: task.request.diskMiB ?? 0,
  ports: task.ports,
});

/** Typed resource objects, as the `…_full` fields and the v1 API spell them. */
export function typedResources({ cpus, memMiB, diskMiB, ports }: Amount, extra: JsonObject = {}): JsonObject[] {
  const scalar = (name: string, value: number) => ({ name, type: 'SCALAR', scalar: { value }, ...extra });
  const shown: JsonObject[] = [scalar('cpus', cpus), scalar('mem', memMiB)];
  if (diskMiB > 0) shown.push(scalar('disk', diskMiB));
  const range = rangesOf(ports).map(([begin, end]) => ({ begin, end }));
  if (range.length > 0) shown.push({ name: 'ports', type: 'RANGES', ranges: { range }, ...extra });
  return shown;
}

/** Those the master still counts: an unreachable agent is in no list. */
export const registered = (cluster: Cluster) => cluster.agents.filter((agent) => agent.state !== 'unreachable');

export function agentView(cluster: Cluster, agent: ClusterAgent): JsonObject {
  return {
    id: agent.id,
    hostname: agent.hostname,
    port: agent.port,
    attributes: {},
    pid: `slave(1)@${agent.hostname}:${agent.port}`,
    registered_time: seconds(agent.registeredAt),
    ...(agent.reregisteredAt === undefined ? {} : { reregistered_time: seconds(agent.reregisteredAt) }),
    resources: resources(totalOf(agent)),
    used_resources: resources(usedOf(cluster.tasksOn(agent))),
    offered_resources: resources(NOTHING),
    reserved_resources: {},
    unreserved_resources: resources(totalOf(agent)),
    active: agent.state === 'active' && agent.drainedSince === undefined,
    deactivated: agent.drainedSince !== undefined,
    version: MESOS_VERSIONS[cluster.mesos],
    capabilities: AGENT_CAPABILITIES,
    ...drainView(cluster, agent),
  };
}

function drainView(cluster: Cluster, agent: ClusterAgent): JsonObject {
  if (agent.drainedSince === undefined) return {};
  const isOver = cluster.tasksOn(agent).every((task) => task.place !== 'live');
  return {
    drain_info: {
      state: isOver ? 'DRAINED' : 'DRAINING',
      config: { max_grace_period: { nanoseconds: 3_000_000_000 }, mark_gone: false },
    },
    estimated_drain_start_time_seconds: seconds(agent.drainedSince),
  };
}

/** `/slaves` has four fields more than `/state`. */
export function slaveView(cluster: Cluster, agent: ClusterAgent): JsonObject {
  const used = usedOf(cluster.tasksOn(agent));
  const allocated = { role: '*', allocation_info: { role: '*' } };
  return {
    ...agentView(cluster, agent),
    reserved_resources_full: {},
    unreserved_resources_full: typedResources(totalOf(agent), { role: '*' }),
    used_resources_full: used.memMiB === 0 ? [] : typedResources(used, allocated),
    offered_resources_full: [],
  };
}

export const capabilitiesOf = ({ registration }: ClusterFramework) =>
  registration.partitionAware ? ['PARTITION_AWARE', 'MULTI_ROLE', 'REGION_AWARE'] : [];

/** `roles` for a framework with MULTI_ROLE, `role` for a legacy one; never both. */
export const rolesOf = ({ registration }: ClusterFramework): JsonObject =>
  registration.partitionAware ? { roles: ['*'] } : { role: '*' };

export const hostnameOf = ({ registration }: ClusterFramework) =>
  registration.webuiUrl === undefined ? '' : new URL(registration.webuiUrl).hostname;

const frameworkHead = (framework: ClusterFramework): JsonObject => ({
  id: framework.id,
  name: framework.registration.name,
  used_resources: resources(usedOf(framework.tasks)),
  offered_resources: resources(NOTHING),
  capabilities: capabilitiesOf(framework),
  hostname: hostnameOf(framework),
  webui_url: framework.registration.webuiUrl ?? '',
  active: framework.connected && !framework.completed,
  connected: framework.connected && !framework.completed,
  recovered: false,
});

export function frameworkView(framework: ClusterFramework): JsonObject {
  const { registration } = framework;
  const at = (place: ClusterTask['place']) =>
    framework.tasks
      .filter((task) => task.place === place)
      .reverse()
      .map(taskView);
  return {
    ...frameworkHead(framework),
    user: 'root',
    failover_timeout: seconds(registration.failoverMs),
    checkpoint: registration.checkpoint,
    registered_time: seconds(framework.registeredAt),
    unregistered_time: framework.unregisteredAt === undefined ? 0 : seconds(framework.unregisteredAt),
    principal: registration.name.toLowerCase().split(' ')[0] ?? '',
    resources: resources(usedOf(framework.tasks)),
    ...rolesOf(framework),
    tasks: at('live'),
    unreachable_tasks: at('unreachable'),
    completed_tasks: at('completed'),
    offers: [],
    executors: [],
    offer_constraints: {},
  };
}

export function taskView(task: ClusterTask): JsonObject {
  const { labels = {} } = task.request;
  const entries = Object.entries(labels).map(([key, value]) => ({ key, value }));
  return {
    id: task.id,
    name: task.request.name,
    framework_id: task.frameworkId,
    // Empty for command tasks; the agent names the executor like the task.
    executor_id: '',
    slave_id: task.agent.id,
    state: task.state,
    resources: resources(amountOf(task)),
    role: '*',
    statuses: task.statuses.map((status) => statusView(task, status)),
    ...(entries.length === 0 ? {} : { labels: entries }),
    ...(task.ports.length === 0 ? {} : { discovery: discoveryOf(task) }),
  };
}

export const discoveryOf = (task: ClusterTask): JsonObject => ({
  visibility: 'FRAMEWORK',
  name: task.request.name,
  ports: { ports: task.ports.map((number) => ({ number, name: 'http', protocol: 'tcp' })) },
});

export const containerStatus = (task: ClusterTask): JsonObject => ({
  container_id: { value: task.containerId },
  network_infos: [{ ip_addresses: [{ protocol: 'IPv4', ip_address: task.agent.hostname }] }],
});

function statusView(task: ClusterTask, status: TaskStatus): JsonObject {
  const { state, at, source } = status;
  const fromTask = source === 'SOURCE_EXECUTOR' ? { container_status: containerStatus(task) } : {};
  return { state, timestamp: seconds(at), ...fromTask };
}

export function summaryView(cluster: Cluster): JsonObject {
  const known = cluster.frameworks.filter((framework) => !framework.completed);
  return {
    hostname: cluster.leader ?? cluster.masterHost,
    cluster: 'ci',
    slaves: registered(cluster).map((agent) => {
      const tasks = cluster.tasksOn(agent);
      const framework_ids = [...new Set(tasks.map((task) => task.frameworkId))];
      return { ...agentView(cluster, agent), ...countStates(tasks), framework_ids };
    }),
    frameworks: known.map((framework) => {
      const slave_ids = [...new Set(framework.tasks.map((task) => task.agent.id))];
      return { ...frameworkHead(framework), ...countStates(framework.tasks), slave_ids };
    }),
  };
}

/** Ended tasks that are still remembered count too. */
function countStates(tasks: ClusterTask[]): JsonObject {
  return Object.fromEntries(TASK_STATES.map((state) => [state, tasks.filter((task) => task.state === state).length]));
}

export function frameworksView(cluster: Cluster, frameworkId: string | null): JsonObject {
  const chosen = cluster.frameworks.filter((framework) => frameworkId === null || framework.id === frameworkId);
  return {
    frameworks: chosen.filter((framework) => !framework.completed).map(frameworkView),
    completed_frameworks: chosen.filter((framework) => framework.completed).map(frameworkView),
    unregistered_frameworks: [],
  };
}

export function stateView(cluster: Cluster): JsonObject {
  const host = cluster.leader ?? cluster.masterHost;
  const pid = `master@${host}:5050`;
  return {
    ...buildView(cluster),
    start_time: seconds(cluster.startedAt),
    elected_time: seconds(cluster.electedAt),
    id: cluster.id,
    pid,
    hostname: host,
    capabilities: ['AGENT_UPDATE'],
    activated_slaves: cluster.agents.filter((agent) => agent.state === 'active').length,
    deactivated_slaves: cluster.agents.filter((agent) => agent.state === 'disconnected').length,
    unreachable_slaves: cluster.agents.filter((agent) => agent.state === 'unreachable').length,
    leader: pid,
    leader_info: { id: cluster.id, pid, port: 5050, hostname: host },
    cluster: 'ci',
    flags: {
      cluster: 'ci',
      hostname: host,
      port: '5050',
      agent_ping_timeout: '15secs',
      max_agent_ping_timeouts: '5',
      quorum: '1',
    },
    slaves: registered(cluster).map((agent) => agentView(cluster, agent)),
    recovered_slaves: [],
    ...frameworksView(cluster, null),
    orphan_tasks: [],
  };
}

export const buildView = (cluster: Cluster): JsonObject => ({
  version: MESOS_VERSIONS[cluster.mesos],
  git_sha: '0000000000000000000000000000000000000000',
  build_date: '2015-05-05 06:15:50 UTC',
  build_time: 1_430_806_550,
  build_user: 'root',
});
