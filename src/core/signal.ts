// What an alert rule says after a look at the world; `core/incident.ts` turns it into the life of a case.
import type { JsonObject } from './cluster.js';

/** A line of a timeline: our own sentence (`prose`), and when it happened, ms since the epoch. */
export interface Line {
  at: number;
  text: string;
}

export type Signal =
  /**
   * Something happened, or a condition holds: opens an incident of this fingerprint, joins the open one, or reopens one
   * just closed. `identity` is what the ledger knows it by: the same again is no news.
   */
  | { kind: 'raise'; fingerprint: string; identity: string; at: number; facts: JsonObject; line: string }
  /** The ledger shall know this, and nobody needs to hear of it: a stop somebody asked for. */
  | { kind: 'settle'; identity: string }
  /** Ask for a snapshot in so many ms: something must be proven that events do not prove. */
  | { kind: 'look'; afterMs: number }
  /** Merges into the facts of the fingerprint's open incident. `line` adds to its timeline. */
  | { kind: 'update'; fingerprint: string; facts: JsonObject; line?: Line }
  /** A ring turned out to be otherwise: changes the facts it rang with, of the latest incident, open or closed. */
  | { kind: 'correct'; fingerprint: string; taskId: string; facts: JsonObject; line: Line }
  /** A line in the timeline of the fingerprint's latest incident, open or closed. */
  | { kind: 'note'; fingerprint: string; line: Line }
  /** It is over. Without an open incident nothing. */
  | { kind: 'resolve'; fingerprint: string; at: number; facts?: JsonObject; line: string };

export interface Detected<Memory> {
  memory: Memory;
  signals: Signal[];
}
