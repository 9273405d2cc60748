import { describe, expect, test } from 'vitest';
import type { ExecutorStatistics, MesosTask } from '../../src/core/cluster.js';
import { clusterTotals, executorOf, percent, sum, usedBetween, usedBy } from '../../src/core/usage.js';
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
const task = (id: string, executorId = ''): MesosTask => ({
  id,
  name: id,
  state: 'TASK_RUNNING',
  frameworkId: 'f',
  mesosAgentId: 'agent-25',
  executorId,
  resources: { cpus: 1, memMiB: 512 },
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
  ])('%s', (_what, first, second, used) => {
    expect(usedBetween(first, second)).toEqual(used);
  });
});

describe('what several tasks used', () => {
  const first = [row('a'), row('b')];
  const second = [later('a', 102), later('b', 104)];
  test.each<[string, MesosTask[], object | undefined]>([
    ['is the sum', [task('a'), task('b')], { cpus: 3, memMiB: 800, tasks: 2 }],
    ['says of how many it is the sum', [task('a'), task('b'), task('silent')], { cpus: 3, memMiB: 800, tasks: 2 }],
    ['is found by the executor a task names', [task('other', 'b')], { cpus: 2, memMiB: 400, tasks: 1 }],
    ['is not known when no agent said', [task('silent')], undefined],
    ['is not known of none', [], undefined],
    ["is not another framework's", [{ ...task('a'), frameworkId: 'g' }], undefined],
  ])('%s', (_what, tasks, used) => {
    expect(usedBy(tasks, first, second)).toEqual(used);
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
});

test.each([
  [1, 3, '33 %'],
  [0, 3, '0 %'],
  [3, 3, '100 %'],
  [1, 0, '–'],
])('%d of %d is %s', (part, whole, words) => {
  expect(percent(part, whole)).toBe(words);
});
