import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type HttpOptions, type HttpRequest, httpClient } from '../../src/adapters/http.js';
import { failureOf, hastyClock } from './failing.js';
import { closeServersAfterEach, deadHost, type Handler, html, json, localServer } from './local-server.js';

closeServersAfterEach();

const clock = hastyClock();

function client(urls: string[], more: Partial<HttpOptions> = {}) {
  return httpClient({ system: 'Marathon', urls: () => urls, clock, scrub: (text) => text, ...more });
}

const answering =
  (status: number): Handler =>
  (_asked, response) =>
    json(response, { message: 'as told' }, status);
const credentials = (...headers: string[]) => {
  let at = 0;
  return { header: () => headers[at], refresh: () => ++at < headers.length };
};

describe('what is sent', () => {
  it('keeps the path prefix of the base URL and the query', async () => {
    const server = await localServer(answering(200));
    await client([`${server.url}/service/marathon/`]).send({
      path: '/v2/apps',
      query: { force: true, gone: undefined },
    });
    expect(server.asked[0]?.url).toBe('/service/marathon/v2/apps?force=true');
  });

  it.each(['POST', 'PUT', 'DELETE'] as const)('says the length of a %s, body or not', async (method) => {
    const server = await localServer(answering(200));
    await client([server.url]).send({ method, path: '/' });
    await client([server.url]).send({ method, path: '/', json: { word: 'größer' } });
    expect(server.asked.map(({ headers }) => [headers['content-length'], headers['transfer-encoding']])).toEqual([
      ['0', undefined],
      [String(Buffer.byteLength('{"word":"größer"}')), undefined],
    ]);
  });

  it('reuses a connection for reads and begins a new one for a write', async () => {
    const sockets = new Set<unknown>();
    const server = await localServer((_asked, response, request) => {
      sockets.add(request.socket);
      json(response, {});
    });
    const http = client([server.url]);
    await http.send({ path: '/a' });
    await http.send({ path: '/b' });
    expect(sockets.size).toBe(1);
    await http.send({ method: 'PUT', path: '/c', json: {} });
    expect(sockets.size).toBe(2);
    http.close();
  });
});

describe('what is repeated', () => {
  it.each([502, 503, 504])('repeats a read three times after %i', async (status) => {
    const server = await localServer(answering(status));
    const error = await failureOf(client([server.url]).send({ path: '/' }));
    expect(error).toMatchObject({ status, retryable: true, mayHaveArrived: true });
    expect(server.asked).toHaveLength(4);
  });

  it.each([400, 401, 403, 404, 405, 409, 422, 429, 500, 501])('asks once after %i', async (status) => {
    const server = await localServer(answering(status));
    const error = await failureOf(client([server.url]).send({ path: '/' }));
    expect(error).toMatchObject({ status, retryable: false, mayHaveArrived: status >= 500 });
    expect(server.asked).toHaveLength(1);
  });

  it.each([500, 502, 503, 504])('never repeats a write after %i', async (status) => {
    const server = await localServer(answering(status));
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      await failureOf(client([server.url, server.url]).send({ method, path: '/', json: {} }));
    }
    expect(server.asked).toHaveLength(3);
  });

  it('repeats a read whose connection was closed, and never a write', async () => {
    const server = await localServer((_asked, response) => response.destroy());
    const read = await failureOf(client([server.url]).send({ path: '/' }));
    expect(read).toMatchObject({ status: undefined, retryable: true, mayHaveArrived: true });
    expect(server.asked).toHaveLength(4);
    const write = await failureOf(client([server.url]).send({ method: 'PUT', path: '/', json: {} }));
    expect(write).toMatchObject({ mayHaveArrived: true });
    expect(server.asked).toHaveLength(5);
  });

  it('pauses by its clock between repeats', async () => {
    const pauses: number[] = [];
    const noted = { ...clock, sleep: async (ms: number) => void pauses.push(ms) };
    const server = await localServer(answering(503));
    await failureOf(client([server.url], { clock: noted }).send({ path: '/' }));
    expect(pauses).toEqual([500, 1000, 2000]);
  });

  it('answers a read as soon as the system is back', async () => {
    let times = 0;
    const server = await localServer((_asked, response) => {
      times += 1;
      json(response, {}, times < 3 ? 503 : 200);
    });
    expect((await client([server.url]).send({ path: '/' })).status).toBe(200);
    expect(times).toBe(3);
  });
});

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

