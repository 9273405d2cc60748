import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cronFault,
  isZone,
  nextTime,
  type Period,
  periodBefore,
  periodOf,
  periodUntil,
  previousTime,
  type Schedule,
  scheduleWords,
} from '../../src/core/schedule.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-29 03:30`: what the clocks on the wall show there, in other words than those of the code under test. */
function wall(at: number, zone: string): string {
  const format =
    formats.get(zone) ?? new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  formats.set(zone, format);
  return format.format(at);
}

const dayOf = (at: number, zone: string) => wall(at, zone).slice(0, 10);
const timeOf = (at: number, zone: string) => wall(at, zone).slice(11);
const later = (day: string, days: number) => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);

/** The first moment at which the clocks there show it; undefined when they never do. */
function momentOf(shown: string, zone: string): number | undefined {
  const about = Date.parse(`${shown.replace(' ', 'T')}Z`);
  const offsets = Array.from({ length: 27 * 4 }, (_, index) => index * 15 * MINUTE - 14 * HOUR);
  return offsets
    .map((offset) => about + offset)
    .sort((a, b) => a - b)
    .find((at) => wall(at, zone) === shown);
}

const BERLIN = 'Europe/Berlin';
const HALF_HOUR = 'Australia/Lord_Howe';
const ZONES = ['UTC', BERLIN, 'America/New_York', HALF_HOUR, 'Asia/Kolkata', 'Africa/Cairo', 'America/Havana'];
const schedule = (cron: string, zone = 'UTC'): Schedule => ({ cron, zone });
const utc = (shown: string) => Date.parse(`${shown.replace(' ', 'T')}Z`);
const shownUtc = (at: number) => wall(at, 'UTC');

describe('a cron expression', () => {
  test.each([
    '0 9 * * 1-5',
    '0 9 * * MON-FRI',
    '30 7,17 * * *',
    '0 * * * *',
    '59 */2 * * *',
    '0 9 1 * *',
    '0 9 L * *',
    '0 9 29 2 *',
    '0 9 * * 7',
    '  0  9 * *  3 ',
  ])('%s will do', (cron) => {
    expect(cronFault(cron)).toBeUndefined();
  });

  const RULE = 'five cron fields (minute hour day month weekday) such as 0 9 * * 1-5';

  test.each([
    ['0 0 9 * * 1-5', `${RULE}, without a field for seconds`],
    ['* * * * * *', `${RULE}, without a field for seconds`],
    ['', RULE],
    ['  ', RULE],
    ['@daily', RULE],
    ['@every 5m', RULE],
    ['0 9 * *', RULE],
    ['0 0 9 * * 1 2026', RULE],
    ['every morning', RULE],
    ['* * * * *', `${RULE}, at most once an hour`],
    ['*/30 9 * * 1', `${RULE}, at most once an hour`],
    ['0,59 9 1 1 *', `${RULE}, at most once an hour`],
  ])('%j will not do, and it says why', (cron, fault) => {
    expect(cronFault(cron)).toBe(fault);
  });

  test.each([
    '61 * * * *',
    '0 24 * * *',
    '0 9 32 * *',
    '0 9 30 2 *',
    '0 9 * 13 *',
    '0 9 * * 8',
    '0 9 * * 5-1',
    '0 nine * * *',
    'please tell me at nine',
    '-1 9 * * *',
  ])('%s names what cannot be', (cron) => {
    expect(cronFault(cron)).toMatch(/^five cron fields \(.*\) such as 0 9 \* \* 1-5 \(.+\)$/);
  });

  test.each(['H 9 * * *', '0 H * * *'])('%s will not do: it means another time whenever it is read', (cron) => {
    expect(cronFault(cron)).toMatch(/^five cron fields/);
  });

  test('reads as a sentence', () => {
    expect(scheduleWords(schedule('0 9 * * 1-5'))).toBe('At 09:00, Monday through Friday');
    expect(scheduleWords(schedule('30 17 * * 3'))).toBe('At 17:30, only on Wednesday');
  });
});

test.each([
  ['UTC', true],
  ['Europe/Berlin', true],
  ['America/Argentina/ComodRivadavia', true],
  ['Asia/Kolkata', true],
  ['', false],
  ['Europe/Bärlin', false],
  ['Mars/Base', false],
  ['9', false],
  ['local', false],
])('%j is a zone: %s', (name, isOne) => {
  expect(isZone(name)).toBe(isOne);
});

