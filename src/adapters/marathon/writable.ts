// What may be sent back of an app that Marathon answered: without its read-only fields it would refuse it (contract
// marathon §3.2). Called by `client.ts`.
import type { JsonObject } from '../../core/cluster.js';

const READ_ONLY: ReadonlySet<string> = new Set([
  'version',
  'versionInfo',
  'deployments',
  'lastTaskFailure',
  'tasks',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'taskStats',
  'tasksStats',
  'readinessCheckResults',
]);

export function withoutReadOnly(definition: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(definition).filter(([field]) => !READ_ONLY.has(field)));
}
