// The bell board: what is kept of all alerts between two looks. The journey loads it, decides, and commits everything a
// decision changed in one step, or nothing.
import type { Incident } from './incident.js';
import type { Watch } from './watch.js';

export interface Ack {
  userId: string;
  at: number;
}

export interface Silence {
  userId: string;
  at: number;
  /** When it ends. */
  until: number;
  reason: string | null;
}

/** What people were shown of an incident last. */
export interface Shown {
  rev: number;
  at: number;
}

export interface BoardState {
  watch: Watch | undefined;
  /** What each rule keeps, by its name. */
  memories: Record<string, unknown>;
  /** The latest incident of each fingerprint, open or not. */
  incidents: Record<string, Incident>;
  shown: Record<string, Shown>;
  acks: Record<string, Ack>;
  /** By fingerprint; only those that still hold. */
  silences: Record<string, Silence>;
  /** Number of the newest incident. */
  number: number;
}

/** An end, or a condition, that has been decided: `incident` rang for it, or nobody needed to hear of it. */
export interface LedgerRow {
  identity: string;
  incident: string | null;
  at: number;
}

export interface BoardChange {
  watch?: Watch;
  memories: Record<string, unknown>;
  incidents: Incident[];
  ledger: LedgerRow[];
  number?: number;
}

export interface Board {
  load(rules: readonly string[], now: number): Promise<BoardState>;
  /** Which of these the ledger has. */
  known(identities: readonly string[]): Promise<ReadonlySet<string>>;
  /** All of it or nothing. @throws LockLost when another worker decides by now */
  commit(change: BoardChange): Promise<void>;
  /** Said after the messages have been put. */
  showed(incidentId: string, shown: Shown): Promise<void>;
}

/** What commands and buttons do with the board. */
export interface Incidents {
  /** Open ones first, then the newest; at most `limit`. */
  recent(limit: number): Promise<Incident[]>;
  /** What rang at `from` or later, newest first. */
  since(from: number): Promise<Incident[]>;
  /** @param id as people say it, in any case */
  find(id: string): Promise<Incident | undefined>;
  ackOf(id: string): Promise<Ack | undefined>;
  silences(): Promise<Record<string, Silence>>;
  /** The first stands; the answer is the one that stands. */
  ack(id: string, by: Ack): Promise<Ack>;
  silence(fingerprint: string, silence: Silence): Promise<void>;
  endSilence(fingerprint: string): Promise<void>;
  /** Unasked ends of the controller in the last 24 h, and since when we watch; undefined before the first look. */
  endsOfController(now: number): Promise<{ count: number; since: number } | undefined>;
}
