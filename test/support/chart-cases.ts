// Charts to draw and to look at: what a digest may have to show, with numbers that are the same in every run.
import type { Chart, Panel } from '../../src/core/chart.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { numbersFrom } from './numbers.js';

type Values = (number | null)[];

/** Busy by day, quiet by night, in steps as large as a build agent. */
export function busy(count: number, highest: number, seed: number, bucketsADay = 96): Values {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, (_, index) => {
    const day = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / bucketsADay);
    return (Math.round((0.12 + 0.73 * day + 0.15 * next()) * 16) * highest) / 16;
  });
}

/** So many tenths of what was given, and some noise. */
export function partOf(given: Values, tenths: number, seed: number): Values {
  const next = numbersFrom(seed);
  return given.map((value) => (value === null ? null : Math.round(value * (tenths / 10 + 0.25 * next()) * 100) / 100));
}

export function without(values: Values, ...gaps: readonly (readonly [from: number, to: number])[]): Values {
  return values.map((value, index) => (gaps.some(([from, to]) => index >= from && index < to) ? null : value));
}

const CLUSTER = {
  cpus: { value: 312, words: '↑ the cluster has 312.0 cpus' },
  memory: { value: 1228.8, words: '↑ the cluster has 1,228.8 GB' },
};

export function panels(count: number, { cpus = 24, memory = 96, bucketsADay = 96 } = {}): Panel[] {
  const [givenCpus, givenMemory] = [busy(count, cpus, 1, bucketsADay), busy(count, memory, 2, bucketsADay)];
  return [
    { title: 'cpus', allocated: givenCpus, used: partOf(givenCpus, 4, 3), limit: CLUSTER.cpus },
    { title: 'memory, GB', allocated: givenMemory, used: partOf(givenMemory, 6, 4), limit: CLUSTER.memory },
  ];
}

/** A day of May in Berlin, if nothing else is said. */
export function aChart(changes: Partial<Chart> = {}): Chart {
  const from = Date.parse('2026-05-11T00:00:00+02:00');
  const to = from + DAY;
  const bucketMs = 15 * MINUTE;
  return {
    name: 'jenkins-usage-1d',
    title: 'What Jenkins was given and used on Monday 11 May 2026',
    altText: 'Two curves.',
    from,
    to,
    zone: 'Europe/Berlin',
    bucketMs,
    panels: panels(96),
    restarts: [],
    ...changes,
  };
}

const unknown = (count: number): Values => Array.from({ length: count }, () => null);

const both = (change: (values: Values) => Values, all: readonly Panel[]): Panel[] =>
  all.map((panel) => ({ ...panel, allocated: change([...panel.allocated]), used: change([...panel.used]) }));

function aMonth(): Chart {
  const from = Date.parse('2026-03-01T00:00:00+01:00');
  const to = Date.parse('2026-03-31T00:00:00+02:00');
  const bucketMs = 4 * HOUR;
  const title = 'What Jenkins was given and used from 1 to 30 March 2026';
  const count = Math.ceil((to - from) / bucketMs);
  return aChart({ name: 'jenkins-usage-30d', title, from, to, bucketMs, panels: panels(count, { bucketsADay: 6 }) });
}

function aWeek(): Chart {
  const from = Date.parse('2026-10-19T00:00:00+02:00');
  const to = Date.parse('2026-10-26T00:00:00+01:00');
  const bucketMs = HOUR;
  const title = 'What Jenkins was given and used from 19 to 25 October 2026';
  return aChart({ name: 'jenkins-usage-7d', title, from, to, bucketMs, panels: panels(169, { bucketsADay: 24 }) });
}

const day = aChart();
const at = (hours: number) => day.from + hours * HOUR;
const small = panels(96, { cpus: 14, memory: 50 });

/** By the name of the picture. */
export const CHARTS: Readonly<Record<string, Chart>> = {
  empty: aChart({ panels: both((values) => unknown(values.length), day.panels) }),
  'one-sample': aChart({
    bucketMs: 5 * MINUTE,
    panels: both((values) => without(values, [0, 150], [151, 288]), panels(288, { bucketsADay: 288 })),
  }),
  'one-day': day,
  week: aWeek(),
  'thirty-days': aMonth(),
  restarts: aChart({ restarts: [at(3.2), at(9.5), at(9.52), at(9.9), at(23.9)] }),
  gaps: aChart({
    panels: both((values) => without(values, [0, 10], [37, 47], [48, 53], [54, 56], [76, 87]), day.panels),
  }),
  'limit-in-reach': aChart({
    panels: small.map((panel, index) => ({
      ...panel,
      limit: [
        { value: 16, words: '↑ the cluster has 16.0 cpus' },
        { value: 62.5, words: '↑ the cluster has 62.5 GB' },
      ][index] as NonNullable<Panel['limit']>,
    })),
  }),
  'limit-out-of-reach': aChart({ panels: small }),
  'all-zero': aChart({ panels: both((values) => values.map(() => 0), day.panels), restarts: [at(12)] }),
};

/** As wild as it gets: no two numbers near each other. */
export function noise(count: number, highest: number, seed: number): Values {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, () => next() * highest);
}
