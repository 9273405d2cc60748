// Samples of a period in, what can be truly said of it out: mean, 95th percentile and peak of each figure, how long the
// executors were the limit, how long Jenkins was down, and the columns of the chart. One pass; memory does not grow with
// anything but a few numbers a sample. Called by `usage` with a period and by the digest.
import type { Resources } from './cluster.js';
import { MINUTE } from './time.js';
import type { Held, UsageSample } from './usage-sample.js';

/** Of one figure over the samples that tell it; each stands for a minute. */
export interface Figure {
  /** How many samples tell it. */
  samples: number;
  mean: number;
  /** Nearest rank: 95 of 100 samples are not above it. */
  p95: number;
  peak: number;
  /** When the peak was seen first, ms since the epoch. */
  peakAt: number;
}

export type FigureName = (typeof FIGURES)[number];
export type Figures = Record<FigureName, Figure | undefined>;

export interface UsageStatistics {
  from: number;
  to: number;
  samples: number;
  /** Of the first and the last sample. */
  firstAt: number | undefined;
  lastAt: number | undefined;
  figures: Figures;
  /** Really used of what was given, over the samples that tell both. */
  share: { cpus: number | undefined; memMiB: number | undefined };
  /** The newest that is known. */
  cluster: UsageSample['cluster'];
  /** Minutes in which builds waited because every executor was busy, in ms. */
  limit: {
    ms: number;
    longest: { from: number; to: number } | undefined;
    meanWaitMs: number | undefined;
  };
  /** Waits of builds that left the queue, to the minute. */
  waits: { count: number; p50Ms: number; p95Ms: number } | undefined;
  /** Minutes in which Jenkins answered, did not, or nobody can tell, in ms; what has no sample is in none of them. */
  availability: { upMs: number; downMs: number; unknownMs: number };
  columns: Columns;
}

/** Means of equal stretches of the period; null where no sample tells. */
export interface Columns {
  bucketMs: number;
  allocatedCpus: (number | null)[];
  usedCpus: (number | null)[];
  allocatedMemMiB: (number | null)[];
  usedMemMiB: (number | null)[];
}

const FIGURES = [
  'allocatedCpus',
  'allocatedMemMiB',
  'usedCpus',
  'usedMemMiB',
  'buildAgents',
  'buildCpus',
  'buildMemMiB',
  'executorsBusy',
  'executors',
  'waiting',
] as const;

const IN_COLUMNS = ['allocatedCpus', 'usedCpus', 'allocatedMemMiB', 'usedMemMiB'] as const;

/** What one sample tells of each figure; null: nothing. */
function valuesOf(sample: UsageSample): Record<FigureName, number | null> {
  const { controller, agents, executors, buildQueue } = sample;
  const allocated = bothOf(controller?.allocated, agents?.allocated);
  const used = bothOf(fullyUsed(controller), fullyUsed(agents));
  const byBuilds = fullyUsed(agents);
  return {
    allocatedCpus: allocated?.cpus ?? null,
    allocatedMemMiB: allocated?.memMiB ?? null,
    usedCpus: used?.cpus ?? null,
    usedMemMiB: used?.memMiB ?? null,
    buildAgents: agents?.tasks ?? null,
    buildCpus: byBuilds?.cpus ?? null,
    buildMemMiB: byBuilds?.memMiB ?? null,
    executorsBusy: executors?.busy ?? null,
    executors: executors?.total ?? null,
    waiting: buildQueue?.length ?? null,
  };
}

/** Part of a sum is not the sum: with one agent silent the use is not known. */
const fullyUsed = (held: Held | null): Resources | undefined =>
  held?.used == null || held.used.tasks < held.tasks ? undefined : held.used;

const bothOf = (a: Resources | undefined, b: Resources | undefined): Resources | undefined =>
  a === undefined || b === undefined ? undefined : { cpus: a.cpus + b.cpus, memMiB: a.memMiB + b.memMiB };

/** More columns than this no preview can show. */
const MOST_COLUMNS = 360;
const WIDTHS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1_440].map((minutes) => minutes * MINUTE);

export const columnWidth = (periodMs: number): number =>
  WIDTHS.find((width) => periodMs / width <= MOST_COLUMNS) ?? 2_880 * MINUTE;

/** A stretch goes on over a few samples that are missing. */
const STRETCH_GAP_MS = 5 * MINUTE;

