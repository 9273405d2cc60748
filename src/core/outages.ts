// The controller's unasked ends as digests and charts tell them, read out of the board's incidents. Pure.
import type { Incident } from './incident.js';

/** Rules whose incidents are the controller not being there. */
const OUTAGES = ['controller-restarted', 'controller-down'];

export const isOutage = ({ rule }: Pick<Incident, 'rule'>): boolean => OUTAGES.includes(rule);

/** When the controller ended, oldest first: a case that reopened tells its first and its latest time. */
export function endsOf(incidents: readonly Incident[], from: number): number[] {
  const times = incidents.filter(isOutage).flatMap(({ openedAt, happenedAt }) => [openedAt, happenedAt]);
  // Rung and happened are the same end when they are close together.
  const sorted = [...new Set(times)].filter((at) => at >= from).sort((a, b) => a - b);
  return sorted.filter((at, index) => index === 0 || at - (sorted[index - 1] ?? 0) > SAME_MS);
}

const SAME_MS = 90_000;

/** How many ends the cases tell: a flapping one tells many. */
export const countEnds = (incidents: readonly Incident[]): number =>
  incidents.filter(isOutage).reduce((sum, incident) => sum + incident.count, 0);
