import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Resources } from '../../src/core/cluster.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import type { Held, UsageSample } from '../../src/core/usage-sample.js';
import { columnWidth, usageStatistics } from '../../src/core/usage-statistics.js';

const FROM = Date.UTC(2026, 4, 11, 7);
const at = (minute: number) => FROM + minute * MINUTE;

const NOTHING_KNOWN: Omit<UsageSample, 'at'> = {
  cluster: null,
  controller: null,
  agents: null,
  executors: null,
  buildQueue: null,
  waitsMs: null,
  up: null,
};

const sample = (minute: number, known: Partial<UsageSample> = {}): UsageSample => ({
  at: at(minute),
  ...NOTHING_KNOWN,
  ...known,
});

async function* pagesOf(...pages: UsageSample[][]) {
  yield* pages;
}

const of = (samples: UsageSample[], to = at(60)) => usageStatistics(FROM, to, pagesOf(samples));

// ── The same figures once more, the slow and plain way ──────────────────────────────────────────────────────────────

const total = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** The smallest of them that is not below `percent` of all. */
function atRank(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.findIndex((_, index) => (index + 1) * 100 >= percent * sorted.length)] as number;
}

const measured = (held: Held | null): Resources | null =>
  held !== null && held.used !== null && held.used.tasks >= held.tasks ? held.used : null;

function figuresOf(one: UsageSample): Record<string, number | null> {
  const [controller, agents] = [measured(one.controller), measured(one.agents)];
  const areGiven = one.controller !== null && one.agents !== null;
  const areUsed = controller !== null && agents !== null;
  return {
    allocatedCpus: areGiven ? Number(one.controller?.allocated.cpus) + Number(one.agents?.allocated.cpus) : null,
    allocatedMemMiB: areGiven ? Number(one.controller?.allocated.memMiB) + Number(one.agents?.allocated.memMiB) : null,
    usedCpus: areUsed ? controller.cpus + agents.cpus : null,
    usedMemMiB: areUsed ? controller.memMiB + agents.memMiB : null,
    buildAgents: one.agents === null ? null : one.agents.tasks,
    buildCpus: agents === null ? null : agents.cpus,
    buildMemMiB: agents === null ? null : agents.memMiB,
    executorsBusy: one.executors === null ? null : one.executors.busy,
    executors: one.executors === null ? null : one.executors.total,
    waiting: one.buildQueue === null ? null : one.buildQueue.length,
  };
}

function toldOf(name: string, samples: UsageSample[]) {
  const told = samples.flatMap((one) => {
    const value = figuresOf(one)[name];
    return value === null || value === undefined ? [] : [{ at: one.at, value }];
  });
  const values = told.map(({ value }) => value);
  if (values.length === 0) return undefined;
  const peak = Math.max(...values);
  return {
    samples: values.length,
    mean: total(values) / values.length,
    p95: atRank(values, 95),
    peak,
    peakAt: told.filter(({ value }) => value === peak)[0]?.at,
  };
}

function shareOf(part: string, whole: string, samples: UsageSample[]): number | undefined {
  const both = samples.map(figuresOf).filter((figures) => figures[part] !== null && figures[whole] !== null);
  const all = total(both.map((figures) => Number(figures[whole])));
  return all === 0 ? undefined : total(both.map((figures) => Number(figures[part]))) / all;
}

const isFull = ({ buildQueue }: UsageSample) => buildQueue !== null && (buildQueue.atLimit ?? 0) > 0;

