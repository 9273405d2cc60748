import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../src/core/time.js';
import { type Asked, closeServersAfterEach, type Handler } from '../local-server.js';
import { example, jenkins } from './scene.js';
import { addJob, closeWorldsAfterEach, worldOf } from './world.js';

closeServersAfterEach();
closeWorldsAfterEach();

const said = ({ method, url, body }: Asked) => `${method} ${url} ${body}`.trim();

describe.each(['old', 'modern'] as const)('on the %s line', (generation) => {
  it('a build without parameters is queued at once, and found with our account', async () => {
    const { client, clock, world } = await worldOf(generation);
    const before = await client.jobTrace('housekeeping');
    expect(before).toMatchObject({ session: world.current?.session, nextNumber: 1, origins: [] });
    const id = await client.startBuild('housekeeping', undefined);
    expect(await client.queueItem(id ?? 0)).toMatchObject({
      id,
      jenkinsJob: 'housekeeping',
      number: generation === 'old' ? 1 : undefined,
    });
    await clock.advance(SECOND);
    expect((await client.jobTrace('housekeeping'))?.origins).toEqual([
      {
        queueId: generation === 'old' ? undefined : id,
        number: generation === 'old' ? 1 : undefined,
        account: 'chatbot',
        parameters: {},
      },
    ]);
  });

  it('one with parameters waits with them, and the same again is the same item', async () => {
    const { client } = await worldOf(generation);
    const first = await client.startBuild('app-build', { BRANCH: 'fix' });
    const again = await client.startBuild('app-build', { BRANCH: 'fix' });
    expect(again).toBe(first);
    expect(await client.startBuild('app-build', {})).not.toBe(first);
    const { origins } = (await client.jobTrace('app-build')) ?? {};
    expect(origins?.map(({ parameters }) => parameters)).toEqual([
      { BRANCH: 'main', ENV: 'staging' },
      { BRANCH: 'fix', ENV: 'staging' },
    ]);
  });

  it('a password is told by nobody, and a boolean as a word', async () => {
    const { client } = await worldOf(generation);
    await client.startBuild('release', { DRY_RUN: 'false' });
    expect((await client.jobTrace('release'))?.origins[0]?.parameters).toEqual({ VERSION: 'next', DRY_RUN: 'false' });
  });

  it('a branch, a name with a space and a Chinese one are built by their path', async () => {
    const stage = await worldOf(generation);
    for (const name of ['my job', '构建']) addJob(stage, name, 'freestyle');
    for (const name of ['team-a/web/feature%2Flogin', 'my job', '构建']) {
      const id = await stage.client.startBuild(name, name.includes('/') ? undefined : {});
      expect((await stage.client.queueItem(id ?? 0))?.jenkinsJob).toBe(name);
    }
  });

  it('a disabled job, a missing one and a folder are refused', async () => {
    const { client } = await worldOf(generation);
    await expect(client.startBuild('nightly', undefined)).rejects.toMatchObject({
      status: generation === 'old' ? 500 : 409,
    });
    for (const name of ['nope', 'team-a'])
      await expect(client.startBuild(name, undefined)).rejects.toMatchObject({ status: 404, mayHaveArrived: false });
    expect(await client.jobTrace('nope')).toBeUndefined();
  });

  it('one that waits is taken out, which is seen; twice is once, and so is one that never was', async () => {
    const { client } = await worldOf(generation);
    const id = (await client.startBuild('app-build', {})) ?? 0;
    await client.cancelQueueItem(id);
    await client.cancelQueueItem(id);
    await client.cancelQueueItem(99_999);
    expect(await client.queueItem(id)).toMatchObject({ state: 'cancelled', number: undefined, why: '' });
    expect(await client.queueItem(99_999)).toBeUndefined();
  });

  it('a running build is stopped, which is seen; twice is once', async () => {
    const { client, world } = await worldOf(generation);
    world.setBoot(0);
    world.current?.setExecutors(2, 'alice');
    addJob({ client, world } as never, 'on-controller');
    const job = world.current?.home.job('on-controller');
    Object.assign(job ?? {}, { label: undefined, parameters: [] });
    await client.startBuild('on-controller', undefined);
    await client.stopBuild('on-controller', 1, 'stop');
    await client.stopBuild('on-controller', 1, 'stop');
    expect(await client.buildStory('on-controller', 1)).toMatchObject({ isRunning: false, result: 'ABORTED' });
  });

  it('a Pipeline that ignores a stop is ended the hard way, and only a Pipeline', async () => {
    const { client, world } = await worldOf(generation);
    world.current?.setExecutors(2, 'alice');
    const name = 'team-a/web/feature%2Flogin';
    for (const one of [name, 'housekeeping'])
      Object.assign(world.current?.home.job(one) ?? {}, { label: undefined, durationMs: 60 * SECOND });
    for (const one of [name, 'housekeeping']) await client.startBuild(one, undefined);
    const isRunning = async () => (await client.buildStory(name, 1))?.isRunning;
    await client.stopBuild(name, 1, 'stop');
    await client.stopBuild(name, 1, 'term');
    expect(await isRunning()).toBe(true);
    await client.stopBuild(name, 1, 'kill');
    expect(await isRunning()).toBe(false);
    await expect(client.stopBuild('housekeeping', 1, 'term')).rejects.toMatchObject({ status: 404 });
  });
});

