import { expect, test } from 'vitest';
import { syncPurge } from '../../src/commands/sync-purge.js';
import type { ScmSyncStatus } from '../../src/core/cluster.js';
import { refusalOf } from '../support/app-changes.js';
import { changed } from '../support/changing.js';
import { NOW, SAVED } from '../support/ci-service.js';

const NOTE = { failedAt: NOW - 1, failSize: 80, failText: 'Delete jobs/old <!here>/' };

function plugin(note: Partial<ScmSyncStatus>, more: Partial<ScmSyncStatus> = {}, again = false) {
  const state = { note, purges: 0 };
  const jenkins = {
    scmSync: async () => ({ ...SAVED, ...more, ...state.note }),
    async scmPurge() {
      const had = state.note.failedAt !== undefined;
      state.purges += 1;
      if (!again) state.note = {};
      return { had };
    },
  };
  return { state, jenkins };
}

test('removes the note, and says that it saved nothing by it', async () => {
  const { jenkins } = plugin(NOTE);
  const { ok, message } = await changed(syncPurge, 'sync purge', { jenkins });
  expect({ ok, text: message.text }).toEqual({
    ok: true,
    text: "SCM sync's failure note is removed (the newest: Delete jobs/old <!here>/), and only that: nothing was saved by it. Git has everything now.",
  });
  expect(JSON.stringify(message.blocks)).toContain('&lt;!here&gt;');
});

test('tells what git still lacks', async () => {
  const { jenkins } = plugin(NOTE, { unpushedCommits: 2 });
  expect((await changed(syncPurge, 'sync purge', { jenkins })).message.text).toMatch(
    /nothing was saved by it\. Now: commits: 2 not pushed; sync tells more\.$/,
  );
});

test('finds no note', async () => {
  const { jenkins } = plugin({});
  expect((await changed(syncPurge, 'sync purge', { jenkins })).message.text).toBe(
    'There is no failure note. Nothing was changed.',
  );
});

test('begun by a worker that died after the act is told as done', async () => {
  const { jenkins } = plugin({});
  const { message } = await changed(syncPurge, 'sync purge', { jenkins }, { noted: 'Delete jobs/old/' });
  expect(message.text).toMatch(/^SCM sync's failure note is removed/);
});

test('with a failure that came again is no success', async () => {
  const { jenkins } = plugin(NOTE, {}, true);
  const { ok, message } = await changed(syncPurge, 'sync purge', { jenkins });
  expect(ok).toBe(false);
  expect(message.text).toMatch(/^The failure note is there again/);
});

test('is refused where the plugin is not', async () => {
  const { jenkins, state } = plugin({}, { plugin: 'absent' });
  expect((await refusalOf(changed(syncPurge, 'sync purge', { jenkins })))[0]).toMatch(/not installed/);
  expect(state.purges).toBe(0);
});
