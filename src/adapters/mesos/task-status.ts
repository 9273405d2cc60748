// How a task stands or ended in Mesos' own words, which only the v1 API carries (contract mesos). Called by `client.ts`.
import type { MesosTaskStatus } from '../../core/cluster.js';
import { unlessAbsent } from '../absent.js';
import type { HttpClient } from '../http.js';
import { type Call, ENOUGH, readList } from './listing.js';
import { isV1Task, V1Task } from './schema.js';

/** The call knows no filter, so the list is read as it comes, and no further than to the task. */
const GET_TASKS: Call = {
  method: 'POST',
  onlyAsks: true,
  path: '/api/v1',
  json: { type: 'GET_TASKS' },
  cuts: {
    each: ['pending', 'orphan', 'unreachable', 'completed']
      .map((kind) => `get_tasks.${kind}_tasks`)
      .concat('get_tasks.tasks'),
  },
};

export async function taskStatus(http: HttpClient, taskId: string): Promise<MesosTaskStatus | undefined> {
  let found: MesosTaskStatus | undefined;
  // Masters before 1.0 have no such call.
  await unlessAbsent(() =>
    readList(http, [GET_TASKS], (entry) => {
      if (!isV1Task(entry, taskId)) return undefined;
      found = V1Task.parse(entry);
      return ENOUGH;
    }),
  );
  return found;
}
