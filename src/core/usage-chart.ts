// The picture of a digest: turns a Chart, which holds all words and numbers, into a Vega-Lite specification that
// `adapters/chart/draw.ts` draws. Everything has its fixed place, so the picture is as large and as legible whatever is in it.
import type { Chart } from './chart.js';
import {
  COLOUR,
  FONT,
  HEADER_HEIGHT,
  KEY,
  KEY_MARK,
  KEY_RISE,
  LABELS,
  LINE,
  lineKey,
  MARK,
  PADDING,
  PLOT,
  placed,
  SPACING,
  type VegaLite,
  words,
} from './chart-look.js';
import { panelView } from './chart-panel.js';
import { widthOf } from './chart-text.js';
import { ticksOf } from './time-axis.js';

/** Marks nearer than this are one mark. */
const PIXELS_APART = 2;

/** Within the padding; Vega-Lite has no word for the size of several panels together. */
export function sizeOf({ panels }: Pick<Chart, 'panels'>): { width: number; height: number } {
  return { width: PLOT.width, height: HEADER_HEIGHT + panels.length * (SPACING + PLOT.height) };
}

export function chartSpec(chart: Chart): VegaLite {
  const ticks = ticksOf(chart.from, chart.to, chart.zone);
  const times = ticks.map(({ at }) => at);
  const restarts = chart.restarts.filter((at) => at >= chart.from && at <= chart.to);
  const seen = apart(restarts, chart);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: COLOUR.card,
    padding: PADDING,
    autosize: { type: 'none' },
    // The labels are handed over as data, so that no text is ever read as an expression.
    params: [{ name: 'timeLabels', value: Object.fromEntries(ticks.map(({ at, label }) => [at, label])) }],
    spacing: SPACING,
    bounds: 'flush',
    vconcat: [
      header(chart, restarts.length),
      ...chart.panels.map((panel, index) =>
        panelView(panel, { chart, times, restarts: seen, isLowest: index === chart.panels.length - 1 }),
      ),
    ],
    config: LOOK,
  };
}

const LOOK = {
  font: 'Inter',
  // Words for screen readers of web pages; Slack gets `altText`.
  aria: false,
  view: { stroke: null },
  axis: {
    labelColor: COLOUR.quiet,
    labelFontSize: FONT.small,
    labelPadding: 6,
    gridColor: COLOUR.grid,
    domainColor: COLOUR.axis,
    tickColor: COLOUR.axis,
  },
};

function apart(restarts: readonly number[], { from, to }: Chart): number[] {
  const place = (at: number) => Math.floor((PLOT.width * (at - from)) / (to - from) / PIXELS_APART);
  return [...new Map(restarts.map((at) => [place(at), at])).values()];
}

/** The title, and below it what the marks mean and whose time it is. */
function header(chart: Chart, restarts: number): VegaLite {
  const foot = HEADER_HEIGHT - 6;
  const keys = legend(restarts, foot);
  const right = PLOT.width;
  const title = { text: chart.title, x: -LABELS, y: FONT.title - 3, size: titleSize(chart.title), room: LINE };
  const zone = { text: `${chart.zone} time`, x: right, y: foot, size: FONT.small, room: right - keys.right };
  return {
    width: PLOT.width,
    height: HEADER_HEIGHT,
    layer: [
      words({ ...title, look: { fontWeight: 600, color: COLOUR.text } }),
      ...keys.layers,
      words({ ...zone, look: { align: 'right' } }),
    ],
  };
}

/** A long title is written smaller before it is cut. */
function titleSize(title: string): number {
  const fits = FONT.title * (LINE / widthOf(title, FONT.title));
  return Math.max(FONT.small, Math.min(FONT.title, Math.floor(fits * 2) / 2));
}

/** @returns where its last word ends, too */
function legend(restarts: number, foot: number): { layers: VegaLite[]; right: number } {
  const layers: VegaLite[] = [];
  let x = -LABELS;
  const add = (text: string, keyWidth: number, key: readonly VegaLite[]) => {
    const width = widthOf(text, FONT.small);
    const place = { x: x + keyWidth + KEY.gap, y: foot, size: FONT.small, room: width };
    layers.push(...key, words({ text, ...place, look: { color: COLOUR.text } }));
    x = place.x + width + KEY.between;
  };
  add('given', KEY.width, [placed(KEY_MARK.given, lineKey(x, foot))]);
  add('used', KEY.width, usedKey(x, foot));
  if (restarts > 0) add(restartWords(restarts), RESTART_KEY_WIDTH, [restartKey(x, foot)]);
  return { layers, right: x };
}

function usedKey(x: number, foot: number): VegaLite[] {
  const [x2, y] = [x + KEY.width, foot - 2 * KEY_RISE - 1];
  return [placed(KEY_MARK.used, { x, x2, y, y2: foot + 1 }), placed(KEY_MARK.usedEdge, { x, x2, y })];
}

const RESTART_KEY_WIDTH = 12;

function restartKey(x: number, foot: number): VegaLite {
  return placed(MARK.restartHead, { x: x + RESTART_KEY_WIDTH / 2, y: foot - KEY_RISE });
}

const restartWords = (count: number): string => `controller restarted${count === 1 ? '' : ` ${count} times`}`;
