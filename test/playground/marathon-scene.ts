// A stage for tests of the simulated Marathon: the cluster, one app with a service inside, and a hand on its health.
import type { JsonObject } from '../../src/core/cluster.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { Cluster } from '../../src/playground/world/cluster.js';
import { MESOS_BENEATH } from '../../src/playground/world/marathon/generation.js';
import type { Instance } from '../../src/playground/world/marathon/model.js';
import { type MarathonOptions, MarathonWorld } from '../../src/playground/world/marathon/world.js';
import type { MarathonGeneration, ProcessHandle, Program } from '../../src/playground/world/types.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

export const APP = '/ci/jenkins';

/** How services started from now on behave. */
export interface Behaviour {
  bootMs: number;
  /** Ends by itself with this status shortly after its start. */
  exitsWith: number | undefined;
  /** What a booted service answers; undefined: nothing listens. */
  answers: number | undefined;
}

class Service implements Program {
  readonly #clock: ManualClock;
  readonly #behaviour: Behaviour;
  #process: ProcessHandle | undefined;
  #up = false;

  constructor(clock: ManualClock, behaviour: Behaviour) {
    this.#clock = clock;
    this.#behaviour = behaviour;
  }

  start(process: ProcessHandle) {
    this.#process = process;
    const { exitsWith } = this.#behaviour;
    if (exitsWith !== undefined) this.#clock.after(400, () => process.exit(exitsWith));
    this.#clock.after(this.#behaviour.bootMs, () => {
      this.#up = true;
    });
  }

  terminate() {
    this.#clock.after(400, () => this.#process?.exit(143));
  }

  destroy() {
    this.#up = false;
  }

  respond() {
    return this.#up ? this.#behaviour.answers : 503;
  }

  usage() {
    return { cpus: 0.2, memMiB: 600 };
  }
}

export function jenkinsApp(over: JsonObject = {}): JsonObject {
  return {
    id: APP,
    cmd: 'export JENKINS_HOME=$MESOS_SANDBOX/home && exec java $JAVA_OPTS -jar jenkins.war --httpPort=$PORT0',
    user: 'jenkins',
    env: { JAVA_OPTS: '-Xmx768m' },
    instances: 1,
    cpus: 1,
    mem: 1_024,
    uris: ['http://repo.example.org/jenkins/jenkins-master.tgz'],
    ports: [10_080],
    healthChecks: [
      {
        path: '/login',
        protocol: 'HTTP',
        portIndex: 0,
        gracePeriodSeconds: 300,
        intervalSeconds: 20,
        timeoutSeconds: 20,
        maxConsecutiveFailures: 3,
      },
    ],
    upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
    ...over,
  };
}

export type Scene = ReturnType<typeof scene>;

export function scene(generation: MarathonGeneration, options: Partial<MarathonOptions> & { agents?: number } = {}) {
  const clock = manualClock();
  const behaviour: Behaviour = { bootMs: 10 * SECOND, exitsWith: undefined, answers: 200 };
  const cluster = new Cluster({ clock, mesos: MESOS_BENEATH[generation], agents: options.agents ?? 5 });
  const world = new MarathonWorld(cluster, { generation, programFor: () => new Service(clock, behaviour), ...options });
  const task = (): Instance => {
    const found = world
      .app(APP)
      .instances.filter((one) => !one.waiting)
      .at(-1);
    if (found === undefined) throw new Error('no task');
    return found;
  };
  return {
    clock,
    cluster,
    world,
    behaviour,
    task,
    /** Creates the app and waits until its deployment is over. */
    async deployed(over: JsonObject = {}) {
      world.changes.create(jenkinsApp(over));
      await clock.advance(2 * MINUTE);
      if (world.deployments.length > 0) throw new Error('the scene did not come up');
    },
  };
}
