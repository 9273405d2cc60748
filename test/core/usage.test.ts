import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ExecutorStatistics, MesosTask, Resources } from '../../src/core/cluster.js';
import { DAY, MINUTE, SECOND } from '../../src/core/time.js';
import {
  type Counted,
  clusterTotals,
  executorOf,
  heldBy,
  keyOf,
  keyOfTask,
  sum,
  usedBetween,
  usedPerExecutor,
} from '../../src/core/usage.js';
import { agents, NOW } from '../support/ci-service.js';

const row = (executorId: string, patch: Partial<ExecutorStatistics> = {}): ExecutorStatistics => ({
  frameworkId: 'f',
  executorId,
  cpuSeconds: 100,
  cpusLimit: 1,
  memRssMiB: 300,
  memLimitMiB: 1024,
  at: NOW,
  ...patch,
});
const later = (executorId: string, cpuSeconds: number, patch: Partial<ExecutorStatistics> = {}) =>
  row(executorId, { cpuSeconds, at: NOW + 2_000, memRssMiB: 400, ...patch });
const task = (id: string, patch: Partial<MesosTask> = {}): MesosTask => ({
  id,
  name: id,
  state: 'TASK_RUNNING',
  frameworkId: 'f',
  mesosAgentId: 'agent-25',
  executorId: '',
  resources: { cpus: 1, memMiB: 512 },
  ...patch,
});

describe('what one container used between two looks', () => {
  test.each<[string, ExecutorStatistics | undefined, ExecutorStatistics | undefined, object | undefined]>([
    [
      'is the difference over the time between, and the memory of the second',
      row('a'),
      later('a', 103),
      { cpus: 1.5, memMiB: 400 },
    ],
    ['is nothing when it stood still', row('a'), later('a', 100), { cpus: 0, memMiB: 400 }],
    ['is not known with the first look missing', undefined, later('a', 103), undefined],
    ['is not known with the second look missing', row('a'), undefined, undefined],
    [
      'is not known when the counter went back, because another container took the place',
      row('a'),
      later('a', 3),
      undefined,
    ],
    ['is not known without time between', row('a'), later('a', 103, { at: NOW }), undefined],
    ["is not known when the agent's clock went back", row('a'), later('a', 103, { at: NOW - 1 }), undefined],
  ])('%s', (_what, first, second, used) => {
    expect(usedBetween(first, second)).toEqual(used);
  });
});

const heard = (heardAt: number, rows: ExecutorStatistics[]): Counted[] => rows.map((one) => ({ ...one, heardAt }));

