// Charts as they are drawn, compared with `test/fixtures/charts/`, which is meant to be looked at: `UPDATE_CHARTS=1`
// writes it anew.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { chartDrawer } from '../../../src/adapters/chart/draw.js';
import type { Chart } from '../../../src/core/chart.js';
import { HOUR } from '../../../src/core/time.js';
import { aChart, CHARTS, noise } from '../../support/chart-cases.js';

const folder = fileURLToPath(new URL('../../fixtures/charts/', import.meta.url));
const rewrite = process.env['UPDATE_CHARTS'] === '1';
const { draw, svg } = chartDrawer();

function golden(name: string, made: string): string {
  if (rewrite) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${name}`, made);
  }
  return readFileSync(`${folder}${name}`, 'utf8');
}

/** One element a line, so that a difference can be read. */
const inLines = (drawing: string) => `${drawing.replaceAll('><', '>\n<')}\n`;

/** What is written in it, as a reader sees it. */
const textsIn = (drawing: string): string[] =>
  [...drawing.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = '']) => text);

/** Of the header that every PNG begins with (www.w3.org/TR/png, IHDR). */
const pngSize = (png: Uint8Array) => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

const busiest = (): Chart => {
  const panel = (title: string, highest: number, seed: number) => ({
    title,
    allocated: noise(300, highest, seed),
    used: noise(300, highest * 0.8, seed + 1),
    limit: { value: highest, words: 'the cluster has what it has' },
  });
  const chart = aChart({ panels: [panel('cpus', 24, 1), panel('memory, GB', 96, 3)] });
  const restarts = Array.from({ length: 12 }, (_, index) => chart.from + (2 * index + 0.5) * HOUR);
  return { ...chart, bucketMs: (24 * HOUR) / 300, restarts };
};

describe('a chart', () => {
  test.each(Object.entries(CHARTS))('%s is drawn as it was looked at', async (name, chart) => {
    const drawing = inLines(await svg(chart));
    expect(drawing).toBe(golden(`${name}.svg`, drawing));
  });

  test('has a picture for every case, and none for another', () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(CHARTS)
        .map((name) => `${name}.svg`)
        .sort(),
    );
  });

  test('says nothing that is no word or number', async () => {
    for (const chart of Object.values(CHARTS)) {
      const drawing = await svg(chart);
      expect(drawing).not.toMatch(/undefined|NaN|Infinity|\[object|>null</);
      expect(textsIn(drawing)).toEqual(expect.arrayContaining(['given', 'used', 'cpus', 'memory, GB']));
    }
  });
});

describe('as PNG it', () => {
  test('is a PNG twice as large as its plan', async () => {
    const png = await draw(aChart());
    expect([...png.slice(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(pngSize(png)).toEqual([1440, 892]);
    const [one] = aChart().panels;
    expect(pngSize(await draw(aChart({ panels: one ? [one] : [] })))).toEqual([1440, 556]);
  });

  test('takes at most 150 kB, however wild the numbers are', async () => {
    expect((await draw(busiest())).length).toBeLessThanOrEqual(150_000);
    for (const chart of Object.values(CHARTS)) expect((await draw(chart)).length).toBeLessThanOrEqual(100_000);
  });

  test('holds its letters, which come from the bundled font only', async () => {
    const [withWords, without] = await Promise.all([draw(aChart({ title: 'Words' })), draw(aChart({ title: '' }))]);
    expect(Buffer.compare(withWords, without)).not.toBe(0);
    const [bold, regular] = await Promise.all([draw(aChart({ title: 'A' })), draw(aChart({ title: 'B' }))]);
    expect(Buffer.compare(bold, regular)).not.toBe(0);
  });

  test('is the same when it is drawn again, or at the same time as others', async () => {
    const chart = CHARTS['restarts'] as Chart;
    const [first, , second] = await Promise.all([draw(chart), draw(aChart()), draw(chart)]);
    expect(Buffer.compare(first, second)).toBe(0);
    expect(Buffer.compare(first, await draw(chart))).toBe(0);
  });
});

describe('foreign text', () => {
  test.each([
    ['markup', '<script>alert(1)</script>&"\'', '&lt;script&gt;alert(1)&lt;/script&gt;&amp;'],
    ['an entity', '&#60;b&#62; ]]>', '&amp;#60;b&amp;#62; ]]&gt;'],
    ['an object of Vega', '{"signal":"width"}', '{'],
    ['half a character', 'a\ud800b\u0000c', 'a b c'],
    ['lines', 'a\nb', 'a b'],
  ])('with %s is only text', async (_, title, shown) => {
    const chart = aChart({ title, panels: aChart().panels.map((panel) => ({ ...panel, title })) });
    const drawing = await svg(chart);
    expect(drawing).not.toMatch(/<script|<b>|<image|<a[ >]|href/);
    expect(textsIn(drawing).filter((text) => text.startsWith(shown))).toHaveLength(3);
    expect((await draw(chart)).length).toBeGreaterThan(10_000);
  });
});

test('a chart without any time or panel is drawn, too', async () => {
  const { from } = aChart();
  expect((await draw(aChart({ to: from }))).length).toBeGreaterThan(1_000);
  expect((await draw(aChart({ panels: [] }))).length).toBeGreaterThan(1_000);
});
