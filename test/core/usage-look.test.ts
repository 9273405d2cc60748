import { describe, expect, test } from 'vitest';
import type { MesosAgent } from '../../src/core/cluster.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { lookAtUsage } from '../../src/core/usage-look.js';
import { agents, aLoadOf, anApp, aTask, NOW, refusal, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { aBuildAgent, aCluster, aScene, containerOf, never, type Scene, timed } from '../support/usage-scene.js';

const DEADLINE_MS = 4_500;

const look = (
  scene: Scene,
  calls: FakeCalls = {},
  before?: Parameters<typeof lookAtUsage>[2],
  deadlineMs = DEADLINE_MS,
) => timed(scene.clock, lookAtUsage(scene.ports(calls), deadlineMs, before));

/** What was counted a minute ago. */
async function countersBefore(scene: Scene) {
  const { value } = await look(scene);
  await scene.clock.advance(MINUTE - (scene.clock.now() - NOW));
  scene.asked.length = 0;
  return value.counters;
}

const GIVEN = { cpus: 1, memMiB: 2_048 };
const CONTROLLER = { tasks: 1, allocated: GIVEN, used: { cpus: 0.75, memMiB: 900, tasks: 1 } };
const BUILD_AGENTS = { tasks: 2, allocated: GIVEN, used: { cpus: 0.5, memMiB: 600, tasks: 2 } };

describe('a look', () => {
  test('tells what is given and what is used', async () => {
    const scene = aScene();
    const buildQueue = [{ id: 1, name: 'app', why: '', buildable: true, stuck: false, inQueueSince: NOW }];
    const load = aLoadOf(['app']);
    const { value } = await look(scene, {
      jenkins: { executors: async () => load, buildQueue: async () => buildQueue },
    });
    expect(value).toMatchObject({
      cluster: {
        ok: true,
        value: { agents: 4, total: { cpus: 32, memMiB: 65_536 }, allocated: { cpus: 8, memMiB: 16_384 } },
      },
      controller: { ok: true, value: CONTROLLER },
      agents: { ok: true, value: BUILD_AGENTS },
      executors: { ok: true, value: load },
      buildQueue: { ok: true, value: buildQueue },
      silent: [],
    });
    expect(value.parts).toEqual(
      scene.builds.map((task, index) => ({
        task,
        hostname: `192.168.3.${26 + index}`,
        used: { cpus: 0.25, memMiB: 300 },
      })),
    );
  });

  test('is two at each Mesos agent, a second apart, when there was none before', async () => {
    const scene = aScene();
    const { tookMs } = await look(scene);
    expect(tookMs).toBe(SECOND);
    expect(scene.asked.toSorted()).toEqual(['agent-25', 'agent-25', 'agent-26', 'agent-26', 'agent-27', 'agent-27']);
  });

  test('is one when counters of a minute ago tell the difference', async () => {
    const scene = aScene();
    const before = await countersBefore(scene);
    const { value, tookMs } = await look(scene, {}, before);
    expect(tookMs).toBe(0);
    expect(scene.asked.toSorted()).toEqual(['agent-25', 'agent-26', 'agent-27']);
    expect([value.controller, value.agents]).toEqual([
      { ok: true, value: CONTROLLER },
      { ok: true, value: BUILD_AGENTS },
    ]);
  });

  test('is a second one only at the Mesos agents where something is new', async () => {
    const scene = aScene(['agent-26', 'agent-27', 'agent-28']);
    const before = await countersBefore(scene);
    const fresh = aBuildAgent('fresh', 'agent-27');
    scene.builds.push(fresh);
    scene.containers.push(containerOf(fresh, 1.5, 50));
    const { value, tookMs } = await look(scene, {}, before);
    expect(tookMs).toBe(SECOND);
    expect(scene.asked.toSorted()).toEqual(['agent-25', 'agent-26', 'agent-27', 'agent-27', 'agent-28']);
    expect(value.parts.map(({ used }) => used?.cpus)).toEqual([0.25, 0.25, 0.25, 1.5]);
  });

  test('is two everywhere again when the counters are too old', async () => {
    const scene = aScene();
    const before = await countersBefore(scene);
    await scene.clock.advance(2 * MINUTE);
    const { value } = await look(scene, {}, before);
    expect(scene.asked).toHaveLength(6);
    expect(value.agents).toEqual({ ok: true, value: BUILD_AGENTS });
  });

  test('asks no Mesos agent that runs nothing of Jenkins, and none that is away', async () => {
    const away = agents().map((agent) => ({ ...agent, active: agent.id !== 'agent-27' }));
    const scene = aScene(['agent-26', 'agent-27'], away);
    const { value } = await look(scene);
    expect([...new Set(scene.asked)].toSorted()).toEqual(['agent-25', 'agent-26']);
    expect(value.agents).toMatchObject({ value: { tasks: 2, used: { cpus: 0.25, tasks: 1 } } });
  });

  test('leaves out build agents that have ended', async () => {
    const scene = aScene();
    scene.builds.push(aBuildAgent('over', 'agent-28', { state: 'TASK_FINISHED' }));
    scene.builds.push(aBuildAgent('lost', 'agent-28', { state: 'TASK_LOST' }));
    const { value } = await look(scene);
    expect(value.agents).toEqual({ ok: true, value: BUILD_AGENTS });
    expect(scene.asked).not.toContain('agent-28');
  });

  test('finds the executor that a task names', async () => {
    const scene = aScene([]);
    const task = aBuildAgent('b1', 'agent-26', { executorId: 'executor-of-b1' });
    scene.builds.push(task);
    scene.containers.push(containerOf(task, 0.125, 10));
    expect((await look(scene)).value.agents).toMatchObject({ value: { used: { cpus: 0.125, memMiB: 10, tasks: 1 } } });
  });

  test('sees that nothing builds and that no controller runs: nothing is used', async () => {
    const scene = aScene([]);
    const { value, tookMs } = await look(scene, { marathon: { app: async () => anApp({ tasks: [] }) } });
    const nothing = { tasks: 0, allocated: { cpus: 0, memMiB: 0 }, used: { cpus: 0, memMiB: 0, tasks: 0 } };
    expect([value.controller, value.agents]).toEqual([
      { ok: true, value: nothing },
      { ok: true, value: nothing },
    ]);
    expect([scene.asked, tookMs]).toEqual([[], 0]);
  });
});

describe('executors of other frameworks on the same Mesos agent', () => {
  const spark = { frameworkId: 'spark', on: 'agent-26', cpus: 6, memMiB: 9_000 };

  test('are not counted, whatever their id', async () => {
    const scene = aScene();
    scene.containers.push({ ...spark, executorId: '0' }, { ...spark, executorId: 'b1' });
    const { value } = await look(scene);
    expect(value.agents).toEqual({ ok: true, value: BUILD_AGENTS });
    expect(value.counters.map(({ executorId }) => executorId).toSorted()).toEqual(['b1', 'b2', 'jenkins.old']);
  });

  test('cause no second look when they are new', async () => {
    const scene = aScene();
    const before = await countersBefore(scene);
    scene.containers.push({ ...spark, executorId: 'new' });
    const { tookMs } = await look(scene, {}, before);
    expect(scene.asked).toHaveLength(3);
    expect(tookMs).toBe(0);
  });
});

describe('many Mesos agents', () => {
  const large = () => {
    const all = aCluster(121);
    const scene = aScene(
      all.slice(1).map(({ id }) => id),
      all,
    );
    return { scene, calls: { marathon: { app: async () => anApp({ tasks: [] }) } } };
  };

  test('are asked ten at a time', async () => {
    const { scene, calls } = large();
    scene.delay = () => scene.clock.sleep(50);
    const { value, tookMs } = await look(scene, calls);
    expect(scene.atOnce).toBe(10);
    expect(scene.asked).toHaveLength(240);
    expect(value.agents).toMatchObject({
      ok: true,
      value: { tasks: 120, used: { cpus: expect.closeTo(30, 6), tasks: 120 } },
    });
    // Twelve rounds, a second, twelve rounds.
    expect(tookMs).toBe(12 * 50 + SECOND + 12 * 50);
  });

  test('that never answer cost no more than the time there is', async () => {
    const { scene, calls } = large();
    scene.delay = never;
    const { value, tookMs } = await look(scene, calls);
    expect(tookMs).toBe(DEADLINE_MS);
    expect(scene.asked).toHaveLength(10);
    expect(value.agents).toMatchObject({ ok: true, value: { tasks: 120, used: null } });
    expect(value.silent).toEqual(['120 of 120 Mesos agents did not tell what is used (did not answer within 5 s)']);
  });

  test('that do not answer hide nothing of the others', async () => {
    const all = aCluster(81);
    const hosts = all.slice(1).map(({ id }) => id);
    const scene = aScene(hosts, all);
    const answering = new Set(hosts.slice(0, 40));
    scene.delay = async (agent) => {
      if (answering.has(agent.id)) return;
      await scene.clock.sleep(2 * SECOND);
      throw silence('Mesos', 'GET /monitor/statistics');
    };
    const noController = { marathon: { app: async () => anApp({ tasks: [] }) } };
    const { value } = await look(scene, noController, undefined, 25 * SECOND);
    expect(value.silent).toEqual(['40 of 80 Mesos agents did not tell what is used (did not answer within 15 s)']);
    expect(value.agents).toMatchObject({
      ok: true,
      value: { tasks: 80, used: { cpus: expect.closeTo(10, 6), tasks: 40 } },
    });
  });
});

describe('Mesos agents that do not tell', () => {
  const refusing =
    (...ids: string[]) =>
    async ({ id }: MesosAgent) => {
      if (ids.includes(id)) throw refusal('Mesos', 403, 'not authorized', 'GET /monitor/statistics');
    };

  test('are counted, with the reason', async () => {
    const scene = aScene();
    scene.delay = refusing('agent-26', 'agent-27');
    const { value } = await look(scene);
    expect(value.silent).toEqual(['2 of 3 Mesos agents did not tell what is used (403, not authorized)']);
    expect(value.controller).toEqual({ ok: true, value: CONTROLLER });
    expect(value.agents).toEqual({ ok: true, value: { ...BUILD_AGENTS, used: null } });
  });

  test('leave known what the others tell', async () => {
    const scene = aScene();
    scene.delay = refusing('agent-26');
    const { value } = await look(scene);
    expect(value.silent).toEqual(['1 of 3 Mesos agents did not tell what is used (403, not authorized)']);
    expect(value.agents).toMatchObject({ value: { tasks: 2, used: { cpus: 0.25, memMiB: 300, tasks: 1 } } });
    expect(value.parts.map(({ used }) => used !== undefined)).toEqual([false, true]);
  });

  test('may be the only one there is', async () => {
    const scene = aScene([]);
    scene.delay = refusing('agent-25');
    expect((await look(scene)).value.silent).toEqual([
      'the one Mesos agent did not tell what is used (403, not authorized)',
    ]);
  });

  test('are not asked again', async () => {
    const scene = aScene();
    scene.delay = refusing('agent-26');
    await look(scene);
    expect(scene.asked.filter((id) => id === 'agent-26')).toHaveLength(1);
  });

  test('are told of when they fell silent between two looks', async () => {
    const scene = aScene();
    const looks = new Map<string, number>();
    scene.delay = async (agent) => {
      const count = (looks.get(agent.id) ?? 0) + 1;
      looks.set(agent.id, count);
      if (count === 2) await refusing('agent-26')(agent);
    };
    const { value } = await look(scene);
    expect(value.agents).toMatchObject({ value: { tasks: 2, used: { tasks: 1 } } });
    expect(value.silent).toEqual(['1 of 3 Mesos agents did not tell what is used (403, not authorized)']);
  });

  test('and never will cost no more than the time there is', async () => {
    const scene = aScene();
    const before = await countersBefore(scene);
    scene.delay = ({ id }) => (id === 'agent-27' ? never() : Promise.resolve());
    const { value, tookMs } = await look(scene, {}, before);
    expect(tookMs).toBe(DEADLINE_MS);
    expect(value.silent).toEqual(['1 of 3 Mesos agents did not tell what is used (did not answer within 5 s)']);
    expect(value.agents).toMatchObject({ value: { tasks: 2, used: { cpus: 0.25, memMiB: 300, tasks: 1 } } });
    expect(value.controller).toEqual({ ok: true, value: CONTROLLER });
  });

  test('for a bug of ours are no gap', async () => {
    const scene = aScene();
    scene.delay = () => Promise.reject(new TypeError('oh'));
    await expect(look(scene)).rejects.toThrow('oh');
  });
});

describe('too little time', () => {
  test('for a second look leaves the use unknown', async () => {
    const scene = aScene();
    const { value, tookMs } = await look(scene, {}, undefined, SECOND);
    expect(tookMs).toBe(0);
    expect(scene.asked).toHaveLength(3);
    expect(value.agents).toEqual({ ok: true, value: { ...BUILD_AGENTS, used: null } });
  });

  test('is never what a slow Mesos leaves for its agents', async () => {
    const scene = aScene();
    const mesos = {
      agents: async () => {
        await scene.clock.sleep(2 * SECOND);
        return agents();
      },
    };
    const { value, tookMs } = await look(scene, { mesos });
    expect(tookMs).toBe(3 * SECOND);
    expect(value.agents).toEqual({ ok: true, value: BUILD_AGENTS });
    scene.delay = never;
    expect((await look(scene, { mesos })).tookMs).toBe(DEADLINE_MS);
  });
});

describe('static agents, an app of their own', () => {
  const settings = { executorsAppId: '/jenkins-agents' };
  const app = async (id: string) =>
    id === '/jenkins'
      ? anApp()
      : anApp({
          id,
          cpus: 2,
          memMiB: 512,
          tasks: [
            aTask({ id: 's1', mesosAgentId: 'agent-28' }),
            aTask({ id: 's2', state: 'TASK_STAGING', startedAt: undefined, mesosAgentId: 'agent-28' }),
          ],
        });

  test('are build agents like those that Jenkins starts', async () => {
    const scene = aScene(['agent-26']);
    scene.containers.push({
      frameworkId: 'marathon-framework',
      executorId: 's1',
      on: 'agent-28',
      cpus: 1.25,
      memMiB: 200,
    });
    const { value } = await look(scene, { marathon: { app }, settings });
    expect(value.agents).toEqual({
      ok: true,
      value: { tasks: 2, allocated: { cpus: 2.5, memMiB: 1_536 }, used: { cpus: 1.5, memMiB: 500, tasks: 2 } },
    });
    expect(value.controller).toEqual({ ok: true, value: CONTROLLER });
    expect(value.parts.map(({ task, hostname }) => [task.id, hostname])).toEqual([
      ['b1', '192.168.3.26'],
      ['s1', '192.168.3.28'],
    ]);
  });

  test('are not known with Marathon silent, and then what builds hold is not', async () => {
    const missing = 'Marathon: did not answer within 15 s';
    const { value } = await look(aScene(), { marathon: { app: () => Promise.reject(silence('Marathon')) }, settings });
    expect(value.agents).toEqual({ ok: false, missing });
    expect(value.controller).toEqual({ ok: false, missing });
  });
});

describe('one system that is silent', () => {
  /** Of the time there is the Mesos agents need half. */
  const HALF_MS = DEADLINE_MS / 2;
  const late = (system: string, seconds: number) => ({
    ok: false,
    missing: `${system} did not answer within ${seconds} s`,
  });

  test.each([
    ['at once', () => Promise.reject(silence('Marathon')), 'Marathon: did not answer within 15 s', 0],
    ['for ever', never, 'Marathon did not answer within 2 s', HALF_MS],
  ])('Marathon, %s: the build agents are known', async (_when, app, missing, tookMs) => {
    const scene = aScene();
    const told = await look(scene, { marathon: { app } }, await countersBefore(scene));
    expect(told.value).toMatchObject({
      cluster: { ok: true },
      controller: { ok: false, missing },
      agents: { ok: true, value: BUILD_AGENTS },
      executors: { ok: true },
      buildQueue: { ok: true },
      silent: [],
    });
    expect(told.tookMs).toBe(tookMs);
    expect(scene.asked.toSorted()).toEqual(['agent-26', 'agent-27']);
  });

  test('Mesos: Jenkins tells, and no agent is asked', async () => {
    const scene = aScene();
    const mesos = { agents: never, frameworks: never, tasks: never, task: never };
    const { value, tookMs } = await look(scene, { mesos });
    expect(value).toMatchObject({
      cluster: late('Mesos', 2),
      controller: { ok: false },
      agents: late('Mesos', 2),
      parts: [],
      executors: { ok: true },
      buildQueue: { ok: true },
    });
    expect([tookMs, scene.asked]).toEqual([HALF_MS, []]);
  });

  test('Mesos, asked for its agents only: what the controller was given is known', async () => {
    const scene = aScene();
    const { value } = await look(scene, { mesos: { agents: () => Promise.reject(silence('Mesos')) } });
    expect(value).toMatchObject({
      cluster: { ok: false, missing: 'Mesos: did not answer within 15 s' },
      controller: { ok: true, value: { tasks: 1, allocated: GIVEN, used: null } },
    });
  });

  test('Jenkins: Mesos and Marathon tell', async () => {
    const scene = aScene();
    const before = await countersBefore(scene);
    const { value, tookMs } = await look(scene, { jenkins: { executors: never, buildQueue: never } }, before);
    expect(value).toMatchObject({
      cluster: { ok: true },
      controller: { ok: true, value: CONTROLLER },
      agents: { ok: true, value: BUILD_AGENTS },
      executors: late('Jenkins', 5),
      buildQueue: late('Jenkins', 5),
      silent: [],
    });
    expect(tookMs).toBe(DEADLINE_MS);
  });

  test('Jenkins, as a framework of Mesos: no build agents are no gap', async () => {
    const scene = aScene();
    const { value } = await look(scene, { mesos: { frameworks: async () => [] } });
    expect(value.agents).toMatchObject({ ok: true, value: { tasks: 0, used: { tasks: 0 } } });
  });
});