export async function usageStatistics(
  from: number,
  to: number,
  pages: AsyncIterable<readonly UsageSample[]>,
): Promise<UsageStatistics> {
  const series = Object.fromEntries(FIGURES.map((name) => [name, seriesOf()])) as Record<FigureName, Series>;
  const columns = columnsOf(from, to);
  const waits = seriesOf();
  const limit = limitOf();
  const share = { cpus: shareOf(), memMiB: shareOf() };
  const availability = { upMs: 0, downMs: 0, unknownMs: 0 };
  const seen: { samples: number; firstAt?: number; lastAt?: number; cluster: UsageSample['cluster'] } = {
    samples: 0,
    cluster: null,
  };

  for await (const page of pages) {
    for (const sample of page) {
      const values = valuesOf(sample);
      for (const name of FIGURES) series[name].add(values[name], sample.at);
      for (const wait of sample.waitsMs ?? []) waits.add(wait, sample.at);
      columns.add(values, sample.at);
      limit.add(sample);
      share.cpus.add(values.usedCpus, values.allocatedCpus);
      share.memMiB.add(values.usedMemMiB, values.allocatedMemMiB);
      availability[sample.up === null ? 'unknownMs' : sample.up ? 'upMs' : 'downMs'] += MINUTE;
      seen.samples += 1;
      seen.firstAt ??= sample.at;
      seen.lastAt = sample.at;
      seen.cluster = sample.cluster ?? seen.cluster;
    }
  }
  return {
    from,
    to,
    samples: seen.samples,
    firstAt: seen.firstAt,
    lastAt: seen.lastAt,
    cluster: seen.cluster,
    figures: Object.fromEntries(FIGURES.map((name) => [name, series[name].figure()])) as Figures,
    share: { cpus: share.cpus.value(), memMiB: share.memMiB.value() },
    limit: limit.value(),
    waits: waits.quantiles(),
    availability,
    columns: columns.value(),
  };
}

interface Series {
  add(value: number | null, at: number): void;
  figure(): Figure | undefined;
  quantiles(): UsageStatistics['waits'];
}

/** Numbers in a typed array that doubles: 43,200 boxed ones would be ten times as large. */
function seriesOf(): Series {
  let values = new Float64Array(1_024);
  let count = 0;
  let total = 0;
  let peak = { value: Number.NEGATIVE_INFINITY, at: 0 };
  const sorted = () => values.subarray(0, count).toSorted();
  return {
    add(value, at) {
      if (value === null) return;
      if (count === values.length) {
        const larger = new Float64Array(2 * count);
        larger.set(values);
        values = larger;
      }
      values[count] = value;
      count += 1;
      total += value;
      if (value > peak.value) peak = { value, at };
    },
    figure() {
      if (count === 0) return undefined;
      return { samples: count, mean: total / count, p95: rank(sorted(), 0.95), peak: peak.value, peakAt: peak.at };
    },
    quantiles() {
      if (count === 0) return undefined;
      const ordered = sorted();
      return { count, p50Ms: rank(ordered, 0.5), p95Ms: rank(ordered, 0.95) };
    },
  };
}

/** Nearest rank: the smallest value that at least this part of all does not exceed. */
const rank = (ordered: Float64Array, part: number): number => ordered[Math.ceil(part * ordered.length) - 1] ?? 0;

function shareOf() {
  let parts = 0;
  let wholes = 0;
  return {
    add(part: number | null, whole: number | null) {
      if (part === null || whole === null) return;
      parts += part;
      wholes += whole;
    },
    value: (): number | undefined => (wholes > 0 ? parts / wholes : undefined),
  };
}

/** The limit is reached while a build waits because every executor is busy. */
function limitOf() {
  let ms = 0;
  let stretch: { from: number; to: number } | undefined;
  let longest: { from: number; to: number } | undefined;
  let waits = { count: 0, total: 0 };
  let wasReached = false;
  return {
    add({ at, buildQueue, waitsMs }: UsageSample) {
      const isReached = (buildQueue?.atLimit ?? 0) > 0;
      // What left the queue right after the limit was reached had waited because of it.
      if (isReached || wasReached)
        for (const wait of waitsMs ?? []) waits = { count: waits.count + 1, total: waits.total + wait };
      wasReached = isReached;
      if (!isReached) return;
      ms += MINUTE;
      stretch =
        stretch !== undefined && at - stretch.to <= STRETCH_GAP_MS
          ? { from: stretch.from, to: at + MINUTE }
          : { from: at, to: at + MINUTE };
      if (longest === undefined || stretch.to - stretch.from > longest.to - longest.from) longest = stretch;
    },
    value: (): UsageStatistics['limit'] => ({
      ms,
      longest,
      meanWaitMs: waits.count === 0 ? undefined : waits.total / waits.count,
    }),
  };
}

function columnsOf(from: number, to: number) {
  const bucketMs = columnWidth(to - from);
  const count = Math.max(1, Math.ceil((to - from) / bucketMs));
  const sums = IN_COLUMNS.map(() => new Float64Array(count));
  const counts = IN_COLUMNS.map(() => new Uint32Array(count));
  return {
    add(values: Record<FigureName, number | null>, at: number) {
      const bucket = Math.floor((at - from) / bucketMs);
      if (bucket < 0 || bucket >= count) return;
      IN_COLUMNS.forEach((name, index) => {
        const value = values[name];
        if (value === null) return;
        (sums[index] as Float64Array)[bucket] = (sums[index]?.[bucket] ?? 0) + value;
        (counts[index] as Uint32Array)[bucket] = (counts[index]?.[bucket] ?? 0) + 1;
      });
    },
    value(): Columns {
      const means = IN_COLUMNS.map((name, index) => {
        const column = Array.from({ length: count }, (_, bucket) => {
          const known = counts[index]?.[bucket] ?? 0;
          return known === 0 ? null : (sums[index]?.[bucket] ?? 0) / known;
        });
        return [name, column];
      });
      return { bucketMs, ...(Object.fromEntries(means) as Omit<Columns, 'bucketMs'>) };
    },
  };
}
