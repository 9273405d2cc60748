// The simulated Marathon over HTTP: what a client that others wrote meets.
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import {
  type MarathonServer,
  type MarathonServerOptions,
  serveMarathon,
} from '../../src/playground/servers/marathon.js';
import type { MarathonGeneration } from '../../src/playground/world/types.js';
import { APP, jenkinsApp, scene } from './marathon-scene.js';

const GENERATIONS: MarathonGeneration[] = ['0.8', '0.11', '1.3', '1.5', '1.11'];
const open: MarathonServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function running(generation: MarathonGeneration, options: MarathonServerOptions = {}) {
  const stage = scene(generation);
  await stage.deployed();
  const server = await serveMarathon(stage.world, options);
  open.push(server);
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${server.url}${path}`, { method, headers, ...init, redirect: 'manual' });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
    const json = (): any => JSON.parse(text);
    return { status: response.status, headers: response.headers, text, json };
  };
  return { ...stage, server, call };
}

const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
};

const recordedSnapshot = (file: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/marathon/sequences/snapshots/${file}`, import.meta.url), 'utf8'));

describe('reading an app', () => {
  it.each([
    ['0.8', 'running.0.8.app.json'],
    ['1.5', 'gap-1-before.1.5.app.json'],
  ] as const)('on %s has the keys, types and order of %s', async (generation, file) => {
    const { call, world, clock } = await running(generation);
    if (generation === '1.5') {
      world.changes.update(APP, { unreachableStrategy: 'disabled', portDefinitions: [{ port: 10_080, name: 'http' }] });
      await clock.advance(2 * MINUTE);
    }
    const expected = recordedSnapshot(file);
    const got = (await call('GET', `/v2/apps${APP}`)).json();
    expected.app.labels = {};
    expect(JSON.stringify(shapeOf(got))).toBe(JSON.stringify(shapeOf(expected)));
  });

  it('names the last failure after a crash, and shows the relaunch of 1.8+ as recorded while it waits', async () => {
    const { call, world, clock, cluster, task } = await running('1.11');
    world.changes.update(APP, { unreachableStrategy: 'disabled', portDefinitions: [{ port: 10_080, name: 'http' }] });
    await clock.advance(2 * MINUTE);
    cluster.withholdOffers(true);
    cluster.crashTask(task().taskId, { status: 1 });
    await clock.advance(10 * SECOND);
    const expected = recordedSnapshot('waiting-for-relaunch.1.11.app.json');
    expected.app.labels = {};
    expect(JSON.stringify(shapeOf((await call('GET', `/v2/apps${APP}`)).json()))).toBe(
      JSON.stringify(shapeOf(expected)),
    );
  });

  it.each(GENERATIONS)('on %s answers 404 for an app that is not there', async (generation) => {
    const { call } = await running(generation);
    const answer = await call('GET', '/v2/apps/nobody');
    expect([answer.status, answer.json()]).toEqual([404, { message: "App '/nobody' does not exist" }]);
  });

  it('lists apps with tasks and last failures only when asked', async () => {
    const { call, cluster, clock, task } = await running('1.5');
    cluster.crashTask(task().taskId, { status: 1 });
    await clock.advance(MINUTE);
    const plain = (await call('GET', '/v2/apps')).json().apps[0];
    expect(plain).not.toHaveProperty('tasks');
    expect(plain).toMatchObject({ id: APP, tasksRunning: 1, deployments: [] });
    const full = (await call('GET', '/v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure')).json().apps[0];
    expect(full).toMatchObject({ tasks: [{ state: 'TASK_RUNNING' }], lastTaskFailure: { state: 'TASK_FAILED' } });
  });

  it('on 0.8 answers 404 for the tasks of an app that has none', async () => {
    const { call, clock } = await running('0.8');
    expect((await call('GET', `/v2/apps${APP}/tasks`)).status).toBe(200);
    await call('PUT', `/v2/apps${APP}`, { instances: 0 });
    await clock.advance(MINUTE);
    expect((await call('GET', `/v2/apps${APP}/tasks`)).status).toBe(404);
  });
});

