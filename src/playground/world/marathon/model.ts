// The records the simulated Marathon keeps: apps, the instances it runs or wants to run, and deployments in progress.
import type { JsonObject } from '../../../core/cluster.js';
import type { TaskState } from '../types.js';
import type { Condition } from './generation.js';
import type { AppSpec } from './spec.js';

export interface CheckRecord {
  alive: boolean;
  consecutiveFailures: number;
  firstSuccess: number | undefined;
  lastSuccess: number | undefined;
  lastFailure: number | undefined;
  lastFailureCause: string | undefined;
}

/** One place for a task. It exists from the moment Marathon wants it; `waiting` means it is in the launch queue. */
export interface Instance {
  appId: string;
  uuid: string;
  /** Number of the current life; more than 1 only from 1.8 on. */
  life: number;
  instanceId: string;
  taskId: string;
  /** App version this life runs or shall run. */
  version: string;
  condition: Condition;
  taskState: TaskState | undefined;
  waiting: boolean;
  waitingSince: number;
  /** 1.8+: an instance whose goal is `stopped` is not relaunched. */
  goal: 'running' | 'stopped';
  killing: boolean;
  agentId: string | undefined;
  host: string | undefined;
  ports: number[];
  stagedAt: number | undefined;
  startedAt: number | undefined;
  /** One per health check of the app; undefined until its first result. */
  checks: (CheckRecord | undefined)[];
  /** Set when Marathon's health check asked for the kill. */
  unhealthyKill: { reason: string; at: number } | undefined;
  /** Timers of this instance: launch timeout, expunge. */
  cancels: (() => void)[];
}

export interface LaunchHistory {
  /** Current delay in ms, 0 without failures. */
  delayMs: number;
  notBefore: number;
  processedOffers: number;
  unusedOffers: number;
  lastUnusedOfferAt: number | undefined;
  lastUsedOfferAt: number | undefined;
  rejections: { reason: string; declined: number; processed: number }[];
}

export interface AppState {
  id: string;
  definition: JsonObject;
  spec: AppSpec;
  /** By version, oldest first. */
  versions: Map<string, JsonObject>;
  lastScalingAt: string;
  lastConfigChangeAt: string;
  instances: Instance[];
  launches: LaunchHistory;
  lastTaskFailure: JsonObject | undefined;
  /** 0.8 only: old tasks that ended as TASK_FINISHED during a restart, which that version waits for in vain. */
  ghosts: number;
}

export type ActionName = 'StartApplication' | 'ScaleApplication' | 'RestartApplication' | 'StopApplication';

export interface Deployment {
  id: string;
  version: string;
  appId: string;
  steps: ActionName[];
  /** Index of the step in progress. */
  step: number;
  /** The app before; undefined when it was new. */
  original: JsonObject | undefined;
  /** The app after; undefined when it is being deleted. */
  target: JsonObject | undefined;
}

export const iso = (at: number) => new Date(at).toISOString();

/** Holds room or may come back: a replacement is not wanted while it is there. */
export const counts = (instance: Instance) =>
  instance.condition !== 'UnreachableInactive' && instance.taskState !== 'TASK_LOST';

export const launched = (instance: Instance) => !instance.waiting;

/** Every check has reported, and well; an app without checks is healthy as soon as it runs. */
export function isHealthy(app: AppState, instance: Instance): boolean {
  if (instance.taskState !== 'TASK_RUNNING' || instance.waiting) return false;
  return app.spec.healthChecks.every((_, index) => instance.checks[index]?.alive === true);
}

/** Runs what the app's configuration asks for now; scaling alone does not make a task old. */
export const isCurrent = (app: AppState, instance: Instance) => instance.version >= app.lastConfigChangeAt;
