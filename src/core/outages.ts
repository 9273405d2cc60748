// The controller's unasked ends as digests and charts tell them, read out of the board's incidents. Pure.
import type { Incident } from './incident.js';

/** Rules whose incidents are the controller not being there. */
const OUTAGES = ['controller-restarted', 'controller-down'];

export const isOutage = ({ rule }: Pick<Incident, 'rule'>): boolean => OUTAGES.includes(rule);

/** When the controller ended from `from` up to `to`, oldest first: a case that reopened tells its first and its latest end. */
export function endsOf(incidents: readonly Incident[], from: number, to = Number.POSITIVE_INFINITY): number[] {
  const times = incidents
    .filter(isOutage)
    .flatMap(({ openedAt, happenedAt, reopened }) => (reopened === 0 ? [happenedAt] : [openedAt, happenedAt]));
  return [...new Set(times)].filter((at) => at >= from && at < to).sort((a, b) => a - b);
}

/** How many ends the cases tell: a flapping one tells many. */
export const countEnds = (incidents: readonly Incident[]): number =>
  incidents.filter(isOutage).reduce((sum, incident) => sum + incident.count, 0);
