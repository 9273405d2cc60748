// What happened while nobody listened: a snapshot compared with what was known before it. Contract marathon §10, cases A
// to E; the alerts make their words of it, and the ledger sees to it that an end already told is not told again.
import type { App, AppSnapshot, TaskFailure } from './cluster.js';
import { incarnationOf, instanceOf } from './marathon-event.js';
import { isLive, type Life, LOST_STATES, type Plan, type Watch } from './watch.js';

/** Named after the contract's rows. `old` is the life that was the controller before. */
export type Gap =
  /** A: nothing happened to it, or nothing was known before. */
  | { case: 'A' }
  /** A2: the original came back out of a partition, its replacement is gone. */
  | { case: 'A2'; old: Life }
  /** B1: it failed, and Marathon kept why. */
  | { case: 'B1'; old: Life; failure: TaskFailure; redeployed: boolean }
  /** B2 (1.8+): the same instance was launched so many times more. */
  | { case: 'B2'; old: Life; lives: number; failure: TaskFailure | undefined }
  /** B3: somebody changed the app. */
  | { case: 'B3'; old: Life }
  /** B4: several restarts, and Marathon kept why the last one was. `old` is undefined when its end was known. */
  | { case: 'B4'; old: Life | undefined; failure: TaskFailure }
  /** B5: it was replaced and nobody knows why. */
  | { case: 'B5'; old: Life }
  /** C1: suspended on purpose. */
  | { case: 'C1'; old: Life }
  /** C2: a deployment is at it. */
  | { case: 'C2' }
  /** C3: its agent is lost, whether or not another runs already. */
  | { case: 'C3'; old: Life }
  /** C4: it is down. */
  | { case: 'C4'; old: Life; failure: TaskFailure | undefined }
  /** D: the app is gone. */
  | { case: 'D'; old: Life | undefined };

/**
 * @param before what was known · @param after the same with the snapshot in it
 * @param isKnown the end of this task has been told
 */
export function compare(before: Watch, after: Watch, { app }: AppSnapshot, isKnown: (taskId: string) => boolean): Gap {
  const was = controllerBefore(before, after);
  // A frame from before its end may have brought it back.
  const old = was === undefined || isKnown(was.taskId) ? undefined : was;
  if (app === undefined) return { case: 'D', old };
  const current = after.current === undefined ? undefined : after.lives[after.current];
  // The controller is the one that it was, or its end has been told; one that came and went in between is no less news.
  if (old === undefined || old.taskId === current?.taskId)
    return unseen(undefined, current, { before, after }, app, isKnown) ?? { case: 'A' };
  if (current === undefined) return gone(old, { before, after }, app, isKnown);
  return replaced(old, current, { before, after }, app, isKnown);
}

/** The controller as known; where a deployment that ended since was to stop it, the one that it had started. */
function controllerBefore(before: Watch, after: Watch): Life | undefined {
  const known = before.current === undefined ? undefined : before.lives[before.current];
  if (known === undefined || after.lives[known.taskId]?.ended === undefined) return known;
  if (!endedSince(before, after).some((plan) => plan.before.includes(known.taskId))) return known;
  const started = Object.values(before.lives).filter((life) => life.taskId !== known.taskId && isLive(life));
  return started.at(-1) ?? known;
}

function replaced(
  old: Life,
  current: Life,
  { before, after }: { before: Watch; after: Watch },
  app: App,
  isKnown: (taskId: string) => boolean,
): Gap {
  if (current.lost !== undefined && current.firstSeenAt <= old.firstSeenAt) return { case: 'A2', old };
  // Its agent is lost, and another runs already: the same loss as its event tells.
  if (after.lives[old.taskId]?.lost?.returned === false) return { case: 'C3', old };
  const failure = app.lastTaskFailure;
  const redeployed = isNewer(current.version, old.version);
  // Under a deployment that goes on it is the deployment's own doing, or trouble (§9, rows 5 to 7).
  if (isUnderDeployment(old, failure?.taskId === old.taskId ? failure : undefined, before, after))
    return { case: 'B3', old };
  if (failure?.taskId === old.taskId && !(redeployed && failure.at > Date.parse(current.version ?? ''))) {
    return { case: 'B1', old, failure, redeployed };
  }
  const launches = incarnationOf(current.taskId) - incarnationOf(old.taskId);
  if (instanceOf(current.taskId) === instanceOf(old.taskId) && launches > 0) {
    const last = failure !== undefined && instanceOf(failure.taskId) === instanceOf(old.taskId) ? failure : undefined;
    return { case: 'B2', old, lives: launches, failure: last };
  }
  if (redeployed || wasChanged(before, app)) return { case: 'B3', old };
  return unseen(old, current, { before, after }, app, isKnown) ?? { case: 'B5', old };
}

