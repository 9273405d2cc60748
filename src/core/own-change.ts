// Whose change is under way, told with every look at the controller's app, and which deployment it made: only a deploy
// leaves a label in the app.
import { type ChangeInfo, type ChangeQueue, hasWrittenApp } from './changes.js';
import type { App, Deployment, Marathon } from './cluster.js';
import type { Settings } from './command.js';
import { JOB_LABEL } from './deploy.js';
import { madeAt } from './deployment-words.js';
import { CLOCKS_APART_MS } from './version-author.js';

/** Looks at the app that also tell whose change it is that is under way. */
export const tellingOurs = (
  marathon: Pick<Marathon, 'snapshot'>,
  changes: Pick<ChangeQueue, 'running'>,
): Pick<Marathon, 'snapshot'> => ({
  async snapshot(appId) {
    // Asked first: what it has written by now the look shows.
    const running = await changes.running();
    const snapshot = await marathon.snapshot(appId);
    return running !== undefined && hasWrittenApp(running) ? { ...snapshot, ours: running.jobId } : snapshot;
  },
});

type Apps = Pick<Settings, 'appId' | 'executorsAppId'>;

/** Of an app that we change. */
export const isOfOurs = ({ affectedApps }: Deployment, { appId, executorsAppId }: Apps): boolean =>
  affectedApps.some((app) => app === appId || app === executorsAppId);

/** A deploy writes its id into a label; of the others the time tells, once Marathon has taken their write. */
export function ownsDeployment(
  running: ChangeInfo,
  deployment: Deployment,
  app: App | undefined,
  { appId }: Apps,
): boolean {
  if (!deployment.affectedApps.includes(appId)) return false;
  if (app?.labels[JOB_LABEL] === running.jobId) return true;
  const at = madeAt(deployment);
  return hasWrittenApp(running) && at !== undefined && at >= running.since - CLOCKS_APART_MS;
}
