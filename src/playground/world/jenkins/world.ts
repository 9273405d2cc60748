// The simulated Jenkins as a whole: what outlives a controller (git, accounts, plugins, how it boots), the controllers
// that run now, and the levers a test or the playground pulls. Marathon starts `controllerProgram()` as its task.
import { type Clock, SECOND } from '../../../core/time.js';
import type { ClusterForFrameworks, JenkinsGeneration, Program } from '../types.js';
import { type AccountOptions, Accounts } from './accounts.js';
import { type BuildRequest, Controller } from './controller.js';
import { LINES, type Line } from './line.js';
import type { BuildResult, ControllerConfig, QueueItem } from './model.js';
import { commitOf, GitRepository } from './repository.js';
import { firstConfig } from './seed.js';
import type { StartFault } from './surroundings.js';

export interface JenkinsWorldOptions extends AccountOptions {
  generation: JenkinsGeneration;
  /** The cluster's clock when absent. */
  clock?: Clock;
  /** How long the 503 "getting ready" lasts. */
  bootMs?: number;
  /** Before that: clone and JVM start, nothing listens. */
  silentMs?: number;
  /** From a change of the configuration to its push. */
  pushMs?: number;
  /** Path prefix (`--prefix=/ci`). */
  prefix?: string;
  /** The root URL configured inside Jenkins; without it answers carry the address they were asked at. */
  rootUrl?: string;
  gitUrl?: string;
  /** Whether the network reaches a task: false for one that runs on behind a partition. All are reachable when absent. */
  isReachable?: (taskId: string) => boolean;
}

/** One write that reached a controller, for tests: was it asked for, and did it change anything? */
export interface Access {
  method: string;
  path: string;
  action: string;
  tookEffect: boolean;
  at: number;
}

const NO_RIGHTS = 'Permission denied (publickey).\r\nfatal: Could not read from remote repository.';

export class JenkinsWorld {
  readonly cluster: ClusterForFrameworks;
  readonly clock: Clock;
  readonly line: Line;
  readonly repository: GitRepository;
  readonly accounts: Accounts;
  readonly prefix: string;
  readonly pushMs: number;
  readonly boot: { ms: number; silentMs: number };
  readonly accessLog: Access[] = [];
  scmSyncPlugin: 'active' | 'absent' | 'inactive';
  /** scm-sync's servlet filter eats every request (JENKINS-32124): 200 and nothing in it. */
  answersEmpty = false;
  /** The network keeps agents from every controller. */
  agentsCutOff = false;
  #startFault: (StartFault & { left: number }) | undefined;
  readonly #isReachable: (taskId: string) => boolean;
  #controllers: Controller[] = [];
  readonly #pastAddresses = new Set<string>();

  constructor(cluster: ClusterForFrameworks, options: JenkinsWorldOptions) {
    this.cluster = cluster;
    this.clock = options.clock ?? cluster.clock;
    this.line = LINES[options.generation];
    this.accounts = new Accounts(options, this.line.useCrumbs);
    this.prefix = options.prefix ?? '';
    this.pushMs = options.pushMs ?? 4 * SECOND;
    this.boot = { ms: options.bootMs ?? 40 * SECOND, silentMs: options.silentMs ?? 5 * SECOND };
    this.scmSyncPlugin = this.line.scmSyncByDefault;
    this.#isReachable = options.isReachable ?? (() => true);
    const config = firstConfig(this.line, options.rootUrl);
    this.repository = new GitRepository(
      options.gitUrl ?? 'git@git.example.com:core/jenkins-on-mesos.git',
      commitOf(config, 'Repository initialization', this.clock.now(), ''),
    );
  }

  /** A fresh controller for one task; each start of a task takes its own. */
  controllerProgram(): Program {
    const controller = new Controller(this);
    const world = this;
    return {
      start(process) {
        world.#controllers.push(controller);
        controller.start(process);
        if (controller.address !== undefined) world.#pastAddresses.add(controller.address);
      },
      terminate: () => controller.terminate(),
      crashing: (crash) => controller.crashing(crash),
      destroy: () => controller.destroy(),
      respond: (path) => controller.respond(path),
      usage: () => controller.usage(),
    };
  }

  /** Controllers whose task lives, oldest first; two during a deployment that starts before it stops. */
  get controllers(): readonly Controller[] {
    this.#controllers = this.#controllers.filter((controller) => controller.isAlive);
    return this.#controllers;
  }

  /** The newest one that is up, else the newest. */
  get current(): Controller | undefined {
    const alive = this.#reachable();
    return alive.filter((controller) => controller.phase === 'up').at(-1) ?? alive.at(-1);
  }

