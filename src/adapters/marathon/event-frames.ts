// Bytes of Marathon's event stream → the events that concern one app. Called by `events.ts` with every chunk as it comes;
// the many events of other apps cost a text search each, not a parsed object.
import { createHash } from 'node:crypto';
import { createParser } from 'eventsource-parser';
import { concerns, type MarathonEvent } from '../../core/marathon-event.js';
import { readEvent } from './event-schema.js';

export interface FrameReaderOptions {
  /** With its leading slash. */
  appId: string;
  take(event: MarathonEvent, identity: string): void;
  /** A frame that could not be understood; never quotes it. */
  skip(why: string): void;
}

export interface FrameReader {
  /** Chunks may end anywhere: between CR and LF, inside a character. */
  push(chunk: Uint8Array): void;
}

/** A plan without `plan-format=light` holds the whole root group twice: several MB (contract marathon §6.1), not dozens. */
const LARGEST_FRAME = 32 * 1024 * 1024;

export function frameReader({ appId, take, skip }: FrameReaderOptions): FrameReader {
  const mayConcern = sieve(appId);
  const read = (data: string) => {
    if (!mayConcern(data)) return;
    const event = understood(data, skip);
    if (event !== undefined && concerns(event, appId)) take(event, identityOf(data));
  };
  const decoder = new TextDecoder();
  const parser = createParser({
    maxBufferSize: LARGEST_FRAME,
    // The type is taken from the JSON: 0.9 and 0.10 send no `event:` line.
    onEvent: ({ data }) => read(data),
    onError: ({ type }) => {
      if (type !== 'max-buffer-size-exceeded') return;
      skip(`an event is larger than ${LARGEST_FRAME} characters`);
      // What is still to come of it is a line without a field name, which is no frame.
      parser.reset();
    },
  });
  return { push: (chunk) => parser.feed(decoder.decode(chunk, { stream: true })) };
}

/**
 * Whether an event's text may concern the app, told without parsing it. The end of a plan may be told without naming an
 * app. Nothing in an app's id is ever escaped in JSON but its slashes.
 */
export function sieve(appId: string): (data: string) => boolean {
  const marks = [appId, appId.replaceAll('/', '\\/'), '"scheduler_', '"deployment_success"', '"deployment_failed"'];
  return (data) => marks.some((mark) => data.includes(mark));
}

function understood(data: string, skip: FrameReaderOptions['skip']): MarathonEvent | undefined {
  try {
    return readEvent(data);
  } catch (error) {
    skip(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** An event has no id of its own, but its text is the same for every listener and holds its time to the millisecond. */
export function identityOf(data: string): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 32);
}
