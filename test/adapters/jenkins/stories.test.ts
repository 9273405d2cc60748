import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../src/core/time.js';
import { failureOf, fixture } from '../failing.js';
import { closeServersAfterEach, html, json } from '../local-server.js';
import { answer } from './example.js';
import { example, jenkins } from './scene.js';
import { addBuild, addJob, closeWorldsAfterEach, worldOf } from './world.js';

closeServersAfterEach();
closeWorldsAfterEach();

const parsed = (name: string) => JSON.parse(fixture(`jenkins/${name}`));

describe('one build', () => {
  it('of the modern line: parameters, commits and the node it ran on', async () => {
    const { client, server } = await jenkins(example('build.json'));
    expect(await client.buildStory('team-a/web/feature%2Fx', 127)).toEqual({
      jenkinsJob: 'team-a/web/feature%2Fx',
      number: 127,
      at: 1753858800456,
      isRunning: false,
      durationMs: 182_345,
      estimateMs: 180_211,
      result: 'UNSTABLE',
      nodeName: 'jenkins-agent-linux-6f2f1f7e-30a2-4c0e-9a55-0f3b8c5f2b11',
      causes: [{ text: 'Started by user Chat Bot' }],
      commits: [{ subject: 'Fix retry', author: 'Alice' }],
    });
    expect(server.asked[0]?.url).toContain('/ci/job/team-a/job/web/job/feature%252Fx/127/api/json?tree=');
  });

  it('of the old line, whose id is a date', async () => {
    const { client } = await jenkins(example('build-1.596.2.json'));
    expect(await client.buildStory('app-build', 7)).toMatchObject({
      number: 7,
      durationMs: 48_211,
      estimateMs: 47_002,
      result: 'SUCCESS',
      causes: [{ text: 'Started by user anonymous' }],
      commits: [],
    });
  });

  it('of a Pipeline: several repositories, no node, a result before its end', async () => {
    const { builtOn: _, changeSet, ...rest } = parsed('build.json');
    const changeSets = [changeSet, { items: [{ msg: 'Second\nline two', author: null }, null] }, null];
    const { client } = await jenkins((_asked, response) =>
      json(response, { ...rest, changeSets, building: true, result: 'SUCCESS', estimatedDuration: -1 }),
    );
    expect(await client.buildStory('app', 127)).toMatchObject({
      isRunning: true,
      result: undefined,
      durationMs: 0,
      estimateMs: undefined,
      nodeName: undefined,
      commits: [
        { subject: 'Fix retry', author: 'Alice' },
        { subject: 'Second', author: undefined },
      ],
    });
  });

  it('with control characters, which 1.596 does not escape, and with causes of several lines', async () => {
    const text = fixture('jenkins/build-1.596.2.json').replace(
      'by user anonymous',
      'by an \u0007upstream\\nbecause of',
    );
    const { client } = await jenkins((_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(text);
    });
    expect((await client.buildStory('app', 7))?.causes).toEqual([{ text: 'Started by an upstream' }]);
  });

  it('with a secret in what people wrote, which is hidden before anybody shortens it', async () => {
    const text = fixture('jenkins/build.json').replace('Fix retry"', 'Fix hunter2"').replaceAll('Chat Bot', 'hunter2');
    const scrub = (secret: string) => secret.replaceAll('hunter2', '***');
    const { client } = await jenkins((_asked, response) => json(response, JSON.parse(text)), { scrub });
    expect(await client.buildStory('app', 127)).toMatchObject({
      causes: [{ text: 'Started by user ***' }],
      commits: [{ subject: 'Fix ***' }],
    });
  });

  it.each(['404.http', '404-1.596.2.http'])('that is not there, or not for us (%s)', async (file) => {
    const { client } = await jenkins((_asked, response) => answer(response, file));
    expect([await client.buildStory('app', 1), await client.buildsOf('app', 3)]).toEqual([undefined, undefined]);
  });

  it('that may not be read: which right is missing', async () => {
    const { client } = await jenkins(example('403-permission.http'));
    expect((await failureOf(client.buildStory('app', 1))).seen).toBe('chatbot lacks the right Overall/Administer');
  });

  it.each([
    ['503-restarting.http', /restarting/i],
    ['503-starting-1.596.2.http', /Jenkins is starting/],
    ['200-empty-body.http', /answered nothing at all/],
  ])('of a Jenkins that restarts in the middle (%s)', async (file, seen) => {
    const { client } = await jenkins(example(file));
    expect((await failureOf(client.buildsOf('app', 1))).seen).toMatch(seen);
  });

  it('that is a page of somebody else', async () => {
    const { client } = await jenkins((_asked, response) => html(response, 200, 'Sign in'));
    expect((await failureOf(client.buildStory('app', 1))).seen).toMatch(/HTML/);
  });
});