function limitOf(samples: UsageSample[]) {
  const full = samples.filter(isFull);
  const begins = full.filter(({ at: begin }, index) => {
    const before = full[index - 1];
    return before === undefined || begin - (before.at + MINUTE) > 5 * MINUTE;
  });
  const stretches = begins.map(({ at: from }, index) => {
    const next = begins[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const last = full.filter((one) => one.at < next).at(-1)?.at ?? 0;
    return { from, to: last + MINUTE };
  });
  const most = Math.max(...stretches.map(({ from, to }) => to - from));
  const waits = samples.flatMap((one, index) => {
    const before = samples[index - 1];
    return isFull(one) || (before !== undefined && isFull(before)) ? (one.waitsMs ?? []) : [];
  });
  return {
    ms: full.length * MINUTE,
    longest: stretches.find(({ from, to }) => to - from === most),
    meanWaitMs: waits.length === 0 ? undefined : total(waits) / waits.length,
  };
}

function columnsOf(from: number, to: number, samples: UsageSample[]) {
  const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1_440, 2_880];
  const bucketMs = MINUTE * (minutes.find((width) => Math.ceil((to - from) / (width * MINUTE)) <= 360) ?? 0);
  const begins: number[] = [];
  for (let begin = from; begin < to; begin += bucketMs) begins.push(begin);
  const meansOf = (name: string) =>
    begins.map((begin) => {
      const within = samples.filter((one) => one.at >= begin && one.at < begin + bucketMs);
      const values = within.map((one) => figuresOf(one)[name]).filter((value) => typeof value === 'number');
      return values.length === 0 ? null : total(values) / values.length;
    });
  return {
    bucketMs,
    allocatedCpus: meansOf('allocatedCpus'),
    usedCpus: meansOf('usedCpus'),
    allocatedMemMiB: meansOf('allocatedMemMiB'),
    usedMemMiB: meansOf('usedMemMiB'),
  };
}

function plainly(from: number, to: number, samples: UsageSample[]) {
  const waits = samples.flatMap((one) => one.waitsMs ?? []);
  const msWith = (up: boolean | null) => samples.filter((one) => one.up === up).length * MINUTE;
  const clusters = samples.map((one) => one.cluster).filter((cluster) => cluster !== null);
  return {
    from,
    to,
    samples: samples.length,
    firstAt: samples[0]?.at,
    lastAt: samples.at(-1)?.at,
    figures: Object.fromEntries(
      Object.keys(figuresOf(sample(0))).map((name) => [name, toldOf(name, samples)] as const),
    ),
    share: {
      cpus: shareOf('usedCpus', 'allocatedCpus', samples),
      memMiB: shareOf('usedMemMiB', 'allocatedMemMiB', samples),
    },
    cluster: clusters.at(-1) ?? null,
    limit: limitOf(samples),
    waits: waits.length === 0 ? undefined : { count: waits.length, p50Ms: atRank(waits, 50), p95Ms: atRank(waits, 95) },
    availability: { upMs: msWith(true), downMs: msWith(false), unknownMs: msWith(null) },
    columns: columnsOf(from, to, samples),
  };
}

// ── Series as they come ─────────────────────────────────────────────────────────────────────────────────────────────

const orNull = <T>(known: fc.Arbitrary<T>) => fc.option(known, { nil: null, freq: 4 });
/** Quarters add up without rounding, and few different ones make peaks that occur twice. */
const cpus = fc.integer({ min: 0, max: 12 }).map((quarters) => quarters / 4);
const resources = fc.record({ cpus, memMiB: fc.integer({ min: 0, max: 9 }).map((count) => count * 128) });

const held: fc.Arbitrary<Held> = fc
  .tuple(fc.integer({ min: 0, max: 3 }), resources, orNull(fc.tuple(resources, fc.constantFrom(0, 0, 0, 1, 2))))
  .map(([tasks, allocated, used]) => ({
    tasks,
    allocated,
    used: used === null ? null : { ...used[0], tasks: Math.max(0, tasks - used[1]) },
  }));

const wait = fc.integer({ min: 0, max: 40 }).map((count) => count * 15 * SECOND);

const known: fc.Arbitrary<Omit<UsageSample, 'at'>> = fc.record({
  cluster: orNull(fc.record({ agents: fc.nat(9), total: resources, allocated: resources })),
  controller: orNull(held),
  agents: orNull(held),
  executors: orNull(fc.record({ busy: fc.integer({ min: 0, max: 3 }), total: fc.integer({ min: 0, max: 3 }) })),
  buildQueue: orNull(fc.record({ length: fc.nat(3), longestMs: wait, atLimit: fc.constantFrom(0, 1, 2) })),
  waitsMs: orNull(fc.array(wait, { maxLength: 3 })),
  up: fc.constantFrom(true, false, null),
});

/** Minutes until the next sample: mostly the next one, at times one or a few are missing, at times hours. */
const gap = fc.oneof(
  { weight: 12, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: 2, max: 8 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 600 }) },
);