describe('changing an app', () => {
  it.each(GENERATIONS)('on %s a redeploy locks the app, brings a new task, and is over', async (generation) => {
    const { call, clock, task, server } = await running(generation);
    const before = task().taskId;
    const put = await call('PUT', `/v2/apps${APP}`, { mem: 1_536 });
    expect(put.status).toBe(200);
    const { deploymentId } = put.json();
    expect((await call('GET', '/v2/deployments')).json()).toMatchObject([
      { id: deploymentId, affectedApps: [APP], totalSteps: 1 },
    ]);
    const second = await call('PUT', `/v2/apps${APP}`, { mem: 2_048 });
    expect(second.status).toBe(409);
    expect(second.json().message).toMatch(/^App is locked by one or more deployments/);
    expect(second.json().deployments).toEqual(generation === '0.8' ? [] : [{ id: deploymentId }]);
    await clock.advance(2 * MINUTE);
    expect((await call('GET', '/v2/deployments')).json()).toEqual([]);
    expect(task().taskId).not.toBe(before);
    expect((await call('GET', `/v2/apps${APP}`)).json().app).toMatchObject({ mem: 1_536, tasksHealthy: 1 });
    expect(server.writes.map(({ status, tookEffect }) => [status, tookEffect])).toEqual([
      [200, true],
      [409, false],
    ]);
  });

  it('force cancels the deployment that holds the app', async () => {
    const { call, clock, world } = await running('1.5');
    const first = (await call('PUT', `/v2/apps${APP}`, { mem: 1_536 })).json().deploymentId;
    const second = (await call('PUT', `/v2/apps${APP}?force=true`, { mem: 2_048 })).json().deploymentId;
    expect(world.deployments.map(({ id }) => id)).toEqual([second]);
    expect(second).not.toBe(first);
    await clock.advance(2 * MINUTE);
    expect((await call('GET', `/v2/apps${APP}`)).json().app).toMatchObject({
      mem: 2_048,
      tasksRunning: 1,
      deployments: [],
    });
  });

  it('a change of labels alone restarts the task, an equal PUT does not', async () => {
    const { call, clock, task, world, server } = await running('1.5');
    const types: string[] = [];
    world.onEvent(({ type, body }) =>
      types.push(`${type} ${JSON.stringify((body['plan'] as { steps?: unknown } | undefined)?.steps)}`),
    );
    const before = task().taskId;
    const version = world.app(APP).definition['version'];
    await call('PUT', `/v2/apps${APP}`, { labels: {} });
    await clock.advance(MINUTE);
    expect(task().taskId).toBe(before);
    expect(world.app(APP).definition['version']).toBe(version);
    expect(types).toContain('deployment_success []');
    expect(types.some((type) => type.startsWith('deployment_info'))).toBe(false);
    await call('PUT', `/v2/apps${APP}`, { labels: { BELLBOARD_BY: 'ana' } });
    await clock.advance(2 * MINUTE);
    expect(task().taskId).not.toBe(before);
    expect(server.writes.map(({ tookEffect }) => tookEffect)).toEqual([false, true]);
  });

  it("sending the article's own spelling again changes nothing, although answers spell it anew", async () => {
    const { call, server } = await running('1.5');
    await call('PUT', `/v2/apps${APP}?partialUpdate=false`, jenkinsApp({ ports: [0] }));
    expect(server.writes[0]).toMatchObject({ status: 200, tookEffect: false });
  });

  it('partialUpdate=false drops what is not sent, a plain PUT keeps it', async () => {
    const { call, clock } = await running('1.5');
    await call('PUT', `/v2/apps${APP}`, { env: { A: '1' } });
    await clock.advance(2 * MINUTE);
    const { env: _, user: _user, ...rest } = jenkinsApp();
    await call('PUT', `/v2/apps${APP}?partialUpdate=false`, rest);
    await clock.advance(2 * MINUTE);
    const { app } = (await call('GET', `/v2/apps${APP}`)).json();
    expect(app.env).toEqual({});
    expect(app).not.toHaveProperty('user');
  });

  it('rolls back to a version sent alone, and refuses one sent with more', async () => {
    const { call, clock, world } = await running('1.5');
    const first = String(world.app(APP).definition['version']);
    await call('PUT', `/v2/apps${APP}`, { mem: 1_536 });
    await clock.advance(2 * MINUTE);
    const { versions } = (await call('GET', `/v2/apps${APP}/versions`)).json();
    expect(versions).toHaveLength(2);
    expect((await call('GET', `/v2/apps${APP}/versions/${first}`)).json()).toMatchObject({
      version: first,
      mem: 1_024,
    });
    expect((await call('PUT', `/v2/apps${APP}`, { version: first, mem: 5 })).status).toBe(422);
    expect((await call('PUT', `/v2/apps${APP}`, { version: first })).status).toBe(200);
    await clock.advance(2 * MINUTE);
    expect((await call('GET', `/v2/apps${APP}`)).json().app).toMatchObject({ mem: 1_024, tasksHealthy: 1 });
  });

  it('creates with 201, names the plan in body and header, and refuses the second POST with 409', async () => {
    const { call } = await running('1.5');
    const created = await call('POST', '/v2/apps', jenkinsApp({ id: '/other' }));
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/v2/apps/other');
    expect(created.json().deployments).toEqual([{ id: created.headers.get('marathon-deployment-id') }]);
    const again = await call('POST', '/v2/apps', jenkinsApp({ id: '/other' }));
    expect([again.status, again.json()]).toEqual([409, { message: 'An app with id [/other] already exists.' }]);
  });

  it('starts the new task beside the old with the default strategy, and stops first with {0,0}', async () => {
    for (const [upgradeStrategy, most] of [
      [{ minimumHealthCapacity: 1, maximumOverCapacity: 1 }, 2],
      [{ minimumHealthCapacity: 1, maximumOverCapacity: 0 }, 2],
      [{ minimumHealthCapacity: 0, maximumOverCapacity: 0 }, 1],
    ] as const) {
      const { clock, world, cluster } = scene('1.5');
      world.changes.create(jenkinsApp({ upgradeStrategy: { ...upgradeStrategy } }));
      await clock.advance(2 * MINUTE);
      world.changes.restart(APP);
      let alive = 0;
      for (let second = 0; second < 120; second += 1) {
        await clock.advance(SECOND);
        alive = Math.max(alive, cluster.tasks().filter((task) => task.processAlive).length);
      }
      expect([alive, world.deployments.length]).toEqual([most, 0]);
    }
  });

  it('on 0.8 hangs when the old controller answers SIGTERM with exit 0', async () => {
    const { clock, world, cluster, task } = scene('0.8');
    world.changes.create(jenkinsApp());
    await clock.advance(2 * MINUTE);
    const old = cluster.task(task().taskId);
    world.changes.restart(APP);
    await clock.advance(300);
    cluster.crashTask(old?.id ?? '', { status: 0 });
    await clock.advance(5 * MINUTE);
    expect(world.deployments).toHaveLength(1);
    expect(world.app(APP).instances).toEqual([]);
  });

  it('rolls a deployment back on DELETE, forgets it with force, and says 404 when it is over', async () => {
    const { call, clock, world } = await running('1.5');
    const id = (await call('PUT', `/v2/apps${APP}`, { mem: 1_536 })).json().deploymentId;
    const rollback = await call('DELETE', `/v2/deployments/${id}`);
    expect(rollback.status).toBe(200);
    await clock.advance(2 * MINUTE);
    expect(world.app(APP).definition['mem']).toBe(1_024);
    expect((await call('DELETE', `/v2/deployments/${id}`)).json()).toEqual({
      message: `DeploymentPlan ${id} does not exist`,
    });
    const other = (await call('PUT', `/v2/apps${APP}`, { mem: 1_536 })).json().deploymentId;
    const forgotten = await call('DELETE', `/v2/deployments/${other}?force=true`);
    expect([forgotten.status, forgotten.text]).toEqual([202, '']);
    expect(world.deployments).toEqual([]);
  });

  it('deletes an app with all its tasks', async () => {
    const { call, clock, cluster } = await running('1.5');
    expect((await call('DELETE', `/v2/apps${APP}`)).status).toBe(200);
    await clock.advance(MINUTE);
    expect((await call('GET', `/v2/apps${APP}`)).status).toBe(404);
    expect(cluster.tasks().filter((task) => task.processAlive)).toEqual([]);
  });

  it('kills a task without a deployment and fills its place', async () => {
    const { call, clock, task, world } = await running('1.5');
    const dead = task().taskId;
    const answer = await call('DELETE', `/v2/apps${APP}/tasks/${dead}`);
    expect(answer.json().task.id).toBe(dead);
    await clock.advance(MINUTE);
    expect(world.deployments).toEqual([]);
    expect(task().taskId).not.toBe(dead);
    expect(world.app(APP).lastTaskFailure).toBeUndefined();
    expect((await call('DELETE', `/v2/apps${APP}/tasks?scale=true&wipe=true`)).status).toBe(400);
  });
});

