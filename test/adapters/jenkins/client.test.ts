import { describe, expect, it } from 'vitest';
import { failureOf } from '../failing.js';
import { type Asked, closeServersAfterEach, type Handler, json } from '../local-server.js';
import { answer } from './example.js';
import { credentials, example, jenkins } from './scene.js';

closeServersAfterEach();

const path = ({ url }: Asked) => url.split('?', 1)[0];

describe('reads', () => {
  it.each([
    ['api.json', 'https://ci.example.com/'],
    ['api-1.596.2.json', 'http://10.3.1.17:31842/'],
  ])('the controller from %s', async (file, rootUrl) => {
    const { client, server } = await jenkins(example(file));
    expect(await client.controller()).toEqual({
      version: '2.479.3',
      session: 'c0ffee12',
      quietingDown: false,
      numExecutors: 2,
      rootUrl,
    });
    expect(server.asked[0]?.headers).toMatchObject({ authorization: credentials.header(), 'accept-language': 'en' });
    expect(path(server.asked[0] as Asked)).toBe('/ci/api/json');
  });

  it('the executors of a modern controller', async () => {
    const { client } = await jenkins(example('computer.json'));
    const { busy, total, computers } = await client.executors();
    expect({ busy, total }).toEqual({ busy: 1, total: 3 });
    expect(
      computers.map(({ name, isController, offline, builds }) => ({ name, isController, offline, builds })),
    ).toEqual([
      { name: 'Built-In Node', isController: true, offline: false, builds: [] },
      {
        name: 'jenkins-agent-linux-6f2f1f7e-30a2-4c0e-9a55-0f3b8c5f2b11',
        isController: false,
        offline: false,
        builds: [{ name: 'app-build #128', number: 128, path: '/job/app-build/128/' }],
      },
      {
        name: 'jenkins-agent-linux-b1a0e6f4-2d0c-49f7-8f5e-6f4ce3f0a9d2',
        isController: false,
        offline: true,
        builds: [],
      },
    ]);
  });

  it('the executors of an old controller', async () => {
    const { client } = await jenkins(example('computer-1.596.2.json'));
    const { computers } = await client.executors();
    expect(computers.map(({ name, isController }) => [name.slice(0, 6), isController])).toEqual([
      ['master', true],
      ['mesos-', false],
    ]);
    expect(computers[1]?.builds.map(({ name }) => name)).toEqual(['app-build #7', 'nightly #3']);
  });

  it('builds that run beside the executors, and some that may not be seen', async () => {
    const url = 'http://old:1/ci/job/team-a/job/app/job/feature%252Fx/9/';
    const computer = {
      displayName: 'a',
      executors: [{ currentExecutable: null }, {}],
      oneOffExecutors: [{ currentExecutable: { number: 9, url } }],
    };
    const { client } = await jenkins((_asked, response) =>
      json(response, { busyExecutors: 1, totalExecutors: 1, computer: [computer] }),
    );
    const [found] = (await client.executors()).computers;
    expect(found).toMatchObject({
      idle: false,
      builds: [{ name: 'team-a/app/feature%2Fx #9', number: 9, path: '/job/team-a/job/app/job/feature%252Fx/9/' }],
    });
  });

  it.each(['queue.json', 'queue-1.596.2.json'])('the build queue from %s', async (file) => {
    const { client } = await jenkins(example(file));
    const items = await client.buildQueue();
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) expect(item).toMatchObject({ name: 'app-build', why: expect.stringMatching(/\w/) });
    expect(items.at(-1)).toMatchObject({ buildable: true, inQueueSince: expect.any(Number) });
  });

  it('JSON with control characters that 1.596 leaves as they are', async () => {
    const { client } = await jenkins((_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end('{"items":[{"id":1,"inQueueSince":2,"why":"wait\x1b[0m\x00ing","task":{"name":"a"}}]}');
    });
    expect((await client.buildQueue())[0]?.why).toBe('wait[0ming');
  });

  it('who we are', async () => {
    expect(await (await jenkins(example('whoAmI.json'))).client.whoAmI()).toBe('chatbot');
    const nobody = await jenkins((_asked, response) => json(response, { name: 'anonymous', anonymous: true }));
    expect(await nobody.client.whoAmI()).toBe('anonymous');
  });

  it('an empty answer is no data', async () => {
    const { client } = await jenkins(example('200-empty-body.http'));
    expect((await failureOf(client.controller())).seen).toBe('answered nothing at all');
  });
});

