// The build queue of one JVM: who waits, since when, and why, in the words Jenkins gives (contract jenkins §4.1). Placing
// a buildable item on an executor is the farm's part.
import { type Clock, MINUTE, SECOND } from '../../../core/time.js';
import type { Line } from './line.js';
import type { Build, BuildPlan, Cause, JenkinsNode, JobDefinition, Parameters, QueueItem } from './model.js';
import { timeSpan } from './words.js';

/** An item can be asked about for five minutes after it left (contract jenkins §4.1, "queue item"). */
const REMEMBERED_MS = 5 * MINUTE;
/** `stuck` without a known duration: after a day (Queue.BuildableItem.isStuck). */
const STUCK_MS = 24 * 60 * MINUTE;

export interface NewItem {
  job: JobDefinition;
  parameters: Parameters;
  cause: Cause;
  plan: BuildPlan;
  quietMs: number;
}

/** What the reasons are made from. */
export interface QueueSurroundings {
  quietingDown: boolean;
  nodes: readonly JenkinsNode[];
  running(job: JobDefinition): Build | undefined;
  estimate(job: JobDefinition): number;
}

export class BuildQueue {
  readonly #clock: Clock;
  readonly #line: Line;
  #items: QueueItem[] = [];
  #left: QueueItem[] = [];
  #nextId = 1;

  constructor(clock: Clock, line: Line) {
    this.#clock = clock;
    this.#line = line;
  }

  /** Waiting items, newest first as Jenkins lists them. */
  get items(): readonly QueueItem[] {
    return [...this.#items].reverse();
  }

  /** In the order they came. */
  get waiting(): readonly QueueItem[] {
    return this.#items;
  }

  /** The same job with the same parameters is not queued twice: Jenkins answers with the item that is there. */
  enter(item: NewItem): { item: QueueItem; already: boolean } {
    const same = this.#items.find(
      (other) => other.job.fullName === item.job.fullName && equal(other.parameters, item.parameters),
    );
    if (same !== undefined) return { item: same, already: true };
    const now = this.#clock.now();
    const { quietMs, ...rest } = item;
    const entered: QueueItem = {
      ...rest,
      id: this.#nextId++,
      inQueueSince: now,
      dueAt: now + quietMs,
      buildableSince: undefined,
      state: 'waiting',
      leftAt: undefined,
      build: undefined,
    };
    this.#items.push(entered);
    return { item: entered, already: false };
  }

  find(id: number): QueueItem | undefined {
    this.#forgetOld();
    return [...this.#items, ...this.#left].find((item) => item.id === id);
  }

  /** Those that began to build after `at`, in the order they left; known for five minutes. */
  startedSince(at: number): QueueItem[] {
    return this.#left.filter((item) => item.state === 'started' && (item.leftAt ?? 0) > at);
  }

  of(job: JobDefinition): QueueItem | undefined {
    return this.#items.find((item) => item.job.fullName === job.fullName);
  }

  /** @returns false when no such item waits */
  cancel(id: number): boolean {
    const item = this.#items.find((other) => other.id === id);
    if (item === undefined) return false;
    this.#leave(item, 'cancelled');
    return true;
  }

  started(item: QueueItem, build: Build): void {
    item.build = build;
    this.#leave(item, 'started');
  }

  why(item: QueueItem, around: QueueSurroundings): string | null {
    if (item.leftAt !== undefined) return null;
    const now = this.#clock.now();
    if (item.state === 'waiting') return `In the quiet period. Expires in ${timeSpan(item.dueAt - now)}`;
    if (around.quietingDown) return 'Jenkins is about to shut down';
    if (item.state === 'blocked') return this.#blockedBy(around.running(item.job), around.estimate(item.job), now);
    return this.#missingExecutor(item.job.label, around.nodes);
  }

  isStuck(item: QueueItem, estimate: number): boolean {
    if (item.state !== 'buildable' || item.buildableSince === undefined) return false;
    const waited = this.#clock.now() - item.buildableSince;
    return estimate < 0 ? waited > STUCK_MS : waited > 10 * Math.max(estimate, 60 * SECOND);
  }

  #leave(item: QueueItem, state: 'started' | 'cancelled'): void {
    item.state = state;
    item.leftAt = this.#clock.now();
    this.#items = this.#items.filter((other) => other !== item);
    this.#left.push(item);
    this.#forgetOld();
  }

  #forgetOld(): void {
    const since = this.#clock.now() - REMEMBERED_MS;
    this.#left = this.#left.filter((item) => (item.leftAt ?? 0) > since);
  }

  #blockedBy(build: Build | undefined, estimate: number, now: number): string {
    const eta = build === undefined || estimate < 0 ? -1 : build.startedAt + estimate - now;
    return `Build #${build?.number ?? 0} is already in progress (ETA: ${eta < 0 ? 'N/A' : timeSpan(eta)})`;
  }

  /** Hudson's Queue.BuildableItem.getCauseOfBlockage: a label of one node is spoken of by the node's name. */
  #missingExecutor(label: string | undefined, nodes: readonly JenkinsNode[]): string {
    const agents = nodes.filter((node) => !node.isController);
    if (label === undefined || agents.length === 0) return 'Waiting for next available executor';
    const quoted = (name: string) => (this.#line.generation === 'old' ? name : `‘${name}’`);
    const labelled = nodes.filter((node) => node.labels.includes(label));
    const [first] = labelled;
    if (first === undefined) return `There are no nodes with the label ‘${label}’`;
    const name = labelled.length === 1 ? first.name : label;
    if (labelled.some((node) => node.online)) return `Waiting for next available executor on ${quoted(name)}`;
    return labelled.length === 1 ? `${quoted(name)} is offline` : `All nodes of label ‘${label}’ are offline`;
  }
}

function equal(a: Parameters, b: Parameters): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
