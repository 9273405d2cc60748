// `/tasks` of the simulated Mesos master: filters, order and pages exactly as the recorded master treats them.
import type { JsonObject } from '../../core/cluster.js';
import type { Cluster } from '../world/cluster.js';
import type { ClusterTask } from '../world/cluster-parts.js';
import { taskView } from './mesos-views.js';

const DEFAULT_LIMIT = 100;

export function tasksView(cluster: Cluster, query: URLSearchParams): JsonObject {
  // Filters came after 0.28; older masters ignore them.
  const filters = cluster.mesos !== '0.22';
  const frameworkId = filters ? query.get('framework_id') : null;
  const taskId = filters ? query.get('task_id') : null;
  const wanted = cluster
    .tasks()
    .filter(
      (task) => (frameworkId === null || task.frameworkId === frameworkId) && (taskId === null || task.id === taskId),
    )
    .sort((a, b) => firstStatus(a) - firstStatus(b));
  if (query.get('order') !== 'asc') wanted.reverse();
  const offset = Math.max(0, wholeNumber(query.get('offset'), 0));
  const limit = wholeNumber(query.get('limit'), DEFAULT_LIMIT);
  return { tasks: wanted.slice(offset, limit < 0 ? undefined : offset + limit).map(taskView) };
}

/** A task without status (staging) comes first in `asc` and last in `desc`. */
const firstStatus = (task: ClusterTask) => task.statuses[0]?.at ?? 0;

/** What cannot be read as a number silently means the default. */
function wholeNumber(text: string | null, fallback: number): number {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : fallback;
}
