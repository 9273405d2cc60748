import { describe, expect, test } from 'vitest';
import type { ScmSyncStatus } from '../../src/core/cluster.js';
import { type Saved, savedSince, savedWords, scmMark } from '../../src/core/scm-follow.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { NOW, SAVED } from '../support/ci-service.js';

const OLD = 'aaaaaaa0000000000000000000000000000000000';
const NEW = '3f2a91c0000000000000000000000000000000000';
const before: ScmSyncStatus = { ...SAVED, head: OLD };
const FAILED = {
  failedAt: NOW,
  failSize: 80,
  failText: 'Error while checking in file to scm repository',
  logText: 'Permission denied (publickey).',
};

const since = (now: Partial<ScmSyncStatus>, ms = 4 * SECOND, at: ScmSyncStatus = before): Saved =>
  savedSince(scmMark(at), { ...before, ...now }, ms);

describe('a change of the configuration', () => {
  test.each<[string, Partial<ScmSyncStatus>, number, Saved]>([
    [
      'has not been seen by the plugin',
      { configInSync: false },
      SECOND,
      { state: 'going', line: 'SCM sync has not begun yet' },
    ],
    ['may not have been seen yet', {}, SECOND, { state: 'going', line: 'SCM sync has not begun yet' }],
    ['is queued', { queuedCommits: 1, configInSync: false }, SECOND, { state: 'going', line: 'the commit is queued' }],
    [
      'is committed',
      { unpushedCommits: 1, head: NEW },
      SECOND,
      { state: 'going', line: 'it is committed and not pushed yet' },
    ],
    ['is pushed', { head: NEW }, 12 * SECOND, { state: 'saved', commit: NEW }],
    ['was there before', {}, 3 * SECOND, { state: 'saved', commit: undefined }],
  ])('%s', (_, now, ms, saved) => {
    expect(since(now, ms)).toEqual(saved);
  });

  test('that git refuses is not saved, though the change is committed', () => {
    expect(since({ ...FAILED, unpushedCommits: 1, head: NEW })).toMatchObject({
      state: 'not',
      why: 'git.example.org does not accept the ssh key of Jenkins (git says `Permission denied (publickey).`)',
    });
  });

  test('after a failure of long ago is no failure of its own', () => {
    const failing = { ...before, ...FAILED, failedAt: NOW - MINUTE };
    expect(savedSince(scmMark(failing), { ...failing, head: NEW }, 12 * SECOND)).toEqual({
      state: 'saved',
      commit: NEW,
    });
  });

  test('within the second of an earlier failure is told by the size of the note', () => {
    const failing = { ...before, ...FAILED };
    const again = { ...failing, failSize: 160, unpushedCommits: 2 };
    expect(savedSince(scmMark(failing), again, SECOND).state).toBe('not');
    expect(savedSince(scmMark(failing), { ...failing, unpushedCommits: 2 }, SECOND).state).toBe('going');
  });

  test('takes along what waited before, also without a commit of its own', () => {
    const waiting = { ...before, unpushedCommits: 2, head: NEW };
    expect(savedSince(scmMark(waiting), { ...before, head: NEW }, SECOND)).toEqual({ state: 'saved', commit: NEW });
  });

  test('that the plugin drops because it has no checkout is not saved, though no new failure is noted', () => {
    const uncloned: ScmSyncStatus = {
      ...before,
      ...{ head: undefined, unpushedCommits: undefined, configInSync: undefined, successAt: undefined },
      ...{
        failedAt: NOW - MINUTE,
        failSize: 40,
        failText: 'Checkout /jenkins/scm-sync-configuration/checkoutConfiguration',
      },
    };
    expect(savedSince(scmMark(uncloned), uncloned, 3 * SECOND)).toMatchObject({
      state: 'not',
      why: 'the plugin could not check out the repository, so nothing at all is saved',
    });
    const waiting = { ...scmMark(uncloned), waited: true };
    expect(savedSince(waiting, uncloned, 3 * SECOND).state).toBe('not');
  });

  test('that no commit tells of is not saved where nothing ever was', () => {
    const never = { successAt: undefined, head: undefined };
    expect(since(never, 3 * SECOND, { ...before, ...never })).toMatchObject({
      state: 'not',
      why: 'nothing saved yet since this controller started',
    });
  });

  test('that waits for two minutes is stuck, and why is said', () => {
    expect(since({ queuedCommits: 1 }, 2 * MINUTE)).toMatchObject({
      state: 'not',
      why: 'a commit cannot be carried out, and all later ones wait behind it',
    });
    expect(since({ queuedCommits: 1 }, 2 * MINUTE - 1).state).toBe('going');
  });

  test('is not proven by a Jenkins that restarted, nor by a plugin that was switched off', () => {
    expect(since({ session: 'another', head: NEW })).toMatchObject({
      state: 'not',
      why: 'Jenkins restarted before git had it',
    });
    expect(since({ plugin: 'inactive' })).toMatchObject({ state: 'not', why: 'SCM sync is switched off' });
  });
});

test.each<[Saved, string]>([
  [{ state: 'going', line: 'the commit is queued' }, 'On its way to git: the commit is queued.'],
  [{ state: 'saved', commit: NEW, afterMs: 12_300 }, 'Saved in git 12 s later, commit `3f2a91c`.'],
  [{ state: 'saved', commit: NEW, afterMs: 0 }, 'Saved in git 1 s later, commit `3f2a91c`.'],
  [{ state: 'saved' }, 'Git had it already.'],
  [
    { state: 'not', why: 'git says `<!here>`', remedy: 'Ask `sync`.' },
    'Not saved in git: git says `&lt;!here&gt;`. Ask `sync`.',
  ],
  [
    { state: 'unseen', why: 'Jenkins did not answer within 10 s' },
    'Whether it is saved in git could not be seen (Jenkins did not answer within 10 s); `sync` tells.',
  ],
])('%j in words', (saved, words) => {
  expect(savedWords(saved).mrkdwn).toBe(words);
});
