import { describe, expect, test } from 'vitest';
import { typedBuild } from '../../src/core/build-name.js';
import { UserError } from '../../src/core/errors.js';

test.each<[typed: string, job: string, number: number | undefined]>([
  ['app-build#128', 'app-build', 128],
  ['team-a/web/feature%2Flogin#7', 'team-a/web/feature%2Flogin', 7],
  ['release notes #7', 'release notes', 7],
  ['release notes # 7', 'release notes', 7],
  ['日報#1', '日報', 1],
  ['c# tests#3', 'c# tests', 3],
  ['app-build', 'app-build', undefined],
  [
    'https://ci.example.com/ci/job/team-a/job/app/128/console',
    'https://ci.example.com/ci/job/team-a/job/app/128/console',
    128,
  ],
  ['https://ci.example.com/job/app/128', 'https://ci.example.com/job/app/128', 128],
  ['https://ci.example.com/job/app/', 'https://ci.example.com/job/app/', undefined],
  ['https://ci.example.com/job/app/lastBuild/#x', 'https://ci.example.com/job/app/lastBuild/#x', undefined],
])('%j is %j, build %s', (typed, job, number) => {
  expect(typedBuild(typed)).toEqual({ job, number });
});

describe('what is no number of a build', () => {
  test.each(['app#0', 'app#-1', 'app#latest', 'app#1.5', 'app#2147483648', 'app#99999999999', 'app#'])(
    '%s',
    (typed) => {
      expect(() => typedBuild(typed)).toThrow(UserError);
    },
  );
  test('is quoted', () => {
    expect(() => typedBuild('app#latest')).toThrow(
      "Expected the build's number to be a whole number from 1 to 2147483647, got `latest`.",
    );
  });
});
