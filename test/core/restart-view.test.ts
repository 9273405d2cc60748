// The words of an alert about the controller's end.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/cluster.js';
import type { Incident } from '../../src/core/incident.js';
import { endsWords, restartWords } from '../../src/core/restart-view.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { anIncident, deathFacts, NEW, OLD } from '../support/alert-scene.js';
import { NOW } from '../support/ci-service.js';

const words = (patch: Partial<Incident> = {}, now = NOW + 90 * SECOND) => restartWords(anIncident(patch), now);
const withFacts = (facts: JsonObject) => words({ facts: deathFacts(facts) });
const fieldsOf = (found: ReturnType<typeof words>) =>
  Object.fromEntries(found.fields.map(({ label, value }) => [label, value.plain]));
const OVER = { resolvedAt: NOW + 132 * SECOND, overAt: NOW + 130 * SECOND };
const unknown = { kind: 'unknown', words: 'cause not known', certain: false };
const crash = { kind: 'exit-code', words: 'exit code 1', certain: true };

describe('the first line', () => {
  test.each<[string, Partial<Incident>, string]>([
    ['an end', {}, 'Jenkins controller restarted: out of memory'],
    [
      'a cause that is a guess',
      { facts: deathFacts({ ...crash, certain: false }) },
      'Jenkins controller restarted: probably exit code 1',
    ],
    [
      'an agent that was lost',
      { facts: deathFacts({ kind: 'agent-lost', words: 'its agent is unreachable' }) },
      'Jenkins controller lost: its agent is unreachable',
    ],
    [
      'a launch that failed',
      { facts: deathFacts({ ...crash, launch: true }) },
      'Jenkins controller does not start: exit code 1',
    ],
    [
      'several ends unseen',
      { facts: deathFacts({ lives: 3 }) },
      'Jenkins controller restarted 3 times or more: out of memory',
    ],
    [
      'the same again',
      { count: 2, latest: deathFacts() },
      'Jenkins controller restarted: out of memory; 2 times so far',
    ],
    [
      'another end again',
      { count: 2, latest: deathFacts(crash) },
      'Jenkins controller restarted: out of memory; 2 times so far, the latest: exit code 1',
    ],
    [
      'flapping',
      { count: 3, flapping: true, rings: [0, 4, 9].map((at) => NOW + at * MINUTE), latest: deathFacts(crash) },
      'Jenkins controller is flapping: 3 times within 9 min; the latest: exit code 1',
    ],
    [
      'flapping for long',
      { count: 40, flapping: true, rings: [0, 4, 9].map((at) => NOW + at * MINUTE) },
      'Jenkins controller is flapping: 40 times so far, 3 within 9 min; the latest: out of memory',
    ],
    [
      'launches that fail one after the other',
      {
        count: 3,
        flapping: true,
        rings: [NOW, NOW + 5_000, NOW + 12_000],
        latest: deathFacts({ ...crash, launch: true }),
      },
      'Jenkins controller keeps failing to start: 3 times within 12 s; the latest: exit code 1',
    ],
  ])('%s', (_what, patch, expected) => {
    expect(words(patch).headline.plain).toBe(expected);
  });

  test.each<[string, Partial<Incident>, string]>([
    ['an end', {}, 'Jenkins controller is back after 2 min 10 s: it had ended (out of memory)'],
    [
      'nobody knows why',
      { facts: deathFacts(unknown) },
      'Jenkins controller is back after 2 min 10 s: it had ended (cause not known)',
    ],
    [
      'a launch that failed',
      { facts: deathFacts({ ...crash, launch: true }) },
      'Jenkins controller is back after 2 min 10 s: it did not start (exit code 1)',
    ],
    [
      'a lost agent',
      { facts: deathFacts({ kind: 'agent-lost', words: 'its agent is unreachable' }) },
      'Jenkins controller is back after 2 min 10 s: its agent was lost',
    ],
    [
      'a lost agent that came back',
      { facts: deathFacts({ kind: 'agent-lost', now: { taskId: OLD, host: 'h', address: null } }) },
      'Jenkins controller is back after 2 min 10 s: the same task came back with its agent',
    ],
    [
      'several ends',
      { count: 3 },
      'Jenkins controller is back after 2 min 10 s: it had ended (out of memory); 3 times in all',
    ],
    [
      'a check that was faster than the event',
      { overAt: NOW - 1 },
      'Jenkins controller is back after 0 s: it had ended (out of memory)',
    ],
  ])('when it is over: %s', (_what, patch, expected) => {
    expect(words({ ...OVER, ...patch }).over.plain).toBe(expected);
  });

  test('says the same however long it flaps: each change is an edit', () => {
    const flapping = { count: 3, flapping: true, rings: [NOW, NOW + MINUTE, NOW + 2 * MINUTE] };
    expect(words(flapping, NOW + HOUR)).toMatchObject({ headline: words(flapping, NOW + 3 * MINUTE).headline });
  });
});

