// Another team's framework that takes what the machines have left: how the simulated cluster runs out of offers that fit.
import type { Cluster } from './cluster.js';
import { type ClusterAgent, usedOf } from './cluster-parts.js';

/** @param leavesMiB memory it leaves free on a machine · @returns how it goes again, its tasks with it */
export function crowd(cluster: Cluster, leavesMiB: number | ((agent: ClusterAgent) => number)): () => void {
  const left = typeof leavesMiB === 'number' ? () => leavesMiB : leavesMiB;
  const framework = cluster.register({
    name: 'spark',
    failoverMs: 0,
    checkpoint: false,
    partitionAware: false,
    onUpdate: () => {},
  });
  for (const agent of cluster.agents.filter(({ state }) => state === 'active')) {
    const memMiB = agent.total.memMiB - usedOf(cluster.tasksOn(agent)).memMiB - left(agent);
    if (memMiB <= 0) continue;
    framework.launch({
      taskId: `${framework.id}-executor-${agent.hostname}`,
      name: 'spark executor',
      cpus: 0.1,
      memMiB,
      hosts: (hostname) => hostname === agent.hostname,
    });
  }
  return () => framework.disconnect();
}
