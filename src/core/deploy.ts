// The facts of a deploy: what a plan is made from, kept with the plan, and what its confirmation is bound to.
import type { AppChange } from './app-change.js';
import type { JsonObject } from './cluster.js';
import type { Finding } from './finding.js';

/** Labels a deploy writes; they say who, and they are no difference. */
export const JOB_LABEL = 'BELLBOARD_JOB';
export const BY_LABEL = 'BELLBOARD_BY';

export interface DeployArgs {
  git?: string | undefined;
  user?: string | undefined;
  cpus?: number | undefined;
  mem?: number | undefined;
  set: Record<string, string>;
  waitMs: number;
  dryRun: boolean;
}

/** JSON through and through. The definition itself stays out: a manifest may hold passwords, and plans are kept in Redis. */
export interface DeployPlan extends AppChange {
  exists: boolean;
  /** No controller is wanted now, so this starts one. */
  suspended: boolean;
  marathonVersion: string;
  /** Fingerprint of the definition that would be written. */
  definition: string;
  args: DeployArgs & JsonObject;
  /** Masked, one a line. */
  changes: string[];
  /** What a PUT before Marathon 1.4 cannot remove. */
  keeps: string[];
  findings: (Finding & JsonObject)[];
  /** What `--git` really changes, when the plugin writes elsewhere. */
  gitNote: string | null;
}
