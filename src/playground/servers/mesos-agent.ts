// The API of one simulated Mesos agent: what its containers use, and their sandboxes (also of dead tasks). Reached
// through `agentRequest` of `mesos.ts`, as a client on the network would reach host:5051.
import type { JsonObject } from '../../core/cluster.js';
import type { Cluster } from '../world/cluster.js';
import { EXECUTOR_CPUS, EXECUTOR_MEM_MIB } from '../world/cluster-messages.js';
import { type ClusterAgent, type ClusterFramework, type ClusterTask, sampleUsage } from '../world/cluster-parts.js';
import { type Answer, json, type PlainRequest, text } from './http.js';
import { filesRoute, sandboxPath } from './mesos-files.js';
import { amountOf, buildView, hostnameOf, resources, rolesOf, seconds, taskView, totalOf } from './mesos-views.js';

const MIB = 1_048_576;

export function agentAnswer(cluster: Cluster, agent: ClusterAgent, request: PlainRequest): Answer {
  const path = request.path.replace(/^\/slave\(1\)/, '').replace(/\.json$/, '');
  const isOldName = request.path.endsWith('.json');
  if (path.startsWith('/files/') && cluster.mesos === '0.22' && !isOldName) return text(404, '');
  if (path.startsWith('/files/')) return filesRoute(cluster, agent, path, request.query);
  if (path === '/monitor/statistics') return json(200, statistics(cluster, agent));
  if (path === '/state') return json(200, stateOf(cluster, agent));
  if (path === '/version') return json(200, buildView(cluster));
  return path === '/health' ? { status: 200 } : text(404, '404 Not Found.');
}

const executorName = (task: ClusterTask) =>
  `Command Executor (Task: ${task.id}) (Command: sh -c '${task.request.name.slice(0, 15)}...')`;

function statistics(cluster: Cluster, agent: ClusterAgent): JsonObject[] {
  const now = cluster.clock.now();
  const running = cluster.tasksOn(agent).filter((task) => task.processAlive);
  return running.map((task) => {
    const { memMiB } = sampleUsage(task, now);
    const cpus = task.request.cpus + EXECUTOR_CPUS;
    const memLimit = (task.request.memMiB + EXECUTOR_MEM_MIB) * MIB;
    // Before 1.0 the limit had one name, later there are a soft and a hard one.
    const limits = cluster.mesos === '0.22' ? { cpus_limit: cpus } : { cpus_soft_limit: cpus };
    const soft = cluster.mesos === '0.22' ? {} : { mem_soft_limit_bytes: memLimit };
    return {
      executor_id: task.id,
      executor_name: executorName(task),
      framework_id: task.frameworkId,
      source: task.id,
      statistics: {
        ...limits,
        cpus_system_time_secs: task.cpuSeconds * 0.2,
        cpus_user_time_secs: task.cpuSeconds * 0.8,
        mem_limit_bytes: memLimit,
        mem_rss_bytes: Math.round(memMiB * MIB),
        ...soft,
        timestamp: seconds(now),
      },
    };
  });
}

function stateOf(cluster: Cluster, agent: ClusterAgent): JsonObject {
  const here = cluster.tasksOn(agent);
  const shown = (completed: boolean) =>
    cluster.frameworks
      .filter(
        (framework) => framework.completed === completed && here.some((task) => task.frameworkId === framework.id),
      )
      .map((framework) =>
        frameworkHere(
          agent,
          framework,
          here.filter((task) => task.frameworkId === framework.id),
        ),
      );
  return {
    ...buildView(cluster),
    start_time: seconds(agent.registeredAt),
    id: agent.id,
    pid: `slave(1)@${agent.hostname}:${agent.port}`,
    hostname: agent.hostname,
    resources: resources(totalOf(agent)),
    attributes: {},
    master_hostname: cluster.leader ?? '',
    flags: { work_dir: '/var/lib/mesos', port: String(agent.port) },
    frameworks: shown(false),
    completed_frameworks: shown(true),
  };
}

function frameworkHere(agent: ClusterAgent, framework: ClusterFramework, tasks: ClusterTask[]): JsonObject {
  const { registration } = framework;
  const executors = (completed: boolean) =>
    tasks.filter((task) => (task.place === 'completed') === completed).map((task) => executorOf(agent, task));
  return {
    id: framework.id,
    name: registration.name,
    user: 'root',
    failover_timeout: seconds(registration.failoverMs),
    checkpoint: registration.checkpoint,
    hostname: hostnameOf(framework),
    principal: registration.name.toLowerCase().split(' ')[0] ?? '',
    ...rolesOf(framework),
    executors: executors(false),
    completed_executors: executors(true),
  };
}

function executorOf(agent: ClusterAgent, task: ClusterTask): JsonObject {
  const over = task.place === 'completed';
  const amount = amountOf(task);
  return {
    id: task.id,
    name: executorName(task),
    source: task.id,
    container: task.containerId,
    directory: sandboxPath(agent, task),
    resources: resources({ ...amount, cpus: amount.cpus + EXECUTOR_CPUS, memMiB: amount.memMiB + EXECUTOR_MEM_MIB }),
    role: '*',
    tasks: over ? [] : [taskView(task)],
    queued_tasks: [],
    completed_tasks: over ? [taskView(task)] : [],
  };
}
