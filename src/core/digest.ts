// What a digest is. One file under `digests/` defines one; `journeys/digest.ts` knows when it is due and sees to it that it
// is sent once, and knows nothing else about it.

import type { Rule } from './alert.js';
import type { AuditEntry } from './audit.js';
import type { Jenkins, Marathon } from './cluster.js';
import type { Message } from './conversation.js';
import type { Incident } from './incident.js';
import type { Period, Schedule } from './schedule.js';
import type { Clock } from './time.js';
import type { UsageStore } from './usage-sample.js';
import type { UsageMemory } from './usage-sampler.js';

/** What a digest may ask when it gathers. */
export interface DigestPorts {
  marathon: Marathon;
  jenkins: Jenkins;
  usage: UsageStore;
  /** Newest first. */
  audit: { since(from: number): Promise<AuditEntry[]> };
  incidents: {
    /** What rang at `from` or later, newest first. */
    since(from: number): Promise<Incident[]>;
    /** Of its message in Slack; undefined when it has none (any more). */
    link(id: string): Promise<string | undefined>;
  };
  rules: readonly Rule[];
  /** What people call somebody: a digest names without notifying. The id when Slack does not say. */
  nameOf(userId: string): Promise<string>;
  settings: { appId: string; executorsAppId: string | undefined; timeZone: string };
  clock: Clock;
}

interface DigestSpec<Facts> {
  name: string;
  summary: string;
  gather(period: Period, ports: DigestPorts): Promise<Facts>;
  /** Pure. The first line is the news; one line when there is none. */
  view(facts: Facts): Message;
}

export type Digest = DigestSpec<unknown>;

// Methods are bivariant in TypeScript, so a digest of its own facts is accepted where `unknown` is promised; the journey
// hands a digest only the facts it gathered itself.
export function defineDigest<Facts>(digest: DigestSpec<Facts>): Digest {
  return digest;
}

/** What `/ci digest` may ask and have done. */
export interface DigestDesk {
  readonly schedule: Schedule;
  /** Undefined: none is posted. */
  readonly channelId: string | undefined;
  /** When the last one was due, ms since the epoch; undefined before the first. */
  last(): Promise<number | undefined>;
  /** Makes one without posting it. */
  compose(period: Period): Promise<Message>;
  /**
   * Posts one into the channel, as `key`: twice with one key is one message.
   * @returns when another was asked for, if that is too short a time ago for one more; undefined when it is posted
   */
  post(period: Period, key: string): Promise<number | undefined>;
}

/** What is kept between ticks. */
export interface DigestStore {
  /** The slot that was done last, with the schedule it belonged to. */
  last(): Promise<LastSlot | undefined>;
  /** Sets it when there is none yet. */
  begin(first: LastSlot): Promise<void>;
  done(slot: LastSlot): Promise<void>;
  /** @returns whether it is ours now; it is free again after `ms` */
  claim(what: string, value: string, ms: number): Promise<boolean>;
  claimed(what: string): Promise<string | undefined>;
  remembered(): Promise<UsageMemory | undefined>;
  remember(memory: UsageMemory): Promise<void>;
}

export interface LastSlot extends Schedule {
  v: 1;
  /** ms since the epoch. */
  slot: number;
}
