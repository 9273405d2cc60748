// The events of the simulated Marathon, each with the fields, names and order of its generation (contract marathon §7;
// order as in the recorded transcripts). 0.8 has no stream, so there nothing is published.
import type { JsonObject } from '../../../core/cluster.js';
import type { Clock } from '../../../core/time.js';
import type { MarathonGeneration, TaskState } from '../types.js';
import { atLeast } from './generation.js';
import { type AppState, type Deployment, type Instance, iso } from './model.js';

export interface MarathonEvent {
  type: string;
  /** As sent, including `eventType` and `timestamp`. */
  body: JsonObject;
}

export class EventBus {
  readonly #generation: MarathonGeneration;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: MarathonEvent) => void>();

  constructor(generation: MarathonGeneration, clock: Clock) {
    this.#generation = generation;
    this.#clock = clock;
  }

  subscribe(listener: (event: MarathonEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  streamAttached(remoteAddress: string): void {
    this.#publish('event_stream_attached', { remoteAddress });
  }

  streamDetached(remoteAddress: string): void {
    this.#publish('event_stream_detached', { remoteAddress });
  }

  apiPost(clientIp: string, uri: string, appDefinition: JsonObject): void {
    this.#publish('api_post_event', { clientIp, uri, appDefinition });
  }

  deployment(type: 'deployment_info' | 'deployment_step_success', deployment: Deployment): void {
    const action = deployment.steps[deployment.step];
    const actions = action === undefined ? [] : [this.#action(action, deployment.appId)];
    this.#publish(type, { plan: this.plan(deployment), currentStep: { actions } });
  }

  deploymentEnded(type: 'deployment_success' | 'deployment_failed', deployment: Deployment, reason?: string): void {
    const timestamp = iso(this.#clock.now());
    const body: JsonObject = { id: deployment.id, plan: this.plan(deployment), eventType: type, timestamp };
    // `reason` since 1.6.352, behind everything else.
    if (reason !== undefined && atLeast(this.#generation, '1.11')) body['reason'] = reason;
    this.#send(type, body);
  }

  groupChange(appId: string, version: string, reason?: string): void {
    const groupId = appId.slice(0, appId.lastIndexOf('/')) || '/';
    if (reason === undefined) this.#publish('group_change_success', { groupId, version });
    else this.#publish('group_change_failed', { groupId, version, reason });
  }

  healthCheckAdded(app: AppState): void {
    for (const healthCheck of checksOf(app)) {
      const version = String(app.definition['version']);
      if (this.#alphabetical) this.#publishSorted('add_health_check_event', { appId: app.id, healthCheck, version });
      else this.#publish('add_health_check_event', { appId: app.id, version, healthCheck });
    }
  }

  failedCheck(app: AppState, instance: Instance, index: number): void {
    const healthCheck = checksOf(app)[index] ?? {};
    // From 1.5 on `taskId` holds the instance id.
    if (this.#alphabetical) {
      this.#publishSorted('failed_health_check_event', { appId: app.id, healthCheck, taskId: instance.instanceId });
    } else {
      this.#publish('failed_health_check_event', { appId: app.id, taskId: instance.taskId, healthCheck });
    }
  }

  alive(instance: Instance, alive: boolean): void {
    const { appId, version } = instance;
    const who = this.#hasInstances ? { instanceId: instance.instanceId } : { taskId: instance.taskId };
    this.#publish('health_status_changed_event', { appId, ...who, version, alive });
  }

  instanceHealth(instance: Instance, healthy: boolean | null): void {
    if (!this.#hasInstances) return;
    const { instanceId, appId: runSpecId, version: runSpecVersion } = instance;
    this.#publishInstance('instance_health_changed_event', { instanceId, runSpecId, healthy, runSpecVersion });
  }

  unhealthyKill(instance: Instance, reason: string, at: number): void {
    if (!atLeast(this.#generation, '1.3')) return;
    const { appId, taskId, instanceId, version } = instance;
    const where = { reason, host: instance.host ?? '', slaveId: instance.agentId ?? '' };
    if (this.#hasInstances) {
      this.#publish('unhealthy_instance_kill_event', { appId, taskId, instanceId, version, ...where }, at);
    } else {
      this.#publish('unhealthy_task_kill_event', { appId, taskId, version, ...where }, at);
    }
  }

  status(instance: Instance, taskStatus: TaskState, message: string): void {
    if (!this.#reports(instance, taskStatus)) return;
    const { appId, taskId, host = 'unknown', ports, version, agentId: slaveId = '' } = instance;
    const ipAddresses = this.#ipAddresses(host, taskStatus);
    this.#publish('status_update_event', {
      slaveId,
      taskId,
      taskStatus,
      message,
      appId,
      host,
      ...ipAddresses,
      ports,
      version,
    });
  }

  instance(instance: Instance): void {
    if (!this.#hasInstances) return;
    const { instanceId, condition, appId: runSpecId, version: runSpecVersion } = instance;
    const where = { agentId: instance.agentId ?? null, host: instance.host ?? null };
    this.#publishInstance('instance_changed_event', { instanceId, condition, runSpecId, ...where, runSpecVersion });
  }

  strayEnded(stray: { taskId: string; instanceId: string; appId: string }, condition: string, status: TaskState): void {
    if (this.#hasInstances) {
      const { instanceId, appId: runSpecId } = stray;
      this.#publishInstance('unknown_instance_terminated_event', { instanceId, runSpecId, condition });
    } else if (atLeast(this.#generation, '1.3')) {
      this.#publish('unknown_task_terminated_event', { taskId: stray.taskId, runSpecId: stray.appId, status });
    }
  }

  appTerminated(appId: string): void {
    this.#publish('app_terminated_event', { appId });
  }

  schedulerRegistered(frameworkId: string, master: string): void {
    this.#publish('scheduler_registered_event', { frameworkId, master });
  }

  /** As events and, without original and target, `GET /v2/deployments` spell it. */
  plan(deployment: Deployment): JsonObject {
    const { id, version, appId } = deployment;
    const steps = deployment.steps.map((action) => ({ actions: [this.#action(action, appId)] }));
    if (this.#generation === '1.11') return { id, steps, version };
    const original = group(appId, deployment.original, version);
    return { id, original, target: group(appId, deployment.target, version), steps, version };
  }

  #action(action: string, app: string): JsonObject {
    // `type` up to 1.1.1, `action` after.
    return atLeast(this.#generation, '1.3') ? { action, app } : { type: action, app };
  }

  get #hasInstances(): boolean {
    return atLeast(this.#generation, '1.5');
  }

  get #alphabetical(): boolean {
    return atLeast(this.#generation, '1.5');
  }

  /** Up to 0.15 the first RUNNING and ends only; STAGING from 1.1 to 1.3; later what Mesos itself reports. */
  #reports(instance: Instance, state: TaskState): boolean {
    if (state === 'TASK_STAGING') return this.#generation === '1.3';
    if (atLeast(this.#generation, '1.3')) return true;
    return state !== 'TASK_STARTING' && !(state === 'TASK_RUNNING' && instance.startedAt !== undefined);
  }

  #ipAddresses(host: string, state: TaskState): JsonObject {
    if (!atLeast(this.#generation, '1.3') || state === 'TASK_STAGING') return {};
    if (state === 'TASK_STARTING') return { ipAddresses: [] };
    return { ipAddresses: [{ ipAddress: host, protocol: 'IPv4' }] };
  }

  #publish(eventType: string, fields: JsonObject, at = this.#clock.now()): void {
    this.#send(eventType, { ...fields, eventType, timestamp: iso(at) });
  }

  /** Instance events carry the time first. */
  #publishInstance(eventType: string, fields: JsonObject): void {
    this.#send(eventType, { ...fields, timestamp: iso(this.#clock.now()), eventType });
  }

  /** Health check events are written by another serialiser, keys in alphabetical order. */
  #publishSorted(eventType: string, fields: JsonObject): void {
    const body: JsonObject = { ...fields, eventType, timestamp: iso(this.#clock.now()) };
    this.#send(eventType, Object.fromEntries(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  #send(type: string, body: JsonObject): void {
    if (this.#generation === '0.8') return;
    for (const listener of [...this.#listeners]) listener({ type, body });
  }
}

const checksOf = (app: AppState): JsonObject[] => (app.definition['healthChecks'] as JsonObject[] | undefined) ?? [];

/** The root group around one app, as plans carry it. */
function group(appId: string, app: JsonObject | undefined, version: string): JsonObject {
  const parent = appId.slice(0, appId.lastIndexOf('/'));
  const apps = app === undefined ? [] : [app];
  const empty = { groups: [], dependencies: [], version };
  if (parent === '') return { id: '/', apps, ...empty };
  return { id: '/', apps: [], groups: [{ id: parent, apps, ...empty }], dependencies: [], version };
}

/** What `plan-format=light` leaves of an event: the plan without the two root groups. */
export function lightOf(event: MarathonEvent): MarathonEvent {
  const plan = event.body['plan'];
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan)) return event;
  const { original: _original, target: _target, ...light } = plan;
  return { type: event.type, body: { ...event.body, plan: light } };
}
