// What a period of samples says, in words, as a table and as a chart: the second half of `/ci usage 7d` and the middle of
// every digest.
import type { Chart, Panel } from './chart.js';
import { context, type Message, type MessageBlock } from './conversation.js';
import type { ExecutorLimit } from './executor-limit.js';
import { code, join, md, type Rich } from './text.js';
import { DAY, HOUR, MINUTE } from './time.js';
import type { Figure, FigureName, UsageStatistics } from './usage-statistics.js';
import { bare, change, counted, cpus, duration, localClock, localDay, localTime, memory, percent } from './words.js';

export interface PeriodWords {
  /** `the last 7 days`. */
  name: string;
  /** Of the chart's file: `7d`. */
  short: string;
  zone: string;
  /** Unasked ends of the controller, ms since the epoch. */
  restarts: readonly number[];
  /** As it is now; undefined when it is not known. */
  limit: ExecutorLimit | undefined;
}

export function periodView(statistics: UsageStatistics, period: PeriodWords): Message {
  const headline = md`:bar_chart: *${capital(period.name)}*: ${averageOf(statistics)}`;
  return {
    text: headline.plain,
    blocks: [
      { type: 'section', text: headline },
      { type: 'section', text: meaning(statistics, period.limit, period.zone) },
      figuresTable(statistics, period.zone),
      ...coverage(statistics, period.zone),
    ],
    chart: usageChart(statistics, period),
  };
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** What it cost, in one sentence. */
export function averageOf({ figures, share, cluster }: UsageStatistics): Rich {
  const { allocatedCpus, allocatedMemMiB, usedCpus, usedMemMiB } = figures;
  if (allocatedCpus === undefined || allocatedMemMiB === undefined) return md`what Jenkins was given is not known.`;
  const held = md`${cpus(allocatedCpus.mean)} and ${memory(allocatedMemMiB.mean)}`;
  const whole =
    cluster === null ? md`` : md`; the cluster has ${cpus(cluster.total.cpus)} and ${memory(cluster.total.memMiB)}`;
  if (usedCpus === undefined || usedMemMiB === undefined)
    return md`Jenkins held ${held} on average; what of it was really used is not known${whole}.`;
  const parts = [share.cpus, share.memMiB].map((part) => (part === undefined ? '–' : percent(part, 1)));
  return md`Jenkins really used *${cpus(usedCpus.mean)}* and *${memory(usedMemMiB.mean)}* on average, of the ${held} it was given (${parts.join(' and ')})${whole}.`;
}

/** Below this, chance speaks. */
const ENOUGH_SAMPLES = 30;
/** A limit that was reached for a moment is what a limit is for. */
export const LIMIT_WORTH_SAYING_MS = 10 * MINUTE;
/** Shorter waits are what it takes to start an agent; no limit shortens them. */
const WAIT_WORTH_SAYING_MS = 2 * MINUTE;
/** So much of the cluster free counts as room. */
const ROOM = 0.1;
/** Less than this of the cpus given, and what is given is too much. */
const IDLE = 0.25;

/** The sentence that says what follows from it. @param limit as it is now, undefined when not known */
export function meaning(statistics: UsageStatistics, limit: ExecutorLimit | undefined, zone: string): Rich {
  const { figures, samples, share } = statistics;
  if (samples < ENOUGH_SAMPLES) return md`${counted(samples, 'sample')}: too few to say what this means.`;
  const { executorsBusy } = figures;
  if (executorsBusy === undefined) return md`What this means cannot be said: Jenkins told nothing of its executors.`;
  if (statistics.limit.ms >= LIMIT_WORTH_SAYING_MS) return limitReached(statistics, limit, zone);
  const hardly = statistics.limit.ms === 0 ? 'never' : 'hardly ever';
  const atMost = md`The limit was ${hardly} reached: at most ${counted(executorsBusy.peak, 'build')} ran at once`;
  if (share.cpus === undefined) return md`${atMost}.`;
  const idle = share.cpus < IDLE ? md`, so most of what Jenkins holds lies idle` : md``;
  return md`${atMost}, and ${percent(share.cpus, 1)} of the cpus given were really used${idle}.`;
}

function limitReached(statistics: UsageStatistics, limit: ExecutorLimit | undefined, zone: string): Rich {
  const { ms, longest, meanWaitMs } = statistics.limit;
  const what =
    limit === undefined
      ? md`Every executor was busy while builds waited, for ${duration(ms)}`
      : md`The limit of ${limit.count} ${limit.unit} was reached for ${duration(ms)}`;
  const stretch =
    longest === undefined || ms - (longest.to - longest.from) < MINUTE
      ? md``
      : md`, longest on ${stretchWords(longest, zone)}`;
  if (meanWaitMs === undefined) return md`${what}${stretch}.`;
  const waited = md`${what}${stretch}; builds waited ${duration(meanWaitMs)} on average then`;
  if (meanWaitMs < WAIT_WORTH_SAYING_MS) return md`${waited}, so a higher limit would gain little.`;
  return md`${waited}. ${advice(statistics.cluster, limit)}`;
}

function stretchWords({ from, to }: { from: number; to: number }, zone: string): string {
  const end = localDay(from, zone) === localDay(to, zone) ? localClock(to, zone) : localTime(to, zone);
  return `${localTime(from, zone)} to ${end}`;
}

function advice(cluster: UsageStatistics['cluster'], limit: ExecutorLimit | undefined): Rich {
  if (cluster === null) return md``;
  const free = (part: 'cpus' | 'memMiB') => 1 - cluster.allocated[part] / Math.max(1, cluster.total[part]);
  const room = Math.min(free('cpus'), free('memMiB'));
  if (room < ROOM)
    return md`The cluster has little room left (${percent(room, 1)}): more executors need more machines.`;
  const has = md`The cluster has room (${percent(room, 1)} free)`;
  return limit?.raise === undefined
    ? md`${has}.`
    : md`${has}: ${code(`scale executors ${limit.raise}`)} would let more builds run.`;
}

/** `peak at` in the workspace's zone, which the coverage line names. @param before a period the means are compared with */
export function figuresTable({ figures }: UsageStatistics, zone: string, before?: UsageStatistics): MessageBlock {
  const row = (name: string, figure: FigureName, words: (value: number) => string): string[] => {
    const known = figures[figure];
    if (known === undefined) return [name, '–', '–', '–', '–', ...(before === undefined ? [] : ['–'])];
    const { mean, p95, peak, peakAt } = known;
    const change = before === undefined ? [] : [changeOf(mean, before, figure)];
    return [name, words(mean), ...change, words(p95), words(peak), localTime(peakAt, zone)];
  };
  return {
    type: 'table',
    columns: ['', 'mean', ...(before === undefined ? [] : ['change']), 'p95', 'peak', 'peak at'],
    rows: [
      row('cpus given', 'allocatedCpus', cpus),
      row('cpus used', 'usedCpus', cpus),
      row('… by builds', 'buildCpus', cpus),
      row('memory given', 'allocatedMemMiB', memory),
      row('memory used', 'usedMemMiB', memory),
      row('… by builds', 'buildMemMiB', memory),
      row('build agents', 'buildAgents', bare),
      row('executors', 'executors', bare),
      row('executors busy', 'executorsBusy', bare),
      row('builds waiting', 'waiting', bare),
    ],
  };
}

function changeOf(mean: number, before: UsageStatistics, figure: FigureName): string {
  const then = before.figures[figure];
  return then === undefined ? '–' : change(mean, then.mean);
}

/** A period with less than half of its samples is no measure for another. */
export const isComparable = ({ samples, from, to }: UsageStatistics): boolean => samples * MINUTE >= (to - from) / 2;

/** A day has no more minutes than this without a word about those that are missing. */
const MISSING_WORTH_SAYING = 0.02;

/** What the figures rest on. */
export function coverage(statistics: UsageStatistics, zone: string): MessageBlock[] {
  const { from, to, samples, firstAt, lastAt, figures } = statistics;
  const expected = Math.round((to - from) / MINUTE);
  const lines: Rich[] = [];
  if (firstAt !== undefined && firstAt - from > 2 * MINUTE)
    lines.push(md`Samples begin at ${localTime(firstAt, zone)}.`);
  const since = Math.max(1, expected - Math.round(((firstAt ?? from) - from) / MINUTE));
  const missing = since - samples;
  if (missing / since > MISSING_WORTH_SAYING && lastAt !== undefined)
    lines.push(md`${duration(missing * MINUTE)} have no sample: Bellboard was not running.`);
  const unmeasured = samples - (figures.usedCpus?.samples ?? 0);
  if (unmeasured / Math.max(1, samples) > MISSING_WORTH_SAYING)
    lines.push(md`What was really used is not known for ${duration(unmeasured * MINUTE)}.`);
  return [context(join([md`${counted(samples, 'sample')}, one a minute; times are ${zone}.`, ...lines], ' '))];
}

/** Slack takes so many characters. */
const MOST_ALT_TEXT = 1_000;

export function usageChart(
  statistics: UsageStatistics,
  { name, short, zone, restarts }: Omit<PeriodWords, 'limit'>,
): Chart {
  const { from, to, columns, cluster } = statistics;
  const gb = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : value / 1_024));
  const limit = (value: number | undefined, words: string): Panel['limit'] =>
    value === undefined ? null : { value, words };
  return {
    name: `jenkins-usage-${short}`,
    title: `Jenkins on Mesos, ${name}: ${localTime(from, zone)} to ${localTime(to, zone)}`,
    altText: story(statistics, name, zone, restarts).slice(0, MOST_ALT_TEXT),
    from,
    to,
    zone,
    bucketMs: columns.bucketMs,
    panels: [
      {
        title: 'cpus',
        allocated: columns.allocatedCpus,
        used: columns.usedCpus,
        limit: limit(cluster?.total.cpus, `the cluster has ${cpus(cluster?.total.cpus ?? 0)}`),
      },
      {
        title: 'memory, GB',
        allocated: gb(columns.allocatedMemMiB),
        used: gb(columns.usedMemMiB),
        limit: limit(
          cluster === null ? undefined : cluster.total.memMiB / 1_024,
          `the cluster has ${memory(cluster?.total.memMiB ?? 0)}`,
        ),
      },
    ],
    restarts,
  };
}

