import { describe, expect, test } from 'vitest';
import { syncSave } from '../../src/commands/sync-save.js';
import type { ScmSyncStatus } from '../../src/core/cluster.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { refusalOf } from '../support/app-changes.js';
import { changed } from '../support/changing.js';
import { NOW, refusal, SAVED, silence } from '../support/ci-service.js';
import { manualClock } from '../support/manual-clock.js';

const HEAD = '3f2a91c0d6b8e5f4a3c2b1a0f9e8d7c6b5a49382';

/** A plugin whose state a test decides by how long ago it was asked to save. */
function plugin(states: (sinceMs: number) => Partial<ScmSyncStatus>, before: Partial<ScmSyncStatus> = {}) {
  const clock = manualClock();
  const seen = { saves: 0, at: 0 };
  const jenkins = {
    scmSync: async () => ({
      ...SAVED,
      head: 'aaaaaaa',
      ...before,
      ...(seen.saves === 0 ? {} : states(clock.now() - seen.at)),
    }),
    async scmSaveAll() {
      seen.saves += 1;
      seen.at = clock.now();
    },
  };
  return { seen, calls: { clock, jenkins } };
}

test('is followed until it is pushed', async () => {
  const { seen, calls } = plugin(
    (since) =>
      since < 6 * SECOND
        ? { queuedCommits: 1, unpushedCommits: 0 }
        : since < 10 * SECOND
          ? { queuedCommits: 0, unpushedCommits: 3, head: HEAD }
          : { unpushedCommits: 0, head: HEAD },
    { unpushedCommits: 2 },
  );
  const { ok, message, meanwhile } = await changed(syncSave, 'sync save', calls);
  expect(meanwhile).toEqual([
    'SCM sync saves everything, with 2 commits not pushed before. On its way to git: the commit is queued.',
    'SCM sync saves everything, with 2 commits not pushed before. On its way to git: it is committed and not pushed yet.',
  ]);
  expect({ ok, text: message.text }).toEqual({
    ok: true,
    text: 'Everything is saved in git after 10 s, commit 3f2a91c, with 2 commits not pushed before.',
  });
  expect(seen.saves).toBe(1);
});

test('finds nothing to save', async () => {
  const { ok, message } = await changed(syncSave, 'sync save', plugin(() => ({})).calls);
  expect({ ok, text: message.text }).toEqual({
    ok: true,
    text: 'Git had everything already. Nothing had to be saved.',
  });
});

test('fails with what git says', async () => {
  const { calls } = plugin(() => ({
    ...{ failedAt: NOW + SECOND, failSize: 80, failText: 'Error while checking in file to scm repository' },
    ...{ logText: 'Permission denied (publickey).', unpushedCommits: 1 },
  }));
  const { ok, message } = await changed(syncSave, 'sync save', calls);
  expect(ok).toBe(false);
  expect(message.text).toMatch(
    /^SCM sync was asked to save everything\. Not saved in git: git\.example\.org does not accept the ssh key.*Permission denied/,
  );
});

test('ends after two minutes behind a commit that cannot be carried out', async () => {
  const { calls } = plugin(() => ({ queuedCommits: 2 }));
  const { ok, message } = await changed(syncSave, 'sync save', calls);
  expect(ok).toBe(false);
  expect(message.text).toContain('a commit cannot be carried out, and all later ones wait behind it');
});

test('says so when nobody could see what became of it', async () => {
  const { calls, seen } = plugin(() => ({}));
  const jenkins = {
    ...calls.jenkins,
    scmSync: () => (seen.saves === 0 ? calls.jenkins.scmSync() : Promise.reject(silence('Jenkins'))),
  };
  const { ok, message, meanwhile } = await changed(syncSave, 'sync save', { ...calls, jenkins });
  expect(ok).toBe(false);
  expect(meanwhile).toEqual(['SCM sync saves everything. On its way to git: SCM sync does not say.']);
  expect(message.text).toMatch(/Whether it is saved in git could not be seen \(Jenkins: did not answer/);
  expect(calls.clock.now() - seen.at).toBeLessThan(3 * MINUTE);
});

describe('is refused, and asks for nothing', () => {
  test.each<[string, Partial<ScmSyncStatus>, string]>([
    ['absent', { plugin: 'absent' }, 'Not here: the SCM sync plugin is not installed. Nothing was changed.'],
    ['off', { scm: 'None' }, 'Not here: SCM sync is switched off. Nothing was changed.'],
  ])('%s', async (_, status, what) => {
    const { calls, seen } = plugin(() => ({}), status);
    expect(await refusalOf(changed(syncSave, 'sync save', calls))).toEqual([what, '`sync` says what to do about it.']);
    expect(seen.saves).toBe(0);
  });

  test('without the right to run scripts', async () => {
    const scmSync = () => Promise.reject(refusal('Jenkins', 403, 'chatbot lacks the right Overall/RunScripts'));
    expect((await refusalOf(changed(syncSave, 'sync save', { jenkins: { scmSync } })))[0]).toBe(
      'Jenkins does not let me run the script for that: 403, chatbot lacks the right Overall/RunScripts. Nothing was changed.',
    );
  });
});
