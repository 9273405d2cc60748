import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/cluster.js';
import { failureOf, fixture } from '../failing.js';
import { closeServersAfterEach, type Handler, html, json } from '../local-server.js';
import { marathon, serving } from './scene.js';

closeServersAfterEach();

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

  it.each(['0.8.2', '1.3.14', '1.5.15', '1.11.24-SNAPSHOT'])(
    'restart and roll back as %s wants it, never forced',
    async (version) => {
      const { client, server } = await marathon(speaking(version));
      expect(await client.restart('/ci/jenkins')).toEqual(changed);
      expect(await client.rollBack('/j', '2015-05-08T09:00:00.000Z')).toEqual(changed);
      expect(server.asked).toMatchObject([
        { method: 'POST', url: '/v2/apps/ci/jenkins/restart', body: '' },
        { method: 'PUT', url: '/v2/apps/j', body: '{"version":"2015-05-08T09:00:00.000Z"}' },
      ]);
      expect(server.asked[0]?.headers['content-length']).toBe('0');
    },
  );

  it('are not sent again when nobody answers', async () => {
    const { client, server } = await marathon((_asked, _response, request) => request.socket.destroy());
    expect(await failureOf(client.restart('/j'))).toMatchObject({ mayHaveArrived: true, retryable: true });
    expect(server.asked).toHaveLength(1);
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
