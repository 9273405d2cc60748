import { describe, expect, test } from 'vitest';
import { usage } from '../../src/commands/usage.js';
import type { ExecutorStatistics, Mesos, MesosTask } from '../../src/core/cluster.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { aLoadOf, anApp, aTask, NOW, silence } from '../support/ci-service.js';
import { type FakeCalls, fakeMesos } from '../support/fakes.js';
import { linesOf, read } from '../support/read-command.js';

const build = (id: string, agent: number): MesosTask => ({
  id,
  name: id,
  state: 'TASK_RUNNING',
  frameworkId: 'jenkins-framework-1',
  mesosAgentId: `agent-${agent}`,
  executorId: '',
  resources: { cpus: 0.5, memMiB: 1_024 },
});

/** Each look finds that a second passed and that each container used half a second of cpu in it. */
function measured(silent: string[] = [], builds = [build('b1', 26), build('b2', 27)]): Partial<Mesos> {
  const looks = new Map<string, number>();
  const controllers = fakeMesos();
  return {
    tasks: async (frameworkId) => (frameworkId === 'jenkins-framework-1' ? builds : controllers.tasks(frameworkId)),
    async statistics({ hostname }) {
      if (silent.includes(hostname)) throw silence('Mesos', 'GET /monitor/statistics');
      const look = looks.get(hostname) ?? 0;
      looks.set(hostname, look + 1);
      const row = (frameworkId: string, executorId: string): ExecutorStatistics => ({
        frameworkId,
        executorId,
        cpuSeconds: 100 + look / 2,
        cpusLimit: 1,
        memRssMiB: 700,
        memLimitMiB: 1_024,
        at: NOW + look * SECOND,
      });
      if (hostname === '192.168.3.25') return [row('marathon-framework', aTask().id)];
      return builds.map((task) => row(task.frameworkId, task.id));
    },
  };
}

const HEADLINE =
  "Jenkins holds 2.0 cpus and 4.0 GB of the cluster's 32.0 cpus and 64.0 GB (6 % and 6 %); its 2 build agents hold 1.0 cpu and 2.0 GB.";
const LEGEND =
  '(Given: what Mesos set aside. Used: measured at the Mesos agents over 1 s; – means that nobody said; (2 of 5) that only so many did.)';
const CLUSTER = ['All frameworks | 8.0 | – | 16.0 GB | –', 'Cluster (4 agents) | 32.0 | – | 64.0 GB | –'];

test('given, used, and what the cluster has', async () => {
  const buildQueue = async () => [
    { id: 1, name: 'app', why: '', buildable: true, stuck: false, inQueueSince: NOW - 3 * MINUTE },
  ];
  const message = await read(usage, {
    mesos: measured(),
    jenkins: { executors: async () => aLoadOf(['app'], ['lib']), buildQueue },
  });
  expect(message.text).toBe(HEADLINE);
  expect(linesOf(message)).toEqual([
    ":bar_chart: Jenkins holds *2.0 cpus* and *4.0 GB* of the cluster's 32.0 cpus and 64.0 GB (6 % and 6 %); its 2 build agents hold 1.0 cpu and 2.0 GB.",
    'Controller | 1.0 | 0.5 | 2.0 GB | 700 MB',
    'Build agents (2) | 1.0 | 1.0 | 2.0 GB | 1.4 GB',
    ...CLUSTER,
    'Executors: 2 of 6 busy. 1 build waits, the longest for 3 min.',
    LEGEND,
  ]);
});

test('nothing builds', async () => {
  const message = await read(usage, { mesos: measured([], []) });
  expect(message.text).toBe(
    "Jenkins holds 1.0 cpu and 2.0 GB of the cluster's 32.0 cpus and 64.0 GB (3 % and 3 %); no build agent runs.",
  );
  expect(linesOf(message).slice(1)).toEqual([
    'Controller | 1.0 | 0.5 | 2.0 GB | 700 MB',
    'Build agents (0) | 0.0 | 0.0 | 0 MB | 0 MB',
    ...CLUSTER,
    'Executors: 0 of 2 busy. No build waits.',
    LEGEND,
  ]);
});

test('one build agent holds, it does not "hold"', async () => {
  expect((await read(usage, { mesos: measured([], [build('b1', 26)]) })).text).toContain(
    'its 1 build agent holds 0.5 cpus and 1.0 GB.',
  );
});

