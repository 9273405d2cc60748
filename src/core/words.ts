// Numbers as people read them, in one place: durations, cpus, memory, ages.
import prettyMs from 'pretty-ms';
import { MINUTE, SECOND } from './time.js';

/** `2 min 10 s`, `3 h 5 min`, `45 s`; two units, no more. @param ms duration */
export function duration(ms: number): string {
  const rounded = ms < MINUTE ? Math.max(0, Math.round(ms / SECOND) * SECOND) : ms;
  if (rounded < SECOND) return '0 s';
  return prettyMs(rounded, { unitCount: 2, secondsDecimalDigits: 0 })
    .replace(/(\d+)d/g, '$1 d')
    .replace(/(\d+)h/g, '$1 h')
    .replace(/(\d+)m\b/g, '$1 min')
    .replace(/(\d+)s/g, '$1 s');
}

/** One decimal, as Mesos counts them: `0.6 cpus`. */
export const cpus = (count: number): string => `${count.toFixed(1)} ${count === 1 ? 'cpu' : 'cpus'}`;

/** `1.4 GB`, `512 MB`. @param mebibytes MiB, as Mesos counts memory */
export const memory = (mebibytes: number): string =>
  mebibytes >= 1_000 ? `${(mebibytes / 1_024).toFixed(1)} GB` : `${Math.round(mebibytes)} MB`;

/** `1 build`, `3 builds`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
