// Reads the lists of a Mesos master as they arrive, entry by entry, so that a cluster of any size costs neither memory nor
// a stalled event loop. Knows which call an older master has instead. Called by `client.ts`.
import { z } from 'zod';
import { UpstreamError } from '../../core/errors.js';
import { MINUTE } from '../../core/time.js';
import type { HttpClient, HttpRequest } from '../http.js';
import { type Cuts, jsonSlicer } from './json-slicer.js';

/** A call that answers a question, and where in its answer the entries are. */
export interface Call extends HttpRequest {
  cuts: Cuts;
}

/** The state of 10,000 agents has 200 MB and is read in seconds; a person has long been answered by then. */
const MOST_BYTES = 1024 ** 3;
const LONGEST_READ_MS = MINUTE;

/** Handed back by `take` when the rest of the answer does not matter. */
export const ENOUGH = Symbol('enough');

/** The whole state, for masters that have no smaller call: `/state.json` up to 0.24, `/state` later (contract mesos). */
export function wholeState(cuts: Cuts): Call[] {
  return [
    { path: '/master/state.json', cuts },
    { path: '/master/state', cuts },
  ];
}

/**
 * Asks the first call that this master knows.
 * @param take receives each entry; `list` is the array it stood in
 * @returns the call that was answered
 */
export async function readList(
  http: HttpClient,
  calls: readonly Call[],
  take: (entry: unknown, list: string) => unknown,
): Promise<Call> {
  let unknown: unknown;
  for (const call of calls) {
    try {
      await readCall(http, call, take);
      return call;
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.status !== 404) throw error;
      unknown ??= error;
    }
  }
  throw unknown;
}

async function readCall(
  http: HttpClient,
  { cuts, ...request }: Call,
  take: (entry: unknown, list: string) => unknown,
): Promise<void> {
  const end = AbortSignal.timeout(LONGEST_READ_MS);
  const signal = request.signal === undefined ? end : AbortSignal.any([request.signal, end]);
  const { chunks, status } = await http.stream({ ...request, signal });
  let size = 0;
  let enough = false;
  const slicer = jsonSlicer(cuts, (list, entry) => {
    if (!enough) enough = take(entry, list) === ENOUGH;
  });
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > MOST_BYTES) throw new RangeError('more than 1 GiB');
      slicer.push(chunk);
      if (enough) return;
    }
    slicer.end();
  } catch (error) {
    const seen = faultInWords(error);
    throw seen === undefined ? error : http.refuse(request, status, seen, error);
  }
}

function faultInWords(error: unknown): string | undefined {
  if (error instanceof SyntaxError) return `answered JSON that cannot be read: ${error.message}`;
  if (error instanceof RangeError) return `answered JSON beyond measure: ${error.message}`;
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `answered an entry of another form than expected: ${issue?.path.map(String).join('.')}: ${issue?.message}`;
  }
  return undefined;
}
