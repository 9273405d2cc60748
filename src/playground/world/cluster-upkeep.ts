// What operators do to the machines of a simulated cluster: windows of maintenance, and draining an agent before work on
// it. Reached as `cluster.upkeep`; `../servers/mesos-maintenance.ts` and `mesos-views.ts` show it.
import type { Clock } from '../../core/time.js';
import type { ClusterAgent, ClusterTask } from './cluster-parts.js';

interface Grounds {
  readonly clock: Clock;
  agent(hostname: string): ClusterAgent | undefined;
  tasksOn(agent: ClusterAgent): ClusterTask[];
}

export class Upkeep {
  readonly #grounds: Grounds;
  readonly #kill: (task: ClusterTask, graceMs: number) => void;
  readonly #announceRoom: () => void;

  constructor(grounds: Grounds, kill: (task: ClusterTask, graceMs: number) => void, announceRoom: () => void) {
    this.#grounds = grounds;
    this.#kill = kill;
    this.#announceRoom = announceRoom;
  }

  /** From now on frameworks are asked to leave it; nobody makes them. */
  plan(hostname: string, startsAt: number, durationMs: number): void {
    this.#find(hostname).maintenance = { startsAt, durationMs };
  }

  endMaintenance(hostname: string): void {
    this.#find(hostname).maintenance = undefined;
  }

  /** Mesos 1.9 and later: its tasks are ended, and it gets no new ones until it is reactivated. */
  drain(hostname: string, graceMs = 3_000): void {
    const agent = this.#find(hostname);
    agent.drainedSince = this.#grounds.clock.now();
    for (const task of this.#grounds.tasksOn(agent)) if (task.place === 'live') this.#kill(task, graceMs);
  }

  reactivate(hostname: string): void {
    this.#find(hostname).drainedSince = undefined;
    this.#announceRoom();
  }

  #find(hostname: string): ClusterAgent {
    const agent = this.#grounds.agent(hostname);
    if (agent === undefined) throw new Error(`no agent ${hostname} in the cluster`);
    return agent;
  }
}