/** The chart for those who do not see it. */
function story({ figures, samples }: UsageStatistics, name: string, zone: string, restarts: readonly number[]): string {
  if (samples === 0) return `Chart of ${name}: no samples.`;
  const told = (what: string, figure: Figure | undefined, words: (value: number) => string) =>
    figure === undefined
      ? `${what}: not known.`
      : `${what}: ${words(figure.mean)} on average, at most ${words(figure.peak)} (${localTime(figure.peakAt, zone)}).`;
  const ends =
    restarts.length === 0
      ? 'The controller did not end unasked.'
      : `The controller ended unasked: ${restarts.map((at) => localTime(at, zone)).join(', ')}.`;
  return [
    `Chart of ${name}.`,
    told('Cpus given', figures.allocatedCpus, cpus),
    told('Cpus used', figures.usedCpus, cpus),
    told('Memory given', figures.allocatedMemMiB, memory),
    told('Memory used', figures.usedMemMiB, memory),
    ends,
  ].join(' ');
}

/** `7d`, `24h`, `90m`: for file names. */
export function shortPeriod(ms: number): string {
  if (ms % DAY === 0 && ms > DAY) return `${ms / DAY}d`;
  return ms % HOUR === 0 ? `${ms / HOUR}h` : `${Math.round(ms / MINUTE)}m`;
}

/** `the last 7 days`, `the last 90 min`. */
export function periodName(ms: number): string {
  if (ms % DAY === 0 && ms > DAY) return `the last ${ms / DAY} days`;
  if (ms % HOUR === 0 && ms > HOUR) return `the last ${ms / HOUR} h`;
  return `the last ${ms % MINUTE === 0 && ms < 2 * HOUR ? `${ms / MINUTE} min` : duration(ms)}`;
}
