// `/ci usage`: what Jenkins was given on the cluster, what it really uses, and what the cluster has.
import { z } from 'zod';
import type {
  BuildQueueItem,
  ExecutorStatistics,
  JenkinsExecutors,
  Mesos,
  MesosAgent,
  MesosTask,
  Resources,
} from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { jenkinsFramework, runningTask } from '../core/controller.js';
import { context, type Message } from '../core/conversation.js';
import { UpstreamError } from '../core/errors.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import { md, type Rich } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { type ClusterTotals, clusterTotals, NOTHING, percent, type Share, sum, usedBy } from '../core/usage.js';
import { counted, cpus, duration, memory } from '../core/words.js';

/** Two looks at cumulative counters, this far apart, tell what is used between them. */
const SAMPLE_MS = SECOND;
/** Agents asked at the same time; a cluster may have thousands, Jenkins uses a few. */
const MOST_AGENTS = 50;

interface Facts {
  now: number;
  cluster: Told<ClusterTotals>;
  controller: Told<Share | undefined>;
  agents: Told<Share>;
  executors: Told<JenkinsExecutors>;
  buildQueue: Told<BuildQueueItem[]>;
}

export const usage = defineCommand({
  name: 'usage',
  usage: 'usage',
  summary: 'CPU and memory given to Jenkins, really used, and what the cluster has.',
  examples: ['usage', 'usage --here'],
  args: z.object({}),
  effect: 'read',
  run,
  view,
});

interface Allocation {
  totals: ClusterTotals;
  agents: MesosAgent[];
  buildTasks: MesosTask[];
}

async function run(_: object, ports: Ports, _asked: Asked): Promise<Facts> {
  const { clock, jenkins } = ports;
  const [allocation, controllerTask, executors, buildQueue] = await Promise.all([
    told(clock, 'Mesos', () => allocate(ports)),
    told(clock, 'Marathon', () => taskOfController(ports)),
    told(clock, 'Jenkins', () => jenkins.executors()),
    told(clock, 'Jenkins', () => jenkins.buildQueue()),
  ]);
  const base = { now: clock.now(), executors, buildQueue };
  if (!allocation.ok) return { ...base, cluster: allocation, controller: allocation, agents: allocation };

  const { totals, agents, buildTasks } = allocation.value;
  const controller = known(controllerTask);
  const [first, second] = await measure(
    agents,
    controller === undefined ? buildTasks : [controller, ...buildTasks],
    ports,
  );
  const share = (tasks: MesosTask[]): Share => ({
    tasks: tasks.length,
    allocated: sum(tasks.map((task) => task.resources)),
    used: usedBy(tasks, first, second),
  });
  return {
    ...base,
    cluster: { ok: true, value: totals },
    controller: controllerTask.ok
      ? { ok: true, value: controller === undefined ? undefined : share([controller]) }
      : controllerTask,
    agents: { ok: true, value: share(buildTasks) },
  };
}

async function allocate({ mesos }: Ports): Promise<Allocation> {
  const [agents, frameworks] = await Promise.all([mesos.agents(), mesos.frameworks()]);
  const framework = jenkinsFramework(frameworks);
  const tasks = framework === undefined ? [] : await mesos.tasks(framework.id);
  return {
    totals: clusterTotals(agents),
    agents,
    buildTasks: tasks.filter((task) => task.state === 'TASK_RUNNING' || task.state === 'TASK_STAGING'),
  };
}

/** The controller as Mesos sees it: a task of Marathon's framework. `undefined` when none runs. */
async function taskOfController({ marathon, mesos, settings }: Ports): Promise<MesosTask | undefined> {
  const [app, info] = await Promise.all([marathon.app(settings.appId), marathon.info()]);
  const id = app === undefined ? undefined : runningTask(app)?.id;
  if (id === undefined || info.frameworkId === undefined) return undefined;
  return (await mesos.tasks(info.frameworkId)).find((task) => task.id === id);
}

/** Two looks at every agent that runs something of Jenkins'; an agent that does not answer leaves a gap, not a zero. */
async function measure(
  agents: MesosAgent[],
  tasks: MesosTask[],
  { mesos, clock }: Ports,
): Promise<[ExecutorStatistics[], ExecutorStatistics[]]> {
  const wanted = new Set(tasks.map((task) => task.mesosAgentId));
  const asked = agents.filter((agent) => agent.active && wanted.has(agent.id)).slice(0, MOST_AGENTS);
  if (asked.length === 0) return [[], []];
  const look = async () => (await Promise.all(asked.map((agent) => statisticsOf(agent, mesos)))).flat();
  const first = await look();
  await clock.sleep(SAMPLE_MS);
  return [first, await look()];
}

