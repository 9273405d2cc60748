import { describe, expect, it } from 'vitest';
import { marathonClient } from '../../../src/adapters/marathon/client.js';
import { failureOf, fixture, hastyClock } from '../failing.js';
import { closeServersAfterEach, html, json } from '../local-server.js';
import { marathon, serving } from './scene.js';

closeServersAfterEach();

const snapshot = (name: string) => `sequences/snapshots/${name}.json`;

describe('an app', () => {
  it('of 0.8 has no task state, agent id or version info', async () => {
    const { client, server } = await marathon(serving({ '/v2/apps/ci/jenkins': snapshot('running.0.8.app') }));
    const app = await client.app('ci/jenkins');
    expect(server.asked[0]?.url).toBe('/v2/apps/ci/jenkins');
    expect(app).toMatchObject({
      id: '/ci/jenkins',
      version: '2015-05-08T09:00:00.000Z',
      instances: 1,
      cpus: 1,
      memMiB: 1024,
      labels: {},
      hasHealthChecks: true,
      healthGraceMs: 300_000,
      lastTaskFailure: undefined,
      deploymentIds: [],
      lastConfigChangeAt: undefined,
      lastScalingAt: undefined,
      tasks: [
        {
          id: 'ci_jenkins.07381715-f7b4-11e4-94e1-be5b2935a987',
          host: 'agent-03.example.org',
          ports: [31512],
          state: undefined,
          version: '2015-05-08T09:00:00.000Z',
          mesosAgentId: undefined,
          stagedAt: Date.UTC(2015, 4, 8, 9, 0, 6, 100),
          startedAt: Date.UTC(2015, 4, 8, 9, 0, 12, 400),
          ipAddresses: [],
          health: 'healthy',
          lastSuccessAt: Date.UTC(2015, 4, 11, 9, 0, 2, 400),
          consecutiveFailures: 0,
        },
      ],
    });
    expect(app?.definition).toEqual(JSON.parse(fixture(`marathon/${snapshot('running.0.8.app')}`)).app);
  });

  it('of 1.8+ lists a task that crashed and was not launched again', async () => {
    const { client } = await marathon(serving({ '/v2/apps/ci/jenkins': snapshot('waiting-for-relaunch.1.11.app') }));
    const app = await client.app('/ci/jenkins');
    expect(app?.tasks[0]).toMatchObject({
      state: 'TASK_FAILED',
      startedAt: undefined,
      stagedAt: undefined,
      version: undefined,
      ports: [],
      mesosAgentId: '7d1f3b2a-5a0c-4d33-9a0e-5d0c7f9a1c11-S3',
      health: 'unknown',
    });
    expect(app?.lastTaskFailure).toEqual({
      taskId: 'ci_jenkins.instance-07381715-7fe8-11eb-94e1-be5b2935a987._app.1',
      state: 'TASK_FAILED',
      message: 'Command exited with status 1',
      host: 'agent-03.example.org',
      at: Date.UTC(2021, 2, 8, 9, 0, 35, 712),
      version: '2021-03-05T09:00:00.000Z',
    });
    expect(app?.lastConfigChangeAt).toBe(Date.UTC(2021, 2, 5, 9));
  });

  it.each(['0.15', '1.3', '1.5', '1.11'])('as the documentation of %s shows it can be read', async (version) => {
    const app = JSON.parse(fixture(`marathon/rest-${version}/app.json`));
    const { tasks } = JSON.parse(fixture(`marathon/rest-${version}/app_tasks.json`));
    const { client } = await marathon(serving({ '/v2/apps/foo': { app: { ...app, tasks } } }));
    const read = await client.app('/foo');
    expect(read).toMatchObject({ id: '/foo', instances: 2, cpus: 0.1, memMiB: 16, hasHealthChecks: true });
    expect(read?.tasks.map(({ id, host }) => ({ id, host }))).toEqual(
      tasks.map(({ id, host }: { id: string; host: string }) => ({ id, host })),
    );
    expect(read?.tasks[0]?.stagedAt).toBeGreaterThan(0);
    expect(read?.definition['labels']).toEqual(app.labels);
  });

  it.each<[string, unknown, string, number]>([
    ['no result yet', [], 'unknown', 0],
    ['results that are null', null, 'unknown', 0],
    ['every check alive', [{ alive: true, consecutiveFailures: 0 }, { alive: true }], 'healthy', 0],
    ['one of two checks dead', [{ alive: true }, { alive: false, consecutiveFailures: 2 }], 'unhealthy', 2],
    ['a check that never answered', [{ consecutiveFailures: 0 }], 'unhealthy', 0],
  ])('with %s', async (_what, healthCheckResults, health, consecutiveFailures) => {
    const app = { id: '/j', tasks: [{ id: 't', healthCheckResults }] };
    const { client } = await marathon(serving({ '/v2/apps/j': { app } }));
    expect((await client.app('/j'))?.tasks[0]).toMatchObject({ health, consecutiveFailures });
  });

  it('is gone only when Marathon itself says so', async () => {
    const { client } = await marathon(serving({}));
    expect(await client.app('/nope')).toBeUndefined();
    expect(await client.appVersion('/nope', '2015-05-08T09:00:00.000Z')).toBeUndefined();
    const gateway = await marathon((_asked, response) => html(response, 404, 'Not Found'));
    expect((await failureOf(gateway.client.app('/jenkins'))).seen).toMatch(/no such path: is the URL right/);
  });

  it('takes segments of a path apart, so that a question mark is no query', async () => {
    const { client, server } = await marathon(serving({}));
    await client.app('/ci/a?b=c/..%2f');
    expect(server.asked[0]?.url).toBe('/v2/apps/ci/a%3Fb%3Dc/..%252f');
  });
});

