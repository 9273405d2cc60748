import { describe, expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { builds } from '../../src/commands/builds.js';
import { catalogueOf } from '../../src/commands/index.js';
import type { BuildStory } from '../../src/core/build-reads.js';
import type { Jenkins } from '../../src/core/cluster.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import type { JenkinsJob } from '../../src/core/jenkins-build.js';
import { parse } from '../../src/core/parse.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import { aBuild, NOW, silence } from '../support/ci-service.js';
import { linesOf, read } from '../support/read-command.js';

const argsOf = (text: string) => parse(text, catalogueOf([builds])).args as object;
const answer = (text: string, jenkins: Partial<Jenkins> = {}) => read(builds, { jenkins }, argsOf(text));

const aJob = (patch: Partial<JenkinsJob> = {}): JenkinsJob => ({
  fullName: 'app-build',
  kind: 'job',
  isDisabled: false,
  parameters: [],
  members: [],
  ...patch,
});

const running = (patch: Partial<BuildStory> = {}) =>
  aBuild({ number: 8, isRunning: true, result: undefined, at: NOW - MINUTE, durationMs: 0, ...patch });

const refusal = (status: number, seen: string) =>
  new UpstreamError({ system: 'Jenkins', request: 'GET /x', status, seen, retryable: false, mayHaveArrived: false });

describe('of one job', () => {
  const jenkins = (list: BuildStory[], patch: Partial<JenkinsJob> = {}): Partial<Jenkins> => ({
    jenkinsJob: async (fullName) => aJob({ fullName, ...patch }),
    buildsOf: async () => list,
  });

  test('each with result, age, duration against the estimate, start and commits', async () => {
    const commits = [{ subject: 'Fix retry', author: 'Alice' }];
    const message = await answer('builds app-build', jenkins([running(), aBuild({ result: 'FAILURE', commits })]));
    expect(linesOf(message)).toEqual([
      ':hammer: The last 2 builds of app-build, 1 build running.',
      ':hourglass_flowing_sand: <http://ci.example.org/job/app-build/8/|app-build #8> has run for 1 min of about 3 min on mesos-jenkins-1, started by Ana',
      ':x: <http://ci.example.org/job/app-build/7/|app-build #7> failed after 2 min (usually 3 min), 8 min ago, started by Ana',
      'Fix retry (Alice)',
      '[Log of app-build #8]',
      '[Log of app-build #7]',
    ]);
    expect(message.text).toBe(
      [
        'The last 2 builds of app-build, 1 build running.',
        'app-build #8 has run for 1 min of about 3 min on mesos-jenkins-1, started by Ana',
        'app-build #7 failed after 2 min (usually 3 min), 8 min ago, started by Ana\nFix retry (Alice)',
      ].join('\n'),
    );
  });

  test.each([
    ['builds release notes', 'release notes'],
    ['builds "release notes"', 'release notes'],
    ['builds team-a/web/feature%2Flogin', 'team-a/web/feature%2Flogin'],
    ['builds 日報', '日報'],
    ['builds https://ci.example.com/job/team-a/job/web/job/feature%252Flogin/', 'team-a/web/feature%2Flogin'],
  ])('`%s` is the job %s', async (text, name) => {
    const message = await answer(text, jenkins([]));
    expect(message.text).toBe(`Jenkins remembers no build of ${name}.`);
  });

  test('that is disabled is called so', async () => {
    const message = await answer('builds app-build', jenkins([aBuild()], { isDisabled: true }));
    expect(linesOf(message)[0]).toBe(
      ':hammer: The last build of app-build, none runs. It is disabled in Jenkins, so nothing starts it.',
    );
  });

  test('that is not there: the nearest name', async () => {
    const jobNames = async () => ({ names: ['app-build', 'nightly'], isCut: false });
    await expect(answer('builds app-buidl', { jobNames })).rejects.toThrow(UserError);
    await expect(answer('builds app-buidl', { jobNames })).rejects.toMatchObject({
      hint: 'Did you mean `app-build`?',
    });
  });

  test.each<[what: string, calls: Partial<Jenkins>, line: string]>([
    [
      'a refusal names the right',
      { ...jenkins([]), buildsOf: () => Promise.reject(refusal(403, 'chatbot lacks the right Job/Read')) },
      ':warning: What Jenkins builds is not known. Jenkins: 403, chatbot lacks the right Job/Read.',
    ],
    [
      'a Jenkins that restarts',
      { jenkinsJob: () => Promise.reject(refusal(503, 'Jenkins is starting')) },
      ':warning: What Jenkins builds is not known. Jenkins: 503, Jenkins is starting.',
    ],
    [
      'a job that was deleted in between',
      { ...jenkins([]), buildsOf: async () => undefined },
      ':warning: What Jenkins builds is not known. Jenkins has no job app-build any more.',
    ],
  ])('%s', async (_what, calls, line) => {
    expect(linesOf(await answer('builds app-build', calls))).toEqual([line]);
  });
});

describe('of the whole controller', () => {
  test('what runs comes first, then what ended last, each once', async () => {
    const message = await answer('builds', {
      runningBuilds: async () => [running(), running({ jenkinsJob: 'team-a/api', number: 2 })],
      newestBuilds: async () => ({ builds: [running(), aBuild({ result: 'UNSTABLE' })], isCut: false }),
    });
    expect(linesOf(message).map((line) => line.replace(/<[^|]*\|([^>]*)>/, '$1'))).toEqual([
      ':hammer: Jenkins runs 2 builds now.',
      '*Running*',
      ':hourglass_flowing_sand: app-build #8 has run for 1 min of about 3 min on mesos-jenkins-1, started by Ana',
      ':hourglass_flowing_sand: team-a/api #2 has run for 1 min of about 3 min on mesos-jenkins-1, started by Ana',
      '*Last*',
      ':large_yellow_circle: app-build #7 is unstable after 2 min (usually 3 min), 8 min ago, started by Ana',
      '[Log of app-build #8]',
      '[Log of team-a/api #2]',
    ]);
  });

  test('nothing runs and nothing is remembered', async () => {
    expect((await answer('builds')).text).toBe('Jenkins runs no build now. It remembers no build that ended.');
  });

  test('hundreds that run are cut with a count, and Slack takes the message', async () => {
    const many = Array.from({ length: 300 }, (_, at) =>
      running({
        jenkinsJob: `team-${'x'.repeat(250)}/job ${at} <!channel>`,
        causes: [{ text: `Started by user ${'*'.repeat(400)}` }],
        commits: Array.from({ length: 4 }, () => ({ subject: '<@U0ANA>'.repeat(100), author: '&'.repeat(300) })),
      }),
    );
    const last = many.map((build, at) => aBuild({ ...build, isRunning: false, number: 1_000 + at, at: NOW - DAY }));
    const message = await answer('builds', {
      runningBuilds: async () => many,
      newestBuilds: async () => ({ builds: last, isCut: true }),
    });
    const told = linesOf(message);
    expect(told).toContain('(290 more run.)');
    expect(told.at(-1)).toBe('(There are more jobs than are looked at, so some may be missing.)');
    expect(told.filter((line) => line.startsWith(':hourglass')).length).toBe(10);
    const { blocks } = render(message);
    expect(blocks.length).toBeLessThanOrEqual(50);
    // A button's value is nothing that Slack reads.
    expect(JSON.stringify(blocks.filter(({ type }) => type !== 'actions'))).not.toMatch(/<[!@]/);
  });

  test('a system that is silent is named, and the rest is told', async () => {
    const message = await answer('builds', {
      runningBuilds: async () => [running({ at: NOW - HOUR })],
      newestBuilds: () => Promise.reject(silence('Jenkins')),
    });
    expect(linesOf(message).at(-1)).toBe(
      '(Not known: Jenkins (the last build of every job): did not answer within 15 s.)',
    );
    const neither = await answer('builds', {
      runningBuilds: () => Promise.reject(silence('Jenkins')),
      newestBuilds: () => Promise.reject(silence('Jenkins')),
    });
    expect(linesOf(neither)).toEqual([
      ':warning: What Jenkins builds is not known. Jenkins: did not answer within 15 s.',
    ]);
  });

  test('links nowhere while nobody knows where Jenkins is', async () => {
    const message = await answer('builds', {
      runningBuilds: async () => [running()],
      publicUrl: async () => undefined,
    });
    expect(linesOf(message)[2]).toMatch(/^:hourglass_flowing_sand: app-build #8 has run/);
  });
});

test('a job name that is too long is refused at once', () => {
  expect(() => argsOf(`builds ${'x'.repeat(601)}`)).toThrow('Expected `the job` to have at most 600 characters.');
});
