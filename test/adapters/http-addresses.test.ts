import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/adapters/http.js';
import { failureOf } from './failing.js';
import { answering, client, clock } from './http-scene.js';
import { closeServersAfterEach, deadHost, json, localServer } from './local-server.js';

closeServersAfterEach();

const credentials = (...headers: string[]) => {
  let at = 0;
  return { header: () => headers[at], refresh: () => ++at < headers.length };
};

describe('several base URLs', () => {
  it('goes on to the next without a pause, and asks that one first afterwards', async () => {
    const live = await localServer(answering(200));
    const dead = `http://${await deadHost()}`;
    const pauses: number[] = [];
    const http = client([dead, live.url], { clock: { ...clock, sleep: async (ms) => void pauses.push(ms) } });
    await http.send({ path: '/1' });
    expect(http.epoch()).toBe(1);
    await http.send({ path: '/2' });
    expect({ asked: live.asked.length, pauses, epoch: http.epoch() }).toEqual({ asked: 2, pauses: [], epoch: 1 });
  });

  it('sends a write on when it surely never left, and not when it may have arrived', async () => {
    const live = await localServer(answering(200));
    const closing = await localServer((_asked, response) => response.destroy());
    const write: HttpRequest = { method: 'PUT', path: '/', json: {} };
    await client([`http://${await deadHost()}`, live.url]).send(write);
    await failureOf(client([closing.url, live.url]).send(write));
    expect(live.asked).toHaveLength(1);
  });

  it('asks the leader that an answer named, when it is configured', async () => {
    const leader = await localServer(answering(200));
    const proxy = await localServer((_asked, response) => json(response, {}, 200, { 'X-Marathon-Leader': leader.url }));
    const http = client([proxy.url, leader.url], { leaderHeader: 'x-marathon-leader' });
    await http.send({ path: '/1' });
    await http.send({ path: '/2' });
    expect([proxy.asked.length, leader.asked.length, http.leader()]).toEqual([1, 1, leader.url]);
  });

  it('believes a leader of the inside only when no base URL has a path', async () => {
    const server = await localServer((_asked, response) =>
      json(response, {}, 200, { 'X-Marathon-Leader': 'http://inside:8080' }),
    );
    const plain = client([server.url], { leaderHeader: 'x-marathon-leader' });
    const gateway = client([`${server.url}/service/marathon`], { leaderHeader: 'x-marathon-leader' });
    await plain.send({ path: '/' });
    await gateway.send({ path: '/' });
    expect([plain.leader(), gateway.leader()]).toEqual(['http://inside:8080', undefined]);
    expect(server.asked).toHaveLength(2);
  });

  it('says so when nobody knows where the system is', async () => {
    const error = await failureOf(client([], { noAddress: 'no task of it is running' }).send({ path: '/x' }));
    expect(error).toMatchObject({ seen: 'no task of it is running', mayHaveArrived: false, retryable: true });
  });
});

describe('login', () => {
  it('sends credentials at once', async () => {
    const server = await localServer(answering(200));
    await client([server.url], { credentials: credentials('token=one') }).send({ path: '/' });
    expect(server.asked[0]?.headers.authorization).toBe('token=one');
  });

  it('asks for fresh credentials once after a 401, also for a write', async () => {
    const server = await localServer((asked, response) =>
      json(response, {}, asked.headers.authorization === 'token=new' ? 200 : 401),
    );
    const http = client([server.url], { credentials: credentials('token=old', 'token=new', 'token=never') });
    await http.send({ method: 'PUT', path: '/', json: { kept: true } });
    expect(server.asked.map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['token=old', '{"kept":true}'],
      ['token=new', '{"kept":true}'],
    ]);
  });

  it('gives up when there is nothing new to log in with', async () => {
    const server = await localServer(answering(401));
    await failureOf(client([server.url], { credentials: credentials('token=old') }).send({ path: '/' }));
    expect(server.asked).toHaveLength(1);
    await failureOf(
      client([server.url], { credentials: credentials('token=1', 'token=2', 'token=3') }).send({ path: '/' }),
    );
    expect(server.asked).toHaveLength(3);
  });
});

