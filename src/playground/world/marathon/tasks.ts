// What the simulated Marathon does with news of its tasks: events, last failure, backoff, lost agents, strays; and how it
// kills. Updates come from the cluster, decisions on replacement are left to `deployments.ts` (`drive`).
import { type Clock, SECOND } from '../../../core/time.js';
import type { FrameworkHandle, MarathonGeneration, StatusUpdate, TaskState } from '../types.js';
import type { EventBus } from './events.js';
import { atLeast, type Condition } from './generation.js';
import type { HealthChecks } from './health.js';
import type { Launcher } from './launcher.js';
import { type AppState, type Instance, iso } from './model.js';

/** task_lost_expunge_gc of 1.1–1.3: how long a lost task stays listed. */
const LOST_EXPUNGE_MS = 75 * SECOND;
/** task_lost_expunge_interval: when 1.4–1.7 look for unreachable instances to forget. */
const EXPUNGE_INTERVAL_MS = 30 * SECOND;
/** task_launch_timeout: a task that stages longer is killed. */
const LAUNCH_TIMEOUT_MS = 300 * SECOND;

const CONDITIONS: Partial<Record<TaskState, Condition>> = {
  TASK_FAILED: 'Failed',
  TASK_FINISHED: 'Finished',
  TASK_KILLED: 'Killed',
  TASK_LOST: 'Failed',
};

export interface TasksOptions {
  clock: Clock;
  generation: MarathonGeneration;
  events: EventBus;
  health: HealthChecks;
  launcher: Launcher;
  framework: () => FrameworkHandle;
  apps: () => Iterable<AppState>;
  drive: (app: AppState) => void;
  /** Whether the app is being restarted by a deployment. */
  restarting: (app: AppState) => boolean;
}

interface Stray {
  taskId: string;
  instanceId: string;
  appId: string;
}

export class Tasks {
  readonly #options: TasksOptions;
  /** Instances forgotten while their agent was away; they may come back. */
  readonly #strays = new Map<string, Stray>();

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  hear(update: StatusUpdate): void {
    const found = this.#find(update.taskId);
    if (found === undefined) this.#hearStray(update);
    else if (update.state === 'TASK_RUNNING') this.#running(found.app, found.instance, update);
    else if (update.state === 'TASK_STARTING') this.#starting(found.instance);
    else if (update.state === 'TASK_UNREACHABLE') this.#unreachable(found.app, found.instance, update);
    else this.#ended(found.app, found.instance, update);
  }

  /** @param goal `stopped`: no replacement by the same instance (1.8+ announces that) */
  kill(app: AppState, instance: Instance, goal: 'running' | 'stopped'): void {
    if (goal === 'stopped' && instance.goal === 'running') this.#announceGoal(instance);
    if (instance.waiting) {
      this.#dropWaiting(app, instance);
    } else if (instance.taskState === 'TASK_UNREACHABLE' || instance.taskState === 'TASK_LOST') {
      this.#expunge(app, instance);
    } else if (!instance.killing) {
      instance.killing = true;
      this.#options.framework().kill(instance.taskId, app.spec.killGraceMs);
    }
  }

