// From what is seen to what is decided: the ledger, who keeps whom quiet, and what is committed.
import { describe, expect, test } from 'vitest';
import { defineRule, type PolledRule } from '../../src/core/alert.js';
import type { BoardState } from '../../src/core/board.js';
import {
  amend,
  apply,
  candidates,
  detectPolled,
  detectSighting,
  isKeptQuiet,
  rings,
  sightingOf,
} from '../../src/core/decide.js';
import type { Signal } from '../../src/core/signal.js';
import { anIncident, failure, NEW, OLD, seenEvent, seenSnapshot, status } from '../support/alert-scene.js';
import { anApp, NOW } from '../support/ci-service.js';
import { aSilence, noBoard } from '../support/fakes-alert.js';

const ruleOf = (name: string, hiddenBy: readonly string[] = []): PolledRule<Signal[], string> => ({
  name,
  summary: 'An example.',
  hiddenBy,
  watches: { everyMs: 1_000 },
  gather: async () => [],
  detect: (before = '', signals) => ({ memory: `${before}+`, signals }),
  view: () => {
    throw new Error('nobody looks');
  },
});
const parent = ruleOf('parent');
const child = ruleOf('child', ['parent']);

const ring = (fingerprint = 'child', identity = `${fingerprint}|1`): Signal => ({
  kind: 'raise',
  fingerprint,
  identity,
  at: NOW,
  facts: {},
  line: 'rang',
});
const over = (fingerprint = 'child'): Signal => ({ kind: 'resolve', fingerprint, at: NOW, line: 'over' });

const decided = (signals: Signal[], board: Partial<BoardState> = {}, known: string[] = [], rule = child) => {
  const before = { ...noBoard(), ...board };
  const detection = detectPolled(before, defineRule(rule) as PolledRule<unknown, unknown>, signals, NOW);
  return apply(before, detection, new Set(known), NOW);
};
const openParent = anIncident({ id: 'A1', rule: 'parent', fingerprint: 'parent' });
const overParent = anIncident({ id: 'A1', rule: 'parent', fingerprint: 'parent', resolvedAt: NOW });

describe('ids', () => {
  test('count from A1, across fingerprints', () => {
    const { board, change } = decided([ring('one'), ring('two')]);
    expect([board.incidents['one']?.id, board.incidents['two']?.id, board.number]).toEqual(['A1', 'A2', 2]);
    expect(change.number).toBe(2);
  });

  test('go on from the newest there is', () => {
    expect(decided([ring()], { number: 16 }).board.incidents['child']?.id).toBe('A17');
  });

  test('are not counted on when nothing opens', () => {
    expect(decided([{ kind: 'look', afterMs: 5 }]).change).not.toHaveProperty('number');
  });
});

describe('the ledger', () => {
  test('has what rang, and with which case', () => {
    expect(decided([ring()]).change.ledger).toEqual([{ identity: 'child|1', incident: 'A1', at: NOW }]);
  });

  test('has what is settled without a case', () => {
    const { change } = decided([{ kind: 'settle', identity: 'child|1' }]);
    expect(change).toMatchObject({ ledger: [{ identity: 'child|1', incident: null, at: NOW }], incidents: [] });
  });

  test('lets the same ring once', () => {
    expect(decided([ring()], {}, ['child|1']).change).toMatchObject({ ledger: [], incidents: [] });
    expect(decided([ring(), ring()]).board.incidents['child']?.count).toBe(1);
    expect(decided([ring(), ring('child', 'child|2')]).board.incidents['child']?.count).toBe(2);
  });

  test('is asked about exactly what wants to ring', () => {
    const detection = detectPolled(
      noBoard(),
      child as PolledRule<unknown, unknown>,
      [ring(), over(), { kind: 'settle', identity: 'x' }],
      NOW,
    );
    expect(rings(detection)).toEqual(['child|1']);
  });

  test('is asked about every end and loss that a sighting can speak of', () => {
    const before = { ...noBoard(), watch: sightingOf(noBoard(), '/jenkins', seenSnapshot()).after };
    const lost = sightingOf(before, '/jenkins', seenEvent(status('UNREACHABLE')));
    expect(candidates(lost)).toEqual([`/jenkins|${OLD}|ended`, `/jenkins|${OLD}|lost-1`]);
    const failed = sightingOf(before, '/jenkins', seenSnapshot(anApp({ lastTaskFailure: failure({ taskId: NEW }) })));
    expect(candidates(failed)).toEqual([`/jenkins|${OLD}|ended`, `/jenkins|${NEW}|ended`]);
  });
});

