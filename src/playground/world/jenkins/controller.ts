// One Jenkins controller: the program Marathon's task runs. Clones its configuration, boots (silence, then 503), comes up
// with a new session and registers with Mesos; ends with its task and takes everything not in git along.
import { randomBytes } from 'node:crypto';
import { SECOND } from '../../../core/time.js';
import type { Crash } from '../cluster-messages.js';
import type { PortAnswer, ProcessHandle, Program } from '../types.js';
import { BuildFarm } from './farm.js';
import { JenkinsHome } from './home.js';
import {
  containerStarts,
  FIRST_WORDS,
  isUp,
  type LogRecord,
  lastWords,
  logText,
  RELOADED,
  restarts,
  STARTED,
  stops,
} from './log-lines.js';
import type { Build, BuildPlan, Cause, JobDefinition, Parameters, QueueItem } from './model.js';
import type { Surroundings } from './surroundings.js';
import { type Timers, timersOf } from './timers.js';

/** `unreachable`: nothing listens. `starting`, `restarting`: 503. */
export type Phase = 'unreachable' | 'starting' | 'up' | 'restarting' | 'ended';

/** A JVM that obeys SIGTERM ends with 128 + 15. */
const SIGTERM_STATUS = 143;
/** git's own status when a clone is refused; the start command ends with it. */
const GIT_STATUS = 128;
const SHUTDOWN_MS = 1 * SECOND;
/** `restart` gives the page five seconds before builds die (contract jenkins §4.2). */
const RESTART_MS = 5 * SECOND;
/** Once no build runs (`Jenkins.safeRestart`). */
const SAFE_RESTART_MS = 10 * SECOND;
const RELOAD_MS = 6 * SECOND;

const HARDNESS = ['stop', 'term', 'kill'] as const;

export interface BuildRequest {
  parameters?: Parameters;
  cause?: Cause;
  plan?: Partial<BuildPlan>;
  quietMs?: number;
}

export class Controller implements Program {
  phase: Phase = 'unreachable';
  /** `X-Jenkins-Session`: 8 hex digits, new with each JVM. */
  session = '';
  /** When the configuration was last read from disk. */
  loadedAt = 0;
  /** The web server takes connections and answers none of them. */
  hung = false;
  /** What a leak has taken of its memory beyond what it needs. */
  leakedMiB = 0;
  readonly #world: Surroundings;
  #process: ProcessHandle | undefined;
  #timers: Timers;
  #home: JenkinsHome | undefined;
  #farm: BuildFarm | undefined;
  #restartWhenIdle = false;

  constructor(world: Surroundings) {
    this.#world = world;
    this.#timers = timersOf(world.clock);
  }

  get home(): JenkinsHome {
    if (this.#home === undefined) throw new Error('this controller has not cloned its configuration yet');
    return this.#home;
  }

  get farm(): BuildFarm {
    if (this.#farm === undefined) throw new Error(`this controller is ${this.phase}, not up`);
    return this.#farm;
  }

  get isAlive(): boolean {
    return this.#process !== undefined && this.phase !== 'ended';
  }

  get taskId(): string | undefined {
    return this.#process?.taskId;
  }

  /** `host:port` as Marathon shows it. */
  get address(): string | undefined {
    const process = this.#process;
    return process === undefined ? undefined : `${process.hostname}:${process.ports[0] ?? 8080}`;
  }

  start(process: ProcessHandle): void {
    this.#process = process;
    const { repository, clock } = this.#world;
    const fault = this.#world.takeStartFault();
    if (fault !== undefined) {
      this.#timers.after(fault.afterMs, () => {
        process.write('stderr', `${fault.says}\n`);
        this.#exit(fault.status);
      });
      return;
    }
    process.write('stderr', `Cloning into 'tmp'...\n`);
    if (repository.cloneRefusal !== undefined) {
      process.write('stderr', `${repository.cloneRefusal}\n`);
      this.#timers.after(SECOND, () => this.#exit(GIT_STATUS));
      return;
    }
    this.#home = new JenkinsHome(clock, repository, this.#world.pushMs);
    this.#boot();
  }

  terminate(): void {
    this.#log(stops(this.#world.line.generation));
    this.destroy();
    this.#world.clock.after(SHUTDOWN_MS, () => this.#exit(SIGTERM_STATUS));
  }

  crashing(crash: Crash): void {
    if (this.phase !== 'unreachable') this.#log(...lastWords(crash));
  }

  destroy(): void {
    this.#endJvm();
    this.#home?.scmSync.stop();
    this.phase = 'ended';
  }

