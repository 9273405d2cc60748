// Mesos over HTTP, by the smallest call a master knows: the port `Mesos` of `core/cluster.ts`.
import type { Framework, Mesos, MesosAgent } from '../../core/cluster.js';
import { atLeast } from '../../core/version.js';
import { type HttpOptions, httpClient } from '../http.js';
import { AGENT_CALLS } from './agents.js';
import { hostMemory } from './hosts.js';
import { type Call, readList, wholeState } from './listing.js';
import { machinesInMaintenance } from './maintenance.js';
import { sandboxTail } from './sandbox.js';
import { Agent, FrameworkEntry, Versioned } from './schema.js';
import { statisticsOf } from './statistics.js';
import { taskStatus } from './task-status.js';
import { endedTasksOf, taskOf, tasksOf } from './tasks.js';

export interface MesosOptions
  extends Pick<HttpOptions, 'urls' | 'credentials' | 'clock' | 'scrub' | 'onResponse' | 'timeouts' | 'retryDelaysMs'> {
  /** Of the master's page for people; the first URL in use when undefined. */
  publicUrl: string | undefined;
}

export interface MesosClient extends Mesos {
  close(): void;
}

const WITHOUT_TASKS = {
  each: ['frameworks'],
  drop: ['tasks', 'unreachable_tasks', 'completed_tasks', 'executors', 'offers'].map((list) => `frameworks.${list}`),
};

/** `/frameworks` would carry every task along (contract mesos). */
const FRAMEWORK_CALLS: readonly Call[] = [
  { path: '/state-summary', cuts: WITHOUT_TASKS },
  { path: '/master/state-summary', cuts: WITHOUT_TASKS },
  ...wholeState(WITHOUT_TASKS),
];

export function mesosClient(options: MesosOptions): MesosClient {
  const { publicUrl, ...rest } = options;
  let learned = '';
  const urls = async () => {
    const found = await rest.urls();
    learned = found[0] ?? learned;
    return found;
  };
  const noAddress = 'Marathon does not say where the Mesos master is: set MESOS_URL';
  const http = httpClient({ ...rest, urls, system: 'Mesos', noAddress });
  const hosts = hostMemory(rest.clock);
  const base = () => (publicUrl ?? learned).replace(/(?<!\/)\/+$/, '');
  const far = { http, master: () => learned, readMs: rest.timeouts?.readMs };
  /** The page for people called agents slaves before 1.1. */
  let agentsOnPage = 'agents';

  return {
    get publicUrl() {
      return base();
    },
    close: http.close,
    async agents() {
      const agents: MesosAgent[] = [];
      let version: string | undefined;
      const answered = await readList(http, AGENT_CALLS, (entry) => {
        agents.push(Agent.parse(entry));
        version = Versioned.parse(entry).version ?? version;
      });
      const old = version === undefined ? answered.path.includes('state') : !atLeast(version, '1.1');
      agentsOnPage = old ? 'slaves' : 'agents';
      hosts.remember(agents);
      return agents;
    },
    hostnameOf: hosts.hostnameOf,
    lostAgents: hosts.lost,
    maintenance: () => machinesInMaintenance(http),
    async frameworks() {
      const frameworks: Framework[] = [];
      await readList(http, FRAMEWORK_CALLS, (entry) => frameworks.push(FrameworkEntry.parse(entry)));
      return frameworks;
    },
    tasks: (frameworkId) => tasksOf(http, frameworkId),
    task: (frameworkId, taskId) => taskOf(http, frameworkId, taskId),
    endedTasks: (frameworkId) => endedTasksOf(http, frameworkId),
    statistics: (agent) => statisticsOf(far, agent),
    async taskStatus(taskId) {
      const status = await taskStatus(http, taskId);
      // It may quote the command that ended.
      return status === undefined ? undefined : { ...status, message: rest.scrub(status.message) };
    },
    sandboxTail: (task, file, bytes) => sandboxTail(far, task, file, bytes, rest.scrub),
    sandboxLink({ mesosAgentId, frameworkId, executorId, taskId }) {
      const names = [agentsOnPage, mesosAgentId, 'frameworks', frameworkId, 'executors', executorId || taskId];
      return `${base()}/#/${names.map(encodeURIComponent).join('/')}`;
    },
  };
}