const series: fc.Arbitrary<UsageSample[]> = fc
  .array(fc.tuple(gap, fc.nat(9 * SECOND), known), { maxLength: 60 })
  .map((rows) => {
    let minute = -1;
    return rows.map(([passed, lateMs, row]) => {
      minute += passed;
      return { at: at(minute) + lateMs, ...row };
    });
  });

const endOf = (samples: UsageSample[], spareMinutes: number) =>
  Math.floor((samples.at(-1)?.at ?? FROM) / MINUTE) * MINUTE + (1 + spareMinutes) * MINUTE;

describe('the statistics of a period', () => {
  test('are what anyone finds who counts by hand, whatever is missing', { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(series, fc.nat(2_000), async (samples, spare) => {
        const to = endOf(samples, spare);
        expect(await usageStatistics(FROM, to, pagesOf(samples))).toEqual(plainly(FROM, to, samples));
      }),
      { numRuns: 150 },
    );
  });

  test('do not depend on how the samples were paged', async () => {
    await fc.assert(
      fc.asyncProperty(series, fc.array(fc.nat(60), { maxLength: 12 }), async (samples, cuts) => {
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, samples.length)).sort((a, b) => a - b), samples.length];
        const pages = bounds.slice(1).map((end, index) => samples.slice(bounds[index], end));
        const to = endOf(samples, 0);
        expect(await usageStatistics(FROM, to, pagesOf(...pages))).toEqual(
          await usageStatistics(FROM, to, pagesOf(samples)),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('without a sample tell nothing, and no zero', async () => {
    const nothing = await usageStatistics(FROM, at(3), pagesOf());
    expect(nothing).toEqual({
      from: FROM,
      to: at(3),
      samples: 0,
      firstAt: undefined,
      lastAt: undefined,
      figures: Object.fromEntries(Object.keys(figuresOf(sample(0))).map((name) => [name, undefined])),
      share: { cpus: undefined, memMiB: undefined },
      cluster: null,
      limit: { ms: 0, longest: undefined, meanWaitMs: undefined },
      waits: undefined,
      availability: { upMs: 0, downMs: 0, unknownMs: 0 },
      columns: {
        bucketMs: MINUTE,
        allocatedCpus: [null, null, null],
        usedCpus: [null, null, null],
        allocatedMemMiB: [null, null, null],
        usedMemMiB: [null, null, null],
      },
    });
    expect(await usageStatistics(FROM, at(3), pagesOf([], []))).toEqual(nothing);
  });

  test('of one sample are that sample', async () => {
    const one = sample(2, {
      controller: { tasks: 1, allocated: { cpus: 1, memMiB: 2_048 }, used: { cpus: 0.25, memMiB: 512, tasks: 1 } },
      agents: { tasks: 2, allocated: { cpus: 1, memMiB: 1_024 }, used: { cpus: 0.75, memMiB: 256, tasks: 2 } },
      waitsMs: [30 * SECOND],
      up: true,
    });
    const told = await of([one], at(4));
    const figure = (value: number) => ({ samples: 1, mean: value, p95: value, peak: value, peakAt: one.at });
    expect(told.figures).toMatchObject({
      allocatedCpus: figure(2),
      allocatedMemMiB: figure(3_072),
      usedCpus: figure(1),
      usedMemMiB: figure(768),
      buildAgents: figure(2),
      buildCpus: figure(0.75),
      buildMemMiB: figure(256),
      executors: undefined,
    });
    expect(told.share).toEqual({ cpus: 0.5, memMiB: 0.25 });
    expect(told.waits).toEqual({ count: 1, p50Ms: 30_000, p95Ms: 30_000 });
    expect(told.columns.usedCpus).toEqual([null, null, 1, null]);
    expect(told.availability).toEqual({ upMs: MINUTE, downMs: 0, unknownMs: 0 });
    expect([told.firstAt, told.lastAt]).toEqual([one.at, one.at]);
  });
});

describe('35 days of samples', () => {
  const COUNT = 35 * 24 * 60;
  const builds = (minute: number): Held => ({
    tasks: minute % 100,
    allocated: { cpus: minute % 100, memMiB: 1_024 },
    used: { cpus: (minute % 100) / 2, memMiB: 256, tasks: minute % 100 },
  });
  const controller: Held = {
    tasks: 1,
    allocated: { cpus: 1, memMiB: 1_024 },
    used: { cpus: 0.5, memMiB: 256, tasks: 1 },
  };
  const minutes = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      sample(first + index, {
        controller,
        agents: builds(first + index),
        executors: { busy: (first + index) % 100, total: 99 },
        buildQueue: { length: (first + index) % 2, longestMs: 0, atLimit: (first + index) % 100 === 99 ? 1 : 0 },
        waitsMs: [(first + index) % 20],
        up: (first + index) % 1_000 !== 0,
      }),
    );

  /** All at once they would be tens of megabytes: each page is made when it is asked for, and then forgotten. */
  async function* pages(atEnd: () => void = () => undefined) {
    for (let first = 0; first < COUNT; first += 2_000) {
      if (first + 2_000 >= COUNT) atEnd();
      yield minutes(first, Math.min(2_000, COUNT - first));
    }
  }

  test('are added up', async () => {
    const told = await usageStatistics(FROM, FROM + 35 * DAY, pages());
    expect(told.samples).toBe(50_400);
    expect(told.figures.executorsBusy).toEqual({ samples: 50_400, mean: 49.5, p95: 94, peak: 99, peakAt: at(99) });
    expect(told.figures.allocatedCpus).toEqual({ samples: 50_400, mean: 50.5, p95: 95, peak: 100, peakAt: at(99) });
    expect(told.figures.waiting).toEqual({ samples: 50_400, mean: 0.5, p95: 1, peak: 1, peakAt: at(1) });
    expect(told.share).toEqual({ cpus: 0.5, memMiB: 0.25 });
    expect(told.waits).toEqual({ count: 50_400, p50Ms: 9, p95Ms: 18 });
    expect(told.availability).toEqual({ upMs: (50_400 - 51) * MINUTE, downMs: 51 * MINUTE, unknownMs: 0 });
    expect(told.limit).toEqual({
      ms: 504 * MINUTE,
      longest: { from: at(99), to: at(100) },
      // It left at the minute of the limit, or at the one after.
      meanWaitMs: (504 * 19 + 503 * 0) / (504 + 503),
    });
    expect(told.columns.bucketMs).toBe(3 * HOUR);
    expect(told.columns.allocatedCpus).toHaveLength(280);
    expect(told.columns.allocatedMemMiB).toEqual(Array.from({ length: 280 }, () => 2_048));
  });

  test('are never held at once', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const held = () => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = held();
    let during = Number.POSITIVE_INFINITY;
    await usageStatistics(
      FROM,
      FROM + 35 * DAY,
      pages(() => {
        during = held();
      }),
    );
    // Eleven series of 65,536 numbers are 6 MB; 50,400 samples would be five times as much.
    expect((during - before) / 2 ** 20).toBeLessThan(12);
  });
});

