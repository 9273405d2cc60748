// What happened while nobody listened: a snapshot compared with what was known before it. Contract marathon §10, cases A
// to E; the alerts make their words of it, and the ledger sees to it that an end already told is not told again.
import type { App, AppSnapshot, TaskFailure } from './cluster.js';
import { incarnationOf, instanceOf } from './marathon-event.js';
import { type Life, LOST_STATES, type Watch } from './watch.js';

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
  /** C3: its agent is lost. */
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
  const old = before.current === undefined ? undefined : before.lives[before.current];
  if (app === undefined) return { case: 'D', old };
  const current = after.current === undefined ? undefined : after.lives[after.current];
  if (current === undefined) return old === undefined ? { case: 'A' } : gone(old, app, after);
  if (old === undefined) return unseen(undefined, current, before, app, isKnown) ?? { case: 'A' };
  if (old.taskId === current.taskId) return { case: 'A' };
  return replaced(old, current, before, app, isKnown);
}

function replaced(old: Life, current: Life, before: Watch, app: App, isKnown: (taskId: string) => boolean): Gap {
  if (current.lost !== undefined && current.firstSeenAt <= old.firstSeenAt) return { case: 'A2', old };
  const failure = app.lastTaskFailure;
  const redeployed = isNewer(current.version, old.version);
  if (failure?.taskId === old.taskId && !(redeployed && failure.at > Date.parse(current.version ?? ''))) {
    return { case: 'B1', old, failure, redeployed };
  }
  const launches = incarnationOf(current.taskId) - incarnationOf(old.taskId);
  if (instanceOf(current.taskId) === instanceOf(old.taskId) && launches > 0) {
    const last = failure !== undefined && instanceOf(failure.taskId) === instanceOf(old.taskId) ? failure : undefined;
    return { case: 'B2', old, lives: launches, failure: last };
  }
  if (redeployed || wasChanged(before, app)) return { case: 'B3', old };
  return unseen(old, current, before, app, isKnown) ?? { case: 'B5', old };
}

/** A failure of a life that was never seen, later than the last look. */
function unseen(
  old: Life | undefined,
  current: Life,
  before: Watch,
  app: App,
  isKnown: (taskId: string) => boolean,
): Gap | undefined {
  const failure = app.lastTaskFailure;
  if (failure === undefined || failure.taskId === old?.taskId || isKnown(failure.taskId)) return undefined;
  if (failure.taskId === current.taskId || failure.at <= Math.max(before.at, before.app?.failedAt ?? 0))
    return undefined;
  // Before the version that runs now was made, or while it was being rolled out: the deploy's own trouble.
  if (old === undefined && (wasChanged(before, app) || app.deploymentIds.length > 0)) return undefined;
  return { case: 'B4', old, failure };
}

function gone(old: Life, app: App, after: Watch): Gap {
  if (app.instances === 0) return { case: 'C1', old };
  const failure = app.lastTaskFailure?.taskId === old.taskId ? app.lastTaskFailure : undefined;
  if (app.deploymentIds.length > 0) {
    const begun = Math.max(
      0,
      ...Object.values(after.plans)
        .filter(isOpen)
        .map((plan) => Date.parse(plan.version) || 0),
    );
    // A crash before the deployment deserves its alert; an end under it does not.
    if (failure !== undefined && failure.at < begun) return { case: 'C4', old, failure };
    return { case: 'C2' };
  }
  const lost = app.tasks.some((task) => task.id === old.taskId && LOST_STATES.has(task.state ?? ''));
  return lost ? { case: 'C3', old } : { case: 'C4', old, failure };
}

const isOpen = (plan: Watch['plans'][string]): boolean => plan.overAt === undefined;

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
