// The Mesos plugin inside one JVM: decides how many agents are missing, asks Mesos for them, brings them online, sends
// idle ones away (contract jenkins §2). The agents' tasks belong to its framework and end with it.
import { randomUUID } from 'node:crypto';
import { type Clock, MINUTE, SECOND } from '../../../core/time.js';
import type { ClusterForFrameworks, FrameworkHandle, Program, StatusUpdate } from '../types.js';
import { agentResources, type Line } from './line.js';
import { type AgentTemplate, buildingOn, type JenkinsNode } from './model.js';
import type { Timers } from './timers.js';

/** Between TASK_RUNNING and the agent online: slave.jar is fetched and connects back. */
const CONNECT_MS = 8 * SECOND;
/** What fetching the agent's jar takes Mesos. */
const STAGING_MS = 4 * SECOND;
/** How often an agent nobody offered room for is tried again: Mesos makes offers every few seconds. */
const OFFER_MS = 5 * SECOND;

const ENDED = new Set(['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED', 'TASK_LOST', 'TASK_UNREACHABLE']);

export interface MesosAgentNode extends JenkinsNode {
  taskId: string;
  template: AgentTemplate;
  /** Executors the provisioner counts on while it connects; more than it gets on mesos 2.x with a maximum above 1. */
  countedAs: number;
  launched: boolean;
  /** Its task runs; it may still not be connected. */
  running: boolean;
  /** Why no offer fitted yet. */
  refusal: string | undefined;
}

export interface AgentsEnvironment {
  clock: Clock;
  timers: Timers;
  line: Line;
  cluster: ClusterForFrameworks;
  webuiUrl: string;
  /** False while the network keeps agents from the controller: their tasks run, and they stay offline. */
  agentsMayConnect(): boolean;
  /** An agent came online, or places became free. */
  onReady(): void;
  /** It is gone, and what ran on it with it. */
  onLost(node: MesosAgentNode): void;
  /** The list of nodes changed; on cores before 1.607 that rewrites config.xml. */
  onListChanged(): void;
}

export class MesosAgents {
  readonly nodes: MesosAgentNode[] = [];
  /** The id mesos 2.x shows before it has registered. */
  readonly configuredFrameworkId = randomUUID();
  readonly #env: AgentsEnvironment;
  #framework: FrameworkHandle | undefined;
  #offerTimer: (() => void) | undefined;

  constructor(env: AgentsEnvironment) {
    this.#env = env;
  }

  get schedulerRunning(): boolean {
    return this.#framework !== undefined;
  }

  get frameworkId(): string {
    return this.#framework?.id ?? this.configuredFrameworkId;
  }

