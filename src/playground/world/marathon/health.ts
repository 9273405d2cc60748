// Marathon's own health checks in the simulated world: they ask the running programs every `intervalSeconds`, keep the
// records, publish changes and have a sick task killed (contract marathon §3.3). `world.ts` starts them with a task.
import { STATUS_CODES } from 'node:http';
import { type Clock, SECOND } from '../../../core/time.js';
import type { MarathonGeneration, PortAnswer } from '../types.js';
import type { EventBus } from './events.js';
import { atLeast } from './generation.js';
import type { AppState, CheckRecord, Instance } from './model.js';
import type { HealthCheck } from './spec.js';

interface HealthOptions {
  clock: Clock;
  generation: MarathonGeneration;
  events: EventBus;
  /** What the task's first port answers. */
  ask: (instance: Instance, path: string) => PortAnswer;
  kill: (app: AppState, instance: Instance) => void;
  changed: (app: AppState) => void;
}

export class HealthChecks {
  readonly #options: HealthOptions;
  /** One timer per app and check, only while a task of the app runs. */
  readonly #timers = new Map<string, () => void>();

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** A task of the app has begun to run. */
  watch(app: AppState): void {
    app.spec.healthChecks.forEach((check, index) => {
      const key = `${app.id} ${index}`;
      if (this.#timers.has(key)) return;
      // Up to 1.3 the first look is one interval after the start; later `delaySeconds` says.
      const firstMs = (atLeast(this.#options.generation, '1.5') ? check.delaySeconds : check.intervalSeconds) * SECOND;
      this.#plan(app, check, index, firstMs);
    });
  }

  /** The app is gone or has another definition. */
  forget(app: AppState): void {
    for (const [key, cancel] of this.#timers) {
      if (!key.startsWith(`${app.id} `)) continue;
      cancel();
      this.#timers.delete(key);
    }
  }

  #plan(app: AppState, check: HealthCheck, index: number, delayMs: number): void {
    const key = `${app.id} ${index}`;
    this.#timers.set(
      key,
      this.#options.clock.after(delayMs, () => {
        this.#timers.delete(key);
        const running = app.instances.filter((one) => one.taskState === 'TASK_RUNNING' && !one.waiting);
        if (running.length > 0) this.#plan(app, check, index, check.intervalSeconds * SECOND);
        for (const instance of running) this.#look(app, instance, check, index);
      }),
    );
  }

  #look(app: AppState, instance: Instance, check: HealthCheck, index: number): void {
    const status = this.#options.ask(instance, check.path);
    if (isGood(check, status)) this.#succeed(app, instance, index);
    else this.#fail(app, instance, check, index, this.#causeOf(instance, check, status));
  }

  #succeed(app: AppState, instance: Instance, index: number): void {
    const now = this.#options.clock.now();
    const before = instance.checks[index];
    this.#record(app, instance, index, {
      alive: true,
      consecutiveFailures: 0,
      firstSuccess: before?.firstSuccess ?? now,
      lastSuccess: now,
      lastFailure: before?.lastFailure,
      lastFailureCause: before?.lastFailureCause,
    });
  }

  #fail(app: AppState, instance: Instance, check: HealthCheck, index: number, cause: string): void {
    const now = this.#options.clock.now();
    const before = instance.checks[index];
    const inGrace = now - (instance.startedAt ?? now) < check.gracePeriodSeconds * SECOND;
    if (before?.firstSuccess === undefined && inGrace) return;
    const byMarathon = !check.protocol.startsWith('MESOS_');
    if (byMarathon) this.#options.events.failedCheck(app, instance, index);
    this.#record(app, instance, index, {
      alive: false,
      consecutiveFailures: (before?.consecutiveFailures ?? 0) + 1,
      firstSuccess: before?.firstSuccess,
      lastSuccess: before?.lastSuccess,
      lastFailure: now,
      lastFailureCause: cause,
    });
    this.#killIfSick(app, instance, check, before, byMarathon);
  }

  /** Each generation's HTTP client has its own words for a peer that takes the connection and says nothing. */
  #causeOf({ host, ports }: Instance, { timeoutSeconds }: HealthCheck, status: PortAnswer): string {
    const at = `${host}:${ports[0]}`;
    if (status === undefined) return `ConnectionAttemptFailedException: Connection attempt to ${at} failed`;
    if (status !== 'silence') return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
    return this.#options.generation === '1.11'
      ? `TcpIdleTimeoutException: TCP idle-timeout on connection to [${at}], no bytes passed in the last ${timeoutSeconds} seconds`
      : `AskTimeoutException: Ask timed out on [Actor[akka://marathon/user/IO-HTTP#-1526159107]] after [${timeoutSeconds * 1_000} ms]`;
  }

  /** Marathon counts the failures *before* this one, so it kills on number max + 1; Mesos' own checks kill on max. */
  #killIfSick(
    app: AppState,
    instance: Instance,
    check: HealthCheck,
    before: CheckRecord | undefined,
    byMarathon: boolean,
  ): void {
    const max = check.maxConsecutiveFailures;
    const failures = (before?.consecutiveFailures ?? 0) + (byMarathon ? 0 : 1);
    if (max === 0 || failures < max) return;
    if (byMarathon) {
      const killed = { reason: before?.lastFailureCause ?? '', at: before?.lastFailure ?? this.#options.clock.now() };
      instance.unhealthyKill = killed;
      this.#options.events.unhealthyKill(instance, killed.reason, killed.at);
    }
    this.#options.kill(app, instance);
  }

  #record(app: AppState, instance: Instance, index: number, record: CheckRecord): void {
    const before = instance.checks[index];
    const wasHealthy = overall(app, instance);
    instance.checks[index] = record;
    const healthy = overall(app, instance);
    if (before?.alive !== record.alive) this.#options.events.alive(instance, record.alive);
    if (healthy !== wasHealthy) this.#options.events.instanceHealth(instance, healthy);
    if (before?.alive !== record.alive) this.#options.changed(app);
  }
}

/** HTTP checks accept 200 to 399; TCP checks any answer at all. A command inside the container is taken to succeed. */
function isGood({ protocol }: HealthCheck, status: PortAnswer): boolean {
  if (protocol.endsWith('COMMAND')) return true;
  if (protocol.endsWith('TCP')) return status !== undefined;
  return typeof status === 'number' && status >= 200 && status < 400;
}

/** null until every check has reported. */
function overall(app: AppState, instance: Instance): boolean | null {
  const records = app.spec.healthChecks.map((_, index) => instance.checks[index]);
  if (records.some((record) => record?.alive === false)) return false;
  return records.every((record) => record !== undefined) ? true : null;
}
