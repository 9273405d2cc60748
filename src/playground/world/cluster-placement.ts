// Where a simulated Mesos puts a task: which offers fit, why the others do not, and which agent and ports it gets.
// `cluster.ts` asks for every launch; Marathon's queue shows the refusals.
import {
  type ClusterAgent,
  type ClusterFramework,
  type ClusterTask,
  freePorts,
  REFUSALS,
  type Refusal,
  refusal,
  seededUuid,
} from './cluster-parts.js';
import type { LaunchRequest } from './types.js';

export interface RejectReason {
  reason: Refusal;
  declined: number;
  processed: number;
}

/** Tasks that hold resources, by agent. */
type Holding = () => ReadonlyMap<ClusterAgent, ClusterTask[]>;

export class Placement {
  readonly #random: () => number;
  readonly #holding: Holding;
  #next: { hostname: string; port: number | undefined } | undefined;

  constructor(random: () => number, holding: Holding) {
    this.#random = random;
    this.#holding = holding;
  }

  /** Scene setting: the next task goes to this agent (and takes this port first), if it fits. */
  next(hostname: string, port: number | undefined): void {
    this.#next = { hostname, port };
  }

  choose(offering: readonly ClusterAgent[], request: LaunchRequest): ClusterAgent | undefined {
    const holding = this.#holding();
    const fitting = offering.filter((agent) => refusal(agent, holding.get(agent) ?? [], request) === undefined);
    const asked = fitting.find((agent) => agent.hostname === this.#next?.hostname);
    return asked ?? fitting[Math.floor(this.#random() * fitting.length)];
  }

  /** In the order Marathon tests offers; `processed` is what the tests before left over. */
  rejections(offering: readonly ClusterAgent[], request: LaunchRequest): RejectReason[] {
    const holding = this.#holding();
    const why = offering.map((agent) => refusal(agent, holding.get(agent) ?? [], request));
    let left = offering.length;
    return REFUSALS.map((reason) => {
      const declined = why.filter((one) => one === reason).length;
      const entry = { reason, declined, processed: left };
      left -= declined;
      return entry;
    });
  }

  makeTask(framework: ClusterFramework, request: LaunchRequest, agent: ClusterAgent, now: number): ClusterTask {
    const ports = freePorts(agent, this.#holding().get(agent) ?? [], request.ports ?? 0, this.#random);
    if (this.#next?.hostname === agent.hostname && this.#next.port !== undefined && ports.length > 0) {
      ports[0] = this.#next.port;
    }
    this.#next = undefined;
    return {
      id: request.taskId,
      request,
      frameworkId: framework.id,
      agent,
      state: 'TASK_STAGING',
      statuses: [],
      ports,
      containerId: seededUuid(this.#random),
      sandbox: { stdout: '', stderr: '' },
      launchedAt: now,
      place: 'live',
      program: request.program,
      processAlive: false,
      killing: false,
      cpuSeconds: 0,
      sampled: undefined,
      cancels: [],
    };
  }
}
