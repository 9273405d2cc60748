// Rings when builds wait for an agent although one would fit on the cluster: something between Jenkins and Mesos is stuck.
import { type Room, roomFor } from '../core/agent-room.js';
import { type AlertPorts, type AlertWords, defineRule } from '../core/alert.js';
import { waitsForController, waitWords } from '../core/build-wait.js';
import type { BuildQueueItem, ExecutorSettings, JsonObject, MesosAgent } from '../core/cluster.js';
import { known, type Told, told } from '../core/gather.js';
import { type Incident, stateOf } from '../core/incident.js';
import { AFTER_PULSE_MS, pulseInTime } from '../core/pulse.js';
import type { Detected, Signal } from '../core/signal.js';
import { md, moment, type Rich, shorten } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { counted, cpus, duration, memory as memoryWords } from '../core/words.js';

interface Waiting {
  id: number;
  name: string;
  why: string;
  /** Jenkins' clock. */
  inQueueSince: number;
}

interface Facts {
  session: string | null;
  /** The three are null when they did not answer. */
  quietingDown: boolean | null;
  /** Builds that may start and wait for an agent, oldest first. */
  waiting: Waiting[] | null;
  room: { on: Room | null } | null;
}

interface Memory {
  session: string | null;
  /** By item: since when, by our looks, it waits although there is room. */
  since: Record<string, number>;
  starved: { identity: string; at: number; ids: number[] } | null;
}

interface Starved extends JsonObject {
  count: number;
  oldest: string;
  why: string;
  inQueueSince: number;
  room: Room | null;
  ended: 'moves' | 'new-controller' | null;
}

const FINGERPRINT = 'builds-starved';
const RINGS_AFTER_MS = 10 * MINUTE;
/** The oldest tell enough; a queue can hold thousands. */
const MOST_ITEMS = 200;
/** In the first line; folders and branches make names long. */
const LONGEST_NAME = 100;

export const buildsStarved = defineRule<Facts, Memory>({
  name: 'builds-starved',
  summary: 'Builds have waited for an agent for 10 min although the cluster has room for one.',
  watches: { everyMs: MINUTE },
  hiddenBy: ['controller-restarted', 'controller-down', 'framework-lost'],
  gather,
  detect,
  view,
});

async function gather({ mesos, jenkins, clock }: AlertPorts): Promise<Facts> {
  const [pulse, agents] = await Promise.all([pulseInTime(jenkins, clock), told(clock, 'Mesos', () => mesos.agents())]);
  if (pulse.state !== 'up') return { session: null, quietingDown: null, waiting: null, room: null };
  const [controller, buildQueue, settings] = await Promise.all([
    told(clock, 'Jenkins', () => jenkins.controller(), AFTER_PULSE_MS).then(known),
    told(clock, 'Jenkins', () => jenkins.buildQueue(), AFTER_PULSE_MS).then(known),
    told(clock, 'Jenkins', () => jenkins.executorSettings(), AFTER_PULSE_MS).then(known),
  ]);
  return {
    session: pulse.session ?? null,
    quietingDown: controller?.quietingDown ?? null,
    waiting: buildQueue === undefined ? null : forAnAgent(buildQueue),
    room: roomOf(agents, settings),
  };
}

const forAnAgent = (items: readonly BuildQueueItem[]): Waiting[] =>
  items
    .filter((item) => item.buildable && !waitsForController(item.why))
    .map(({ id, name, why, inQueueSince }) => ({ id, name, why, inQueueSince }))
    .sort((a, b) => a.inQueueSince - b.inQueueSince)
    .slice(0, MOST_ITEMS);

/** A Jenkins without templates starts no agents on Mesos: the cluster's room is none of its. */
function roomOf(agents: Told<MesosAgent[]>, settings: ExecutorSettings | undefined): Facts['room'] {
  if (settings !== undefined && settings.templates.length === 0) return { on: null };
  return agents.ok ? { on: roomFor(agents.value, settings?.templates) ?? null } : null;
}