describe('a peak', () => {
  test('that occurs twice is told by its first time', async () => {
    const busy = [1, 3, 2, 3, 0].map((count, minute) => sample(minute, { executors: { busy: count, total: 4 } }));
    expect((await of(busy)).figures.executorsBusy).toEqual({ samples: 5, mean: 1.8, p95: 3, peak: 3, peakAt: at(1) });
  });

  test('of nothing but zeros is the first of them', async () => {
    const idle = [4, 5].map((minute) => sample(minute, { executors: { busy: 0, total: 4 } }));
    expect((await of(idle)).figures.executorsBusy).toEqual({ samples: 2, mean: 0, p95: 0, peak: 0, peakAt: at(4) });
  });
});

describe('the 95th percentile', () => {
  test.each([
    [1, 1],
    [2, 2],
    [19, 19],
    [20, 19],
    [21, 20],
    [40, 38],
    [100, 95],
    [1_000, 950],
  ])('of the numbers up to %i is %i', async (count, p95) => {
    const rising = Array.from({ length: count }, (_, index) =>
      sample(index, { executors: { busy: count - index, total: 0 }, waitsMs: [index + 1] }),
    );
    const told = await of(rising, at(count));
    expect(told.figures.executorsBusy?.p95).toBe(p95);
    expect(told.waits).toEqual({ count, p50Ms: Math.ceil(count / 2), p95Ms: p95 });
  });
});

