// What really happened to the controller, written down where it happens: by the simulated Mesos' word on each task and by
// what the simulated Marathon was doing to it at that moment. Events on the stream play no part in it.
import { SECOND } from '../../src/core/time.js';
import type { Cluster } from '../../src/playground/world/cluster.js';
import { atLeast } from '../../src/playground/world/marathon/generation.js';
import type { MarathonWorld } from '../../src/playground/world/marathon/world.js';
import type { StatusUpdate, TaskState } from '../../src/playground/world/types.js';
import { APP } from './history.js';

/** One end of one life, or one loss of its agent. */
export interface Fate {
  taskId: string;
  kind: 'ended' | 'lost';
  status: TaskState;
  at: number;
  /** Since when it had been running; undefined: it never did. */
  ranAt: number | undefined;
  /** When its process really ended; its agent may have told later. */
  diedAt: number;
  /** Marathon keeps its failure, until the next one. */
  recorded: boolean;
  /** It was lost when it ended, so its loss has been told. */
  whileLost: boolean;
  /** A deployment had begun to stop it, or none was wanted any more. */
  asked: boolean;
  /** Marathon had begun to stop it because too many ran. */
  surplus: boolean;
  /** Deployments of the app that were under way. */
  plans: string[];
  /** Another task ran, or was being started, in its place. */
  twin: boolean;
}

export interface PlanTime {
  id: string;
  began: number;
  /** Undefined while it goes on. */
  ended?: number;
}

export interface Truth {
  fates: Fate[];
  /** When Marathon lost its leader. Before 0.11 it forgets the last failure then. */
  leaderless: number[];
  plans: Map<string, PlanTime>;
  /** To be called after whatever may have begun or ended a deployment. */
  notePlans(): void;
}

interface Known {
  ranAt: number | undefined;
  lost: boolean;
}

const LOST: ReadonlySet<TaskState> = new Set(['TASK_UNREACHABLE', 'TASK_LOST']);
const ENDED: ReadonlySet<TaskState> = new Set(['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED']);

/** @param moment tells the time, and of two things at one time which was first */
export function recordTruth(cluster: Cluster, marathon: MarathonWorld, moment = () => cluster.clock.now()): Truth {
  const framework = cluster.frameworks.find(({ id }) => id === marathon.frameworkId);
  if (framework === undefined) throw new Error('Marathon is no framework of this cluster');
  const lives = new Map<string, Known>();
  const fates: Fate[] = [];
  const plans = new Map<string, PlanTime>();
  /** Tasks that are being stopped, and whether a deployment began it; otherwise there were too many. */
  const stops = new Map<string, boolean>();

  const leaderless: number[] = [];
  marathon.onLeadershipLost(() => leaderless.push(moment()));
  const isTold = (kill: unknown) => kill !== undefined && atLeast(marathon.generation, '1.3');

  const notePlans = () => {
    const now = moment();
    const open = marathon.deployments;
    for (const { id, appId } of open) if (appId === APP && !plans.has(id)) plans.set(id, { id, began: now });
    for (const plan of plans.values())
      if (plan.ended === undefined && !open.some(({ id }) => id === plan.id)) plan.ended = now;
    for (const { taskId, goal } of marathon.apps.get(APP)?.instances ?? [])
      if (goal === 'stopped' && !stops.has(taskId)) stops.set(taskId, open.length > 0);
  };

  const hear = ({ taskId, state, at: diedAt }: StatusUpdate) => {
    notePlans();
    const instances = marathon.apps.get(APP)?.instances ?? [];
    const instance = instances.find((one) => one.taskId === taskId && !one.waiting);
    const life = lives.get(taskId) ?? { ranAt: undefined, lost: false };
    lives.set(taskId, life);
    const isEnd = ENDED.has(state);
    // Marathon has given it up long ago: a stray.
    if (instance !== undefined && (isEnd || (LOST.has(state) && !life.lost))) {
      fates.push({
        taskId,
        kind: isEnd ? 'ended' : 'lost',
        status: state,
        at: moment(),
        ranAt: life.ranAt,
        diedAt,
        recorded: state === 'TASK_FAILED' || state === 'TASK_LOST' || isTold(instance.unhealthyKill),
        whileLost: isEnd && life.lost,
        asked: stops.get(taskId) === true || marathon.apps.get(APP)?.spec.instances === 0,
        surplus: stops.get(taskId) === false,
        plans: [...plans.values()].filter(({ ended }) => ended === undefined).map(({ id }) => id),
        twin: instances.some((one) => one !== instance && one.condition !== 'UnreachableInactive'),
      });
    }
    if (state === 'TASK_RUNNING') life.ranAt ??= moment();
    life.lost = LOST.has(state);
  };

  const { registration } = framework;
  framework.registration = {
    ...registration,
    onUpdate(update) {
      hear(update);
      registration.onUpdate(update);
      notePlans();
    },
  };
  return { fates, leaderless, plans, notePlans };
}

/** A deliberate stop may be told so long after its plan (contract marathon §9, P). */
export const LINGERS_MS = 30 * SECOND;