/** A failure that the last look did not show, of a life whose end nobody has told. */
function unseen(
  old: Life | undefined,
  current: Life | undefined,
  { before, after }: { before: Watch; after: Watch },
  app: App,
  isKnown: (taskId: string) => boolean,
): Gap | undefined {
  const failure = app.lastTaskFailure;
  if (failure === undefined || failure.taskId === old?.taskId || isKnown(failure.taskId)) return undefined;
  if (failure.taskId === current?.taskId || !isNews(failure, before)) return undefined;
  // Before the version that runs now was made, or while it was being rolled out: the deploy's own trouble.
  const deployed = wasChanged(before, app) || app.deploymentIds.length > 0 || endedSince(before, after).length > 0;
  if (old === undefined && deployed) return undefined;
  // Of original and replacement one had to go (§9, row 3).
  const isSurplus = current !== undefined && before.lives[failure.taskId]?.lost?.returned === true;
  if (isSurplus && failure.state === 'TASK_KILLED') return undefined;
  return { case: 'B4', old, failure };
}

/** By name: a health kill bears the time of an earlier check, and events heard since the last look tell later times. */
const isNews = ({ taskId, at }: TaskFailure, { app, at: newest }: Watch): boolean =>
  app === undefined ? at > newest : taskId !== app.failedTaskId;

function gone(
  old: Life,
  { before, after }: { before: Watch; after: Watch },
  app: App,
  isKnown: (taskId: string) => boolean,
): Gap {
  if (app.instances === 0) return { case: 'C1', old };
  const failure = app.lastTaskFailure?.taskId === old.taskId ? app.lastTaskFailure : undefined;
  if (app.deploymentIds.length > 0) {
    // A crash before the deployment deserves its alert; an end under it does not.
    const isOlder =
      failure !== undefined && newestPlan(after) !== undefined && !isUnderDeployment(old, failure, before, after);
    return isOlder ? { case: 'C4', old, failure } : { case: 'C2' };
  }
  // A deployment took its place, and it is the new one whose end has been told.
  const last = app.lastTaskFailure?.taskId;
  if (wasChanged(before, app) && last !== undefined && last !== old.taskId && isKnown(last)) return { case: 'B3', old };
  const lost = app.tasks.some((task) => task.id === old.taskId && LOST_STATES.has(task.state ?? ''));
  return lost ? { case: 'C3', old } : { case: 'C4', old, failure };
}

/** Deployments that went on as far as known, and are over at this look. */
const endedSince = (before: Watch, after: Watch): Plan[] =>
  Object.values(before.plans).filter(({ id, overAt }) => overAt === undefined && after.plans[id]?.overAt !== undefined);

/** A deployment was under way at the last look and is at this one. */
const goesOn = (before: Watch, after: Watch): boolean =>
  Object.values(after.plans).some(
    ({ id, overAt }) =>
      overAt === undefined && before.plans[id]?.overAt === undefined && before.plans[id] !== undefined,
  );

/** By its time, if there is one: a health kill bears that of an earlier check. */
function isUnderDeployment(old: Life, failure: TaskFailure | undefined, before: Watch, after: Watch): boolean {
  if (failure === undefined || failure.state === 'TASK_KILLED')
    return goesOn(before, after) || endedSince(before, after).some((plan) => plan.before.includes(old.taskId));
  return failure.at >= (newestPlan(after) ?? Number.POSITIVE_INFINITY);
}

/** When the newest of the deployments that go on began; undefined without any. */
function newestPlan({ plans }: Watch): number | undefined {
  const open = Object.values(plans).filter((plan) => plan.overAt === undefined);
  return open.length === 0 ? undefined : Math.max(...open.map((plan) => Date.parse(plan.version) || plan.firstSeenAt));
}

/** Marathon's versions are ISO text, which sorts as time does. */
const isNewer = (version: string | undefined, than: string | undefined): boolean =>
  version !== undefined && than !== undefined && version > than;

/** Somebody changed or scaled the app since the last look; before 0.11 only its version tells. */
export function wasChanged(before: Pick<Watch, 'app'>, app: App): boolean {
  const seen = before.app;
  if (seen === undefined) return false;
  if (app.lastConfigChangeAt === undefined) return isNewer(app.version, seen.version);
  return (
    app.lastConfigChangeAt > (seen.lastConfigChangeAt ?? 0) || (app.lastScalingAt ?? 0) > (seen.lastScalingAt ?? 0)
  );
}
