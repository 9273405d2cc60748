// When a digest is due: a cron expression in a zone. Pure; the decision is made with it, BullMQ's job scheduler only ticks.
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
  // The parser takes `H` for a time of its own choice, another one at each reading.
  if (/(?:^|[\s,])h/i.test(cron)) return rule;
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
export function previousTime({ cron, zone }: Schedule, now: number): number {
  const times = onTheWall(cron, now + offsetMs(now, zone) + FURTHEST_MS);
  for (;;) {
    const at = momentOf(times.prev().getTime(), zone);
    if (at <= now) return at;
  }
}

/** The first moment after `now`. */
export function nextTime({ cron, zone }: Schedule, now: number): number {
  const times = onTheWall(cron, now + offsetMs(now, zone) - FURTHEST_MS);
  for (;;) {
    const at = momentOf(times.next().getTime(), zone);
    if (at > now) return at;
  }
}

/** No clock is put forward or back by more. */
const FURTHEST_MS = 3 * HOUR;

/**
 * The cron's times by the clocks on the wall, as if these were UTC: near a change of clocks the parser's own zones skip
 * or double a time, differently forwards and backwards, or never end.
 */
const onTheWall = (cron: string, wall: number) => CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: wall });

/** When the clocks show it: the first time of two; where they never do, as much later as they are put forward. */
function momentOf(wall: number, zone: string): number {
  const [before, after] = [wall - DAY, wall + DAY].map((about) => wall - offsetMs(about, zone)) as [number, number];
  return after + offsetMs(after, zone) === wall && before + offsetMs(before, zone) !== wall ? after : before;
}

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
  const isWhole = days > 0 && Math.abs(to - from - days * DAY) <= HOUR;
  return { kind, from: !isWhole ? from - (to - from) : daysBefore(from, days, zone), to: from };
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
  const part = Object.fromEntries(
    wallClock(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
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

const WALL = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;

/** Made once a zone: making one takes longer than using it a hundred times. */
const wallClocks = new Map<string, Intl.DateTimeFormat>();

function wallClock(zone: string): Intl.DateTimeFormat {
  const known =
    wallClocks.get(zone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...WALL, second: 'numeric' });
  wallClocks.set(zone, known);
  return known;
}