describe('what each container used', () => {
  /** A minute passes by our clock, and by the agent's so much; each container used a quarter of a cpu of ours. */
  const looks = (agentAhead: number, { agentRanMs = MINUTE, passedMs = MINUTE } = {}): [Counted[], Counted[]] => [
    heard(NOW, [row('a', { at: NOW + agentAhead })]),
    heard(NOW + passedMs, [row('a', { at: NOW + agentAhead + agentRanMs, cpuSeconds: 115 })]),
  ];
  const told = (cpus: number) => new Map([['f a', { cpus, memMiB: 300 }]]);
  const nothing = new Map<string, Resources>();

  test.each<[string, [Counted[], Counted[]], Map<string, Resources>]>([
    ['is told by counters of a minute ago', looks(0), told(0.25)],
    ["is told by an agent's clock that is minutes ahead, but runs evenly", looks(7 * MINUTE), told(0.25)],
    ["is told by an agent's clock that is hours behind, but runs evenly", looks(-180 * MINUTE), told(0.25)],
    ['is counted by the clock of the agent, which lost a little', looks(0, { agentRanMs: 56 * SECOND }), told(15 / 56)],
    ['is not known when its clock was put forward in between', looks(0, { agentRanMs: 3 * MINUTE }), nothing],
    ['is not known when its clock was put forward by 5.001 s', looks(0, { agentRanMs: MINUTE + 5_001 }), nothing],
    ['is not known when its clock was put back in between', looks(0, { agentRanMs: 10 * SECOND }), nothing],
    ['is not known when its clock stood still', looks(0, { agentRanMs: 0 }), nothing],
    [
      'is told by counters that are 2.5 min old',
      looks(0, { agentRanMs: 2.5 * MINUTE, passedMs: 2.5 * MINUTE }),
      told(0.1),
    ],
    [
      'is not known from counters that are older',
      looks(0, { agentRanMs: 2.5 * MINUTE, passedMs: 2.5 * MINUTE + 1 }),
      nothing,
    ],
    ['is not known when our own clock was put back', looks(0, { passedMs: -MINUTE }), nothing],
  ])('%s', (_what, [before, now], used) => {
    expect(usedPerExecutor(before, now)).toEqual(used);
  });

  test('is not known from the first look', () => {
    expect(usedPerExecutor([], looks(0)[1])).toEqual(nothing);
  });

  test('is not known of one that is new, has gone, or began to count anew', () => {
    const before = heard(NOW, [row('gone'), row('again'), row('stays')]);
    const now = heard(NOW + 2_000, [later('new', 500), later('again', 99), later('stays', 101)]);
    expect([...usedPerExecutor(before, now)]).toEqual([['f stays', { cpus: 0.5, memMiB: 400 }]]);
  });

  test("is its own, though another framework's executor has the same id", () => {
    const theirs = { frameworkId: 'g' };
    const before = heard(NOW, [row('a'), row('a', { ...theirs, cpuSeconds: 7_000 })]);
    const now = heard(NOW + 2_000, [later('a', 7_004, theirs), later('a', 101)]);
    expect(usedPerExecutor(before, now)).toEqual(
      new Map([
        ['g a', { cpus: 2, memMiB: 400 }],
        ['f a', { cpus: 0.5, memMiB: 400 }],
      ]),
    );
  });

  test('is found again whatever the cpus and whoever is wrong about the time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 64_000 }), fc.integer({ min: -DAY, max: DAY })), {
          maxLength: 5,
        }),
        fc.integer({ min: SECOND, max: 2.5 * MINUTE }),
        (containers, passedMs) => {
          const rowsAt = (passed: number) =>
            containers.map(([milliCpus, wrongMs], index) =>
              row(`e${index}`, { at: NOW + wrongMs + passed, cpuSeconds: 50 + (milliCpus * passed) / 1_000_000 }),
            );
          const used = usedPerExecutor(heard(NOW, rowsAt(0)), heard(NOW + passedMs, rowsAt(passedMs).toReversed()));
          expect(used.size).toBe(containers.length);
          for (const [index, [milliCpus]] of containers.entries())
            expect(used.get(`f e${index}`)?.cpus).toBeCloseTo(milliCpus / 1_000, 6);
        },
      ),
    );
  });
});

describe('what tasks hold', () => {
  const used = new Map([
    ['f a', { cpus: 0.5, memMiB: 100 }],
    ['f b', { cpus: 1.5, memMiB: 200 }],
    ['g a', { cpus: 9, memMiB: 900 }],
  ]);

  test.each<[string, MesosTask[], object | null]>([
    ['was used as all of them tell', [task('a'), task('b')], { cpus: 2, memMiB: 300, tasks: 2 }],
    [
      'was used at least so far as some of them tell',
      [task('a'), task('b'), task('c')],
      { cpus: 2, memMiB: 300, tasks: 2 },
    ],
    ['was used as nobody knows', [task('c'), task('d')], null],
    [
      'was used by the executor a task names',
      [task('other', { executorId: 'b' })],
      { cpus: 1.5, memMiB: 200, tasks: 1 },
    ],
    ["was not used by another framework's executor of the same id", [task('b', { frameworkId: 'g' })], null],
  ])('%s', (_what, tasks, use) => {
    expect(heldBy(tasks, used)).toEqual({
      tasks: tasks.length,
      allocated: { cpus: tasks.length, memMiB: 512 * tasks.length },
      used: use,
    });
  });

  test('is nothing where there are none, and nothing uses nothing', () => {
    const nothing = { tasks: 0, allocated: sum([]), used: { cpus: 0, memMiB: 0, tasks: 0 } };
    expect(heldBy([], used)).toEqual(nothing);
    expect(heldBy([], new Map())).toEqual(nothing);
  });
});

test("the cluster's totals count the agents that are there", () => {
  const all = agents().map((agent, at) => ({ ...agent, active: at > 0 }));
  expect(clusterTotals(all)).toEqual({
    agents: 3,
    total: { cpus: 24, memMiB: 49_152 },
    allocated: { cpus: 6, memMiB: 12_288 },
  });
  expect(clusterTotals([])).toEqual({ agents: 0, total: sum([]), allocated: sum([]) });
});

test('the executor of a command task has the name of the task', () => {
  expect([executorOf({ id: 't', executorId: '' }), executorOf({ id: 't', executorId: 'e' })]).toEqual(['t', 'e']);
  expect(keyOfTask(task('t'))).toBe(keyOf(row('t')));
  expect(keyOfTask(task('t', { executorId: 'e' }))).toBe(keyOf(row('e')));
});