describe('deployments', () => {
  it.each(['0.15', '1.3', '1.5', '1.11'])('of %s, whatever the form of their steps', async (version) => {
    const { client } = await marathon(serving({ '/v2/deployments': `rest-${version}/deployments.json` }));
    const [deployment] = await client.deployments();
    expect(deployment).toMatchObject({
      id: '97c136bf-5a28-4821-9d94-480d9fbb01c8',
      version: '2015-09-30T09:09:17.614Z',
      affectedApps: ['/foo'],
      currentActions: [{ action: 'ScaleApplication', app: '/foo' }],
    });
    expect(deployment?.totalSteps).toBeGreaterThan(0);
  });

  it('may have no action yet', async () => {
    const fresh = { id: 'd', version: 'v', affectedApps: ['/j'], steps: [], currentActions: [], currentStep: 0 };
    const { client } = await marathon(serving({ '/v2/deployments': [fresh] }));
    expect(await client.deployments()).toEqual([
      { id: 'd', version: 'v', affectedApps: ['/j'], currentStep: 0, totalSteps: 0, currentActions: [] },
    ]);
  });
});

describe('the launch queue', () => {
  it('tells the first reason for which offers were declined', async () => {
    const { client } = await marathon(serving({ '/v2/queue': snapshot('waiting-for-offers.1.11.queue') }));
    expect(await client.launchQueue('/ci/jenkins')).toMatchObject({
      overdue: true,
      reason: 'UnfulfilledRole',
      processedOffers: 31,
      unusedOffers: 31,
    });
    expect(await client.launchQueue('/ci')).toBeUndefined();
  });

  it('tells how long a launch is held back', async () => {
    const { client } = await marathon(serving({ '/v2/queue': snapshot('waiting-for-relaunch.1.11.queue') }));
    const entry = await client.launchQueue('ci/jenkins');
    expect(entry).toMatchObject({ appId: '/ci/jenkins', overdue: false });
    expect(entry?.delaySecondsLeft).toBeGreaterThan(0);
  });

  it.each([
    ['0.15', '/foo', undefined],
    ['1.3', '/foo', undefined],
    ['1.5', '/foo', 'InsufficientCpus'],
    ['1.11', '/foo', 'InsufficientCpus'],
  ])('of %s', async (version, appId, reason) => {
    const { client } = await marathon(serving({ '/v2/queue': `rest-${version}/queue.json` }));
    const entry = await client.launchQueue(appId);
    expect(entry).toMatchObject({ appId, overdue: true, delaySecondsLeft: 0 });
    expect(entry?.reason).toBe(reason);
  });

  it('of 0.8 says no more than overdue or not', async () => {
    const queue = { queue: [{ app: { id: '/j' }, count: 1, delay: { overdue: false } }] };
    const { client } = await marathon(serving({ '/v2/queue': queue }));
    expect(await client.launchQueue('/j')).toEqual({
      appId: '/j',
      count: 1,
      delaySecondsLeft: 0,
      overdue: false,
      since: undefined,
      processedOffers: undefined,
      unusedOffers: undefined,
      reason: undefined,
    });
  });
});

describe('info', () => {
  it.each([
    ['0.15', '0.13.0-SNAPSHOT', 'http://127.0.0.1:5050'],
    ['1.3', '0.13.0-SNAPSHOT', 'http://127.0.0.1:5050'],
    ['1.5', '1.5.0-SNAPSHOT', 'http://localhost:5050'],
    ['1.11', '1.5.0-SNAPSHOT', 'http://localhost:5050'],
  ])('as the documentation of %s shows it', async (folder, version, mesosUrl) => {
    const { client } = await marathon(serving({ '/v2/info': `rest-${folder}/info.json` }));
    const given = JSON.parse(fixture(`marathon/rest-${folder}/info.json`));
    expect(await client.info()).toEqual({
      version: given.version,
      frameworkId: given.frameworkId,
      leader: given.leader,
      mesosUrl,
    });
    expect(given.version).toBe(version);
  });

  it('knows no Mesos address where Marathon only names ZooKeeper', async () => {
    const info = { version: '0.8.2', marathon_config: { master: 'zk://zk:2181/mesos' } };
    const { client } = await marathon(serving({ '/v2/info': info }));
    expect(await client.info()).toMatchObject({ mesosUrl: undefined, frameworkId: undefined });
  });

  it('takes no broken address for that of Mesos', async () => {
    const marathon_config = { mesos_leader_ui_url: '', master: 'master-1:5050' };
    const { client } = await marathon(serving({ '/v2/info': { version: '1.5.15', marathon_config } }));
    expect((await client.info()).mesosUrl).toBe('http://master-1:5050');
  });

  it('is read again when another leader answers', async () => {
    let leader = 'http://one:8080';
    let version = '1.3.14';
    const { client, server } = await marathon(({ url }, response) => {
      const body = url === '/v2/info' ? { version } : [];
      json(response, body, 200, { 'X-Marathon-Leader': leader });
    });
    await client.info();
    await client.info();
    expect(server.asked).toHaveLength(1);
    [leader, version] = ['http://two:8080', '1.5.15'];
    await client.deployments();
    expect((await client.info()).version).toBe('1.5.15');
    expect(client.leader()).toBe('http://two:8080');
  });
});

it('gives links a base without slash at the end', () => {
  const common = { credentials: undefined, clock: hastyClock(), scrub: (text: string) => text };
  expect(marathonClient({ ...common, urls: ['http://a:8080/'], publicUrl: undefined }).publicUrl).toBe('http://a:8080');
  expect(marathonClient({ ...common, urls: ['http://a:8080'], publicUrl: 'https://ci/marathon/' }).publicUrl).toBe(
    'https://ci/marathon',
  );
});