describe('what is used', () => {
  const given = { cpus: 2, memMiB: 1_024 };
  const usedBy = (tasks: number, measuredTasks: number | null): Held => ({
    tasks,
    allocated: given,
    used: measuredTasks === null ? null : { cpus: 1, memMiB: 512, tasks: measuredTasks },
  });

  test.each<[string, Held | null, Held | null, number | undefined]>([
    ['is known when all was measured', usedBy(1, 1), usedBy(3, 3), 2],
    ['is not known when one of the build agents was not measured', usedBy(1, 1), usedBy(3, 2), undefined],
    ['is not known when none of them was', usedBy(1, 1), usedBy(3, null), undefined],
    ['is not known when the controller was not', usedBy(1, null), usedBy(3, 3), undefined],
    ['is not known without the controller', null, usedBy(3, 3), undefined],
    ['is not known without the build agents', usedBy(1, 1), null, undefined],
  ])('%s', async (_what, controller, agents, mean) => {
    expect((await of([sample(0, { controller, agents })])).figures.usedCpus?.mean).toBe(mean);
  });

  test('by builds is known without the controller', async () => {
    const { figures } = await of([sample(0, { agents: usedBy(3, 3) })]);
    expect([figures.buildCpus?.mean, figures.buildMemMiB?.mean, figures.buildAgents?.mean]).toEqual([1, 512, 3]);
  });

  test('is a share of what was given in the minutes that tell both', async () => {
    const told = await of([
      sample(0, { controller: usedBy(1, 1), agents: usedBy(1, 1) }),
      sample(1, { controller: usedBy(1, 1), agents: usedBy(9, 1) }),
      sample(2, { controller: usedBy(1, null), agents: usedBy(1, 1) }),
    ]);
    expect(told.share).toEqual({ cpus: 2 / 4, memMiB: 1_024 / 2_048 });
    expect(told.figures.allocatedCpus?.samples).toBe(3);
  });

  test('of nothing given is no share', async () => {
    const nothing: Held = {
      tasks: 0,
      allocated: { cpus: 0, memMiB: 0 },
      used: { cpus: 0, memMiB: 0, tasks: 0 },
    };
    const told = await of([sample(0, { controller: nothing, agents: nothing })]);
    expect(told.share).toEqual({ cpus: undefined, memMiB: undefined });
    expect(told.figures.usedCpus?.mean).toBe(0);
  });
});

describe('the limit', () => {
  const full = (minute: number, waitsMs: number[] | null = null) =>
    sample(minute, { buildQueue: { length: 2, longestMs: 0, atLimit: 1 }, waitsMs });
  const easy = (minute: number, waitsMs: number[] | null = null) =>
    sample(minute, { buildQueue: { length: 2, longestMs: 0, atLimit: 0 }, waitsMs });

  test.each<[string, UsageSample, number]>([
    ['is reached while a build waits that an executor could build', full(0), 1],
    [
      'is not reached while every executor is busy and what waits could not build anyway',
      { ...easy(0), executors: { busy: 4, total: 4 } },
      0,
    ],
    ['is not known without the build queue', { ...full(0), buildQueue: null }, 0],
  ])('%s', async (_what, one, minutes) => {
    const { limit } = await of([one]);
    expect(limit.ms).toBe(minutes * MINUTE);
    expect(limit.longest === undefined).toBe(minutes === 0);
  });

  test.each<[string, number[], [number, number]]>([
    ['was of one minute', [3], [3, 4]],
    ['went on over five minutes that tell nothing', [3, 4, 10], [3, 11]],
    ['ended with six of them', [3, 4, 11], [3, 5]],
    ['was the longest, not the last', [0, 1, 2, 20, 21], [0, 3]],
    ['was the longest, not the first', [0, 20, 21], [20, 22]],
    ['was the first of two that were as long', [0, 1, 20, 21], [0, 2]],
  ])('was reached in a stretch that %s', async (_what, minutes, [from, to]) => {
    expect((await of(minutes.map((minute) => full(minute)))).limit).toMatchObject({
      ms: minutes.length * MINUTE,
      longest: { from: at(from), to: at(to) },
    });
  });

  test('made those wait that left the queue meanwhile or right after', async () => {
    const told = await of([
      easy(0, [999]),
      full(1, [60, 120]),
      full(2, null),
      easy(3, [240]),
      easy(4, [999]),
      full(5, []),
      sample(6, { waitsMs: [180] }),
      sample(7, { waitsMs: [999] }),
    ]);
    expect(told.limit.meanWaitMs).toBe((60 + 120 + 240 + 180) / 4);
    expect(told.waits?.count).toBe(7);
  });

  test('that nobody waited for has no mean wait', async () => {
    expect((await of([easy(0, [60]), easy(1), full(2), easy(3, [])])).limit.meanWaitMs).toBeUndefined();
  });
});

