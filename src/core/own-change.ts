// Whose change is under way, told with every look at the controller's app, and which deployment it made.
import { isWrittenBy } from './app-versions.js';
import { type ChangeInfo, type ChangeQueue, hasWrittenApp, leavesLabel } from './changes.js';
import type { App, Deployment, Marathon } from './cluster.js';
import type { Ports, Settings } from './command.js';
import { madeAt } from './deployment-words.js';
import { known, told } from './gather.js';
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

/**
 * Tells which deployments the running change made: a deploy writes its id into a label of the app; of the others the time
 * tells, once Marathon has taken their write.
 */
export async function deploymentsOf(
  running: ChangeInfo | undefined,
  app: App | undefined,
  {
    marathon,
    settings,
    clock,
  }: Pick<Ports, 'settings' | 'clock'> & { marathon: Pick<Marathon, 'versions' | 'appVersion'> },
): Promise<(deployment: Deployment) => boolean> {
  if (running === undefined) return () => false;
  const labelled = leavesLabel(running) ? app : undefined;
  const look = labelled && (await told(clock, 'Marathon', () => isWrittenBy(running.jobId, labelled, marathon)));
  // The label is there when Marathon does not tell what was before.
  const isWriter = look && (known(look) ?? true);
  return (deployment) => {
    if (!deployment.affectedApps.includes(settings.appId)) return false;
    if (isWriter !== undefined) return isWriter;
    const at = madeAt(deployment);
    return hasWrittenApp(running) && at !== undefined && at >= running.since - CLOCKS_APART_MS;
  };
}