describe('redirects', () => {
  it.each([302, 307, 308])('keeps method and body after %i, and takes a Location without scheme', async (status) => {
    const leader = await localServer(answering(200));
    const standby = await localServer((asked, response) => {
      response.writeHead(status, { Location: `//${leader.host}/master${asked.url}` });
      response.end();
    });
    await client([standby.url, leader.url], { credentials: credentials('token=one') }).send({
      method: 'POST',
      path: '/api/v1',
      json: { type: 'GET_TASKS' },
    });
    expect(leader.asked[0]).toMatchObject({ method: 'POST', url: '/master/api/v1', body: '{"type":"GET_TASKS"}' });
    expect(leader.asked[0]?.headers.authorization).toBe('token=one');
  });

  it('sends no credentials to a host nobody configured, and says so when it wants some', async () => {
    const stranger = await localServer((asked, response) => json(response, {}, asked.url === '/open' ? 200 : 401));
    const known = await localServer((asked, response) => {
      response.writeHead(307, { Location: stranger.url + asked.url });
      response.end();
    });
    const http = client([known.url], { credentials: credentials('token=one', 'token=two') });
    await http.send({ path: '/open' });
    const error = await failureOf(http.send({ path: '/closed' }));
    expect(error.seen).toBe(`${stranger.host} wants credentials, but is not configured and gets none`);
    expect(stranger.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('takes no write, and nothing from behind a path, to a host nobody configured', async () => {
    const stranger = await localServer(answering(200));
    const known = await localServer((_asked, response) =>
      response.writeHead(307, { Location: `${stranger.url}/x` }).end(),
    );
    const write = await failureOf(client([known.url]).send({ method: 'PUT', path: '/', json: {} }));
    const read = await failureOf(client([`${known.url}/service/marathon`]).send({ path: '/' }));
    expect([write.seen, read.seen]).toEqual([
      `redirects a write to ${stranger.host}, which is not configured`,
      `redirects to ${stranger.host}, which is not configured`,
    ]);
    expect(stranger.asked).toHaveLength(0);
  });

  it('names a loop', async () => {
    const server = await localServer((asked, response) =>
      response.writeHead(302, { Location: asked.url === '/a' ? '/b' : '/a' }).end(),
    );
    const error = await failureOf(client([server.url]).send({ path: '/a' }));
    expect(error.seen).toBe(`redirects in a loop: ${server.host}/a → ${server.host}/b → ${server.host}/a`);
    expect(server.asked).toHaveLength(2);
  });

  it('follows three and no more', async () => {
    const server = await localServer((asked, response) =>
      asked.url === '/3' || asked.url === '/end'
        ? json(response, {})
        : response
            .writeHead(302, { Location: asked.url === '/0' ? '/1' : asked.url === '/1' ? '/2' : `${asked.url}x` })
            .end(),
    );
    await client([server.url]).send({ path: '/3' });
    const error = await failureOf(client([server.url]).send({ path: '/0' }));
    expect(error.seen).toMatch(/^redirects more than 3 times: /);
    expect(server.asked).toHaveLength(1 + 4);
  });

  it('tries the other base URLs when a stand-by still points at a dead leader', async () => {
    const dead = await deadHost();
    const standby = await localServer((_asked, response) => response.writeHead(307, { Location: `//${dead}/x` }).end());
    const leader = await localServer(answering(200));
    expect((await client([standby.url, leader.url]).send({ path: '/x' })).status).toBe(200);
  });
});

describe('a proxy in the environment', () => {
  it('is asked in place of the system', async () => {
    const proxy = await localServer(answering(200));
    process.env['HTTP_PROXY'] = proxy.url;
    try {
      await client(['http://marathon.invalid:8080']).send({ path: '/v2/info' });
    } finally {
      delete process.env['HTTP_PROXY'];
    }
    expect(proxy.asked[0]?.url).toBe('http://marathon.invalid:8080/v2/info');
  });
});

describe('a host that swallows what it is sent', () => {
  it('is given up while connecting, so that nothing arrived', async () => {
    const silent = createServer(() => {});
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    // TLS is part of connecting, and this server never begins it.
    const http = client([`https://127.0.0.1:${port}`], { timeouts: { connectMs: 40 }, retryDelaysMs: [] });
    const error = await failureOf(http.send({ method: 'PUT', path: '/', json: {} }));
    silent.close();
    expect(error).toMatchObject({ retryable: true, mayHaveArrived: false });
    expect(error.seen).toBe(`127.0.0.1:${port} did not accept a connection within 0.04 s`);
  });
});
