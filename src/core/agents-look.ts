// One look at Jenkins' agents: Mesos tasks, the machines they run on and Jenkins' nodes, joined (contract jenkins §2.4).
// Called by `/ci agents`; the look at what they hold and use is that of `usage`.

import { nodeOfTask } from './agent-nodes.js';
import type { AgentActivity } from './agent-templates.js';
import type { Jenkins, JenkinsComputer, Mesos, MesosTask, Resources } from './cluster.js';
import { known, type Told, told } from './gather.js';
import { type MachineTrouble, machineTroubles } from './machine-troubles.js';
import { type AgentPart, type LookPorts, lookAtUsage, type UsageLook } from './usage-look.js';

export interface AgentsPorts extends LookPorts {
  mesos: LookPorts['mesos'] & Pick<Mesos, 'hostnameOf' | 'lostAgents' | 'maintenance' | 'sandboxLink'>;
  jenkins: LookPorts['jenkins'] & Pick<Jenkins, 'agentActivity' | 'publicUrl'>;
}

/**
 * `fetching`: its task has not begun · `unconnected`: its task runs, its node is offline · `unlaunched`: a node that
 * never was connected, as far as Jenkins says, and has no task · `ending`: its task is being stopped · `unreachable`: Mesos
 * does not reach its machine · `orphan`: a task without a node · `static`: an instance of the agents' app · `offline`: a
 * node that was connected and has no task, or whose task is not known · `running`: all that is known while Jenkins does
 * not answer.
 */
export type AgentState =
  | 'busy'
  | 'idle'
  | 'fetching'
  | 'unconnected'
  | 'unlaunched'
  | 'ending'
  | 'unreachable'
  | 'orphan'
  | 'static'
  | 'running'
  | 'offline';

export interface AgentRow {
  /** Of its node, else the id of its task. */
  name: string;
  state: AgentState;
  /** Undefined: it has no task, or its machine is gone. */
  host: string | undefined;
  /** What Mesos does not know, while it answers, does not run on it. */
  isMesosKnown: boolean;
  /** Undefined: not known. */
  label: string | undefined;
  executors: { busy: number; total: number } | undefined;
  given: Resources | undefined;
  used: Resources | undefined;
  builds: JenkinsComputer['builds'];
  /** How long it has been so; undefined where nobody says. */
  forMs: number | undefined;
  /** Jenkins' own words on why it is offline. */
  why: string | undefined;
  sandbox: string | undefined;
}

export interface AgentsLook {
  look: UsageLook;
  rows: AgentRow[];
  troubles: MachineTrouble[];
  /** Jenkins is no Mesos framework now, and has no other way to agents. */
  unregistered: boolean;
  /** Base of links to builds. */
  jenkinsUrl: string | undefined;
  activity: Told<AgentActivity[]>;
  maintenance: Told<unknown>;
}

export async function lookAtAgents(ports: AgentsPorts, deadlineMs: number): Promise<AgentsLook> {
  const { clock, jenkins, mesos } = ports;
  const [look, activity, maintenance, url] = await Promise.all([
    lookAtUsage(ports, deadlineMs),
    told(clock, 'Jenkins', () => jenkins.agentActivity(), deadlineMs),
    told(clock, 'Mesos', () => mesos.maintenance(), deadlineMs),
    told(clock, 'Jenkins', () => jenkins.publicUrl(), deadlineMs),
  ]);
  const machines = known(look.mesosAgents);
  return {
    look,
    rows: rowsOf(look, known(activity) ?? [], ports),
    troubles:
      machines === undefined
        ? []
        : machineTroubles(machines, known(maintenance) ?? [], mesos.lostAgents(), countByMachine(look.parts)),
    unregistered:
      ports.settings.executorsAppId === undefined && look.framework.ok && look.framework.value?.active !== true,
    jenkinsUrl: known(url),
    activity,
    maintenance,
  };
}

function countByMachine(parts: readonly AgentPart[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { task } of parts) counts.set(task.mesosAgentId, (counts.get(task.mesosAgentId) ?? 0) + 1);
  return counts;
}

