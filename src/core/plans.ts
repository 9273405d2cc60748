// A plan is what a disruptive command showed before asking; an act is the click that answered it.

import type { JsonObject } from './cluster.js';
import type { Actor, Place } from './command.js';

export interface Plan {
  v: 1;
  id: string;
  /** As typed. */
  text: string;
  command: string;
  actor: Actor;
  place: Place;
  facts: JsonObject;
  /** Hash of what the plan was made from. */
  hash: string;
  /** How many others than `actor` must agree; 0 when absent. */
  approvals?: number;
  /** Of which roles they may be. */
  approvers?: readonly string[];
  /** ms since the epoch. */
  madeAt: number;
  validUntil: number;
}

export interface Act {
  v: 1;
  what: 'confirmed' | 'cancelled' | 'expired';
  userId: string;
  at: number;
  /** The delivery that did it; a redelivery of the same click finds its own act. */
  delivery: string;
  /** Those whose agreement it took. */
  approvedBy?: readonly string[];
}

/** Somebody else than who asked agrees to the plan. */
export interface Approval {
  v: 1;
  actor: Actor;
  at: number;
  /** The delivery that gave it; a redelivery of the same click finds its own. */
  delivery: string;
}

/** The id of the change that carries out a plan; `BELLBOARD_JOB` in Marathon. */
export const changeIdOf = (planId: string): string => `${planId}-go`;
export const planIdOf = (changeId: string): string => changeId.replace(/-go$/, '');

export interface PlanStore {
  keep(plan: Plan): Promise<void>;
  read(id: string): Promise<Plan | undefined>;
  /** The first claim stands for ever; the answer is the one that stands. */
  claim(id: string, act: Act): Promise<Act>;
  act(id: string): Promise<Act | undefined>;
  /** All that were given, oldest first. */
  approvalsOf(id: string): Promise<Approval[]>;
  /** Those that nobody has answered and that are still valid, newest first. */
  open(now: number): Promise<Plan[]>;
  /**
   * Adds an approval, one a person: their first stands. Nothing is added once the plan was answered.
   * @returns all that were given by now, oldest first, and the act that stands
   */
  approve(id: string, approval: Approval): Promise<{ approvals: Approval[]; act: Act | undefined }>;
}
