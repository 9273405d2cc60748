import { describe, expect, test } from 'vitest';
import { syncReload } from '../../src/commands/sync-reload.js';
import type { JenkinsPulse, ScmSyncStatus } from '../../src/core/cluster.js';
import type { Progress } from '../../src/core/command.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import type { ScmIncoming } from '../../src/core/jenkins-upkeep.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { driven, refusalOf } from '../support/app-changes.js';
import { aLoadOf, NOW, SAVED } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const { command, typed, plan } = driven(syncReload);
const COMMIT = '712903fa8e71c0f67d8737b11264bf388ec1e30e';

type Git = NonNullable<ScmIncoming['git']>;

const incoming = (git: Partial<Git> = {}, patch: Partial<ScmIncoming> = {}): ScmIncoming => ({
  session: 'session-1',
  loadedAt: NOW - MINUTE,
  git: {
    ...{ refusal: undefined, ahead: 0, behind: 1, commit: COMMIT },
    ...{ overwritten: ['config.xml'], overwrittenCount: 1, added: ['jobs/新/config.xml'], addedCount: 1, ...git },
  },
  ...patch,
});

const calls = (
  git: Partial<Git> = {},
  more: FakeCalls['jenkins'] = {},
  status: Partial<ScmSyncStatus> = {},
): FakeCalls => ({
  jenkins: {
    scmSync: async () => ({ ...SAVED, ...status }),
    scmIncoming: async () => incoming(git),
    ...more,
  },
});

const viewOf = async (given: FakeCalls, text = 'sync reload') => command.planView(await plan(given, text), asked());

describe('its plan', () => {
  test('shows what would be written over, and what would come', async () => {
    expect(linesOf(await viewOf(calls()))).toEqual([
      ":arrows_counterclockwise: Reload of Jenkins' configuration from git, commit `712903f`: 1 file of Jenkins written over, 1 file added.",
      '*Written over:* `config.xml`',
      '*Added:* `jobs/新/config.xml`',
      ':warning: What differs in Jenkins is lost: nothing of it is kept.',
      'Jenkins answers 503 until it has loaded everything.',
    ]);
  });

  test('names what git lacks, and builds, which it waits for or not', async () => {
    const given = calls(
      {},
      { executors: async () => aLoadOf(['app', 'lib']) },
      { unpushedCommits: 0, configInSync: false },
    );
    expect(linesOf(await viewOf(given)).slice(4, 6)).toEqual([
      ':warning: Not everything of Jenkins is in git (the configuration on disk differs from git): `sync save` first keeps it.',
      '2 builds running: app, lib. Jenkins is told to quiet down, and the reload waits for them, at most 30 min.',
    ]);
    expect(linesOf(await viewOf(given, 'sync reload --now'))[5]).toBe(
      ':warning: 2 builds running, whose results may be lost: app, lib.',
    );
  });

  test('of thousands of files names some, and how many there are', async () => {
    const overwritten = Array.from({ length: 50 }, (_, at) => `jobs/${at} <!here>/config.xml`);
    const [, files = ''] = linesOf(await viewOf(calls({ overwritten, overwrittenCount: 4_999 })));
    expect(files).toMatch(/and 42 more \(4999 in all\)$/);
    expect(files).not.toContain('<!here>');
  });

  test('with nothing to take over is empty', async () => {
    const given = calls({ overwritten: [], overwrittenCount: 0, added: [], addedCount: 0 });
    const planned = await plan(given);
    expect(command.empty(planned, typed('sync reload'))).toBe(true);
    expect(command.planView(planned, asked()).text).toBe(
      'Jenkins has what git has (commit 712903f). Nothing to reload.',
    );
  });

  test.each<[string, FakeCalls, RegExp]>([
    [
      'both have gone on',
      calls({ ahead: 2, behind: 1 }),
      /^Both have gone on: git has 1 commit that this Jenkins lacks, and this Jenkins 2 commits/,
    ],
    [
      'git does not answer',
      calls({ refusal: 'Permission `denied` (publickey).' }),
      /^Git did not say what it has: `Permission 'denied' \(publickey\)\.`\. Nothing was changed/,
    ],
    [
      'there is no checkout',
      calls({}, { scmIncoming: async () => incoming({}, { git: undefined }) }),
      /no checkout of the repository/,
    ],
    ['the plugin is absent', calls({}, {}, { plugin: 'absent' }), /not installed/],
  ])('is refused when %s', async (_, given, what) => {
    expect((await refusalOf(plan(given)))[0]).toMatch(what);
  });

  test('is void when other files would be written over, and not when somebody looks again', async () => {
    const bound = async (git: Partial<Git>, patch: Partial<ScmIncoming> = {}) =>
      command.boundTo(await plan(calls({}, { scmIncoming: async () => incoming(git, patch) })));
    const first = await bound({});
    expect(await bound({}, { loadedAt: NOW })).toBe(first);
    expect(await bound({ overwritten: ['jobs/a/config.xml'] })).not.toBe(first);
    expect(await bound({ commit: 'another' })).not.toBe(first);
    expect(await bound({}, { session: 'session-2' })).not.toBe(first);
  });
});