describe('refusals', () => {
  it.each([
    ['401-bad-token.http', /^the user name or API token is refused/],
    ['403-permission.http', /^chatbot lacks the right Overall\/Administer$/],
    ['403-permission-1.596.2.http', /^chatbot lacks the right Overall\/RunScripts$/],
    ['403-anonymous.http', /^it wants a user name and an API token: anonymous lacks the right Overall\/Read$/],
    ['404.http', /^not found, or no right to see it$/],
    ['404-1.596.2.http', /^not found, or no right to see it$/],
    ['405-get-on-post.http', /^POST required$/],
    ['409-not-buildable.http', /^nightly is not buildable$/],
    ['500-oops.http', /^a fault inside Jenkins, logging ID 0b8d2c6e-2f0a-4f5e-9d0c-5e1f6a7b8c9d in its log$/],
    ['503-starting.http', /^Jenkins is starting$/],
    ['503-restarting.http', /^Restarting Jenkins$/],
  ])('%s', async (file, seen) => {
    const { client } = await jenkins(example(file));
    expect((await failureOf(client.controller())).seen).toMatch(seen);
  });
});

describe('writes', () => {
  const done: Handler = (_asked, response) => response.writeHead(302, { Location: '.' }).end();

  it('take a redirect for success, and never follow it', async () => {
    const { client, server } = await jenkins((asked, response, request) =>
      asked.method === 'GET' ? answer(response, '404.http') : done(asked, response, request),
    );
    await client.quietDown('deploy by @ana & co');
    await client.cancelQuietDown();
    expect(server.asked.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
      'GET /ci/crumbIssuer/api/json ',
      'POST /ci/quietDown?reason=deploy+by+%40ana+%26+co&message=deploy+by+%40ana+%26+co ',
      'POST /ci/cancelQuietDown ',
    ]);
  });

  it('carry the crumb as header and as form field, in the session it was made in', async () => {
    const { client, server } = await jenkins((asked, response, request) =>
      asked.method === 'GET'
        ? answer(response, 'crumb.json', { 'Set-Cookie': 'JSESSIONID.7a3f=node01abc; Path=/; HttpOnly' })
        : done(asked, response, request),
    );
    await client.cancelQuietDown();
    const value = '8d3f2c1b9a0e4d5c6b7a8f9e0d1c2b3a4f5e6d7c8b9a0f1e2d3c4b5a69788f9e';
    expect(server.asked[1]?.headers).toMatchObject({ 'jenkins-crumb': value, cookie: 'JSESSIONID.7a3f=node01abc' });
    expect(server.asked[1]?.body).toBe(`Jenkins-Crumb=${value}`);
  });

  it('use the field that an old core names', async () => {
    const { client, server } = await jenkins((asked, response, request) =>
      asked.method === 'GET' ? answer(response, 'crumb-1.596.2.json') : done(asked, response, request),
    );
    await client.cancelQuietDown();
    expect(server.asked[1]?.headers['.crumb']).toBe('5c1a0f4be27d93886a1b2c3d4e5f6071');
  });

  it.each(['403-crumb.http', '403-crumb-1.596.2.http'])('get one fresh crumb after %s, then give up', async (file) => {
    let crumbs = 0;
    let valid = 2;
    const { client, server } = await jenkins((asked, response, request) => {
      if (asked.method === 'GET') {
        crumbs += 1;
        return json(response, { crumb: String(crumbs), crumbRequestField: 'Jenkins-Crumb' });
      }
      return asked.headers['jenkins-crumb'] === String(valid) ? done(asked, response, request) : answer(response, file);
    });
    await client.cancelQuietDown();
    expect(server.asked.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'POST']);
    valid = 0;
    expect((await failureOf(client.cancelQuietDown())).seen).toBe('No valid crumb was included in the request');
    expect(server.asked).toHaveLength(4 + 3);
  });

  it('that end at a login page have not been done', async () => {
    const { client } = await jenkins((asked, response) =>
      asked.method === 'GET'
        ? answer(response, '403-anonymous.http')
        : response.writeHead(302, { Location: '/securityRealm/commenceLogin?from=%2F' }).end(),
    );
    expect((await failureOf(client.cancelQuietDown())).seen).toBe('sends us to its login page instead');
  });

  it('without the right say which one is missing', async () => {
    const { client, server } = await jenkins((asked, response) =>
      answer(response, asked.method === 'GET' ? '404.http' : '403-permission.http'),
    );
    expect(await failureOf(client.cancelQuietDown())).toMatchObject({
      status: 403,
      seen: 'chatbot lacks the right Overall/Administer',
      mayHaveArrived: false,
    });
    expect(server.asked).toHaveLength(2);
  });
});
