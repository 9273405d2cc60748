// From what is seen to what is decided: watch → rules → incidents, pure and in this order. `journeys/alert.ts` loads the
// board before and commits the change after; the soak runs it on invented histories.
import { type ControllerRule, isPolled, type PolledRule, type Rule } from './alert.js';
import type { BoardChange, BoardState, LedgerRow } from './board.js';
import { applySignal, type Incident } from './incident.js';
import { endOf, lossOf } from './restart.js';
import type { Signal } from './signal.js';
import { type ControllerSighting, newWatch, type Watch } from './watch.js';
import { afterEvent } from './watch-events.js';
import { afterSnapshot } from './watch-snapshot.js';

export type What = ControllerSighting['what'];

/** What the rules said, before the ledger was asked about it. */
export interface Detection {
  watch?: Watch;
  memories: Record<string, unknown>;
  signals: { rule: Rule; signal: Signal }[];
}

export interface Decision {
  board: BoardState;
  change: BoardChange;
  /** A snapshot is wanted after so many ms. */
  lookAfterMs: number | undefined;
}

const isNever = (): boolean => false;

/** The controller's app before and after what was seen. */
export function sightingOf(board: BoardState, appId: string, what: What): ControllerSighting {
  const before = board.watch ?? newWatch(appId);
  const after = what.kind === 'event' ? afterEvent(before, what.event) : afterSnapshot(before, what.snapshot);
  return { what, before, after, settled: isNever };
}

/** What the ledger is asked before the rules are: every end and loss that a sighting can speak of. */
export function candidates({ what, before, after }: ControllerSighting): string[] {
  const { appId } = after;
  const lives = [...Object.values(before.lives), ...Object.values(after.lives)];
  const failed = what.kind === 'snapshot' ? what.snapshot.app?.lastTaskFailure?.taskId : undefined;
  const ends = [...lives.map((life) => life.taskId), ...(failed === undefined ? [] : [failed])];
  const losses = lives.flatMap(({ taskId, lost }) => (lost === undefined ? [] : [lossOf(appId, taskId, lost.times)]));
  return [...new Set([...ends.map((taskId) => endOf(appId, taskId)), ...losses])];
}

export function detectSighting(
  board: BoardState,
  rules: readonly Rule[],
  sighting: ControllerSighting,
  now: number,
): Detection {
  const detection: Detection = { watch: sighting.after, memories: {}, signals: [] };
  for (const rule of rules) {
    if (isPolled(rule)) continue;
    const found = (rule as ControllerRule<unknown>).detect(board.memories[rule.name], sighting, now);
    detection.memories[rule.name] = found.memory;
    for (const signal of found.signals) detection.signals.push({ rule, signal });
  }
  return detection;
}

export function detectPolled(
  board: BoardState,
  rule: PolledRule<unknown, unknown>,
  facts: unknown,
  now: number,
): Detection {
  const { memory, signals } = rule.detect(board.memories[rule.name], facts, now);
  return { memories: { [rule.name]: memory }, signals: signals.map((signal) => ({ rule, signal })) };
}

/** Identities a detection wants to ring for; the ledger says which of them have rung. */
export const rings = ({ signals }: Detection): string[] =>
  signals.flatMap(({ signal }) => (signal.kind === 'raise' ? [signal.identity] : []));

export function apply(board: BoardState, detection: Detection, known: ReadonlySet<string>, now: number): Decision {
  const incidents = { ...board.incidents };
  const changed = new Map<string, Incident>();
  const ledger: LedgerRow[] = [];
  const claimed = new Set(known);
  let number = board.number;
  let lookAfterMs: number | undefined;
  const nextId = () => {
    number += 1;
    return `A${number}`;
  };
  for (const { rule, signal } of detection.signals) {
    if (signal.kind === 'look') {
      lookAfterMs = Math.min(lookAfterMs ?? signal.afterMs, signal.afterMs);
      continue;
    }
    if (signal.kind === 'settle') {
      ledger.push({ identity: signal.identity, incident: null, at: now });
      continue;
    }
    // Only the one that puts it into the ledger may ring (contract marathon §10).
    if (signal.kind === 'raise' && claimed.has(signal.identity)) continue;
    const latest = incidents[signal.fingerprint];
    const applied = applySignal(latest, signal, rule.name, now, nextId);
    if (applied === undefined) continue;
    const incident = isUntold(applied, board)
      ? { ...applied, muted: isKeptQuiet(applied, rule, { ...board, incidents }) }
      : applied;
    incidents[signal.fingerprint] = incident;
    changed.set(incident.id, incident);
    if (signal.kind !== 'raise') continue;
    claimed.add(signal.identity);
    ledger.push({ identity: signal.identity, incident: incident.id, at: now });
  }
  const memories = { ...board.memories, ...detection.memories };
  const { watch } = detection;
  return {
    board: { ...board, ...(watch === undefined ? {} : { watch }), memories, incidents, number },
    change: {
      ...(watch === undefined ? {} : { watch }),
      memories: detection.memories,
      incidents: [...changed.values()],
      ledger,
      ...(number === board.number ? {} : { number }),
    },
    lookAfterMs,
  };
}

const isUntold = (incident: Incident, board: BoardState): boolean => board.shown[incident.id] === undefined;

/** It opened quietly, and nobody has been told of it since. */
export const isUnheard = (incident: Incident, board: BoardState): boolean =>
  incident.muted && isUntold(incident, board);

/** Silenced by somebody, or explained by an open incident of a parent (design §4.2). */
export function isKeptQuiet({ fingerprint }: Pick<Incident, 'fingerprint'>, rule: Rule, board: BoardState): boolean {
  if (board.silences[fingerprint] !== undefined) return true;
  const parents = rule.hiddenBy ?? [];
  return Object.values(board.incidents).some(
    (other) => other.resolvedAt === undefined && parents.includes(other.fingerprint),
  );
}

/** Changes one incident by hand: what was found out, an escalation. */
export function amend(board: BoardState, incident: Incident): Decision {
  return {
    board: { ...board, incidents: { ...board.incidents, [incident.fingerprint]: incident } },
    change: { memories: {}, incidents: [incident], ledger: [] },
    lookAfterMs: undefined,
  };
}
