// The last look before the wire: every word of a message passes the scrubber, log excerpts and foreign errors included.
import type { Message } from '../core/conversation.js';
import type { Scrub } from './secrets.js';

/** What a button does is ours and must stay exact; everything people read is scrubbed. */
const EXACT = new Set(['type', 'action', 'value', 'style']);

export function scrubbed(message: Message, scrub: Scrub): Message {
  return walk(message, scrub, EXACT) as Message;
}

/** Every text in it, at any depth; names stay as they are. */
export function scrubbedJson<T>(value: T, scrub: Scrub): T {
  return walk(value, scrub, NOTHING) as T;
}

const NOTHING: ReadonlySet<string> = new Set();

function walk(value: unknown, scrub: Scrub, exact: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return scrub(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, scrub, exact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, exact.has(name) ? part : walk(part, scrub, exact)]),
  );
}
