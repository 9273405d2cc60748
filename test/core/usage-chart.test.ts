import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Chart, Panel } from '../../src/core/chart.js';
import { HOUR } from '../../src/core/time.js';
import { chartSpec, sizeOf } from '../../src/core/usage-chart.js';
import { aChart, CHARTS } from '../support/chart-cases.js';

interface Layer {
  mark: { type: string; text?: string; fontSize?: number; shape?: string; stroke?: string };
  data: { values: { at?: number; value?: number; run?: number }[] };
  encoding: Record<
    string,
    { value?: number; axis?: { values: number[]; labels?: boolean }; scale?: { domain: number[] } }
  >;
}

interface View {
  height: number;
  layer: Layer[];
}

const viewsOf = (chart: Chart) => chartSpec(chart)['vconcat'] as View[];
const textsOf = ({ layer }: View) => layer.flatMap(({ mark }) => mark.text ?? []);
const headerOf = (chart: Chart) => viewsOf(chart)[0] as View;
const panelOf = (chart: Chart, index = 0) => viewsOf(chart)[index + 1] as View;
const seriesOf = (view: View) => view.layer.filter(({ mark }) => mark.type === 'line' || mark.type === 'area');
const domainOf = (view: View, axis: 'x' | 'y') => seriesOf(view)[0]?.encoding[axis]?.scale?.domain;
const dashedOf = (view: View) =>
  view.layer.filter(({ mark, data }) => mark.type === 'rule' && data.values[0]?.value !== undefined);

const panel = (changes: Partial<Panel>): Panel => ({ title: 'cpus', allocated: [], used: [], limit: null, ...changes });

