// What holds for Marathon, Mesos and Jenkins alike: which failures are asked again, how they are told, and that no secret
// is part of them.
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scrubber } from '../../src/adapters/secrets.js';
import type { UpstreamError } from '../../src/core/errors.js';
import { type Act, DEFINITION_SECRET, READS, WRITES } from './every-client.js';
import { failureOf } from './failing.js';
import { type Asked, closeServersAfterEach, deadHost, type Handler, html, json, localServer } from './local-server.js';

closeServersAfterEach();

/** Answers what a client asks before its own question: Marathon's version, Jenkins' crumb. */
const after =
  (handler: Handler): Handler =>
  (asked, response, request) => {
    if (asked.url === '/v2/info' && !readsInfo(request.headers)) json(response, { version: '1.5.15' });
    else if (asked.url.startsWith('/crumbIssuer')) json(response, {}, 404);
    else handler(asked, response, request);
  };

/** The read of `/v2/info` itself is marked by a credential of its own. */
const readsInfo = (headers: Record<string, unknown>) => headers['authorization'] === 'token=info-itself';
const marking = ({ name }: Act) =>
  name === 'Marathon info' ? { credentials: { header: () => 'token=info-itself', refresh: () => false } } : {};

const own = (asked: readonly Asked[]) =>
  asked.filter(({ url, headers }) => !(url === '/v2/info' && !readsInfo(headers)) && !url.startsWith('/crumbIssuer'));

async function failing(act: Act, handler: Handler, more: Parameters<Act['run']>[1] = {}) {
  const server = await localServer(after(handler));
  const error = await failureOf(act.run(server.url, { ...marking(act), ...more }));
  return { error, times: own(server.asked).length, server };
}

describe.each(READS)('$name', (act) => {
  it('is asked again after 502, 503 and 504, and after nothing else', async () => {
    const times: Record<number, number> = {};
    for (const status of [400, 401, 403, 405, 409, 422, 429, 500, 501, 502, 503, 504, 505]) {
      const { error, times: asked } = await failing(act, (_asked, response) =>
        json(response, { message: 'no' }, status),
      );
      expect(error).toMatchObject({
        status,
        retryable: [502, 503, 504].includes(status),
        mayHaveArrived: status >= 500,
      });
      times[status] = asked;
    }
    const repeated = Object.entries(times).filter(([, asked]) => asked > 1);
    expect(repeated).toEqual([
      ['502', 4],
      ['503', 4],
      ['504', 4],
    ]);
  });

  it('is asked again when the connection is closed', async () => {
    const { error, times } = await failing(act, (_asked, response) => response.destroy());
    expect(error).toMatchObject({ status: undefined, retryable: true, mayHaveArrived: true });
    expect(times).toBe(4);
  });

  it('takes no web page for an answer', async () => {
    const { error, times } = await failing(act, (_asked, response) => html(response, 200, 'Welcome to nginx'));
    expect(error).toMatchObject({
      status: 200,
      seen: 'answered HTML, not JSON: a proxy or the wrong port?',
      retryable: false,
    });
    expect(times).toBe(1);
  });

  it('notices an answer that breaks off', async () => {
    const { error } = await failing(act, (_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 500 });
      response.write('{"slaves":[');
      setImmediate(() => response.destroy());
    });
    expect(error.seen).toMatch(/closed the connection in the middle of its answer$/);
    expect(error.retryable).toBe(true);
  });

  it('names a redirect that leads in a circle', async () => {
    const { error } = await failing(act, ({ url }, response) =>
      response.writeHead(302, { Location: url.endsWith('x') ? url.slice(0, -1) : `${url}x` }).end(),
    );
    expect(error.seen).toMatch(/^redirects in a loop: /);
  });

  it('says how long it waited', async () => {
    const { error, times } = await failing(act, () => {}, { timeouts: { readMs: 80 } });
    expect(error).toMatchObject({ retryable: true, mayHaveArrived: true });
    // Builds may take twice as long.
    expect(error.seen).toMatch(/^did not answer within 0.(?:08|16) s$/);
    expect(times).toBe(1);
  });

  it('knows when nobody listens', async () => {
    const host = await deadHost();
    const error = await failureOf(act.run(`http://${host}`, { retryDelaysMs: [] }));
    expect(error).toMatchObject({ seen: `${host} refused the connection`, retryable: true, mayHaveArrived: false });
  });
});

describe.each(WRITES)('$name', (act) => {
  it('is sent once, whatever the answer', async () => {
    for (const status of [400, 401, 403, 405, 409, 422, 429, 500, 502, 503, 504]) {
      const { error, times } = await failing(act, (_asked, response) => json(response, { message: 'no' }, status));
      expect(error).toMatchObject({ status, mayHaveArrived: status >= 500 });
      expect(times).toBe(1);
    }
  });

  it('is sent once when the connection is closed, and nobody knows whether it arrived', async () => {
    const { error, times } = await failing(act, (_asked, response) => response.destroy());
    expect(error).toMatchObject({ status: undefined, mayHaveArrived: true });
    expect(times).toBe(1);
  });

  it('is sent once when no answer comes', async () => {
    const { error, times } = await failing(act, () => {}, { timeouts: { readMs: 80 } });
    expect(error).toMatchObject({ mayHaveArrived: true });
    expect(error.seen).toMatch(/^did not answer within 0.(?:08|16) s$/);
    expect(times).toBe(1);
  });

  it('surely did not arrive where nobody listens', async () => {
    const error = await failureOf(act.run(`http://${await deadHost()}`, { retryDelaysMs: [] }));
    expect(error.mayHaveArrived).toBe(false);
  });
});