  /** A task that never leaves staging is given up. */
  guardLaunch(app: AppState, instance: Instance): void {
    const { taskId } = instance;
    const cancel = this.#options.clock.after(LAUNCH_TIMEOUT_MS, () => {
      if (instance.taskId === taskId && instance.startedAt === undefined) this.kill(app, instance, 'running');
    });
    instance.cancels.push(cancel);
  }

  #find(taskId: string): { app: AppState; instance: Instance } | undefined {
    for (const app of this.#options.apps()) {
      const instance = app.instances.find((one) => one.taskId === taskId && !one.waiting);
      if (instance !== undefined) return { app, instance };
    }
    return undefined;
  }

  #hearStray(update: StatusUpdate): void {
    const stray = this.#strays.get(update.taskId);
    if (update.state === 'TASK_RUNNING' || update.state === 'TASK_STARTING') {
      this.#options.framework().kill(update.taskId, 3 * SECOND);
    } else if (stray !== undefined) {
      this.#strays.delete(update.taskId);
      this.#options.events.strayEnded(stray, CONDITIONS[update.state] ?? 'Unknown', update.state);
    }
  }

  #starting(instance: Instance): void {
    Object.assign(instance, { taskState: 'TASK_STARTING', condition: 'Starting' });
    this.#options.events.status(instance, 'TASK_STARTING', '');
    this.#options.events.instance(instance);
  }

  #running(app: AppState, instance: Instance, update: StatusUpdate): void {
    stopTimers(instance);
    this.#options.events.status(instance, 'TASK_RUNNING', update.message);
    instance.startedAt ??= update.at;
    Object.assign(instance, { taskState: 'TASK_RUNNING', condition: 'Running' });
    this.#options.events.instance(instance);
    this.#options.health.watch(app);
    this.#options.drive(app);
  }

  #ended(app: AppState, instance: Instance, update: StatusUpdate): void {
    const { events, launcher, generation, drive } = this.#options;
    stopTimers(instance);
    Object.assign(instance, { taskState: update.state, condition: CONDITIONS[update.state] ?? 'Failed' });
    events.status(instance, update.state, update.message);
    events.instance(instance);
    this.#remember(app, instance, update);
    if (this.#delays(instance, update.state)) launcher.backOff(app);
    if (update.state === 'TASK_LOST' && generation === '1.3') this.#keepLost(app, instance);
    else if (generation === '1.11' && instance.goal === 'running') this.#next(app, instance);
    else this.#remove(app, instance);
    // The replace logic of 0.8 counts only kills: an old task that finished is waited for in vain.
    if (generation === '0.8' && update.state === 'TASK_FINISHED' && this.#options.restarting(app)) app.ghosts += 1;
    drive(app);
  }

  /** The next life has no start, ports or version yet. */
  #next(app: AppState, instance: Instance): void {
    Object.assign(instance, { startedAt: undefined, ports: [], checks: [] });
    this.#options.launcher.again(app, instance);
  }

  #remember(app: AppState, instance: Instance, update: StatusUpdate): void {
    const sick =
      update.state === 'TASK_KILLED' && atLeast(this.#options.generation, '1.3') ? instance.unhealthyKill : undefined;
    if (update.state !== 'TASK_FAILED' && update.state !== 'TASK_LOST' && sick === undefined) return;
    app.lastTaskFailure = {
      appId: app.id,
      host: instance.host ?? '',
      message:
        sick === undefined ? update.message : `Task was killed since health check failed. Reason: ${sick.reason}`,
      state: update.state,
      taskId: instance.taskId,
      timestamp: iso(sick?.at ?? update.at),
      version: instance.version,
      ...(atLeast(this.#options.generation, '0.11') ? { slaveId: instance.agentId ?? null } : {}),
    };
  }

  #delays(instance: Instance, state: TaskState): boolean {
    if (state === 'TASK_KILLED') return this.#options.generation === '0.8';
    return state === 'TASK_FAILED' || (state === 'TASK_FINISHED' && !instance.killing);
  }

  /** 1.1–1.3 list a lost task until it is expunged, and then report it killed. */
  #keepLost(app: AppState, instance: Instance): void {
    const expunge = () => {
      this.#options.events.status(instance, 'TASK_KILLED', '');
      this.#forgetAway(app, instance);
    };
    instance.cancels.push(this.#options.clock.after(LOST_EXPUNGE_MS, expunge));
  }

  #unreachable(app: AppState, instance: Instance, update: StatusUpdate): void {
    const { clock, events, generation, drive } = this.#options;
    const strategy = app.spec.unreachableStrategy;
    const inactiveAt = strategy === 'disabled' ? undefined : strategy.inactiveAfterSeconds * SECOND;
    Object.assign(instance, {
      taskState: 'TASK_UNREACHABLE',
      condition: inactiveAt === 0 ? 'UnreachableInactive' : 'Unreachable',
    });
    events.status(instance, 'TASK_UNREACHABLE', update.message);
    events.instance(instance);
    if (strategy !== 'disabled') {
      const expungeMs = strategy.expungeAfterSeconds * SECOND;
      if (inactiveAt !== 0) instance.cancels.push(clock.after(inactiveAt ?? 0, () => this.#inactive(app, instance)));
      // 1.8+ expunges on the update itself and says nothing; before, a job looks every 30 s.
      if (generation === '1.11' && expungeMs === 0) this.#forgetAway(app, instance);
      else instance.cancels.push(clock.after(expungeMs + EXPUNGE_INTERVAL_MS, () => this.#expunge(app, instance)));
    }
    drive(app);
  }

  #inactive(app: AppState, instance: Instance): void {
    instance.condition = 'UnreachableInactive';
    this.#options.events.instance(instance);
    this.#options.drive(app);
  }

  #expunge(app: AppState, instance: Instance): void {
    instance.condition = 'Killed';
    this.#options.events.instance(instance);
    this.#forgetAway(app, instance);
    this.#options.drive(app);
  }

  #forgetAway(app: AppState, instance: Instance): void {
    const { taskId, instanceId, appId } = instance;
    this.#strays.set(taskId, { taskId, instanceId, appId });
    this.#remove(app, instance);
  }

  #announceGoal(instance: Instance): void {
    instance.goal = 'stopped';
    if (this.#options.generation === '1.11') this.#options.events.instance(instance);
  }

  #dropWaiting(app: AppState, instance: Instance): void {
    if (this.#options.generation === '1.11' && instance.condition === 'Scheduled') {
      instance.condition = 'Killed';
      this.#options.events.instance(instance);
    }
    this.#remove(app, instance);
  }

  #remove(app: AppState, instance: Instance): void {
    stopTimers(instance);
    app.instances = app.instances.filter((one) => one !== instance);
  }
}

function stopTimers(instance: Instance): void {
  for (const cancel of instance.cancels) cancel();
  instance.cancels = [];
}
