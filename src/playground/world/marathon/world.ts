// The simulated Marathon: apps kept running on the simulated cluster, changed by deployments, watched by health checks.
// `../../servers/marathon.ts` speaks HTTP for it; tests and incidents read and push it directly.
import { randomUUID } from 'node:crypto';
import { type Clock, HOUR, SECOND } from '../../../core/time.js';
import type { Cluster } from '../cluster.js';
import type { FrameworkHandle, MarathonGeneration, ProgramFactory, StatusUpdate } from '../types.js';
import { Changes } from './changes.js';
import { Deployments } from './deployments.js';
import { EventBus, type MarathonEvent } from './events.js';
import { atLeast } from './generation.js';
import { HealthChecks } from './health.js';
import { Launcher } from './launcher.js';
import type { AppState, Deployment, Instance } from './model.js';
import { noSuchApp, noSuchPlan } from './refusal.js';
import { Tasks } from './tasks.js';

export interface MarathonOptions {
  generation: MarathonGeneration;
  programFor: ProgramFactory;
  clock?: Clock;
  /** Fetching and starting of a task, 4 s. */
  stagingMs?: number | ((appId: string) => number);
  /** Time until offers arrive, 1 s. */
  offerMs?: number;
  /** From the announcement of a step to its first act, 200 ms. */
  actMs?: number;
}

export class MarathonWorld {
  readonly generation: MarathonGeneration;
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly apps = new Map<string, AppState>();
  readonly events: EventBus;
  readonly changes: Changes;
  /** `host:port` of the leading Marathon; undefined while none leads. */
  leader: string | undefined = '192.168.3.4:8080';
  readonly #deployments: Deployments;
  readonly #launcher: Launcher;
  readonly #health: HealthChecks;
  readonly #tasks: Tasks;
  readonly #framework: FrameworkHandle;
  readonly #leadershipLost = new Set<() => void>();
  /** Agents repeat an update until a scheduler acknowledges it, so none is lost while nobody leads. */
  readonly #unheard: StatusUpdate[] = [];
  #lastVersion = 0;

