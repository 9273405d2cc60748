// Tasks and their health as `transcript-state.ts` remembers them, and what the names of one Marathon generation mean.
import type { Json, JsonObject } from '../../src/core/cluster.js';
import { incarnationOf } from '../../src/core/marathon-event.js';
import { SECOND } from '../../src/core/time.js';
import { atLeast, type Generation } from './transcript-file.js';

export interface RecordedHealth {
  alive: boolean;
  consecutiveFailures: number;
  firstSuccess: number | undefined;
  lastSuccess: number | undefined;
  lastFailure: number | undefined;
  lastFailureCause: string | undefined;
}

export interface RecordedTask {
  id: string;
  /** From 1.4. */
  instanceId: string | undefined;
  agentId: string | undefined;
  host: string;
  ports: Json[];
  ipAddresses: Json[];
  /** Undefined once it has ended and is only listed still, like its times. */
  version: string | undefined;
  state: string;
  stagedAt: number | undefined;
  startedAt: number | undefined;
  health: RecordedHealth | undefined;
}

/** Of a life that is over; in some generations a task in such a state is listed still. */
export const ENDED: ReadonlySet<string> = new Set([
  'TASK_FAILED',
  'TASK_FINISHED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
]);

export const noHealth = (): RecordedHealth => ({
  alive: false,
  consecutiveFailures: 0,
  firstSuccess: undefined,
  lastSuccess: undefined,
  lastFailure: undefined,
  lastFailureCause: undefined,
});

/** Advances while the checks succeed; nobody checks a task that is not running. */
export function lastSuccessOf({ health, state }: RecordedTask, now: number): number | undefined {
  const checked = health?.alive === true && state === 'TASK_RUNNING';
  return checked ? Math.max(now, health.lastSuccess ?? 0) : health?.lastSuccess;
}

/** Up to 1.7 `ci_jenkins.<uuid>` is of `ci_jenkins.marathon-<uuid>`. */
export function instanceIdOf(generation: Generation, taskId: string): string | undefined {
  if (generation === '1.11') return taskId.replace(/\._app\.\d+$/, '');
  return generation === '1.5' ? taskId.replace('.', '.marathon-') : undefined;
}

/** @param before the task that ended on this instance, from 1.8 */
export function nextTaskId(instanceId: string, before: string | undefined): string {
  if (instanceId.includes('.marathon-')) return instanceId.replace('.marathon-', '.');
  return `${instanceId}._app.${before === undefined ? 1 : incarnationOf(before) + 1}`;
}

const UUID_TAILS: Record<Generation, string> = {
  '0.8': 'f7b4-11e4',
  '0.9': '39d2-11e5',
  '0.11': '86c0-11e5',
  '1.3': 'dbbf-11e6',
  '1.5': '0a4e-11e8',
  '1.11': '7fe8-11eb',
};

/** The task that every transcript begins with, a fresh deploy apart: running and healthy. */
export function firstTask(
  generation: Generation,
  version: string,
  { deployedAt, lastSuccess }: { deployedAt: number; lastSuccess: number },
): RecordedTask {
  const uuid = `07381715-${UUID_TAILS[generation]}-94e1-be5b2935a987`;
  const id = generation === '1.11' ? `ci_jenkins.instance-${uuid}._app.1` : `ci_jenkins.${uuid}`;
  const startedAt = deployedAt + 12_400;
  return {
    id,
    instanceId: instanceIdOf(generation, id),
    agentId: atLeast(generation, '1.3')
      ? '7d1f3b2a-5a0c-4d33-9a0e-5d0c7f9a1c11-S3'
      : '20150707-153709-218108076-5050-25588-S6',
    host: 'agent-03.example.org',
    ports: [31_512],
    ipAddresses: [{ ipAddress: '10.0.1.13', protocol: 'IPv4' }],
    version,
    state: 'TASK_RUNNING',
    stagedAt: deployedAt + 6_100,
    startedAt,
    health: { ...noHealth(), alive: true, firstSuccess: startedAt + 50 * SECOND, lastSuccess },
  };
}

/** A task of a recorded app. */
export function taskIn(wire: JsonObject): RecordedTask {
  const result = (wire['healthCheckResults'] as JsonObject[])[0];
  return {
    id: String(wire['id']),
    instanceId: textIn(result?.['instanceId']),
    agentId: textIn(wire['slaveId']),
    host: String(wire['host']),
    ports: (wire['ports'] ?? []) as Json[],
    ipAddresses: (wire['ipAddresses'] ?? []) as Json[],
    version: textIn(wire['version']),
    state: textIn(wire['state']) ?? 'TASK_RUNNING',
    stagedAt: momentIn(wire['stagedAt']),
    startedAt: momentIn(wire['startedAt']),
    health: result === undefined ? undefined : healthIn(result),
  };
}

const healthIn = (result: JsonObject): RecordedHealth => ({
  alive: result['alive'] === true,
  consecutiveFailures: Number(result['consecutiveFailures']),
  firstSuccess: momentIn(result['firstSuccess']),
  lastSuccess: momentIn(result['lastSuccess']),
  lastFailure: momentIn(result['lastFailure']),
  lastFailureCause: textIn(result['lastFailureCause']),
});

const textIn = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const momentIn = (value: Json | undefined): number | undefined =>
  typeof value === 'string' ? Date.parse(value) : undefined;
