// The simulated Jenkins over HTTP: who gets in, what actions do and answer, and what the access log says of them.
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { BOOT_MS, scene, upScene } from './jenkins-scene.js';

type Stage = Awaited<ReturnType<typeof scene>>;
let stage: Stage | undefined;
afterEach(() => stage?.close());

async function up(generation: 'old' | 'modern' = 'modern', options: object = {}) {
  const made = await upScene({ generation, ...options });
  stage = made;
  return made;
}

const queueId = (answer: Response) => Number(/\/queue\/item\/(\d+)\/$/.exec(answer.headers.get('location') ?? '')?.[1]);

describe('the state of the controller', () => {
  it('shows as a closed socket, 503, 200 with a session, and a closed socket again', async () => {
    stage = await scene({ generation: 'old' });
    const { clock, call, launch, kill } = stage;
    const seen = async () => (await call('login').catch(() => undefined))?.status;
    expect(await seen()).toBeUndefined();
    const taskId = launch();
    await clock.advance(3 * SECOND);
    expect(await seen()).toBeUndefined();
    await clock.advance(10 * SECOND);
    expect(await seen()).toBe(503);
    await clock.advance(40 * SECOND);
    expect(await seen()).toBe(200);
    kill(taskId);
    await clock.advance(5 * SECOND);
    expect(await seen()).toBeUndefined();
  });

  it('is told at the address of its task, and nobody answers at the address it has left', async () => {
    const { world, url, launch, kill, clock, taskId } = await up();
    const at = (host: string) =>
      new Promise<number | undefined>((resolve) => {
        request(`${url}/login`, { headers: { host } }, (answer) => resolve(answer.resume().statusCode))
          .on('error', () => resolve(undefined))
          .end();
      });
    const before = world.current?.address ?? '';
    expect(before).toMatch(/^192\.168\.3\.\d+:\d+$/);
    expect(await at(before)).toBe(200);
    kill(taskId);
    launch();
    await clock.advance(BOOT_MS);
    const after = world.current?.address ?? '';
    expect(after).not.toBe(before);
    expect([await at(before), await at(after), await at('ci.example.com')]).toEqual([undefined, 200, 200]);
  });

  it('is silence behind a partition, although the process lives on', async () => {
    const reach = { works: true };
    const { call, world } = await up('old', { isReachable: () => reach.works });
    reach.works = false;
    await expect(call('login')).rejects.toThrow();
    expect(world.controllers).toHaveLength(1);
  });

  it('keeps the prefix it was started with', async () => {
    const { call } = await up('old', { prefix: '/ci' });
    expect((await call('ci/api/json')).status).toBe(200);
    expect((await call('api/json')).status).toBe(404);
  });
});

describe('credentials', () => {
  it('are needed for everything but the login page', async () => {
    const { url } = await up();
    expect((await fetch(`${url}/login`)).status).toBe(200);
    expect((await fetch(`${url}/api/json`)).status).toBe(403);
  });

  it('are needed for nothing when security is off, as in the article', async () => {
    const { url } = await up('old', { security: false });
    expect((await fetch(`${url}/api/json`)).status).toBe(200);
    expect((await fetch(`${url}/quietDown`, { method: 'POST', redirect: 'manual' })).status).toBe(302);
  });

  it('stop working when the token expires, until a new one is made', async () => {
    const { call, world } = await up();
    world.expireToken();
    expect((await call('api/json')).status).toBe(401);
    world.renewToken();
    expect((await call('api/json')).status).toBe(200);
  });
});