  constructor(cluster: Cluster, options: MarathonOptions) {
    this.generation = options.generation;
    this.cluster = cluster;
    this.clock = options.clock ?? cluster.clock;
    this.events = new EventBus(this.generation, this.clock);
    this.#launcher = this.#makeLauncher(options);
    this.#health = this.#makeHealthChecks();
    this.#deployments = new Deployments({
      clock: this.clock,
      generation: this.generation,
      events: this.events,
      launcher: this.#launcher,
      tasks: () => this.#tasks,
      actMs: options.actMs ?? 200,
      removed: (app) => this.#forget(app),
    });
    this.#tasks = this.#makeTasks();
    this.changes = new Changes({
      world: this,
      deployments: this.#deployments,
      tasks: this.#tasks,
      launcher: this.#launcher,
      health: this.#health,
    });
    this.#framework = this.#register();
    cluster.onRoom(() => this.#eachApp((app) => this.#launcher.kick(app)));
  }

  get frameworkId(): string {
    return this.#framework.id;
  }

  get deployments(): readonly Deployment[] {
    return this.#deployments.all;
  }

  onEvent(listener: (event: MarathonEvent) => void): () => void {
    return this.events.subscribe(listener);
  }

  app(appId: string): AppState {
    const app = this.apps.get(appId);
    if (app === undefined) throw noSuchApp(appId);
    return app;
  }

  deploymentsOf(appId: string): Deployment[] {
    return this.#deployments.of(appId);
  }

  deployment(id: string): Deployment {
    const found = this.#deployments.all.find((deployment) => deployment.id === id);
    if (found === undefined) throw noSuchPlan(id);
    return found;
  }

  /** Kills one task outside any deployment; its place is filled again. */
  killTask(app: AppState, instance: Instance): void {
    this.#tasks.kill(app, instance, 'running');
  }

  resetDelay(appId: string): void {
    this.#launcher.resetDelay(this.app(appId));
  }

  /** No Marathon leads: requests fail, streams end, nothing is launched, checked or heard. */
  loseLeader(): void {
    this.leader = undefined;
    this.#eachApp((app) => this.#health.forget(app));
    for (const listener of [...this.#leadershipLost]) listener();
  }

  /** A new leader reads its state back: health is unknown again, before 0.11 the last failures too. */
  electLeader(leader = '192.168.3.4:8080'): void {
    this.leader = leader;
    this.events.schedulerRegistered(this.frameworkId, this.cluster.leader ?? this.cluster.masterHost);
    this.#deployments.announceAgain();
    this.#eachApp((app) => this.#takeOver(app));
    for (const update of this.#unheard.splice(0)) this.#tasks.hear(update);
  }

  onLeadershipLost(listener: () => void): () => void {
    this.#leadershipLost.add(listener);
    return () => this.#leadershipLost.delete(listener);
  }

  /** A version is a moment, and no two are equal. */
  nextVersion(): string {
    this.#lastVersion = Math.max(this.#lastVersion + 1, this.clock.now());
    return new Date(this.#lastVersion).toISOString();
  }

  newDeployment(parts: Pick<Deployment, 'appId' | 'version' | 'steps' | 'original' | 'target'>): Deployment {
    return { id: randomUUID(), step: 0, ...parts };
  }

  #takeOver(app: AppState): void {
    if (!atLeast(this.generation, '0.11')) app.lastTaskFailure = undefined;
    for (const instance of app.instances) instance.checks = [];
    this.#health.forget(app);
    if (app.instances.some((instance) => instance.taskState === 'TASK_RUNNING')) this.#health.watch(app);
    this.#launcher.kick(app);
    this.#deployments.drive(app);
  }

  #makeLauncher(options: MarathonOptions): Launcher {
    const stagingMs = options.stagingMs ?? 4 * SECOND;
    return new Launcher({
      clock: this.clock,
      generation: this.generation,
      cluster: this.cluster,
      framework: () => this.#framework,
      events: this.events,
      programFor: options.programFor,
      stagingMs: typeof stagingMs === 'number' ? () => stagingMs : stagingMs,
      offerMs: options.offerMs ?? SECOND,
      mayLaunch: () => this.leader !== undefined,
      launchedBut: (app, instance) => this.#tasks.guardLaunch(app, instance),
    });
  }

  #makeHealthChecks(): HealthChecks {
    return new HealthChecks({
      clock: this.clock,
      generation: this.generation,
      events: this.events,
      ask: (instance, path) => this.cluster.respond(instance.taskId, path),
      kill: (app, instance) => this.#tasks.kill(app, instance, 'running'),
      changed: (app) => this.#deployments.drive(app),
    });
  }

  #makeTasks(): Tasks {
    return new Tasks({
      clock: this.clock,
      generation: this.generation,
      events: this.events,
      health: this.#health,
      launcher: this.#launcher,
      framework: () => this.#framework,
      apps: () => this.apps.values(),
      drive: (app) => this.#deployments.drive(app),
      restarting: (app) => this.#deployments.restarting(app),
    });
  }

  #register(): FrameworkHandle {
    return this.cluster.register({
      name: 'marathon',
      // --failover_timeout of Marathon: one week.
      failoverMs: 7 * 24 * HOUR,
      checkpoint: true,
      partitionAware: atLeast(this.generation, '1.5'),
      webuiUrl: 'http://192.168.3.4:8080',
      onUpdate: (update) => {
        if (this.leader === undefined) this.#unheard.push(update);
        else this.#tasks.hear(update);
      },
    });
  }

  #forget(app: AppState): void {
    this.#health.forget(app);
    this.#launcher.forget(app);
    this.apps.delete(app.id);
    this.events.appTerminated(app.id);
  }

  #eachApp(act: (app: AppState) => void): void {
    for (const app of [...this.apps.values()]) act(app);
  }
}
