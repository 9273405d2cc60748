import { describe, expect, it } from 'vitest';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import { type JenkinsJob, type JenkinsJobs, jobPath } from '../../src/core/jenkins-build.js';
import { findJob, jobNameOf, wordFor } from '../../src/core/jenkins-job.js';
import { Offer } from '../../src/core/offer.js';
import { manualClock } from '../support/manual-clock.js';

const NAMES = ['app-build', 'test', 'my job', '构建', 'team-a/api', 'team-b/api', 'team-a/web/feature%2Flogin'];

const aJob = (fullName: string, more: Partial<JenkinsJob> = {}): JenkinsJob => ({
  fullName,
  kind: 'job',
  isDisabled: false,
  parameters: [],
  members: [],
  ...more,
});

const jenkinsWith = (names: readonly string[], more: Partial<JenkinsJobs> = {}): JenkinsJobs => ({
  jenkinsJob: async (name) => (names.includes(name) ? aJob(name) : undefined),
  jobNames: async () => ({ names: [...names], isCut: false }),
  ...more,
});

const find = (typed: string, jenkins = jenkinsWith(NAMES)) =>
  findJob(typed, { jenkins, clock: manualClock(0), again: (word) => `build ${word}` });

async function refusalOf(typed: string, jenkins?: JenkinsJobs): Promise<UserError> {
  const error = await find(typed, jenkins).catch((caught: unknown) => caught);
  if (!(error instanceof UserError)) throw new Error(`${typed} was not refused as a mistake: ${String(error)}`);
  return error;
}

describe('a name', () => {
  it.each([
    ['app-build', 'app-build'],
    ['/team-a/api/', 'team-a/api'],
    ['team-a » api', 'team-a/api'],
    ['my job', 'my job'],
    ['构建', '构建'],
    ['team-a/web/feature%2Flogin', 'team-a/web/feature%2Flogin'],
    ['https://ci.example.com/ci/job/team-a/job/web/job/feature%252Flogin/12/console', 'team-a/web/feature%2Flogin'],
    ['http://192.168.3.25:31052/job/my%20job/?x=1#y', 'my job'],
    ['http://ci/job/100%/', '100%'],
  ])('typed as %s is %s', (typed, name) => {
    expect(jobNameOf(typed)).toBe(name);
  });

  it.each(['', '/', 'a//b', '..', 'a/../b', 'a/./b', 'https://ci.example.com/', 'half \ud800'])(
    'is never %j',
    (typed) => {
      expect(() => jobNameOf(typed)).toThrow(UserError);
    },
  );

  it('has an end', () => {
    expect(() => jobNameOf('a'.repeat(301))).toThrow('at most 300 characters, got 301');
  });

  it.each([
    ['app-build', '/job/app-build'],
    ['team-a/web/feature%2Flogin', '/job/team-a/job/web/job/feature%252Flogin'],
    ['my job', '/job/my%20job'],
    ['构建', '/job/%E6%9E%84%E5%BB%BA'],
  ])('%s leads to %s', (name, path) => {
    expect(jobPath(name)).toBe(path);
  });

  it.each([
    ['team-a/api', 'team-a/api'],
    ['my job', '"my job"'],
    ["ann's job", `"ann's job"`],
    ['the "big" job', `'the "big" job'`],
  ])('%s is typed as %s', (name, word) => {
    expect(wordFor(name)).toBe(word);
  });
});

