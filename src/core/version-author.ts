// Who made a version of the controller's app: `where`, `rollback` and the alerts say it. The trail goes before the label,
// because a rollback brings an old label back (design §4.1).
import type { AuditEntry } from './audit.js';
import { writesApp } from './changes.js';
import { MINUTE } from './time.js';

/** Marathon's clock made the version, ours the trail. */
export const CLOCKS_APART_MS = 2 * MINUTE;

const WROTE_NOTHING: ReadonlySet<string> = new Set(['refused', 'unchanged', 'cancelled']);

/** As recorded; of a typed change its outcome tells. */
export const hasWritten = ({ neverBegan, outcome, wrote }: AuditEntry): boolean =>
  !neverBegan && (wrote ?? !WROTE_NOTHING.has(outcome));

/** Changes of ours that may have made a version, in the order given. */
export const versionMakers = (entries: readonly AuditEntry[]): AuditEntry[] =>
  entries.filter((entry) => writesApp(entry) && hasWritten(entry));

/** The change during which a version was made. @param makers newest first */
export function makerOf(version: string, makers: readonly AuditEntry[]): AuditEntry | undefined {
  const madeAt = Date.parse(version);
  return makers.find(
    ({ at, durationMs }) => madeAt >= at - durationMs - CLOCKS_APART_MS && madeAt <= at + CLOCKS_APART_MS,
  );
}

/** The change that says of a deployment that it is its way back. @param entries newest first */
export const wayBackOf = (deploymentId: string, entries: readonly AuditEntry[]): AuditEntry | undefined =>
  entries.find(({ summary }) => summary.includes(`(deployment ${deploymentId})`));
