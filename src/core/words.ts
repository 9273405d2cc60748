// Numbers as people read them, in one place: durations, cpus, memory, ages.
import prettyMs from 'pretty-ms';
import { MINUTE, SECOND } from './time.js';

/** `2 min 10 s`, `3 h 5 min`, `45 s`; two units, no more. @param ms duration */
export function duration(ms: number): string {
  const rounded = ms < MINUTE ? Math.max(0, Math.round(ms / SECOND) * SECOND) : ms;
  if (rounded < SECOND) return '0 s';
  return prettyMs(rounded, { unitCount: 2, secondsDecimalDigits: 0 })
    .replace(/(?<!\d)(\d+)d/g, '$1 d')
    .replace(/(?<!\d)(\d+)h/g, '$1 h')
    .replace(/(?<!\d)(\d+)m\b/g, '$1 min')
    .replace(/(?<!\d)(\d+)s/g, '$1 s');
}

/** One decimal, as Mesos counts them: `0.6 cpus`. */
export const cpus = (count: number): string => `${count.toFixed(1)} ${count === 1 ? 'cpu' : 'cpus'}`;

/** `1.4 GB`, `512 MB`. @param mebibytes MiB, as Mesos counts memory */
export const memory = (mebibytes: number): string =>
  mebibytes >= 1_000 ? `${(mebibytes / 1_024).toFixed(1)} GB` : `${Math.round(mebibytes)} MB`;

/** `1 build`, `3 builds`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** For a table that says the unit elsewhere: `0.6`. */
export const bare = (count: number): string => count.toFixed(1);

/** Of a mean against an earlier one: `+12 %`, `−40 %`, `same`; `new` where there was nothing before. */
export function change(now: number, before: number): string {
  if (before <= 0) return now <= 0 ? 'same' : 'new';
  const share = Math.round((now / before - 1) * 100);
  if (share === 0) return 'same';
  return `${share > 0 ? '+' : '−'}${Math.abs(share)} %`;
}

/** Of the whole, in whole percent; a tenth would pretend to more than samples can tell. `–` when there is no whole. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return '–';
  const share = (part / whole) * 100;
  // What rounds to nothing, or to everything, is neither.
  if (share > 0 && share < 0.5) return '< 1 %';
  if (share < 100 && share >= 99.5) return '> 99 %';
  return `${Math.round(share)} %`;
}

/** `Thu 26 Nov 09:00`. @param zone IANA name */
export const localTime = (at: number, zone: string): string => `${localDay(at, zone)} ${localClock(at, zone)}`;

/** `Thu 26 Nov`. */
export const localDay = (at: number, zone: string): string =>
  parts(at, zone, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '');

/** `09:00`. */
export const localClock = (at: number, zone: string): string =>
  parts(at, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Made once each: making one takes longer than using it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function parts(at: number, zone: string, shown: Intl.DateTimeFormatOptions): string {
  const key = `${zone} ${Object.keys(shown).join()}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...shown });
  formats.set(key, format);
  return format.format(at);
}