describe('the moments of a schedule', () => {
  const slot = utc('2026-11-26 09:00');
  const daily = schedule('0 9 * * *');

  test.each([
    ['a millisecond before it', slot - 1, slot - DAY, slot],
    ['at it', slot, slot, slot + DAY],
    ['a millisecond after it', slot + 1, slot, slot + DAY],
    ['a second before it', slot - 1_000, slot - DAY, slot],
    ['half a day after it', slot + 12 * HOUR + 7, slot, slot + DAY],
  ])('%s: the last one and the next', (_what, now, previous, next) => {
    expect([previousTime(daily, now), nextTime(daily, now)]).toEqual([previous, next]);
  });

  test.each<[cron: string, zone: string, now: string, previous: string, next: string]>([
    ['0 9 * * 1-5', 'UTC', '2026-11-28 12:00', '2026-11-27 09:00', '2026-11-30 09:00'],
    ['0 9 * * 3', 'UTC', '2026-11-26 09:00', '2026-11-25 09:00', '2026-12-02 09:00'],
    ['0 9 1 * *', 'UTC', '2026-11-26 09:00', '2026-11-01 09:00', '2026-12-01 09:00'],
    ['0 9 29 2 *', 'UTC', '2026-11-26 09:00', '2024-02-29 09:00', '2028-02-29 09:00'],
    ['0 9 * * *', 'Asia/Kolkata', '2026-11-26 03:30', '2026-11-26 03:30', '2026-11-27 03:30'],
    ['0 9 * * *', 'Asia/Kolkata', '2026-11-26 03:29', '2026-11-25 03:30', '2026-11-26 03:30'],
    ['0 9 * * *', 'America/New_York', '2026-11-26 13:59', '2026-11-25 14:00', '2026-11-26 14:00'],
  ])('of %s in %s at %s', (cron, zone, now, previous, next) => {
    expect(shownUtc(previousTime(schedule(cron, zone), utc(now)))).toBe(previous);
    expect(shownUtc(nextTime(schedule(cron, zone), utc(now)))).toBe(next);
  });

  test.each<[cron: string, zone: string, days: [string, string], moments: string[]]>([
    // The day has 23 hours.
    ['0 9 * * *', BERLIN, ['2026-03-28', '2026-03-30'], ['2026-03-28 08:00', '2026-03-29 07:00', '2026-03-30 07:00']],
    // There is no 02:30: an hour later it is.
    ['30 2 * * *', BERLIN, ['2026-03-28', '2026-03-30'], ['2026-03-28 01:30', '2026-03-29 01:30', '2026-03-30 00:30']],
    // The day has 25 hours.
    ['0 9 * * *', BERLIN, ['2026-10-24', '2026-10-26'], ['2026-10-24 07:00', '2026-10-25 08:00', '2026-10-26 08:00']],
    // There are two 02:30: the first is it.
    ['30 2 * * *', BERLIN, ['2026-10-24', '2026-10-26'], ['2026-10-24 00:30', '2026-10-25 00:30', '2026-10-26 01:30']],
    [
      '0 9 * * *',
      'America/New_York',
      ['2026-03-07', '2026-03-09'],
      ['2026-03-07 14:00', '2026-03-08 13:00', '2026-03-09 13:00'],
    ],
    [
      '30 2 * * *',
      'America/New_York',
      ['2026-03-07', '2026-03-09'],
      ['2026-03-07 07:30', '2026-03-08 07:30', '2026-03-09 06:30'],
    ],
    [
      '30 1 * * *',
      'America/New_York',
      ['2026-10-31', '2026-11-02'],
      ['2026-10-31 05:30', '2026-11-01 05:30', '2026-11-02 06:30'],
    ],
    // Half an hour of summer time, which ends on 5 April and begins on 4 October.
    [
      '0 9 * * *',
      HALF_HOUR,
      ['2026-04-04', '2026-04-06'],
      ['2026-04-03 22:00', '2026-04-04 22:30', '2026-04-05 22:30'],
    ],
    [
      '0 9 * * *',
      HALF_HOUR,
      ['2026-10-03', '2026-10-05'],
      ['2026-10-02 22:30', '2026-10-03 22:00', '2026-10-04 22:00'],
    ],
    ['30 2 * * *', 'Asia/Kolkata', ['2026-03-29', '2026-03-30'], ['2026-03-28 21:00', '2026-03-29 21:00']],
  ])('of %s in %s around %s are the same forwards and backwards', (cron, zone, [first, last], moments) => {
    const about = schedule(cron, zone);
    const [begin, end] = [momentOf(`${first} 00:00`, zone) ?? 0, momentOf(`${later(last, 1)} 00:00`, zone) ?? 0];
    const forwards: number[] = [];
    for (let at = nextTime(about, begin - 1); at < end; at = nextTime(about, at)) forwards.push(at);
    const backwards: number[] = [];
    for (let at = previousTime(about, end - 1); at >= begin; at = previousTime(about, at - 1)) backwards.unshift(at);
    expect([...new Set([forwards, backwards].map((all) => all.map(shownUtc).join(', ')))]).toEqual([
      moments.join(', '),
    ]);
  });

  test.each<[zone: string, ...changes: string[]]>([
    ['UTC', '2026-03-29'],
    [BERLIN, '2026-03-29', '2026-10-25'],
    ['America/New_York', '2026-03-08', '2026-11-01'],
    ['Asia/Kolkata', '2026-03-29'],
    // Half an hour.
    [HALF_HOUR, '2026-04-05', '2026-10-04'],
    // A day that begins at 01:00, and one with two midnights.
    ['Africa/Cairo', '2026-04-24', '2026-10-30'],
    ['America/Havana', '2026-03-08', '2026-11-01'],
  ])('in %s are one a day for a schedule of every day, also in the night when clocks change', (zone, ...changes) => {
    const wrong: string[] = [];
    for (const change of changes) {
      for (const time of ['0 0', '30 0', '0 1', '30 1', '0 2', '15 2', '30 2', '0 3']) {
        const about = schedule(`${time} * * *`, zone);
        const days = Array.from({ length: 4 }, (_, index) => later(change, index - 2));
        const found = momentsBackFrom(about, momentOf(`${later(change, 1)} 23:00`, zone) as number, days.length);
        if (found !== days.join()) wrong.push(`${time}: ${found} instead of ${days.join()}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** On which days the last moments are. */
function momentsBackFrom(about: Schedule, end: number, count: number): string {
  try {
    const days: string[] = [];
    for (let at = previousTime(about, end); days.length < count; at = previousTime(about, at - 1))
      days.unshift(dayOf(at, about.zone));
    return days.join();
  } catch (error) {
    return String(error);
  }
}

const aDay = fc.constantFrom('*', '1-5', '1', '3', '2,4', '0');
const aSchedule = fc
  .tuple(
    fc.constantFrom(0, 15, 30, 59),
    fc.uniqueArray(fc.integer({ min: 4, max: 23 }), { minLength: 1, maxLength: 3 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant('*') }, { weight: 1, arbitrary: fc.constantFrom('1', '15', '31') }),
    aDay,
    fc.constantFrom(...ZONES),
  )
  // With a day of the month and a weekday cron means either.
  .map(([minute, hours, date, day, zone]) => ({
    minute,
    hours,
    date,
    day: date === '*' ? day : '*',
    zone,
    cron: `${minute} ${hours.join()} ${date} * ${date === '*' ? day : '*'}`,
  }));

const aMoment = fc.oneof(
  fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2028, 0, 1) }),
  // Around the changes of clocks.
  fc
    .tuple(
      fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-04-24', '2026-10-04', '2026-10-25', '2026-11-01'),
      fc.integer({ min: -2 * DAY, max: 3 * DAY }),
    )
    .map(([day, offset]) => Date.parse(day) + offset),
  // At the minute.
  fc.integer({ min: Date.UTC(2026, 0, 1) / HOUR, max: Date.UTC(2027, 0, 1) / HOUR }).map((hours) => hours * HOUR),
);

const WEEKDAYS: Record<string, number[]> = {
  '*': [0, 1, 2, 3, 4, 5, 6],
  '1-5': [1, 2, 3, 4, 5],
  '1': [1],
  '3': [3],
  '2,4': [2, 4],
  '0': [0],
};

/** All moments of the days around, by the calendar and the clocks on the wall. */
function momentsAround(now: number, { minute, hours, date, day, zone }: ScheduleParts): number[] {
  const reach = date === '*' ? 8 : 63;
  const today = dayOf(now, zone);
  return Array.from({ length: 2 * reach + 1 }, (_, index) => later(today, index - reach))
    .filter((one) => date === '*' || Number(one.slice(8)) === Number(date))
    .filter((one) => WEEKDAYS[day]?.includes(new Date(`${one}T00:00Z`).getUTCDay()))
    .flatMap((one) => hours.map((hour) => `${one} ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`))
    .flatMap((shown) => momentOf(shown, zone) ?? [])
    .sort((a, b) => a - b);
}

interface ScheduleParts {
  minute: number;
  hours: number[];
  date: string;
  day: string;
  zone: string;
}

describe('any schedule', () => {
  test('means the moments at which the clocks on the wall show its times', { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(aSchedule, aMoment, (about, now) => {
        const moments = momentsAround(now, about);
        expect(shownUtc(previousTime(about, now))).toBe(shownUtc(moments.findLast((at) => at <= now) ?? 0));
        expect(shownUtc(nextTime(about, now))).toBe(shownUtc(moments.find((at) => at > now) ?? 0));
      }),
      { numRuns: 60 },
    );
  });

  test('has nothing between its last moment and its next', () => {
    fc.assert(
      fc.property(aSchedule, aMoment, (about, now) => {
        const [previous, next] = [previousTime(about, now), nextTime(about, now)];
        expect(previous).toBeLessThanOrEqual(now);
        expect(next).toBeGreaterThan(now);
        expect(nextTime(about, previous)).toBe(next);
        expect(previousTime(about, next - 1)).toBe(previous);
        expect(previousTime(about, next)).toBe(next);
      }),
      { numRuns: 60 },
    );
  });

  test('leaves no time untold between one digest and the next', () => {
    fc.assert(
      fc.property(aSchedule, aMoment, (about, now) => {
        const slot = nextTime(about, now);
        const [one, other] = [periodOf(about, slot), periodOf(about, nextTime(about, slot))];
        expect(one.to).toBe(slot);
        expect(one.from).toBeLessThan(one.to);
        expect(other.from).toBeLessThanOrEqual(one.to);
        if (other.kind === 'day') expect(other.from).toBe(one.to);
      }),
      { numRuns: 60 },
    );
  });
});

const toldAs = ({ kind, from, to }: Period, zone: string) => `${kind}: ${wall(from, zone)} to ${wall(to, zone)}`;

describe('the digest', () => {
  const of = (cron: string, shown: string, zone = 'UTC') => {
    const slot = momentOf(shown, zone) as number;
    return toldAs(periodOf(schedule(cron, zone), slot), zone);
  };

  test.each<[what: string, cron: string, slot: string, told: string]>([
    ['of a Monday tells of the week', '0 9 * * 1-5', '2026-11-30 09:00', 'week: 2026-11-23 09:00 to 2026-11-30 09:00'],
    ['of a Tuesday tells of the day', '0 9 * * 1-5', '2026-12-01 09:00', 'day: 2026-11-30 09:00 to 2026-12-01 09:00'],
    ['of a Friday tells of the day', '0 9 * * 1-5', '2026-11-27 09:00', 'day: 2026-11-26 09:00 to 2026-11-27 09:00'],
    ['of a Sunday tells of the day', '0 9 * * *', '2026-11-29 09:00', 'day: 2026-11-28 09:00 to 2026-11-29 09:00'],
    [
      'of every day has its week on Monday',
      '0 9 * * *',
      '2026-11-30 09:00',
      'week: 2026-11-23 09:00 to 2026-11-30 09:00',
    ],
    ['of Wednesdays is a week', '0 9 * * 3', '2026-11-25 09:00', 'week: 2026-11-18 09:00 to 2026-11-25 09:00'],
    ['of Sundays is a week', '0 9 * * 0', '2026-11-29 09:00', 'week: 2026-11-22 09:00 to 2026-11-29 09:00'],
    ['twice a week: first the week', '0 9 * * 2,4', '2026-11-24 09:00', 'week: 2026-11-17 09:00 to 2026-11-24 09:00'],
    ['twice a week: then since then', '0 9 * * 2,4', '2026-11-26 09:00', 'day: 2026-11-24 09:00 to 2026-11-26 09:00'],
    ['of a month loses nothing of it', '0 9 1 * *', '2026-12-01 09:00', 'week: 2026-11-01 09:00 to 2026-12-01 09:00'],
    ['of a year loses nothing of it', '0 9 1 1 *', '2026-01-01 09:00', 'week: 2025-01-01 09:00 to 2026-01-01 09:00'],
    ['twice a day: Monday morning', '0 9,17 * * 1-5', '2026-11-30 09:00', 'week: 2026-11-23 09:00 to 2026-11-30 09:00'],
    ['twice a day: the afternoon', '0 9,17 * * 1-5', '2026-11-30 17:00', 'day: 2026-11-30 09:00 to 2026-11-30 17:00'],
    ['twice a day: the night', '0 9,17 * * 1-5', '2026-12-01 09:00', 'day: 2026-11-30 17:00 to 2026-12-01 09:00'],
    [
      'of midnight: Monday begins the week',
      '0 0 * * *',
      '2026-11-30 00:00',
      'week: 2026-11-23 00:00 to 2026-11-30 00:00',
    ],
  ])('%s (%s, %s)', (_what, cron, slot, told) => {
    expect(of(cron, slot)).toBe(told);
  });

  test.each<[zone: string, slot: string, told: string, hours: number]>([
    [BERLIN, '2026-03-30 09:00', 'week: 2026-03-23 09:00 to 2026-03-30 09:00', 167],
    [BERLIN, '2026-10-26 09:00', 'week: 2026-10-19 09:00 to 2026-10-26 09:00', 169],
    ['America/New_York', '2026-03-09 09:00', 'week: 2026-03-02 09:00 to 2026-03-09 09:00', 167],
    ['America/New_York', '2026-11-02 09:00', 'week: 2026-10-26 09:00 to 2026-11-02 09:00', 169],
    [HALF_HOUR, '2026-10-05 09:00', 'week: 2026-09-28 09:00 to 2026-10-05 09:00', 167.5],
    ['Asia/Kolkata', '2026-03-30 09:00', 'week: 2026-03-23 09:00 to 2026-03-30 09:00', 168],
  ])('of a Monday in %s, %s, keeps the time of day: %s, %d hours', (zone, slot, told, hours) => {
    expect(of('0 9 * * 1-5', slot, zone)).toBe(told);
    const { from, to } = periodOf(schedule('0 9 * * 1-5', zone), momentOf(slot, zone) as number);
    expect((to - from) / HOUR).toBe(hours);
  });

  test.each([
    [BERLIN, '2026-03-29 09:00', 'day: 2026-03-28 09:00 to 2026-03-29 09:00'],
    [BERLIN, '2026-10-25 09:00', 'day: 2026-10-24 09:00 to 2026-10-25 09:00'],
  ])('of a day with a change of clocks in %s, %s, tells of the time since the one before', (zone, slot, told) => {
    expect(of('0 9 * * *', slot, zone)).toBe(told);
  });

  test('knows Monday by the calendar of its zone', () => {
    // Sunday evening in UTC.
    expect(of('30 0 * * *', '2026-11-30 00:30', 'Asia/Kolkata')).toBe('week: 2026-11-23 00:30 to 2026-11-30 00:30');
    // Monday in UTC already.
    expect(of('0 22 * * *', '2026-11-29 22:00', 'America/New_York')).toBe('day: 2026-11-28 22:00 to 2026-11-29 22:00');
  });
});

describe('the last day or week', () => {
  test.each<[zone: string, now: string, kind: Period['kind'], told: string, hours: number]>([
    ['UTC', '2026-11-26 12:34', 'day', 'day: 2026-11-25 12:34 to 2026-11-26 12:34', 24],
    ['UTC', '2026-11-26 12:34', 'week', 'week: 2026-11-19 12:34 to 2026-11-26 12:34', 168],
    [BERLIN, '2026-03-29 12:00', 'day', 'day: 2026-03-28 12:00 to 2026-03-29 12:00', 23],
    [BERLIN, '2026-03-30 12:00', 'day', 'day: 2026-03-29 12:00 to 2026-03-30 12:00', 24],
    [BERLIN, '2026-03-29 00:30', 'day', 'day: 2026-03-28 00:30 to 2026-03-29 00:30', 24],
    [BERLIN, '2026-10-25 12:00', 'day', 'day: 2026-10-24 12:00 to 2026-10-25 12:00', 25],
    [BERLIN, '2026-10-31 12:00', 'week', 'week: 2026-10-24 12:00 to 2026-10-31 12:00', 169],
    [HALF_HOUR, '2026-04-05 12:00', 'day', 'day: 2026-04-04 12:00 to 2026-04-05 12:00', 24.5],
    // There was no 02:30 the day before.
    [BERLIN, '2026-03-30 02:30', 'day', 'day: 2026-03-29 03:30 to 2026-03-30 02:30', 23],
  ])('in %s at %s is the %s: %s, %d hours', (zone, now, kind, told, hours) => {
    const period = periodUntil(momentOf(now, zone) as number, kind, zone);
    expect(toldAs(period, zone)).toBe(told);
    expect((period.to - period.from) / HOUR).toBe(hours);
  });

  test('begins at the same time of day, if that day has it', () => {
    fc.assert(
      fc.property(
        aMoment,
        fc.constantFrom('day' as const, 'week' as const),
        fc.constantFrom(...ZONES),
        (now, kind, zone) => {
          const { from, to } = periodUntil(now, kind, zone);
          const begin = `${later(dayOf(now, zone), kind === 'week' ? -7 : -1)} ${timeOf(now, zone)}`;
          expect(to).toBe(now);
          if (momentOf(begin, zone) === undefined) expect(dayOf(from, zone)).toBe(begin.slice(0, 10));
          else expect(wall(from, zone)).toBe(begin);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the period before', () => {
  const before = (kind: Period['kind'], from: string, to: string, zone: string) => {
    const period = { kind, from: momentOf(from, zone) as number, to: momentOf(to, zone) as number };
    const earlier = periodBefore(period, zone);
    expect(earlier.to).toBe(period.from);
    return `${toldAs(earlier, zone)}, ${(earlier.to - earlier.from) / HOUR} h`;
  };

  test.each<[what: string, period: Parameters<typeof before>, told: string]>([
    [
      'a day',
      ['day', '2026-11-25 09:00', '2026-11-26 09:00', 'UTC'],
      'day: 2026-11-24 09:00 to 2026-11-25 09:00, 24 h',
    ],
    [
      'a week',
      ['week', '2026-11-23 09:00', '2026-11-30 09:00', 'UTC'],
      'week: 2026-11-16 09:00 to 2026-11-23 09:00, 168 h',
    ],
    [
      'a day of 23 hours is a whole day',
      ['day', '2026-03-28 09:00', '2026-03-29 09:00', BERLIN],
      'day: 2026-03-27 09:00 to 2026-03-28 09:00, 24 h',
    ],
    [
      'a whole day may be one of 23 hours',
      ['day', '2026-03-29 09:00', '2026-03-30 09:00', BERLIN],
      'day: 2026-03-28 09:00 to 2026-03-29 09:00, 23 h',
    ],
    [
      'a day of 25 hours is a whole day',
      ['day', '2026-10-24 09:00', '2026-10-25 09:00', BERLIN],
      'day: 2026-10-23 09:00 to 2026-10-24 09:00, 24 h',
    ],
    [
      'a week of 167 hours is a whole week',
      ['week', '2026-03-23 09:00', '2026-03-30 09:00', BERLIN],
      'week: 2026-03-16 09:00 to 2026-03-23 09:00, 168 h',
    ],
    [
      'a week may be one of 169 hours',
      ['week', '2026-10-26 09:00', '2026-11-02 09:00', BERLIN],
      'week: 2026-10-19 09:00 to 2026-10-26 09:00, 169 h',
    ],
    [
      'eight hours are eight hours',
      ['day', '2026-11-26 09:00', '2026-11-26 17:00', 'UTC'],
      'day: 2026-11-26 01:00 to 2026-11-26 09:00, 8 h',
    ],
    [
      'sixteen hours are sixteen hours',
      ['day', '2026-11-25 17:00', '2026-11-26 09:00', 'UTC'],
      'day: 2026-11-25 01:00 to 2026-11-25 17:00, 16 h',
    ],
    [
      'a month of 30 days are 30 days',
      ['week', '2026-11-01 09:00', '2026-12-01 09:00', 'UTC'],
      'week: 2026-10-02 09:00 to 2026-11-01 09:00, 720 h',
    ],
  ])('%s', (_what, period, told) => {
    expect(before(...period)).toBe(told);
  });
});