/** Without crumbs, every write is answered so. */
const answering = (handler: Handler) =>
  jenkins((asked, response, request) =>
    asked.url?.includes('crumbIssuer') ? void response.writeHead(404).end() : handler(asked, response, request),
  );

describe('a build', () => {
  it.each([
    ['201-build.http', 412],
    ['303-build-already-queued.http', 411],
  ])('is the item that %s names, whatever host that is on', async (file, id) => {
    const { client, server } = await answering(example(file));
    expect(await client.startBuild('team-a/app', { BRANCH: 'a b', delay: '3' })).toBe(id);
    expect(server.asked.map(said).at(-1)).toBe('POST /ci/job/team-a/job/app/buildWithParameters BRANCH=a+b&delay=3');
  });

  it('asks for no quiet period', async () => {
    const { client, server } = await answering(example('201-build.http'));
    await client.startBuild('app', undefined);
    expect(server.asked.map(said).at(-1)).toBe('POST /ci/job/app/build?delay=0sec');
  });

  it('that the queue did not take fails, and was surely not made', async () => {
    const { client } = await answering((_asked, response) => {
      response.writeHead(302, { Location: 'http://ci/job/app/' });
      response.end();
    });
    await expect(client.startBuild('app', undefined)).rejects.toMatchObject({
      status: 302,
      seen: 'the build queue did not take it',
      mayHaveArrived: false,
    });
  });

  it('that was taken without a name has none', async () => {
    const { client } = await answering((_asked, response) => void response.writeHead(201).end());
    expect(await client.startBuild('app', undefined)).toBeUndefined();
  });

  it.each(['503-starting.http', '503-starting-1.596.2.http', '503-restarting.http'])(
    'that found nobody behind %s was surely not made',
    async (file) => {
      const { client } = await answering(example(file));
      await expect(client.startBuild('app', undefined)).rejects.toMatchObject({ status: 503, mayHaveArrived: false });
    },
  );

  it('that got no crumb was never sent', async () => {
    const { client, server } = await jenkins((_asked, response) => void response.writeHead(500).end());
    await expect(client.startBuild('app', undefined)).rejects.toMatchObject({
      request: 'GET /crumbIssuer/api/json',
      status: 500,
      mayHaveArrived: false,
    });
    expect(server.asked.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('is sent once, however it is answered', async () => {
    const { client, server } = await answering((_asked, response) => void response.writeHead(503).end('not now'));
    await expect(client.startBuild('app', undefined)).rejects.toMatchObject({ mayHaveArrived: true });
    expect(server.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('a queue item', () => {
  it.each([
    ['queue-item-started.json', { state: 'started', number: 128 }],
    ['queue-item-cancelled.json', { state: 'cancelled', number: undefined }],
  ])('is read from %s', async (file, seen) => {
    const { client } = await jenkins(example(file));
    expect(await client.queueItem(412)).toMatchObject({
      jenkinsJob: 'app-build',
      causes: [{ text: 'Started by user Chat Bot' }],
      ...seen,
    });
  });

  it('hides a secret in what started it, which is kept with the job that asked', async () => {
    const scrub = (text: string) => text.replaceAll('Chat Bot', '•••');
    const { client } = await jenkins(example('queue-item-cancelled.json'), { scrub });
    expect((await client.queueItem(413))?.causes).toEqual([{ text: 'Started by user •••' }]);
    const list = await jenkins(example('queue.json'), {
      scrub: (text) => text.replaceAll(/Started by|Waiting/g, '•••'),
    });
    const items = await list.client.buildQueue();
    expect(items.flatMap(({ why, causes = [] }) => [why, ...causes.map(({ text }) => text)]).join(' ')).toContain(
      '•••',
    );
    expect(JSON.stringify(items)).not.toMatch(/Started by|Waiting/);
  });
});
