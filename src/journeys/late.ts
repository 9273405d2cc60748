// An alert that Slack took late says so. Called by `send.ts`.
import type { Message } from '../core/conversation.js';
import type { StoredMessage } from '../core/delivery.js';
import { md } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { duration } from '../core/words.js';

/** The root message of an incident. */
export const isAlert = ({ since, to }: StoredMessage): boolean => since !== undefined && to.kind === 'channel';

/** Below this nobody calls it late. */
const LATE_FROM_MS = 10 * SECOND;

/** Only what Slack did not take is Slack's delay: a worker that was away is not. */
export function lateness(stored: StoredMessage, now: number): number | undefined {
  const lateMs = now - (stored.since ?? now);
  return isAlert(stored) && stored.attempts > 0 && lateMs >= LATE_FROM_MS ? lateMs : undefined;
}

/** The times in it are true; that it comes late is said. */
export function delayed(message: Message, lateMs: number | undefined): Message {
  if (lateMs === undefined) return message;
  const note = md`Delayed ${duration(lateMs)} by Slack.`;
  return { text: message.text, blocks: [...message.blocks, { type: 'context', text: note }] };
}