describe('its write', () => {
  const writing = (modified: number, after: Partial<Git>) => {
    const acts: string[] = [];
    const jenkins = {
      scmPull: async () => {
        acts.push('pull');
        return { modified };
      },
      scmIncoming: async () => incoming(acts.length === 0 ? {} : after),
      reload: async () => void acts.push('reload'),
    };
    return { acts, given: calls({}, jenkins) };
  };

  test('pulls, then reloads', async () => {
    const { acts, given } = writing(2, {});
    await command.apply(await plan(given), fakePorts(given), asked());
    expect(acts).toEqual(['pull', 'reload']);
  });

  test('after a pull that a dead worker made already only reloads', async () => {
    const { acts, given } = writing(0, { overwrittenCount: 0, addedCount: 0 });
    await command.apply(await plan(given), fakePorts(given), asked());
    expect(acts).toEqual(['pull', 'reload']);
  });

  test('does not load what git refused to pull, which the plugin does not notice', async () => {
    const { acts, given } = writing(0, {});
    const planned = await plan(given);
    await expect(command.apply(planned, fakePorts(given), asked())).rejects.toThrow(UserError);
    expect(acts).toEqual(['pull']);
  });
});

const pulse = (patch: Partial<JenkinsPulse>): (() => Promise<JenkinsPulse>) => {
  const seen: JenkinsPulse = { state: 'up', session: 'session-1', version: undefined, detail: undefined, ...patch };
  return async () => seen;
};

describe('read back', () => {
  test.each<[string, FakeCalls['jenkins'], 'yes' | 'no' | 'overtaken']>([
    ['it loads', { pulse: pulse({ state: 'starting', session: undefined }) }, 'yes'],
    ['it has loaded since', { scmIncoming: async () => incoming({}, { loadedAt: NOW }) }, 'yes'],
    ['it has not', {}, 'no'],
    ['its log no longer tells', { scmIncoming: async () => incoming({}, { loadedAt: undefined }) }, 'no'],
    ['it was restarted', { pulse: pulse({ session: 'session-2' }) }, 'overtaken'],
  ])('%s', async (_, jenkins, seen) => {
    const planned = await plan(calls());
    expect(await command.arrived(planned, fakePorts(calls({}, jenkins)), asked())).toBe(seen);
  });

  test('nobody can tell of a Jenkins that does not answer', async () => {
    const planned = await plan(calls());
    const given = calls({}, { pulse: pulse({ state: 'unreachable', session: undefined, detail: 'x' }) });
    await expect(command.arrived(planned, fakePorts(given), asked())).rejects.toThrow(UpstreamError);
  });
});

describe('followed', () => {
  const followed = async (jenkins: FakeCalls['jenkins'], sinceMs = SECOND): Promise<Progress> =>
    command.follow(await plan(calls()), fakePorts(calls({}, jenkins)), asked(), NOW - sinceMs);

  test.each<[string, FakeCalls['jenkins'], number, Partial<Progress>]>([
    [
      'while it loads',
      { pulse: pulse({ state: 'starting', session: undefined }) },
      SECOND,
      { state: 'going', line: 'Jenkins is starting' },
    ],
    ['before it begins', {}, SECOND, { state: 'going', line: 'Jenkins has not begun to load it' }],
    [
      'to its end',
      { scmIncoming: async () => incoming({ overwrittenCount: 0 }, { loadedAt: NOW }) },
      SECOND,
      { state: 'done', line: 'Jenkins has what git has, commit `712903f`.' },
    ],
    [
      'by a log that has lost its lines',
      { scmIncoming: async () => incoming({ overwrittenCount: 0 }, { loadedAt: undefined }) },
      30 * SECOND,
      { state: 'done' },
    ],
    [
      'to an end after which something was saved',
      { scmIncoming: async () => incoming({}, { loadedAt: NOW }) },
      SECOND,
      {
        state: 'done',
        line: 'Jenkins has what git has, commit `712903f`. 1 file of Jenkins differs from git again: something has been saved since.',
      },
    ],
    ['into a restart', { pulse: pulse({ session: 'session-2' }) }, SECOND, { state: 'failed' }],
  ])('%s', async (_, jenkins, since, progress) => {
    expect(await followed(jenkins, since)).toMatchObject(progress);
  });
});
