// A person waits for what comes before any act: whatever hangs, they hear within half a minute that nothing was done.
import { UserError } from '../core/errors.js';
import { type Clock, SECOND } from '../core/time.js';

/** Design §4.1 promises 30 s; each fact has its own, shorter one (`core/gather.ts`). */
const DEADLINE_MS = 27 * SECOND;

/** @throws UserError when `work` takes longer; what it does then is of no consequence, since it only reads */
export async function inTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = clock.sleep(DEADLINE_MS, timer.signal).then(
    (): never => {
      throw new UserError(
        `Marathon, Mesos or Jenkins did not answer within ${DEADLINE_MS / SECOND} s. Nothing was changed.`,
        '`status` names the one that is silent.',
      );
    },
    (): never => {
      throw new Error('in time');
    },
  );
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