function detect(before: Memory | undefined, facts: Facts, now: number): Detected<Memory> {
  const memory = before ?? { session: null, since: {}, starved: null };
  const { session, waiting, quietingDown } = facts;
  if (waiting === null || quietingDown === null) return { memory, signals: [] };
  // Items are numbered from 1 again in every new controller.
  if (memory.session !== null && session !== null && session !== memory.session) {
    const signals = memory.starved === null ? [] : [over('new-controller', now)];
    return { memory: { session, since: {}, starved: null }, signals };
  }
  const looked = { ...memory, session: session ?? memory.session, since: sinceWhen(memory, waiting, facts, now) };
  const room = facts.room?.on ?? null;
  const isLate = ({ id }: Waiting) => room !== null && now - (looked.since[id] ?? now) >= RINGS_AFTER_MS;
  const starving = waiting.filter((item) => memory.starved?.ids.includes(item.id) || isLate(item));
  const [oldest] = starving;
  if (oldest !== undefined) return ring(looked, oldest, starving, room, now);
  const isOver = before === undefined || memory.starved !== null;
  return { memory: { ...looked, starved: null }, signals: isOver ? [over('moves', now)] : [] };
}

/** The time counts only while there is room and Jenkins may start builds; what did not answer stops no clock. */
function sinceWhen({ since }: Memory, waiting: Waiting[], { room, quietingDown }: Facts, now: number): Memory['since'] {
  if (quietingDown || room?.on === null) return {};
  const entries = waiting.flatMap(({ id }) => {
    const first = since[id] ?? (room === null ? undefined : now);
    return first === undefined ? [] : [[id, first] as const];
  });
  return Object.fromEntries(entries);
}

function ring(memory: Memory, oldest: Waiting, starving: Waiting[], room: Room | null, now: number): Detected<Memory> {
  const starved = {
    identity: `${FINGERPRINT}|${memory.session ?? ''}|${oldest.id}|${oldest.inQueueSince}`,
    at: memory.since[oldest.id] ?? now,
    // The same trouble keeps its name while others come and go.
    ...memory.starved,
    ids: starving.map(({ id }) => id),
  };
  const seen = {
    count: starving.length,
    oldest: oldest.name,
    why: oldest.why,
    inQueueSince: oldest.inQueueSince,
  };
  const raise: Signal = {
    kind: 'raise',
    fingerprint: FINGERPRINT,
    identity: starved.identity,
    at: starved.at,
    facts: { ...seen, room, ended: null },
    line: `${counted(seen.count, 'build')} had waited for an agent for ${duration(RINGS_AFTER_MS)} although there was room.`,
  };
  const update: Signal = { kind: 'update', fingerprint: FINGERPRINT, facts: seen };
  return { memory: { ...memory, starved }, signals: memory.starved === null ? [raise] : [raise, update] };
}

const OVER: Record<NonNullable<Starved['ended']>, string> = {
  moves: 'The builds that waited had left the queue.',
  'new-controller': 'Jenkins restarted, and its old queue was gone.',
};

const over = (ended: NonNullable<Starved['ended']>, now: number): Signal => ({
  kind: 'resolve',
  fingerprint: FINGERPRINT,
  at: now,
  facts: { ended },
  line: OVER[ended],
});

function view(incident: Incident, _now: number): AlertWords {
  const starved = incident.facts as Starved;
  const { count, oldest, room } = starved;
  const first = shorten(oldest, LONGEST_NAME);
  const isOpen = stateOf(incident) === 'open';
  return {
    headline:
      count === 1
        ? md`A build waits for an agent although the cluster has room: ${first}`
        : md`Builds wait for an agent although the cluster has room: ${first} and ${count - 1} more`,
    over: overWords(incident, starved),
    fields: [
      { label: 'Oldest', value: md`${oldest}, in the queue since ${moment(starved.inQueueSince)}` },
      { label: 'Why', value: md`${waitWords(starved.why)}` },
      { label: 'Builds waiting', value: md`${count}` },
      ...(room === null ? [] : [{ label: 'Room when it rang', value: roomWords(room) }]),
    ],
    ...(isOpen ? { notes: [USUAL_CAUSES] } : {}),
  };
}

function overWords({ overAt, happenedAt }: Incident, { ended }: Starved): Rich {
  if (ended === 'new-controller')
    return md`Jenkins was restarted: the builds that waited for an agent are gone with its old queue`;
  return md`The build queue moves again after ${duration((overAt ?? happenedAt) - happenedAt)}`;
}

const roomWords = ({ hostname, freeCpus, freeMemMiB, needsCpus, needsMemMiB }: Room): Rich =>
  md`${hostname} had ${cpus(freeCpus)} and ${memoryWords(freeMemMiB)} free; the agent that fits takes ${cpus(needsCpus)} and ${memoryWords(needsMemMiB)}`;

const USUAL_CAUSES = md`Usual reasons: no agent template has the label the job asks for; agents start and cannot reach Jenkins at its configured URL, which goes stale when the controller moves; or Mesos offers Jenkins nothing because of its role or quota.`;
