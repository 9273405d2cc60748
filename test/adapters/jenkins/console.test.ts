import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../src/core/time.js';
import { failureOf } from '../failing.js';
import { type Asked, closeServersAfterEach, type Handler, html } from '../local-server.js';
import { answer } from './example.js';
import { example, jenkins } from './scene.js';
import { addBuild, addJob, closeWorldsAfterEach, worldOf } from './world.js';

closeServersAfterEach();
closeWorldsAfterEach();

const ESC = '\u001b';
const NOTE = `${ESC}[8mha:////4ABCdef+/012==${ESC}[0m`;

const startOf = ({ url }: Asked): number => Number(new URLSearchParams(url.split('?')[1]).get('start'));
const starts = (asked: readonly Asked[]): number[] => asked.map(startOf);

/** `progressiveText` as the contract has it: the size in a header, everything from the offset on. */
function send(response: ServerResponse, log: Buffer, start: number, more = false): void {
  const from = start > log.length ? 0 : start;
  const headers = { 'Content-Type': 'text/plain;charset=utf-8', 'X-Text-Size': log.length };
  response.writeHead(200, more ? { ...headers, 'X-More-Data': 'true' } : headers);
  response.end(log.subarray(from));
}

const keeping =
  (log: Buffer | string, more = false): Handler =>
  (asked, response) =>
    send(response, Buffer.from(log as string), startOf(asked), more);

const textOf = async (log: Buffer | string, bytes = 65_536) => {
  const { client } = await jenkins(keeping(log));
  return (await client.consoleTail('app', 7, bytes))?.text;
};

describe.each(['old', 'modern'] as const)('the log of a build of the %s line', (generation) => {
  it('is read while it is written, and after', async () => {
    const stage = await worldOf(generation);
    const now = stage.clock.now();
    addBuild(stage, 'app-build', now - 2 * MINUTE, 'FAILURE');
    addBuild(stage, 'app-build', now - 11 * SECOND);
    const over = await stage.client.consoleTail('app-build', 1, 65_536);
    expect(over).toMatchObject({ isGrowing: false, isCut: false });
    expect(over?.text.trimEnd().split('\n').at(-1)).toBe('Finished: FAILURE');
    const going = await stage.client.consoleTail('app-build', 2, 65_536);
    expect(going?.isGrowing).toBe(true);
    expect(going?.text.trimEnd().split('\n').at(-1)).toBe('[app-build] step 2 done');
  });

  it.each(['release notes', '日報', 'team-a/web/feature%2Flogin', '100% sure?'])(
    'is found for a job called "%s"',
    async (name) => {
      const stage = await worldOf(generation);
      if (!name.startsWith('team-a/')) addJob(stage, name);
      addBuild(stage, name, 1, 'SUCCESS');
      expect((await stage.client.consoleTail(name, 1, 65_536))?.text).toContain('Finished: SUCCESS');
    },
  );

  it.each([
    ['nobody-knows', 1],
    ['app-build', 99],
  ])('is not there for %s #%i', async (job, build) => {
    const { client } = await worldOf(generation);
    expect(await client.consoleTail(job, build, 65_536)).toBeUndefined();
  });
});

describe('a tail', () => {
  it('of a short log is one request', async () => {
    const { client, server } = await jenkins(example('progressiveText.http'));
    expect(await client.consoleTail('team-a/web/feature%2Fx', 12, 65_536)).toEqual({
      text: expect.stringMatching(/^Started by user Chat Bot\nBuilding remotely on .*\n\+ make\n/),
      sizeBytes: 159,
      isCut: false,
      isGrowing: true,
    });
    expect(server.asked.map(({ url }) => url)).toEqual([
      '/ci/job/team-a/job/web/job/feature%252Fx/12/logText/progressiveText?start=0',
    ]);
  });

  it('of 50 MB asks for the end and reads little else', async () => {
    const line = `${'x'.repeat(99)}\n`;
    let sent = 0;
    function* log(start: number) {
      const parts = Buffer.alloc(50_000_000 - start, line.repeat(2).slice(start % 100, (start % 100) + 100));
      for (let from = 0; from < parts.length; from += 65_536) {
        const part = parts.subarray(from, from + 65_536);
        sent += part.length;
        yield part;
      }
    }
    const { client, server } = await jenkins((asked, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain', 'X-Text-Size': 50_000_000 });
      Readable.from(log(startOf(asked))).pipe(response);
    });
    const tail = await client.consoleTail('app', 7, 10_000);
    expect(starts(server.asked)).toEqual([0, 50_000_000 - 10_001]);
    expect(tail).toEqual({ text: line.repeat(100), sizeBytes: 50_000_000, isCut: true, isGrowing: false });
    // What was on its way when the connection was closed.
    expect(sent).toBeLessThan(10_000_000);
  });

  it('of a log that grows faster than it is read is taken from its new end', async () => {
    let written = 0;
    const { client, server } = await jenkins((asked, response) => {
      written += 1;
      send(response, Buffer.alloc(written * 100_000, 'line of 20 bytes...\n'), startOf(asked), true);
    });
    const tail = await client.consoleTail('app', 7, 1_000);
    expect(starts(server.asked)).toEqual([0, 98_999, 198_999, 298_999]);
    expect(tail).toMatchObject({ sizeBytes: 400_000, isCut: true, isGrowing: true });
  });

  it('begins anew where the log has become shorter meanwhile', async () => {
    const logs = ['long\n'.repeat(1_000), 'short\n'];
    const { client } = await jenkins((asked, response) =>
      send(response, Buffer.from(logs.shift() ?? ''), startOf(asked)),
    );
    expect(await client.consoleTail('app', 7, 100)).toEqual({
      text: 'short\n',
      sizeBytes: 6,
      isCut: false,
      isGrowing: false,
    });
  });

  it('of a log that is not there yet is empty, and the log grows', async () => {
    const { client } = await jenkins(keeping('', true));
    expect(await client.consoleTail('app', 7, 100)).toEqual({ text: '', sizeBytes: 0, isCut: false, isGrowing: true });
  });

  it('begins with a whole line, or in the middle of one that is longer than all', async () => {
    expect(await textOf('first\nsecond\nthird\n', 13)).toBe('second\nthird\n');
    expect(await textOf('first\nsecond\nthird\n', 12)).toBe('third\n');
    expect(await textOf('日'.repeat(100), 10)).toBe('日日日');
  });

  it('comes compressed', async () => {
    const log = 'many words\r\n'.repeat(1_000);
    const { client } = await jenkins((_asked, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain', 'X-Text-Size': 11_000 });
      response.end(gzipSync(log));
    });
    expect((await client.consoleTail('app', 7, 65_536))?.text).toBe('many words\n'.repeat(1_000));
  });
});

