import { describe, expect, test } from 'vitest';
import { agentNeeds, roomFor } from '../../src/core/agent-room.js';
import type { AgentTemplate, MesosAgent } from '../../src/core/cluster.js';
import { agents, aTemplate } from '../support/ci-service.js';

describe('what an agent asks Mesos for', () => {
  test.each<[string, Partial<AgentTemplate>, { cpus: number; memMiB: number }]>([
    ['itself and one executor, and a tenth more memory, on 0.x', {}, { cpus: 0.3, memMiB: 704 }],
    [
      '32 MB more on 2.x, where executors have no size',
      { generation: 2, cpus: 1, memMiB: 1024, executorCpus: undefined, executorMemMiB: undefined },
      { cpus: 1, memMiB: 1056 },
    ],
    [
      'at least something where the template does not say',
      { cpus: 0, memMiB: 0, executorCpus: undefined, executorMemMiB: undefined },
      { cpus: 0.1, memMiB: 140.8 },
    ],
  ])('is %s', (_what, patch, needs) => {
    const found = agentNeeds(aTemplate(patch));
    expect(found.cpus).toBeCloseTo(needs.cpus);
    expect(found.memMiB).toBeCloseTo(needs.memMiB);
  });
});

describe('room for an agent', () => {
  const agent = (patch: Partial<MesosAgent>): MesosAgent => ({ ...(agents()[0] as MesosAgent), ...patch });
  const free = (cpus: number, memMiB: number, patch: Partial<MesosAgent> = {}) =>
    agent({ used: { cpus: 8 - cpus, memMiB: 16_384 - memMiB }, ...patch });
  const big = aTemplate({ cpus: 4, memMiB: 8_192 });

  test.each<[string, MesosAgent[], AgentTemplate[] | undefined, string | undefined]>([
    ['where both are free', [free(0.3, 704)], [aTemplate()], '192.168.3.25'],
    ['not where memory lacks', [free(8, 703)], [aTemplate()], undefined],
    ['not where cpus lack', [free(0.2, 16_384)], [aTemplate()], undefined],
    ['not with cpus on one and memory on another', [free(8, 100), free(0.1, 16_000)], [aTemplate()], undefined],
    ['for the smallest of several templates', [free(1, 1_024)], [big, aTemplate()], '192.168.3.25'],
    ['not on an agent that is away', [free(8, 16_384, { active: false })], [aTemplate()], undefined],
    ['not on an agent that is deactivated', [free(8, 16_384, { deactivated: true })], [aTemplate()], undefined],
    [
      'where most is free',
      [free(1, 1_024), free(2, 4_096, { hostname: '192.168.3.28' })],
      [aTemplate()],
      '192.168.3.28',
    ],
    ['for the least an agent asks for, with unknown templates', [free(0.1, 128)], undefined, '192.168.3.25'],
    ['not for less than that', [free(0.1, 127)], undefined, undefined],
    ['for none without a template', agents(), [], undefined],
  ])('is %s', (_where, on, templates, hostname) => {
    expect(roomFor(on, templates)?.hostname).toBe(hostname);
  });

  test('tells what is free and what is needed', () => {
    expect(roomFor(agents(), [aTemplate()])).toEqual({
      hostname: '192.168.3.25',
      freeCpus: 6,
      freeMemMiB: 12_288,
      needsCpus: 0.3,
      needsMemMiB: 704,
    });
  });
});
