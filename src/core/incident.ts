// One case from its first ring to the all-clear: what is kept of it, and how rings, updates and ends change it. Pure;
// `journeys/alert.ts` loads, applies and commits, `core/alert-view.ts` draws.
import type { JsonObject } from './cluster.js';
import type { Line, Signal } from './signal.js';
import { MINUTE } from './time.js';

export interface Incident {
  v: 1;
  /** What people say: `A17`. */
  id: string;
  /** Name of the rule. */
  rule: string;
  fingerprint: string;
  /** Rises with every change: orders what is shown. */
  rev: number;
  /** When the bell rang first, our clock. */
  openedAt: number;
  /** When the latest ring reopened it; `openedAt` before. */
  raisedAt: number;
  /** Undefined while it lasts. */
  resolvedAt?: number;
  /** When what the latest ring tells happened, by the clock of whoever reported it. */
  happenedAt: number;
  /** When it was over, by the same clock. */
  overAt?: number;
  /** All rings, the first included. */
  count: number;
  /** Our times of the latest rings, oldest first. */
  rings: number[];
  reopened: number;
  flapping: boolean;
  /** It opened under a silence, or while a parent's trouble explained it: nobody was told then. */
  muted: boolean;
  escalatedAt?: number;
  /** Why it was not over then. */
  escalation?: string;
  /** Of the ring that opened or reopened it, with what became known since. */
  facts: JsonObject;
  /** Of the latest ring when that is another one. */
  latest?: JsonObject;
  timeline: Line[];
  /** Lines that no longer fit. */
  dropped: number;
}

/** A death within this time of recovery is the same case (design §4.2). */
export const REOPENS_WITHIN_MS = 5 * MINUTE;
/** From the third ring within this time it flaps. */
export const FLAPS_WITHIN_MS = 20 * MINUTE;
export const FLAPS_FROM = 3;
/** A message has room for about so many lines; the rest is counted. */
export const TIMELINE_LINES = 20;

export type IncidentState = 'open' | 'resolved';
export const stateOf = (incident: Incident): IncidentState => (incident.resolvedAt === undefined ? 'open' : 'resolved');

/** @returns the incident after the signal, or undefined when the signal changes nothing */
export function applySignal(
  latest: Incident | undefined,
  signal: Signal,
  rule: string,
  now: number,
  nextId: () => string,
): Incident | undefined {
  switch (signal.kind) {
    case 'raise':
      return raised(latest, signal, rule, now, nextId);
    case 'update':
      return latest === undefined || latest.resolvedAt !== undefined
        ? undefined
        : updated(latest, signal.facts, signal.line);
    case 'correct':
      return latest === undefined ? undefined : corrected(latest, signal);
    case 'note':
      return latest === undefined ? undefined : updated(latest, {}, signal.line);
    case 'resolve':
      return latest === undefined || latest.resolvedAt !== undefined ? undefined : resolved(latest, signal, now);
    case 'settle':
    case 'look':
      return undefined;
  }
}

type Raise = Extract<Signal, { kind: 'raise' }>;

function raised(
  latest: Incident | undefined,
  signal: Raise,
  rule: string,
  now: number,
  nextId: () => string,
): Incident {
  const line = { at: signal.at, text: signal.line };
  // Rings of the case before count too: the third within the time makes it flap, whichever case the others were.
  const rings = [...(latest?.rings ?? []), now].filter((at) => now - at <= FLAPS_WITHIN_MS).slice(-RINGS_KEPT);
  if (latest === undefined || !belongsTo(latest, now)) return opened(signal, rule, now, rings, nextId());
  const again = {
    ...withLine(latest, line),
    rev: latest.rev + 1,
    count: latest.count + 1,
    rings,
    flapping: latest.flapping || rings.length >= FLAPS_FROM,
  };
  if (latest.resolvedAt === undefined) return { ...again, latest: signal.facts };
  const { resolvedAt: _over, overAt: _at, latest: _latest, ...open } = again;
  return {
    ...open,
    raisedAt: now,
    happenedAt: signal.at,
    reopened: latest.reopened + 1,
    facts: signal.facts,
  };
}

