import { describe, expect, test } from 'vitest';
import { carries, mayAbort, settingChanges, typedLabel } from '../../src/core/template-words.js';
import { aCloudTemplate, aSecondTemplate } from '../support/agent-templates.js';

describe('a label', () => {
  test.each([
    ['linux', 'linux', true],
    ['linux docker', 'docker', true],
    ['linux docker', 'linux docker', true],
    ['linux', 'lin', false],
    ['', '', true],
    ['linux', '', false],
  ])('%j carries %j: %s', (label, word, expected) => {
    expect(carries({ label }, word)).toBe(expected);
  });

  test('is typed so that it is one word', () => {
    expect(['linux', '', 'a b'].map(typedLabel)).toEqual(['linux', '""', '"a b"']);
  });
});

test.each<[string | undefined, boolean]>([
  ['0.7.0', true],
  ['0.6.0', true],
  ['0.8.0', false],
  ['0.18.1', false],
  ['1.0.0', false],
  [undefined, true],
])('a template without container settings makes plugin %s stumble: %s', (version, expected) => {
  const bare = aCloudTemplate({ hasContainer: false });
  expect(mayAbort(version, bare)).toBe(expected);
  expect(mayAbort(version, aCloudTemplate())).toBe(false);
  expect(mayAbort(version, aSecondTemplate({ hasContainer: false }))).toBe(false);
});

test('changes name what changes, with units', () => {
  const before = { cpus: 0.2, memMiB: 512, idleMinutes: 3 };
  expect(settingChanges(before, { cpus: 0.5, memMiB: 512, idleMinutes: 1_440 }).plain).toBe(
    'cpus 0.2 → 0.5, idle time 3 min → 1,440 min',
  );
  expect(settingChanges(before, before).plain).toBe('');
});
