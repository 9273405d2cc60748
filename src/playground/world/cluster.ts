// The article's Mesos cluster: 40 machines, the first runs the master and Marathon, 39 are agents. Marathon and Jenkins
// use it as frameworks (`types.ts`), `../servers/mesos.ts` shows it, and incidents break it through the fault switches.
import type { Clock } from '../../core/time.js';
import { type AgentFailure, AgentLosses } from './cluster-losses.js';
import { Membership } from './cluster-membership.js';
import type { Crash, MesosGeneration } from './cluster-messages.js';
import {
  type ClusterAgent,
  type ClusterFramework,
  type ClusterTask,
  COMPLETED_TASKS_KEPT,
  hasEnded,
  holdingByAgent,
  seededRandom,
  seededUuid,
  type TaskStatus,
} from './cluster-parts.js';
import { Placement, type RejectReason } from './cluster-placement.js';
import { TaskLife } from './cluster-tasks.js';
import { Upkeep } from './cluster-upkeep.js';
import type {
  ClusterForFrameworks,
  FrameworkHandle,
  FrameworkRegistration,
  LaunchRequest,
  PortAnswer,
} from './types.js';

export interface ClusterOptions {
  clock: Clock;
  mesos?: MesosGeneration;
  /** One seed, one world: ids, ports and placements repeat. */
  seed?: number;
  /** Number of agents; the article has 39 beside the machine with the masters. */
  agents?: number;
}

export class Cluster implements ClusterForFrameworks {
  readonly clock: Clock;
  readonly mesos: MesosGeneration;
  readonly id: string;
  readonly startedAt: number;
  readonly upkeep: Upkeep;
  readonly masterHost = '192.168.3.4';
  readonly agents: ClusterAgent[];
  /** `hostname` of the leading master; undefined while none leads. */
  leader: string | undefined = this.masterHost;
  electedAt: number;
  readonly #placement: Placement;
  readonly #life: TaskLife;
  readonly #roomListeners = new Set<() => void>();
  readonly #membership: Membership;
  readonly #losses: AgentLosses;
  #offersWithheld = false;
  #fetchBroken: (request: LaunchRequest) => boolean = () => false;
  readonly #missingArtifacts = new Set<string>();
  readonly #byId = new Map<string, ClusterTask>();

  constructor(options: ClusterOptions) {
    this.clock = options.clock;
    this.mesos = options.mesos ?? '1.4';
    const random = seededRandom(options.seed ?? 1);
    this.id = seededUuid(random);
    this.#placement = new Placement(random, () => holdingByAgent(this.frameworks));
    this.startedAt = this.clock.now();
    this.electedAt = this.startedAt;
    this.agents = Array.from({ length: options.agents ?? 39 }, (_, index) => this.#makeAgent(index));
    this.#life = new TaskLife({
      clock: this.clock,
      mesos: this.mesos,
      report: (task, status) => this.#hear(task, status),
      missing: ({ request }) =>
        request.uris?.find((uri) => this.#missingArtifacts.has(uri)) ??
        (this.#fetchBroken(request) ? (request.uris?.[0] ?? request.name) : undefined),
    });
    this.#membership = new Membership(this.clock, this.id, this.#life, () => this.#announceRoom());
    const kill = (task: ClusterTask, graceMs: number) => this.#life.kill(task, graceMs);
    this.upkeep = new Upkeep(this, kill, () => this.#announceRoom());
    this.#losses = new AgentLosses({
      clock: this.clock,
      mesos: this.mesos,
      life: this.#life,
      tasksOn: (agent) => this.tasksOn(agent),
      registrationOf: (task) => this.#frameworkOf(task).registration,
      record: (task, status) => this.#record(task, status),
      announceRoom: () => this.#announceRoom(),
    });
  }

  /** All of them, also those that completed; oldest first. */
  get frameworks(): readonly ClusterFramework[] {
    return this.#membership.frameworks;
  }

  register(registration: FrameworkRegistration): FrameworkHandle {
    const framework = this.#membership.join(registration);
    return {
      id: framework.id,
      launch: (request) => this.#launch(framework, request),
      kill: (taskId, graceMs) => this.#kill(framework, taskId, graceMs),
      disconnect: () => this.#membership.leave(framework),
    };
  }

  // ── Questions ─────────────────────────────────────────────────────────────────────────────────────────────────────

  task(taskId: string): ClusterTask | undefined {
    // The master forgets a framework that ended long ago, its tasks with it.
    const found = this.#byId.get(taskId);
    return this.frameworks.some(({ id }) => id === found?.frameworkId) ? found : undefined;
  }

  /** Newest first. */
  tasks(): ClusterTask[] {
    return this.frameworks.flatMap((framework) => framework.tasks).reverse();
  }

  tasksOn(agent: ClusterAgent): ClusterTask[] {
    return this.frameworks.flatMap((framework) => framework.tasks.filter((task) => task.agent === agent));
  }

  agent(hostname: string): ClusterAgent | undefined {
    return this.agents.find((agent) => agent.hostname === hostname);
  }

  /** What a request to the task's first port meets; no connection comes about while its agent is away. */
  respond(taskId: string, path: string): PortAnswer {
    const task = this.task(taskId);
    if (task === undefined || !task.processAlive || task.agent.state !== 'active') return undefined;
    return task.program === undefined ? undefined : task.program.respond(path);
  }

  /** The task that listens on a simulated address, as a client on the network would find it. */
  listener(hostname: string, port: number): ClusterTask | undefined {
    const task = this.tasks().find(
      (one) => one.processAlive && one.agent.hostname === hostname && one.ports.includes(port),
    );
    return task?.agent.state === 'active' ? task : undefined;
  }

