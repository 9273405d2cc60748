// How Java and Jenkins write dates and spans of time into pages, files and the reasons a build waits.
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/time.js';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The article's team sits in China; the zone's short name is as ambiguous here as it is there. */
export const TIME_ZONE = 'Asia/Shanghai';
const OFFSET_MS = 8 * HOUR;

const two = (value: number) => String(value).padStart(2, '0');

/** `java.util.Date.toString()`: `Thu May 28 18:07:31 CST 2015`. */
export function javaDate(at: number): string {
  const local = new Date(at + OFFSET_MS);
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  const day = `${DAYS[local.getUTCDay()]} ${MONTHS[local.getUTCMonth()]} ${two(local.getUTCDate())}`;
  return `${day} ${time} CST ${local.getUTCFullYear()}`;
}

/** The `id` of a build before core 1.597: `2015-05-28_18-07-32`. */
export function oldBuildId(at: number): string {
  return new Date(at + OFFSET_MS).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
}

/** Two neighbouring units at most, tenths below ten seconds: `3 min 2 sec`, `4.2 sec`. */
export function timeSpan(ms: number): string {
  const units: [number, string][] = [
    [DAY, 'day'],
    [HOUR, 'hr'],
    [MINUTE, 'min'],
  ];
  for (const [size, word] of units) {
    if (ms < size) continue;
    const below = units[units.findIndex(([other]) => other === size) + 1] ?? [SECOND, 'sec'];
    return `${Math.floor(ms / size)} ${word} ${Math.floor((ms % size) / below[0])} ${below[1]}`;
  }
  if (ms >= 10 * SECOND) return `${Math.floor(ms / SECOND)} sec`;
  if (ms >= SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)} sec`;
  return `${Math.max(0, Math.round(ms))} ms`;
}
