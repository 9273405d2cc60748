import { describe, expect, test } from 'vitest';
import { syncReload } from '../../src/commands/sync-reload.js';
import type { AuditEntry, Outcome } from '../../src/core/audit.js';
import type { JenkinsPulse, ScmSyncStatus } from '../../src/core/cluster.js';
import type { Progress } from '../../src/core/command.js';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import type { ScmIncoming } from '../../src/core/jenkins-upkeep.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { driven, refusalOf } from '../support/app-changes.js';
import { aLoadOf, NOW, SAVED } from '../support/ci-service.js';
import { asked, type FakeCalls, fakePorts } from '../support/fakes.js';
import { linesOf } from '../support/read-command.js';

const { command, typed, plan } = driven(syncReload);
const COMMIT = '712903fa8e71c0f67d8737b11264bf388ec1e30e';

type Git = NonNullable<ScmIncoming['git']>;

const incoming = (git: Partial<Git> = {}, patch: Partial<ScmIncoming> = {}): ScmIncoming => ({
  session: 'session-1',
  git: {
    ...{ refusal: undefined, ahead: 0, behind: 1, commit: COMMIT },
    ...{ overwritten: ['config.xml'], overwrittenCount: 1, added: ['jobs/新/config.xml'], addedCount: 1, ...git },
  },
  ...patch,
});

/** The clock of Jenkins is an hour behind ours. */
const LOADED = { now: NOW - HOUR, loadedAt: NOW - HOUR - MINUTE };
const loaded = (loadedAt: number | undefined) => ({ scmSync: async () => ({ ...SAVED, ...LOADED, loadedAt }) });

const calls = (
  git: Partial<Git> = {},
  more: FakeCalls['jenkins'] = {},
  status: Partial<ScmSyncStatus> = {},
): FakeCalls => ({
  jenkins: {
    scmSync: async () => ({ ...SAVED, ...LOADED, ...status }),
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
    const given = calls(NOTHING);
    const planned = await plan(given);
    expect(command.empty(planned, typed('sync reload'))).toBe(true);
    expect(command.planView(planned, asked()).text).toBe(
      "Jenkins' disk has what git has (commit 712903f). Nothing to reload.",
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
    expect(await bound({})).toBe(first);
    expect(await bound({ overwritten: ['jobs/a/config.xml'] })).not.toBe(first);
    expect(await bound({ commit: 'another' })).not.toBe(first);
    expect(await bound({}, { session: 'session-2' })).not.toBe(first);
  });
});

/** How an earlier reload ended, so long ago. */
const earlier = (outcome: Outcome, agoMs: number, command = 'sync reload'): AuditEntry => ({
  ...{ v: 1, jobId: 'd-1', userId: 'U0ANA', channelId: 'C0CI', command, text: command },
  ...{ outcome, summary: '', at: NOW - agoMs, durationMs: SECOND },
});
const NOTHING = { overwritten: [], overwrittenCount: 0, added: [], addedCount: 0 };

describe('asked again when git is on the disk of Jenkins', () => {
  const again = async (audit: readonly AuditEntry[], jenkins: FakeCalls['jenkins'] = {}) => {
    const planned = await plan({ ...calls(NOTHING, jenkins), audit });
    return {
      isEmpty: command.empty(planned, typed('sync reload')),
      lines: linesOf(command.planView(planned, asked())),
    };
  };

  test.each<[string, readonly AuditEntry[], FakeCalls['jenkins']?]>([
    ['failed', [earlier('failed', 30 * SECOND)]],
    ['was lost sight of', [earlier('lost', 30 * SECOND)]],
    ['was cancelled under way', [earlier('cancelled', 30 * SECOND)]],
    ['failed, and one after it found nothing to do', [earlier('unchanged', SECOND), earlier('failed', 30 * SECOND)]],
    ['failed, and the log of Jenkins tells nothing', [earlier('failed', HOUR)], loaded(undefined)],
  ])('has it loaded after a reload that %s', async (_, audit, jenkins) => {
    const { isEmpty, lines } = await again(audit, jenkins);
    expect(isEmpty).toBe(false);
    expect(lines).toEqual([
      ":arrows_counterclockwise: Reload of Jenkins' configuration from its disk, which has what git has (commit `712903f`). Whether that is loaded is not known: the last reload did not get to its end.",
      'Jenkins answers 503 until it has loaded everything.',
    ]);
  });

  test.each<[string, readonly AuditEntry[]]>([
    ['that succeeded', [earlier('succeeded', 30 * SECOND), earlier('failed', 40 * SECOND)]],
    ['that failed before Jenkins loaded it otherwise', [earlier('failed', 2 * MINUTE)]],
    ['that was refused', [earlier('refused', 30 * SECOND)]],
    ['of another kind that failed', [earlier('failed', 30 * SECOND, 'restart')]],
  ])('has nothing to do after one %s', async (_, audit) => {
    expect(await again(audit)).toEqual({
      isEmpty: true,
      lines: [":white_check_mark: Jenkins' disk has what git has (commit `712903f`). Nothing to reload."],
    });
  });
});

test('what it may have left tells what to do', async () => {
  expect(command.left?.(await plan(calls()))).toBe(
    "Git's files may be on Jenkins' disk and not loaded: until they are, the next save in Jenkins writes its old configuration over them, and into git. `sync reload` once more has them loaded.",
  );
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
    ['it has loaded since', loaded(NOW - HOUR), 'yes'],
    ['it has not', {}, 'no'],
    ['its log no longer tells', loaded(undefined), 'no'],
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
      { ...loaded(NOW - HOUR), scmIncoming: async () => incoming({ overwrittenCount: 0 }) },
      SECOND,
      { state: 'done', line: 'Jenkins has what git has, commit `712903f`.' },
    ],
    [
      'by a log that has lost its lines',
      { ...loaded(undefined), scmIncoming: async () => incoming({ overwrittenCount: 0 }) },
      30 * SECOND,
      { state: 'done' },
    ],
    [
      'to an end after which something was saved',
      loaded(NOW - HOUR),
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

  test('does not ask the git server before it is loaded', async () => {
    const scmIncoming = () => Promise.reject(new Error('the git server was asked'));
    expect(await followed({ scmIncoming })).toMatchObject({ state: 'going' });
    const planned = await plan(calls());
    expect(await command.arrived(planned, fakePorts(calls({}, { scmIncoming })), asked())).toBe('no');
  });
});
