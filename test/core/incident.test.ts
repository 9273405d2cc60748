// The life of a case: rings, ends, rings again.
import { describe, expect, test } from 'vitest';
import { applySignal, type Incident, learned, stateOf, TIMELINE_LINES } from '../../src/core/incident.js';
import type { Signal } from '../../src/core/signal.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { NOW } from '../support/ci-service.js';

type Step = [atMin: number, signal: Signal];

const ring = (atMin: number, facts: object = {}): Step => [
  atMin,
  {
    kind: 'raise',
    fingerprint: 'bell',
    identity: `bell|${atMin}`,
    at: NOW + atMin * MINUTE - SECOND,
    facts: { taskId: `task-${atMin}`, ...facts },
    line: `rang at ${atMin}`,
  },
];
const end = (atMin: number): Step => [
  atMin,
  { kind: 'resolve', fingerprint: 'bell', at: NOW + atMin * MINUTE - SECOND, facts: { back: true }, line: 'is back' },
];

/** Each case in the order in which it opened, as it stood last. */
function cases(...steps: Step[]): Incident[] {
  const all = new Map<string, Incident>();
  let latest: Incident | undefined;
  for (const [atMin, signal] of steps) {
    latest = applySignal(latest, signal, 'bell-rule', NOW + atMin * MINUTE, () => `A${all.size + 1}`) ?? latest;
    if (latest !== undefined) all.set(latest.id, latest);
  }
  return [...all.values()];
}
const only = (...steps: Step[]): Incident => {
  const [found, ...more] = cases(...steps);
  if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} cases`);
  return found;
};

describe('a ring', () => {
  test('opens a case', () => {
    expect(only(ring(0))).toEqual({
      v: 1,
      id: 'A1',
      rule: 'bell-rule',
      fingerprint: 'bell',
      rev: 1,
      openedAt: NOW,
      raisedAt: NOW,
      happenedAt: NOW - SECOND,
      count: 1,
      rings: [NOW],
      reopened: 0,
      flapping: false,
      muted: false,
      facts: { taskId: 'task-0' },
      timeline: [{ at: NOW - SECOND, text: 'rang at 0' }],
      dropped: 0,
    });
  });

  test('joins the case that is open, and keeps what it opened with', () => {
    const joined = only(ring(0), ring(8));
    expect(joined).toMatchObject({
      id: 'A1',
      rev: 2,
      count: 2,
      reopened: 0,
      raisedAt: NOW,
      facts: { taskId: 'task-0' },
      latest: { taskId: 'task-8' },
    });
    expect(joined.timeline.map(({ text }) => text)).toEqual(['rang at 0', 'rang at 8']);
  });

  test('reopens the case that was over for five minutes', () => {
    const again = only(ring(0), end(2), ring(7));
    expect(again).toMatchObject({
      count: 2,
      reopened: 1,
      openedAt: NOW,
      raisedAt: NOW + 7 * MINUTE,
      happenedAt: NOW + 7 * MINUTE - SECOND,
      facts: { taskId: 'task-7' },
    });
    expect([again.resolvedAt, again.overAt, again.latest]).toEqual([undefined, undefined, undefined]);
    expect(stateOf(again)).toBe('open');
  });

  test('opens another case after that', () => {
    const [first, second] = cases(ring(0), end(2), ring(7.1));
    expect([first?.count, second?.id, second?.count, second?.reopened]).toEqual([1, 'A2', 1, 0]);
  });
});

describe('flapping', () => {
  test.each<[string, Step[], boolean[]]>([
    ['not with two rings', [ring(0), ring(5)], [false]],
    ['with the third in 20 min', [ring(0), ring(10), ring(20)], [true]],
    ['not with three in more', [ring(0), ring(10), ring(20.1)], [false]],
    ['with the third in 20 min, each reopening', [ring(0), end(1), ring(4), end(5), ring(8)], [true]],
    ['with the third in 20 min, over separate cases', [ring(0), end(1), ring(8), end(9), ring(17)], [false, true]],
    [
      'not over separate cases that are further apart',
      [ring(0), end(1), ring(11), end(12), ring(22)],
      [false, false, false],
    ],
  ])('%s', (_when, steps, expected) => {
    expect(cases(...steps).map(({ flapping }) => flapping)).toEqual(expected);
  });

  test('the third ring reopens the case before it, however long that was over', () => {
    const [, second] = cases(ring(0), end(1), ring(8), end(9), ring(17));
    expect(second).toMatchObject({ id: 'A2', count: 2, reopened: 1 });
  });

  test('once, it goes on while it rings every 20 min', () => {
    const steps = [ring(0), ring(1), ring(2), end(3), ring(21), end(22), ring(40)];
    expect(cases(...steps)).toHaveLength(1);
    expect(cases(...steps, end(41), ring(61))).toHaveLength(2);
  });
});

describe('the end', () => {
  test('is when it was over, and when we heard of it', () => {
    expect(only(ring(0), end(2))).toMatchObject({
      rev: 2,
      resolvedAt: NOW + 2 * MINUTE,
      overAt: NOW + 2 * MINUTE - SECOND,
      facts: { taskId: 'task-0', back: true },
    });
  });

  test('comes once, and not before a ring', () => {
    expect(only(ring(0), end(2), end(3)).rev).toBe(2);
    expect(cases(end(1))).toEqual([]);
  });
});

describe('an update', () => {
  const update = (facts: { [key: string]: number }, text?: string): Signal => ({
    kind: 'update',
    fingerprint: 'bell',
    facts,
    ...(text === undefined ? {} : { line: { at: NOW + MINUTE, text } }),
  });
  test.each<[string, Signal, number]>([
    ['new facts are a change', update({ more: 1 }), 3],
    ['a new line is a change', update({ some: 1 }, 'news'), 3],
    ['the same facts are none', update({ some: 1 }), 2],
  ])('%s', (_what, signal, rev) => {
    expect(only(ring(0), [1, update({ some: 1 })], [1, signal]).rev).toBe(rev);
  });

  test('the same line at the same time is told once', () => {
    expect(only(ring(0), [1, update({}, 'news')], [1, update({}, 'news')]).rev).toBe(2);
  });

  test('of what is over changes nothing, a note of it does', () => {
    expect(only(ring(0), end(1), [2, update({ some: 1 }, 'news')]).rev).toBe(2);
    const line = { at: NOW, text: 'noted' };
    expect(only(ring(0), end(1), [2, { kind: 'note', fingerprint: 'bell', line }]).timeline).toContainEqual(line);
  });

  test('without a case is nothing', () => {
    const line = { at: NOW, text: 'noted' };
    expect(cases([0, update({ some: 1 })], [0, { kind: 'note', fingerprint: 'bell', line }])).toEqual([]);
  });
});

describe('a correction', () => {
  const correct = (taskId: string): Step => [
    9,
    { kind: 'correct', fingerprint: 'bell', taskId, facts: { words: 'better' }, line: { at: NOW, text: 'why' } },
  ];
  test.each<[string, Step[], string | undefined, string | undefined]>([
    ['of what it opened with', [ring(0, { words: 'first' }), correct('task-0')], 'better', undefined],
    [
      'of the latest ring only',
      [ring(0, { words: 'first' }), ring(1, { words: 'second' }), correct('task-1')],
      'first',
      'better',
    ],
    ['of a ring that is forgotten', [ring(0, { words: 'first' }), correct('task-9')], 'first', undefined],
    ['of what is over', [ring(0, { words: 'first' }), end(1), correct('task-0')], 'better', undefined],
  ])('%s', (_what, steps, words, latest) => {
    const { facts, latest: last, timeline } = only(...steps);
    expect([facts['words'], last?.['words']]).toEqual([words, latest]);
    expect(timeline.map(({ text }) => text)).toContain('why');
  });
});

describe('what was found out', () => {
  const line = { at: NOW + MINUTE, text: 'Jenkins answers' };
  test('a better cause counts only while it is still taken for what it was', () => {
    const guessed = { ...only(ring(0)), facts: { kind: 'replaced', words: 'cause not recorded' } };
    const told = { ...guessed, facts: { kind: 'killed-outside', words: 'killed by hand' } };
    const news = {
      facts: {},
      instead: { ofKind: 'replaced', facts: { kind: 'agent-lost', words: 'its agent is gone' } },
      lines: [],
    };
    expect(learned(guessed, news).facts).toEqual({ kind: 'agent-lost', words: 'its agent is gone' });
    expect(learned(told, news).facts).toEqual(told.facts);
  });

  test('adds facts and lines, each a change', () => {
    const known = learned(only(ring(0)), { facts: { diagnosis: 1 }, lines: [line] });
    expect(known).toMatchObject({ rev: 3, facts: { taskId: 'task-0', diagnosis: 1 } });
    expect(known.timeline.at(-1)).toEqual(line);
  });

  test('twice by two who looked at once stands once', () => {
    const once = learned(only(ring(0)), { facts: { diagnosis: 1 }, lines: [line] });
    expect(learned(once, { facts: { diagnosis: 1 }, lines: [{ ...line, at: line.at + 3 }] })).toEqual(once);
  });

  test('again after a reopening is news', () => {
    const again = only(ring(0), end(1), ring(4));
    const before = { ...again, timeline: [{ at: NOW, text: line.text }] };
    expect(learned(before, { facts: {}, lines: [{ ...line, at: NOW + 5 * MINUTE }] }).timeline).toHaveLength(2);
  });
});

test('the timeline is in the order of its times, and keeps its first line when it is full', () => {
  const steps = Array.from(
    { length: 30 },
    (_, at): Step => [
      at,
      { kind: 'note', fingerprint: 'bell', line: { at: NOW + (40 - at) * SECOND, text: `note ${at}` } },
    ],
  );
  const { timeline, dropped } = only(ring(0), ...steps);
  expect(timeline).toHaveLength(TIMELINE_LINES);
  expect(timeline[0]?.text).toBe('rang at 0');
  expect(timeline.at(-1)?.text).toBe('note 0');
  expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).sort((a, b) => a - b));
  expect(dropped).toBe(31 - TIMELINE_LINES);
});

test.each<Signal>([
  { kind: 'settle', identity: 'bell|1' },
  { kind: 'look', afterMs: 0 },
])('$kind is no matter of a case', (signal) => {
  expect(only(ring(0), [1, signal]).rev).toBe(1);
});