/** More are not needed to see that it flaps. */
const RINGS_KEPT = 50;

/** The ring belongs to the latest case while that is open, shortly after its end, and as long as it flaps. */
function belongsTo(latest: Incident, now: number): boolean {
  if (latest.resolvedAt === undefined || now - latest.resolvedAt <= REOPENS_WITHIN_MS) return true;
  const recent = latest.rings.filter((at) => now - at <= FLAPS_WITHIN_MS);
  return recent.length + 1 >= FLAPS_FROM || (latest.flapping && recent.length > 0);
}

const opened = (signal: Raise, rule: string, now: number, rings: number[], id: string): Incident => ({
  v: 1,
  id,
  rule,
  fingerprint: signal.fingerprint,
  rev: 1,
  openedAt: now,
  raisedAt: now,
  happenedAt: signal.at,
  count: 1,
  rings,
  reopened: 0,
  flapping: rings.length >= FLAPS_FROM,
  muted: false,
  facts: signal.facts,
  timeline: [{ at: signal.at, text: signal.line }],
  dropped: 0,
});

function updated(incident: Incident, facts: JsonObject, line: Line | undefined): Incident | undefined {
  const changed = Object.entries(facts).some(
    ([name, value]) => JSON.stringify(incident.facts[name]) !== JSON.stringify(value),
  );
  const news = line !== undefined && !incident.timeline.some((one) => one.at === line.at && one.text === line.text);
  if (!changed && !news) return undefined;
  const told = news ? withLine(incident, line) : incident;
  return { ...told, rev: incident.rev + 1, facts: { ...incident.facts, ...facts } };
}

function corrected(incident: Incident, signal: Extract<Signal, { kind: 'correct' }>): Incident | undefined {
  const told = updated(incident, {}, signal.line) ?? incident;
  const patch = (facts: JsonObject) => (facts['taskId'] === signal.taskId ? { ...facts, ...signal.facts } : facts);
  return {
    ...told,
    rev: incident.rev + 1,
    facts: patch(incident.facts),
    ...(incident.latest === undefined ? {} : { latest: patch(incident.latest) }),
  };
}

/** What was found out outside of what rings. Two who looked at once tell the same line twice: one stays. */
export function learned(incident: Incident, { facts, instead, lines }: Learned): Incident {
  const isStill = instead !== undefined && incident.facts['kind'] === instead.ofKind;
  const news = lines.filter(
    ({ text }) => !incident.timeline.some((line) => line.text === text && line.at >= incident.raisedAt),
  );
  return news.reduce<Incident>(
    (known, line) => updated(known, {}, line) ?? known,
    updated(incident, { ...facts, ...(isStill ? instead.facts : {}) }, undefined) ?? incident,
  );
}

interface Learned {
  facts: JsonObject;
  /** Only while it is still taken for what it was when they asked. */
  instead?: { ofKind: string; facts: JsonObject };
  lines: readonly Line[];
}

function resolved(incident: Incident, signal: Extract<Signal, { kind: 'resolve' }>, now: number): Incident {
  return {
    ...withLine(incident, { at: signal.at, text: signal.line }),
    rev: incident.rev + 1,
    resolvedAt: now,
    overAt: signal.at,
    facts: { ...incident.facts, ...signal.facts },
  };
}

function withLine(incident: Incident, line: Line): Incident {
  const timeline = [...incident.timeline, line].sort((a, b) => a.at - b.at);
  const over = Math.max(0, timeline.length - TIMELINE_LINES);
  // The first line says how it began; those after it give way.
  const kept = over === 0 ? timeline : [...timeline.slice(0, 1), ...timeline.slice(1 + over)];
  return { ...incident, timeline: kept, dropped: incident.dropped + over };
}