  /** Why offers were turned down, test by test. */
  rejections(request: LaunchRequest): RejectReason[] {
    return this.#placement.rejections(this.#offering(), request);
  }

  get offersWithheld(): boolean {
    return this.#offersWithheld;
  }

  /** Calls when room may have appeared: a task ended, an agent came, offers flow again. The answer unsubscribes. */
  onRoom(listener: () => void): () => void {
    this.#roomListeners.add(listener);
    return () => this.#roomListeners.delete(listener);
  }

  // ── Fault switches ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Scene setting: the next task launched goes to this agent (and takes this port first). */
  placeNext(hostname: string, port?: number): void {
    this.#placement.next(hostname, port);
  }

  /** No framework gets offers any more (no quota, suppressed role), until called with false. */
  withholdOffers(withheld: boolean): void {
    this.#offersWithheld = withheld;
    if (!withheld) this.#announceRoom();
  }

  /** Fetching fails for matching tasks launched from now on; `undefined` mends it. */
  breakFetch(match: ((request: LaunchRequest) => boolean) | undefined): void {
    this.#fetchBroken = match ?? (() => false);
  }

  /** The artifact server does not have it any more: tasks that fetch it cannot start, until it is there again. */
  loseArtifact(uri: string): void {
    this.#missingArtifacts.add(uri);
  }

  restoreArtifact(uri: string): void {
    this.#missingArtifacts.delete(uri);
  }

  crashTask(taskId: string, crash: Crash): void {
    const task = this.task(taskId);
    if (task === undefined) throw new Error(`no task ${taskId} in the cluster`);
    this.#life.crash(task, crash);
  }

  failAgent(hostname: string, failure: AgentFailure = {}): void {
    this.#losses.fail(this.#mustFind(hostname), failure);
  }

  returnAgent(hostname: string): void {
    this.#losses.welcome(this.#mustFind(hostname));
  }

  loseLeader(): void {
    this.leader = undefined;
  }

  electLeader(hostname = this.masterHost): void {
    this.leader = hostname;
    this.electedAt = this.clock.now();
    this.#announceRoom();
  }

  // ── Agents ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #makeAgent(index: number): ClusterAgent {
    return {
      id: `${this.id}-S${index}`,
      // The article's machines are 192.168.3.4 to 192.168.3.43; the first is no agent.
      hostname: `192.168.3.${5 + index}`,
      port: 5051,
      registeredAt: this.startedAt,
      reregisteredAt: undefined,
      state: 'active',
      power: true,
      total: { cpus: 4, memMiB: 8_192, diskMiB: 40_960, ports: [31_000, 32_000] },
    };
  }

  #mustFind(hostname: string): ClusterAgent {
    const agent = this.agent(hostname);
    if (agent === undefined) throw new Error(`no agent ${hostname} in the cluster`);
    return agent;
  }

  #frameworkOf(task: ClusterTask): ClusterFramework {
    const framework = this.frameworks.find((one) => one.id === task.frameworkId);
    if (framework === undefined) throw new Error(`task ${task.id} belongs to no framework`);
    return framework;
  }

  // ── Tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #offering(): ClusterAgent[] {
    return this.#offersWithheld || this.leader === undefined
      ? []
      : this.agents.filter((agent) => agent.state === 'active' && agent.drainedSince === undefined);
  }

  #launch(framework: ClusterFramework, request: LaunchRequest): { reason: string } | undefined {
    if (!framework.connected) return { reason: 'NoOffers' };
    const agent = this.#placement.choose(this.#offering(), request);
    if (agent === undefined) {
      const first = this.rejections(request).find((entry) => entry.declined > 0);
      return { reason: first?.reason ?? 'NoOffers' };
    }
    const task = this.#placement.makeTask(framework, request, agent, this.clock.now());
    framework.tasks.push(task);
    this.#byId.set(task.id, task);
    this.#life.begin(task);
    return undefined;
  }

  #kill(framework: ClusterFramework, taskId: string, graceMs: number): void {
    const task = framework.tasks.find((one) => one.id === taskId);
    if (task === undefined) return;
    if (task.agent.state === 'active') this.#life.kill(task, graceMs);
    else this.#losses.keepKill(task, graceMs);
  }

  /** The agent speaks; nobody hears it behind a partition, so it says it again when it is back. */
  #hear(task: ClusterTask, status: TaskStatus): void {
    if (task.agent.state === 'active') this.#record(task, status);
    else this.#losses.keep(task, status);
  }

  #record(task: ClusterTask, status: TaskStatus): void {
    task.state = status.state;
    if (task.statuses.at(-1)?.state === status.state) task.statuses.pop();
    task.statuses.push(status);
    if (hasEnded(status.state) && task.place === 'live') task.place = 'completed';
    const { registration, connected } = this.#frameworkOf(task);
    if (connected) {
      const { state, message, reason, at } = status;
      const heard = { taskId: task.id, state, message, agentId: task.agent.id, hostname: task.agent.hostname, at };
      registration.onUpdate(reason === undefined ? heard : { ...heard, reason });
    }
    if (task.place === 'completed') this.#forgetOldest(this.#frameworkOf(task));
    if (task.place === 'completed') this.#announceRoom();
  }

  #forgetOldest(framework: ClusterFramework): void {
    const completed = framework.tasks.filter((task) => task.place === 'completed');
    const [oldest] = completed;
    if (oldest === undefined || completed.length <= COMPLETED_TASKS_KEPT) return;
    framework.tasks.splice(framework.tasks.indexOf(oldest), 1);
    this.#byId.delete(oldest.id);
  }

  #announceRoom(): void {
    for (const listener of [...this.#roomListeners]) listener();
  }
}
