// The record of every change: who, what, where, when and how it ended. One entry per change, written with its outcome;
// also of what was asked for and never began.
import type { JsonObject } from './cluster.js';

export type Outcome = 'succeeded' | 'failed' | 'refused' | 'cancelled' | 'expired' | 'unchanged' | 'lost';

export interface AuditEntry {
  v: 1;
  jobId: string;
  /** A plan without a yes, or what was not allowed: no change, so it is left out wherever changes are looked for. */
  neverBegan?: true;
  userId: string;
  /** Who pressed the button that started it, when that was somebody else. */
  confirmedBy?: string | undefined;
  /** Who cancelled its plan, when that was somebody else. */
  cancelledBy?: string | undefined;
  channelId: string;
  /** Of the thread it was asked in. */
  threadTs?: string | undefined;
  /** Its message: our name for it, and Slack's once it was posted. */
  messageKey?: string | undefined;
  messageTs?: string | undefined;
  /** Who agreed to it, where the policy asks for a second person. */
  approvedBy?: readonly string[] | undefined;
  /** Of the plan that was confirmed. */
  planHash?: string | undefined;
  /** Name of the command. */
  command: string;
  /** As typed, normalised. */
  text: string;
  /** What that was understood as: arguments by name. */
  understood?: JsonObject | undefined;
  outcome: Outcome;
  /** Of a plan: whether its write is known to have been taken, however it ended. */
  wrote?: boolean | undefined;
  /** One plain sentence. */
  summary: string;
  /** ms since the epoch. */
  at: number;
  durationMs: number;
}

export interface Audit {
  /** Twice with one `jobId` writes one entry: the first. */
  record(entry: AuditEntry): Promise<void>;
  /** Changes, newest first, as far as they are among the last 2,000 entries. */
  recent(limit: number): Promise<AuditEntry[]>;
  /** Changes that ended at `from` or later, newest first. */
  since(from: number): Promise<AuditEntry[]>;
}

/** For whoever reads back through it page by page. */
export interface AuditQuery {
  /** What was done at `from` or later, ms since the epoch. */
  from: number;
  /** Id of a row: only what was written before it. */
  before?: string | undefined;
  fits(entry: AuditEntry): boolean;
  limit: number;
}

export interface AuditPage {
  /** Newest first. */
  rows: { id: string; entry: AuditEntry }[];
  /** There are older ones that fit. */
  isMore: boolean;
}

export interface AuditTrail extends Omit<Audit, 'record'> {
  page(query: AuditQuery): Promise<AuditPage>;
}
