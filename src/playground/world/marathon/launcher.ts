// The launch queue of the simulated Marathon: places that wait for an offer, the growing delay after failures, and why
// offers were refused (contract marathon §4). `deployments.ts` adds places, `tasks.ts` reports how lives ended.
import type { Clock } from '../../../core/time.js';
import { SECOND } from '../../../core/time.js';
import type { Cluster } from '../cluster.js';
import type { FrameworkHandle, LaunchRequest, MarathonGeneration, ProgramFactory } from '../types.js';
import type { EventBus } from './events.js';
import { namesOf, timeUuid } from './generation.js';
import type { AppState, Instance, LaunchHistory } from './model.js';

export interface LauncherOptions {
  clock: Clock;
  generation: MarathonGeneration;
  cluster: Cluster;
  framework: () => FrameworkHandle;
  events: EventBus;
  programFor: ProgramFactory;
  /** How long fetching and starting the container takes. */
  stagingMs: (appId: string) => number;
  /** Time until the next offers arrive. */
  offerMs: number;
  mayLaunch: () => boolean;
  launchedBut: (app: AppState, instance: Instance) => void;
}

/** A delay is forgotten when the app outlived it by this much (minimumTaskExecutionSeconds of later versions). */
const DELAY_FORGOTTEN_MS = 60 * SECOND;

export class Launcher {
  readonly #options: LauncherOptions;
  readonly #attempts = new Map<string, { at: number; cancel: () => void }>();
  #serial = 0;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  add(app: AppState): Instance {
    const { clock, generation } = this.#options;
    const uuid = this.#uuid();
    const instance: Instance = {
      appId: app.id,
      uuid,
      life: 1,
      ...namesOf(generation, app.id, uuid, 1),
      version: String(app.definition['version']),
      condition: 'Scheduled',
      taskState: undefined,
      waiting: true,
      waitingSince: clock.now(),
      goal: 'running',
      killing: false,
      agentId: undefined,
      host: undefined,
      ports: [],
      stagedAt: undefined,
      startedAt: undefined,
      checks: [],
      unhealthyKill: undefined,
      cancels: [],
    };
    app.instances.push(instance);
    if (generation === '1.11') this.#options.events.instance(instance);
    this.kick(app);
    return instance;
  }

  /** 1.8+: the same instance waits for its next life; it shows its last one until then. */
  again(app: AppState, instance: Instance): void {
    instance.waiting = true;
    instance.waitingSince = this.#options.clock.now();
    instance.killing = false;
    instance.unhealthyKill = undefined;
    this.kick(app);
  }

  /** A life ended badly: the next launch waits longer. */
  backOff(app: AppState): void {
    const now = this.#options.clock.now();
    const { backoffSeconds, backoffFactor, maxLaunchDelaySeconds } = app.spec;
    const stale = now - app.launches.notBefore > DELAY_FORGOTTEN_MS;
    const next = app.launches.delayMs === 0 || stale ? backoffSeconds * SECOND : app.launches.delayMs * backoffFactor;
    app.launches.delayMs = Math.min(next, maxLaunchDelaySeconds * SECOND);
    app.launches.notBefore = now + app.launches.delayMs;
  }

  resetDelay(app: AppState): void {
    Object.assign(app.launches, { delayMs: 0, notBefore: 0 });
    this.kick(app);
  }

  kick(app: AppState): void {
    const { clock, offerMs } = this.#options;
    const pending = this.#attempts.get(app.id);
    if (!app.instances.some((instance) => instance.waiting)) return;
    const at = Math.max(clock.now() + offerMs, app.launches.notBefore);
    if (pending !== undefined && pending.at <= at) return;
    pending?.cancel();
    const cancel = clock.after(at - clock.now(), () => this.#attempt(app));
    this.#attempts.set(app.id, { at, cancel });
  }

  forget(app: AppState): void {
    this.#attempts.get(app.id)?.cancel();
    this.#attempts.delete(app.id);
  }

  #attempt(app: AppState): void {
    this.#attempts.delete(app.id);
    if (!this.#options.mayLaunch()) return;
    if (app.launches.notBefore > this.#options.clock.now()) this.kick(app);
    else this.#launchWaiting(app);
  }

  #launchWaiting(app: AppState): void {
    for (const instance of app.instances.filter((one) => one.waiting)) {
      if (!this.#launch(app, instance)) return;
    }
  }

  #launch(app: AppState, instance: Instance): boolean {
    this.#prepare(app, instance);
    const request = this.#request(app, instance);
    const rejections = this.#options.cluster.rejections(request);
    const refused = this.#options.framework().launch(request);
    this.#countOffers(app.launches, rejections, refused === undefined);
    if (refused !== undefined) return false;
    this.#begin(instance);
    this.#options.launchedBut(app, instance);
    return true;
  }

  /** From 1.8 a relaunch is the next life of the instance; before, every launch has fresh names. */
  #prepare(app: AppState, instance: Instance): void {
    if (instance.stagedAt === undefined || this.#options.generation !== '1.11') return;
    instance.life += 1;
    Object.assign(instance, namesOf('1.11', app.id, instance.uuid, instance.life));
    instance.checks = [];
  }

  #begin(instance: Instance): void {
    const { clock, cluster, generation, events } = this.#options;
    const task = cluster.task(instance.taskId);
    Object.assign(instance, {
      waiting: false,
      condition: generation === '1.11' ? 'Provisioned' : 'Created',
      taskState: 'TASK_STAGING',
      agentId: task?.agent.id,
      host: task?.agent.hostname,
      ports: task?.ports ?? [],
      stagedAt: clock.now(),
      startedAt: undefined,
    });
    events.status(instance, 'TASK_STAGING', '');
    events.instance(instance);
  }

  #request(app: AppState, instance: Instance): LaunchRequest {
    const { spec } = app;
    const program = this.#options.programFor({ id: app.id, cmd: spec.cmd ?? undefined, env: spec.env });
    return {
      taskId: instance.taskId,
      name: app.id.slice(1).split('/').reverse().join('.'),
      cpus: spec.cpus,
      memMiB: spec.mem,
      diskMiB: spec.disk,
      ports: spec.portCount,
      env: spec.env,
      labels: spec.labels,
      uris: spec.uris,
      hosts: spec.hosts,
      stagingMs: this.#options.stagingMs(app.id),
      ...(program === undefined ? {} : { program }),
    };
  }

  #countOffers(launches: LaunchHistory, rejections: LaunchHistory['rejections'], used: boolean): void {
    const offers = rejections[0]?.processed ?? 0;
    const now = this.#options.clock.now();
    launches.rejections = rejections;
    launches.processedOffers += used ? 1 : offers;
    launches.unusedOffers += used ? 0 : offers;
    if (used) launches.lastUsedOfferAt = now;
    else if (offers > 0) launches.lastUnusedOfferAt = now;
  }

  #uuid(): string {
    this.#serial += 1;
    return timeUuid(this.#options.clock.now(), this.#serial);
  }
}
