// Jenkins' pulse for a read that must answer in time: to reach Jenkins, Marathon may have to be asked first where it is.
import type { Jenkins, JenkinsPulse } from './cluster.js';
import { READ_DEADLINE_MS, told } from './gather.js';
import { type Clock, SECOND } from './time.js';

/** Twice what the knock itself may take. */
const PULSE_DEADLINE_MS = 12 * SECOND;
/** What is left for questions that are only asked of a Jenkins that is up. */
export const AFTER_PULSE_MS = READ_DEADLINE_MS - PULSE_DEADLINE_MS;

export async function pulseInTime(jenkins: Pick<Jenkins, 'pulse'>, clock: Clock): Promise<JenkinsPulse> {
  const heard = await told(clock, 'Jenkins', () => jenkins.pulse(), PULSE_DEADLINE_MS);
  if (heard.ok) return heard.value;
  return {
    state: 'unreachable',
    session: undefined,
    version: undefined,
    detail: `nothing was heard for ${PULSE_DEADLINE_MS / SECOND} s`,
  };
}
