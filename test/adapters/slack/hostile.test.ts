// Answers Slack does not give, as a gateway in between does: each ends as a SlackError with a short name, nothing that can
// still be said is given up, and nobody becomes a member by an answer that says nothing.
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { slackClients } from '../../../src/adapters/slack/client.js';
import { slackMessenger } from '../../../src/adapters/slack/messenger.js';
import { slackPeople } from '../../../src/adapters/slack/people.js';
import { say } from '../../../src/core/conversation.js';
import { SlackError } from '../../../src/core/delivery.js';
import { UpstreamError } from '../../../src/core/errors.js';
import { md } from '../../../src/core/text.js';
import { HOUR } from '../../../src/core/time.js';
import { hastyClock } from '../failing.js';
import { closeServersAfterEach, json, localServer } from '../local-server.js';

closeServersAfterEach();

const MESSAGE = say(md`hello`);
const MIB = 1024 * 1024;

const CALLS = {
  post: (messenger: ReturnType<typeof slackMessenger>) => messenger.post({ channelId: 'C0CI' }, MESSAGE, 'k'),
  edit: (messenger: ReturnType<typeof slackMessenger>) =>
    messenger.edit({ channelId: 'C0CI', ts: '1.1' }, MESSAGE).then(() => 'done'),
  find: (messenger: ReturnType<typeof slackMessenger>) => messenger.find({ channelId: 'C0CI' }, 'k'),
  respond: (messenger: ReturnType<typeof slackMessenger>, url: string) =>
    messenger.respond(`${url}/capability`, MESSAGE, { replace: false, inChannel: false }).then(() => 'done'),
};

async function meet(answer: (response: ServerResponse) => unknown) {
  const server = await localServer((_asked, response) => {
    response.on('error', () => {});
    answer(response);
  });
  const clients = slackClients('xoxb-planted', `${server.url}/api/`);
  const messenger = slackMessenger({ clients, scrub: (text) => text, onPlainTwin() {} });
  const people = slackPeople(clients.repeatable, { teamId: 'T0HOME' }, hastyClock());
  const ended = async (call: Promise<unknown>) => call.catch((error: unknown) => error);
  return {
    post: await ended(CALLS.post(messenger)),
    edit: await ended(CALLS.edit(messenger)),
    find: await ended(CALLS.find(messenger)),
    respond: await ended(CALLS.respond(messenger, server.url)),
    person: await ended(people.person('U0ANA')),
    channel: await ended(people.channel('C0CI')),
  };
}

const page = `<html><body>Please log in ${'x'.repeat(100_000)}</body></html>`;

describe('an answer that is not of Slack', () => {
  it.each<[string, (response: ServerResponse) => unknown]>([
    ['a page', (r) => r.writeHead(200, { 'content-type': 'text/html' }).end(page)],
    ['nothing', (r) => r.end()],
    ['null', (r) => json(r, null)],
    ['a number', (r) => json(r, 5)],
    ['a list', (r) => json(r, [])],
    ['no yes and no no', (r) => json(r, {})],
    ['an error that is no word', (r) => json(r, { ok: false, error: { deep: ['<!channel>'] } })],
    ['an error of 100 kB', (r) => json(r, { ok: false, error: `${'x'.repeat(100_000)} <!channel>` })],
    ['100,000 arrays', (r) => r.end('['.repeat(100_000))],
    ['9 MB', (r) => r.end(Buffer.alloc(9 * MIB, ' '))],
    [
      '9 MB in little',
      (r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(9 * MIB, ' '))),
    ],
    ['what is no gzip', (r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end('{}')],
    [
      'an answer that breaks off',
      (r) => r.writeHead(200, { 'content-length': 100 }).write('{"ok":', () => r.destroy()),
    ],
    ['500 with a page', (r) => r.writeHead(500).end(page)],
    ['a redirect', (r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ])('%s is no reason to give a message up', async (_, answer) => {
    const { post, edit, person, channel, find } = await meet(answer);
    for (const error of [post, edit]) {
      expect(error).toBeInstanceOf(SlackError);
      expect((error as SlackError).fate).toBe('unknown');
      expect((error as SlackError).message.length).toBeLessThan(120);
    }
    expect(find === 'absent' || find === 'cannot-look' || find instanceof SlackError).toBe(true);
    for (const error of [person, channel]) expect(error).toBeInstanceOf(UpstreamError);
  });

  it('a yes without what was asked for makes nobody a member and no channel our own', async () => {
    for (const user of [undefined, null, 'U0ANA', 5]) {
      const { person, channel } = await meet((r) => json(r, { ok: true, user, channel: user }));
      expect(
        [person, channel].map((one) => one instanceof UpstreamError),
        String(user),
      ).toEqual([true, true]);
    }
  });

  it.each<[string, number]>([
    ['7', 7_000],
    ['0', 1_000],
    ['-5', 1_000],
    ['999999999', HOUR],
    ['1e400', 1_000],
    ['tomorrow', 1_000],
  ])('a pause of `%s` after 429 is one within reason', async (pause, ms) => {
    const { respond, post } = await meet((r) => r.writeHead(429, { 'retry-after': pause }).end());
    expect(respond).toMatchObject({ code: 'ratelimited', retryAfterMs: ms });
    if (/^\d+$/.test(pause)) expect((post as SlackError).retryAfterMs).toBe(ms);
    else expect(post).toBeInstanceOf(SlackError);
  });

  it('a page under a `response_url` is told by its status', async () => {
    const { respond } = await meet((r) => r.writeHead(404).end(page));
    expect(respond).toMatchObject({ code: 'http_404', fate: 'never' });
  });
});