describe('what a log may hold', () => {
  it.each<[what: string, log: string | Buffer, text: string]>([
    ['colours', `${ESC}[31mred${ESC}[0m and ${ESC}]0;title\u0007plain\r\n`, 'red and plain\n'],
    ['notes of Jenkins', `Started by user ${NOTE}Chat Bot\r\n${NOTE}+ make\r\n`, 'Started by user Chat Bot\n+ make\n'],
    ['notes without ESC', 'by user [8mha:////4ABC==[0mChat Bot\n', 'by user Chat Bot\n'],
    ['a note that is being written', `made\n${ESC}[8mha:////4ABC`, 'made\n'],
    ['a progress line', '10 %\r50 %\r100 %\r\ndone\r\n', '100 %\ndone\n'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a]), 'a\ufffd\ufffdb\n'],
    ['a character that is being written', Buffer.from('日本').subarray(0, 5), '日'],
    ['controls and overrides', 'a\u0000b\u0008\u202ec\n', 'abc\n'],
  ])('%s', async (_what, log, text) => {
    expect(await textOf(log)).toBe(text);
  });

  it('a note that begins before the tail does', async () => {
    const log = `${'A'.repeat(50)}${ESC}[0mwords`;
    expect(await textOf(`${ESC}[8mha:${log}`, 30)).toBe('words');
  });

  it('a secret, which is hidden before the text is cut', async () => {
    const { client } = await jenkins(keeping('token hunter2\n'), { scrub: (text) => text.replace('hunter2', '***') });
    expect((await client.consoleTail('app', 7, 100))?.text).toBe('token ***\n');
  });
});

describe('what is no log', () => {
  it.each<[what: string, handler: Handler, seen: RegExp]>([
    ['an empty page', example('200-empty-body.http'), /something else than a log/],
    ['a page', (_asked, response) => html(response, 200, 'Sign in'), /something else than a log/],
    [
      'an answer longer than the size it told',
      (_asked, response) => {
        response.writeHead(200, { 'Content-Type': 'text/plain', 'X-Text-Size': 10 });
        response.end('x'.repeat(1_000_000));
      },
      /answered more than the size it told/,
    ],
    ['a refusal', example('403-permission.http'), /chatbot lacks the right Overall\/Administer/],
    ['a controller that starts', example('503-starting-1.596.2.http'), /Jenkins is starting/],
    ['a controller that restarts', example('503-restarting.http'), /restarting/i],
  ])('%s', async (_what, handler, seen) => {
    const { client } = await jenkins(handler);
    expect((await failureOf(client.consoleTail('app', 7, 100))).seen).toMatch(seen);
  });

  it('a connection that breaks off between the two requests', async () => {
    const { client } = await jenkins((asked, response, request) => {
      if (startOf(asked) > 0) request.socket.destroy();
      else send(response, Buffer.alloc(100_000, 'line\n'), 0);
    });
    expect((await failureOf(client.consoleTail('app', 7, 100))).status).toBeUndefined();
  });

  it.each(['404.http', '404-1.596.2.http'])('a build that %s says is not there', async (file) => {
    const { client } = await jenkins((_asked, response) => answer(response, file));
    expect(await client.consoleTail('app', 7, 100)).toBeUndefined();
  });
});