describe.each(['old', 'modern'] as const)('builds of the %s line', (generation) => {
  it('of one job are the newest first, running ones too, with what is new in them', async () => {
    const stage = await worldOf(generation);
    const now = stage.clock.now();
    addBuild(stage, 'team-a/web/main', now - 2 * HOUR, 'FAILURE');
    addBuild(stage, 'team-a/web/main', now - HOUR, 'SUCCESS');
    addBuild(stage, 'team-a/web/main', now - MINUTE);
    const builds = await stage.client.buildsOf('team-a/web/main', 2);
    expect(builds).toMatchObject([
      { number: 3, isRunning: true, estimateMs: MINUTE, causes: [{ text: 'Started by an SCM change' }] },
      { number: 2, isRunning: false, result: 'SUCCESS', durationMs: MINUTE },
    ]);
    expect(builds?.map(({ commits }) => commits.length)).toEqual([1, 3]);
  });

  it('of a job that was never built are none', async () => {
    const { client } = await worldOf(generation);
    expect(await client.buildsOf('app-build', 3)).toEqual([]);
    expect(await client.newestBuilds(3)).toEqual({ builds: [], isCut: false });
  });

  it('that run are found on every node, with all that is told of them', async () => {
    const stage = await worldOf(generation);
    const controller = stage.world.current;
    const job = controller?.home.job('housekeeping');
    if (controller === undefined || job === undefined) throw new Error('no controller');
    job.label = undefined;
    controller.setExecutors(2, 'alice');
    controller.build(job, { quietMs: 0 });
    const cause = { text: 'Started by an SCM change' };
    expect(await stage.client.runningBuilds()).toMatchObject([
      { jenkinsJob: 'housekeeping', number: 1, isRunning: true, nodeName: '', causes: [cause] },
    ]);
  });

  it('of all jobs are the newest wherever they lie', async () => {
    const stage = await worldOf(generation);
    const now = stage.clock.now();
    for (const minutes of [9, 8, 3]) addBuild(stage, 'team-a/api', now - minutes * MINUTE, 'SUCCESS');
    for (const minutes of [7, 2]) addBuild(stage, 'app-build', now - minutes * MINUTE, 'FAILURE');
    addBuild(stage, 'team-a/web/feature%2Flogin', now - MINUTE);
    const { builds, isCut } = await stage.client.newestBuilds(4);
    expect(builds.map(({ jenkinsJob, number }) => `${jenkinsJob}#${number}`)).toEqual([
      'team-a/web/feature%2Flogin#1',
      'app-build#2',
      'team-a/api#3',
      'app-build#1',
    ]);
    expect(isCut).toBe(false);
  });

  it('of 5,000 jobs are found page by page', async () => {
    const stage = await worldOf(generation);
    for (let number = 0; number < 5_000; number += 1) addJob(stage, `job ${number}`);
    addBuild(stage, 'job 4999', stage.clock.now() - HOUR, 'SUCCESS');
    addBuild(stage, 'job 7', stage.clock.now() - MINUTE, 'SUCCESS');
    const { builds, isCut } = await stage.client.newestBuilds(10);
    expect([builds.map(({ jenkinsJob }) => jenkinsJob), isCut]).toEqual([['job 7', 'job 4999'], false]);
  }, 30_000);
});

describe('what runs', () => {
  const build = { number: 9, url: 'http://old:1/ci/job/team-a/job/app/9/', timestamp: 1, building: true };

  it('is told once where it occupies two places, and passed over where it is no build or may not be seen', async () => {
    const computer = [
      { executors: [{ currentExecutable: build }, { currentExecutable: null }, {}, null] },
      { oneOffExecutors: [{ currentExecutable: build }, { currentExecutable: { displayName: 'part' } }] },
      null,
    ];
    const { client } = await jenkins((_asked, response) => json(response, { computer }));
    expect((await client.runningBuilds()).map(({ jenkinsJob, number }) => [jenkinsJob, number])).toEqual([
      ['team-a/app', 9],
    ]);
  });

  it('of a Pipeline is the build, and not what its step occupies on an agent, which has its number too', async () => {
    const { building: _, ...step } = { ...build, estimatedDuration: 120_000 };
    const causes = [{ shortDescription: 'Started by user Ana' }];
    const computer = [
      { oneOffExecutors: [{ currentExecutable: { ...build, actions: [{ causes }] } }] },
      { executors: [{ currentExecutable: step }] },
    ];
    const { client } = await jenkins((_asked, response) => json(response, { computer }));
    expect(await client.runningBuilds()).toMatchObject([
      { number: 9, isRunning: true, causes: [{ text: 'Started by user Ana' }] },
    ]);
  });

  it('comes with the longest first', async () => {
    const executors = [3, 1, 2].map((at) => ({
      currentExecutable: { ...build, number: at, timestamp: at, url: build.url.replace('9', String(at)) },
    }));
    const { client } = await jenkins((_asked, response) => json(response, { computer: [{ executors }] }));
    expect((await client.runningBuilds()).map(({ at }) => at)).toEqual([1, 2, 3]);
  });
});