function rowsOf(look: UsageLook, activity: readonly AgentActivity[], ports: AgentsPorts): AgentRow[] {
  const computers = (known(look.executors)?.computers ?? []).filter(({ isController }) => !isController);
  const nodes = new Map(computers.map((computer) => [computer.name, computer]));
  const activities = new Map(activity.map((one) => [one.name, one]));
  const names = new Set(nodes.keys());
  const answers = { jenkins: look.executors.ok, mesos: look.agents.ok };
  const away = look.unreachable.map((task): AgentPart => ({ task, hostname: undefined, used: undefined }));
  const joined = [...look.parts, ...away].map((part) => {
    const name = nodeOfTask(part.task.id, names);
    const node = name === undefined ? undefined : nodes.get(name);
    if (name !== undefined) nodes.delete(name);
    return { part, node };
  });
  const alone = [...nodes.values()].map((node) => ({ part: undefined, node }));
  return [...joined, ...alone].map(({ part, node }) => rowOf(part, node, activities, answers, look.at, ports));
}

type Answers = Record<'jenkins' | 'mesos', boolean>;

function rowOf(
  part: AgentPart | undefined,
  node: JenkinsComputer | undefined,
  activities: ReadonlyMap<string, AgentActivity>,
  answers: Answers,
  now: number,
  { mesos, settings }: AgentsPorts,
): AgentRow {
  const task = part?.task;
  const isStatic = task !== undefined && settings.executorsAppId !== undefined && task.name === settings.executorsAppId;
  const activity = node === undefined ? undefined : activities.get(node.name);
  const state = stateOf(task, node, isStatic, answers, activity);
  return {
    name: node?.name ?? task?.id ?? '',
    state,
    host: task === undefined ? undefined : (part?.hostname ?? mesos.hostnameOf(task.mesosAgentId)),
    isMesosKnown: answers.mesos,
    label: activity?.label ?? node?.labels?.join(' '),
    executors: node === undefined ? undefined : { busy: node.builds.length, total: node.numExecutors },
    given: state === 'unreachable' ? undefined : task?.resources,
    used: part?.used,
    builds: node?.builds ?? [],
    forMs: ageOf(state, task, activity, now),
    why: activity?.offlineWhy,
    sandbox:
      task === undefined
        ? undefined
        : mesos.sandboxLink({
            mesosAgentId: task.mesosAgentId,
            frameworkId: task.frameworkId,
            executorId: task.executorId,
            taskId: task.id,
          }),
  };
}

const BEGINS = new Set(['TASK_STAGING', 'TASK_STARTING']);

function stateOf(
  task: MesosTask | undefined,
  node: JenkinsComputer | undefined,
  isStatic: boolean,
  answers: Answers,
  activity: AgentActivity | undefined,
): AgentState {
  if (node?.offline === false) return node.builds.length > 0 ? 'busy' : 'idle';
  if (task === undefined) return answers.mesos && activity?.offlineWhy === undefined ? 'unlaunched' : 'offline';
  if (task.state === 'TASK_UNREACHABLE') return 'unreachable';
  if (BEGINS.has(task.state)) return 'fetching';
  if (task.state === 'TASK_KILLING') return 'ending';
  if (node !== undefined) return 'unconnected';
  if (isStatic) return 'static';
  return answers.jenkins ? 'orphan' : 'running';
}

/** Mesos says since when a task runs; Jenkins, since when a node is idle or wanted. */
function ageOf(
  state: AgentState,
  task: MesosTask | undefined,
  activity: AgentActivity | undefined,
  now: number,
): number | undefined {
  const ofTask = task?.since === undefined ? undefined : Math.max(0, now - task.since);
  switch (state) {
    case 'busy':
      return undefined;
    case 'idle':
      return activity?.forMs;
    case 'fetching':
    case 'unlaunched':
    case 'offline':
      return activity?.forMs ?? ofTask;
    default:
      return ofTask ?? activity?.forMs;
  }
}
