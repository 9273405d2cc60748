// A simulated cluster small enough to be built ten thousand times: six machines, Marathon, and a service in Jenkins' place.
import { type Clock, SECOND } from '../../src/core/time.js';
import { Cluster } from '../../src/playground/world/cluster.js';
import { MESOS_BENEATH } from '../../src/playground/world/marathon/generation.js';
import { MarathonWorld } from '../../src/playground/world/marathon/world.js';
import type { PortAnswer, ProcessHandle, Program } from '../../src/playground/world/types.js';
import { type StepClock, stepClock } from './clock.js';
import { type AppShape, definitionOf, type History } from './history.js';
import type { Stage } from './stage.js';

const AGENTS = 6;
const START = Date.UTC(2018, 1, 5, 9);

interface Faults {
  startsToFail: number;
  failAfterMs: number;
}

class Service implements Program {
  readonly #clock: Clock;
  readonly #shape: AppShape;
  readonly #faults: Faults;
  #process: ProcessHandle | undefined;
  #up = false;
  hung = false;

  constructor(clock: Clock, shape: AppShape, faults: Faults) {
    this.#clock = clock;
    this.#shape = shape;
    this.#faults = faults;
  }

  get runs(): boolean {
    return this.#process !== undefined;
  }

  start(process: ProcessHandle): void {
    this.#process = process;
    if (this.#faults.startsToFail > 0) {
      this.#faults.startsToFail -= 1;
      this.#clock.after(this.#faults.failAfterMs, () => this.#process?.exit(1));
    }
    this.#clock.after(this.#shape.bootMs, () => {
      this.#up = true;
    });
  }

  terminate(): void {
    this.#clock.after(this.#shape.stopMs, () => this.#process?.exit(this.#shape.stopStatus));
  }

  destroy(): void {
    this.#process = undefined;
    this.#up = false;
  }

  respond(): PortAnswer {
    if (this.hung) return 'silence';
    return this.#up ? 200 : 503;
  }

  usage() {
    return { cpus: 0.2, memMiB: 600 };
  }
}

export interface PureStage extends Stage {
  clock: StepClock;
}

export function pureStage(history: History): PureStage {
  const clock = stepClock(START);
  return { ...smallStage(clock, history), clock };
}

export function smallStage(clock: Clock, history: Pick<History, 'seed' | 'generation' | 'app'>): Stage {
  const faults: Faults = { startsToFail: 0, failAfterMs: 0 };
  const services: Service[] = [];
  const cluster = new Cluster({ clock, mesos: MESOS_BENEATH[history.generation], agents: AGENTS, seed: history.seed });
  const marathon = new MarathonWorld(cluster, {
    generation: history.generation,
    programFor: () => {
      const service = new Service(clock, history.app, faults);
      services.push(service);
      return service;
    },
    stagingMs: 2 * SECOND,
  });
  return {
    clock,
    cluster,
    marathon,
    definition: definitionOf(history),
    hang(on) {
      for (const service of services) service.hung = on && service.runs;
    },
    failStarts: (times, afterMs) => Object.assign(faults, { startsToFail: times, failAfterMs: afterMs }),
    mendStarts: () => Object.assign(faults, { startsToFail: 0 }),
  };
}
