// When things happened in the week before the playground opens: always within it, and on the same days of the week
// whichever day it is now. `week.ts` lives by it. All in UTC, the playground's zone.
import { DAY, HOUR, MINUTE, SECOND } from '../../core/time.js';

export interface Calendar {
  /** The clock starts here: the week, and a little more so that nothing is still warming up when it begins. */
  from: number;
  /** @ana deploys. */
  deploy: number;
  /** @lee changes the executors. */
  scale: number;
  /** The controller runs out of memory. */
  crash: number;
  /** Another team's jobs fill the cluster. */
  crowded: { from: number; until: number }[];
  /** The present. */
  until: number;
}

const BEFORE_THE_WEEK_MS = 2 * HOUR;
/** What happened later than this would still be news. */
const OVER_FOR_MS = HOUR;
const CRASHED_BEFORE_MS = 12 * HOUR;

const [MONDAY, TUESDAY, THURSDAY, FRIDAY] = [1, 2, 4, 5] as const;

export function calendarOf(now: number): Calendar {
  const from = now - 7 * DAY - BEFORE_THE_WEEK_MS;
  const crowded = [
    { from: latest(now - OVER_FOR_MS, TUESDAY, 14, 10), lastsMs: 45 * MINUTE },
    { from: latest(now - OVER_FOR_MS, FRIDAY, 14, 30), lastsMs: 35 * MINUTE },
  ];
  return {
    from,
    deploy: latest(now - OVER_FOR_MS, MONDAY, 10, 5),
    scale: latest(now - OVER_FOR_MS, TUESDAY, 15, 30),
    crash: crashOf(now),
    crowded: crowded.map(({ from: start, lastsMs }) => ({ from: start, until: start + lastsMs })),
    until: now,
  };
}

/** Wednesday night; on a Thursday morning, when that is too fresh and the one before too long ago, Tuesday night. */
function crashOf(now: number): number {
  const night = latest(now - CRASHED_BEFORE_MS, THURSDAY, 2, 17) + 20 * SECOND;
  return now - night < 7 * DAY ? night : night + 6 * DAY;
}

/** The latest such moment of a week, not after `limit`. */
function latest(limit: number, weekday: number, hour: number, minute: number): number {
  const midnight = Math.floor(limit / DAY) * DAY;
  const daysAgo = (new Date(midnight).getUTCDay() - weekday + 7) % 7;
  const at = midnight - daysAgo * DAY + hour * HOUR + minute * MINUTE;
  return at <= limit ? at : at - 7 * DAY;
}
