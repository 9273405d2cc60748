import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HttpOptions } from '../../src/adapters/http.js';
import { failureOf } from './failing.js';
import { answering, client, clock } from './http-scene.js';
import { closeServersAfterEach, deadHost, type Handler, html, json, localServer } from './local-server.js';

closeServersAfterEach();

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
