// The facts of a rollback: the version it goes back to, what that changes, and the versions there are.
import type { AppChange } from './app-change.js';
import type { JsonObject } from './cluster.js';

export interface RollbackArgs {
  /** As typed: a version or its beginning. */
  version?: string | undefined;
  waitMs: number;
}

export interface ListedVersion extends JsonObject {
  version: string;
  /** By Marathon's clock, when the plan was made. */
  ageMs: number | null;
  /** Slack id; null: nobody known. */
  by: string | null;
  /** The trail knows whose change made it; a label may be older than its version. */
  byTrail: boolean;
  /** The command that made it, as far as the trail tells. */
  command: string | null;
}

export interface RollbackPlan extends AppChange {
  target: ListedVersion;
  /** The newest ones, newest first, the running one and the target among them. */
  versions: ListedVersion[];
  /** Older ones that are not listed. */
  more: number;
  /** Masked, one a line. Empty: what runs equals it. */
  changes: string[];
  /** Of the target: what the app is when the write has arrived. */
  definition: string;
  /** No controller is wanted now, so this starts one. */
  suspended: boolean;
  twoAtOnce: boolean;
  waitMs: number;
}
