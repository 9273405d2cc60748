// Measures the simulated world once a minute while its past is lived: what Bellboard's sampler would have seen, read from
// the world's state itself. Called by `week.ts`; `records.ts` keeps what comes out.
import type { Resources } from '../../core/cluster.js';
import { SECOND } from '../../core/time.js';
import type { Held, UsageSample } from '../../core/usage-sample.js';
import { runningController } from '../incidents/incident.js';
import { type ClusterTask, sampleUsage } from '../world/cluster-parts.js';
import { FRAMEWORK_NAME } from '../world/jenkins/agents.js';
import type { Controller } from '../world/jenkins/controller.js';
import type { SimulatedWorld } from '../world.js';

/** Cumulative cpu seconds of a task at the sample before. */
type Counted = Map<ClusterTask, { at: number; cpuSeconds: number }>;

export class Meter {
  readonly #world: SimulatedWorld;
  #counted: Counted = new Map();
  #before: { at: number; controller: Controller | undefined } | undefined;

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  /** In the form the stream keeps: cpus to a thousandth, waits to a second. */
  sample(): UsageSample {
    const { jenkins, clock } = this.#world;
    const at = clock.now();
    const { current } = jenkins;
    const up = current?.phase === 'up' ? current : undefined;
    const { all, builds } = this.#holding();
    const controller = runningController(this.#world);
    const counted: Counted = new Map();
    const sample: UsageSample = {
      at,
      cluster: this.#clusterNow(all),
      controller: this.#held(controller === undefined ? [] : [controller.task], counted),
      agents: this.#held(builds, counted),
      executors: up === undefined ? null : executorsOf(up),
      buildQueue: up === undefined ? null : queueOf(up, at),
      waitsMs: up === undefined ? null : this.#waits(up),
      up: up !== undefined,
    };
    this.#counted = counted;
    this.#before = { at, controller: up };
    return sample;
  }

  /** Ten thousand times in a week, so in one pass. */
  #holding(): { all: ClusterTask[]; builds: ClusterTask[] } {
    const all: ClusterTask[] = [];
    const builds: ClusterTask[] = [];
    for (const { completed, registration, tasks } of this.#world.cluster.frameworks) {
      if (completed) continue;
      const isJenkins = registration.name === FRAMEWORK_NAME;
      for (const task of tasks) {
        if (task.place !== 'live') continue;
        all.push(task);
        if (isJenkins) builds.push(task);
      }
    }
    return { all, builds };
  }

  #clusterNow(tasks: ClusterTask[]): UsageSample['cluster'] {
    const total = { cpus: 0, memMiB: 0 };
    let agents = 0;
    for (const agent of this.#world.cluster.agents) {
      if (agent.state !== 'active') continue;
      agents += 1;
      total.cpus += agent.total.cpus;
      total.memMiB += agent.total.memMiB;
    }
    return { agents, total, allocated: allocatedTo(tasks.filter(({ agent }) => agent.state === 'active')) };
  }

  #held(tasks: ClusterTask[], counted: Counted): Held {
    const used = { tasks: 0, cpus: 0, memMiB: 0 };
    for (const task of tasks) {
      if (!task.processAlive) continue;
      const one = this.#used(task, counted);
      used.tasks += 1;
      used.cpus += one.cpus;
      used.memMiB += one.memMiB;
    }
    used.cpus = thousandths(used.cpus);
    // Nothing uses nothing; of what is only being started nobody knows yet.
    const isUnknown = tasks.length > 0 && used.tasks === 0;
    return { tasks: tasks.length, allocated: allocatedTo(tasks), used: isUnknown ? null : used };
  }

  /** Over the time since the last sample; of a task that is new, now. */
  #used(task: ClusterTask, counted: Counted): Resources {
    const at = this.#world.clock.now();
    const now = sampleUsage(task, at);
    const first = this.#counted.get(task);
    counted.set(task, { at, cpuSeconds: task.cpuSeconds });
    const cpus =
      first === undefined || at <= first.at
        ? now.cpus
        : ((task.cpuSeconds - first.cpuSeconds) * SECOND) / (at - first.at);
    return { cpus, memMiB: Math.round(now.memMiB) };
  }

  /** Nobody can tell what waited in a controller that was not there a minute ago. */
  #waits(controller: Controller): number[] | null {
    if (this.#before?.controller !== controller) return null;
    const left = controller.farm.queue.startedSince(this.#before.at);
    const waits = left.map((item) => wholeSeconds((item.leftAt ?? 0) - item.inQueueSince));
    return waits.sort((a, b) => a - b);
  }
}

function allocatedTo(tasks: ClusterTask[]): Resources {
  let cpus = 0;
  let memMiB = 0;
  for (const { request } of tasks) {
    cpus += request.cpus;
    memMiB += request.memMiB;
  }
  return { cpus: thousandths(cpus), memMiB };
}

const thousandths = (cpus: number) => Math.round(cpus * 1_000) / 1_000;
const wholeSeconds = (ms: number) => Math.round(ms / SECOND) * SECOND;

function executorsOf({ farm }: Controller): UsageSample['executors'] {
  const { busy, total } = farm.counts();
  return { busy, total };
}

function queueOf({ farm }: Controller, at: number): UsageSample['buildQueue'] {
  const { waiting } = farm.queue;
  const longestMs = Math.max(0, ...waiting.map((item) => at - item.inQueueSince));
  const agents = farm.nodes.filter(({ isController, online }) => !isController && online);
  const isFull = agents.length > 0 && agents.every(({ executors }) => executors.every((build) => build !== undefined));
  const buildable = waiting.filter((item) => item.state === 'buildable').length;
  return { length: waiting.length, longestMs: wholeSeconds(longestMs), atLimit: isFull ? buildable : 0 };
}
