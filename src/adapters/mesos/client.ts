// Mesos over HTTP, by the smallest call a master knows: the port `Mesos` of `core/cluster.ts`.
import type { ExecutorStatistics, Framework, Mesos, MesosAgent, MesosTask } from '../../core/cluster.js';
import { UpstreamError } from '../../core/errors.js';
import { SECOND } from '../../core/time.js';
import { atLeast } from '../../core/version.js';
import { type HttpClient, type HttpOptions, httpClient } from '../http.js';
import { type Call, readList, wholeState } from './listing.js';
import { Agent, FrameworkEntry, hasEnded, Statistics, Task, Versioned } from './schema.js';

export interface MesosOptions
  extends Pick<HttpOptions, 'urls' | 'credentials' | 'clock' | 'scrub' | 'onResponse' | 'timeouts' | 'retryDelaysMs'> {
  /** Of the master's page for people; the first URL in use when undefined. */
  publicUrl: string | undefined;
}

export interface MesosClient extends Mesos {
  close(): void;
}

const AGENT_CALLS: readonly Call[] = [
  { path: '/slaves', cuts: { each: ['slaves'] } },
  { path: '/master/slaves', cuts: { each: ['slaves'] } },
  ...wholeState({ each: ['slaves'] }),
];

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

const STATE_TASKS: readonly Call[] = wholeState({
  each: ['frameworks.tasks', 'frameworks.unreachable_tasks'],
  drop: ['frameworks.completed_tasks'],
});

/** Of `/tasks`. An entry has about 1 to 5 kB, and they are read as they come. */
const PAGE = 1_000;

/** An agent that is slower is left out rather than waited for. */
const AGENT_MS = 2 * SECOND;

/** Five times the largest cluster we plan for (10,000 agents), so that years of replaced machines do not pile up. */
const REMEMBERED_HOSTS = 50_000;

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
  const hosts = hostMemory();
  const base = () => (publicUrl ?? learned).replace(/\/+$/, '');
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
      for (const { id, hostname } of agents) hosts.remember(id, hostname);
      return agents;
    },
    hostnameOf: hosts.hostnameOf,
    async frameworks() {
      const frameworks: Framework[] = [];
      await readList(http, FRAMEWORK_CALLS, (entry) => frameworks.push(FrameworkEntry.parse(entry)));
      return frameworks;
    },
    tasks: (frameworkId) => tasksOf(http, frameworkId),
    statistics: (agent) => statisticsOf(http, agent, learned, Math.min(AGENT_MS, rest.timeouts?.readMs ?? AGENT_MS)),
    sandboxLink({ mesosAgentId, frameworkId, executorId, taskId }) {
      const names = [agentsOnPage, mesosAgentId, 'frameworks', frameworkId, 'executors', executorId || taskId];
      return `${base()}/#/${names.map(encodeURIComponent).join('/')}`;
    },
  };
}

function hostMemory() {
  const hostnames = new Map<string, string>();
  return {
    hostnameOf: (mesosAgentId: string) => hostnames.get(mesosAgentId),
    remember(mesosAgentId: string, hostname: string) {
      hostnames.delete(mesosAgentId);
      hostnames.set(mesosAgentId, hostname);
      const [oldest] = hostnames.size > REMEMBERED_HOSTS ? hostnames.keys() : [];
      if (oldest !== undefined) hostnames.delete(oldest);
    },
  };
}

/** Pages until one is short: Mesos says neither a total nor a next page. Masters before 1.0 know no filter. */
async function tasksOf(http: HttpClient, frameworkId: string): Promise<MesosTask[]> {
  // By id, because a task that gets its first status moves to another place between two pages.
  const found = new Map<string, MesosTask>();
  const take = (entry: unknown) => {
    const task = Task.parse(entry);
    if (task.frameworkId === frameworkId && !hasEnded(task)) found.set(task.id, task);
  };
  for (let offset = 0; ; offset += PAGE) {
    let entries = 0;
    const query = { framework_id: frameworkId, limit: PAGE, offset, order: 'asc' };
    const cuts = { each: ['tasks'] };
    const pages = ['/tasks', '/master/tasks.json'].map((path) => ({ path, query, cuts }));
    const answered = await readList(http, [...pages, ...STATE_TASKS], (entry) => {
      entries += 1;
      take(entry);
    });
    if (entries < PAGE || STATE_TASKS.includes(answered)) return [...found.values()];
  }
}

async function statisticsOf(
  http: HttpClient,
  { hostname, port }: Pick<MesosAgent, 'hostname' | 'port'>,
  master: string,
  timeoutMs: number,
): Promise<ExecutorStatistics[]> {
  // A cluster has TLS everywhere or nowhere; with credentials we never go down to plain http.
  const at = `${master.startsWith('https:') ? 'https' : 'http'}://${hostname}:${port}`;
  const ask = async (path: string) => {
    const request = { path, at, timeoutMs, repeat: false };
    if (!URL.canParse(at)) throw http.refuse(request, undefined, `has no usable address: ${hostname}:${port}`);
    return (await http.ask(request, Statistics)).value;
  };
  try {
    return await ask('/monitor/statistics');
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 404) throw error;
    return ask('/monitor/statistics.json');
  }
}