describe('crumbs', () => {
  it('are asked of tokens on old cores, and taken as header or form field', async () => {
    const { post, call, get } = await up('old', { useCrumbs: true });
    expect((await post('quietDown')).status).toBe(403);
    const { crumb, crumbRequestField } = await get<{ crumb: string; crumbRequestField: string }>(
      'crumbIssuer/api/json',
    );
    expect(crumbRequestField).toBe('.crumb');
    expect((await post('quietDown', { [crumbRequestField]: crumb })).status).toBe(302);
    expect((await call('quietDown', { method: 'POST', headers: { '.crumb': crumb } })).status).toBe(302);
  });

  it('belong to the HTTP session on modern cores, where only passwords need them', async () => {
    const { call, post, world } = await up();
    expect((await post('quietDown')).status).toBe(302);
    const pair = Buffer.from(`${world.accounts.user}:${world.accounts.password}`).toString('base64');
    const authorization = `Basic ${pair}`;
    const issued = await call('crumbIssuer/api/json', { headers: { authorization } });
    const { crumb } = (await issued.json()) as { crumb: string };
    const cookie = issued.headers.get('set-cookie')?.split(';')[0] ?? '';
    const send = (headers: Record<string, string>) =>
      call('quietDown', { method: 'POST', headers: { authorization, ...headers } });
    expect((await send({ 'jenkins-crumb': crumb })).status).toBe(403);
    expect((await send({ 'jenkins-crumb': crumb, cookie })).status).toBe(302);
  });

  it('are unknown where protection is off', async () => {
    expect((await (await up('old')).call('crumbIssuer/api/json')).status).toBe(404);
  });
});

