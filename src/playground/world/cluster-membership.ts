// Which frameworks a simulated Mesos master knows: joining, leaving within the failover timeout, and ending with all
// their tasks. `cluster.ts` asks and registers here.
import type { Clock } from '../../core/time.js';
import { type ClusterFramework, COMPLETED_FRAMEWORKS_KEPT, hasEnded } from './cluster-parts.js';
import type { TaskLife } from './cluster-tasks.js';
import type { FrameworkRegistration } from './types.js';

export class Membership {
  readonly frameworks: ClusterFramework[] = [];
  readonly #clock: Clock;
  readonly #clusterId: string;
  readonly #life: TaskLife;
  readonly #announceRoom: () => void;
  #count = 0;

  constructor(clock: Clock, clusterId: string, life: TaskLife, announceRoom: () => void) {
    this.#clock = clock;
    this.#clusterId = clusterId;
    this.#life = life;
    this.#announceRoom = announceRoom;
  }

  /** A known id takes its framework over, as a scheduler does after its own failover; otherwise it is a new one. */
  join(registration: FrameworkRegistration): ClusterFramework {
    const known = this.frameworks.find((framework) => framework.id === registration.id && !framework.completed);
    if (known !== undefined) {
      known.cancelFailover?.();
      Object.assign(known, { registration, connected: true, cancelFailover: undefined });
      return known;
    }
    const framework: ClusterFramework = {
      id: registration.id ?? `${this.#clusterId}-${String(this.#count).padStart(4, '0')}`,
      registration,
      registeredAt: this.#clock.now(),
      unregisteredAt: undefined,
      connected: true,
      completed: false,
      tasks: [],
      cancelFailover: undefined,
    };
    this.#count += 1;
    this.frameworks.push(framework);
    return framework;
  }

  leave(framework: ClusterFramework): void {
    if (framework.completed) return;
    framework.connected = false;
    const { failoverMs } = framework.registration;
    if (failoverMs <= 0) this.#complete(framework);
    else framework.cancelFailover = this.#clock.after(failoverMs, () => this.#complete(framework));
  }

  #complete(framework: ClusterFramework): void {
    framework.completed = true;
    framework.unregisteredAt = this.#clock.now();
    for (const task of framework.tasks.filter((one) => one.place !== 'completed')) {
      this.#life.vanish(task);
      task.place = 'completed';
      if (!hasEnded(task.state)) task.state = 'TASK_KILLED';
      const at = this.#clock.now();
      const message = 'Framework removed';
      task.statuses.push({
        state: 'TASK_KILLED',
        message,
        reason: 'REASON_FRAMEWORK_REMOVED',
        source: 'SOURCE_MASTER',
        at,
      });
    }
    this.#forgetOldest();
    this.#announceRoom();
  }

  #forgetOldest(): void {
    const completed = this.frameworks.filter((framework) => framework.completed);
    for (const old of completed.slice(0, -COMPLETED_FRAMEWORKS_KEPT))
      this.frameworks.splice(this.frameworks.indexOf(old), 1);
  }
}
