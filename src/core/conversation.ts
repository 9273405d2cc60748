// What Bellboard says: messages as data, independent of Slack's JSON. Views make them, `adapters/slack/render.ts` turns
// them into blocks within Slack's limits, and the `posts` queue delivers them.
import type { Chart } from './chart.js';
import { prose, type Rich } from './text.js';

export type MessageBlock =
  | { type: 'header'; text: string }
  | { type: 'section'; text: Rich; fields?: { label: string; value: Rich }[] }
  | { type: 'fields'; fields: { label: string; value: Rich }[] }
  | { type: 'table'; columns: string[]; rows: string[][] }
  /** `keep: 'end'`: a log, of which the last lines matter most when it is too long. */
  | { type: 'code'; text: string; keep?: 'end' }
  | { type: 'context'; text: Rich }
  | { type: 'actions'; buttons: Button[] }
  | { type: 'divider' };

export interface Button {
  label: string;
  /** What the click does: the name `core/press.ts` knows it under. */
  action: PressAction;
  /** An opaque id, or the command text for `run`. Never a secret. */
  value: string;
  style?: 'primary' | 'danger';
  confirm?: { title: string; text: string; yes: string; no: string };
}

/**
 * Everything a button of ours can do. `run`: the command in its value, as the person who clicks; `run.thread`: the same,
 * and a change is told in the thread of the message that has the button; `pick`: the form for the command in its value.
 */
export const PRESS_ACTIONS = [
  'run',
  'run.thread',
  'pick',
  'plan.confirm',
  'plan.approve',
  'plan.cancel',
  'change.now',
  'change.giveup',
  'queue.leave',
] as const;
export type PressAction = (typeof PRESS_ACTIONS)[number];

export interface Message {
  /** A full sentence with the same facts as the blocks: notification, screen reader, search, and the twin when Slack refuses blocks. */
  text: string;
  blocks: MessageBlock[];
  /** A picture that goes with it, as a message of its own (`journeys/chart.ts`): text and blocks are then its twin. */
  chart?: Chart;
}

/** Where a message goes. Ids are Slack's. */
export type Destination =
  | { kind: 'channel'; channelId: string; threadTs?: string }
  /** In the thread of another logical message; waits until that one has been posted. */
  | { kind: 'thread'; parent: string; broadcast?: boolean }
  /** Below another logical message, once that has been posted: where a picture goes. */
  | { kind: 'beside'; parent: string }
  /** Only the person who asked sees it. After 30 min, or 4 uses, it goes by direct message. */
  | {
      kind: 'answer';
      delivery: string;
      responseUrl: string;
      userId: string;
      askedAt: number;
      replace: boolean;
      here?: boolean;
    }
  | { kind: 'direct'; userId: string };

/** What became of a logical message. */
export type Posted =
  | { state: 'waiting' }
  | { state: 'posted'; channelId: string; ts: string }
  /** Answered through a `response_url`: Slack says no place. */
  | { state: 'answered' }
  | { state: 'refused'; error: string };

export interface PutOptions {
  rank?: number;
  priority?: MessagePriority;
  /** What is said first stays; putting it again changes nothing. */
  once?: boolean;
  /** Only over what already stands: where nothing was said, nothing is. */
  ifStands?: boolean;
  /**
   * Of an alert, ms since the epoch: when it was decided, so that a post that Slack held up says for how long, and when
   * what it tells happened, by the clock of whoever reported it.
   */
  since?: number;
  happenedAt?: number;
  /** Who gets it directly when Slack does not let us write there any more: the bot was removed, the channel archived. */
  elseTo?: string;
}

/** The one way out to people. Content is stored first, sent by the `posts` queue, and recorded as sent after. */
export interface Messages {
  /**
   * Sets what the logical message `key` should say. The same key again edits it; equal content sends nothing.
   * `rank` orders edits: content of a lower rank than what stands is ignored, so a worker that woke up late cannot
   * turn an outcome back into progress.
   */
  put(key: string, to: Destination, message: Message, options?: PutOptions): Promise<void>;
  posted(key: string): Promise<Posted>;
}

/** Smaller goes first. */
export type MessagePriority = 'alert' | 'answer' | 'final' | 'progress';

export const section = (text: Rich): MessageBlock => ({ type: 'section', text });
export const context = (text: Rich): MessageBlock => ({ type: 'context', text });

/** A message of one paragraph: the text is its plain form. */
export const say = (text: Rich, ...blocks: MessageBlock[]): Message => ({
  text: text.plain,
  blocks: [section(text), ...blocks],
});

/** A refusal or mistake: what, and what to do next; words between backticks are shown as code. */
export const sorry = (what: string, hint?: string, ...blocks: MessageBlock[]): Message =>
  say(hint === undefined ? prose(what) : prose(`${what} ${hint}`), ...blocks);
