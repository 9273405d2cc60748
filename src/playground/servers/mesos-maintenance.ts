// `/maintenance/schedule` and `/maintenance/status` of the simulated Mesos master, as recorded.
import type { JsonObject } from '../../core/cluster.js';
import type { Cluster } from '../world/cluster.js';
import type { ClusterAgent } from '../world/cluster-parts.js';

/** More than a number holds exactly, as with the real one. */
const nanoseconds = (ms: number) => ({ nanoseconds: ms * 1_000_000 });

const machineOf = ({ hostname }: ClusterAgent) => ({ hostname, ip: hostname });

const inMaintenance = (cluster: Cluster) =>
  cluster.agents.flatMap((agent) => (agent.maintenance === undefined ? [] : [{ agent, window: agent.maintenance }]));

export function scheduleView(cluster: Cluster): JsonObject {
  const windows = inMaintenance(cluster).map(({ agent, window }) => ({
    machine_ids: [machineOf(agent)],
    unavailability: { start: nanoseconds(window.startsAt), duration: nanoseconds(window.durationMs) },
  }));
  return windows.length === 0 ? {} : { windows };
}

export function statusView(cluster: Cluster): JsonObject {
  const machines = inMaintenance(cluster).map(({ agent }) => ({ id: machineOf(agent) }));
  return machines.length === 0 ? {} : { draining_machines: machines };
}
