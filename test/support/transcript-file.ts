// The recorded Marathon transcripts (`fixtures/marathon/sequences/`) cut into what was sent at one time, for
// `transcript-marathon.ts`: frames and heartbeats with their place in the bytes of all connections together.
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/core/cluster.js';

export const APP = '/ci/jenkins';

export type Generation = '0.8' | '0.9' | '0.11' | '1.3' | '1.5' | '1.11';

/** What `GET /v2/info` says; `0.11` of a file name stands for 0.11–0.13, `1.3` for 1.1–1.3 and so on. */
export const VERSIONS: Record<Generation, string> = {
  '0.8': '0.8.2',
  '0.9': '0.9.2',
  '0.11': '0.11.1',
  '1.3': '1.3.14',
  '1.5': '1.5.15',
  '1.11': '1.11.24',
};

const ORDER = Object.keys(VERSIONS);
export const atLeast = (generation: Generation, wanted: Generation): boolean =>
  ORDER.indexOf(generation) >= ORDER.indexOf(wanted);

/** A frame, a heartbeat (no event) or, of 0.8, a line of JSON that was never on a stream. */
export interface Piece {
  /** Which connection's body it is of. */
  connection: number;
  /** Byte position in the bodies of all connections together. */
  start: number;
  end: number;
  bytes: Buffer;
  event: JsonObject | undefined;
}

export interface Transcript {
  generation: Generation;
  pieces: Piece[];
  /** Those of all connections, in order. */
  events: JsonObject[];
  /** Bytes of all connections together. */
  length: number;
}

/** @param files names in `sequences/`; each is the body of one connection */
export function readTranscript(files: readonly string[]): Transcript {
  const pieces: Piece[] = [];
  let length = 0;
  for (const [connection, file] of files.entries()) {
    const body = recorded(file);
    const ends = file.includes('callback') ? lineEnds(body) : frameEnds(body);
    for (const [index, end] of ends.entries()) {
      const from = ends[index - 1] ?? 0;
      const bytes = body.subarray(from, end);
      pieces.push({ connection, start: length + from, end: length + end, bytes, event: eventIn(bytes) });
    }
    length += body.length;
  }
  return {
    generation: generationOf(files),
    pieces,
    events: pieces.flatMap(({ event }) => (event === undefined ? [] : [event])),
    length,
  };
}

export const recorded = (file: string): Buffer =>
  readFileSync(new URL(`../fixtures/marathon/sequences/${file}`, import.meta.url));

/** A snapshot's `app`, or its whole queue. */
export const recordedSnapshot = (file: string): JsonObject =>
  JSON.parse(recorded(`snapshots/${file}`).toString('utf8'));

function generationOf(files: readonly string[]): Generation {
  const found = files.map((file) => /\.(\d+\.\d+)(?:-callback)?\.txt$/.exec(file)?.[1]);
  const generation = ORDER.find((one) => found.every((other) => other === one));
  if (generation === undefined) throw new Error(`expected transcripts of one Marathon generation, got ${files}`);
  return generation as Generation;
}

/** An empty line where a frame could begin is a heartbeat; a frame ends with its empty line. */
function frameEnds(body: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at < body.length; ) {
    const empty = body.indexOf('\r\n\r\n', at);
    at = body.subarray(at, at + 2).equals(Buffer.from('\r\n')) ? at + 2 : empty === -1 ? body.length : empty + 4;
    ends.push(at);
  }
  return ends;
}

function lineEnds(body: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at < body.length; ) {
    const newline = body.indexOf('\n', at);
    at = newline === -1 ? body.length : newline + 1;
    ends.push(at);
  }
  return ends;
}

function eventIn(bytes: Buffer): JsonObject | undefined {
  const data = /^(?:data: )?(\{.*\})\r?$/m.exec(bytes.toString('utf8'))?.[1];
  return data === undefined ? undefined : JSON.parse(data);
}
