// One look a minute at what Jenkins was given on the cluster, what it really used, and what waited: made by
// `usage-sampler.ts`, kept in the `usage` stream, added up by `usage-statistics.ts`. Null always means "not known", never zero.
import type { Resources } from './cluster.js';
import { SECOND } from './time.js';

export interface UsageSample {
  /** ms since the epoch, our clock. */
  at: number;
  cluster: ClusterTotals | null;
  /** What Marathon's task of the controller holds; zero tasks when none runs. */
  controller: Held | null;
  /** The Mesos tasks of Jenkins' own framework: its build agents. */
  agents: Held | null;
  executors: { busy: number; total: number } | null;
  /**
   * Items in Jenkins' build queue, how long the one that came first has waited, and how many of them could build if
   * there were a free executor: 0 while one is free, or while none has come up yet.
   */
  buildQueue: { length: number; longestMs: number; atLimit: number | null } | null;
  /** How long each build that left the queue since the sample before had waited; null: nobody can tell. */
  waitsMs: number[] | null;
  /** Jenkins answers. */
  up: boolean | null;
}

/** All active Mesos agents. */
export interface ClusterTotals {
  agents: number;
  total: Resources;
  allocated: Resources;
}

/** What some Mesos tasks were given, and of it really used. */
export interface Held {
  tasks: number;
  allocated: Resources;
  /** Of so many of the tasks; null when of none. */
  used: (Resources & { tasks: number }) | null;
}

/** Two ticks of one minute, by whoever: the second comes too soon. */
export const SOONEST_MS = 45 * SECOND;

/** The samples of the past; `adapters/redis/usage-store.ts`. */
export interface UsageStore {
  /** One sample a minute stands, whoever adds how many. @returns whether this one does */
  add(sample: UsageSample): Promise<boolean>;
  /** From `from` up to, not including, `to`, oldest first, in pages, so that any period takes the same memory. */
  read(from: number, to: number): AsyncIterable<readonly UsageSample[]>;
  /** The newest one. */
  latest(): Promise<UsageSample | undefined>;
  /** Forgets what is older than the retention. */
  trim(now: number): Promise<void>;
}
