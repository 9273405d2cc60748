// What there is to choose from, for forms: what was found last, what a worker is asked to find, and the wait for it.
import { UpstreamError } from '../core/errors.js';
import type { Found } from '../core/form.js';
import { failureWords } from '../core/gather.js';
import type { PickSource } from '../core/pick.js';
import { SECOND } from '../core/time.js';
import type { FormPorts } from './ports.js';

/** So old, what there is to choose from is looked up again while people choose. */
const FRESH_MS = 30 * SECOND;
const LOOK_MS = 100;

export const isFresh = (found: Found | undefined, { clock }: FormPorts): boolean =>
  found !== undefined && clock.now() - found.at < FRESH_MS;

/** As it was found last. That Redis does not say is one more gap: a form without choices still takes words. */
export async function lookedUp(
  source: PickSource,
  of: string | undefined,
  { choices }: Pick<FormPorts, 'choices'>,
): Promise<Found | undefined> {
  try {
    return await choices.read(source, of);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { at: 0, choices: [], missing: `${error.system}: ${failureWords(error)}` };
  }
}

/** Has a worker look. */
export const refresh = (source: PickSource, of: string | undefined, ports: FormPorts): Promise<void> =>
  attempt(ports, () => ports.errands.gather(source, of));

/**
 * In real time: it is a worker that is waited for, and people who wait.
 * @param after what was found until then, ms since the epoch, does not count
 */
export async function awaited(
  source: PickSource,
  of: string | undefined,
  ms: number,
  ports: FormPorts,
  after = 0,
): Promise<Found | undefined> {
  for (let waited = 0; waited < ms; waited += LOOK_MS) {
    await ports.wall.sleep(LOOK_MS);
    const found = await lookedUp(source, of, ports);
    if (found !== undefined && found.at > after) return found;
  }
  return undefined;
}

/** For what makes a form only poorer when it is missing. */
export async function attempt({ log }: Pick<FormPorts, 'log'>, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    log.warn({ error: error.message }, 'what a form is made from could not be read, kept or asked for');
  }
}
