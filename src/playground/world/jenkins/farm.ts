// What one JVM of Jenkins does with builds: takes them into the queue, places them on executors, lets them run to their
// end, asks the Mesos plugin for agents when executors are missing. Gone when the JVM ends.
import { type Clock, SECOND } from '../../../core/time.js';
import type { ClusterForFrameworks } from '../types.js';
import { MesosAgents } from './agents.js';
import { BuildQueue, type NewItem } from './build-queue.js';
import type { JenkinsHome } from './home.js';
import type { Line } from './line.js';
import { LoadHistory } from './load.js';
import {
  type AgentTemplate,
  type Build,
  type BuildResult,
  buildingOn,
  type JenkinsNode,
  type QueueItem,
} from './model.js';
import type { Timers } from './timers.js';

/** The provisioner looks every ten seconds, for the first time about 100 s after the start (contract jenkins §4.1). */
const FIRST_DECISION_MS = 100 * SECOND;
const DECISION_MS = 10 * SECOND;

export interface FarmEnvironment {
  clock: Clock;
  timers: Timers;
  line: Line;
  home: JenkinsHome;
  cluster: ClusterForFrameworks;
  webuiUrl: string;
  /** False while the network keeps agents from the controller. */
  agentsMayConnect(): boolean;
  /** config.xml was rewritten because an agent came or went (cores before 1.607). */
  onNodesSaved(): void;
  /** No build runs any more. */
  onIdle(): void;
}

export class BuildFarm {
  readonly queue: BuildQueue;
  readonly agents: MesosAgents;
  readonly controllerNode: JenkinsNode;
  readonly load: LoadHistory;
  quietingDown = false;
  quietDownReason: string | null = null;
  readonly #env: FarmEnvironment;
  readonly #startedAt: number;
  readonly #ends = new Map<Build, () => void>();
  #decision: (() => void) | undefined;

  constructor(env: FarmEnvironment) {
    const { clock, line, home } = env;
    this.#env = env;
    this.#startedAt = clock.now();
    this.queue = new BuildQueue(clock, line);
    this.load = new LoadHistory(clock);
    this.controllerNode = {
      name: line.controllerName,
      isController: true,
      labels: [line.controllerLabel],
      executors: Array.from({ length: home.config.numExecutors }, () => undefined),
      online: true,
      idleSince: clock.now(),
      exhausted: false,
    };
    this.agents = new MesosAgents({
      ...env,
      onReady: () => this.maintain(),
      onLost: (node) => this.#lost(node),
      onListChanged: () => {
        if (line.generation === 'old') env.onNodesSaved();
      },
    });
    this.load.record(this.counts());
  }

  get nodes(): readonly JenkinsNode[] {
    return [this.controllerNode, ...this.agents.nodes];
  }

  get running(): Build[] {
    return this.nodes.flatMap(buildingOn);
  }

  counts(): { busy: number; total: number; defined: number; queued: number } {
    const slots = (nodes: readonly JenkinsNode[]) => nodes.reduce((sum, node) => sum + node.executors.length, 0);
    return {
      busy: this.running.length,
      total: slots(this.nodes.filter((node) => node.online)),
      defined: slots(this.nodes),
      queued: this.queue.waiting.filter((item) => item.state === 'buildable').length,
    };
  }

  why(item: QueueItem): string | null {
    const { home } = this.#env;
    return this.queue.why(item, {
      quietingDown: this.quietingDown,
      nodes: this.nodes,
      running: (job) => home.running(job),
      estimate: (job) => home.estimate(job),
    });
  }

  enter(item: NewItem): { item: QueueItem; already: boolean } {
    const entered = this.queue.enter(item);
    if (!entered.already) this.#env.timers.after(item.quietMs, () => this.maintain());
    if (item.quietMs === 0) this.maintain();
    return entered;
  }