describe('refusals', () => {
  const tooMuch = { upgradeStrategy: { minimumHealthCapacity: 1.5, maximumOverCapacity: 0 } };
  it.each([
    ['0.8', { errors: [{ attribute: 'upgradeStrategy', error: 'is greater than 1' }] }],
    ['0.11', { message: 'Bean is not valid', errors: [{ attribute: 'upgradeStrategy', error: 'is greater than 1' }] }],
    [
      '1.5',
      {
        message: 'Object is not valid',
        details: [{ path: '/upgradeStrategy/minimumHealthCapacity', errors: ['is greater than 1'] }],
      },
    ],
  ] as const)('on %s a broken rule is a 422 in the shape of its time', async (generation, body) => {
    const { call } = await running(generation);
    const answer = await call('PUT', `/v2/apps${APP}`, tooMuch);
    expect([answer.status, answer.json()]).toEqual([422, body]);
  });

  it('wrong types and no JSON are 400', async () => {
    const { call } = await running('1.5');
    expect((await call('PUT', `/v2/apps${APP}`, { instances: 'one' })).json()).toMatchObject({
      message: 'Invalid JSON',
      details: [{ path: '/instances' }],
    });
    expect((await call('POST', '/v2/apps', '{"id":')).status).toBe(400);
  });

  it('a single-instance app takes neither two instances nor another strategy than {0,0}', async () => {
    const { call, clock } = await running('1.5');
    await call('PUT', `/v2/apps${APP}`, { labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } });
    await clock.advance(2 * MINUTE);
    expect((await call('PUT', `/v2/apps${APP}`, { instances: 2 })).status).toBe(422);
    expect(
      (await call('PUT', `/v2/apps${APP}`, { upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 } }))
        .status,
    ).toBe(422);
  });

  it('without the right credentials everything is 401 in HTML', async () => {
    const { server } = await running('1.5', { credentials: { username: 'ana', password: 'pw' } });
    const refused = await fetch(`${server.url}/v2/info`);
    expect([refused.status, refused.headers.get('content-type')?.split(';')[0]]).toEqual([401, 'text/html']);
    const given = { authorization: `Basic ${Buffer.from('ana:pw').toString('base64')}` };
    expect((await fetch(`${server.url}/v2/info`, { headers: given })).status).toBe(200);
  });

  it('answers 503, from 1.8 on 502, while nobody leads', async () => {
    for (const [generation, status] of [
      ['1.5', 503],
      ['1.11', 502],
    ] as const) {
      const { call, world } = await running(generation);
      world.loseLeader();
      expect((await call('GET', '/v2/apps')).status).toBe(status);
      world.electLeader('192.168.3.4:8080');
      expect((await call('GET', '/v2/apps')).headers.get('x-marathon-leader')).toBe('http://192.168.3.4:8080');
    }
  });
});

