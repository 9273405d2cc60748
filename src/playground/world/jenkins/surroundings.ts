// What a controller finds around it, and does not take along when its task ends.
import type { Clock } from '../../../core/time.js';
import type { ClusterForFrameworks } from '../types.js';
import type { Accounts } from './accounts.js';
import type { Line } from './line.js';
import type { GitRepository } from './repository.js';

export interface Surroundings {
  readonly clock: Clock;
  readonly cluster: ClusterForFrameworks;
  readonly line: Line;
  readonly repository: GitRepository;
  readonly accounts: Accounts;
  readonly prefix: string;
  readonly pushMs: number;
  readonly boot: { ms: number; silentMs: number };
  readonly scmSyncPlugin: 'active' | 'absent' | 'inactive';
  readonly answersEmpty: boolean;
  readonly agentsCutOff: boolean;
  /** Why this start fails; asked once for each task. */
  takeStartFault(): StartFault | undefined;
}

/** A start that ends by itself: with what status, how long after it began, and the last words of stderr. */
export interface StartFault {
  status: number;
  afterMs: number;
  says: string;
}
