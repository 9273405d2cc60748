// Deployments of the simulated Marathon: plans of one app, step by step, and the rule that keeps as many tasks as an app
// asks for when no deployment runs (contract marathon §4, §5). `drive` is called after everything that may matter.
import { type Clock, SECOND } from '../../../core/time.js';
import type { MarathonGeneration } from '../types.js';
import type { EventBus } from './events.js';
import { atLeast } from './generation.js';
import type { Launcher } from './launcher.js';
import {
  type ActionName,
  type AppState,
  counts,
  type Deployment,
  type Instance,
  isCurrent,
  isHealthy,
} from './model.js';
import type { Tasks } from './tasks.js';

export interface DeploymentsOptions {
  clock: Clock;
  generation: MarathonGeneration;
  events: EventBus;
  launcher: Launcher;
  tasks: () => Tasks;
  /** Between announcing a step and its first act, in ms. */
  actMs: number;
  /** The last step of a deletion is over. */
  removed: (app: AppState) => void;
}

/** What is published around the start of a plan. */
export interface Announcement {
  /** `add_health_check_event`: for what a person changed, not for a rollback. */
  healthChecks: boolean;
  apiPost?: () => void;
}

/** `scale_apps_interval` of Marathon. */
const SCALE_APPS_MS = 300 * SECOND;

export class Deployments {
  readonly #options: DeploymentsOptions;
  readonly #running: Deployment[] = [];
  readonly #driving = new Set<AppState>();
  readonly #again = new Set<AppState>();

  constructor(options: DeploymentsOptions) {
    this.#options = options;
  }

  get all(): readonly Deployment[] {
    return this.#running;
  }

  of(appId: string): Deployment[] {
    return this.#running.filter((deployment) => deployment.appId === appId);
  }

  begin(app: AppState, deployment: Deployment, announcement: Announcement): void {
    const { events, generation, clock, actMs } = this.#options;
    const apiPost = announcement.apiPost ?? (() => undefined);
    if (!atLeast(generation, '1.5')) apiPost();
    if (deployment.steps.length > 0) this.#announce(app, deployment, announcement);
    events.groupChange(app.id, deployment.version);
    if (atLeast(generation, '1.5')) apiPost();
    if (deployment.steps.length === 0) events.deploymentEnded('deployment_success', deployment);
    else clock.after(actMs, () => this.drive(app));
  }

  /** Ends a plan where it stands. What it leaves missing is noticed at the next look at the app's scale. */
  cancel(app: AppState, deployment: Deployment): void {
    this.#running.splice(this.#running.indexOf(deployment), 1);
    app.ghosts = 0;
    this.#options.clock.after(SCALE_APPS_MS, () => this.drive(app));
    this.#options.events.deploymentEnded('deployment_failed', deployment, 'The upgrade has been cancelled');
  }

  restarting(app: AppState): boolean {
    return this.#action(app) === 'RestartApplication';
  }

  /** A new leader takes the plans up again and announces them once more. */
  announceAgain(): void {
    for (const deployment of this.#running) this.#options.events.deployment('deployment_info', deployment);
  }

  drive(app: AppState): void {
    if (this.#driving.has(app)) {
      this.#again.add(app);
      return;
    }
    this.#driving.add(app);
    do {
      this.#again.delete(app);
      this.#act(app);
    } while (this.#again.has(app));
    this.#driving.delete(app);
  }

  #announce(app: AppState, deployment: Deployment, announcement: Announcement): void {
    const { events } = this.#options;
    this.#running.push(deployment);
    events.deployment('deployment_info', deployment);
    const restarts = deployment.steps[0] === 'StartApplication' || deployment.steps[0] === 'RestartApplication';
    if (announcement.healthChecks && restarts) events.healthCheckAdded(app);
    if (deployment.steps[0] === 'StartApplication') this.#finishStep(deployment);
  }

  #finishStep(deployment: Deployment): void {
    const { events } = this.#options;
    events.deployment('deployment_step_success', deployment);
    deployment.step += 1;
    if (deployment.step < deployment.steps.length) {
      events.deployment('deployment_info', deployment);
      return;
    }
    this.#running.splice(this.#running.indexOf(deployment), 1);
    events.deploymentEnded('deployment_success', deployment);
  }

