// What a snapshot tells of the controller's end and return: rows 9 and 12 confirmed, gaps compared (`gap.ts`), recovery
// proven (contract marathon §9, §10). Called by `alerts/controller-restarted.ts`.
import { definedAt } from './app-versions.js';
import type { App, AppSnapshot, MarathonTask, TaskFailure } from './cluster.js';
import { addressOf, runningTasks } from './controller.js';
import { causeOf } from './failure-cause.js';
import { compare, type Gap, wasChanged } from './gap.js';
import { causeOfFailure, endOf, lossOf, REPLACED } from './restart.js';
import { type Raise, RESTARTED, type RestartMemory, raise, rung } from './restart-memory.js';
import type { Detected, Signal } from './signal.js';
import { MINUTE } from './time.js';
import type { ControllerSighting, Life, SeenApp, Watch } from './watch.js';

export function onSnapshot(
  kept: RestartMemory,
  sighting: ControllerSighting,
  snapshot: AppSnapshot,
  now: number,
): Detected<RestartMemory> {
  const { before, after } = sighting;
  const { logOnce: _said, ...rest } = kept;
  const noted = snapshot.app === undefined ? { ...rest, logOnce: noApp(after.appId) } : rest;
  if (!before.baseline) return { memory: { ...noted, up: upSince(noted, after, now) }, signals: [] };
  const confirmed = confirm(noted, snapshot, now);
  const found = fromGap(confirmed.memory, sighting, snapshot, now);
  const memory = { ...found.memory, up: upSince(found.memory, after, now) };
  return { memory, signals: [...confirmed.signals, ...found.signals, ...recovery(memory, sighting, snapshot, now)] };
}

/** Case D (contract marathon §10). */
const noApp = (appId: string): string => `Marathon has no app ${appId}: nothing is watched until it is there`;

/** Rows 9 and 12 once they are due: a plan, a newer version, or 0 instances make them a stop somebody asked for. */
function confirm(kept: RestartMemory, { app }: AppSnapshot, now: number): Detected<RestartMemory> {
  const all = Object.entries(kept.unconfirmed);
  const left = Object.fromEntries(all.filter(([, { dueAt }]) => dueAt > now));
  let memory = { ...kept, unconfirmed: left };
  const signals: Signal[] = [];
  for (const [, { raise: signal, app: seen, dueAt }] of all) {
    if (dueAt > now) continue;
    if (app === undefined || wasAskedFor(app, seen) || isOfOldVersion(signal, app)) {
      signals.push({ kind: 'settle', identity: signal.identity });
    } else {
      memory = rung(memory, signal, now).memory;
      signals.push(signal);
    }
  }
  return { memory, signals };
}

const wasAskedFor = (app: App, seen: SeenApp | null): boolean =>
  app.instances === 0 || app.deploymentIds.length > 0 || (seen !== null && wasChanged({ app: seen }, app));

/** A deployment replaced its version, whether it was heard of or not, and stopped it. */
const isOfOldVersion = ({ facts: { version } }: Raise, app: App): boolean =>
  typeof version === 'string' && Date.parse(version) < definedAt(app);

function fromGap(
  memory: RestartMemory,
  { before, after, settled }: ControllerSighting,
  snapshot: AppSnapshot,
  now: number,
): Detected<RestartMemory> {
  // The end of a life that is lost is no news (§9, row 2).
  const isKnown = (taskId: string) => {
    const life = before.lives[taskId];
    return settled(endOf(after.appId, taskId)) || life?.ended !== undefined || life?.lost?.returned === false;
  };
  const gap = compare(before, after, snapshot, isKnown);
  const nothing: Detected<RestartMemory> = { memory, signals: [] };
  if (!('old' in gap)) return nothing;
  const { old } = gap;
  const identity = old === undefined ? undefined : endOf(after.appId, old.taskId);
  // Its event was heard, and waits to be confirmed.
  if (old !== undefined && (memory.unconfirmed[old.taskId] !== undefined || isKnown(old.taskId))) return nothing;
  if (identity !== undefined && (gap.case === 'B3' || gap.case === 'C1' || gap.case === 'D'))
    return { memory, signals: [{ kind: 'settle', identity }] };
  if (gap.case === 'A2') {
    const line = { at: after.at, text: 'the lost task runs again, its replacement is gone' };
    return {
      memory,
      signals: [
        { kind: 'settle', identity: identity ?? '' },
        { kind: 'note', fingerprint: RESTARTED, line },
      ],
    };
  }
  const told = tellGap(gap, memory, after, now);
  if (told === undefined || settled(told.identity)) return nothing;
  const rang = rung(memory, told, now);
  // The life whose failure Marathon kept, and the one we knew, are both told by this. A lost one may return and end later.
  const also =
    gap.case === 'C3' ? [] : [identity, gap.case === 'B4' ? endOf(after.appId, gap.failure.taskId) : undefined];
  const settle = also.filter((one): one is string => one !== undefined && one !== told.identity);
  return {
    memory: rang.memory,
    signals: [...rang.signals, ...settle.map((one): Signal => ({ kind: 'settle', identity: one }))],
  };
}