test('what is said is Vega-Lite, by its own schema', { timeout: 60_000 }, () => {
  const schema = fileURLToPath(import.meta.resolve('vega-lite/vega-lite-schema.json'));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(schema, 'utf8')));
  for (const [name, chart] of Object.entries(CHARTS)) {
    expect(validate(chartSpec(chart)), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`).toBe(true);
  }
});

test('it is plain data', () => {
  for (const chart of Object.values(CHARTS)) {
    expect(JSON.parse(JSON.stringify(chartSpec(chart)))).toEqual(chartSpec(chart));
  }
});

describe('the panels', () => {
  test('share the time, which the lowest one names', () => {
    const chart = aChart();
    const axes = [0, 1].map((index) => seriesOf(panelOf(chart, index))[0]?.encoding['x']);
    expect(axes.map((axis) => axis?.scale?.domain)).toEqual([
      [chart.from, chart.to],
      [chart.from, chart.to],
    ]);
    expect(axes[0]?.axis?.values).toEqual(axes[1]?.axis?.values);
    expect(axes.map((axis) => axis?.axis?.labels)).toEqual([false, true]);
  });

  test('are as many as there are', () => {
    const [one] = aChart().panels as [Panel];
    expect(viewsOf(aChart({ panels: [one] }))).toHaveLength(2);
    expect(viewsOf(aChart({ panels: [one, one, one] }))).toHaveLength(4);
    const heightOf = (count: number) => sizeOf({ panels: Array.from({ length: count }, () => one) }).height;
    expect(heightOf(3) - heightOf(2)).toBe(heightOf(2) - heightOf(1));
  });

  test('begin at 0 and reach above what is given and used', () => {
    const chart = aChart({ panels: [panel({ allocated: [3, 4], used: [1, 7.5] })] });
    expect(domainOf(panelOf(chart), 'y')).toEqual([0, 8]);
  });

  test('say so when there is nothing to see', () => {
    const nothing = 'no samples in this time';
    expect(textsOf(panelOf(CHARTS['empty'] as Chart))).toContain(nothing);
    expect(textsOf(panelOf(aChart({ panels: [panel({})] })))).toContain(nothing);
    expect(textsOf(panelOf(CHARTS['one-sample'] as Chart))).not.toContain(nothing);
    expect(textsOf(panelOf(CHARTS['all-zero'] as Chart))).not.toContain(nothing);
  });

  test('show what is used although nobody knows what was given', () => {
    const view = panelOf(aChart({ panels: [panel({ allocated: [null, null], used: [2, 3] })] }));
    expect(textsOf(view)).toEqual(['cpus']);
    expect(seriesOf(view).map(({ data }) => data.values.length)).toEqual([4, 4, 0]);
  });
});

describe('what the cluster has', () => {
  const having = (value: number, allocated: (number | null)[], words = 'the cluster has some') =>
    panelOf(aChart({ panels: [panel({ allocated, limit: { value, words } })] }));

  test.each([
    ['far above', 16, [10], false],
    ['in reach', 15, [10], true],
    ['below, since machines are gone', 4, [10], true],
    ['above nothing', 15, [0], false],
    ['not to be compared', 15, [null], false],
  ])('is %s', (_, value, allocated, isDrawn) => {
    const view = having(value, allocated);
    expect(dashedOf(view).map(({ data }) => data.values)).toEqual(isDrawn ? [[{ value }]] : []);
    expect(textsOf(view)[1]).toBe(isDrawn ? 'the cluster has some' : '↑ the cluster has some');
  });

  test('is on the scale when it is drawn', () => {
    expect(domainOf(having(15, [10]), 'y')).toEqual([0, 15]);
    expect(domainOf(having(16, [10]), 'y')).toEqual([0, 10]);
    expect(domainOf(having(29, [20]), 'y')).toEqual([0, 30]);
  });

  test('has one arrow, whoever wrote it', () => {
    expect(textsOf(having(99, [1], '↑ the cluster has 99.0 cpus'))[1]).toBe('↑ the cluster has 99.0 cpus');
    expect(textsOf(having(1, [1], '↑ the cluster has 1.0 cpu'))[1]).toBe('the cluster has 1.0 cpu');
  });
});

describe('restarts', () => {
  const chart = aChart();
  const at = (hours: number) => chart.from + hours * HOUR;
  const drawnIn = (restarts: number[], index = 0) =>
    panelOf({ ...chart, restarts }, index)
      .layer.filter(({ mark }) => mark.shape === 'triangle-down')
      .flatMap(({ data }) => data.values.map((value) => value.at));

  test('stand in every panel, and in the legend with their number', () => {
    expect(drawnIn([at(1), at(20)])).toEqual([at(1), at(20)]);
    expect(drawnIn([at(1), at(20)], 1)).toEqual([at(1), at(20)]);
    expect(textsOf(headerOf({ ...chart, restarts: [at(1), at(20)] }))).toContain('controller restarted 2 times');
    expect(textsOf(headerOf({ ...chart, restarts: [at(1)] }))).toContain('controller restarted');
    expect(textsOf(headerOf(chart)).join()).not.toContain('restarted');
  });

  test('of another time are not told of', () => {
    expect(drawnIn([chart.from - 1, chart.from, chart.to, chart.to + 1])).toEqual([chart.from, chart.to]);
  });

  test('at one place are one mark, and counted all the same', () => {
    const many = Array.from({ length: 500 }, (_, index) => at(2) + index);
    expect(drawnIn(many)).toHaveLength(1);
    expect(textsOf(headerOf({ ...chart, restarts: many }))).toContain('controller restarted 500 times');
  });
});

describe('the header', () => {
  test('has the title, the legend and whose time it is', () => {
    expect(textsOf(headerOf(aChart({ title: 'A day', zone: 'Asia/Kolkata' })))).toEqual([
      'A day',
      'given',
      'used',
      'Asia/Kolkata time',
    ]);
  });

  test.each([
    ['Jenkins on Mesos, a day', 20, false],
    ['Jenkins on Mesos, a week: Mon 19 Oct 00:00 to Mon 26 Oct 00:00', 19.5, false],
    ['Jenkins on Mesos, the last 7 days: Mon 19 Oct 00:00 to Mon 26 Oct 00:00', 17.5, false],
    ['Jenkins on Mesos, the last 7 days: Mon 19 Oct 00:00 to Mon 26 Oct 00:00 (Europe/Berlin)', 16, true],
  ])('writes %s in size %d', (title, size, isCut) => {
    const [{ mark }] = headerOf(aChart({ title })).layer as [Layer];
    expect([mark.fontSize, mark.text?.endsWith('…')]).toEqual([size, isCut]);
  });

  test('cuts what does not fit', () => {
    const restarts = Array.from({ length: 9 }, (_, index) => aChart().from + index * HOUR);
    const [title, , , , zone] = textsOf(
      headerOf(aChart({ title: 'long '.repeat(50), zone: 'America/Argentina/ComodRivadavia', restarts })),
    );
    expect(title).toMatch(/^long long .*…$/);
    expect(zone).toMatch(/^America\/Arg.*…$/);
  });
});

test('no text of a chart is ever part of an expression', () => {
  const evil = '{"signal":"event"} datum.value + (()=>1)()';
  const chart = aChart({ title: evil, panels: [panel({ title: evil, limit: { value: 1, words: evil } })] });
  const expressions = JSON.stringify(chartSpec(chart)).match(/"(?:expr|signal|labelExpr|calculate|filter)":"[^"]*"/g);
  expect(new Set(expressions)).toEqual(new Set(['"labelExpr":"timeLabels[datum.value]"']));
});
