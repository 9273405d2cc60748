// One look at what Jenkins holds on the cluster and really uses: `/ci usage` shows it, and once a minute it becomes a
// sample. What does not answer in time is a gap with its reason, never a zero.
import { bulkhead } from 'cockatiel';
import type {
  App,
  BuildQueueItem,
  ExecutorStatistics,
  Framework,
  Jenkins,
  JenkinsExecutors,
  Marathon,
  Mesos,
  MesosAgent,
  MesosTask,
  Resources,
} from './cluster.js';
import { jenkinsFramework, runningTask, runningTasks } from './controller.js';
import { known, type Told, told } from './gather.js';
import { type Clock, SECOND } from './time.js';
import { type Counted, clusterTotals, heldBy, keyOf, keyOfTask, usedPerExecutor } from './usage.js';
import type { ClusterTotals, Held } from './usage-sample.js';

export interface LookPorts {
  marathon: Pick<Marathon, 'app' | 'info'>;
  mesos: Pick<Mesos, 'agents' | 'frameworks' | 'tasks' | 'task' | 'statistics'>;
  jenkins: Pick<Jenkins, 'executors' | 'buildQueue'>;
  settings: { appId: string; executorsAppId: string | undefined };
  clock: Clock;
}

export interface UsageLook {
  /** When it began, our clock. */
  at: number;
  /** Of the controller; undefined when Marathon has none. */
  app: Told<App | undefined>;
  cluster: Told<ClusterTotals>;
  controller: Told<Held>;
  agents: Told<Held>;
  /** The machines of the cluster. */
  mesosAgents: Told<MesosAgent[]>;
  /** Jenkins as Mesos sees it; undefined: Mesos knows no such framework. */
  framework: Told<Framework | undefined>;
  /** The build agents one by one. */
  parts: AgentPart[];
  /** Tasks of build agents whose machine Mesos does not reach: they hold nothing by its count, and may still run. */
  unreachable: MesosTask[];
  executors: Told<JenkinsExecutors>;
  buildQueue: Told<BuildQueueItem[]>;
  /** Why some use is not known: `1 of 3 Mesos agents does not tell what is used (403, …)`. */
  silent: string[];
  /** What the Mesos agents counted, for the look that comes next. */
  counters: readonly Counted[];
}

/** One build agent: a Mesos task of Jenkins' framework, or of the app of static agents. */
export interface AgentPart {
  task: MesosTask;
  hostname: string | undefined;
  used: Resources | undefined;
}

/** Two looks at cumulative counters, this far apart, tell what is used between them. */
export const BETWEEN_LOOKS_MS = SECOND;
/** Mesos agents asked at the same time. More of them and their answers come in crowds that hold up everything else. */
const AGENTS_AT_ONCE = 10;

/**
 * @param deadlineMs by the ports' clock; what was not said by then is missing
 * @param before counters of an earlier look, so that one look at an agent is enough
 */
export async function lookAtUsage(
  ports: LookPorts,
  deadlineMs: number,
  before: readonly Counted[] = [],
): Promise<UsageLook> {
  const { clock, jenkins } = ports;
  const at = clock.now();
  const [cluster, executors, buildQueue] = await Promise.all([
    lookAtCluster(ports, deadlineMs, before),
    told(clock, 'Jenkins', () => jenkins.executors(), deadlineMs),
    told(clock, 'Jenkins', () => jenkins.buildQueue(), deadlineMs),
  ]);
  return { at, ...cluster, executors, buildQueue };
}

async function lookAtCluster(ports: LookPorts, deadlineMs: number, before: readonly Counted[]) {
  const { clock } = ports;
  const endsAt = clock.now() + deadlineMs;
  // The agents need the other half.
  const [allocation, inMarathon] = await Promise.all([
    told(clock, 'Mesos', () => allocate(ports), deadlineMs / 2),
    askMarathon(ports, deadlineMs / 2),
  ]);
  const agents = known(allocation)?.agents ?? [];
  const { controller = [], staticAgents = [] } = known(inMarathon.tasks) ?? {};
  const builds = [...(known(allocation)?.buildTasks ?? []), ...staticAgents];
  const { used, counters, silent } = await measure(agents, [...controller, ...builds], endsAt, ports, before);
  const hostnames = new Map(agents.map((agent) => [agent.id, agent.hostname]));
  return {
    cluster: mapped(allocation, ({ totals }) => totals),
    app: inMarathon.app,
    controller: mapped(inMarathon.tasks, () => heldBy(controller, used)),
    agents: mapped(
      ports.settings.executorsAppId !== undefined && !inMarathon.tasks.ok ? inMarathon.tasks : allocation,
      () => heldBy(builds, used),
    ),
    mesosAgents: mapped(allocation, ({ agents: all }) => all),
    framework: mapped(allocation, ({ framework }) => framework),
    parts: builds.map((task) => ({
      task,
      hostname: hostnames.get(task.mesosAgentId),
      used: used.get(keyOfTask(task)),
    })),
    unreachable: known(allocation)?.unreachable ?? [],
    silent,
    counters,
  };
}

const mapped = <T, U>(fact: Told<T>, change: (value: T) => U): Told<U> =>
  fact.ok ? { ok: true, value: change(fact.value) } : fact;