describe('agents that do not say what is used', () => {
  test.each<[string, string[], string[]]>([
    [
      'one of two',
      ['192.168.3.27'],
      ['Controller | 1.0 | 0.5 | 2.0 GB | 700 MB', 'Build agents (2) | 1.0 | 0.5 (1 of 2) | 2.0 GB | 700 MB (1 of 2)'],
    ],
    [
      "the controller's",
      ['192.168.3.25'],
      ['Controller | 1.0 | – | 2.0 GB | –', 'Build agents (2) | 1.0 | 1.0 | 2.0 GB | 1.4 GB'],
    ],
    [
      'all',
      ['192.168.3.25', '192.168.3.26', '192.168.3.27'],
      ['Controller | 1.0 | – | 2.0 GB | –', 'Build agents (2) | 1.0 | – | 2.0 GB | –'],
    ],
  ])('%s: a gap, not a zero', async (_what, silent, rows) => {
    const builds = [build('b1', 26), build('b2', 27)];
    const mesos = measured(silent, builds);
    const statistics: Mesos['statistics'] = async (agent) => {
      const all = (await mesos.statistics?.(agent)) ?? [];
      return all.filter((row) => row.executorId !== (agent.hostname === '192.168.3.26' ? 'b2' : 'b1'));
    };
    const lines = linesOf(await read(usage, { mesos: { ...mesos, statistics } }));
    expect(lines.slice(1, 3)).toEqual(rows);
    expect(lines[0]).toContain('its 2 build agents hold');
  });
});

const fails = () => Promise.reject(silence('Marathon'));

describe('with one system silent', () => {
  test.each<[string, FakeCalls, string[]]>([
    [
      'Marathon: the agents and the cluster are known',
      { mesos: measured(), marathon: { app: fails, info: fails } },
      [
        ":bar_chart: The build agents of Jenkins (2) hold *1.0 cpu* and *2.0 GB* of the cluster's 32.0 cpus and 64.0 GB (3 % and 3 %); what its controller holds is not known.",
        'Build agents (2) | 1.0 | 1.0 | 2.0 GB | 1.4 GB',
        ...CLUSTER,
        'Executors: 0 of 2 busy. No build waits.',
        '(Not known: Marathon: did not answer within 15 s.)',
        LEGEND,
      ],
    ],
    [
      'Mesos: what Jenkins says is left',
      { mesos: { agents: () => Promise.reject(silence('Mesos')) } },
      [
        ':warning: What Jenkins uses is not known: Mesos: did not answer within 15 s.',
        'Controller | 1.0 | – | 2.0 GB | –',
        'Executors: 0 of 2 busy. No build waits.',
        '(Not known: Mesos: did not answer within 15 s.)',
        LEGEND,
      ],
    ],
    [
      'Jenkins: what Mesos says is left',
      {
        mesos: measured(),
        jenkins: {
          executors: () => Promise.reject(silence('Jenkins')),
          buildQueue: () => Promise.reject(silence('Jenkins')),
        },
      },
      [
        ":bar_chart: Jenkins holds *2.0 cpus* and *4.0 GB* of the cluster's 32.0 cpus and 64.0 GB (6 % and 6 %); its 2 build agents hold 1.0 cpu and 2.0 GB.",
        'Controller | 1.0 | 0.5 | 2.0 GB | 700 MB',
        'Build agents (2) | 1.0 | 1.0 | 2.0 GB | 1.4 GB',
        ...CLUSTER,
        'Executors: not known. Build queue: not known.',
        '(Not known: Jenkins: did not answer within 15 s.)',
        LEGEND,
      ],
    ],
    [
      'no controller runs, and that is known',
      { mesos: measured(), marathon: { app: async () => anApp({ tasks: [] }) } },
      [
        ":bar_chart: Jenkins holds *1.0 cpu* and *2.0 GB* of the cluster's 32.0 cpus and 64.0 GB (3 % and 3 %); its 2 build agents hold 1.0 cpu and 2.0 GB. No controller runs.",
        'Build agents (2) | 1.0 | 1.0 | 2.0 GB | 1.4 GB',
        ...CLUSTER,
        'Executors: 0 of 2 busy. No build waits.',
        LEGEND,
      ],
    ],
  ])('%s', async (_what, calls, lines) => {
    expect(linesOf(await read(usage, calls))).toEqual(lines);
  });
});

test('agents that are an app of their own count as build agents', async () => {
  const app = async (appId: string) =>
    appId === '/jenkins'
      ? anApp()
      : anApp({ id: appId, cpus: 2, memMiB: 4_096, tasks: [aTask({ id: 'agents.1', mesosAgentId: 'agent-26' })] });
  const settings = { executorsAppId: '/jenkins-agents' };
  const message = await read(usage, { mesos: measured([], []), marathon: { app }, settings });
  expect(linesOf(message)[2]).toBe('Build agents (1) | 2.0 | – | 4.0 GB | –');
  const silent = await read(usage, { mesos: measured([], []), marathon: { app: fails }, settings });
  expect(silent.text).toBe('What Jenkins uses is not known: Marathon: did not answer within 15 s.');
});

test('a bug in reading the use is not a gap', async () => {
  const statistics = () => Promise.reject(new TypeError('oh'));
  await expect(read(usage, { mesos: { ...measured(), statistics } })).rejects.toThrow('oh');
});