async function statisticsOf(agent: MesosAgent, mesos: Mesos): Promise<ExecutorStatistics[]> {
  try {
    return await mesos.statistics(agent);
  } catch (error) {
    if (error instanceof UpstreamError) return [];
    throw error;
  }
}

function view(facts: Facts): Message {
  const missing = [...new Set(gaps(facts.cluster, facts.controller, facts.executors, facts.buildQueue))];
  const headline = headlineOf(facts);
  const rows = rowsOf(facts);
  return {
    text: headline.plain,
    blocks: [
      { type: 'section', text: headline },
      ...(rows.length === 0 ? [] : [{ type: 'table' as const, columns: COLUMNS, rows }]),
      { type: 'section', text: buildsOf(facts) },
      ...(missing.length === 0 ? [] : [context(md`Not known: ${missing.join('; ')}.`)]),
      ...(rows.length === 0 ? [] : [context(LEGEND)]),
    ],
  };
}

const COLUMNS = ['', 'cpus given', 'cpus used', 'memory given', 'memory used'];
const LEGEND = md`Given: what Mesos set aside. Used: measured at the agents over ${duration(SAMPLE_MS)}; – means that nobody said; (2 of 5) that only so many did.`;

function headlineOf({ cluster, controller, agents }: Facts): Rich {
  const totals = known(cluster);
  const builds = known(agents);
  if (totals === undefined || builds === undefined)
    return md`:warning: What Jenkins uses is not known: ${gaps(cluster).join('; ')}.`;
  const { total } = totals;
  const whole = md`the cluster's ${cpus(total.cpus)} and ${memory(total.memMiB)}`;
  const of = (held: Resources) =>
    md`*${cpus(held.cpus)}* and *${memory(held.memMiB)}* of ${whole} (${percent(held.cpus, total.cpus)} and ${percent(held.memMiB, total.memMiB)})`;
  if (!controller.ok) {
    return md`:bar_chart: The build agents of Jenkins (${builds.tasks}) hold ${of(builds.allocated)}; what its controller holds is not known.`;
  }
  const held = sum([builds.allocated, controller.value?.allocated ?? NOTHING]);
  const without = controller.value === undefined ? md` No controller runs.` : '';
  return md`:bar_chart: Jenkins holds ${of(held)}; ${agentsWords(builds)}.${without}`;
}

function agentsWords({ tasks, allocated }: Share): Rich {
  if (tasks === 0) return md`no build agent runs`;
  return md`its ${counted(tasks, 'build agent')} ${tasks === 1 ? 'holds' : 'hold'} ${cpus(allocated.cpus)} and ${memory(allocated.memMiB)}`;
}

function rowsOf({ cluster, controller, agents }: Facts): string[][] {
  const rows: string[][] = [];
  const share = known(controller);
  if (share !== undefined) rows.push(['Controller', ...columns(share)]);
  const builds = known(agents);
  if (builds !== undefined) rows.push([`Build agents (${builds.tasks})`, ...columns(builds)]);
  const totals = known(cluster);
  if (totals !== undefined) {
    rows.push(['All frameworks', ...given(totals.allocated)]);
    rows.push([`Cluster (${counted(totals.agents, 'agent')})`, ...given(totals.total)]);
  }
  return rows;
}

/** Nothing uses nothing; of some, only those that were measured count, and are counted. */
function columns({ allocated, used, tasks }: Share): string[] {
  const seen = tasks === 0 ? { ...NOTHING, tasks } : used;
  if (seen === undefined) return given(allocated);
  const part = seen.tasks < tasks ? ` (${seen.tasks} of ${tasks})` : '';
  return [
    allocated.cpus.toFixed(1),
    `${seen.cpus.toFixed(1)}${part}`,
    memory(allocated.memMiB),
    `${memory(seen.memMiB)}${part}`,
  ];
}

const given = (resources: Resources): string[] => [resources.cpus.toFixed(1), '–', memory(resources.memMiB), '–'];

function buildsOf({ executors, buildQueue, now }: Facts): Rich {
  const busy = executors.ok
    ? md`Executors: ${executors.value.busy} of ${executors.value.total} busy.`
    : md`Executors: not known.`;
  if (!buildQueue.ok) return md`${busy} Build queue: not known.`;
  const waiting = buildQueue.value;
  if (waiting.length === 0) return md`${busy} No build waits.`;
  const longest = Math.max(...waiting.map((item) => now - item.inQueueSince));
  return md`${busy} ${counted(waiting.length, 'build')} ${waiting.length === 1 ? 'waits' : 'wait'}, the longest for ${duration(longest)}.`;
}