  /**
   * Who answers at `host`: the controller with that `host:port`, nobody at an address a controller has left, and the
   * current one at any other name (a load balancer's, or the loopback address of the simulated server).
   */
  answeringAt(host: string | undefined): Controller | undefined {
    const here = this.#reachable().find((controller) => controller.address === host);
    if (here !== undefined) return here;
    return host !== undefined && this.#pastAddresses.has(host) ? undefined : this.current;
  }

  /** @throws Error when no controller is up or the job is not known */
  startBuild(job: string, request: BuildRequest = {}): QueueItem {
    const controller = this.#up();
    return controller.build(this.#job(controller, job), request).item;
  }

  /** Ends the running build of that number, or the newest running one. @returns false when none runs */
  finishBuild(job: string, result: BuildResult = 'SUCCESS', number?: number): boolean {
    const controller = this.#up();
    const running = controller.home.builds(this.#job(controller, job)).filter((build) => build.endedAt === undefined);
    const build = running.find((candidate) => number === undefined || candidate.number === number);
    return build !== undefined && controller.farm.end(build, result);
  }

  quietDown(reason: string | null = null): void {
    this.#up().farm.quietDown(reason);
  }

  cancelQuietDown(): void {
    this.#up().cancelQuietDown();
  }

  setBoot(ms: number): void {
    this.boot.ms = ms;
  }

  /** @param message git's words, as they stand in the log record */
  failGitPush(on: boolean, message = NO_RIGHTS): void {
    this.repository.pushRefusal = on ? message : undefined;
  }

  /** New tasks end at once: `git clone` in the start command fails. */
  failGitClone(on: boolean, message = NO_RIGHTS): void {
    this.repository.cloneRefusal = on ? message : undefined;
  }

  /** New tasks end by themselves; the next `times` of them, all when absent. */
  failStarts(fault: StartFault, times = Number.POSITIVE_INFINITY): void {
    this.#startFault = { ...fault, left: times };
  }

  mendStarts(): void {
    this.#startFault = undefined;
  }

  get startsFail(): boolean {
    return (this.#startFault?.left ?? 0) > 0;
  }

  takeStartFault(): StartFault | undefined {
    const fault = this.#startFault;
    if (fault === undefined || !this.startsFail) return undefined;
    fault.left -= 1;
    return fault;
  }

  /** The web server of the current controller answers nothing any more, not even that it is busy. */
  hang(on = true): void {
    this.#up().hung = on;
  }

  /** The JVM starts again in the same task and sandbox, without waiting for builds. */
  restart(): void {
    this.#up().restart('now');
  }

  setScmSync(plugin: 'active' | 'absent' | 'inactive'): void {
    this.scmSyncPlugin = plugin;
  }

  /** From the next commit on the queue of this controller stands still. */
  poisonScmSync(): void {
    this.#up().home.scmSync.poison();
  }

  /** Somebody saves the system configuration by hand. */
  changeConfig(by = 'alice'): void {
    this.#up().saved(by);
  }

  /** Somebody edits the configuration in git, from their own clone. */
  editInGit(change: (config: ControllerConfig) => void, message = 'Edited by hand'): void {
    this.repository.edit(message, this.clock.now(), change);
  }

  /** The Mesos driver aborts (mesos-plugin #130): no framework, no agents, until the controller restarts. */
  abortScheduler(): void {
    this.#up().farm.agents.disconnect();
  }

  /** Somebody saves the cloud's settings, which starts the plugin's scheduler anew (mesos-plugin #107). */
  restartScheduler(): void {
    const { farm } = this.#up();
    if (farm.agents.schedulerRunning) return;
    farm.agents.register();
    farm.maintain();
  }

  /** No agent reaches the controller: those there are lost with their builds, new ones run and stay offline. */
  cutAgentsOff(on = true): void {
    this.agentsCutOff = on;
    for (const controller of this.controllers)
      if (controller.phase === 'up') controller.farm.agents.connectionsChanged();
  }

  /** An administrator deletes fail.log. */
  purgeScmSync(): void {
    this.#up().home.scmSync.purge();
  }

  withdrawScriptRight(): void {
    this.accounts.rights.delete('Administer');
    this.accounts.rights.delete('RunScripts');
  }

  restoreScriptRight(): void {
    this.accounts.rights.add('Administer');
  }

  expireToken(): void {
    this.accounts.expireToken();
  }

  renewToken(): string {
    return this.accounts.renewToken();
  }

  breakEmptyBody(on = true): void {
    this.answersEmpty = on;
  }

  #reachable(): Controller[] {
    return this.controllers.filter(({ taskId }) => taskId === undefined || this.#isReachable(taskId));
  }

  #up(): Controller {
    const controller = this.current;
    if (controller?.phase !== 'up') throw new Error(`no controller is up (${controller?.phase ?? 'no task'})`);
    return controller;
  }

  #job(controller: Controller, fullName: string) {
    const job = controller.home.job(fullName);
    if (job === undefined) throw new Error(`the configuration has no job ${fullName}`);
    return job;
  }
}