describe('bodies', () => {
  const shape = z.object({ version: z.string() });
  const ask = async (handler: Handler, more: Partial<HttpOptions> = {}) => {
    const server = await localServer(handler);
    return client([server.url], { retryDelaysMs: [], ...more }).ask({ path: '/v2/info' }, shape);
  };

  it('reads gzip', async () => {
    const { value } = await ask((asked, response) => {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Encoding': asked.headers['accept-encoding'],
      });
      const zip = createGzip();
      zip.pipe(response);
      zip.end('{"version":"1.5"}');
    });
    expect(value.version).toBe('1.5');
  });

  it.each<[string, Handler]>([
    ['answered HTML, not JSON: a proxy or the wrong port?', (_asked, response) => html(response, 200, 'Login')],
    [
      'answered nothing at all',
      (_asked, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(),
    ],
    ['answered JSON that breaks off', (_asked, response) => response.end('{"version":"1.5"')],
    ['answered text that is not JSON', (_asked, response) => response.end('{version}')],
    ['answered JSON nested deeper than 200 levels', (_asked, response) => response.end('['.repeat(500_000))],
    ['answered more than 1 KiB', (_asked, response) => response.end(`{"version":"${'x'.repeat(2000)}"}`)],
    [
      'answered something else than expected: version: Invalid input: expected string, received number',
      (_asked, response) => json(response, { version: 5 }),
    ],
  ])('says that it %s', async (seen, handler) => {
    const error = await failureOf(ask(handler, { maxBytes: seen.includes('KiB') ? 1024 : 2 ** 20 }));
    expect(error).toMatchObject({ system: 'Marathon', request: 'GET /v2/info', seen, retryable: false });
  });

  it('notices an answer that is cut short', async () => {
    const error = await failureOf(
      ask((_asked, response) => {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 });
        response.write('{"version":');
        setImmediate(() => response.destroy());
      }),
    );
    expect(error).toMatchObject({ retryable: true, mayHaveArrived: true });
    expect(error.seen).toMatch(/closed the connection in the middle of its answer$/);
  });

  it('gives the words of an error page, JSON or text in one line', async () => {
    const seen = async (handler: Handler) => (await failureOf(ask(handler))).seen;
    expect([
      await seen((_asked, response) => html(response, 500, 'Oops')),
      await seen((_asked, response) => json(response, { message: 'App is locked' }, 409)),
      await seen((_asked, response) => response.writeHead(503).end('No leader elected')),
      await seen((_asked, response) => response.writeHead(403).end()),
    ]).toEqual(['Oops', 'App is locked', 'No leader elected', 'forbids this']);
  });
});

describe('silence', () => {
  it('says how long it waited, and does not wait again by itself', async () => {
    const server = await localServer(() => {});
    const http = client([server.url, server.url], { timeouts: { readMs: 40 } });
    const error = await failureOf(http.send({ path: '/' }));
    expect(error).toMatchObject({ seen: 'did not answer within 0.04 s', retryable: true, mayHaveArrived: true });
    expect(server.asked).toHaveLength(1);
  });

  it('also when only the head of the answer comes', async () => {
    const server = await localServer((_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.write('{');
    });
    const error = await failureOf(client([server.url], { timeouts: { readMs: 40 } }).send({ path: '/' }));
    expect(error.seen).toBe('did not answer within 0.04 s');
  });

  it('knows that a refused connection carried nothing', async () => {
    const host = await deadHost();
    const error = await failureOf(
      client([`http://${host}`], { retryDelaysMs: [] }).send({ method: 'PUT', path: '/', json: {} }),
    );
    expect(error).toMatchObject({
      seen: `${host} refused the connection`,
      status: undefined,
      mayHaveArrived: false,
      retryable: true,
    });
  });

  it('knows that an unknown host name carried nothing', async () => {
    const error = await failureOf(client(['http://no-such-host.invalid'], { retryDelaysMs: [] }).send({ path: '/' }));
    expect(error).toMatchObject({ mayHaveArrived: false, retryable: true });
    expect(error.seen).toMatch(/^no-such-host.invalid has a host name/);
  });

  it('suggests http where a server does not speak TLS', async () => {
    const server = await localServer(answering(200));
    const error = await failureOf(client([server.url.replace('http:', 'https:')]).send({ path: '/' }));
    expect(error).toMatchObject({ retryable: false, mayHaveArrived: false });
    expect(error.seen).toMatch(/does not speak TLS there/);
  });
});

describe('streams', () => {
  it('hands the body on as it comes, and fails when it falls silent', async () => {
    const server = await localServer((asked, response) => {
      response.write('first');
      if (asked.url === '/whole') response.end();
    });
    const http = client([server.url], { timeouts: { readMs: 60 } });
    const read = async (path: string) => {
      const { chunks } = await http.stream({ path });
      const seen: string[] = [];
      for await (const chunk of chunks) seen.push(chunk.toString());
      return seen.join('');
    };
    expect(await read('/whole')).toBe('first');
    expect((await failureOf(read('/open'))).seen).toBe('did not answer within 0.06 s');
  });

  it('is given up when nobody wants it any more', async () => {
    const server = await localServer((_asked, response) => void response.write('first'));
    const stop = new AbortController();
    const { chunks } = await client([server.url]).stream({ path: '/', signal: stop.signal });
    const rest = (async () => {
      for await (const _chunk of chunks) stop.abort();
    })();
    expect((await failureOf(rest)).seen).toBe('was given up before it answered');
  });

  it('explains an error status like any other answer', async () => {
    const server = await localServer((_asked, response) => html(response, 404, 'Nothing here'));
    expect(await failureOf(client([server.url]).stream({ path: '/' }))).toMatchObject({
      status: 404,
      seen: 'Nothing here',
    });
  });
});

it('reports every answer and every silence', async () => {
  const server = await localServer(answering(404));
  const seen: unknown[] = [];
  const onResponse = (response: unknown) => void seen.push(response);
  await failureOf(client([server.url], { onResponse }).send({ path: '/' }));
  await failureOf(client([`http://${await deadHost()}`], { onResponse, retryDelaysMs: [] }).send({ path: '/' }));
  expect(seen).toEqual([
    { system: 'Marathon', status: 404 },
    { system: 'Marathon', status: undefined },
  ]);
});
