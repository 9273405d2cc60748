import { describe, expect, it } from 'vitest';
import { matchesLabels } from '../../src/core/label-expression.js';

describe('a label expression', () => {
  it.each<[expression: string, labels: string, matches: boolean]>([
    ['linux', 'linux x64', true],
    ['linux', 'linux2', false],
    ['linux||windows', 'windows', true],
    ['linux && !windows', 'linux', true],
    ['linux&&!windows', 'linux windows', false],
    ['(linux||windows)&&docker', 'windows docker', true],
    ['(linux||windows)&&docker', 'windows', false],
    ['linux||windows&&docker', 'linux', true],
    ['!linux&&docker', 'docker', true],
    ['a->b', 'c', true],
    ['a->b', 'a', false],
    ['a<->b', 'c', true],
    ['a<->b||c', 'a c', true],
    ['linux-x64', 'linux-x64', true],
    ['"a b"&&c', 'c', false],
    ['"linux"&&c', 'linux c', true],
    ['构建||c', '构建', true],
  ])('%s, where %s is carried: %s', (expression, labels, matches) => {
    expect(matchesLabels(expression, labels.split(' '))).toBe(matches);
  });

  it.each(['', 'a||', '(a', 'a)', 'a b', '&&', "it's", 'a & b', '('.repeat(5_000), '"open'])(
    'that makes no sense is not understood: %#',
    (expression) => {
      expect(matchesLabels(expression, ['a', 'b'])).toBeUndefined();
    },
  );
});