describe('the launch queue', () => {
  it('says what is missing while no offer fits, keys and order as recorded', async () => {
    const { call, world, clock } = await running('1.11');
    world.changes.update(APP, {
      mem: 9_000,
      unreachableStrategy: 'disabled',
      portDefinitions: [{ port: 10_080, name: 'http' }],
    });
    await clock.advance(MINUTE);
    const got = (await call('GET', '/v2/queue')).json();
    const expected = recordedSnapshot('waiting-for-offers.1.11.queue.json');
    expected.queue[0].app.labels = {};
    delete got.queue[0].processedOffersSummary.lastUsedOfferAt;
    expect(JSON.stringify(shapeOf(got))).toBe(JSON.stringify(shapeOf(expected)));
    const { rejectSummaryLastOffers } = got.queue[0].processedOffersSummary;
    const first = rejectSummaryLastOffers.find((entry: { declined: number }) => entry.declined > 0);
    expect(first).toEqual({ reason: 'InsufficientMemory', declined: 5, processed: 5 });
    expect(got.queue[0].delay).toEqual({ timeLeftSeconds: 0, overdue: true });
  });

  it('delays more after each failure, and DELETE of the delay launches at once', async () => {
    const { call, clock, behaviour, cluster, task } = await running('1.5');
    await call('PUT', `/v2/apps${APP}`, { backoffSeconds: 60, backoffFactor: 2 });
    await clock.advance(2 * MINUTE);
    behaviour.exitsWith = 1;
    cluster.crashTask(task().taskId, { status: 1 });
    await clock.advance(SECOND);
    expect((await call('GET', '/v2/queue')).json().queue[0].delay).toEqual({ timeLeftSeconds: 59, overdue: false });
    await clock.advance(65 * SECOND);
    expect((await call('GET', '/v2/queue')).json().queue[0].delay.timeLeftSeconds).toBeGreaterThan(100);
    expect((await call('DELETE', `/v2/queue${APP}/delay`)).status).toBe(204);
    await clock.advance(SECOND);
    expect((await call('GET', '/v2/queue')).json().queue).toEqual([]);
  });

  it('launches as soon as room appears', async () => {
    const { world, clock, cluster } = await running('1.5');
    cluster.withholdOffers(true);
    world.changes.restart(APP);
    await clock.advance(5 * MINUTE);
    expect(world.app(APP).instances.every((instance) => instance.waiting)).toBe(true);
    cluster.withholdOffers(false);
    await clock.advance(MINUTE);
    expect(world.deployments).toEqual([]);
  });
});

describe('the rest of the API', () => {
  it('says who it is, who leads and that it lives', async () => {
    const { call, world } = await running('1.5');
    expect((await call('GET', '/v2/info')).json()).toMatchObject({
      version: '1.5.15',
      frameworkId: world.frameworkId,
      leader: '192.168.3.4:8080',
      marathon_config: { mesos_leader_ui_url: 'http://192.168.3.4:5050/' },
    });
    expect((await call('GET', '/v2/leader')).json()).toEqual({ leader: '192.168.3.4:8080' });
    expect((await call('GET', '/ping')).text).toBe('pong');
    expect((await call('GET', '/v2/nothing')).status).toBe(404);
  });

  it('serves behind a path prefix', async () => {
    const { call, server } = await running('1.5', { prefix: '/service/marathon' });
    expect(server.url).toMatch(/\/service\/marathon$/);
    expect((await call('GET', '/v2/info')).status).toBe(200);
  });
});

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
