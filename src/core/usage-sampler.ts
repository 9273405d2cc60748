// Once a minute: a look becomes a sample, and what the next one compares with is kept. Called by `journeys/digest.ts`.
import type { BuildQueueItem, Jenkins, JenkinsComputer } from './cluster.js';
import { known, told } from './gather.js';
import { MINUTE, SECOND } from './time.js';
import type { Counted } from './usage.js';
import { type LookPorts, lookAtUsage, type UsageLook } from './usage-look.js';
import type { UsageSample } from './usage-sample.js';

/** What one look leaves for the next. */
export interface UsageMemory {
  v: 1;
  at: number;
  counters: readonly Counted[];
  /** Items that waited: id → since when; null: not known. */
  waiting: Record<string, number> | null;
  /** Of Jenkins: ids of another session are other builds. */
  session: string | null;
}

/** In real time, however fast the clock runs: what waits are real systems. */
const DEADLINE_MS = 4.5 * SECOND;
/** Whatever was in the queue longer ago than this left it at a time nobody knows. */
const OLDEST_MS = 2.5 * MINUTE;

export type SamplePorts = LookPorts & { jenkins: Pick<Jenkins, 'pulse'> };

export async function takeSample(
  ports: SamplePorts,
  before: UsageMemory | undefined,
): Promise<{ sample: UsageSample; memory: UsageMemory }> {
  const { clock, jenkins } = ports;
  const deadlineMs = DEADLINE_MS * clock.speed;
  const at = clock.now();
  const [look, pulse] = await Promise.all([
    lookAtUsage(ports, deadlineMs, before?.counters),
    told(clock, 'Jenkins', () => jenkins.pulse(), deadlineMs),
  ]);
  const heard = known(pulse);
  const memory: UsageMemory = {
    v: 1,
    at,
    counters: look.counters,
    waiting: waitingIn(known(look.buildQueue)),
    session: heard?.session ?? null,
  };
  // Where Jenkins is, is Marathon's to say: with Marathon silent, silence of Jenkins proves nothing.
  const isBlind = !look.app.ok && heard?.state !== 'up';
  const sample: UsageSample = {
    at,
    cluster: known(look.cluster) ?? null,
    controller: known(look.controller) ?? null,
    agents: known(look.agents) ?? null,
    executors: executorsOf(look),
    buildQueue: queueOf(look, at),
    waitsMs: waitsBetween(before, memory),
    up: isBlind ? null : heard?.state === 'up',
  };
  return { sample, memory };
}

function executorsOf(look: UsageLook): UsageSample['executors'] {
  const load = known(look.executors);
  return load === undefined ? null : { busy: load.busy, total: load.total };
}

function queueOf({ buildQueue, executors }: UsageLook, at: number): UsageSample['buildQueue'] {
  const items = known(buildQueue);
  if (items === undefined) return null;
  const load = known(executors);
  const isFull = load !== undefined && everyPlaceIsTaken(load.computers);
  return {
    length: items.length,
    longestMs: Math.max(0, ...items.map((item) => at - item.inQueueSince)),
    atLimit: load === undefined ? null : isFull ? items.filter((item) => item.buildable).length : 0,
  };
}

/** Where there are build agents, the controller's own executors are not what builds wait for. */
function everyPlaceIsTaken(computers: readonly JenkinsComputer[]): boolean {
  const online = computers.filter((computer) => !computer.offline);
  const agents = online.filter((computer) => !computer.isController);
  const places = (agents.length > 0 ? agents : online).filter(({ numExecutors }) => numExecutors > 0);
  return places.length > 0 && places.every(({ builds, numExecutors }) => builds.length >= numExecutors);
}

const waitingIn = (items: readonly BuildQueueItem[] | undefined): UsageMemory['waiting'] =>
  items === undefined ? null : Object.fromEntries(items.map((item) => [String(item.id), item.inQueueSince]));

/** An item that is gone began to build (or was taken out) at some time between the two looks: the middle is told. */
export function waitsBetween(before: UsageMemory | undefined, now: UsageMemory): number[] | null {
  if (before === undefined || before.waiting === null || now.waiting === null) return null;
  if (now.session === null || before.session !== now.session || now.at - before.at > OLDEST_MS) return null;
  const { waiting } = now;
  const middle = (before.at + now.at) / 2;
  return Object.entries(before.waiting)
    .filter(([id]) => waiting[id] === undefined)
    .map(([, since]) => Math.max(0, middle - since));
}
