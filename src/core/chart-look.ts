// How charts look, for `usage-chart.ts` and `chart-panel.ts`: sizes, colours, and the two things both draw, words at a
// place and keys that explain a mark. Lengths are pixels before the drawing enlarges them.
import { fitted } from './chart-text.js';

/** Plain JSON in Vega-Lite's words; its own types need those of a browser. */
export type VegaLite = Readonly<Record<string, unknown>>;

/** Of the whole picture; Slack shows it at about half of that. */
const WIDTH = 720;
const MARGIN = 20;
/** Room for the labels of the values, left of the panels. */
export const LABELS = 48;
/** Around everything but those labels and titles; at the right for half a label of the time axis, below for a whole one. */
export const PADDING = { left: MARGIN + LABELS, right: MARGIN + 20, top: MARGIN, bottom: MARGIN + 24 };
/** Of a panel without its title and labels. */
export const PLOT = { width: WIDTH - PADDING.left - PADDING.right, height: 124 };
/** Of a line that ends at the margin. */
export const LINE = LABELS + PLOT.width + PADDING.right - MARGIN;
export const HEADER_HEIGHT = 46;
/** Above each panel, for its title. */
export const SPACING = 44;

export const FONT = { title: 20, panel: 17, small: 16 };

/** Told apart by people who see colours otherwise (after Okabe and Ito), and in grey by their lightness. */
export const COLOUR = {
  card: '#ffffff',
  text: '#1d2129',
  quiet: '#565c66',
  grid: '#e4e7eb',
  axis: '#9aa1ab',
  given: '#00539c',
  used: '#b3daf5',
  usedEdge: '#56a8de',
  limit: '#4a4f57',
  restart: '#d55e00',
};

const STROKE = {
  given: { stroke: COLOUR.given, strokeWidth: 2, strokeCap: 'round' },
  usedEdge: { stroke: COLOUR.usedEdge, strokeWidth: 1.5, strokeCap: 'round' },
  limit: { stroke: COLOUR.limit, strokeWidth: 1.5, strokeDash: [6, 4] },
  restart: { stroke: COLOUR.restart, strokeWidth: 1.5 },
};

export const MARK = {
  given: { type: 'line', ...STROKE.given },
  used: { type: 'area', fill: COLOUR.used, opacity: 1 },
  usedEdge: { type: 'line', ...STROKE.usedEdge },
  givenAlone: { type: 'point', shape: 'circle', filled: true, size: 30, fill: COLOUR.given, opacity: 1 },
  usedAlone: { type: 'point', shape: 'circle', filled: true, size: 30, fill: COLOUR.usedEdge, opacity: 1 },
  limit: { type: 'rule', ...STROKE.limit },
  restart: { type: 'rule', ...STROKE.restart },
  restartHead: { type: 'point', shape: 'triangle-down', filled: true, size: 80, fill: COLOUR.restart, opacity: 1 },
};

/** As the series look, for the legend. */
export const KEY_MARK = {
  given: { type: 'rule', ...STROKE.given },
  used: { type: 'rect', fill: COLOUR.used },
  usedEdge: { type: 'rule', ...STROKE.usedEdge },
};

/** Of a mark that explains itself before its word. */
export const KEY = { width: 26, gap: 7, between: 18 };

/** Half as high as the small letters that it stands before. */
export const KEY_RISE = 5;

/** Where a line lies that is the key before or after words. */
export const lineKey = (x: number, y: number) => ({ x, x2: x + KEY.width, y: y - KEY_RISE });

interface Words {
  text: string;
  x: number;
  /** Of the foot of the letters. */
  y: number;
  size: number;
  /** Longer text is cut. */
  room: number;
  look?: VegaLite;
}

/** At a fixed place of a view. */
export function words({ text, x, y, size, room, look = {} }: Words): VegaLite {
  const mark = { type: 'text', align: 'left', baseline: 'alphabetic', color: COLOUR.quiet, fontSize: size, ...look };
  return placed({ ...mark, text: fitted(text, size, room) }, { x, y });
}

/** A mark that stands for no datum, at pixels of its view. */
export function placed(mark: VegaLite, place: Readonly<Record<string, number>>): VegaLite {
  const encoding = Object.fromEntries(Object.entries(place).map(([channel, value]) => [channel, { value }]));
  return { data: { values: [{}] }, mark, encoding };
}
