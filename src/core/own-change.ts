// Whose change is under way, told with every look at the controller's app: only a deploy leaves a label in it.
import { type ChangeQueue, hasWrittenApp } from './changes.js';
import type { Marathon } from './cluster.js';

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