  #action(app: AppState): ActionName | undefined {
    const deployment = this.of(app.id)[0];
    return deployment?.steps[deployment.step];
  }

  #act(app: AppState): void {
    const action = this.#action(app);
    if (action === 'RestartApplication') this.#restart(app);
    else if (action === 'StopApplication') this.#killAll(app);
    else this.#scale(app);
    const deployment = this.of(app.id)[0];
    if (deployment === undefined || !this.#arrived(app, action)) return;
    app.ghosts = 0;
    this.#finishStep(deployment);
    if (action === 'StopApplication') this.#options.removed(app);
    else this.#again.add(app);
  }

  /** As many tasks as asked for: launches what is missing, kills what is too much, youngest first. */
  #scale(app: AppState): void {
    const staying = app.instances.filter((instance) => counts(instance) && !instance.killing);
    const surplus = staying.length - app.spec.instances;
    for (const instance of this.#victims(app, staying).slice(0, Math.max(0, surplus))) {
      this.#options.tasks().kill(app, instance, 'stopped');
    }
    const there = app.instances.filter(counts).length + app.ghosts;
    this.#launch(app, app.spec.instances - there);
  }

  /** What waits goes first, then the youngest (or oldest) task. */
  #victims(app: AppState, staying: Instance[]): Instance[] {
    const oldestFirst = app.spec.killSelection === 'OLDEST_FIRST';
    const age = (instance: Instance) =>
      instance.waiting ? Number.POSITIVE_INFINITY : (instance.stagedAt ?? 0) * (oldestFirst ? -1 : 1);
    return [...staying].sort((a, b) => age(b) - age(a));
  }

  #launch(app: AppState, missing: number): void {
    for (let left = missing; left > 0; left -= 1) this.#options.launcher.add(app);
  }

  #killAll(app: AppState): void {
    for (const instance of [...app.instances]) this.#options.tasks().kill(app, instance, 'stopped');
  }

  /** Old tasks go, new ones come, within the room that the upgrade strategy leaves. */
  #restart(app: AppState): void {
    const wanted = app.spec.instances;
    const minHealthy = Math.ceil(wanted * app.spec.upgradeStrategy.minimumHealthCapacity);
    const room = Math.floor(wanted * (1 + app.spec.upgradeStrategy.maximumOverCapacity));
    // With {1, 0} nothing could move, so one more is allowed (core/deployment/impl/TaskReplaceActor.scala @v1.5.15).
    const capacity = minHealthy >= wanted && room <= wanted ? wanted + 1 : room;
    this.#killOld(app, minHealthy);
    const there = app.instances.filter(counts);
    const current = there.filter((instance) => isCurrent(app, instance)).length;
    this.#launch(app, Math.min(wanted - current, capacity - there.length - app.ghosts));
  }

  #killOld(app: AppState, minHealthy: number): void {
    let healthy = app.instances.filter((instance) => isHealthy(app, instance) && !instance.killing).length;
    for (const instance of app.instances.filter((one) => !isCurrent(app, one) && !one.killing)) {
      const loses = isHealthy(app, instance) ? 1 : 0;
      if (healthy - loses < minHealthy && loses === 1) continue;
      healthy -= loses;
      this.#options.tasks().kill(app, instance, 'stopped');
    }
  }

  #arrived(app: AppState, action: ActionName | undefined): boolean {
    const there = app.instances.filter(counts);
    if (action === 'StopApplication') return there.length === 0;
    const healthy = there.filter(
      (instance) => isHealthy(app, instance) && (action === 'ScaleApplication' || isCurrent(app, instance)),
    );
    return healthy.length === app.spec.instances && there.length === app.spec.instances && app.ghosts === 0;
  }
}
