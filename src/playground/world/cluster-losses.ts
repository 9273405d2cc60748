// How a cluster loses Mesos agents and gets them back: 75 s of silence, tasks called unreachable or lost, and what returns
// with a healed partition. The fault switches of `cluster.ts` come here.
import { type Clock, SECOND } from '../../core/time.js';
import { agentBack, agentDisconnected, type MesosGeneration } from './cluster-messages.js';
import type { ClusterAgent, ClusterTask, TaskStatus } from './cluster-parts.js';
import type { TaskLife } from './cluster-tasks.js';
import type { FrameworkRegistration } from './types.js';

/** agent_ping_timeout 15 s × max_agent_ping_timeouts 5, the defaults of Mesos. */
const UNREACHABLE_AFTER_MS = 75 * SECOND;

/** Two ways to lose an agent: `partition` (the default), its tasks run on unseen; `power`, they are gone. */
export interface AgentFailure {
  how?: 'partition' | 'power';
  /** When the master gives it up; 75 s. */
  unreachableAfterMs?: number;
}

interface Master {
  clock: Clock;
  mesos: MesosGeneration;
  life: TaskLife;
  tasksOn: (agent: ClusterAgent) => ClusterTask[];
  registrationOf: (task: ClusterTask) => FrameworkRegistration;
  record: (task: ClusterTask, status: TaskStatus) => void;
  announceRoom: () => void;
}

export class AgentLosses {
  readonly #master: Master;
  /** What agents wanted to report while nobody heard them. */
  readonly #unreported = new Map<ClusterTask, TaskStatus>();
  /** Kills asked for meanwhile. Schedulers repeat a kill until it is answered; here it is kept and carried out once. */
  readonly #kills = new Map<ClusterTask, number>();
  readonly #cancels = new Map<ClusterAgent, () => void>();

  constructor(master: Master) {
    this.#master = master;
  }

  fail(agent: ClusterAgent, failure: AgentFailure): void {
    if (agent.state !== 'active') return;
    agent.state = 'disconnected';
    const tasks = this.#master.tasksOn(agent).filter((task) => task.place === 'live');
    if (failure.how === 'power') {
      agent.power = false;
      for (const task of tasks) this.#master.life.vanish(task);
    }
    for (const task of tasks) {
      if (!this.#master.registrationOf(task).checkpoint)
        this.#giveUp(task, agentDisconnected(agent.hostname), 'completed');
    }
    const delayMs = failure.unreachableAfterMs ?? UNREACHABLE_AFTER_MS;
    this.#cancels.set(
      agent,
      this.#master.clock.after(delayMs, () => this.#markUnreachable(agent)),
    );
  }

  welcome(agent: ClusterAgent): void {
    if (agent.state === 'active') return;
    this.#cancels.get(agent)?.();
    const was = { unreachable: agent.state === 'unreachable', power: agent.power };
    const now = this.#master.clock.now();
    Object.assign(agent, { state: 'active', power: true, reregisteredAt: now });
    if (was.unreachable) agent.registeredAt = now;
    for (const task of this.#master.tasksOn(agent)) {
      this.#welcomeTask(task, was);
      this.#killAtLast(task);
    }
    this.#master.announceRoom();
  }

  /** Kept until the agent is heard again. */
  keep(task: ClusterTask, status: TaskStatus): void {
    this.#unreported.set(task, status);
  }

  keepKill(task: ClusterTask, graceMs: number): void {
    this.#kills.set(task, graceMs);
  }

  #markUnreachable(agent: ClusterAgent): void {
    if (agent.state !== 'disconnected') return;
    agent.state = 'unreachable';
    for (const task of this.#master.tasksOn(agent)) {
      if (task.place === 'live') this.#giveUp(task, this.#master.life.lostMessage(task), 'unreachable');
    }
  }

  #giveUp(task: ClusterTask, message: string, place: 'unreachable' | 'completed'): void {
    const aware = place === 'unreachable' && this.#master.registrationOf(task).partitionAware;
    task.place = place;
    this.#master.record(task, {
      state: aware ? 'TASK_UNREACHABLE' : 'TASK_LOST',
      message,
      reason: place === 'unreachable' ? 'REASON_SLAVE_REMOVED' : 'REASON_SLAVE_DISCONNECTED',
      source: 'SOURCE_MASTER',
      at: this.#master.clock.now(),
    });
  }

  #welcomeTask(task: ClusterTask, was: { unreachable: boolean; power: boolean }): void {
    const unreported = this.#unreported.get(task);
    this.#unreported.delete(task);
    if (task.place === 'completed' || this.#lostForGood(task)) {
      this.#master.life.vanish(task);
      task.place = 'completed';
      return;
    }
    task.place = 'live';
    // A healed task forgets that it was unreachable: the status entry goes (seen on Mesos 1.12).
    task.statuses = task.statuses.filter(
      (status) => status.state !== 'TASK_UNREACHABLE' && status.state !== 'TASK_LOST',
    );
    if (unreported !== undefined) this.#master.record(task, unreported);
    else if (!was.power) this.#master.life.lostWithPower(task);
    else if (was.unreachable) this.#back(task);
  }

  #killAtLast(task: ClusterTask): void {
    const graceMs = this.#kills.get(task);
    this.#kills.delete(task);
    if (graceMs !== undefined && task.place === 'live') this.#master.life.kill(task, graceMs);
  }

  /** Before partition awareness (Mesos 1.1) the master had a task it had called lost shut down when its agent came back. */
  #lostForGood(task: ClusterTask): boolean {
    return task.state === 'TASK_LOST' && (this.#master.mesos === '0.22' || this.#master.mesos === '1.0');
  }

  #back(task: ClusterTask): void {
    this.#master.record(task, {
      state: 'TASK_RUNNING',
      message: agentBack(task.agent.hostname),
      reason: 'REASON_SLAVE_REREGISTERED',
      source: 'SOURCE_MASTER',
      at: this.#master.clock.now(),
    });
  }
}
