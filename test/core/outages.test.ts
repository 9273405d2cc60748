import { describe, expect, test } from 'vitest';
import type { Incident } from '../../src/core/incident.js';
import { countEnds, endsOf, isOutage } from '../../src/core/outages.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { NOW } from '../support/ci-service.js';

/** It rang when it happened, if nothing else is said. */
function anIncident(openedAt: number, patch: Partial<Incident> = {}): Incident {
  return {
    v: 1,
    id: 'A17',
    rule: 'controller-restarted',
    fingerprint: 'controller-restarted',
    rev: 1,
    openedAt,
    raisedAt: openedAt,
    happenedAt: openedAt,
    count: 1,
    rings: [openedAt],
    reopened: 0,
    flapping: false,
    muted: false,
    facts: {},
    timeline: [],
    dropped: 0,
    ...patch,
  };
}

const of = (rule: string, patch: Partial<Incident> = {}) => anIncident(NOW, { rule, ...patch });

test.each([
  ['controller-restarted', true],
  ['controller-down', true],
  ['deployment-stuck', false],
  ['scm-sync-failed', false],
  ['framework-lost', false],
  ['builds-starved', false],
  ['blind', false],
])('%s is an outage of the controller: %s', (rule, isOne) => {
  expect(isOutage({ rule })).toBe(isOne);
});

describe('the ends of the controller', () => {
  const from = NOW - 24 * HOUR;

  test.each<[string, Incident[], number[]]>([
    ['are none without a case', [], []],
    ['are not those of other alerts', [of('blind'), of('deployment-stuck')], []],
    ['are told oldest first', [anIncident(NOW), anIncident(NOW - HOUR)], [NOW - HOUR, NOW]],
    ['are restarts, and being found down', [of('controller-down'), anIncident(NOW - HOUR)], [NOW - HOUR, NOW]],
    [
      'are the first and the latest of a case that reopened',
      [anIncident(NOW - HOUR, { happenedAt: NOW, raisedAt: NOW, count: 2, reopened: 1 })],
      [NOW - HOUR, NOW],
    ],
    ['are the same once, however often told', [anIncident(NOW), anIncident(NOW), of('controller-down')], [NOW]],
    ['are two when more than 90 s lie between', [anIncident(NOW - 90_001), anIncident(NOW)], [NOW - 90_001, NOW]],
    ['are not those of before the period', [anIncident(from - 1), anIncident(from)], [from]],
    [
      'are the latest of a case that began before the period',
      [anIncident(from - HOUR, { happenedAt: from + HOUR, raisedAt: from + HOUR, count: 2, reopened: 1 })],
      [from + HOUR],
    ],
  ])('%s', (_what, incidents, ends) => {
    expect(endsOf(incidents, from)).toEqual(ends);
  });

  test.each([5, -5])('that happened %d s before it rang is one', (seconds) => {
    expect(endsOf([anIncident(NOW, { happenedAt: NOW - seconds * SECOND })], from)).toHaveLength(1);
  });

  test('that was heard of only minutes later, as after a time without a bot, is one', () => {
    expect(endsOf([anIncident(NOW, { happenedAt: NOW - 10 * MINUTE })], from)).toEqual([NOW - 10 * MINUTE]);
  });

  test('that came a minute after one another for a quarter of an hour are not one', () => {
    const cases = Array.from({ length: 15 }, (_, minutes) => anIncident(NOW - HOUR + minutes * MINUTE));
    expect(endsOf(cases, from).length).toBeGreaterThan(1);
  });
});

describe('the number of ends', () => {
  test.each<[string, Incident[], number]>([
    ['is none without a case', [], 0],
    ['does not count other alerts', [of('blind', { count: 9 }), of('builds-starved', { count: 9 })], 0],
    ['is that of the cases', [anIncident(NOW), of('controller-down')], 2],
    ['is that of all rings of one that flaps', [anIncident(NOW, { count: 7 }), anIncident(NOW)], 8],
  ])('%s', (_what, incidents, count) => {
    expect(countEnds(incidents)).toBe(count);
  });
});
