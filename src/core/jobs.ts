// What crosses the queue, and the queue as the journeys see it. A job carries what was typed or pressed, not what it
// was understood as: the worker parses again, so bots and workers of different versions still agree.

import type { Outcome } from './audit.js';
import type { Json, JsonObject } from './cluster.js';
import type { Actor, Place } from './command.js';
import type { Message, PressAction } from './conversation.js';
import type { MarathonEvent } from './marathon-event.js';
import type { PickSource } from './pick.js';
import type { Line } from './signal.js';

/** Where an answer may go. */
export interface ReplyTo {
  /** Slack: 5 uses in 30 min. A capability that dies by itself; never logged. A mention has none: it is answered in its thread. */
  responseUrl?: string | undefined;
  /** It is that of a button under a message all can see: what takes its place would take it from everybody. */
  keepsMessage?: boolean | undefined;
}

interface FromSlack {
  v: 1;
  /** Our name for the delivery, made from Slack's own id, so that a repeat has the same. Also the job's id. */
  delivery: string;
  actor: Actor;
  place: Place;
  replyTo: ReplyTo;
  /** When it was accepted, ms since the epoch. */
  at: number;
}

/** A command someone typed, or whose button they pressed (`run`). */
export interface CommandJob extends FromSlack {
  kind: 'command';
  text: string;
  /** Progress of a change, kept so that a resumed run knows what was done. */
  progress?: ChangeProgress;
}

/** A button under one of our messages. */
export interface PressJob extends FromSlack {
  kind: 'press';
  action: PressAction;
  value: string;
}

/** A confirmed plan: the change itself. */
export interface ConfirmedJob extends FromSlack {
  kind: 'confirmed';
  planId: string;
  text: string;
  confirmedBy: string;
  /** Those who agreed, where the policy asks for a second person. */
  approvedBy?: readonly string[];
  /** Of the plan that was confirmed. */
  planHash?: string;
  progress?: ChangeProgress;
}

/** The end of a plan's validity; nobody pressed anything. */
export interface ExpireJob {
  v: 1;
  kind: 'expire';
  planId: string;
}

/** Somebody's place in the queue of changes moved: those who wait are told theirs. */
export interface WaitingJob {
  v: 1;
  kind: 'waiting';
}

/** What there is to choose from in forms is looked up anew. */
export interface GatherJob {
  v: 1;
  kind: 'gather';
  source: PickSource;
  of?: string | undefined;
}

/** Somebody's Home tab is shown anew. */
export interface HomeJob {
  v: 1;
  kind: 'home';
  actor: Actor;
  /** Of their direct messages with the bot, where what they press is answered. */
  place: Place;
  /** What stands there; when it is something else by then, that is newer. */
  over?: string | undefined;
}

export type ReadsJob = CommandJob | PressJob | ExpireJob | WaitingJob | GatherJob | HomeJob;
export type ChangesJob = CommandJob | ConfirmedJob;
export type AnyJob = CommandJob | PressJob | ConfirmedJob;

/** The steps of a change, in order. Each is written to the job before the next begins. */
export const STEPS = ['queued', 'posted', 'quieting', 'applying', 'applied', 'following', 'done'] as const;
export type Step = (typeof STEPS)[number];

export interface ChangeProgress {
  step: Step;
  /** When the change began, ms since the epoch. */
  startedAt: number;
  /** What `before` saw. */
  before?: JsonObject | unknown;
  /** We told Jenkins to quiet down and owe it the way back. */
  quieted?: boolean;
  /** When the wait for builds ends. */
  waitUntil?: number;
  /** When the write was known to have arrived. */
  appliedAt?: number;
  /** Of a change that is followed: what the last look knew. */
  followed?: Json;
  outcome?: { outcome: Outcome; summary: string; message: Message; thread?: Message | undefined };
}

/** What the bot may do with the queue: one call, which fails fast while Redis is down. */
export interface JobQueue {
  /** The same `delivery` again adds nothing. @throws UpstreamError (Redis) within a second */
  accept(job: CommandJob | PressJob, queue: 'reads' | 'changes'): Promise<void>;
}

/**
 * A running change's grip on its job. Everything that writes goes through it: when another worker has taken the job
 * over, `hold` and `save` reject and the run ends without a trace.
 */
export interface ChangeRun {
  readonly id: string;
  readonly signal: AbortSignal;
  progress(): ChangeProgress;
  /** Proves that the job is still ours, and keeps it so for another lock's length. */
  hold(): Promise<void>;
  /** @param text takes the place of what was typed, where that may not be kept */
  save(patch: Partial<ChangeProgress>, text?: string): Promise<void>;
  /** Who asked this change to stop, if anybody has. */
  stopAsked(): Promise<string | undefined>;
  /** *Deploy now* or *Give up*, pressed while it waits for builds. */
  pressed(): Promise<'now' | 'giveup' | undefined>;
}

/** What the alerts are decided from, one at a time and in this order. Only the newest of what nobody may miss is data; the rest says "look". */
export type EventsJob = { v: 1 } & (
  | { kind: 'event'; event: MarathonEvent; heardAt: number }
  /** Take a snapshot and reconcile; also the time for everything that is due by now. */
  | { kind: 'look'; why: string }
  | { kind: 'polled'; rule: string; facts: unknown }
  | {
      kind: 'learned';
      incident: string;
      reopened: number;
      facts: JsonObject;
      instead?: { ofKind: string; facts: JsonObject };
      lines: Line[];
    }
  | { kind: 'escalated'; incident: string; why: string | null }
  /** Somebody acknowledged or silenced: show it. */
  | { kind: 'refresh' }
);

/** What the clock, or a decision, asks for outside of the queue that decides. */
export type TicksJob = AlertTick | DigestTick | LockTick;

export type AlertTick = { v: 1 } & (
  | { kind: 'look' }
  /** Forget what is older than anybody can ask for. */
  | { kind: 'trim' }
  | { kind: 'poll'; rule: string }
  | { kind: 'investigate' | 'accompany' | 'escalate'; incident: string }
);

/** `sample`: every minute. `digest`: when one may be due. */
export type DigestTick = { v: 1 } & ({ kind: 'sample' } | { kind: 'digest' });

/** Shortly before a lock ends; `lock` and `until` say which, because it may be another one's by then. */
export interface LockTick {
  v: 1;
  kind: 'lock-ends';
  lock: string;
  until: number;
}
