// What Marathon tells of the controller of `ci-service.ts`, and a case made of it: plain records, of which a test changes
// what it is about.
import type { App, AppSnapshot, JsonObject, TaskFailure } from '../../src/core/cluster.js';
import type { What } from '../../src/core/decide.js';
import type { Incident } from '../../src/core/incident.js';
import type { MarathonEvent } from '../../src/core/marathon-event.js';
import { type Cause, type RestartFacts, restartFacts } from '../../src/core/restart.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { type Life, newWatch } from '../../src/core/watch.js';
import { anApp, aTask, NOW } from './ci-service.js';

type Told<K extends MarathonEvent['kind']> = Extract<MarathonEvent, { kind: K }>;

export const OLD = 'jenkins.old';
export const NEW = 'jenkins.new';
/** The version the healthy app runs, and one made at the turn of the hour. */
export const V1 = '2015-05-28T08:00:00.000Z';
export const V2 = '2015-05-28T10:00:00.000Z';

/** `status` without `TASK_`. */
export const status = (name: string, patch: Partial<Told<'task'>> = {}): Told<'task'> => ({
  kind: 'task',
  at: NOW,
  appId: '/jenkins',
  taskId: OLD,
  status: `TASK_${name}`,
  message: '',
  host: '192.168.3.25',
  mesosAgentId: 'agent-25',
  version: V1,
  ...patch,
});

export const sickKill = (reason = '9 failures in a row', patch: Partial<Told<'unhealthy-kill'>> = {}) =>
  ({ kind: 'unhealthy-kill', at: NOW, appId: '/jenkins', taskId: OLD, reason, ...patch }) satisfies MarathonEvent;

export const health = (alive: boolean, patch: Partial<Told<'health'>> = {}) =>
  ({ kind: 'health', at: NOW, appId: '/jenkins', taskId: OLD, alive, ...patch }) satisfies MarathonEvent;

export const failedCheck = (patch: Partial<Told<'failed-check'>> = {}) =>
  ({ kind: 'failed-check', at: NOW, appId: '/jenkins', taskId: OLD, ...patch }) satisfies MarathonEvent;

/** A plan whose only step does this to the app; by default one that restarts it with a version of now. */
export function deployment(
  phase: Told<'deployment'>['phase'],
  { action = 'RestartApplication', ...patch }: Partial<Told<'deployment'>> & { action?: string } = {},
): Told<'deployment'> {
  const steps = [{ action, appId: '/jenkins' }];
  const plan = { version: V2, steps, current: steps };
  return { kind: 'deployment', at: NOW, phase, planId: '5cd987cd', ...plan, reason: undefined, ...patch };
}

export const seenEvent = (event: MarathonEvent): What => ({ kind: 'event', event });

export const snapshotOf = (app: App | undefined, patch: Partial<AppSnapshot> = {}): AppSnapshot => ({
  app,
  deployments: [],
  marathonVersion: '1.5.15',
  ...patch,
});
export const seenSnapshot = (app: App | undefined = anApp(), patch: Partial<AppSnapshot> = {}): What => ({
  kind: 'snapshot',
  snapshot: snapshotOf(app, patch),
});

/** Marathon says 404. */
export const NO_APP: What = { kind: 'snapshot', snapshot: snapshotOf(undefined) };

/** The next controller: on another node, since a minute, proven healthy. */
export const nextTask = (patch: Parameters<typeof aTask>[0] = {}) =>
  aTask({
    id: NEW,
    host: '192.168.3.26',
    mesosAgentId: 'agent-26',
    stagedAt: NOW + MINUTE,
    startedAt: NOW + MINUTE,
    lastSuccessAt: NOW + 2 * MINUTE,
    ...patch,
  });

export const failure = (patch: Partial<TaskFailure> = {}): TaskFailure => ({
  taskId: OLD,
  state: 'TASK_FAILED',
  message: 'Command exited with status 1',
  host: '192.168.3.25',
  at: NOW,
  version: V1,
  ...patch,
});

const LIFE: Life = {
  taskId: OLD,
  firstSeenAt: NOW - 120 * MINUTE,
  stagedAt: NOW - 120 * MINUTE,
  ranAt: NOW - 120 * MINUTE,
  version: V1,
  host: '192.168.3.25',
  mesosAgentId: 'agent-25',
};

/** Of a controller that ran out of memory after two hours. */
export function deathFacts(patch: JsonObject = {}): RestartFacts {
  const cause: Cause = {
    kind: 'out-of-memory',
    words: 'out of memory',
    certain: true,
    quote: 'Memory limit exceeded: Requested: 2080MB',
  };
  const facts = restartFacts(newWatch('/jenkins'), LIFE, cause, { at: NOW, today: 1, since: NOW - 3 * HOUR });
  return Object.assign(facts, patch);
}

/** It rang 4 s after the end it tells of, and is open. */
export const anIncident = (patch: Partial<Incident> = {}): Incident => ({
  v: 1,
  id: 'A17',
  rule: 'controller-restarted',
  fingerprint: 'controller-restarted',
  rev: 1,
  openedAt: NOW + 4_000,
  raisedAt: NOW + 4_000,
  happenedAt: NOW,
  count: 1,
  rings: [NOW + 4_000],
  reopened: 0,
  flapping: false,
  muted: false,
  facts: deathFacts(),
  timeline: [{ at: NOW, text: 'the controller ended on 192.168.3.25: out of memory' }],
  dropped: 0,
  ...patch,
});
