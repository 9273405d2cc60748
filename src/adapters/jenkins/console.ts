// The end of a build's console log, by bytes and while it grows: `progressiveText` sends everything from an offset on and
// tells the log's size in a header, so a long log is asked for twice and never read whole (contract jenkins §4.1, row "log").
// Called by `client.ts`.

import type { ConsoleTail } from '../../core/build-reads.js';
import { UpstreamError } from '../../core/errors.js';
import { plainLog } from '../../core/log-tail.js';
import { unlessAbsent } from '../absent.js';
import type { HttpClient, HttpRequest, HttpStream } from '../http.js';
import type { Scrub } from '../secrets.js';
import { wholeText } from '../whole-text.js';

/** Each time the log had grown by more than was asked for since; then what it wrote at first is as good as any. */
const MOST_LOOKS = 4;
/** Jenkins ends lines with two bytes, and sends three for one that is no UTF-8. */
const SENT_PER_BYTE = 3;
/** What a build may write between the header and the end of its answer. */
const GROWTH_BYTES = 256 * 1024;

interface Look {
  sizeBytes: number;
  /** Where the answer begins: an offset beyond the end starts again at 0. */
  from: number;
  isGrowing: boolean;
  stream: HttpStream;
}

/** @param path of the build, `/job/team-a/job/web/7` */
export async function consoleTail(
  http: HttpClient,
  path: string,
  bytes: number,
  scrub: Scrub,
): Promise<ConsoleTail | undefined> {
  let start = 0;
  for (let looks = 1; ; looks += 1) {
    const request = logFrom(path, start);
    const look = await lookAt(http, request, start);
    if (look === undefined) return undefined;
    const { sizeBytes, from, isGrowing, stream } = look;
    // One byte more, which tells whether the first line is whole.
    const wanted = Math.max(0, sizeBytes - bytes - 1);
    if (from < wanted && looks < MOST_LOOKS) {
      await hangUp(stream);
      start = wanted;
      continue;
    }
    const raw = await readAll(stream, (sizeBytes - from) * SENT_PER_BYTE + GROWTH_BYTES, (seen) =>
      http.refuse(request, stream.status, seen),
    );
    const text = withoutNotes(wholeText(raw, from > 0), from > 0);
    // Hidden before anybody cuts the text into lines: half a secret would no longer be known as one.
    return { text: scrub(plainLog(text)), sizeBytes, isCut: from > 0, isGrowing };
  }
}

const logFrom = (path: string, start: number): HttpRequest => ({
  path: `${path}/logText/progressiveText`,
  query: { start },
  headers: { Accept: 'text/plain' },
});

async function lookAt(http: HttpClient, request: HttpRequest, start: number): Promise<Look | undefined> {
  const stream = await unlessAbsent(() => http.stream(request));
  if (stream === undefined) return undefined;
  const told = stream.headers['x-text-size'];
  if (told === undefined || !/^\d{1,15}$/.test(told)) {
    await hangUp(stream);
    throw http.refuse(request, stream.status, 'answered something else than a log');
  }
  const sizeBytes = Number(told);
  return {
    sizeBytes,
    from: sizeBytes < start ? 0 : start,
    isGrowing: stream.headers['x-more-data'] === 'true',
    stream,
  };
}

/** What has been sent is thrown away, and Jenkins stops sending; nobody minds how that ends. */
async function hangUp({ chunks }: HttpStream): Promise<void> {
  try {
    for await (const _ of chunks) break;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
  }
}

async function readAll({ chunks }: HttpStream, most: number, refuse: (seen: string) => UpstreamError): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw refuse('answered more than the size it told');
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/**
 * What Jenkins writes into logs for its own pages, `ESC[8mha:<base64>ESC[0m` (`ConsoleNote`): links and colours, which say
 * nothing elsewhere and are longer than the line they stand in. Some proxies eat the ESC.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins a note
const NOTE = /\u001b?\[8mha:[\w+/=]*(?:\u001b?\[0m)?/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC ends a note
const END_OF_NOTE = /^[\w+/=]*\u001b\[0m/;

/** @param cut a note may have begun before the text does, where one line is longer than all that was read */
const withoutNotes = (text: string, cut: boolean): string =>
  (cut ? text.replace(END_OF_NOTE, '') : text).replace(NOTE, '');
