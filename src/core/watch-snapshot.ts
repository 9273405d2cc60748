// What a snapshot of Marathon adds to what is known of the controller's app. Called by `journeys/alert.ts`.
import type { App, AppSnapshot, Deployment, MarathonTask } from './cluster.js';
import { runningTasks } from './controller.js';
import { JOB_LABEL } from './deploy.js';
import { checkTimes } from './health-checks.js';
import { atLeast } from './version.js';
import {
  ENDED_STATES,
  type Life,
  LOST_STATES,
  lostAgain,
  newLife,
  newPlan,
  type SeenApp,
  tidy,
  type Watch,
  withPlan,
} from './watch.js';

export function afterSnapshot(before: Watch, snapshot: AppSnapshot): Watch {
  const { app, deployments, marathonVersion } = snapshot;
  if (app === undefined) {
    const { app: _gone, current: _dead, ...rest } = before;
    return { ...withDeployments(rest, deployments), baseline: true };
  }
  const listed = app.tasks.reduce((known, task) => withTask(known, task, before.at), before.lives);
  const lives = withoutGone(listed, app.tasks, before.at);
  const seen = {
    ...before,
    lives,
    app: seenApp(app, marathonVersion, jobOf(app, before.app, snapshot.ours)),
    baseline: true,
  };
  return tidy(withRunning(withDeployments(seen, deployments), app));
}

function withTask(lives: Watch['lives'], task: MarathonTask, at: number): Watch['lives'] {
  const known = lives[task.id] ?? newLife(task.id, task.stagedAt ?? at);
  const isRunning = runningTasks([task]).length > 0;
  const isLost = task.state !== undefined && LOST_STATES.has(task.state);
  const life: Life = {
    ...known,
    ...(task.stagedAt === undefined ? {} : { stagedAt: task.stagedAt }),
    ...(task.version === undefined ? {} : { version: task.version }),
    ...(task.host === '' ? {} : { host: task.host }),
    ...(task.mesosAgentId === undefined ? {} : { mesosAgentId: task.mesosAgentId }),
    ...(isRunning ? { ranAt: known.ranAt ?? task.startedAt ?? at } : {}),
    ...(isRunning && known.lost !== undefined ? { lost: { ...known.lost, returned: true } } : {}),
    ...(isLost ? { lost: lostByLook(known, at), ranAt: known.ranAt ?? task.startedAt ?? at } : {}),
  };
  return { ...lives, [task.id]: life };
}

const lostByLook = (known: Life, at: number): NonNullable<Life['lost']> =>
  known.lost?.returned === false ? known.lost : { ...lostAgain(known, at), byLook: true };

/** What ran and is listed no more, or (1.8+) as ended, has ended, whether or not its end was heard. */
function withoutGone(lives: Watch['lives'], tasks: readonly MarathonTask[], at: number): Watch['lives'] {
  const there = new Set(tasks.filter(({ state }) => !ENDED_STATES.has(state ?? '')).map(({ id }) => id));
  const gone = Object.values(lives).filter(
    (life) => life.ranAt !== undefined && life.ended === undefined && !there.has(life.taskId),
  );
  const ended = gone.map((life): [string, Life] => [life.taskId, { ...life, ended: { at, status: 'gone' } }]);
  return ended.length === 0 ? lives : { ...lives, ...Object.fromEntries(ended) };
}

function withRunning(watch: Watch, app: App): Watch {
  const { current, ...rest } = watch;
  const ids = runningTasks(app.tasks)
    .map((task) => task.id)
    .filter((id) => watch.lives[id]?.ended === undefined);
  const now = current !== undefined && ids.includes(current) ? current : ids[0];
  return now === undefined ? rest : { ...rest, current: now };
}

/** Plans seen here for the first time began in a gap: what was staged before their version was there before them. */
function withDeployments(watch: Watch, deployments: readonly Deployment[]): Watch {
  const touching = deployments.filter((one) => one.affectedApps.includes(watch.appId));
  const over = Object.values(watch.plans).filter(
    (plan) => plan.overAt === undefined && !touching.some((one) => one.id === plan.id),
  );
  let next = over.reduce((known, plan) => withPlan(known, { ...plan, touches: true }, false, known.at), watch);
  for (const one of touching) {
    const mine = one.currentActions.filter(({ app }) => app === watch.appId).map(({ action }) => action);
    const begun = Date.parse(one.version);
    const found = newPlan(watch, one.id, one.version, mine, Math.max(watch.at, begun || 0));
    const before = found.before.filter((id) => (watch.lives[id]?.stagedAt ?? 0) < begun);
    const known = next.plans[one.id];
    const actions = [...new Set([...(known?.actions ?? []), ...mine])];
    // Right after its creation a plan has no step yet.
    const touches = mine.length > 0 || one.currentActions.length === 0;
    next = withPlan(next, { ...(known ?? { ...found, before }), actions }, touches, next.at);
  }
  return next;
}

/** Only a deploy leaves a label; of the others it is remembered for as long as their version stands. */
function jobOf(app: App, before: SeenApp | undefined, ours: string | undefined): string | undefined {
  const remembered = before?.version === app.version ? before.job : undefined;
  return ours ?? remembered ?? app.labels[JOB_LABEL];
}

function seenApp(app: App, marathonVersion: string, job: string | undefined): SeenApp {
  const checks = checkTimes(app);
  return {
    version: app.version,
    instances: app.instances,
    ...(app.lastConfigChangeAt === undefined ? {} : { lastConfigChangeAt: app.lastConfigChangeAt }),
    ...(app.lastScalingAt === undefined ? {} : { lastScalingAt: app.lastScalingAt }),
    ...(app.lastTaskFailure === undefined
      ? {}
      : { failedTaskId: app.lastTaskFailure.taskId, failedAt: app.lastTaskFailure.at }),
    ...(job === undefined ? {} : { job }),
    marathonVersion,
    hasHealthChecks: app.hasHealthChecks,
    ...(app.healthGraceMs === undefined ? {} : { healthGraceMs: app.healthGraceMs }),
    checkMs: checks.longestMs,
    tellsKills: checks.byMarathon && atLeast(marathonVersion, '1.1'),
  };
}