describe('builds', () => {
  it('are queued at an absolute location, start, and leave the queue item behind for five minutes', async () => {
    const { post, get, call, clock, url } = await up('old');
    const answer = await post('job/housekeeping/build?delay=0sec');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${url}/queue/item/${queueId(answer)}/`);
    const item = await get(`queue/item/${queueId(answer)}/api/json`);
    expect(item).toMatchObject({ cancelled: false, why: null, executable: { number: 1 } });
    const build = await get('job/housekeeping/1/api/json');
    expect(build).toMatchObject({ building: true, result: null, id: '2015-05-28_18-01-00', builtOn: '' });
    await clock.advance(5 * MINUTE + SECOND);
    expect((await call(`queue/item/${queueId(answer)}/api/json`)).status).toBe(404);
    expect(await get('job/housekeeping/lastBuild/api/json')).toMatchObject({ result: 'SUCCESS', duration: 20_000 });
  });

  it('take their parameters, defaults for those left out, and drop names the job does not know', async () => {
    const { post, get } = await up();
    const answer = await post('job/app-build/buildWithParameters', { BRANCH: 'fix', SHOE: '42' });
    const item = await get(`queue/item/${queueId(answer)}/api/json`);
    expect(item['params']).toBe('\nBRANCH=fix\nENV=staging');
  });

  it('are not queued twice with the same parameters: 303 on modern cores, 201 on old ones', async () => {
    for (const [generation, status] of [
      ['modern', 303],
      ['old', 201],
    ] as const) {
      const { post, close, world } = await upScene({ generation });
      const first = await post('job/app-build/buildWithParameters');
      const second = await post('job/app-build/buildWithParameters');
      expect([second.status, queueId(second)]).toEqual([status, queueId(first)]);
      expect(world.accessLog.map((entry) => entry.tookEffect)).toEqual([true, false]);
      await close();
    }
  });

  it.each([
    ['modern', 'job/app-build/build', 400, 'Nothing is submitted'],
    ['old', 'job/app-build/build', 400, 'This page expects a form submission'],
    ['modern', 'job/nightly/build', 409, 'nightly is not buildable'],
    ['old', 'job/nightly/build', 500, 'nightly is not buildable'],
    ['modern', 'job/housekeeping/buildWithParameters', 500, 'Logging ID'],
    ['modern', 'job/nope/build', 404, 'Not Found'],
  ] as const)('are refused on the %s line: %s → %i', async (generation, path, status, words) => {
    const { post } = await up(generation);
    const answer = await post(path);
    expect([answer.status, (await answer.text()).includes(words)]).toEqual([status, true]);
  });

  it('are found in folders and branches, whose names are encoded twice', async () => {
    const { get, call } = await up();
    const folder = await get<{ jobs: { name: string; url: string }[] }>('job/team-a/api/json');
    expect(folder.jobs.map((job) => job.name)).toEqual(['api', 'web']);
    const branch = await get('job/team-a/job/web/job/feature%252Flogin/api/json');
    expect(branch).toMatchObject({ fullName: 'team-a/web/feature%2Flogin', displayName: 'feature/login' });
    expect(branch['url']).toMatch(/\/job\/team-a\/job\/web\/job\/feature%252Flogin\/$/);
    expect((await call('job/team-a/job/web/job/feature%2Flogin/api/json')).status).toBe(404);
  });

  it('have a log that is read on from where the reader was', async () => {
    const { post, call, clock } = await up('old');
    await post('job/housekeeping/build?delay=0sec');
    const log = (start: number) => call(`job/housekeeping/1/logText/progressiveText?start=${start}`);
    const first = await log(0);
    expect(first.headers.get('x-more-data')).toBe('true');
    const size = Number(first.headers.get('x-text-size'));
    const text = await first.text();
    expect([text.length, text.startsWith('Started by user Chat Bot\r\n')]).toEqual([size, true]);
    await clock.advance(30 * SECOND);
    const rest = await log(size);
    expect(rest.headers.has('x-more-data')).toBe(false);
    expect(await rest.text()).toMatch(/^\[housekeeping\] step 1 done\r\n[\s\S]*Finished: SUCCESS\r\n$/);
    expect(await (await log(1_000_000)).text()).toBe(await (await log(0)).text());
  });

  it('are stopped, and taken out of the queue, each as its line answers', async () => {
    const { post, get } = await up();
    const { status } = await post(`queue/cancelItem?id=${queueId(await post('job/load-test/buildWithParameters'))}`);
    expect([status, (await post('queue/cancelItem?id=99')).status]).toEqual([204, 404]);
    const old = await upScene({ generation: 'old' });
    expect((await old.post('queue/cancelItem?id=99')).status).toBe(302);
    await old.post('job/housekeeping/build?delay=0sec');
    expect((await old.post('job/housekeeping/1/stop')).status).toBe(302);
    expect(await old.get('job/housekeeping/1/api/json')).toMatchObject({ building: false, result: 'ABORTED' });
    expect((await old.post('job/housekeeping/1/stop')).status).toBe(302);
    expect(old.world.accessLog.map((entry) => [entry.action, entry.tookEffect])).toEqual([
      ['cancelItem', false],
      ['build', true],
      ['stop', true],
      ['stop', false],
    ]);
    await old.close();
    expect(await get('queue/api/json')).toMatchObject({ items: [] });
  });
});

describe('quiet down', () => {
  it('is set with its reason, seen, and taken back', async () => {
    const { post, get, world } = await up();
    await post('quietDown?message=deploy');
    await post('quietDown?message=deploy');
    expect(await get('api/json')).toMatchObject({ quietingDown: true, quietDownReason: 'deploy' });
    await post('cancelQuietDown');
    expect(await get('api/json')).toMatchObject({ quietingDown: false, quietDownReason: null });
    expect(world.accessLog.map((entry) => entry.tookEffect)).toEqual([true, false, true]);
  });
});

it('shows the SCM sync footer below old pages, anonymous readers included', async () => {
  const { url, world, clock } = await up('old');
  const footer = async () =>
    /SCM Sync status : <img src="([^"]*)"[^>]*>\s*([\s\S]*?)<\/span>/.exec(await (await fetch(`${url}/login`)).text());
  expect((await footer())?.[2]).toMatch(/^Last operation @ Thu May 28/);
  world.failGitPush(true);
  world.changeConfig();
  await clock.advance(10 * SECOND);
  expect((await footer())?.[1]).toContain('error.png');
  expect((await footer())?.[2]).toContain('Error while checking in file to scm repository<br/>');
});

it('meets the faults a test asks for, and tells in the log what was applied', async () => {
  const { faults, post, world } = await up();
  faults.push({ match: ({ path }) => path === '/quietDown', times: 1, how: 'apply-then-close' });
  await expect(post('quietDown')).rejects.toThrow();
  expect(world.accessLog).toMatchObject([
    { action: 'quietDown', method: 'POST', path: '/quietDown', tookEffect: true },
  ]);
});