  respond(path: string): PortAnswer {
    if (this.phase === 'unreachable' || this.phase === 'ended') return undefined;
    if (this.hung) return 'silence';
    if (this.#world.answersEmpty) return 200;
    if (this.phase !== 'up') return 503;
    const page = path.split('?')[0] ?? '';
    const isOpen = page.startsWith(`${this.#world.prefix}/login`) || !this.#world.accounts.security;
    return isOpen ? 200 : 403;
  }

  /** Plausible figures for a small controller: a JVM is busiest while it loads its plugins. */
  usage(): { cpus: number; memMiB: number } {
    if (this.phase === 'starting') return { cpus: 0.85, memMiB: 340 };
    if (this.#farm === undefined) return { cpus: 0.15, memMiB: 80 };
    const running = this.#farm.running.length;
    const here = this.#farm.controllerNode.executors.reduce((sum, build) => sum + (build?.job.cpus ?? 0), 0);
    return { cpus: 0.06 + 0.015 * running + here, memMiB: 430 + 6 * running + this.leakedMiB };
  }

  build(job: JobDefinition, request: BuildRequest = {}): { item: QueueItem; already: boolean } {
    const defaults = Object.fromEntries(job.parameters.map(({ name, defaultValue }) => [name, defaultValue]));
    const known = Object.entries(request.parameters ?? {}).filter(([name]) => name in defaults);
    return this.farm.enter({
      job,
      parameters: { ...defaults, ...Object.fromEntries(known) },
      cause: request.cause ?? { shortDescription: 'Started by an SCM change', userId: null, userName: 'SYSTEM' },
      plan: { durationMs: job.durationMs, result: job.result ?? 'SUCCESS', ...request.plan },
      quietMs: request.quietMs ?? 5 * SECOND,
    });
  }

  abort(build: Build, how: 'stop' | 'term' | 'kill' = 'stop'): boolean {
    const { endsOnlyBy = 'stop' } = build.job;
    return HARDNESS.indexOf(how) >= HARDNESS.indexOf(endsOnlyBy) && this.farm.end(build, 'ABORTED');
  }

  /** The configuration was saved: on disk now, in git when scm-sync has pushed it. */
  saved(by: string): void {
    const { home } = this;
    home.config.revision += 1;
    if (this.#world.scmSyncPlugin !== 'active') return;
    const what = 'Jenkins configuration files updated';
    const old = this.#world.line.generation === 'old';
    home.scmSync.changed(home.config, old ? `${what} by ${by}` : `${by}: ${what}`);
  }

  setExecutors(count: number, by: string): void {
    if (this.home.config.numExecutors === count) return;
    this.home.config.numExecutors = count;
    this.saved(by);
    this.farm.setControllerExecutors(count);
  }

  /** Copies what git holds over JENKINS_HOME; Jenkins itself notices with the next reload. */
  pullFromGit(): void {
    this.home.config = this.home.scmSync.pull();
  }

  reload(): void {
    this.phase = 'starting';
    this.#timers.after(RELOAD_MS, () => {
      this.phase = 'up';
      this.loadedAt = this.#world.clock.now();
      this.#log(...RELOADED);
      this.farm.setControllerExecutors(this.home.config.numExecutors);
    });
  }

  /** The JVM again, in the same task and sandbox: `safe` waits for builds, and a cancelled quiet-down cancels it. */
  restart(how: 'safe' | 'now'): void {
    if (how === 'now') {
      this.#rerun(RESTART_MS);
      return;
    }
    this.#restartWhenIdle = true;
    this.farm.quietDown(null);
    if (this.farm.running.length === 0) this.#restartIfStillQuiet();
  }

  #restartIfStillQuiet(): void {
    this.#timers.after(0, () => {
      if (this.#restartWhenIdle && this.farm.quietingDown && this.farm.running.length === 0)
        this.#rerun(SAFE_RESTART_MS);
    });
  }

  cancelQuietDown(): void {
    this.#restartWhenIdle = false;
    this.farm.cancelQuietDown();
  }

  /** The JVM ends by itself; Marathon starts a new task. */
  exit(): void {
    this.terminate();
  }

  #boot(): void {
    const { boot, line } = this.#world;
    this.phase = 'unreachable';
    this.hung = false;
    this.session = randomBytes(4).toString('hex');
    this.#process?.write('stdout', FIRST_WORDS);
    this.#log(...containerStarts(line.generation, this.#process?.ports[0] ?? 8080));
    this.#timers.after(boot.silentMs, () => {
      this.phase = 'starting';
      this.#log(...STARTED);
      this.#timers.after(boot.ms, () => this.#up());
    });
  }

  #up(): void {
    const { clock, cluster, line } = this.#world;
    const address = this.address ?? '';
    this.#farm = new BuildFarm({
      ...{ clock, cluster, line, timers: this.#timers, home: this.home },
      webuiUrl: `http://${address}${this.#world.prefix}/`,
      agentsMayConnect: () => !this.#world.agentsCutOff,
      onNodesSaved: () => this.saved('SYSTEM'),
      onIdle: () => {
        if (this.#restartWhenIdle) this.#restartIfStillQuiet();
      },
    });
    this.phase = 'up';
    this.loadedAt = clock.now();
    this.#log(...isUp(line.generation));
    if (this.#world.scmSyncPlugin === 'active') this.home.scmSync.jvmStarted();
    this.#farm.agents.register();
  }

  /** The page says so at once, and the JVM ends a little later. */
  #rerun(afterMs: number): void {
    if (this.phase !== 'up') return;
    this.phase = 'restarting';
    this.#restartWhenIdle = false;
    this.#log(restarts);
    this.#timers.after(afterMs, () => {
      this.#endJvm();
      this.#timers = timersOf(this.#world.clock);
      this.#boot();
    });
  }

  #exit(status: number): void {
    this.phase = 'ended';
    this.#process?.exit(status);
  }

  #endJvm(): void {
    const farm = this.#farm;
    this.#farm = undefined;
    this.#timers.stop();
    farm?.agents.disconnect();
    for (const build of farm?.running ?? []) farm?.end(build, 'ABORTED');
  }

  #log(...records: LogRecord[]): void {
    const { clock, line } = this.#world;
    for (const record of records) this.#process?.write('stderr', logText(line.generation, clock.now(), record));
  }
}