async function allocate({ mesos }: Pick<LookPorts, 'mesos'>) {
  const [agents, frameworks] = await Promise.all([mesos.agents(), mesos.frameworks()]);
  const framework = jenkinsFramework(frameworks);
  const tasks = framework === undefined ? [] : await mesos.tasks(framework.id);
  return {
    totals: clusterTotals(agents),
    agents,
    framework,
    buildTasks: tasks.filter((task) => HOLDING.has(task.state)),
    unreachable: tasks.filter((task) => task.state === UNREACHABLE),
  };
}

const UNREACHABLE = 'TASK_UNREACHABLE';
const HOLDING = new Set(['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING']);

async function askMarathon(ports: LookPorts, deadlineMs: number) {
  const { clock, marathon, settings } = ports;
  const endsAt = clock.now() + deadlineMs;
  const app = await told(clock, 'Marathon', () => marathon.app(settings.appId), deadlineMs);
  if (!app.ok) return { app, tasks: app };
  return { app, tasks: await told(clock, 'Marathon', () => tasksOf(app.value, ports), endsAt - clock.now()) };
}

/** What Marathon runs of Jenkins: the controller, none when none runs, and agents that are an app of their own. */
async function tasksOf(app: App | undefined, { marathon, mesos, settings }: LookPorts) {
  const { executorsAppId } = settings;
  const [{ frameworkId }, agentsApp] = await Promise.all([
    marathon.info(),
    executorsAppId === undefined ? undefined : marathon.app(executorsAppId),
  ]);
  if (frameworkId === undefined) return {};
  const id = app === undefined ? undefined : runningTask(app)?.id;
  const controller = id === undefined ? undefined : await mesos.task(frameworkId, id);
  return {
    controller: controller === undefined ? [] : [controller],
    staticAgents: agentsApp === undefined ? [] : tasksOfApp(agentsApp, frameworkId),
  };
}

/** As Mesos would tell them; to ask it for so many would be to ask for all of Marathon's. */
const tasksOfApp = (app: App, frameworkId: string): MesosTask[] =>
  runningTasks(app.tasks).map((task) => ({
    id: task.id,
    name: app.id,
    state: 'TASK_RUNNING',
    frameworkId,
    mesosAgentId: task.mesosAgentId ?? '',
    executorId: '',
    resources: { cpus: app.cpus, memMiB: app.memMiB },
  }));

/** One look at each agent that runs something of Jenkins', and a second one where no earlier look tells the difference. */
async function measure(
  agents: MesosAgent[],
  tasks: MesosTask[],
  endsAt: number,
  ports: LookPorts,
  before: readonly Counted[],
) {
  const hosts = new Set(tasks.map((task) => task.mesosAgentId));
  const asked = agents.filter((agent) => agent.active && hosts.has(agent.id));
  const wanted = new Set(tasks.map(keyOfTask));
  const first = await countersOf(asked, wanted, endsAt, ports);
  const used = usedPerExecutor(before, first.rows);
  const unknown = new Set(first.rows.filter((row) => !used.has(keyOf(row))).map((row) => row.mesosAgentId));
  const again = asked.filter((agent) => unknown.has(agent.id));
  // Without the list of agents that has been said already.
  const gone = agents.length === 0 ? [] : [...hosts].filter((id) => !asked.some((agent) => agent.id === id));
  const failures = [...first.failures, ...gone.map(() => 'it is not connected to the master')];
  if (again.length > 0 && endsAt - ports.clock.now() > BETWEEN_LOOKS_MS) {
    await ports.clock.sleep(BETWEEN_LOOKS_MS);
    const second = await countersOf(again, wanted, endsAt, ports);
    failures.push(...second.failures);
    for (const [key, one] of usedPerExecutor(first.rows, second.rows)) if (!used.has(key)) used.set(key, one);
  }
  return { used, counters: first.rows, silent: silentWords(hosts.size, failures) };
}

interface Looked {
  rows: (Counted & { mesosAgentId: string })[];
  /** One reason for each agent that said nothing. */
  failures: string[];
}

async function countersOf(
  asked: MesosAgent[],
  wanted: ReadonlySet<string>,
  endsAt: number,
  { mesos, clock }: LookPorts,
): Promise<Looked> {
  const turns = bulkhead(AGENTS_AT_ONCE, Number.MAX_SAFE_INTEGER);
  const looked: Looked = { rows: [], failures: [] };
  await Promise.all(
    asked.map(async (agent) => {
      const heard = await turns.execute(() => statisticsOf(agent, endsAt - clock.now(), mesos, clock));
      if (!heard.ok) return looked.failures.push(heard.missing);
      const heardAt = clock.now();
      const ours = heard.value.filter((row) => wanted.has(keyOf(row)));
      return looked.rows.push(...ours.map((row) => ({ ...row, heardAt, mesosAgentId: agent.id })));
    }),
  );
  return looked;
}

async function statisticsOf(
  agent: MesosAgent,
  leftMs: number,
  mesos: Pick<Mesos, 'statistics'>,
  clock: LookPorts['clock'],
): Promise<Told<ExecutorStatistics[]>> {
  if (leftMs <= 0) return { ok: false, missing: 'there was no time left to ask' };
  return told(clock, 'Mesos agent', () => mesos.statistics(agent), leftMs);
}

function silentWords(asked: number, failures: readonly string[]): string[] {
  if (failures.length === 0) return [];
  const whose = asked === 1 ? 'the one Mesos agent' : `${failures.length} of ${asked} Mesos agents`;
  const [reason = ''] = failures;
  return [`${whose} did not tell what is used (${reason.replace(/^Mesos(?: agent)?:? /, '')})`];
}
