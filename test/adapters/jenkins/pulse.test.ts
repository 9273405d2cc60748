import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../src/core/errors.js';
import { closeServersAfterEach, deadHost, type Handler } from '../local-server.js';
import { example, jenkins } from './scene.js';

closeServersAfterEach();

describe('a knock', () => {
  it.each<[string, Handler, string, string | undefined]>([
    ['503-starting.http', example('503-starting.http'), 'starting', 'it is starting'],
    ['503-starting-1.596.2.http', example('503-starting-1.596.2.http'), 'starting', 'it is starting'],
    ['503-restarting.http', example('503-restarting.http'), 'restarting', 'it is restarting'],
    ['200-empty-body.http', example('200-empty-body.http'), 'broken', 'it answers with an empty page'],
    ['500-oops.http', example('500-oops.http'), 'broken', 'it fails inside (Jenkins [Jenkins])'],
    ['404.http, a Jenkins', example('404.http'), 'up', undefined],
    [
      '404-1.596.2.http, any Jetty',
      example('404-1.596.2.http'),
      'broken',
      'something answers that is not Jenkins (Error 404 Not Found)',
    ],
    ['a page without content type', (_asked, response) => response.end('hello'), 'broken', 'its login page is no HTML'],
    [
      'a proxy without Jenkins',
      (_asked, response) => response.writeHead(502).end(),
      'unreachable',
      'a proxy in front of it says 502',
    ],
    [
      'another 503',
      (_asked, response) =>
        response.writeHead(503, { 'Content-Type': 'text/html' }).end('<title>Error: no plugins</title>'),
      'broken',
      'Error: no plugins',
    ],
    [
      'a redirect elsewhere',
      (_asked, response) => response.writeHead(302, { Location: 'https://sso/x' }).end(),
      'broken',
      'redirects to https://sso/x',
    ],
  ])('at %s', async (_what, handler, state, detail) => {
    const { client, server } = await jenkins(handler);
    expect(await client.pulse()).toMatchObject({ state, detail });
    expect(server.asked).toHaveLength(1);
  });

  it('at a login page tells version and session, and needs no credentials', async () => {
    const { client, server } = await jenkins((_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html', 'X-Jenkins': '2.479.3', 'X-Jenkins-Session': 'c0ffee12' });
      response.end('<html><title>Sign in</title></html>');
    });
    expect(await client.pulse()).toEqual({ state: 'up', session: 'c0ffee12', version: '2.479.3', detail: undefined });
    expect(server.asked[0]).toMatchObject({ method: 'GET', url: '/ci/login' });
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
  });

  it('where nobody listens, or nobody knows where, is an answer', async () => {
    const host = await deadHost();
    const gone = await jenkins(() => {}, { baseUrl: async () => `http://${host}` });
    expect(await gone.client.pulse()).toEqual({
      state: 'unreachable',
      session: undefined,
      version: undefined,
      detail: `${host} refused the connection`,
    });
    const homeless = await jenkins(() => {}, { baseUrl: async () => undefined });
    expect((await homeless.client.pulse()).detail).toMatch(/no running task of the controller/);
    const blind = await jenkins(() => {}, {
      baseUrl: async () => {
        throw new UpstreamError({
          system: 'Marathon',
          request: 'GET /v2/apps/j',
          seen: 'is down',
          retryable: true,
          mayHaveArrived: false,
        });
      },
    });
    expect((await blind.client.pulse()).detail).toBe('Marathon: GET /v2/apps/j: is down');
    expect(await blind.client.publicUrl()).toBeUndefined();
  });

  it('that gets no answer in time is cut short', async () => {
    const { client } = await jenkins(() => {}, { timeouts: { readMs: 40 } });
    expect(await client.pulse()).toMatchObject({ state: 'unreachable', detail: 'did not answer within 0.04 s' });
  });
});
