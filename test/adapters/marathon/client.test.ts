import { describe, expect, it } from 'vitest';
import { type MarathonOptions, marathonClient } from '../../../src/adapters/marathon/client.js';
import type { JsonObject } from '../../../src/core/cluster.js';
import { failureOf, fixture, hastyClock } from '../failing.js';
import { closeServersAfterEach, type Handler, html, json, localServer } from '../local-server.js';

closeServersAfterEach();

async function marathon(handler: Handler, more: Partial<MarathonOptions> = {}) {
  const server = await localServer(handler);
  const client = marathonClient({
    urls: [server.url],
    publicUrl: undefined,
    credentials: undefined,
    clock: hastyClock(),
    scrub: (text) => text,
    ...more,
  });
  return { client, server };
}

/** Answers each path with a file of `test/fixtures/marathon`, or with the value itself. */
function serving(answers: Record<string, string | object>): Handler {
  return ({ url }, response) => {
    const answer = answers[url.split('?', 1)[0] ?? ''];
    if (answer === undefined) json(response, { message: 'does not exist' }, 404);
    else json(response, typeof answer === 'string' ? JSON.parse(fixture(`marathon/${answer}`)) : answer);
  };
}

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

describe('writes', () => {
  const definition: JsonObject = {
    id: '/j',
    cpus: 1,
    env: { A: 'b' },
    version: '2015-05-08T09:00:00.000Z',
    versionInfo: {},
    deployments: [],
    lastTaskFailure: null,
    tasks: [],
    tasksStaged: 0,
    tasksRunning: 1,
    tasksHealthy: 1,
    tasksUnhealthy: 0,
    readinessCheckResults: [],
    taskStats: {},
    tasksStats: {},
  };
  const changed = { version: '2021-01-01T00:00:00.000Z', deploymentId: 'd-1' };
  const speaking =
    (version: string): Handler =>
    (asked, response) =>
      json(response, asked.url === '/v2/info' ? { version } : changed);

  it.each([
    ['0.8.2', '/v2/apps/j'],
    ['1.3.14', '/v2/apps/j'],
    ['1.4.0', '/v2/apps/j?partialUpdate=false'],
    ['1.11.24-SNAPSHOT', '/v2/apps/j?partialUpdate=false'],
  ])('replace as %s wants it, without read-only fields', async (version, url) => {
    const { client, server } = await marathon(speaking(version));
    expect(await client.replace('/j', definition)).toEqual(changed);
    expect(server.asked[1]).toMatchObject({ method: 'PUT', url, body: '{"id":"/j","cpus":1,"env":{"A":"b"}}' });
    expect(server.asked[1]?.headers['content-type']).toBe('application/json');
  });

  it('set instances alone', async () => {
    const { client, server } = await marathon(speaking('1.5.15'));
    expect(await client.setInstances('/j', 0)).toEqual({ deploymentId: 'd-1' });
    expect(server.asked).toMatchObject([{ method: 'PUT', url: '/v2/apps/j', body: '{"instances":0}' }]);
  });

  it('create, and know the deployment from the body or from the header', async () => {
    const body = await marathon((_asked, response) =>
      json(response, { id: '/j', version: 'v', deployments: [{ id: 'd' }] }, 201),
    );
    expect(await body.client.create(definition)).toEqual({ deploymentId: 'd', version: 'v' });
    expect(body.server.asked[0]).toMatchObject({
      method: 'POST',
      url: '/v2/apps',
      body: '{"id":"/j","cpus":1,"env":{"A":"b"}}',
    });
    const header = await marathon((_asked, response) =>
      json(response, { id: '/j' }, 201, { 'Marathon-Deployment-Id': 'h' }),
    );
    expect(await header.client.create(definition)).toEqual({ deploymentId: 'h', version: undefined });
  });

  it('cancel a deployment back, or leave it where it stands', async () => {
    const { client, server } = await marathon((asked, response) =>
      asked.url.includes('force') ? response.writeHead(202).end() : json(response, changed),
    );
    expect(await client.cancelDeployment('d', 'rollback')).toEqual({ deploymentId: 'd-1' });
    expect(await client.cancelDeployment('d', 'leave')).toEqual({ deploymentId: undefined });
    expect(server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'DELETE /v2/deployments/d',
      'DELETE /v2/deployments/d?force=true',
    ]);
  });

  it('find a deployment that has ended meanwhile', async () => {
    const { client } = await marathon((_asked, response) =>
      json(response, { message: 'DeploymentPlan d does not exist' }, 404),
    );
    expect(await client.cancelDeployment('d', 'rollback')).toBeUndefined();
    expect(await client.cancelDeployment('d', 'leave')).toBeUndefined();
  });
});

