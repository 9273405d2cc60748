// Mesos over HTTP by its small calls: the port `Mesos` of `core/cluster.ts`.
import type { Mesos, MesosTask } from '../../core/cluster.js';
import { UpstreamError } from '../../core/errors.js';
import { SECOND } from '../../core/time.js';
import { type HttpOptions, httpClient } from '../http.js';
import { Agents, Frameworks, Statistics, Tasks } from './schema.js';

export interface MesosOptions
  extends Pick<HttpOptions, 'urls' | 'credentials' | 'clock' | 'scrub' | 'onResponse' | 'timeouts' | 'retryDelaysMs'> {
  /** Of the master's page for people; the first URL in use when undefined. */
  publicUrl: string | undefined;
}

const PAGE = 1_000;
/** An agent that is slower is left out rather than waited for. */
const AGENT_MS = 2 * SECOND;
const ENDED = new Set([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
]);

export function mesosClient(options: MesosOptions): Mesos {
  const { publicUrl, ...rest } = options;
  let learned = '';
  const urls = async () => {
    const found = await rest.urls();
    learned = found[0] ?? learned;
    return found;
  };
  const http = httpClient({ ...rest, urls, system: 'Mesos' });
  const hostnames = new Map<string, string>();

  return {
    get publicUrl() {
      return publicUrl ?? learned;
    },
    async agents() {
      const { value } = await http.ask({ path: '/slaves' }, Agents);
      for (const { id, hostname } of value.slaves) hostnames.set(id, hostname);
      return value.slaves;
    },
    hostnameOf: (mesosAgentId) => hostnames.get(mesosAgentId),
    async frameworks() {
      // Without tasks; `/frameworks` would carry thousands of them.
      return (await http.ask({ path: '/state-summary' }, Frameworks)).value.frameworks;
    },
    async tasks(frameworkId) {
      const all: MesosTask[] = [];
      for (let offset = 0; ; offset += PAGE) {
        const query = { framework_id: frameworkId, limit: PAGE, offset, order: 'asc' };
        const { tasks } = (await http.ask({ path: '/tasks', query }, Tasks)).value;
        // Masters before 1.x ignore the filter.
        all.push(...tasks.filter((task) => task.frameworkId === frameworkId && !ENDED.has(task.state)));
        if (tasks.length < PAGE) return all;
      }
    },
    async statistics({ hostname, port }) {
      const at = `http://${hostname}:${port}`;
      const ask = async (path: string) =>
        (await http.ask({ path, at, timeoutMs: AGENT_MS, repeat: false }, Statistics)).value;
      try {
        return await ask('/monitor/statistics');
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.status !== 404) throw error;
        return ask('/monitor/statistics.json');
      }
    },
    sandboxLink({ mesosAgentId, frameworkId, executorId, taskId }) {
      const part = encodeURIComponent;
      return `${publicUrl ?? learned}/#/agents/${part(mesosAgentId)}/frameworks/${part(frameworkId)}/executors/${part(executorId || taskId)}`;
    },
  };
}
