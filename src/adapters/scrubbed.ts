// The last look before the wire: every word of a message passes the scrubber, log excerpts and foreign errors included.
import type { Message } from '../core/conversation.js';
import type { Scrub } from './secrets.js';

/** What a button does is ours and must stay exact; everything people read is scrubbed. */
const EXACT = new Set(['type', 'action', 'value', 'style']);

export function scrubbed(message: Message, scrub: Scrub): Message {
  return walk(message, scrub) as Message;
}

function walk(value: unknown, scrub: Scrub): unknown {
  if (typeof value === 'string') return scrub(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, scrub));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, EXACT.has(name) ? part : walk(part, scrub)]),
  );
}