  /** @returns false when that build does not run */
  end(build: Build, result: BuildResult): boolean {
    if (build.endedAt !== undefined) return false;
    this.#ends.get(build)?.();
    this.#ends.delete(build);
    build.endedAt = this.#env.clock.now();
    build.result = result;
    const node = this.nodes.find((other) => other.executors.includes(build));
    if (node !== undefined) this.#release(node, build);
    else this.maintain();
    if (this.running.length === 0) this.#env.onIdle();
    return true;
  }

  quietDown(reason: string | null): void {
    this.quietingDown = true;
    this.quietDownReason = reason;
  }

  cancelQuietDown(): void {
    this.quietingDown = false;
    this.quietDownReason = null;
    this.maintain();
  }

  /** More places at once; fewer: idle ones now, busy ones when their build ends (contract jenkins §2.1). */
  setControllerExecutors(count: number): void {
    const places = this.controllerNode.executors;
    while (places.length < count) places.push(undefined);
    this.#shrink(places, count);
    this.maintain();
  }

  /** Looks at every waiting item once; called whenever something may have changed for one of them. */
  maintain(): void {
    const { clock, home } = this.#env;
    for (const item of [...this.queue.waiting]) {
      if (item.dueAt > clock.now()) continue;
      const busy = !item.job.concurrent && home.running(item.job) !== undefined;
      item.buildableSince ??= clock.now();
      item.state = busy ? 'blocked' : 'buildable';
      if (!busy && !this.quietingDown) this.#place(item);
    }
    this.load.record(this.counts());
    this.#decideSoon();
  }

  #place(item: QueueItem): void {
    const node = this.nodes.find((other) => this.#takes(other, item) && other.executors.includes(undefined));
    if (node === undefined) return;
    const build = this.#env.home.start(item, node.name);
    node.executors[node.executors.indexOf(undefined)] = build;
    node.exhausted = !node.isController && this.#env.line.generation === 'modern';
    this.queue.started(item, build);
    const end = this.#env.timers.after(item.plan.durationMs, () => this.end(build, item.plan.result));
    this.#ends.set(build, end);
  }

  #takes(node: JenkinsNode, { job }: QueueItem): boolean {
    if (!node.online || node.exhausted) return false;
    return job.label === undefined ? node.isController : node.labels.includes(job.label);
  }

  #release(node: JenkinsNode, build: Build): void {
    node.executors[node.executors.indexOf(build)] = undefined;
    node.idleSince = this.#env.clock.now();
    if (node.isController) this.#shrink(node.executors, this.#env.home.config.numExecutors);
    // The next build in the queue comes first: an agent that it takes is not idle.
    this.maintain();
    this.agents.released(node);
  }

  #shrink(places: (Build | undefined)[], count: number): void {
    for (let at = places.length - 1; at >= 0 && places.length > count; at--)
      if (places[at] === undefined) places.splice(at, 1);
  }

  #lost(node: JenkinsNode): void {
    const builds = buildingOn(node);
    node.executors.fill(undefined);
    for (const build of builds) this.end(build, 'FAILURE');
    if (builds.length === 0) this.maintain();
  }

  #decideSoon(): void {
    if (this.#decision !== undefined || this.quietingDown || this.#missing().length === 0) return;
    const now = this.#env.clock.now();
    const first = this.#startedAt + FIRST_DECISION_MS;
    const at = first > now ? first : now + DECISION_MS;
    this.#decision = this.#env.timers.after(at - now, () => {
      this.#decision = undefined;
      if (this.quietingDown) return;
      for (const { template, excess } of this.#missing()) this.agents.provision(template, excess);
      this.#decideSoon();
    });
  }

  #missing(): { template: AgentTemplate; excess: number }[] {
    if (!this.agents.schedulerRunning) return [];
    const buildable = this.queue.waiting.filter((item) => item.state === 'buildable');
    return this.#env.home.config.templates.flatMap((template) => {
      const labels = template.label.split(' ');
      const wanted = buildable.filter((item) => item.job.label !== undefined && labels.includes(item.job.label)).length;
      const excess = wanted - this.agents.promised(labels[0] ?? '');
      return excess > 0 ? [{ template, excess }] : [];
    });
  }
}
