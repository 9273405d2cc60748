import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../src/core/time.js';
import { BOOT_MS } from '../../playground/jenkins-scene.js';
import { failureOf, fixture } from '../failing.js';
import { closeServersAfterEach, json } from '../local-server.js';
import { answer } from './example.js';
import { jenkins } from './scene.js';
import { addBuild, addJob, closeWorldsAfterEach, worldOf } from './world.js';

closeServersAfterEach();
closeWorldsAfterEach();

const parsed = (name: string) => JSON.parse(fixture(`jenkins/${name}`));

describe.each(['old', 'modern'] as const)('builds of the %s line', (generation) => {
  it('are those of every job, in folders and branches too, with their full names', async () => {
    const stage = await worldOf(generation);
    const now = stage.clock.now();
    addBuild(stage, 'app-build', now - 2 * HOUR, 'FAILURE');
    addBuild(stage, 'app-build', now - MINUTE);
    addBuild(stage, 'team-a/api', now - HOUR, 'SUCCESS');
    addBuild(stage, 'team-a/web/feature%2Flogin', now - HOUR, 'ABORTED');
    expect(await stage.client.builds(0)).toEqual({
      builds: [
        { jenkinsJob: 'app-build', number: 2, at: now - MINUTE, durationMs: 0, result: undefined },
        { jenkinsJob: 'app-build', number: 1, at: now - 2 * HOUR, durationMs: MINUTE, result: 'FAILURE' },
        { jenkinsJob: 'team-a/api', number: 1, at: now - HOUR, durationMs: MINUTE, result: 'SUCCESS' },
        {
          jenkinsJob: 'team-a/web/feature%2Flogin',
          number: 1,
          at: now - HOUR,
          durationMs: MINUTE,
          result: 'ABORTED',
        },
      ],
      isCut: false,
    });
  });

  it('are none where nothing was built', async () => {
    const { client } = await worldOf(generation);
    expect(await client.builds(0)).toEqual({ builds: [], isCut: false });
  });

  it('begin at the moment asked for', async () => {
    const stage = await worldOf(generation);
    const now = stage.clock.now();
    for (const hours of [3, 2, 1]) addBuild(stage, 'app-build', now - hours * HOUR, 'SUCCESS');
    const { builds } = await stage.client.builds(now - 2 * HOUR);
    expect(builds.map(({ number }) => number)).toEqual([3, 2]);
  });

  it('are at least those told, when a job has more than Jenkins lists', async () => {
    const stage = await worldOf(generation);
    const now = stage.clock.now();
    for (let age = 120; age > 0; age -= 1) addBuild(stage, 'app-build', now - age * MINUTE, 'SUCCESS');
    const all = await stage.client.builds(0);
    expect([all.builds.length, all.isCut]).toEqual([100, true]);
    const some = await stage.client.builds(now - 99 * MINUTE);
    expect([some.builds.length, some.isCut]).toEqual([99, false]);
  });

  it.each(['release notes & more', 'a+b;c=d', '100% sure?', 'übung #1', '日報'])(
    'of a job called "%s" carry that name, in a folder too',
    async (name) => {
      const stage = await worldOf(generation);
      addJob(stage, name);
      addJob(stage, `team-a/${name}`);
      addBuild(stage, name, 1, 'SUCCESS');
      addBuild(stage, `team-a/${name}`, 2, 'SUCCESS');
      const { builds } = await stage.client.builds(0);
      expect(builds.map(({ jenkinsJob }) => jenkinsJob).sort()).toEqual([name, `team-a/${name}`].sort());
    },
  );

  it('are told page by page where jobs are many', async () => {
    const stage = await worldOf(generation);
    addJob(stage, 'team b', 'folder');
    addJob(stage, 'team b/shop', 'multibranch');
    const branches = Array.from({ length: 450 }, (_, index) => `team b/shop/feature%2F${index}`);
    const jobs = Array.from({ length: 230 }, (_, index) => `job-${index}`);
    for (const name of [...jobs, ...branches]) {
      addJob(stage, name);
      addBuild(stage, name, 1, 'SUCCESS');
    }
    const { builds, isCut } = await stage.client.builds(0);
    expect(builds.map(({ jenkinsJob }) => jenkinsJob).sort()).toEqual([...jobs, ...branches].sort());
    expect(isCut).toBe(false);
  });

  it('deeper than three levels are left out, which is said', async () => {
    const stage = await worldOf(generation);
    for (const folder of ['a', 'a/b', 'a/b/c']) addJob(stage, folder, 'folder');
    expect((await stage.client.builds(0)).isCut).toBe(false);
    addJob(stage, 'a/b/c/d');
    addBuild(stage, 'a/b/c/d', 1, 'SUCCESS');
    expect(await stage.client.builds(0)).toEqual({ builds: [], isCut: true });
  });

  it('are forgotten with the controller that made them', async () => {
    const stage = await worldOf(generation);
    addBuild(stage, 'app-build', 1, 'SUCCESS');
    stage.kill(stage.taskId);
    stage.launch();
    await stage.clock.advance(2 * BOOT_MS);
    expect(await stage.client.builds(0)).toEqual({ builds: [], isCut: false });
  });
});

