// When things happened in the playground's week, whichever hour of the week it is opened in; and which builds an hour has.
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { buildsOf, rush } from '../../src/playground/past/builds.js';
import { calendarOf } from '../../src/playground/past/calendar.js';

const MONDAY = Date.UTC(2026, 10, 23);
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const words = (at: number) => `${WEEKDAYS[new Date(at).getUTCDay()]} ${new Date(at).toISOString().slice(11, 19)}`;
const EVERY_HOUR = Array.from({ length: 7 * 24 }, (_, hour) => MONDAY + hour * HOUR + 7 * MINUTE);

describe('the calendar', () => {
  it('holds everything at its time, within the week, and nothing that is still news, whichever hour it is', () => {
    for (const now of EVERY_HOUR) {
      const calendar = calendarOf(now);
      expect(calendar.until).toBe(now);
      expect(words(calendar.deploy)).toBe('Mon 10:05:00');
      expect(words(calendar.scale)).toBe('Tue 15:30:00');
      expect(words(calendar.crash)).toMatch(/^(?:Thu|Wed) 02:17:20$/);
      expect(calendar.crowded.map(({ from }) => words(from))).toEqual(['Tue 14:10:00', 'Fri 14:30:00']);
      expect(now - calendar.crash).toBeGreaterThanOrEqual(12 * HOUR - MINUTE);
      expect(now - calendar.crash).toBeLessThan(7 * DAY);
      for (const at of [calendar.deploy, calendar.scale, ...calendar.crowded.map(({ from }) => from)]) {
        expect(at - calendar.from).toBeGreaterThanOrEqual(HOUR);
        expect(now - at).toBeGreaterThanOrEqual(HOUR);
      }
    }
  });

  it('puts the crash into Wednesday night, unless that is too fresh on Thursday', () => {
    expect(words(calendarOf(MONDAY).crash)).toBe('Thu 02:17:20');
    expect(words(calendarOf(MONDAY + 3 * DAY + 10 * HOUR).crash)).toBe('Wed 02:17:20');
    expect(words(calendarOf(MONDAY + 3 * DAY + 15 * HOUR).crash)).toBe('Thu 02:17:20');
  });
});

describe('the builds of an hour', () => {
  const between = (day: number, first: number, last: number) => {
    const hours = Array.from({ length: last - first }, (_, index) => MONDAY + day * DAY + (first + index) * HOUR);
    return hours.flatMap(buildsOf);
  };

  it('are always the same', () => {
    expect(buildsOf(MONDAY + 10 * HOUR)).toEqual(buildsOf(MONDAY + 10 * HOUR));
    expect(buildsOf(MONDAY + 10 * HOUR)).not.toEqual(buildsOf(MONDAY + 11 * HOUR));
  });

  it('lie within it, in order', () => {
    const builds = buildsOf(MONDAY + 10 * HOUR);
    expect(builds.length).toBeGreaterThan(5);
    for (const { at } of builds) expect(at - MONDAY - 10 * HOUR).toBeLessThan(HOUR);
    expect(builds.map(({ at }) => at)).toEqual(builds.map(({ at }) => at).sort((a, b) => a - b));
  });

  it('are many on a working day, with a dip at noon, and few at night', () => {
    for (const day of [0, 1, 2, 3, 4]) {
      expect(between(day, 10, 12).length).toBeGreaterThan(1.3 * between(day, 12, 14).length);
      expect(between(day, 9, 19).length).toBeGreaterThan(5 * between(day, 20, 24).length);
      expect(between(day, 3, 6).length).toBeLessThan(5);
    }
  });

  it('are few on Saturday, fewer on Sunday', () => {
    const [friday, saturday, sunday] = [between(4, 8, 20), between(5, 8, 20), between(6, 8, 20)].map(
      (day) => day.length,
    );
    expect(friday).toBeGreaterThan(5 * (saturday ?? 0));
    expect(saturday).toBeGreaterThan(sunday ?? 0);
    expect(sunday).toBeGreaterThan(0);
  });

  it('hold the nightly run at two', () => {
    expect(buildsOf(MONDAY + 2 * HOUR)[0]).toMatchObject({ job: 'load-test', at: MONDAY + 2 * HOUR });
  });

  it('fail now and then', () => {
    const week = Array.from({ length: 7 }, (_, day) => between(day, 0, 24)).flat();
    const failed = week.filter(({ result }) => result === 'FAILURE').length / week.length;
    expect(failed).toBeGreaterThan(0.04);
    expect(failed).toBeLessThan(0.14);
  });

  it('are more in a rush than a crowded cluster has room for', () => {
    expect(rush(MONDAY).filter(({ job }) => job === 'load-test').length).toBeGreaterThanOrEqual(5);
  });
});
