// Answers no system gives, to every call of every client: each ends as an UpstreamError in few words, soon, and within
// bounded memory. Where a list is read as it comes, a whole of any size is no fault, but nothing of it may pile up.
import type { ServerResponse } from 'node:http';
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../src/core/errors.js';
import { type Act, READS, WRITES } from './every-client.js';
import { closeServersAfterEach, json, localServer } from './local-server.js';

closeServersAfterEach();

const MIB = 1024 * 1024;
/** Over what is there before: the limit of one answer is 8 MiB, as bytes, as text and as what is made of it. */
const MOST_MIB = 160;
const TIMEOUTS = { connectMs: 2_000, readMs: 400 };
/** One of each way to read; what is large is not sent to every call. */
const READERS = ['Marathon app', 'Mesos agents', 'Jenkins controller', 'Jenkins builds', 'Marathon replace'];

/** Writes the same again and again for as long as somebody reads. */
function pour(response: ServerResponse, piece: Buffer | string, times = Number.POSITIVE_INFINITY): void {
  let left = times;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(piece)) return void response.once('drain', more);
    }
    if (left === 0) response.end();
  };
  more();
}

const BOMB = (() => {
  const zip = createGzip({ level: 9 });
  const parts: Buffer[] = [];
  zip.on('data', (part: Buffer) => parts.push(part));
  const done = new Promise<Buffer>((resolve) => zip.on('end', () => resolve(Buffer.concat(parts))));
  zip.write('{"a":"');
  for (let written = 0; written < 200; written += 1) zip.write(Buffer.alloc(MIB, 'x'));
  zip.end('"}');
  return done;
})();

const JSON_HEAD = { 'content-type': 'application/json' };
const ANSWERS: [string, (response: ServerResponse) => unknown][] = [
  ['100,000 arrays in one another', (r) => r.writeHead(200, JSON_HEAD).end(`${'['.repeat(1e5)}${']'.repeat(1e5)}`)],
  [
    '100,000 objects in one another',
    (r) => r.writeHead(200, JSON_HEAD).end(`${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`),
  ],
  ['100,000 arrays in a list', (r) => r.writeHead(200, JSON_HEAD).end(`{"apps":${'['.repeat(1e5)}${']'.repeat(1e5)}}`)],
  [
    'a gigabyte that is only announced',
    (r) => r.writeHead(200, { ...JSON_HEAD, 'content-length': 1e9 }).write('{"a":1'),
  ],
  ['64 MiB of nothing', (r) => pour(r.writeHead(200, JSON_HEAD), Buffer.alloc(MIB, ' '), 64)],
  [
    'a name without end',
    (r) => {
      r.writeHead(200, JSON_HEAD).write('{"');
      pour(r, Buffer.alloc(MIB, 'x'), 64);
    },
  ],
  [
    'a text without end',
    (r) => {
      r.writeHead(200, JSON_HEAD).write('{"a":"');
      pour(r, Buffer.alloc(MIB, 'x'), 64);
    },
  ],
  [
    'an entry without end',
    (r) => {
      r.writeHead(200, JSON_HEAD).write('{"slaves":[{"id":"');
      pour(r, Buffer.alloc(MIB, 'x'), 64);
    },
  ],
  ['a gzip bomb', async (r) => r.writeHead(200, { ...JSON_HEAD, 'content-encoding': 'gzip' }).end(await BOMB)],
  [
    'a gzip bomb as an error',
    async (r) => r.writeHead(500, { ...JSON_HEAD, 'content-encoding': 'gzip' }).end(await BOMB),
  ],
  [
    'gzip in gzip',
    (r) => r.writeHead(200, { ...JSON_HEAD, 'content-encoding': 'gzip, gzip' }).end(gzipSync(gzipSync('{}'))),
  ],
  ['what is no gzip', (r) => r.writeHead(200, { ...JSON_HEAD, 'content-encoding': 'gzip' }).end('{"version":"1"}')],
  [
    'gzip that breaks off',
    (r) =>
      r.writeHead(200, { ...JSON_HEAD, 'content-encoding': 'gzip' }).end(gzipSync('{"version":"1"}').subarray(0, 15)),
  ],
  [
    'an encoding nobody knows',
    (r) => r.writeHead(200, { ...JSON_HEAD, 'content-encoding': 'x-rot13' }).end(brotliCompressSync('{}')),
  ],
  [
    'UTF-16',
    (r) =>
      r.writeHead(200, { 'content-type': 'application/json; charset=utf-16' }).end(Buffer.from('["一"]', 'utf16le')),
  ],
  [
    'bytes that are no text',
    (r) => r.writeHead(200, JSON_HEAD).end(Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 37) % 256))),
  ],
  ['a head of 1 MB', (r) => r.socket?.end(`HTTP/1.1 200 OK\r\nX-Much: ${'x'.repeat(MIB)}\r\n\r\n{}`)],
  ['10,000 headers', (r) => r.socket?.end(`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(10_000)}\r\n{}`)],
  ['what is not HTTP', (r) => r.socket?.end('* OK IMAP4rev1 ready\r\n'.repeat(100))],
  [
    'a chunk that lies about its length',
    (r) => r.socket?.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n'),
  ],
  ['an error without end', (r) => pour(r.writeHead(503), Buffer.alloc(MIB, 'x'))],
];

/** What comes before the question itself: the version of Marathon, the crumb of Jenkins. */
const isAbout = (url: string, { name }: Act) =>
  !(url === '/v2/info' && name !== 'Marathon info') && !url.startsWith('/crumbIssuer');

async function meet(act: Act, answer: (response: ServerResponse) => unknown): Promise<unknown> {
  const server = await localServer((asked, response) => {
    response.on('error', () => {});
    if (isAbout(asked.url, act)) return void answer(response);
    if (asked.url === '/v2/info') return json(response, { version: '1.5.15' });
    json(response, {}, 404);
  });
  try {
    return await act.run(server.url, { timeouts: TIMEOUTS, retryDelaysMs: [] });
  } catch (error) {
    return error;
  } finally {
    await server.close();
  }
}

describe.each(ANSWERS)('%s', (name, answer) => {
  it('is told in few words, whatever was asked', { timeout: 60_000 }, async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 5);
    const isLarge = /^(a gigabyte|64 MiB|a name|a text|an entry|a gzip bomb$)/.test(name);
    for (const act of [...READS, ...WRITES].filter((one) => !isLarge || READERS.includes(one.name))) {
      const from = performance.now();
      const error = await meet(act, answer);
      // A write is done once its status has come.
      if (act.effect === 'write' && !(error instanceof Error)) continue;
      expect(error, `${act.name}: ${String(error)}`).toBeInstanceOf(UpstreamError);
      const { seen } = error as UpstreamError;
      expect(seen.length, seen).toBeLessThanOrEqual(300);
      expect(seen).not.toMatch(/undefined/);
      expect(performance.now() - from, act.name).toBeLessThan(15_000);
    }
    clearInterval(look);
    expect(most / MIB, name).toBeLessThan(MOST_MIB);
  });
});
