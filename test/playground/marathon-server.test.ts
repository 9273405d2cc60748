// The simulated Marathon over HTTP: what a client that others wrote reads, and how it is refused.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { shapeOf as anyShapeOf, differences } from './json-shape.js';
import { GENERATIONS, recordedSnapshot, running, shapeOf } from './marathon-http.js';
import { APP } from './marathon-scene.js';

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

describe('documented examples', () => {
  const example = (file: string) =>
    JSON.parse(readFileSync(new URL(`../fixtures/marathon/${file}`, import.meta.url), 'utf8'));
  /** The examples show more than one Marathon ever has, so only what they do not know counts. */
  const strange = (file: string, ours: unknown) =>
    differences(anyShapeOf([example(file)]), anyShapeOf([ours])).filter(
      (line) => !/: missing$|null instead|instead of null/.test(line),
    );

  it.each([
    ['0.11', 'rest-0.15/info.json'],
    ['1.5', 'rest-1.5/info.json'],
    ['1.11', 'rest-1.11/info.json'],
  ] as const)('on %s the info has no field and no type that %s does not have', async (generation, file) => {
    const { call } = await running(generation);
    expect(strange(file, (await call('GET', '/v2/info')).json())).toEqual([]);
  });

  it.each([
    ['0.11', 'rest-0.15/deployments.json'],
    ['1.3', 'rest-1.3/deployments.json'],
    ['1.5', 'rest-1.5/deployments.json'],
  ] as const)('on %s a deployment looks like %s', async (generation, file) => {
    const { call, world } = await running(generation);
    world.changes.restart(APP);
    expect(strange(file, (await call('GET', '/v2/deployments')).json())).toEqual([]);
  });
});