describe('a case stays quiet', () => {
  test.each<[string, Partial<BoardState>, boolean]>([
    ['when nothing explains it: not', {}, false],
    ['while the case of a parent is open', { incidents: { parent: openParent } }, true],
    ['when the case of a parent is over: not', { incidents: { parent: overParent } }, false],
    ['while its fingerprint is silenced', { silences: { child: aSilence() } }, true],
    ['while another fingerprint is silenced: not', { silences: { other: aSilence() } }, false],
  ])('%s', (_when, board, isMuted) => {
    const decision = decided([ring()], board);
    expect(decision.board.incidents['child']?.muted).toBe(isMuted);
    expect(isKeptQuiet({ fingerprint: 'child' }, child, { ...noBoard(), ...board })).toBe(isMuted);
  });

  test('when its parent rings in the same look', () => {
    const detection = {
      memories: {},
      signals: [
        { rule: parent, signal: ring('parent') },
        { rule: child, signal: ring() },
      ],
    };
    expect(apply(noBoard(), detection, new Set(), NOW).board.incidents['child']?.muted).toBe(true);
  });

  test('whatever the parent: a parent is not kept quiet by its child', () => {
    const incidents = { child: anIncident({ rule: 'child', fingerprint: 'child' }) };
    expect(decided([ring('parent')], { incidents }, [], parent).board.incidents['parent']?.muted).toBe(false);
  });

  test('until it rings on and nothing explains it any more, as long as nobody was told', () => {
    const incidents = { child: anIncident({ id: 'A2', rule: 'child', fingerprint: 'child', muted: true }) };
    expect(decided([ring()], { incidents }).board.incidents['child']?.muted).toBe(false);
  });

  test('not once people have been told of it', () => {
    const incidents = { parent: openParent, child: anIncident({ id: 'A2', rule: 'child', fingerprint: 'child' }) };
    const shown = { A2: { rev: 1, at: NOW } };
    expect(decided([ring()], { incidents, shown }).board.incidents['child']?.muted).toBe(false);
  });
});

test('a look is wanted as soon as anybody wants one', () => {
  expect(decided([{ kind: 'look', afterMs: 3_000 }, { kind: 'look', afterMs: 0 }, ring()]).lookAfterMs).toBe(0);
  expect(decided([ring()]).lookAfterMs).toBeUndefined();
});

test('what is committed is what changed', () => {
  const incidents = { parent: openParent, child: anIncident({ id: 'A2', rule: 'child', fingerprint: 'child' }) };
  const { change, board } = decided([over(), over()], { incidents, memories: { parent: 'kept' } });
  expect(change.incidents.map(({ id, resolvedAt }) => [id, resolvedAt])).toEqual([['A2', NOW]]);
  expect(change.memories).toEqual({ child: '+' });
  expect(board.memories).toEqual({ parent: 'kept', child: '+' });
  expect(Object.keys(change)).toEqual(['memories', 'incidents', 'ledger']);
});

test('every rule of the controller is shown what is seen of it, and no other', () => {
  const shown: string[] = [];
  const watching = (name: string) =>
    defineRule({
      name,
      summary: '',
      watches: 'controller',
      view: parent.view,
      detect: (memory: number = 0) => {
        shown.push(name);
        return { memory: memory + 1, signals: [] };
      },
    });
  const sighting = sightingOf(noBoard(), '/jenkins', seenSnapshot());
  const detection = detectSighting(
    { ...noBoard(), memories: { one: 4 } },
    [watching('one'), defineRule(child), watching('two')],
    sighting,
    NOW,
  );
  expect(shown).toEqual(['one', 'two']);
  expect(detection).toMatchObject({ memories: { one: 5, two: 1 }, watch: { current: OLD } });
});

test('what is changed by hand stands on the board and is committed', () => {
  const escalated = anIncident({ escalatedAt: NOW });
  const { board, change } = amend({ ...noBoard(), incidents: { 'controller-restarted': anIncident() } }, escalated);
  expect(board.incidents['controller-restarted']).toBe(escalated);
  expect(change).toEqual({ memories: {}, incidents: [escalated], ledger: [] });
});
