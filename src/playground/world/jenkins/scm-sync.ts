// The SCM Sync Configuration plugin inside one sandbox: each change of the configuration queues a commit, one thread
// commits and pushes it, two files remember how the last tries went (contract jenkins §3.1). All of it dies with the task.
import { isDeepStrictEqual } from 'node:util';
import { type Clock, SECOND } from '../../../core/time.js';
import type { ControllerConfig } from './model.js';
import { type Commit, commitOf, type GitRepository } from './repository.js';
import { type Timers, timersOf } from './timers.js';
import { javaDate } from './words.js';

/** What any problem of a commit or push is called in fail.log; git's own words are only in the log record. */
const PUSH_FAILED = 'Error while checking in file to scm repository';

export interface LogFile {
  mtime: number;
  text: string;
}

export interface LogRecord {
  millis: number;
  level: string;
  logger: string;
  message: string;
}

export class ScmSync {
  success: LogFile | undefined;
  fail: LogFile | undefined;
  readonly log: LogRecord[] = [];
  /** Committed here, not yet accepted by the remote. */
  readonly unpushed: Commit[] = [];
  readonly #queue: { message: string; config: ControllerConfig }[] = [];
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #repository: GitRepository;
  readonly #pushMs: number;
  /** Configuration as the checkout holds it. */
  #checkedIn: ControllerConfig;
  #head: Commit;
  #working = false;
  #poisoned = false;

  constructor(clock: Clock, repository: GitRepository, pushMs: number) {
    this.#clock = clock;
    this.#timers = timersOf(clock);
    this.#repository = repository;
    this.#pushMs = pushMs;
    this.#head = repository.head;
    this.#checkedIn = repository.head.config;
  }

  get queuedCommits(): number {
    return this.#queue.length;
  }

  /** `%H %ct` of the newest local commit. */
  get head(): string {
    return `${this.#head.hash} ${Math.floor(this.#head.at / SECOND)}`;
  }

  /** A JVM starts: what was only in memory is gone, the checkout on disk is there and can be read, which counts as success. */
  jvmStarted(): void {
    this.#queue.length = 0;
    this.log.length = 0;
    this.#poisoned = false;
    this.#succeeded();
  }

  isInSync(live: ControllerConfig): boolean {
    return isDeepStrictEqual(live, this.#checkedIn);
  }

  changed(config: ControllerConfig, message: string): void {
    this.#queue.push({ message, config: structuredClone(config) });
    this.#work();
  }

  /** The commit at the head of the queue throws what nobody expected: it and all behind it wait until a restart. */
  poison(): void {
    this.#poisoned = true;
  }

  /** Where the checkout stands towards the remote, as after a fetch (contract jenkins §3.1). */
  standing(): { ahead: number; behind: number; afterPull: Commit } {
    const ahead = this.unpushed.length;
    const base = this.unpushed[0]?.parent ?? this.#head.hash;
    const behind = this.#repository.after(base) ?? 0;
    return { ahead, behind, afterPull: behind > 0 ? this.#repository.head : this.#head };
  }

  /**
   * `git pull` in the checkout. One that git refuses, or that would need a merge, leaves everything as it is, and the
   * plugin does not notice.
   * @returns the configuration as the checkout then holds it
   */
  pull(): ControllerConfig {
    const { ahead, behind, afterPull } = this.standing();
    if (this.#repository.cloneRefusal === undefined && !(ahead > 0 && behind > 0)) {
      this.#head = afterPull;
      this.#checkedIn = afterPull.config;
    }
    return structuredClone(this.#checkedIn);
  }

  purge(): void {
    this.fail = undefined;
  }

  stop(): void {
    this.#timers.stop();
  }

  #work(): void {
    if (this.#working) return;
    this.#working = true;
    this.#timers.after(this.#pushMs, () => {
      this.#working = false;
      if (this.#poisoned) return;
      const next = this.#queue.shift();
      if (next !== undefined) this.#commitAndPush(next.config, next.message);
      if (this.#queue.length > 0) this.#work();
    });
  }

  #commitAndPush(config: ControllerConfig, message: string): void {
    if (!isDeepStrictEqual(config, this.#checkedIn)) {
      this.#head = commitOf(config, message, this.#clock.now(), this.#head.hash);
      this.unpushed.push(this.#head);
      this.#checkedIn = config;
    }
    if (this.unpushed.length === 0) return;
    try {
      this.#repository.push(this.unpushed);
      this.unpushed.length = 0;
      this.#succeeded();
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #succeeded(): void {
    this.success = { mtime: this.#second(), text: javaDate(this.#clock.now()) };
  }

  #failed(git: string): void {
    const now = this.#clock.now();
    const entry = `${javaDate(now)} : ${PUSH_FAILED}<br/>`;
    this.fail = { mtime: this.#second(), text: (this.fail?.text ?? '') + entry };
    const record = (logger: string, message: string) =>
      this.log.push({ millis: now, level: 'SEVERE', logger, message });
    record('SCMManipulator', `[checkinFiles] Problem during SCM commit : ${git}`);
    record('ScmSyncConfigurationBusiness', `Error while processing commit queue : ${PUSH_FAILED}`);
  }

  /** File times had a resolution of one second on the JVMs of that time. */
  #second(): number {
    return Math.floor(this.#clock.now() / SECOND) * SECOND;
  }
}