describe('versions', () => {
  it('come newest first', async () => {
    const versions = ['2015-05-08T09:00:00.000Z', '2021-03-05T09:00:00.000Z', '2018-01-01T00:00:00.000Z'];
    const { client } = await marathon(serving({ '/v2/apps/j/versions': { versions } }));
    expect(await client.versions('/j')).toEqual([versions[1], versions[2], versions[0]]);
  });

  it('are apps', async () => {
    const app = JSON.parse(fixture('marathon/rest-1.5/app.json'));
    const { client } = await marathon(serving({ '/v2/apps/j/versions/2015-05-08T09%3A00%3A00.000Z': app }));
    expect(await client.appVersion('/j', '2015-05-08T09:00:00.000Z')).toEqual(app);
  });
});

describe('refusals', () => {
  const refused = async (status: number, body: unknown) => {
    const { client } = await marathon((_asked, response) => json(response, body, status));
    return failureOf(client.setInstances('/j', 1));
  };

  it('name the deployments that hold the app', async () => {
    const error = await refused(409, {
      message: 'App is locked by one or more deployments. Override…',
      deployments: [{ id: '5cd9' }, { id: 'ab12' }],
    });
    expect(error).toMatchObject({
      status: 409,
      deploymentIds: ['5cd9', 'ab12'],
      retryable: false,
      mayHaveArrived: false,
    });
    expect(error.message).toBe('Marathon: PUT /v2/apps/j: 409, locked by deployment 5cd9, ab12');
  });

  it.each<[string, number, unknown, string]>([
    ['0.8, which may not name the lock', 409, { message: 'App is locked', deployments: [] }, 'App is locked'],
    [
      'a name that is taken',
      409,
      { message: 'An app with id [/j] already exists.' },
      'An app with id [/j] already exists.',
    ],
    [
      'a definition that breaks rules',
      422,
      {
        message: 'Object is not valid',
        details: [{ path: '/upgradeStrategy/minimumHealthCapacity', errors: ['is greater than 1', 'is odd'] }],
      },
      'Object is not valid\n/upgradeStrategy/minimumHealthCapacity: is greater than 1, is odd',
    ],
    [
      'more than five broken rules',
      422,
      {
        message: 'Object is not valid',
        details: [1, 2, 3, 4, 5, 6, 7].map((at) => ({ path: `/p${at}`, errors: ['no'] })),
      },
      'Object is not valid\n/p1: no\n/p2: no\n/p3: no\n/p4: no\n/p5: no\nand 2 more',
    ],
    [
      'the older form',
      422,
      { message: 'Bean is not valid', errors: [{ attribute: 'upgradeStrategy', error: 'is bad' }] },
      'Bean is not valid\nupgradeStrategy: is bad',
    ],
    ['0.8, with rules only', 422, { errors: [{ attribute: 'id', error: 'may not be empty' }] }, 'id: may not be empty'],
    [
      'details that are one text',
      400,
      { message: 'Invalid JSON', details: 'unexpected end' },
      'Invalid JSON\nunexpected end',
    ],
    ['too many deployments', 403, { message: 'Max deployments reached' }, 'Max deployments reached'],
    ['a body of another shape', 400, ['nothing', 'known'], '["nothing","known"]'],
  ])('read %s', async (_what, status, body, seen) => {
    expect((await refused(status, body)).seen).toBe(seen);
  });

  it('that are HTML give their title', async () => {
    const { client } = await marathon((_asked, response) => html(response, 502, 'Error 502 Detected proxying loop.'));
    const error = await failureOf(client.app('/j'));
    expect(error).toMatchObject({ status: 502, seen: 'Error 502 Detected proxying loop.', retryable: true });
  });
});

it('gives links a base without slash at the end', () => {
  const common = { credentials: undefined, clock: hastyClock(), scrub: (text: string) => text };
  expect(marathonClient({ ...common, urls: ['http://a:8080/'], publicUrl: undefined }).publicUrl).toBe('http://a:8080');
  expect(marathonClient({ ...common, urls: ['http://a:8080'], publicUrl: 'https://ci/marathon/' }).publicUrl).toBe(
    'https://ci/marathon',
  );
});
