// A cluster whose containers use what a test says, so that two looks at their counters tell it again; by a manual clock.
import type { ExecutorStatistics, Mesos, MesosAgent, MesosTask } from '../../src/core/cluster.js';
import { SECOND } from '../../src/core/time.js';
import { agents, aTask, NOW } from './ci-service.js';
import { type FakeCalls, fakeMesos, fakePorts } from './fakes.js';
import { passing } from './fakes-journey.js';
import { type ManualClock, manualClock } from './manual-clock.js';

export interface Container {
  frameworkId: string;
  executorId: string;
  /** `agent-26`. */
  on: string;
  /** Really used. */
  cpus: number;
  memMiB: number;
}

export const BUILDS = 'jenkins-framework-1';

export const aBuildAgent = (id: string, on: string, patch: Partial<MesosTask> = {}): MesosTask => ({
  id,
  name: id,
  state: 'TASK_RUNNING',
  frameworkId: BUILDS,
  mesosAgentId: on,
  executorId: '',
  resources: { cpus: 0.5, memMiB: 1_024 },
  ...patch,
});

export const theController: Container = {
  frameworkId: 'marathon-framework',
  executorId: aTask().id,
  on: 'agent-25',
  cpus: 0.75,
  memMiB: 900,
};

export const containerOf = (task: MesosTask, cpus = 0.25, memMiB = 300): Container => ({
  frameworkId: task.frameworkId,
  executorId: task.executorId || task.id,
  on: task.mesosAgentId,
  cpus,
  memMiB,
});

export interface Scene {
  clock: ManualClock;
  builds: MesosTask[];
  containers: Container[];
  /** Mesos agents asked what is used there, in that order. */
  asked: string[];
  /** Asked at the same time, at most. */
  atOnce: number;
  /** What an agent does before it answers. */
  delay: (agent: MesosAgent) => Promise<void>;
  mesos: Partial<Mesos>;
  ports(calls?: FakeCalls): ReturnType<typeof fakePorts>;
}

/** The controller on the first of some Mesos agents, and a build agent on each of `hosts`. */
export function aScene(hosts: readonly string[] = ['agent-26', 'agent-27'], all: MesosAgent[] = agents()): Scene {
  const clock = manualClock(NOW);
  const builds = hosts.map((on, index) => aBuildAgent(`b${index + 1}`, on));
  const controllers = fakeMesos();
  let beingAsked = 0;
  const scene: Scene = {
    clock,
    builds,
    containers: [theController, ...builds.map((task) => containerOf(task))],
    asked: [],
    atOnce: 0,
    delay: async () => undefined,
    mesos: {
      agents: async () => all,
      tasks: async (frameworkId) => (frameworkId === BUILDS ? scene.builds : controllers.tasks(frameworkId)),
      async statistics({ hostname }) {
        const agent = all.find((one) => one.hostname === hostname) as MesosAgent;
        scene.asked.push(agent.id);
        beingAsked += 1;
        scene.atOnce = Math.max(scene.atOnce, beingAsked);
        try {
          await scene.delay(agent);
        } finally {
          beingAsked -= 1;
        }
        return scene.containers.filter(({ on }) => on === agent.id).map((one) => countersOf(one, clock.now()));
      },
    },
    ports: (calls = {}) => fakePorts({ ...calls, clock, mesos: { ...scene.mesos, ...calls.mesos } }),
  };
  return scene;
}

const countersOf = ({ frameworkId, executorId, cpus, memMiB }: Container, now: number): ExecutorStatistics => ({
  frameworkId,
  executorId,
  cpuSeconds: 1_000 + (cpus * (now - NOW)) / SECOND,
  cpusLimit: 1,
  memRssMiB: memMiB,
  memLimitMiB: 1_024,
  at: now,
});

/** So many Mesos agents, `agent-0` the first. */
export const aCluster = (count: number): MesosAgent[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `agent-${index}`,
    hostname: `10.0.${Math.floor(index / 250)}.${index % 250}`,
    port: 5051,
    active: true,
    deactivated: false,
    total: { cpus: 8, memMiB: 16_384 },
    used: { cpus: 2, memMiB: 4_096 },
  }));

/** Nobody ever answers. */
export const never = (): Promise<never> => new Promise(() => undefined);

/** What came of it, and how much of the clock's time it took. */
export async function timed<T>(clock: ManualClock, work: Promise<T>): Promise<{ value: T; tookMs: number }> {
  const begunAt = clock.now();
  return passing(
    clock,
    work.then((value) => ({ value, tookMs: clock.now() - begunAt })),
    100,
  );
}
