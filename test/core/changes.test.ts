import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.js';
import { turnWords, usualMs } from '../../src/core/changes.js';
import { MINUTE } from '../../src/core/time.js';
import { NOW } from '../support/ci-service.js';

const took = (durationMs: number, patch: Partial<AuditEntry> = {}): AuditEntry => ({
  v: 1,
  jobId: `d-${durationMs}`,
  userId: 'U0ANA',
  channelId: 'C0CI',
  command: 'deploy',
  text: 'deploy',
  outcome: 'succeeded',
  summary: 'Deployed.',
  at: NOW,
  durationMs,
  ...patch,
});

describe('how long a command usually takes', () => {
  test.each<[string, AuditEntry[], number | undefined]>([
    ['is not told by two', [took(1), took(2)], undefined],
    ['is the middle of three', [took(9), took(1), took(2)], 2],
    ['is between the middle two of four', [took(9), took(1), took(2), took(4)], 3],
    ['is told by successes only', [took(1), took(2), took(9, { outcome: 'failed' })], undefined],
    ['is told by the same command only', [took(1), took(2), took(9, { command: 'scale' })], undefined],
  ])('%s', (_what, entries, ms) => {
    expect(usualMs(entries, 'deploy')).toBe(ms);
  });
});

describe('a place in the queue', () => {
  const ahead = (text: string, ms?: number) => ({ text, userId: 'U0ANA', usualMs: ms });
  test.each([
    [[], 'starting'],
    [[ahead('deploy', 2 * MINUTE)], 'number 1 in the queue, behind deploy of @U0ANA (usually 2 min)'],
    [
      [ahead('a'), ahead('b'), ahead('c'), ahead('d'), ahead('e')],
      'number 5 in the queue, behind a of @U0ANA, b of @U0ANA, c of @U0ANA and 2 more',
    ],
  ])('%#', (changes, words) => {
    expect(turnWords(changes).plain).toBe(words);
  });
});
