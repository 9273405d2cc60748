// What core believes about letters, held against the font that draws them.
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, test } from 'vitest';
import { widthOf } from '../../../src/core/chart-text.js';

const { resolve } = createRequire(import.meta.url);
const font = {
  fontFiles: ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'].map((file) =>
    resolve(`@expo-google-fonts/inter/${file}`),
  ),
  loadSystemFonts: false,
};

const drawing = (text: string, weight: number) =>
  new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="40"><text x="10" y="30" font-family="Inter" font-size="20" font-weight="${weight}">${text}</text></svg>`,
    { font },
  );

const inkOf = (text: string, weight: number) => drawing(text, weight).getBBox()?.width ?? 0;

describe.each([400, 600])('in weight %d', (weight) => {
  test.each([
    'What Jenkins was given and used from 19 to 25 October 2026',
    'controller restarted 12 times',
    'the cluster has 1,228.8 GB',
    'America/Argentina/ComodRivadavia time',
    'memory, GB',
    'given',
    'used',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    'abcdefghijklmnopqrstuvwxyz',
    '0123456789',
    'wwwwwwwwww',
    'Ärger mit Öl: Größenänderungsübersicht',
    '() [] {} #$%* +-=~ !? @ |',
  ])('%s is no wider than thought, and not much narrower', (text) => {
    expect(widthOf(text, 20)).toBeGreaterThanOrEqual(inkOf(text, weight));
    expect(widthOf(text, 20)).toBeLessThan(1.25 * inkOf(text, weight));
  });

  test.each(['↑', '…', '–', '·', 'ü', 'é', 'Ω', 'Ж'])('%s is in the font', (letter) => {
    const pixels = (text: string) => drawing(text, weight).render().pixels;
    // Chinese is not, and all of it is drawn as the same sign.
    expect(pixels(letter).equals(pixels('一'))).toBe(false);
    expect(pixels('二').equals(pixels('一'))).toBe(true);
  });
});
