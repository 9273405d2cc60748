// `/ci usage`: what Jenkins was given on the cluster, what it really uses, and what the cluster has.
import { z } from 'zod';
import type {
  BuildQueueItem,
  ExecutorStatistics,
  JenkinsExecutors,
  MesosAgent,
  MesosTask,
  Resources,
} from '../core/cluster.js';
import { type Asked, defineCommand, type Ports } from '../core/command.js';
import { jenkinsFramework, runningTask } from '../core/controller.js';
import { context, type Message } from '../core/conversation.js';
import { gaps, known, type Told, told } from '../core/gather.js';
import { md, type Rich } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { type ClusterTotals, clusterTotals, percent, type Share, sum, usedBy } from '../core/usage.js';
import { counted, cpus, duration, memory } from '../core/words.js';

/** Two looks at cumulative counters, this far apart, tell what is used between them. */
const SAMPLE_MS = SECOND;
/** Agents asked at the same time; a cluster may have thousands, Jenkins uses a few. */
const MOST_AGENTS = 50;

interface Facts {
  now: number;
  cluster: Told<ClusterTotals>;
  controller: Told<Share | undefined>;
  agents: Told<Share & { count: number }>;
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
  controllerTask: MesosTask | undefined;
  buildTasks: MesosTask[];
}

async function run(_: object, ports: Ports, _asked: Asked): Promise<Facts> {
  const { clock, jenkins } = ports;
  const [allocation, executors, buildQueue] = await Promise.all([
    told(clock, 'Mesos', () => allocate(ports)),
    told(clock, 'Jenkins', () => jenkins.executors()),
    told(clock, 'Jenkins', () => jenkins.buildQueue()),
  ]);
  const base = { now: clock.now(), executors, buildQueue };
  if (!allocation.ok) return { ...base, cluster: allocation, controller: allocation, agents: allocation };

  const { totals, controllerTask, buildTasks } = allocation.value;
  const [first, second] = await measure(allocation.value, ports);
  const controller: Share | undefined =
    controllerTask === undefined
      ? undefined
      : { allocated: controllerTask.resources, used: usedBy([controllerTask], first, second) };
  const agents = {
    count: buildTasks.length,
    allocated: sum(buildTasks.map((task) => task.resources)),
    used: usedBy(buildTasks, first, second),
  };
  return {
    ...base,
    cluster: { ok: true, value: totals },
    controller: { ok: true, value: controller },
    agents: { ok: true, value: agents },
  };
}

async function allocate({ marathon, mesos, settings }: Ports): Promise<Allocation> {
  const [agents, frameworks, app, info] = await Promise.all([
    mesos.agents(),
    mesos.frameworks(),
    marathon.app(settings.appId),
    marathon.info(),
  ]);
  const framework = jenkinsFramework(frameworks);
  const controllerId = app === undefined ? undefined : runningTask(app)?.id;
  const [marathonTasks, buildTasks] = await Promise.all([
    info.frameworkId === undefined || controllerId === undefined ? [] : mesos.tasks(info.frameworkId),
    framework === undefined ? [] : mesos.tasks(framework.id),
  ]);
  return {
    totals: clusterTotals(agents),
    agents,
    controllerTask: marathonTasks.find((task) => task.id === controllerId),
    buildTasks: buildTasks.filter((task) => task.state === 'TASK_RUNNING' || task.state === 'TASK_STAGING'),
  };
}

/** Two looks at every agent that runs something of Jenkins'; an agent that does not answer leaves a gap, not a zero. */
async function measure(
  { agents, controllerTask, buildTasks }: Allocation,
  { mesos, clock }: Ports,
): Promise<[ExecutorStatistics[], ExecutorStatistics[]]> {
  const wanted = new Set(
    [controllerTask, ...buildTasks].flatMap((task) => (task === undefined ? [] : [task.mesosAgentId])),
  );
  const asked = agents.filter((agent) => agent.active && wanted.has(agent.id)).slice(0, MOST_AGENTS);
  const look = async () => (await Promise.all(asked.map((agent) => mesos.statistics(agent).catch(() => [])))).flat();
  const first = await look();
  await clock.sleep(SAMPLE_MS);
  return [first, await look()];
}

function view(facts: Facts): Message {
  const missing = [...new Set(gaps(facts.cluster, facts.executors, facts.buildQueue))];
  const headline = headlineOf(facts);
  return {
    text: headline.plain,
    blocks: [
      { type: 'section', text: headline },
      { type: 'table', columns: ['', 'cpus given', 'cpus used', 'memory given', 'memory used'], rows: rowsOf(facts) },
      { type: 'section', text: buildsOf(facts) },
      ...(missing.length === 0 ? [] : [context(md`Not known: ${missing.join('; ')}.`)]),
      context(
        md`Given: what Mesos set aside. Used: measured at the agents over ${duration(SAMPLE_MS)}; – means an agent did not say.`,
      ),
    ],
  };
}

function headlineOf({ cluster, controller, agents }: Facts): Rich {
  const totals = known(cluster);
  const builds = known(agents);
  if (totals === undefined || builds === undefined)
    return md`:warning: What Jenkins uses is not known: ${gaps(cluster).join('; ')}.`;
  const given = sum([builds.allocated, known(controller)?.allocated ?? { cpus: 0, memMiB: 0 }]);
  return md`:bar_chart: Jenkins holds *${cpus(given.cpus)}* and *${memory(given.memMiB)}* of the cluster's ${cpus(totals.total.cpus)} and ${memory(totals.total.memMiB)} (${percent(given.cpus, totals.total.cpus)} and ${percent(given.memMiB, totals.total.memMiB)}); its ${counted(builds.count, 'build agent')} hold ${cpus(builds.allocated.cpus)} and ${memory(builds.allocated.memMiB)}.`;
}

function rowsOf({ cluster, controller, agents }: Facts): string[][] {
  const rows: string[][] = [];
  const share = known(controller);
  if (share !== undefined) rows.push(['Controller', ...columns(share.allocated, share.used)]);
  const builds = known(agents);
  if (builds !== undefined)
    rows.push([
      `Build agents (${builds.count})`,
      ...columns(builds.allocated, builds.count === 0 ? { cpus: 0, memMiB: 0 } : builds.used),
    ]);
  const totals = known(cluster);
  if (totals !== undefined) {
    rows.push(['All frameworks', ...columns(totals.allocated, undefined)]);
    rows.push([`Cluster (${counted(totals.agents, 'agent')})`, ...columns(totals.total, undefined)]);
  }
  return rows;
}

const columns = (given: Resources, used: Resources | undefined): string[] => [
  given.cpus.toFixed(1),
  used === undefined ? '–' : used.cpus.toFixed(1),
  memory(given.memMiB),
  used === undefined ? '–' : memory(used.memMiB),
];

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