describe('the fields', () => {
  test('say where it was and is, and how long it is down', () => {
    expect(fieldsOf(words())).toEqual({
      'Was on': '192.168.3.25, task jenkins.old, had run for 2 h',
      'Runs now': 'nowhere yet',
      'Down for': '1 min so far, since 2015-05-28 10:00 UTC',
      'Last 24 h': '1 unasked end, watching since 2015-05-28 07:00 UTC',
    });
  });

  test.each<[string, JsonObject, object]>([
    ['an end nobody knows much of', { host: null, ranMs: null }, { 'Was on': 'not known, task jenkins.old' }],
    ['a launch', { launch: true, ranMs: null }, { 'Tried on': '192.168.3.25, task jenkins.old' }],
    [
      'the next task, with its port',
      { now: { taskId: NEW, host: '192.168.3.26', address: '192.168.3.26:31052' } },
      { 'Runs now': '192.168.3.26:31052, not proven healthy yet' },
    ],
    [
      'the next task, as an event tells of it',
      { now: { taskId: NEW, host: '192.168.3.26', address: null } },
      { 'Runs now': '192.168.3.26, not proven healthy yet' },
    ],
    [
      'who changed what last',
      {
        diagnosis: {
          mesos: null,
          change: { at: NOW - HOUR, by: 'U0ANA', what: 'deploy --cpus 2' },
          unsaved: null,
          missing: [],
        },
      },
      { 'Last change': 'deploy --cpus 2, by @U0ANA, 2015-05-28 09:00 UTC' },
    ],
    [
      'that nobody is known to have changed anything',
      { diagnosis: { mesos: null, change: null, unsaved: null, missing: [] } },
      { 'Last change': 'none known' },
    ],
  ])('tell %s', (_what, facts, expected) => {
    expect(fieldsOf(withFacts(facts))).toMatchObject(expected);
  });

  test('count whole minutes while it lasts, and say the true time when it is over', () => {
    expect(fieldsOf(words({}, NOW + 30 * SECOND))['Down for']).toMatch(/^less than a minute so far/);
    expect(fieldsOf(words(OVER))['Was down']).toBe('2 min 10 s');
  });

  test('count the ends up to the latest', () => {
    expect(fieldsOf(words({ count: 2, latest: deathFacts({ today: 7 }) }))['Last 24 h']).toMatch(/^7 unasked ends/);
  });
});

test.each([
  [0, NOW - HOUR, '0 unasked ends, watching since 2015-05-28 09:00 UTC'],
  [1, NOW - DAY, '1 unasked end'],
  [2, null, '2 unasked ends'],
])('%i ends, watching since %s', (ends, since, expected) => {
  expect(endsWords(ends, since, NOW).plain).toBe(expected);
});

test('the one remedy is the way back, which shows its plan first', () => {
  const found = { mesos: null, change: null, unsaved: null, missing: [] };
  expect(withFacts({ diagnosis: { ...found, rollback: '2015-05-27T08:00:00.000Z' } }).remedy).toEqual({
    label: 'Roll back',
    action: 'run',
    value: 'rollback 2015-05-27T08:00:00.000Z',
  });
  expect(withFacts({ diagnosis: { ...found, rollback: null } }).remedy).toBeUndefined();
  expect(withFacts({ diagnosis: found }).remedy).toBeUndefined();
});

test('the notes tell what Marathon and Mesos say, once each, and what is not known', () => {
  const diagnosis = {
    mesos: 'Container destroyed',
    change: null,
    unsaved: '1 commit was not pushed: `config.xml` is lost.',
    missing: ['Mesos did not answer within 12 s', 'its sandbox is not to be had'],
  };
  const said = (facts: JsonObject) => withFacts(facts).notes?.map(({ mrkdwn }) => mrkdwn);
  expect(said({ diagnosis, planId: '5cd987cd' })).toEqual([
    'Marathon says: `Memory limit exceeded: Requested: 2080MB`',
    'Mesos says: `Container destroyed`',
    'It happened during the deployment `5cd987cd`.',
    ':warning: 1 commit was not pushed: `config.xml` is lost.',
    'Not known: Mesos did not answer within 12 s; its sandbox is not to be had.',
  ]);
  expect(
    said({ quote: 'the same', diagnosis: { ...diagnosis, mesos: 'the same', unsaved: null, missing: [] } }),
  ).toEqual(['Marathon says: `the same`']);
  expect(said({ quote: null })).toEqual([]);
});
