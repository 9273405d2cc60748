// A Marathon deployment in words: how far it is, what it does now, since when. Shown by `deployments`, asked about by
// `cancel`.
import type { Deployment } from './cluster.js';
import { duration } from './words.js';

/** Marathon's words for what a step does to an app (contract marathon §5). */
const ACTIONS: Readonly<Record<string, string>> = {
  StartApplication: 'create',
  ScaleApplication: 'scale',
  RestartApplication: 'restart',
  StopApplication: 'stop',
  ResolveArtifacts: 'fetch the artifacts of',
  KillAllOldTasksOf: 'kill the old tasks of',
};

/** Its version is the time it was made, by Marathon's clock; undefined when it cannot be read. */
export function madeAt({ version }: Pick<Deployment, 'version'>): number | undefined {
  const at = Date.parse(version);
  return Number.isNaN(at) ? undefined : at;
}

/** `step 1 of 2 (restart /jenkins), in progress for 2 min`. */
export function stepWords(deployment: Deployment, now: number): string {
  const at = madeAt(deployment);
  const since = at === undefined ? '' : `, in progress for ${duration(Math.max(0, now - at))}`;
  return `step ${deployment.currentStep} of ${deployment.totalSteps}${actionsWords(deployment)}${since}`;
}

function actionsWords({ currentActions }: Deployment): string {
  const actions = currentActions.map(({ action, app }) => `${ACTIONS[action] ?? action} ${app}`.trim());
  return actions.length === 0 ? '' : ` (${actions.join(', ')})`;
}
