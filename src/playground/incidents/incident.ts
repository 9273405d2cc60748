// What an incident is, and what several of them need: the controller's task and app in the simulated world.
import { MarathonRefusal } from '../world/marathon/refusal.js';
import type { SimulatedWorld } from '../world.js';

export interface Incident {
  /** As typed after `!` or `--incident`. */
  name: string;
  what: string;
  /** It takes a number behind its name: how often. */
  repeats?: true;
  /**
   * @param times how often, for one that repeats
   * @returns what was done and how it ends
   * @throws Error when the world is not in a state for it
   */
  happen(world: SimulatedWorld, times?: number): string;
}

/** The controller's app. */
export const APP = '/jenkins';

/** The running controller for Marathon and for Mesos, the older one where there are two. */
export function runningController({ marathon, cluster }: SimulatedWorld) {
  const instances = marathon.apps.get(APP)?.instances ?? [];
  const instance = instances.find(({ taskState, waiting }) => taskState === 'TASK_RUNNING' && !waiting);
  const task = instance === undefined ? undefined : cluster.task(instance.taskId);
  return instance === undefined || task === undefined ? undefined : { instance, task };
}

/** @throws Error when there is none */
export function theController(world: SimulatedWorld) {
  const found = runningController(world);
  if (found === undefined) throw new Error('No controller runs now.');
  return found;
}

type Crash = Parameters<SimulatedWorld['cluster']['crashTask']>[1];

/** @throws Error when no controller runs */
export function crash(world: SimulatedWorld, how: Crash): void {
  world.cluster.crashTask(theController(world).task.id, how);
}

/** For what breaks the next start, whether a controller runs now or not. */
export function killIfRunning(world: SimulatedWorld): void {
  if (runningController(world) !== undefined) crash(world, { signal: 'Killed' });
}

/** Somebody at 192.168.3.2, past Bellboard. */
export const SOMEBODY = { clientIp: '192.168.3.2', uri: `/v2/apps${APP}` };

/** What a person does through Marathon's API, with its refusals said as sentences. */
export function throughMarathon<T>(
  world: SimulatedWorld,
  act: (changes: SimulatedWorld['marathon']['changes']) => T,
): T {
  try {
    return act(world.marathon.changes);
  } catch (error) {
    if (!(error instanceof MarathonRefusal)) throw error;
    throw new Error(`Marathon refuses: ${error.status} ${String(error.body['message'] ?? '')}`);
  }
}

export const howToMend = (name: string): string => `\`!mend ${name}\` ends it.`;
