// What each of Marathon's events adds to what is known of the controller's app. Called by `journeys/alert.ts`.
import { causeWords } from './controller.js';
import { causeOf } from './failure-cause.js';
import type { MarathonEvent } from './marathon-event.js';
import { shorten } from './text.js';
import {
  ENDED_STATES,
  isLive,
  type Life,
  LOST_STATES,
  lifeOf,
  lostAgain,
  newLife,
  newPlan,
  planFor,
  tidy,
  type Watch,
  wasBefore,
  withPlan,
} from './watch.js';

/** What a deploy's followers are told of the controller it stopped. */
const PLAN_NOTES = 3;
/** Marathon's text, which is not ours. */
const LONGEST_REASON = 300;

export function afterEvent(before: Watch, event: MarathonEvent): Watch {
  const watch = { ...before, at: Math.max(before.at, event.at) };
  switch (event.kind) {
    case 'task':
      return tidy(afterStatus(watch, event));
    case 'unhealthy-kill':
      return withLife(watch, lifeOf(watch, event.taskId) ?? newLife(event.taskId, event.at), {
        killReason: event.reason,
      });
    case 'health':
      return afterHealth(watch, event);
    case 'failed-check':
      return patched(watch, event.taskId, { failedCheckAt: event.at });
    case 'deployment':
      return tidy(afterDeployment(watch, event));
    case 'instance':
      return event.condition === 'Killed' ? lostForGood(watch, event.instanceId, event.at) : watch;
    case 'stray-ended':
      return lostForGood(watch, event.taskId, event.at);
    case 'app-deleted': {
      const { app: _gone, current: _dead, ...rest } = watch;
      return rest;
    }
    case 'scheduler':
      return watch;
  }
}

type Told<K extends MarathonEvent['kind']> = Extract<MarathonEvent, { kind: K }>;

const withLife = (watch: Watch, life: Life, patch: Partial<Life>): Watch => ({
  ...watch,
  lives: { ...watch.lives, [life.taskId]: { ...life, ...patch } },
});

/** Changes a life that is known; of one that is not, nothing is made up. */
function patched(watch: Watch, id: string, patch: Partial<Life>): Watch {
  const life = lifeOf(watch, id);
  return life === undefined ? watch : withLife(watch, life, patch);
}

function afterStatus(watch: Watch, event: Told<'task'>): Watch {
  const { taskId, status, at, host, mesosAgentId, version } = event;
  const known = watch.lives[taskId] ?? newLife(taskId, at);
  const life: Life = {
    ...known,
    ...(version === undefined ? {} : { version }),
    // From 1.4 an end may come without a host (`unknown`) and without an agent.
    ...(host === undefined || host === 'unknown' ? {} : { host }),
    ...(mesosAgentId === undefined || mesosAgentId === '' ? {} : { mesosAgentId }),
  };
  if (status === 'TASK_RUNNING') return running(withLife(watch, life, {}), life, at);
  if (LOST_STATES.has(status)) return lostNow(watch, life, at);
  if (!ENDED_STATES.has(status)) return withLife(watch, life, {});
  const counted = known.ended === undefined ? countedInPlan(watch, life, event) : watch;
  return withoutCurrent(withLife(counted, life, { ended: life.ended ?? { at, status } }), taskId);
}

function lostNow(watch: Watch, life: Life, at: number): Watch {
  const { byLook, ...lost } = life.lost ?? lostAgain(life, at);
  if (byLook) return withLife(watch, life, { lost });
  return withoutCurrent(withLife(watch, life, { lost: lostAgain(life, at) }), life.taskId);
}

/** Rows 5 to 7 of the decision table belong to the deploy's own thread. */
function countedInPlan(watch: Watch, life: Life, { status, message, at }: Told<'task'>): Watch {
  const plan = planFor(watch, life, status, at);
  if (plan === undefined) return watch;
  const cause = causeWords(causeOf({ state: status, message }));
  const patch = wasBefore(plan, life)
    ? { notes: [...plan.notes, ...oldEnd(life, status, cause)].slice(-PLAN_NOTES) }
    : { failures: plan.failures + 1, lastFailure: cause };
  return { ...watch, plans: { ...watch.plans, [plan.id]: { ...plan, ...patch } } };
}

/** What is worth a line of the end of a controller that a deploy stopped on purpose. */
function oldEnd(life: Life, status: string, cause: string): string[] {
  if (life.killReason !== undefined)
    return [
      `The old controller was failing its health check when it was stopped: \`${shorten(life.killReason, LONGEST_REASON)}\`.`,
    ];
  return status === 'TASK_FAILED' || status === 'TASK_ERROR'
    ? [`The old controller did not stop cleanly: ${cause}.`]
    : [];
}

function running(watch: Watch, life: Life, at: number): Watch {
  // An old frame behind a snapshot must not bring the dead back, nor one whose loss only a look has told: the next look does.
  if (life.ended !== undefined || (life.lost?.byLook && !life.lost.returned)) return watch;
  const lost = life.lost === undefined ? {} : { lost: { ...life.lost, returned: true } };
  const next = withLife(watch, life, { ranAt: life.ranAt ?? at, ...lost });
  const current = watch.current === undefined ? undefined : watch.lives[watch.current];
  // While another one runs, as far as known, that one is the controller: one that comes back out of a partition stands
  // aside, and where an end was not heard, a look has to find it.
  const stands = current !== undefined && current.taskId !== life.taskId && isLive(current);
  return stands ? next : { ...next, current: life.taskId };
}

/** The controller is gone; if another task runs beside it, that one is the controller now. */
function withoutCurrent(watch: Watch, taskId: string): Watch {
  if (watch.current !== taskId) return watch;
  const { current: _dead, ...rest } = watch;
  const other = Object.values(watch.lives)
    .filter((life) => life.taskId !== taskId && isLive(life))
    .sort((a, b) => (a.ranAt ?? 0) - (b.ranAt ?? 0))
    .at(-1);
  return other === undefined ? rest : { ...rest, current: other.taskId };
}

function afterHealth(watch: Watch, { taskId, alive, at }: Told<'health'>): Watch {
  const life = lifeOf(watch, taskId);
  if (life === undefined) return watch;
  const first = alive && life.aliveAt === undefined && life.ranAt !== undefined ? { aliveAt: at } : {};
  return withLife(watch, life, { alive, ...first });
}

/** A lost task that Marathon has given up never comes back. */
function lostForGood(watch: Watch, id: string, at: number): Watch {
  const life = lifeOf(watch, id);
  if (life?.lost === undefined || life.lost.returned) return watch;
  return withLife(watch, life, { ended: life.ended ?? { at, status: 'TASK_KILLED' } });
}

function afterDeployment(watch: Watch, event: Told<'deployment'>): Watch {
  const { planId, phase, at } = event;
  const known = watch.plans[planId];
  const mine = (actions: typeof event.steps) => actions.filter(({ appId }) => appId === watch.appId);
  if (phase === 'begins') {
    // A plan may name the app in a later step only.
    const actions = mine(event.steps).map(({ action }) => action);
    const touches = mine(event.current).length > 0;
    const plan = known ?? newPlan(watch, planId, event.version ?? '', actions, at);
    return withPlan(watch, plan, touches, at);
  }
  // An update that was refused ends a plan that never began (contract marathon §7, traps).
  if (known === undefined) return watch;
  if (phase === 'step-failed') return watch;
  if (phase === 'step-done' && mine(event.current).length === 0) return watch;
  return withPlan(watch, known, false, at);
}