function tellGap(
  gap: Exclude<Gap, { case: 'A' | 'C2' }>,
  memory: RestartMemory,
  after: Watch,
  now: number,
): Raise | undefined {
  const say = (
    life: Life,
    failure: TaskFailure | undefined,
    more: { lives?: number; said?: string; at?: number } = {},
  ) =>
    raise(after, life, failure === undefined ? REPLACED : causeOfFailure(failure), memory, {
      at: more.at ?? failure?.at ?? replacedAt(after) ?? now,
      identity: endOf(after.appId, life.taskId),
      ...more,
    });
  switch (gap.case) {
    case 'B1':
      return say(gap.old, gap.failure, gap.redeployed ? { said: '; then it was redeployed' } : {});
    case 'B2':
      return say(gap.old, gap.failure, {
        lives: gap.lives,
        ...(gap.lives === 1 ? {} : { said: ` (${gap.lives} ends unseen)` }),
      });
    case 'B4':
      return gap.old === undefined
        ? say(after.lives[gap.failure.taskId] ?? lifeOfFailure(gap.failure), gap.failure)
        : say(gap.old, gap.failure, { lives: 2, said: ' (and at least one more end unseen)' });
    case 'B5':
      return say(gap.old, undefined);
    case 'C4':
      return say(gap.old, gap.failure);
    case 'C3': {
      const times = after.lives[gap.old.taskId]?.lost?.times ?? 1;
      const cause = causeOf({ state: 'TASK_UNREACHABLE', message: '' });
      return raise(after, gap.old, cause, memory, {
        at: Math.max(after.at, after.lives[gap.old.taskId]?.lost?.at ?? 0) || now,
        identity: lossOf(after.appId, gap.old.taskId, times),
      });
    }
    default:
      return undefined;
  }
}

/** When Marathon began to start what runs now: nobody recorded when the one before it ended. */
const replacedAt = ({ current, lives }: Watch): number | undefined =>
  current === undefined ? undefined : (lives[current]?.stagedAt ?? lives[current]?.ranAt);

const lifeOfFailure = ({ taskId, at, host, version }: TaskFailure): Life => ({
  taskId,
  firstSeenAt: at,
  ranAt: at,
  ...(host === undefined ? {} : { host }),
  ...(version === undefined ? {} : { version }),
});

/** Without health checks a task that has run for so long counts as up (contract marathon §10). */
const UP_WITHOUT_CHECKS_MS = MINUTE;

function upSince({ up }: RestartMemory, { current }: Watch, now: number): RestartMemory['up'] {
  if (current === undefined) return null;
  return up?.taskId === current ? up : { taskId: current, since: now };
}

/** The proof: a task that is not the dead one runs, and a check has succeeded in this very life. */
function recovery(
  memory: RestartMemory,
  { before, after }: ControllerSighting,
  { app }: AppSnapshot,
  now: number,
): Signal[] {
  if (app === undefined || app.instances === 0) return [givenUp(app === undefined ? 'deleted' : 'suspended', now)];
  const task = runningTasks(app.tasks).find((one) => one.id === after.current);
  const life = task === undefined ? undefined : after.lives[task.id];
  if (task === undefined || life === undefined) return [];
  const place = { taskId: task.id, host: task.host, address: addressOf(task) };
  // Where no event told of it.
  const isNew = before.lives[task.id]?.ranAt === undefined;
  const line = { at: task.startedAt ?? after.at, text: `runs again on ${task.host}` };
  const seen: Signal = { kind: 'update', fingerprint: RESTARTED, facts: { now: place }, ...(isNew ? { line } : {}) };
  const startedAt = task.startedAt ?? 0;
  const proven = app.hasHealthChecks
    ? task.health !== 'unknown' &&
      task.lastSuccessAt !== undefined &&
      task.lastSuccessAt > startedAt &&
      task.health === 'healthy'
    : memory.up !== null && now - memory.up.since >= UP_WITHOUT_CHECKS_MS;
  if (!proven) return [seen];
  const said = app.hasHealthChecks ? `healthy on ${addressOf(task)}` : `has run for a minute on ${addressOf(task)}`;
  const at = provenAt(life, task, app, after);
  return [seen, { kind: 'resolve', fingerprint: RESTARTED, at, facts: { now: place }, line: said }];
}

/** By Marathon's clock. Of a lost task that returned nobody tells when it was well again. */
function provenAt({ lost, aliveAt, ranAt }: Life, { lastSuccessAt }: MarathonTask, app: App, { at }: Watch): number {
  if (lost !== undefined) return at;
  if (app.hasHealthChecks) return aliveAt ?? lastSuccessAt ?? at;
  return Math.max(at, (ranAt ?? at) + UP_WITHOUT_CHECKS_MS);
}

/** Nobody waits for a controller that is not wanted any more. */
const givenUp = (ended: 'deleted' | 'suspended', now: number): Signal => ({
  kind: 'resolve',
  fingerprint: RESTARTED,
  at: now,
  facts: { ended },
  line: ended === 'deleted' ? 'the app was deleted' : 'the app was set to 0 instances',
});
