import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonFault } from '../../src/core/json-fault.js';

describe('findJsonFault', () => {
  test.each([
    ['a comma too many', '{\n  "cpus": 1,\n}', { line: 3, column: 1, expected: 'a name in double quotes' }],
    ['a comma missing', '{"cpus": 1\n "mem": 2}', { line: 2, column: 2, expected: '"," or "}"' }],
    ['a word without quotes', '{"cmd": run}', { line: 1, column: 9, expected: 'a value' }],
    ['a file that ends early', '{"ports": [0', { line: 1, column: 13, expected: '"," or "]"' }],
    ['an empty file', '', { line: 1, column: 1, expected: 'a value' }],
    ['a second object', '{} {}', { line: 1, column: 4, expected: 'the end of the file' }],
    ['a colon missing', '{"mem" 2}', { line: 1, column: 8, expected: '":"' }],
    ['a text over two lines', '{"cmd": "a\nb"}', { line: 1, column: 9, expected: 'a value' }],
    ['a number with a leading zero', '{"mem": 0128}', { line: 1, column: 9, expected: 'a value' }],
  ])('points at %s', (_what, text, fault) => {
    expect(findJsonFault(text)).toEqual(fault);
  });

  test('finds nothing in what JSON.parse reads, and something in what it refuses', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', ':', '1', '-', '\\', '\n', '[', '\u0085'))
      .map(([text, at, put]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + put + text.slice(cut + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (text) => {
        expect(findJsonFault(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
