// Tasks of one framework, those that live and those that have ended, page by page. Called by `client.ts`.
import type { EndedMesosTask, MesosTask } from '../../core/cluster.js';
import type { HttpClient } from '../http.js';
import { type Call, ENOUGH, readList, wholeState } from './listing.js';
import { EndedTask, hasEnded, Task } from './schema.js';

/** Of `/tasks`. An entry has about 1 to 5 kB, and they are read as they come. */
const PAGE = 1_000;

const LIVE_IN_STATE: readonly Call[] = wholeState({
  each: ['frameworks.tasks', 'frameworks.unreachable_tasks'],
  drop: ['frameworks.completed_tasks'],
});

/** A lost task may stand among the unreachable ones (contract mesos). */
const ENDED_IN_STATE: readonly Call[] = wholeState({
  each: ['frameworks.completed_tasks', 'frameworks.unreachable_tasks'],
  drop: ['frameworks.tasks'],
});

export async function tasksOf(http: HttpClient, frameworkId: string): Promise<MesosTask[]> {
  // By id, because a task that gets its first status moves to another place between two pages.
  const found = new Map<string, MesosTask>();
  await walk(http, { framework_id: frameworkId }, LIVE_IN_STATE, (entry) => {
    const task = Task.parse(entry);
    if (task.frameworkId === frameworkId && !hasEnded(task)) found.set(task.id, task);
  });
  return [...found.values()];
}

/** Masters that know no such filter name all of them. */
export async function taskOf(http: HttpClient, frameworkId: string, taskId: string): Promise<MesosTask | undefined> {
  let found: MesosTask | undefined;
  await walk(http, { framework_id: frameworkId, task_id: taskId }, LIVE_IN_STATE, (entry) => {
    const task = Task.parse(entry);
    if (task.id !== taskId || task.frameworkId !== frameworkId || hasEnded(task)) return undefined;
    found = task;
    return ENOUGH;
  });
  return found;
}

export async function endedTasksOf(http: HttpClient, frameworkId: string): Promise<EndedMesosTask[]> {
  const found = new Map<string, EndedMesosTask>();
  await walk(http, { framework_id: frameworkId }, ENDED_IN_STATE, (entry) => {
    const task = EndedTask.parse(entry);
    if (task.frameworkId === frameworkId && hasEnded(task)) found.set(task.id, task);
  });
  return [...found.values()].sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
}

/** Pages until one is short: Mesos says neither a total nor a next page. Masters before 1.0 know no filter. */
async function walk(
  http: HttpClient,
  filter: Record<string, string>,
  inState: readonly Call[],
  take: (entry: unknown) => unknown,
): Promise<void> {
  for (let offset = 0; ; offset += PAGE) {
    let entries = 0;
    let enough = false;
    const query = { ...filter, limit: PAGE, offset, order: 'asc' };
    const cuts = { each: ['tasks'] };
    const pages = ['/tasks', '/master/tasks.json'].map((path) => ({ path, query, cuts }));
    const answered = await readList(http, [...pages, ...inState], (entry) => {
      entries += 1;
      enough = take(entry) === ENOUGH;
      return enough ? ENOUGH : undefined;
    });
    if (enough || entries < PAGE || inState.includes(answered)) return;
  }
}