describe('builds', () => {
  it.each([
    [
      'api.json',
      'job.json',
      [
        { jenkinsJob: 'app-build', number: 128, at: 1753862410456, durationMs: 0, result: undefined },
        { jenkinsJob: 'app-build', number: 127, at: 1753858800456, durationMs: 182345, result: 'UNSTABLE' },
      ],
    ],
    [
      'api-1.596.2.json',
      'job-1.596.2.json',
      [{ jenkinsJob: 'app-build', number: 7, at: 1432807652652, durationMs: 48211, result: 'SUCCESS' }],
    ],
  ])('are read out of jobs as %s and %s show them', async (api, job, builds) => {
    const [, ...others] = parsed(api).jobs;
    const { client, server } = await jenkins((_asked, response) =>
      json(response, { ...parsed(api), jobs: [parsed(job), ...others] }),
    );
    expect(await client.builds(0)).toEqual({ builds, isCut: false });
    expect(server.asked).toHaveLength(1);
  });

  it('are asked for once, three levels down, and only for what is used', async () => {
    const { client, server } = await jenkins((_asked, response) => json(response, { jobs: [] }));
    await client.builds(0);
    const url = new URL(server.asked[0]?.url ?? '', server.url);
    const job = 'url,color,builds[number,result,building,timestamp,duration]{0,100}';
    expect(url.pathname).toBe('/ci/api/json');
    expect(url.searchParams.get('tree')).toBe(
      `jobs[${job},jobs[${job},jobs[${job},jobs[url]{0,1}]{0,200}]{0,200}]{0,200}`,
    );
  });

  it('carry names from paths, wherever the host is said to be and whatever is missing', async () => {
    const url = 'http://old-host:1/ci/job/team-a/job/app/job/feature%252Fx/';
    const build = { number: 3, timestamp: 5, result: null, building: false, duration: null, keepLog: true };
    const branch = { url, color: 'red', builds: [build, null, { ...build, number: 2, result: 'FAILURE' }] };
    const odd = [null, {}, { color: 'blue' }, { url: 'http://h/job/new/', color: 'notbuilt' }, { url: 'http://h/x' }];
    const folder = (path: string, jobs: unknown) => ({ url: `http://h/${path}`, jobs, builds: null });
    const jobs = [...odd, folder('job/team-a/', [folder('job/team-a/job/app/', [branch])]), folder('job/b/', null)];
    const { client } = await jenkins((_asked, response) => json(response, { jobs, views: [] }));
    const about = { jenkinsJob: 'team-a/app/feature%2Fx', at: 5, durationMs: 0 };
    expect(await client.builds(0)).toEqual({
      builds: [
        { ...about, number: 3, result: undefined },
        { ...about, number: 2, result: 'FAILURE' },
      ],
      isCut: false,
    });
  });

  it('have no result before their end, though a Pipeline may know it', async () => {
    const build = { number: 1, timestamp: 5, result: 'FAILURE', building: true, duration: 7 };
    const jobs = [{ url: 'http://h/job/a/', color: 'red_anime', builds: [build] }];
    const { client } = await jenkins((_asked, response) => json(response, { jobs }));
    const { builds } = await client.builds(0);
    expect(builds).toEqual([{ jenkinsJob: 'a', number: 1, at: 5, durationMs: 0, result: undefined }]);
  });

  it('of a job that moves to the next page meanwhile are counted once', async () => {
    const job = (index: number) => ({
      url: `http://h/job/j${index}/`,
      color: 'blue',
      builds: [{ number: 1, timestamp: 5, result: 'SUCCESS', building: false, duration: 7 }],
    });
    const { client } = await jenkins(({ url }, response) => {
      const isFirst = decodeURIComponent(url).endsWith('{0,200}');
      json(response, { jobs: isFirst ? Array.from({ length: 200 }, (_, index) => job(index)) : [job(199), job(200)] });
    });
    expect((await client.builds(0)).builds).toHaveLength(201);
  });

  it('are cut where the pages do not end', async () => {
    const jobs = Array.from({ length: 200 }, (_, index) => ({ url: `http://h/job/j${index}/`, color: 'blue' }));
    const { client, server } = await jenkins((_asked, response) => json(response, { jobs }));
    expect(await client.builds(0)).toEqual({ builds: [], isCut: true });
    expect(server.asked).toHaveLength(10);
  });

  it('of further pages are asked for where the folder is, by its names and no host of an answer', async () => {
    const within = Array.from({ length: 200 }, (_, index) => ({
      url: `http://h/job/a%20b/job/j${index}/`,
      color: 'blue',
    }));
    const { client, server } = await jenkins(({ url }, response) =>
      json(response, { jobs: url.startsWith('/ci/api/') ? [{ url: 'http://evil/job/a%20b/?x', jobs: within }] : [] }),
    );
    await client.builds(0);
    const paths = server.asked.map(({ url }) => decodeURIComponent(url.replace('?', ' ')));
    expect(paths[1]).toMatch(/^\/ci\/job\/a b\/api\/json tree=.*\{200,400\}$/);
    expect(paths).toHaveLength(2);
  });

  it.each([
    ['403-permission.http', 403, 'chatbot lacks the right Overall/Administer'],
    ['403-anonymous.http', 403, 'it wants a user name and an API token: anonymous lacks the right Overall/Read'],
    ['503-starting.http', 503, 'Jenkins is starting'],
  ])('are refused with %s as every other read', async (file, status, seen) => {
    const { client } = await jenkins((_asked, response) => answer(response, file));
    expect(await failureOf(client.builds(0))).toMatchObject({ request: 'GET /api/json', status, seen });
  });

  it('are no empty list where the answer is another one', async () => {
    const { client } = await jenkins((_asked, response) => json(response, {}));
    expect((await failureOf(client.builds(0))).seen).toMatch(/^answered something else than expected: jobs: /);
  });

  it('may take twice as long as other reads', async () => {
    const { client } = await jenkins(() => {}, { timeouts: { readMs: 30 } });
    expect((await failureOf(client.builds(0))).seen).toBe('did not answer within 0.06 s');
  });
});