describe('a job', () => {
  it.each(['app-build', 'team-a/api', 'my job', '构建'])(
    '%s is found by its full name, with one look',
    async (name) => {
      const never = async () => Promise.reject(new Error('asked for all names'));
      expect((await find(name, jenkinsWith(NAMES, { jobNames: never }))).fullName).toBe(name);
    },
  );

  it.each([
    ['team-a/web/feature/login', 'team-a/web/feature%2Flogin'],
    ['Team-A/API', 'team-a/api'],
    // As it is left of what was typed, or stands in the value of a button.
    ['发布(生产)', '发布（生产）'],
  ])('typed as %s is %s', async (typed, name) => {
    expect((await find(typed, jenkinsWith([...NAMES, '发布（生产）']))).fullName).toBe(name);
  });

  it('is not guessed between two that differ only in capitals', async () => {
    const error = await refusalOf('APP', jenkinsWith(['App', 'app']));
    expect(error.hint).toBe('Did you mean `App` or `app`?');
  });

  it('that is not there is answered with the nearest name, as a button', async () => {
    const error = await refusalOf('ap-build');
    expect(error.message).toBe('Jenkins has no job `ap-build`, or does not let the bot see it (right `Job/Read`).');
    expect(error.hint).toBe('Did you mean `app-build`?');
    expect((error as Offer).buttons).toEqual([{ label: 'app-build', action: 'run', value: 'build app-build' }]);
  });

  it('whose folder was forgotten is offered in every folder', async () => {
    const error = await refusalOf('api');
    expect((error as Offer).buttons.map(({ value }) => value)).toEqual(['build team-a/api', 'build team-b/api']);
  });

  it('with a space is offered between quotes', async () => {
    const error = await refusalOf('my jb');
    expect((error as Offer).buttons.map(({ value }) => value)).toEqual(['build "my job"']);
  });

  it('that is like none is said to be missing all the same, and so where the list does not come', async () => {
    const silent = async () => Promise.reject(unreadable(503));
    for (const jenkins of [jenkinsWith(NAMES), jenkinsWith(NAMES, { jobNames: silent })]) {
      const error = await refusalOf('quite-another-thing', jenkins);
      expect(error).not.toBeInstanceOf(Offer);
      expect(error.hint).toBe('Names are full names, folders first: `team/app`.');
    }
  });

  it('is found among 5,000 in time', async () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `folder-${index % 50}/job-${index}`);
    expect((await refusalOf('folder-7/jb-4907', jenkinsWith(names))).hint).toBe('Did you mean `folder-7/job-4907`?');
  });

  it('that is a folder says what is in it', async () => {
    const members = ['api', 'web', 'c', 'd', 'e', 'f'].map((name) => `team-a/${name}`);
    const folder = { jenkinsJob: async () => aJob('team-a', { kind: 'folder', members }) };
    const error = await refusalOf('team-a', jenkinsWith(NAMES, folder));
    expect(error.message).toBe('`team-a` holds jobs and is none itself.');
    expect(error.hint).toBe('In it: `team-a/api`, `team-a/web`, `team-a/c`, `team-a/d`, `team-a/e` ….');
  });

  it('that may not be read names the right', async () => {
    const refused = async () => Promise.reject(unreadable(403));
    const error = await refusalOf('secret', jenkinsWith(NAMES, { jenkinsJob: refused }));
    expect(error.message).toBe(
      'Jenkins has the job `secret`, but does not let the bot read it: chatbot lacks the right Job/Read.',
    );
  });

  it('is not said to exist where Jenkins lets nobody see anything', async () => {
    const seen = 'it wants a user name and an API token: anonymous lacks the right Overall/Read';
    const refused = async () => Promise.reject(unreadable(403, seen));
    await expect(find('nosuch', jenkinsWith(NAMES, { jenkinsJob: refused }))).rejects.toMatchObject({ seen });
  });

  it('that cannot be looked at because Jenkins fails is no mistake of the asker', async () => {
    const failing = async () => Promise.reject(unreadable(503));
    await expect(find('app-build', jenkinsWith(NAMES, { jenkinsJob: failing }))).rejects.toBeInstanceOf(UpstreamError);
  });
});

const unreadable = (status: number, seen = 'chatbot lacks the right Job/Read') =>
  new UpstreamError({
    system: 'Jenkins',
    request: 'GET /job/secret/api/json',
    status,
    seen,
    retryable: false,
    mayHaveArrived: false,
  });
