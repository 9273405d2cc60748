// Whether going back to the version before would help against an end of the controller: only when the last change is ours,
// made what runs, and the trouble began after it. Called by `restart-diagnosis.ts`; the button types `rollback VERSION`.
import type { AlertPorts } from './alert.js';
import { definedAt, versionBefore } from './app-versions.js';
import type { AuditEntry } from './audit.js';
import type { App } from './cluster.js';
import { known, told } from './gather.js';
import type { Incident } from './incident.js';
import type { RestartFacts, RestartKind } from './restart.js';
import { DAY } from './time.js';
import { makerOf, versionMakers } from './version-author.js';

/** What no definition is to blame for, and what nobody knows the cause of. */
const NO_DEFINITION: ReadonlySet<RestartKind> = new Set(['agent-lost', 'killed-outside', 'replaced']);
/** They change what runs; a restart, a suspension and a resumption do not. */
const DEFINING: ReadonlySet<string> = new Set(['deploy', 'rollback']);

/**
 * @param changes of ours, newest first: what may have done it
 * @returns the version to go back to
 */
export async function rollbackAgainst(
  incident: Incident,
  kind: RestartKind,
  app: App | undefined,
  changes: readonly AuditEntry[],
  { marathon, clock }: Pick<AlertPorts, 'marathon' | 'clock'>,
  patienceMs: number,
): Promise<string | null> {
  if (app === undefined || app.instances !== 1 || app.deploymentIds.length > 0 || NO_DEFINITION.has(kind)) return null;
  const madeAt = definedAt(app);
  if (!beganAfter(incident, madeAt) || !isOursAndLast(madeAt, changes)) return null;
  const found = await told(
    clock,
    'Marathon',
    async () => versionBefore(app, await marathon.versions(app.id), (await marathon.info()).version, marathon),
    patienceMs,
  );
  return known(found)?.version ?? null;
}

/** The life that ended ran what was changed, and nothing of this case is older; a change of long ago is no suspect. */
function beganAfter({ facts, openedAt, happenedAt }: Incident, madeAt: number): boolean {
  const { version } = facts as RestartFacts;
  const ran = version === null ? Number.NaN : Date.parse(version);
  return ran >= madeAt && openedAt > madeAt && happenedAt - madeAt < DAY;
}

function isOursAndLast(madeAt: number, changes: readonly AuditEntry[]): boolean {
  const [last] = changes;
  if (last === undefined || !DEFINING.has(last.command)) return false;
  return makerOf(new Date(madeAt).toISOString(), versionMakers(changes))?.jobId === last.jobId;
}
