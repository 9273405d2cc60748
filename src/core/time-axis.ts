// Where the time axis of a chart has its marks, for `usage-chart.ts`: at round local times of any zone, also where a day
// has 23 or 25 hours. The zone of the process plays no part, and neither does a drawing library's idea of local time.
import { DAY, HOUR, MINUTE } from './time.js';

export interface Tick {
  /** ms since the epoch. */
  at: number;
  /** `18:00`, `Mon 23`, `23 Mar`, `Mar`. */
  label: string;
}

/** Fewer leave the reader guessing, more would touch each other. */
const LEAST = 5;
const MOST = 9;

/** All offsets of zones in use are multiples of this, so every local midnight and full hour stands on this grid. */
const QUARTER = 15 * MINUTE;

/** No local day is longer than 25 hours. */
const LONGER_THAN_A_DAY = 28 * HOUR;

/** A Monday, counted in days since 1970-01-01. */
const A_MONDAY = 4;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What a clock and a calendar on the wall show. */
interface Wall {
  /** Local days since 1970-01-01, months since January of year 0, day of the month, minutes since midnight. */
  day: number;
  month: number;
  date: number;
  minute: number;
}

type ReadWall = (at: number) => Wall;

/** One distance the marks may have. */
interface Rung {
  /** The most it can be, so that no distance is passed over that would do. */
  everyMs: number;
  walk: (from: number, to: number, read: ReadWall) => Iterable<number>;
  label: (wall: Wall) => string;
}

// Each distance is at most twice the one before and holds only marks of it, or is nearer than that: where one has ten
// marks, the next has five. Months come before four weeks, which are for the periods with only four beginnings of months.
const RUNGS: readonly Rung[] = [
  ...[1, 2, 3, 5, 10, 15, 30].map((minutes) => clockRung(minutes)),
  ...[1, 2, 3, 6, 12].map((hours) => clockRung(hours * 60)),
  ...[1, 2].map((days) => dayRung(days, dayName)),
  ...[4, 7, 14].map((days) => dayRung(days, dateName)),
  monthRung(1),
  dayRung(28, dateName),
  ...[2, 4, 12].map((months) => monthRung(months)),
];

/** From 5 to 9 marks for a period of 10 minutes to 400 days, one fewer or more where the clock is changed within it. */
export function ticksOf(from: number, to: number, zone: string): Tick[] {
  const read = wallIn(zone);
  let tooFew: Tick[] | undefined;
  for (const { everyMs, walk, label } of RUNGS) {
    // Surely too many, or too few, so they need not be looked for.
    if ((to - from) / everyMs > MOST + 1 || (tooFew && (to - from) / everyMs < LEAST - 1)) continue;
    const ticks = [...walk(from, to, read)].map((at) => ({ at, label: label(read(at)) }));
    if (ticks.length >= LEAST && ticks.length <= MOST) return ticks;
    if (ticks.length < LEAST) tooFew ??= ticks;
  }
  return tooFew ?? [];
}

/** Every local time of day that is a multiple of so many minutes; an hour that comes twice has its marks twice. */
function clockRung(minutes: number): Rung {
  return {
    everyMs: minutes * MINUTE,
    walk: function* (from, to, read) {
      const stride = minutes < 5 ? MINUTE : minutes < 60 ? 5 * MINUTE : QUARTER;
      for (let at = Math.ceil(from / stride) * stride; at <= to; at += stride)
        if (read(at).minute % minutes === 0) yield at;
    },
    label: (wall) => (wall.minute === 0 ? dayName(wall) : timeName(wall)),
  };
}

/** The beginning of every so-manieth day; whole weeks begin on Mondays. */
function dayRung(days: number, label: Rung['label']): Rung {
  return {
    everyMs: days * DAY,
    walk: function* (from, to, read) {
      for (const at of dayStarts(from, to, read)) if ((read(at).day - A_MONDAY) % days === 0) yield at;
    },
    label,
  };
}

/** The beginning of the first day of every so-manieth month, from January on. */
function monthRung(months: number): Rung {
  return {
    everyMs: months * 31 * DAY,
    walk: function* (from, to, read) {
      for (const at of dayStarts(from, to, read)) {
        const { date, month } = read(at);
        if (date === 1 && month % months === 0) yield at;
      }
    },
    label: monthName,
  };
}

function* dayStarts(from: number, to: number, read: ReadWall): Generator<number> {
  for (let at = nextDay(from - 1, read); at <= to; at = nextDay(at, read)) yield at;
}

/** The first moment of the local day after the one `at` is in; not midnight where the clock was put forward then. */
function nextDay(at: number, read: ReadWall): number {
  const today = read(at).day;
  const usual = at + DAY;
  if (read(at).minute === 0 && read(usual).minute === 0 && read(usual).day === today + 1) return usual;
  let before = Math.floor(at / QUARTER);
  let after = before + LONGER_THAN_A_DAY / QUARTER;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (read(Math.max(at, middle * QUARTER)).day === today) before = middle;
    else after = middle;
  }
  return after * QUARTER;
}

function wallIn(zone: string): ReadWall {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const parts = format.formatToParts(at);
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
    const [year, month, date] = [part('year'), part('month') - 1, part('day')];
    return {
      day: Date.UTC(year, month, date) / DAY,
      month: year * 12 + month,
      date,
      minute: part('hour') * 60 + part('minute'),
    };
  };
}

const twoDigits = (count: number): string => String(count).padStart(2, '0');

function timeName({ minute }: Wall): string {
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

function dayName({ day, date }: Wall): string {
  return `${WEEKDAYS[(day - A_MONDAY) % 7]} ${date}`;
}

function dateName({ date, month }: Wall): string {
  return `${date} ${MONTHS[month % 12]}`;
}

/** January tells which year begins. */
function monthName({ month }: Wall): string {
  return month % 12 === 0 ? `Jan ${month / 12}` : String(MONTHS[month % 12]);
}