test('minutes without a sample are in none of the times', async () => {
  const ups = [true, true, false, null, true] as const;
  const told = await of(ups.map((up, index) => sample(index * 7, { up })));
  expect(told.availability).toEqual({ upMs: 3 * MINUTE, downMs: MINUTE, unknownMs: MINUTE });
});

test('the cluster is the newest that is known', async () => {
  const cluster = (agents: number) => ({
    agents,
    total: { cpus: 8, memMiB: 1 },
    allocated: { cpus: 1, memMiB: 1 },
  });
  const told = await of([sample(0, { cluster: cluster(3) }), sample(1, { cluster: cluster(4) }), sample(2)]);
  expect(told.cluster?.agents).toBe(4);
});

describe('the columns of a chart', () => {
  test.each<[string, number, number, number]>([
    ['5 min', 5 * MINUTE, 1, 5],
    ['6 h', 6 * HOUR, 1, 360],
    ['a little more than 6 h', 6 * HOUR + 1, 2, 181],
    ['12 h', 12 * HOUR, 2, 360],
    ['a day', DAY, 5, 288],
    ['a day of 25 h', 25 * HOUR, 5, 300],
    ['2 days', 2 * DAY, 10, 288],
    ['a week', 7 * DAY, 30, 336],
    ['a week of 169 h', 169 * HOUR, 30, 338],
    ['30 days', 30 * DAY, 120, 360],
    ['35 days', 35 * DAY, 180, 280],
    ['90 days', 90 * DAY, 360, 360],
    ['180 days', 180 * DAY, 720, 360],
    ['360 days', 360 * DAY, 1_440, 360],
    ['366 days', 366 * DAY, 2_880, 183],
  ])('of %s', async (_what, periodMs, minutes, count) => {
    expect(columnWidth(periodMs)).toBe(minutes * MINUTE);
    const { columns } = await usageStatistics(FROM, FROM + periodMs, pagesOf());
    expect(columns.bucketMs).toBe(minutes * MINUTE);
    expect(columns.usedCpus).toEqual(Array.from({ length: count }, () => null));
  });

  test('are never more than 360, and never fewer than 145', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5 * MINUTE, max: 366 * DAY }), (periodMs) => {
        const count = Math.ceil(periodMs / columnWidth(periodMs));
        expect(count).toBeLessThanOrEqual(360);
        if (periodMs > 6 * HOUR) expect(count).toBeGreaterThanOrEqual(145);
      }),
    );
  });

  test('are means of what is known, and gaps where nothing is', async () => {
    const holding = (minute: number, count: number): UsageSample => {
      const nothing: Held = { tasks: 0, allocated: { cpus: 0, memMiB: 0 }, used: { cpus: 0, memMiB: 0, tasks: 0 } };
      return sample(minute, {
        controller: nothing,
        agents: { tasks: 1, allocated: { cpus: count, memMiB: 100 * count }, used: null },
      });
    };
    const told = await usageStatistics(
      FROM,
      FROM + DAY,
      pagesOf([holding(0, 1), holding(4, 3), sample(3), holding(5, 7), sample(11), holding(24 * 60 - 1, 9)]),
    );
    expect(told.columns.allocatedCpus.slice(0, 3)).toEqual([2, 7, null]);
    expect(told.columns.allocatedCpus.at(-1)).toBe(9);
    expect(told.columns.allocatedMemMiB.slice(0, 3)).toEqual([200, 700, null]);
    expect(told.columns.usedCpus.every((value) => value === null)).toBe(true);
  });
});
