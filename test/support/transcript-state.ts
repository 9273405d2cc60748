// What a Marathon of the recorded generation knows when a transcript has come to some point: a fold over the events
// published so far. `transcript-marathon.ts` feeds it, `transcript-views.ts` shows it.
import type { Json, JsonObject } from '../../src/core/cluster.js';
import { DAY, HOUR, SECOND } from '../../src/core/time.js';
import { APP, atLeast, type Generation, type Transcript } from './transcript-file.js';
import { Definitions, definitionIn, Plans } from './transcript-plans.js';
import {
  ENDED,
  firstTask,
  instanceIdOf,
  lastSuccessOf,
  nextTaskId,
  noHealth,
  type RecordedHealth,
  type RecordedTask,
  taskIn,
} from './transcript-tasks.js';

/** Exit 0, kills and `TASK_UNREACHABLE` are not recorded (contract marathon §3.3). */
const RECORDED = new Set([...ENDED].filter((status) => status !== 'TASK_FINISHED' && status !== 'TASK_KILLED'));
const BACKS_OFF = new Set(['TASK_FAILED', 'TASK_FINISHED', 'TASK_ERROR', 'TASK_DROPPED']);

/** From launch to running, where no event tells of the launch: as in the transcripts that do tell. */
const LAUNCH_MS = 4_200;

export class TranscriptState {
  readonly generation: Generation;
  /** Without what Marathon adds to it in answers; undefined while there is no app. */
  definition: JsonObject | undefined;
  /** Every definition the app ever had, oldest first. */
  readonly history: JsonObject[] = [];
  tasks: RecordedTask[] = [];
  lastTaskFailure: JsonObject | undefined;
  readonly plans = new Plans();
  /** Ends that delay the next launch, since the app was last changed. */
  failures = 0;
  /** When the latest life ended. */
  waitingSince: number | undefined;
  readonly #definitions: Definitions;
  /** By task id. Marathon knows from the launch on where a task will be; some events of a launch do not tell. */
  readonly #places = new Map<string, JsonObject>();
  #clock: { at: number; since: number };
  /** Before the event that is being applied. */
  #checkedUntil = 0;

  constructor(transcript: Transcript) {
    this.generation = transcript.generation;
    this.#definitions = new Definitions(transcript);
    for (const event of transcript.events) {
      if (event['eventType'] === 'status_update_event') this.#places.set(String(event['taskId']), event);
    }
    const first = timeOf(transcript.events[0] ?? {});
    this.#clock = { at: first - 60 * SECOND, since: Date.now() };
    // As all transcripts have it: deployed at nine o'clock three days before.
    if (!this.#definitions.startsFresh) this.#hasRunSince(first - (first % DAY) - 3 * DAY + 9 * HOUR);
  }

  /** Marathon's clock: of the latest event, and as fast as ours from there. */
  now(): number {
    return this.#clock.at + (Date.now() - this.#clock.since);
  }

  /** Tasks whose life is not over. */
  get live(): RecordedTask[] {
    return this.tasks.filter((task) => !ENDED.has(task.state));
  }

  /** Instances still to be launched. An unreachable one counts as there unless the app says that it is to be replaced. */
  get waiting(): number {
    const keeps = this.definition?.['unreachableStrategy'] === 'disabled';
    const there = this.live.filter(({ state }) => state !== 'TASK_UNREACHABLE' || keeps);
    return Math.max(0, Number(this.definition?.['instances'] ?? 0) - there.length);
  }

  /** Replaces everything known about the app, as after something nobody heard of. */
  load(snapshot: JsonObject): void {
    const app = snapshot['app'] as JsonObject;
    this.#define(definitionIn(app));
    this.tasks = (app['tasks'] as JsonObject[]).map(taskIn);
    this.lastTaskFailure = (app['lastTaskFailure'] ?? undefined) as JsonObject | undefined;
    this.#moveOn(Math.max(...this.tasks.map(({ health }) => health?.lastSuccess ?? 0)));
  }

  apply(event: JsonObject): void {
    const at = timeOf(event);
    this.#checkedUntil = Math.min(this.now(), at - 1);
    this.#moveOn(at);
    const type = String(event['eventType']);
    if (type.startsWith('deployment_')) this.#deployment(type, event);
    else if ((event['appId'] ?? event['runSpecId']) === APP) this.#ours(type, event, at);
  }

  #ours(type: string, event: JsonObject, at: number): void {
    if (type === 'status_update_event') this.#status(event, at);
    else if (type === 'instance_changed_event') this.#instance(event, at);
    else if (type === 'health_status_changed_event') this.#verdict(event, at);
    else if (type === 'failed_health_check_event') this.#failedCheck(event, at);
    else if (/^unhealthy_(?:task|instance)_kill_event$/.test(type)) this.#unhealthyKill(event);
  }

