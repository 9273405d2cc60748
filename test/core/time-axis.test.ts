import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { ticksOf } from '../../src/core/time-axis.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  // Half an hour of summer time.
  'Australia/Lord_Howe',
  // The clock is put forward at midnight, so one day a year begins at 01:00.
  'Africa/Cairo',
  // The clock is put back at 01:00, so one day a year has two midnights.
  'America/Havana',
  'Pacific/Kiritimati',
  'America/St_Johns',
];

/** `Sun, 29 Mar 2026, 03:00`, in other words than those of the code under test. */
const shown = (at: number, zone: string): string =>
  new Date(at).toLocaleString('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });

const dateOf = (at: number, zone: string) => shown(at, zone).replace(/, \d\d:\d\d$/, '');

const offsetOf = (at: number, zone: string): string | undefined =>
  new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;

/** The label a mark may have by what is shown of its moment: its time of day, or its date where a day begins. */
function possibleLabels(at: number, zone: string): string[] {
  const [, weekday, day, month, year, time] =
    /^(\w+), (\d+) (\w{3})\w* (\d+),? (?:at )?(\d\d:\d\d)$/.exec(shown(at, zone)) ?? [];
  if (dateOf(at, zone) === dateOf(at - 1, zone)) return time === '00:00' ? [`${weekday} ${day}`] : [String(time)];
  const monthName = month === 'Jan' ? `Jan ${year}` : String(month);
  return [
    `${weekday} ${day}`,
    `${day} ${month}`,
    ...(day === '1' ? [monthName] : []),
    ...(time === '00:00' ? [] : [String(time)]),
  ];
}

const period = fc
  .tuple(
    fc.integer({ min: Date.UTC(2024, 0, 1) / MINUTE, max: Date.UTC(2028, 0, 1) / MINUTE }),
    // As many short periods as long ones.
    fc.double({ min: Math.log(10), max: Math.log((366 * DAY) / MINUTE), noNaN: true }),
    fc.constantFrom(...ZONES),
  )
  .map(([start, length, zone]) => ({
    from: start * MINUTE,
    to: (start + Math.round(Math.exp(length))) * MINUTE,
    zone,
  }));

const labels = (from: string, to: string, zone: string) =>
  ticksOf(Date.parse(from), Date.parse(to), zone).map(({ label }) => label);

describe('the marks of any period in any zone', () => {
  test('rise strictly, within the period', () => {
    fc.assert(
      fc.property(period, ({ from, to, zone }) => {
        const times = ticksOf(from, to, zone).map(({ at }) => at);
        expect(times.every((at) => at >= from && at <= to)).toBe(true);
        expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('are labelled with the local time or the local day that begins there', () => {
    fc.assert(
      fc.property(period, ({ from, to, zone }) => {
        for (const { at, label } of ticksOf(from, to, zone)) {
          expect(possibleLabels(at, zone), shown(at, zone)).toContain(label);
        }
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  test('are five to nine, and four only where the clock is changed', () => {
    fc.assert(
      fc.property(period, ({ from, to, zone }) => {
        const count = ticksOf(from, to, zone).length;
        const isChanged = offsetOf(from, zone) !== offsetOf(to, zone);
        expect(count).toBeGreaterThanOrEqual(isChanged && to - from < 5 * DAY ? 4 : 5);
        expect(count).toBeLessThanOrEqual(9);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test('are few for a moment, and none for a period that ends before it begins', () => {
    expect(labels('2026-05-11T10:00Z', '2026-05-11T10:03Z', 'UTC')).toEqual(['10:00', '10:01', '10:02', '10:03']);
    expect(labels('2026-05-11T10:00Z', '2026-05-11T10:00Z', 'UTC')).toEqual(['10:00']);
    expect(labels('2026-05-11T10:00:01Z', '2026-05-11T10:00:02Z', 'UTC')).toEqual([]);
    expect(labels('2026-05-11T10:00Z', '2026-05-10T10:00Z', 'UTC')).toEqual([]);
  });
});

describe('a period of', () => {
  test.each([
    ['10 minutes', '2026-05-11T10:00Z', '2026-05-11T10:10Z', 'UTC', '10:00 10:02 10:04 10:06 10:08 10:10'],
    [
      'an hour, in a zone of half hours',
      '2026-05-11T10:00Z',
      '2026-05-11T11:00Z',
      'Asia/Kolkata',
      '15:30 15:40 15:50 16:00 16:10 16:20 16:30',
    ],
    ['10 hours', '2026-05-11T10:00Z', '2026-05-11T20:00Z', 'Asia/Kathmandu', '16:00 18:00 20:00 22:00 Tue_12'],
    [
      'two weeks',
      '2026-05-11T00:00Z',
      '2026-05-25T00:00Z',
      'UTC',
      'Mon_11 Wed_13 Fri_15 Sun_17 Tue_19 Thu_21 Sat_23 Mon_25',
    ],
    [
      'two months: Mondays',
      '2026-05-01T00:00Z',
      '2026-07-01T00:00Z',
      'UTC',
      '4_May 11_May 18_May 25_May 1_Jun 8_Jun 15_Jun 22_Jun 29_Jun',
    ],
    ['half a year', '2026-08-15T00:00Z', '2027-02-15T00:00Z', 'UTC', 'Sep Oct Nov Dec Jan_2027 Feb'],
    ['a year', '2025-11-30T00:00Z', '2026-12-01T00:00Z', 'UTC', 'Jan_2026 Mar May Jul Sep Nov'],
  ])('%s', (_, from, to, zone, expected) => {
    expect(
      labels(from, to, zone)
        .map((label) => label.replace(' ', '_'))
        .join(' '),
    ).toBe(expected);
  });
});

describe('where the clock is changed', () => {
  const hours = (from: string, to: string, zone: string) => {
    const ticks = ticksOf(Date.parse(from), Date.parse(to), zone);
    const first = ticks[0]?.at ?? 0;
    return ticks.map(({ at, label }) => `${(at - first) / HOUR} ${label}`);
  };

  test('a day of 23 hours is shorter by one, from local midnight to local midnight', () => {
    expect(hours('2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00', 'Europe/Berlin')).toEqual([
      '0 Sun 29',
      '2 03:00',
      '5 06:00',
      '8 09:00',
      '11 12:00',
      '14 15:00',
      '17 18:00',
      '20 21:00',
      '23 Mon 30',
    ]);
  });

  test('a day of 25 hours is longer', () => {
    expect(hours('2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00', 'Europe/Berlin')).toEqual([
      '0 Sun 25',
      '4 03:00',
      '7 06:00',
      '10 09:00',
      '13 12:00',
      '16 15:00',
      '19 18:00',
      '22 21:00',
      '25 Mon 26',
    ]);
  });

  test('an hour that is left out has no mark, one that comes twice has two', () => {
    expect(labels('2026-03-08T00:00-05:00', '2026-03-08T06:00-04:00', 'America/New_York')).toEqual([
      'Sun 8',
      '01:00',
      '03:00',
      '04:00',
      '05:00',
      '06:00',
    ]);
    expect(labels('2026-11-01T00:00-04:00', '2026-11-01T05:00-05:00', 'America/New_York')).toEqual([
      'Sun 1',
      '01:00',
      '01:00',
      '02:00',
      '03:00',
      '04:00',
      '05:00',
    ]);
  });

  test('half an hour is half an hour', () => {
    expect(hours('2026-10-04T00:00+10:30', '2026-10-04T07:00+11:00', 'Australia/Lord_Howe')).toEqual([
      '0 Sun 4',
      '1 01:00',
      '2.5 03:00',
      '3.5 04:00',
      '4.5 05:00',
      '5.5 06:00',
      '6.5 07:00',
    ]);
    expect(hours('2026-04-05T00:00+11:00', '2026-04-05T06:00+10:30', 'Australia/Lord_Howe')).toEqual([
      '0 Sun 5',
      '1 01:00',
      '2.5 02:00',
      '3.5 03:00',
      '4.5 04:00',
      '5.5 05:00',
      '6.5 06:00',
    ]);
  });

  test('a day without a midnight begins when it begins', () => {
    const ticks = ticksOf(Date.parse('2026-04-20T00:00+02:00'), Date.parse('2026-04-27T00:00+03:00'), 'Africa/Cairo');
    expect(ticks.map(({ at, label }) => `${label}: ${shown(at, 'Africa/Cairo').slice(-5)}`)).toEqual([
      'Mon 20: 00:00',
      'Tue 21: 00:00',
      'Wed 22: 00:00',
      'Thu 23: 00:00',
      'Fri 24: 01:00',
      'Sat 25: 00:00',
      'Sun 26: 00:00',
      'Mon 27: 00:00',
    ]);
  });

  test('days of a month stay at their midnights', () => {
    const ticks = ticksOf(Date.parse('2026-03-01T00:00+01:00'), Date.parse('2026-03-31T00:00+02:00'), 'Europe/Berlin');
    expect(ticks.map(({ at }) => new Date(at).toISOString().slice(0, 16))).toEqual([
      '2026-03-03T23:00',
      '2026-03-07T23:00',
      '2026-03-11T23:00',
      '2026-03-15T23:00',
      '2026-03-19T23:00',
      '2026-03-23T23:00',
      '2026-03-27T23:00',
    ]);
  });
});

test('the zone of the process plays no part', () => {
  const before = process.env['TZ'];
  const made = ['UTC', 'America/New_York', 'Australia/Lord_Howe'].map((zone) => {
    process.env['TZ'] = zone;
    return labels('2026-10-19T00:00+02:00', '2026-10-26T00:00+01:00', 'Europe/Berlin');
  });
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
  expect(new Set(made.map((one) => one.join())).size).toBe(1);
  expect(made[0]).toEqual(['Mon 19', 'Tue 20', 'Wed 21', 'Thu 22', 'Fri 23', 'Sat 24', 'Sun 25', 'Mon 26']);
});
