// When the controller is up, how long it may take, and what Marathon says while it does not come: alerts that wait for
// it ask here.
import type { App, Marathon, MarathonTask } from './cluster.js';
import { addressOf, healthWords, runningTask, runningTasks } from './controller.js';
import { known, told } from './gather.js';
import { whyNotStarting } from './launch-delay.js';
import { type Clock, MINUTE } from './time.js';

/** Of an app whose checks name no grace period, or that has none. */
const DEFAULT_GRACE_MS = 5 * MINUTE;

export const graceOf = (app: { healthGraceMs?: number | undefined } | undefined): number =>
  app?.healthGraceMs ?? DEFAULT_GRACE_MS;

/**
 * The task that proves it (contract marathon §10, Recovery): a check succeeded in this life of the task. Without checks
 * running is all there is to see.
 */
export function provenUp(app: App): MarathonTask | undefined {
  const running = runningTasks(app.tasks);
  if (!app.hasHealthChecks) return running[0];
  return running.find(
    ({ health, lastSuccessAt, startedAt = 0 }) =>
      health === 'healthy' && lastSuccessAt !== undefined && lastSuccessAt > startedAt,
  );
}

/** One or two sentences for an escalation. */
export async function whyNotUp(
  appId: string,
  marathon: Pick<Marathon, 'app' | 'launchQueue'>,
  clock: Clock,
): Promise<string> {
  const [app, entry] = await Promise.all([
    told(clock, 'Marathon', () => marathon.app(appId)),
    told(clock, 'Marathon', () => marathon.launchQueue(appId)),
  ]);
  const task = app.ok && app.value !== undefined ? runningTask(app.value) : undefined;
  if (task !== undefined) return `A task runs on ${addressOf(task)}, and it is ${healthWords(task)}.`;
  if (!entry.ok) return `What Marathon waits for is not known: ${entry.missing}.`;
  return whyNotStarting(entry.value, false, known(app));
}
