// The event stream of the simulated Marathon on the wire, and the faults any simulated server can be given.
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/core/time.js';
import { running } from './marathon-http.js';
import { APP } from './marathon-scene.js';

describe('the event stream', () => {
  const connect = (url: string, headers: Record<string, string> = { accept: 'text/event-stream' }) =>
    new Promise<IncomingMessage>((resolve, reject) => get(url, { headers }, resolve).once('error', reject));

  const reader = (response: IncomingMessage) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    return async (wanted: RegExp) => {
      while (!wanted.test(text)) await new Promise((resolve) => response.once('data', resolve));
      return text;
    };
  };

  it('frames events with CRLF, sends its own attachment first, beats every ten seconds, and is not chunked', async () => {
    const { server, clock, cluster, task } = await running('1.5');
    const response = await connect(`${server.url}/v2/events`);
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream;charset=UTF-8', connection: 'close' });
    expect(response.headers).not.toHaveProperty('transfer-encoding');
    const until = reader(response);
    expect(await until(/\r\n\r\n/)).toMatch(
      /^event: event_stream_attached\r\ndata: \{"remoteAddress":"127\.0\.0\.1","eventType"[^\r\n]*\}\r\n\r\n$/,
    );
    await clock.advance(10 * SECOND);
    await until(/\}\r\n\r\n\r\n$/);
    cluster.crashTask(task().taskId, { status: 1 });
    expect(await until(/TASK_FAILED/)).toMatch(/\r\n\r\n\r\nevent: status_update_event\r\ndata: /);
    response.destroy();
  });

  it('sends only the types asked for, and plans without groups when light is asked for', async () => {
    const { server, world } = await running('1.5');
    const heavy = reader(await connect(`${server.url}/v2/events`));
    const light = reader(await connect(`${server.url}/v2/events?event_type=deployment_info&plan-format=light`));
    world.changes.restart(APP);
    expect(await heavy(/deployment_info[\s\S]*\r\n\r\n/)).toContain('"original"');
    const text = await light(/deployment_info[\s\S]*\r\n\r\n/);
    expect(text).not.toMatch(/"original"|event_stream_attached/);
  });

  it('refuses any other Accept with 405 in HTML', async () => {
    const { call } = await running('1.5');
    const answer = await call('GET', '/v2/events', undefined, { accept: 'text/event-stream, */*' });
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([405, 'text/html']);
  });

  it('ends when leadership is lost', async () => {
    const { server, world } = await running('1.5');
    const response = await connect(`${server.url}/v2/events`);
    response.resume();
    const ended = new Promise((resolve) => response.once('end', resolve));
    world.loseLeader();
    await ended;
  });
});

describe('faults on request', () => {
  const put = { match: ({ method }: { method: string }) => method === 'PUT', times: 1 };

  it.each(['apply-then-close', 'apply-then-502'] as const)(
    '%s applies the change and keeps it from the client',
    async (how) => {
      const { call, server, world } = await running('1.5');
      server.faults.push({ ...put, how });
      const answer = await call('PUT', `/v2/apps${APP}`, { mem: 1_536 }).catch((error: Error) => error);
      expect(answer instanceof Error ? 'closed' : answer.status).toBe(how === 'apply-then-close' ? 'closed' : 502);
      expect(world.app(APP).definition['mem']).toBe(1_536);
      expect(server.writes).toMatchObject([
        { method: 'PUT', status: 200, tookEffect: true, deploymentId: world.deployments[0]?.id },
      ]);
    },
  );

  it.each(['close', 'truncate', 'html', 'redirect-loop'] as const)('%s happens once and then no more', async (how) => {
    const { call, server } = await running('1.5');
    server.faults.push({ match: () => true, times: 1, how });
    const first = await call('GET', '/v2/info').then(
      ({ status, text }) => ({ status, html: text.startsWith('<html') }),
      () => 'broken',
    );
    const expected = {
      close: 'broken',
      truncate: 'broken',
      html: { status: 200, html: true },
      'redirect-loop': { status: 302, html: false },
    };
    expect(first).toEqual(expected[how]);
    expect((await call('GET', '/v2/info')).status).toBe(200);
  });

  it('slow waits on the world clock', async () => {
    const { call, server, clock } = await running('1.5');
    server.faults.push({ ...put, how: { slowMs: 30 * SECOND } });
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    server.faults.hooks.before = () => arrived();
    const answer = call('PUT', `/v2/apps${APP}`, { mem: 1_536 });
    await arrival;
    await clock.advance(29 * SECOND);
    expect(server.writes).toEqual([]);
    await clock.advance(SECOND);
    expect((await answer).status).toBe(200);
  });

  it('hooks see a request before it is applied, after it, and after it was answered', async () => {
    const { call, server, world } = await running('1.5');
    const seen: unknown[] = [];
    const mem = () => world.app(APP).definition['mem'];
    server.faults.hooks = {
      before: () => void seen.push(['before', mem()]),
      after: () => void seen.push(['after', mem()]),
      answered: (_, answer) => void seen.push(['answered', answer.status]),
    };
    await call('PUT', `/v2/apps${APP}`, { mem: 1_536 });
    expect(seen).toEqual([
      ['before', 1_024],
      ['after', 1_536],
      ['answered', 200],
    ]);
  });
});
