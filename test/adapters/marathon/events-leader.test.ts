// Which Marathon the ear goes to, and with what.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { basicHeader } from '../../../src/adapters/http-credentials.js';
import { closeServersAfterEach, deadHost } from '../local-server.js';
import {
  count,
  crashed,
  identities,
  kinds,
  listening,
  marathon,
  openStream,
  reasons,
  stopListeningAfterEach,
  telling,
  waitingClock,
} from './ear.js';

closeServersAfterEach();
stopListeningAfterEach();

const login = { header: () => basicHeader('ci', 'stream-pass'), refresh: () => false };
const LOGIN = login.header();

describe('the leader', () => {
  it.each([
    ['from 1.7 on by a redirect', '1.7.50'],
    ['before, when it is configured, at once', '1.6.352'],
  ])('is found %s, with credentials', async (_how, version) => {
    const leader = await marathon({ version, events: telling(crashed()) });
    const follower = await marathon({
      version,
      proxied: true,
      leader: () => (version === '1.7.50' ? undefined : leader.url),
      events: (asked, response) => void response.writeHead(302, { Location: `${leader.url}${asked.url}` }).end(),
    });
    const ear = listening([follower.url, leader.url], { credentials: login });
    await ear.until((news) => count(news, 'event') === 1);
    expect(leader.streams().map(({ headers }) => headers.authorization)).toEqual([LOGIN]);
    expect(follower.streams()).toHaveLength(version === '1.7.50' ? 1 : 0);
    if (version === '1.7.50') expect(leader.streams()[0]?.url).toBe(follower.streams()[0]?.url);
    expect(follower.asked.map(({ url }) => url)).not.toContain('/v2/leader');
  });

  it('elsewhere is reached by a redirect where nothing is to be lost', async () => {
    const leader = await marathon({ version: '1.11.24', events: telling(crashed()) });
    const follower = await marathon({
      version: '1.11.24',
      events: (asked, response) => void response.writeHead(302, { Location: `${leader.url}${asked.url}` }).end(),
    });
    const ear = listening([follower.url]);
    await ear.until((news) => count(news, 'event') === 1);
    expect(leader.streams()).toHaveLength(1);
  });

  it('is not reached by a redirect from behind a gateway', async () => {
    const leader = await marathon({ version: '1.11.24' });
    const gateway = await marathon({
      version: '1.11.24',
      before: (asked) => {
        asked.url = asked.url.replace('/service/marathon', '');
        return false;
      },
      events: (asked, response) => void response.writeHead(302, { Location: `${leader.url}${asked.url}` }).end(),
    });
    const ear = listening([`${gateway.url}/service/marathon`], { wall: waitingClock() });
    await ear.until((news) => count(news, 'lost') === 1);
    expect(reasons(ear.news)[0]).toContain(`redirects to ${leader.host}, which is not configured`);
    expect(leader.asked).toEqual([]);
  });

  it('elsewhere gets no credentials by a redirect', async () => {
    const leader = await marathon({
      events: (asked, response) =>
        asked.headers.authorization === undefined ? response.writeHead(401).end() : openStream(response),
    });
    const follower = await marathon({
      version: '1.11.24',
      leader: () => leader.url,
      events: (asked, response) => void response.writeHead(302, { Location: `${leader.url}${asked.url}` }).end(),
    });
    const ear = listening([follower.url], { credentials: login, wall: waitingClock() });
    await ear.until((news) => count(news, 'lost') === 1);
    expect(leader.asked[0]?.headers).not.toHaveProperty('authorization');
    expect(reasons(ear.news)[0]).toContain(`${leader.host} wants credentials, but is not configured and gets none`);
  });

  it('is not looked for in a circle', async () => {
    const around = await marathon({
      version: '1.11.24',
      events: (asked, response) => void response.writeHead(302, { Location: asked.url }).end(),
    });
    const ear = listening([around.url], { wall: waitingClock() });
    await ear.until((news) => count(news, 'lost') === 1);
    expect(reasons(ear.news)[0]).toContain('redirects in a loop');
  });

  it('elsewhere is asked itself where nothing is to be lost', async () => {
    const leader = await marathon({ version: '1.3.14', events: telling(crashed()) });
    const follower = await marathon({ version: '1.3.14', proxied: true, leader: () => leader.url });
    const ear = listening([follower.url]);
    await ear.until((news) => count(news, 'event') === 1);
    expect(follower.streams()).toEqual([]);
  });

  it.each<[when: string, more: { prefix?: string; proxied?: boolean; credentials?: typeof login }]>([
    ['we have credentials', { credentials: login, proxied: true }],
    ['the base URL has a path, as behind a gateway', { prefix: '/service/marathon', proxied: true }],
    ['it is the leader who answered, under another name', {}],
  ])('elsewhere is left alone when %s', async (_when, { prefix = '', proxied = false, credentials }) => {
    const leader = await marathon({ version: '1.3.14' });
    const follower = await marathon({
      version: '1.3.14',
      proxied,
      leader: () => leader.url,
      before: (asked) => {
        asked.url = asked.url.replace('/service/marathon', '');
        return false;
      },
      events: telling(crashed()),
    });
    const ear = listening([`${follower.url}${prefix}`], { credentials });
    await ear.until((news) => count(news, 'event') === 1);
    expect(leader.asked).toEqual([]);
  });

  it('that cannot be reached directly is heard through whoever is configured', async () => {
    const dead = `http://${await deadHost()}`;
    const follower = await marathon({
      version: '1.3.14',
      proxied: true,
      leader: () => dead,
      events: telling(crashed()),
    });
    const ear = listening([follower.url]);
    await ear.until((news) => count(news, 'event') === 1);
    expect(kinds(ear.news)).toEqual(['connected', 'event']);
  });

  it('that answers something else directly is let go while we hear through whoever is configured', async () => {
    const closed: Promise<unknown>[] = [];
    const leader = await marathon({
      events: (_asked, response) => {
        closed.push(once(response, 'close'));
        response.writeHead(200, { 'Content-Type': 'text/html' }).write('<html>');
      },
    });
    const follower = await marathon({ proxied: true, leader: () => leader.url, events: telling(crashed()) });
    const ear = listening([follower.url]);
    await ear.until((news) => count(news, 'event') === 1);
    await closed[0];
    expect(kinds(ear.news)).toEqual(['connected', 'event']);
  });

  it('named behind two gateways is one of the inside, and left alone', async () => {
    const leader = await marathon();
    const gateways = await Promise.all(
      [1, 2].map(() =>
        marathon({
          proxied: true,
          before: (asked, response) => {
            asked.url = asked.url.replace('/service/marathon', '');
            return asked.url === '/v2/leader' && response.end(JSON.stringify({ leader: leader.host })) !== undefined;
          },
          events: telling(crashed()),
        }),
      ),
    );
    const ear = listening(gateways.map(({ url }) => `${url}/service/marathon`));
    await ear.until((news) => count(news, 'event') === 1);
    expect(leader.asked).toEqual([]);
  });

  it('is asked for by name when its header got lost on the way', async () => {
    const leader = await marathon({ version: '0.11.0', events: telling(crashed()) });
    const follower = await marathon({
      version: '0.11.0',
      before: (asked, response) =>
        asked.url === '/v2/leader' && response.end(JSON.stringify({ leader: leader.host })) !== undefined,
    });
    const ear = listening([follower.url, leader.url]);
    await ear.until((news) => count(news, 'event') === 1);
    expect(follower.streams()).toEqual([]);
  });

  it('may change: the next connection goes to the new one', async () => {
    const streams: ServerResponse[] = [];
    const events = (_asked: unknown, response: ServerResponse) => {
      streams.push(openStream(response));
      response.write(crashed());
    };
    let leads = 0;
    const leader = () => both[leads]?.url;
    const both = [await marathon({ leader, events }), await marathon({ leader, events })];
    const ear = listening(
      both.map(({ url }) => url),
      { wall: waitingClock() },
    );
    await ear.until((news) => count(news, 'event') === 1);
    leads = 1;
    streams[0]?.end();
    await ear.until((news) => count(news, 'event') === 2);
    expect(both.map((one) => one.streams().length)).toEqual([1, 1]);
    const [first, second] = identities(ear.news);
    expect(first).toBe(second);
  });
});
