// Forms (Slack's modals) and the Home tab as data, and what `journeys/form.ts` and `journeys/home.ts` need to show them.
// A form carries with it all that its buttons need: nothing about one is kept in a process.
import { z } from 'zod';
import type { Message, MessageBlock } from './conversation.js';
import type { ReplyTo } from './jobs.js';
import type { Choice, PickSource } from './pick.js';

export interface Field {
  /** Of the argument; unique in its form. */
  name: string;
  label: string;
  hint?: string;
  optional: boolean;
  input: /** Of so many that they are asked for while the person types. */
    | { kind: 'search' }
    | { kind: 'choose'; choices: readonly Choice[]; initial?: string }
    | { kind: 'write'; initial?: string };
}

export interface Form {
  /** Slack shows 24 characters. */
  title: string;
  /** Label of the button that sends it; a form without one only tells something. */
  submit?: string;
  blocks: readonly MessageBlock[];
  fields: readonly Field[];
  /** Below the fields: the command they amount to. */
  outcome: readonly MessageBlock[];
  kept: Kept;
}

/**
 * What travels with a form or a Home tab, in Slack's keeping (`private_metadata`, 3,000 characters): ids and words, no
 * secret and nobody's authority.
 */
export const Kept = z.object({
  v: z.literal(1),
  /** `pick`: the arguments of one command · `ask`: one command of several · `home`: the tab · `told`: only tells. */
  kind: z.enum(['pick', 'ask', 'home', 'told']),
  command: z.string().max(100).default(''),
  /** Where the command is run from. */
  channelId: z.string().max(100),
  threadTs: z.string().max(100).optional(),
  /** Of the `response_url` kept for the answer. */
  reply: z.string().max(100).optional(),
  /** What was typed and has no field, by the names that `commandText` reads; a switch is there or not. */
  typed: z.record(z.string(), z.string()).optional(),
});
export type Kept = z.infer<typeof Kept>;

/** Of a form that was made by another version, or not by us: undefined. */
export function readKept(text: string): Kept | undefined {
  try {
    return Kept.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What a person filled in, by the name of the field; fields left empty are absent. */
export type Filled = Readonly<Record<string, string>>;

/** The choices that were found last, kept where every process sees them. */
export interface ChoiceStore {
  keep(source: PickSource, of: string | undefined, found: Found): Promise<void>;
  read(source: PickSource, of: string | undefined): Promise<Found | undefined>;
}

export interface Found {
  /** ms since the epoch. */
  at: number;
  choices: readonly Choice[];
  /** Why there are none, or only those of an earlier look: the system that did not say. */
  missing?: string;
}

/** Where the answer to a form goes: a `response_url` is no thing to hand around, so the form only names it. */
export interface ReplyStore {
  keep(id: string, replyTo: ReplyTo): Promise<void>;
  /** Undefined once Slack would not take it any more. */
  read(id: string): Promise<ReplyTo | undefined>;
}

/** What the systems said last for the Home tab, and what people asked for lately. */
export interface HomeStore {
  keep(board: BoardNow): Promise<void>;
  read(): Promise<BoardNow | undefined>;
  /** The same text again moves up. */
  asked(userId: string, text: string, at: number): Promise<void>;
  /** Of what turned out to be nothing to be kept. Twice equals once. */
  forget(userId: string, text: string): Promise<void>;
  /** Newest first. */
  askedBy(userId: string): Promise<{ text: string; at: number }[]>;
}

/** Null: nobody said. */
export interface BoardNow {
  v: 1;
  /** ms since the epoch. */
  at: number;
  /** One line: where it runs and how it is. */
  controller: string | null;
  executors: { busy: number; total: number } | null;
  buildQueue: { length: number; longestMs: number } | null;
  /** What could not be read, in words. */
  missing: string[];
}

/** `stands`: what is shown in it now; it has another one with each update. */
export interface OpenForm {
  viewId: string;
  stands: string | undefined;
}

/** Slack's screens. Every method throws SlackError. */
export interface Screens {
  /** @param triggerId of what the person did, at most 3 s ago; good for one form */
  open(triggerId: string, form: Form): Promise<OpenForm>;
  /** @param over what must stand there still, or another one has come in between · @returns which stands now */
  update(viewId: string, form: Form, over?: string): Promise<string | undefined>;
  /** `over` and what it returns: as above. */
  home(userId: string, home: Message, kept: Kept, over?: string): Promise<string | undefined>;
}
