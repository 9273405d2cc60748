// Who made a version of the controller's app: `where`, `rollback` and the alerts say it. The trail goes before the label,
// because a rollback brings an old label back (design §4.1).
import type { AuditEntry } from './audit.js';
import { MINUTE } from './time.js';

/** Marathon's clock made the version, ours the trail. */
export const CLOCKS_APART_MS = 2 * MINUTE;

const MAKERS: ReadonlySet<string> = new Set(['deploy', 'restart', 'rollback', 'suspend', 'resume']);
const MADE_NONE: ReadonlySet<string> = new Set(['refused', 'unchanged']);

/** Changes of ours that may have made a version, in the order given. */
export const versionMakers = (entries: readonly AuditEntry[]): AuditEntry[] =>
  entries.filter(({ command, outcome, neverBegan }) => MAKERS.has(command) && !MADE_NONE.has(outcome) && !neverBegan);

/** The change during which a version was made. @param makers newest first */
export function makerOf(version: string, makers: readonly AuditEntry[]): AuditEntry | undefined {
  const madeAt = Date.parse(version);
  return makers.find(
    ({ at, durationMs }) => madeAt >= at - durationMs - CLOCKS_APART_MS && madeAt <= at + CLOCKS_APART_MS,
  );
}
