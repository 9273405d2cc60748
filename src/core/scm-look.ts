// One look at SCM sync, by whatever way is open: the script, or, where that does not answer, the footer of a page (contract
// jenkins §3.3). Asked by `sync` and by the alert about it.
import type { Jenkins, ScmSyncStatus } from './cluster.js';
import { UpstreamError, UserError } from './errors.js';
import { failureWords, type Told, told } from './gather.js';
import { offWords, scmState } from './scm-words.js';
import type { Clock } from './time.js';

export interface ScmLook {
  look: Told<ScmSyncStatus>;
  /** Why the script did not answer, when the look is one at a footer. */
  refused?: string;
}

interface Eyes {
  jenkins: Pick<Jenkins, 'scmSync' | 'scmSyncFooter'>;
  clock: Clock;
}

/** A page that shows the footer is a Jenkins that is up: where that fails too, nothing is known. */
export async function scmLook(
  { jenkins, clock }: Eyes,
  deadlines?: { script: number; footer: number },
): Promise<ScmLook> {
  const script = await told(clock, 'Jenkins', () => jenkins.scmSync(), deadlines?.script);
  if (script.ok) return { look: script };
  const footer = await told(clock, 'Jenkins', () => jenkins.scmSyncFooter(), deadlines?.footer);
  return footer.ok ? { look: footer, refused: script.missing } : { look: script };
}

/**
 * For what acts on SCM sync: its state by script.
 * @throws UserError when the plugin does not work here, or the script is refused
 */
export async function scmAtWork({ scmSync }: Pick<Jenkins, 'scmSync'>): Promise<ScmSyncStatus> {
  const status = await scmSync().catch((error: unknown) => {
    if (!(error instanceof UpstreamError) || (error.status !== 401 && error.status !== 403)) throw error;
    throw new UserError(
      `Jenkins does not let me run the script for that: ${failureWords(error)}. Nothing was changed.`,
      'Whoever runs Jenkins gives the account of Bellboard that right, or it a new API token.',
    );
  });
  if (scmState(status) !== 'off') return status;
  throw new UserError(`Not here: ${offWords(status)}. Nothing was changed.`, '`sync` says what to do about it.');
}
