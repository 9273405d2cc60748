// Facts with their gaps: what did not answer is named, never guessed and never a reason for silence.
import { UpstreamError } from './errors.js';
import { type Clock, SECOND } from './time.js';
import { duration } from './words.js';

/** A fact, or why it is missing in words fit for people. */
export type Told<T> = { ok: true; value: T } | { ok: false; missing: string };

/** A read answers within 30 s whatever happens (design §4.1); this leaves time to say so. */
export const READ_DEADLINE_MS = 25 * SECOND;

/** Asks one system; a failure or silence becomes a sentence. Bugs still throw. */
export async function told<T>(
  clock: Clock,
  source: string,
  ask: () => Promise<T>,
  deadlineMs = READ_DEADLINE_MS,
): Promise<Told<T>> {
  const timer = new AbortController();
  const late = clock.sleep(deadlineMs, timer.signal).then(
    (): Told<T> => ({
      ok: false,
      missing: `${source} did not answer within ${duration(Math.max(SECOND, deadlineMs))}`,
    }),
    (): Told<T> => ({ ok: false, missing: source }),
  );
  const answer = ask().then(
    (value): Told<T> => ({ ok: true, value }),
    (error: unknown): Told<T> => {
      if (!(error instanceof UpstreamError)) throw error;
      // One question may ask two systems; the one that failed is named.
      const who = source.startsWith(error.system) ? source : error.system;
      return { ok: false, missing: `${who}: ${failureWords(error)}` };
    },
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    timer.abort();
  }
}

export function failureWords(error: UpstreamError): string {
  return error.status === undefined ? error.seen : `${error.status}, ${error.seen}`;
}

export const known = <T>(fact: Told<T>): T | undefined => (fact.ok ? fact.value : undefined);

/** The sentences of everything that is missing. */
export const gaps = (...facts: Told<unknown>[]): string[] => facts.flatMap((fact) => (fact.ok ? [] : [fact.missing]));