describe('secrets', () => {
  const PASSWORD = 'p@ss/w0rd+wïth%odd';
  const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.dG9rZW4';
  const BASIC = Buffer.from(`chatbot:${PASSWORD}`).toString('base64');
  const PLANTED = [PASSWORD, TOKEN, BASIC, encodeURIComponent(PASSWORD), DEFINITION_SECRET, 'xoxb-1-2-planted'];

  /** Everything a log or a chat could make of an error. */
  function everythingIn(error: UpstreamError): string {
    const chain: unknown[] = [];
    for (let at: unknown = error; at instanceof Error && chain.length < 10; at = at.cause)
      chain.push(at.message, at.stack);
    return [
      ...chain,
      String(error),
      JSON.stringify(error),
      JSON.stringify(error, Object.getOwnPropertyNames(error)),
      inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    ].join('\n');
  }

  const echo = (status: number, made: (planted: string) => unknown): Handler => {
    return ({ headers, body }, response) => {
      const planted = `${PLANTED.join(' ')} ${headers.authorization} ${body} https://u:${PASSWORD}@h/?token=${TOKEN}`;
      const content = made(planted);
      if (typeof content === 'string') response.writeHead(status, { 'Content-Type': 'text/html' }).end(content);
      else json(response, content, status, { 'X-Required-Permission': TOKEN, 'X-You-Are-Authenticated-As': PASSWORD });
    };
  };

  const redirecting = (response: ServerResponse, location: string) =>
    response.writeHead(302, { Location: location }).end();

  const TRAPS: [string, Handler][] = [
    ['a JSON message', echo(409, (planted) => ({ message: planted, deployments: [] }))],
    ['broken rules', echo(422, (planted) => ({ message: 'bad', details: [{ path: planted, errors: [planted] }] }))],
    ['a missing right', echo(403, () => ({}))],
    ['a page title', echo(500, (planted) => `<html><title>${planted}</title></html>`)],
    [
      'plain text',
      (_asked, response) => void response.writeHead(400, { 'Content-Type': 'text/plain' }).end(PLANTED.join(' ')),
    ],
    [
      'a script',
      (_asked, response) => void response.writeHead(200, { 'Content-Type': 'text/plain' }).end(PLANTED.join(' ')),
    ],
    [
      'a redirect into nowhere',
      (_asked, response) => redirecting(response, `http://u:${PASSWORD}@127.0.0.1:1/?token=${TOKEN}`),
    ],
    [
      'a redirect in a circle',
      ({ url }, response) => redirecting(response, `${url.replace(/\?.*/, '')}?token=${TOKEN}`),
    ],
    ['a closed connection', (_asked, response) => response.destroy()],
    ['silence', () => {}],
  ];

  const CREDENTIALS: [string, string][] = [
    ['a token', `token=${TOKEN}`],
    ['a password', `Basic ${BASIC}`],
  ];

  describe.each(CREDENTIALS)('%s', (_kind, header) => {
    it.each(TRAPS)('leaves no adapter through %s', async (what, handler) => {
      const server = await localServer((asked, response, request) => handler(asked, response, request));
      const url = server.url.replace('http://', `http://chatbot:${encodeURIComponent(PASSWORD)}@`);
      const scrub = scrubber([PASSWORD, TOKEN, DEFINITION_SECRET]);
      const more = {
        scrub,
        credentials: { header: () => header, refresh: () => false },
        timeouts: { readMs: 80 },
        retryDelaysMs: [],
      };
      // To some, any text with status 200 is success.
      const fails = ({ name }: Act) => what !== 'a script' || !/quietDown|leave/i.test(name);
      for (const act of [...READS, ...WRITES].filter(fails)) {
        const seen = everythingIn(await failureOf(act.run(url, more)));
        for (const secret of PLANTED) expect(seen.includes(secret), `${act.name}: ${secret}`).toBe(false);
      }
    });
  });

  it('that stand where a long answer is cut leave no half behind', async () => {
    const scrub = scrubber([TOKEN]);
    const asked = [...READS, ...WRITES.filter(({ name }) => name === 'Jenkins executorSettings')];
    for (const before of [165, 190, 262, 290]) {
      const long = `${'x'.repeat(before)} ${TOKEN}`;
      const told: Handler[] = [
        (_asked, response) => json(response, { message: long, details: [{ path: 'p', errors: [long] }] }, 500),
        (_asked, response) => html(response, 500, long),
        (_asked, response) => void response.writeHead(400).end(long),
        (_asked, response) => void response.writeHead(200).end(long),
        (_asked, response) =>
          void response.writeHead(200).end(`@@CIBOT@@${JSON.stringify({ ok: false, error: long })}@@END@@`),
      ];
      for (const handler of told) {
        for (const act of asked) {
          const { error } = await failing(act, handler, { scrub, retryDelaysMs: [] });
          expect(error.seen.includes(TOKEN.slice(0, 6)), `${act.name}: ${error.seen}`).toBe(false);
        }
      }
    }
  });

  it('that were configured later than the scrubber are hidden too', async () => {
    const late = 'rotated-while-running';
    const server = await localServer(({ headers }, response) =>
      json(response, { message: `${headers.authorization}` }, 401),
    );
    const headers = ['token=first-one-here', `token=${late}`];
    const credentials = {
      header: () => headers[0],
      refresh: () => headers.shift() !== undefined && headers.length > 0,
    };
    for (const act of READS) {
      headers.splice(0, 2, 'token=first-one-here', `token=${late}`);
      const seen = everythingIn(await failureOf(act.run(server.url, { credentials })));
      expect(seen).not.toContain(late);
      expect(seen).not.toContain('first-one-here');
    }
    expect(server.asked.some(({ headers: sent }) => sent.authorization === `token=${late}`)).toBe(true);
  });
});
