import { describe, expect, test } from 'vitest';
import { atLeast, compareVersions } from '../../src/core/version.js';

describe('compareVersions', () => {
  test.each([
    ['1.10.0', '1.9.2', 1],
    ['0.15.6', '1.1.0', -1],
    ['1.5.15', '1.5.15', 0],
    ['1.5', '1.5.0', 0],
    ['1.11.24-SNAPSHOT', '1.11.24', 0],
    ['v1.6.352-7-gf84298d', '1.6.352', 0],
    ['1.4.9', '1.4.13', -1],
    ['unknown', '0.8.0', -1],
  ])('%s against %s has sign %i', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });

  test('a snapshot of a release counts as the release', () => {
    expect(atLeast('1.4.0-SNAPSHOT', '1.4')).toBe(true);
    expect(atLeast('1.3.14', '1.4')).toBe(false);
  });
});