  #status(event: JsonObject, at: number): void {
    const id = String(event['taskId']);
    const state = String(event['taskStatus']);
    const known = this.tasks.find((task) => task.id === id);
    if (ENDED.has(state)) {
      this.#ended(event, state, known, at);
      return;
    }
    const task = known ?? this.#launched(id, String(event['version']), state === 'TASK_RUNNING' ? at - LAUNCH_MS : at);
    if (task.state !== state) this.#settle(task);
    task.state = state;
    if (Array.isArray(event['ipAddresses'])) task.ipAddresses = event['ipAddresses'];
    // Kept when the task was only away for a while (core/task/Task.scala: `if !hasStartedRunning`).
    if (state === 'TASK_RUNNING') task.startedAt ??= at;
  }

  #ended(event: JsonObject, state: string, task: RecordedTask | undefined, at: number): void {
    if (RECORDED.has(state)) this.lastTaskFailure = this.#failure(event, state, String(event['message']));
    if (BACKS_OFF.has(state) || (this.generation === '0.8' && state === 'TASK_KILLED')) this.failures += 1;
    this.waitingSince = at;
    if (task === undefined) return;
    if (state === 'TASK_LOST' && this.generation === '1.3') task.state = state;
    else if (this.generation === '1.11' && !this.#isToGo(task)) {
      const nothing = { version: undefined, stagedAt: undefined, startedAt: undefined, health: undefined };
      Object.assign(task, { state, ports: [], ipAddresses: [], ...nothing });
    } else this.#remove(task);
  }

  /** Replaced or stopped by a deployment: from 1.8 such an instance is not launched again. */
  #isToGo(task: RecordedTask): boolean {
    return this.definition?.['instances'] === 0 || task.version !== this.definition?.['version'];
  }

  #failure(event: JsonObject, state: string, message: string): JsonObject {
    const { host = '', taskId = '', timestamp = '', version = '', slaveId = null } = event;
    const agent = atLeast(this.generation, '0.11') ? { slaveId } : {};
    return { appId: APP, host, message, state, taskId, timestamp, version, ...agent };
  }

  /** From 1.4. What a status update has told already changes nothing here. */
  #instance(event: JsonObject, at: number): void {
    const instanceId = String(event['instanceId']);
    const condition = String(event['condition']);
    const known = this.tasks.find((task) => task.instanceId === instanceId);
    if (condition === 'Created' || condition === 'Provisioned') {
      if (known !== undefined) this.#remove(known);
      this.#launched(nextTaskId(instanceId, known?.id), String(event['runSpecVersion']), at);
    } else if (condition === 'Killed' && known?.state === 'TASK_UNREACHABLE') this.#remove(known);
  }

  #launched(id: string, version: string, stagedAt: number): RecordedTask {
    const place = this.#places.get(id);
    const task: RecordedTask = {
      id,
      instanceId: instanceIdOf(this.generation, id),
      agentId: place === undefined ? undefined : String(place['slaveId']),
      host: String(place?.['host'] ?? ''),
      ports: (place?.['ports'] ?? []) as Json[],
      ipAddresses: [],
      version,
      state: 'TASK_STAGING',
      stagedAt,
      startedAt: undefined,
      health: undefined,
    };
    this.tasks.push(task);
    return task;
  }

  #verdict(event: JsonObject, at: number): void {
    const health = this.#healthOf(event);
    if (health === undefined) return;
    health.alive = event['alive'] === true;
    if (!health.alive) {
      Object.assign(health, { consecutiveFailures: Math.max(1, health.consecutiveFailures), lastFailure: at });
      return;
    }
    health.firstSuccess ??= at;
    Object.assign(health, { consecutiveFailures: 0, lastSuccess: at, lastFailureCause: undefined });
  }

  #failedCheck(event: JsonObject, at: number): void {
    const health = this.#healthOf(event);
    if (health === undefined) return;
    Object.assign(health, { alive: false, consecutiveFailures: health.consecutiveFailures + 1, lastFailure: at });
  }

  /** The failure is recorded when Marathon decides to kill, under the time of an earlier failed check. */
  #unhealthyKill(event: JsonObject): void {
    const reason = String(event['reason']);
    const message = `Task was killed since health check failed. Reason: ${reason}`;
    this.lastTaskFailure = this.#failure(event, 'TASK_KILLED', message);
    const health = this.#healthOf(event);
    if (health !== undefined) health.lastFailureCause = reason;
  }

  /** Of the task the event names; 1.5 calls an instance's id `taskId` in some. */
  #healthOf(event: JsonObject): RecordedHealth | undefined {
    const names = [event['taskId'], event['instanceId']];
    const task = this.live.find((one) => names.includes(one.id) || names.includes(one.instanceId ?? one.id));
    if (task === undefined) return undefined;
    this.#settle(task);
    task.health ??= noHealth();
    return task.health;
  }

  /** Before a task changes: its checks have succeeded until then. */
  #settle(task: RecordedTask): void {
    if (task.health !== undefined) task.health.lastSuccess = lastSuccessOf(task, this.#checkedUntil);
  }

  #deployment(type: string, event: JsonObject): void {
    if (type === 'deployment_success' || type === 'deployment_failed') {
      this.plans.end(String(event['id']), type === 'deployment_failed');
    } else if (type === 'deployment_info') {
      const begun = this.plans.announce(event, this.definition);
      const changed = begun && this.#definitions.after(begun, this.definition, this.plans.undone);
      if (changed === undefined) return;
      this.#define(changed);
      Object.assign(this, { failures: 0, waitingSince: timeOf(event) });
    }
  }

  #define(definition: JsonObject): void {
    this.definition = definition;
    this.history.push(definition);
  }

  #remove(task: RecordedTask): void {
    this.tasks = this.tasks.filter((one) => one !== task);
  }

  /** Never back: only the kill event's `timestamp` is older than its sending. */
  #moveOn(at: number): void {
    this.#clock = { at: Math.max(at, this.now()), since: Date.now() };
  }

  #hasRunSince(deployedAt: number): void {
    const version = iso(deployedAt);
    this.#define(this.#definitions.first(version));
    const lastSuccess = this.now();
    this.tasks.push(firstTask(this.generation, version, { deployedAt, lastSuccess }));
  }
}

export const iso = (at: number): string => new Date(at).toISOString();
const timeOf = (event: JsonObject): number => Date.parse(String(event['timestamp']));
