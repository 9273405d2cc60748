import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pngOf } from '../../../src/adapters/chart/png.js';

/** Name and content of each chunk, whose checksum has to be right. */
function chunksOf(png: Buffer): [type: string, data: Buffer][] {
  const chunks: [string, Buffer][] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    chunks.push([png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  return chunks;
}

test('pixels come back line by line', async () => {
  const pixels = Buffer.from(Array.from({ length: 3 * 2 * 4 }, (_, index) => index));
  const chunks = chunksOf(Buffer.from(await pngOf(pixels, 3, 2)));
  expect(chunks.map(([type]) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...(chunks[0]?.[1] ?? [])]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 6, 0, 0, 0]);
  const lines = inflateSync(chunks[1]?.[1] ?? Buffer.alloc(0));
  expect(lines).toEqual(Buffer.concat([Buffer.of(0), pixels.subarray(0, 12), Buffer.of(0), pixels.subarray(12)]));
});
