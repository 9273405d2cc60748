// HTTP mode's door, over real HTTP: who is let in, and how much of what nobody asked for is read.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SlackApp, startSlackApp } from '../../../src/adapters/slack/app.js';
import type { IncomingCommand, IncomingPress } from '../../../src/adapters/slack/ears.js';
import { isOfNow } from '../../../src/adapters/slack/http-receiver.js';
import { boltLogger, createLogger } from '../../../src/logger.js';
import { fakeEars } from '../../support/fake-ears.js';

const SECRET = 'shh-0123456789';
const heard: (IncomingCommand | IncomingPress)[] = [];
const log: string[] = [];
let app: SlackApp;

beforeAll(async () => {
  app = await startSlackApp({
    botToken: 'xoxb-test',
    appToken: undefined,
    signingSecret: SECRET,
    apiUrl: 'http://127.0.0.1:9/',
    slashCommand: '/ci',
    host: '127.0.0.1',
    port: 0,
    team: {
      teamId: 'T0HOME',
      botUserId: 'U0BELL',
      botId: 'B0BELL',
      botName: 'bell',
      url: 'https://ci.slack.com/',
      scopes: [],
    },
    logger: boltLogger(
      createLogger({ level: 'warn', destination: { write: (line) => log.push(line) } }),
      'warn',
    ) as never,
    scrub: (text) => text,
    ears: fakeEars((_ear, incoming) => heard.push(incoming)),
  });
});
afterAll(() => app.stop());
beforeEach(() => {
  heard.length = 0;
  log.length = 0;
});

const url = () => `http://127.0.0.1:${app.port}/slack/events`;
const FORM = 'application/x-www-form-urlencoded';
const command = new URLSearchParams({
  command: '/ci',
  text: 'where',
  trigger_id: '1.2.three',
  user_id: 'U0ANA',
  team_id: 'T0HOME',
  channel_id: 'C0CI',
  response_url: 'https://hooks.slack.com/commands/1',
}).toString();

function signed(body: string | Buffer, timestamp: string, contentType = FORM): Record<string, string> {
  const hmac = createHmac('sha256', SECRET).update(`v0:${timestamp}:`).update(body).digest('hex');
  return { 'content-type': contentType, 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${hmac}` };
}
const inSeconds = (more: number) => String(Math.floor(Date.now() / 1_000) + more);
const send = async (body: string | Buffer, headers: Record<string, string>) =>
  (await fetch(url(), { method: 'POST', body, headers })).status;

describe('what is signed by Slack', () => {
  it.each([-295, -60, 0, 60, 295])('is heard when its clock differs by %i s', async (seconds) => {
    expect(await send(command, signed(command, inSeconds(seconds)))).toBe(200);
    expect(heard).toHaveLength(1);
  });

  it.each([-86_400, -310, 310, 86_400, 10 ** 11])('is refused when it is %i s off, past or future', async (seconds) => {
    expect(await send(command, signed(command, inSeconds(seconds)))).toBe(401);
    expect(heard).toHaveLength(0);
  });

  it.each(['', 'now', '-1', '1e9', '0x5', 'NaN', 'Infinity', '9'.repeat(400)])(
    'is refused when its time is `%s`',
    async (timestamp) => {
      expect(await send(command, signed(command, timestamp))).toBe(401);
      expect(heard).toHaveLength(0);
    },
  );

  it('is not heard with another text than was signed, another secret, or another version of signing', async () => {
    const now = inSeconds(0);
    const headers = signed(command, now);
    const { 'x-slack-signature': signature = '' } = headers;
    const wrong = [
      { ...headers, 'x-slack-signature': signature.replace('v0', 'v1') },
      { ...headers, 'x-slack-signature': signature.slice(0, -1) },
      { ...headers, 'x-slack-signature': '' },
      { ...headers, 'x-slack-signature': 'v0=' },
      { 'content-type': FORM, 'x-slack-signature': signature },
      { 'content-type': FORM, 'x-slack-request-timestamp': now },
    ];
    for (const one of wrong) expect(await send(command, one)).toBe(401);
    expect(await send(`${command}&text=deploy`, headers)).toBe(401);
    expect(heard).toHaveLength(0);
  });

  it.each([
    ['null', 'application/json'],
    ['[]', 'application/json'],
    ['"url_verification"', 'application/json'],
    ['', 'application/json'],
    ['payload=null', FORM],
    ['payload=', FORM],
  ])('and is no object (%s) is refused, and the process lives', async (body, contentType) => {
    expect(await send(body, signed(body, inSeconds(0), contentType))).toBe(400);
    expect(await send(body, { 'content-type': contentType })).toBe(401);
    expect(await send(command, signed(command, inSeconds(0)))).toBe(200);
  });

  it('may be compressed by nobody: what is in it is not what was typed', async () => {
    const body = gzipSync(command);
    const headers = { ...signed(body, inSeconds(0)), 'content-encoding': 'gzip' };
    expect(await send(body, headers)).toBeGreaterThanOrEqual(400);
    expect(heard).toHaveLength(0);
  });
});

it('the time is off by five minutes at most, in both directions', () => {
  const now = 1_700_000_000_000;
  expect([-301, -300, 0, 300, 301].map((off) => isOfNow(String(now / 1_000 + off), now))).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect([-302, 302].map((off) => isOfNow(String(now / 1_000 + off), now))).toEqual([false, false]);
});

describe('what nobody sends', () => {
  it('a body over 1 MB is refused, signed or not', async () => {
    const body = `text=${'x'.repeat(1_100_000)}`;
    expect(await send(body, signed(body, inSeconds(0)))).toBe(413);
    expect(heard).toHaveLength(0);
  });

  it.each([
    ['a gigabyte that is only announced', 'Content-Length: 1000000000\r\n\r\n', '', 413],
    ['a body without end', 'Transfer-Encoding: chunked\r\n\r\n', `ffff\r\n${'x'.repeat(0xffff)}\r\n`, 413],
  ])('%s is refused when it is too much, and not kept', async (_, head, chunk, status) => {
    const socket = connect(app.port ?? 0, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Slack-Request-Timestamp: ${inSeconds(0)}\r\nX-Slack-Signature: v0=0\r\n${head}`,
    );
    const pour = chunk === '' ? undefined : setInterval(() => socket.write(chunk.repeat(4)), 5);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    clearInterval(pour);
    socket.destroy();
    expect(answer.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('100,000 arrays in one another are no delivery', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const form = `payload=${deep}`;
    expect(await send(form, signed(form, inSeconds(0)))).toBeGreaterThanOrEqual(400);
    expect(heard).toHaveLength(0);
    expect(await send(command, signed(command, inSeconds(0)))).toBe(200);
  });
});
