// Delivering a logical message: the ports `journeys/send.ts` works with.
import type { Destination, Message } from './conversation.js';

/** Why Slack did not take a call. The message is fit for logs: no token, no response_url. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  /** Slack's method, `chat.postMessage`. */
  readonly method: string;
  /** Slack's own word (`not_in_channel`), or `ratelimited`, `http_500`, `timeout`, `unreachable`. */
  readonly code: string;
  /** Pause asked for, ms; only with `ratelimited`. */
  readonly retryAfterMs: number | undefined;
  /** `never`: it will not work however often. `surely-not`: it did not happen, try later. `unknown`: it may have happened. */
  readonly fate: 'never' | 'surely-not' | 'unknown';

  constructor(method: string, code: string, fate: SlackError['fate'], retryAfterMs?: number) {
    super(`Slack: ${method}: ${code}`);
    this.method = method;
    this.code = code;
    this.fate = fate;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Spot {
  channelId: string;
  ts: string;
}

/** Slack's side of sending. Every method throws SlackError. */
export interface Messenger {
  /** @param key identity of the logical message, kept in the message's metadata */
  post(to: { channelId: string; threadTs?: string; broadcast?: boolean }, message: Message, key: string): Promise<Spot>;
  /** Twice equals once. */
  edit(spot: Spot, message: Message): Promise<void>;
  /** One of the five uses of a `response_url`. */
  respond(responseUrl: string, message: Message, how: { replace: boolean; inChannel: boolean }): Promise<void>;
  direct(userId: string, message: Message, key: string): Promise<Spot>;
  /** A text or a picture, as a file into a channel or thread. Twice is two files. */
  upload(to: { channelId: string; threadTs?: string }, file: UploadedFile): Promise<void>;
  /** Looks for a message of ours by its key; `cannot-look` without a history scope. */
  find(to: { channelId: string; threadTs?: string }, key: string): Promise<Spot | 'absent' | 'cannot-look'>;
  /** What of this message does not fit into one, as plain text. */
  overflow(message: Message): string | undefined;
}

export interface UploadedFile {
  name: string;
  title: string;
  content: string | Uint8Array;
  /** For those who do not see it. */
  altText?: string;
}

export interface StoredMessage {
  to: Destination;
  wanted: Message;
  /** Changes with the wanted content; equal to `sent` when nothing is left to do. */
  digest: string;
  sent: string | undefined;
  channelId: string | undefined;
  ts: string | undefined;
  error: string | undefined;
  /** A send began and its end was not recorded: it may or may not stand in Slack. */
  sending: boolean;
  attempts: number;
  /** Of an alert: when it was decided and when what it tells happened, ms since the epoch. */
  since?: number | undefined;
  happenedAt?: number | undefined;
  /** How long Slack held it up. */
  lateMs?: number | undefined;
  /** The person who gets it when it cannot be said where it stands. */
  elseTo?: string | undefined;
  /** Of a line in a thread: the line said before it. */
  after?: string | undefined;
}

/** Whether the alert channel takes what we say; kept where every process sees it. */
export interface AlertChannel {
  /** @param code Slack's own word */
  broken(code: string, at: number): Promise<void>;
  well(): Promise<void>;
  fault(): Promise<{ code: string; since: number } | undefined>;
}

export interface MessageRecords {
  read(key: string): Promise<StoredMessage | undefined>;
  /** @returns for how long it has been waiting for the line before it, ms */
  waits(key: string, now: number): Promise<number>;
  begin(key: string): Promise<void>;
  /** The message stands in Slack with this content. */
  sent(key: string, digest: string, where: Spot | undefined, lateMs?: number): Promise<void>;
  /** The send surely did not happen. @returns how many have failed in a row */
  unsent(key: string): Promise<number>;
  /** The fate of the send is not known. @returns how many have failed in a row */
  doubtful(key: string): Promise<number>;
  /** It never will. */
  refused(key: string, digest: string, error: string): Promise<void>;
  /** The message is gone from Slack: the next send posts anew. */
  forgetPlace(key: string): Promise<void>;
}

/** Slack's rate rules, kept where every worker sees them. All times in ms. */
export interface Pace {
  /** 0 when one more may go now (and the slot is taken), else how long to wait. */
  slot(what: string, everyMs: number): Promise<number>;
  /** How long a 429 still pauses this method; 0 when it does not. */
  paused(method: string): Promise<number>;
  pause(method: string, ms: number): Promise<void>;
  /** Counts a use of a `response_url` and answers how many there were, this one included. */
  use(delivery: string): Promise<number>;
}
