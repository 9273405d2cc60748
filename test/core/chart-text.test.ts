import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitted, widthOf } from '../../src/core/chart-text.js';

test('what fits stays as it is', () => {
  expect(fitted('What Jenkins was given, 5–11 May · Überblick', 20, 700)).toBe(
    'What Jenkins was given, 5–11 May · Überblick',
  );
});

test('what is too long is cut, whole letters only', () => {
  expect(fitted('one two three', 10, 55)).toBe('one two…');
  expect(fitted('one two three', 10, 30)).toBe('one…');
  expect(fitted('😀😀😀😀', 10, 35)).toBe('😀😀…');
  expect(fitted('anything', 10, -5)).toBe('…');
  expect(fitted('', 10, 100)).toBe('');
});

test('lines, control characters and half characters are spaces', () => {
  expect(fitted('  a\r\nb\u0000\u0007c\ud800d\u202ee\ufffef  ', 10, 200)).toBe('a b c d e f');
});

test('anything fits afterwards, and is text that XML may hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 20, max: 700 }), (text, room) => {
      const made = fitted(text, 16, room);
      expect(widthOf(made, 16)).toBeLessThanOrEqual(room);
      expect(made).not.toMatch(/\p{C}|\n/u);
    }),
    { seed: 1, numRuns: 500 },
  );
});
