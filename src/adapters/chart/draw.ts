// Draws charts: takes a Chart from whoever posts a digest, hands back a PNG. The libraries are loaded at the first chart,
// because most processes never draw one, and the only letters are those of the bundled font, so every machine draws alike.
import { createRequire } from 'node:module';
import type { ResvgRenderOptions } from '@resvg/resvg-js';
import type { Chart, DrawChart } from '../../core/chart.js';
import type { VegaLite } from '../../core/chart-look.js';
import { chartSpec, sizeOf } from '../../core/usage-chart.js';
import { pngOf } from './png.js';

export interface ChartDrawer {
  draw: DrawChart;
  /** What `draw` paints, before it is pixels. */
  svg(chart: Chart): Promise<string>;
}

/** Of the picture's pixels to those of its plan: sharp on dense screens, and when Slack shows it large. */
const SCALE = 2;

const FONT_FILES = [
  '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
  '@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf',
];

export function chartDrawer(): ChartDrawer {
  const svg = async (chart: Chart) => paint(await vega(), chartSpec(chart), sizeOf(chart));
  return {
    svg,
    async draw(chart) {
      const drawing = await svg(chart);
      const { renderAsync } = await import('@resvg/resvg-js');
      const { pixels, width, height } = await renderAsync(drawing, paper());
      return pngOf(pixels, width, height);
    },
  };
}

interface Vega {
  compile(spec: VegaLite, options: { logger: object }): { spec: VegaLite };
  parse(spec: VegaLite): object;
  View: new (
    dataflow: object,
    options: { renderer: 'none'; loader: object; logger: object },
  ) => { toSVG(): Promise<string>; finalize(): void };
}

// The names are not written into `import()`, because the types behind them are those of a browser and do not compile here.
async function vega(): Promise<Vega> {
  const [grammar, engine] = ['vega-lite', 'vega'];
  const [{ compile }, { parse, View }] = await Promise.all([import(grammar), import(engine)]);
  return { compile, parse, View };
}

async function paint({ compile, parse, View }: Vega, spec: VegaLite, size: { width: number; height: number }) {
  const view = new View(parse({ ...compile(spec, { logger: SILENT }).spec, ...size }), {
    renderer: 'none',
    loader: NO_LOADER,
    logger: SILENT,
  });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

const refuse = () => Promise.reject(new Error('A chart loads nothing from outside.'));

const NO_LOADER = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

const quiet = () => SILENT;

/** Faults are thrown, and advice about drawing is of no use to who runs the bot. */
const SILENT: object = { level: quiet, error: quiet, warn: quiet, info: quiet, debug: quiet };

function paper(): ResvgRenderOptions {
  const { resolve } = createRequire(import.meta.url);
  return {
    fitTo: { mode: 'zoom', value: SCALE },
    font: {
      fontFiles: FONT_FILES.map((file) => resolve(file)),
      loadSystemFonts: false,
      defaultFontFamily: 'Inter',
    },
  };
}
