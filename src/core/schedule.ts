// When a digest is due: a cron expression in a zone, read with BullMQ's own parser, so that its job scheduler and we mean
// the same moments. Pure.
import { CronExpressionParser } from 'cron-parser';
import cronstrue from 'cronstrue';
import { DAY, HOUR } from './time.js';

export interface Schedule {
  /** Five fields: minute hour day month weekday. */
  cron: string;
  /** IANA name. */
  zone: string;
}

/** More often nobody reads them. */
const SHORTEST_MS = HOUR;

/** What is wrong with it, so that it completes "expected …"; undefined when nothing is. */
export function cronFault(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/).length;
  const rule = 'five cron fields (minute hour day month weekday) such as 0 9 * * 1-5';
  if (fields === 6) return `${rule}, without a field for seconds`;
  if (fields !== 5) return rule;
  try {
    const times = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: 0 }).take(50);
    const gaps = times.slice(1).map((time, index) => time.getTime() - (times[index]?.getTime() ?? 0));
    return gaps.some((gap) => gap < SHORTEST_MS) ? `${rule}, at most once an hour` : undefined;
  } catch (error) {
    return `${rule} (${error instanceof Error ? error.message : String(error)})`;
  }
}

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The latest moment at or before `now`, ms since the epoch. */
export const previousTime = (schedule: Schedule, now: number): number =>
  // `prev` of a moment that is due itself would be the one before it.
  at(schedule, now + 1)
    .prev()
    .getTime();

/** The first moment after `now`. */
export const nextTime = (schedule: Schedule, now: number): number => at(schedule, now).next().getTime();

const at = ({ cron, zone }: Schedule, now: number) => CronExpressionParser.parse(cron, { tz: zone, currentDate: now });

/** `At 09:00, Monday through Friday`. */
export const scheduleWords = ({ cron }: Schedule): string => cronstrue.toString(cron, { use24HourTimeFormat: true });

/** What one digest tells of. */
export interface Period {
  kind: 'day' | 'week';
  from: number;
  to: number;
}

/**
 * The first digest of a week tells of seven days, the others of the time since the one before; a schedule with larger
 * holes than a week loses none of it.
 */
export function periodOf(schedule: Schedule, slot: number): Period {
  const before = previousTime(schedule, slot - 1);
  const isFirst = weekOf(before, schedule.zone) !== weekOf(slot, schedule.zone);
  if (!isFirst) return { kind: 'day', from: before, to: slot };
  return { kind: 'week', from: Math.min(before, daysBefore(slot, 7, schedule.zone)), to: slot };
}

/** The last day or week up to now. */
export const periodUntil = (now: number, kind: Period['kind'], zone: string): Period => ({
  kind,
  from: daysBefore(now, kind === 'week' ? 7 : 1, zone),
  to: now,
});

/** The same length of time before it, by the calendar of the zone: a day with a change of clocks follows a whole one. */
export function periodBefore({ from, to, kind }: Period, zone: string): Period {
  const days = Math.round((to - from) / DAY);
  return { kind, from: days === 0 ? from - (to - from) : daysBefore(from, days, zone), to: from };
}

/** The same time of day, so many days earlier. */
function daysBefore(time: number, days: number, zone: string): number {
  const rough = time - days * DAY;
  return rough + offsetMs(time, zone) - offsetMs(rough, zone);
}

/** Number of the Monday-based week, by the zone's calendar. */
function weekOf(time: number, zone: string): number {
  const localDays = Math.floor((time + offsetMs(time, zone)) / DAY);
  // The epoch was a Thursday.
  return Math.floor((localDays + 3) / 7);
}

/** How far the zone's clocks are ahead of UTC then. */
function offsetMs(time: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const local = Date.UTC(
    part['year'] ?? 0,
    (part['month'] ?? 1) - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
  return local - Math.floor(time / 1_000) * 1_000;
}