  register(): void {
    this.#framework = this.#env.cluster.register({
      name: FRAMEWORK_NAME,
      failoverMs: 0,
      checkpoint: false,
      partitionAware: false,
      webuiUrl: this.#env.webuiUrl,
      onUpdate: (update) => this.#updated(update),
    });
  }

  /** The scheduler leaves Mesos; with a failover time of 0 every agent's task is killed. */
  disconnect(): void {
    const framework = this.#framework;
    this.#framework = undefined;
    framework?.disconnect();
    for (const node of [...this.nodes]) this.#remove(node);
  }

  /** Agents that will take `label`, counted in the executors the plugin expects of them. */
  promised(label: string): number {
    return this.nodes
      .filter((node) => node.labels.includes(label) && !node.exhausted)
      .reduce((sum, node) => sum + (node.online ? node.executors.length - buildingOn(node).length : node.countedAs), 0);
  }

  /** One decision of the provisioner for one template: `excess` builds wait and nothing is promised to them. */
  provision(template: AgentTemplate, excess: number): void {
    let left = excess;
    while (left > 0) {
      const planned = Math.min(left, template.maxExecutors);
      this.#add(template, template.executorCpus === undefined ? 1 : planned, template.maxExecutors);
      left -= template.executorCpus === undefined ? template.maxExecutors : planned;
    }
    this.#launchAll();
  }

  /** A build on `node` ended: 2.x agents serve one build, older ones wait for their idle time. */
  released(node: JenkinsNode): void {
    const agent = this.nodes.find((other) => other === node);
    if (agent === undefined || buildingOn(agent).length > 0) return;
    if (this.#env.line.generation === 'modern') this.#send(agent);
    else this.#sendWhenIdle(agent);
  }

  /** `agentsMayConnect` has another answer: connections end and the builds on them fail, or agents find back. */
  connectionsChanged(): void {
    if (this.#env.agentsMayConnect()) {
      for (const node of this.nodes.filter((one) => one.running)) this.#connected(node);
      return;
    }
    for (const node of this.nodes.filter((one) => one.online)) {
      node.online = false;
      this.#env.onLost(node);
    }
  }

  #add(template: AgentTemplate, executors: number, countedAs: number): void {
    const name = this.#env.line.agentName(template.label);
    this.nodes.push({
      name,
      taskId: this.#env.line.taskId(name),
      isController: false,
      labels: template.label.split(' ').filter((word) => word !== ''),
      executors: Array.from({ length: executors }, () => undefined),
      online: false,
      idleSince: this.#env.clock.now(),
      template: structuredClone(template),
      countedAs: this.#env.line.generation === 'modern' ? countedAs : executors,
      launched: false,
      running: false,
      exhausted: false,
      refusal: undefined,
    });
    this.#env.onListChanged();
  }

  #launchAll(): void {
    this.#offerTimer?.();
    this.#offerTimer = undefined;
    for (const node of this.nodes.filter((other) => !other.launched)) this.#launch(node);
    if (this.nodes.some((node) => !node.launched) && this.#framework !== undefined)
      this.#offerTimer = this.#env.timers.after(OFFER_MS, () => this.#launchAll());
  }

  #launch(node: MesosAgentNode): void {
    if (this.#framework === undefined) return;
    // The update TASK_STAGING may come before launch returns.
    node.launched = true;
    const refused = this.#framework.launch({
      taskId: node.taskId,
      name: node.taskId,
      ...agentResources(node.template, node.executors.length),
      stagingMs: STAGING_MS,
      program: agentProgram(node),
    });
    node.launched = refused === undefined;
    node.refusal = refused?.reason;
  }

  #updated(update: StatusUpdate): void {
    const node = this.nodes.find((other) => other.taskId === update.taskId);
    if (node === undefined) return;
    if (ENDED.has(update.state)) this.#remove(node);
    else if (update.state === 'TASK_RUNNING' && !node.online) {
      node.running = true;
      this.#env.timers.after(CONNECT_MS, () => this.#connected(node));
    }
  }

  #connected(node: MesosAgentNode): void {
    if (!this.nodes.includes(node) || node.online || !this.#env.agentsMayConnect()) return;
    node.online = true;
    this.#sendWhenIdle(node);
    this.#env.onReady();
  }

  #sendWhenIdle(node: MesosAgentNode): void {
    node.idleSince = this.#env.clock.now();
    const since = node.idleSince;
    this.#env.timers.after(node.template.idleTerminationMinutes * MINUTE, () => {
      if (node.idleSince === since && buildingOn(node).length === 0) this.#send(node);
    });
  }

  #send(node: MesosAgentNode): void {
    if (!this.nodes.includes(node)) return;
    this.#remove(node);
    if (node.launched) this.#framework?.kill(node.taskId, 0);
  }

  #remove(node: MesosAgentNode): void {
    const at = this.nodes.indexOf(node);
    if (at === -1) return;
    this.nodes.splice(at, 1);
    node.online = false;
    this.#env.onLost(node);
    this.#env.onListChanged();
  }
}

/** The name the plugin registers under unless told otherwise. */
export const FRAMEWORK_NAME = 'Jenkins Scheduler';

/** slave.jar in its task: a little for itself, the rest is what the builds on it do. */
function agentProgram(node: MesosAgentNode): Program {
  let exit: (status: number) => void = () => {};
  return {
    start(process) {
      exit = process.exit;
      process.write('stdout', `Connecting to Jenkins as ${node.name}\n`);
    },
    terminate: () => exit(143),
    destroy() {},
    respond: () => undefined,
    usage() {
      const builds = buildingOn(node);
      return {
        cpus: 0.01 + builds.reduce((sum, build) => sum + build.job.cpus, 0),
        memMiB: Math.round(Math.min(node.template.mem, 140) + builds.reduce((sum, build) => sum + build.job.memMiB, 0)),
      };
    },
  };
}
