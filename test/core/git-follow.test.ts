// A change of Jenkins' configuration that is followed until git has it: `scale`, with everything it is made of.
import { expect, test } from 'vitest';
import { scale } from '../../src/commands/scale.js';
import type { Jenkins, ScmSyncStatus } from '../../src/core/cluster.js';
import { SECOND } from '../../src/core/time.js';
import { changed } from '../support/changing.js';
import { aTemplate, NOW, SAVED, silence } from '../support/ci-service.js';
import { manualClock } from '../support/manual-clock.js';
import { mesosCloud } from '../support/scaling.js';

const HEAD = '3f2a91c0d6b8e5f4a3c2b1a0f9e8d7c6b5a49382';
const CHANGE =
  'Agents linux: 2 → 4 executors. Agents started from now on get up to 4 executors (0.6 cpus, 1.0 GB each). The 2 running agents keep what they have.';

/** @param states SCM sync by how long ago the template was changed */
function scene(
  states: (sinceMs: number) => Partial<ScmSyncStatus>,
  before: Partial<ScmSyncStatus> = {},
  template = aTemplate(),
) {
  const clock = manualClock();
  const { cloud, calls } = mesosCloud([template]);
  const looks = { count: 0 };
  let at: number | undefined;
  const jenkins: Partial<Jenkins> = {
    ...calls,
    async setTemplateMax(change) {
      const result = await calls.setTemplateMax?.(change);
      if (result === undefined) throw new Error('no cloud');
      if (result.saved) at = clock.now();
      return result;
    },
    async scmSync() {
      looks.count += 1;
      return { ...SAVED, head: 'aaaaaaa', ...before, ...(at === undefined ? {} : states(clock.now() - at)) };
    },
  };
  return { cloud, looks, calls: { clock, jenkins } };
}

test('is saved, and the message says when and as what', async () => {
  const { calls } = scene((since) =>
    since < 12 * SECOND ? { configInSync: false, queuedCommits: 1 } : { head: HEAD },
  );
  const { ok, message, meanwhile } = await changed(scale, 'scale executors 4', calls);
  expect(meanwhile).toEqual([`${CHANGE} On its way to git: the commit is queued.`]);
  expect({ ok, text: message.text }).toEqual({ ok: true, text: `${CHANGE} Saved in git 12 s later, commit 3f2a91c.` });
});

test('is not saved: the change holds, and why git lacks it is said', async () => {
  const { calls } = scene(() => ({
    ...{ failedAt: NOW + 5 * SECOND, failSize: 90, failText: 'Error while checking in file to scm repository' },
    ...{ logText: ' ! [rejected] master -> master (fetch first)', unpushedCommits: 1 },
  }));
  const { ok, message } = await changed(scale, 'scale executors 4', calls);
  expect(ok).toBe(true);
  expect(message.text).toMatch(
    /Not saved in git: the repository has commits that this controller does not have.*never pulls/,
  );
});

test('without the plugin nothing is promised', async () => {
  const { calls, looks } = scene(() => ({}), { plugin: 'absent' });
  const { message, meanwhile } = await changed(scale, 'scale executors 4', calls);
  expect(message.text).toBe(`${CHANGE} Git does not get it: the SCM sync plugin is not installed.`);
  expect([meanwhile, looks.count]).toEqual([[], 1]);
});

test('without the right to ask, nothing is promised either', async () => {
  const { calls } = scene(() => ({}));
  const jenkins = { ...calls.jenkins, scmSync: () => Promise.reject(silence('Jenkins')) };
  expect((await changed(scale, 'scale executors 4', { ...calls, jenkins })).message.text).toMatch(
    /Whether git gets it is not known \(Jenkins: did not answer within 15 s\)\.$/,
  );
});

test('that changed nothing is not followed', async () => {
  const { calls } = scene(() => ({ configInSync: false }));
  const { message, meanwhile } = await changed(scale, 'scale executors 2', calls);
  expect(message.text).toBe('Agents linux: already 2 executors. Nothing was changed.');
  expect(meanwhile).toEqual([]);
});

test('that was refused is not followed', async () => {
  const { calls } = scene(() => ({}), {}, aTemplate({ generation: 2, maxExecutors: 1 }));
  const { ok, message } = await changed(scale, 'scale executors 4', calls);
  expect(ok).toBe(false);
  expect(message.text).not.toMatch(/git/);
});

test('is followed also by the worker that took it over after the write', async () => {
  const { calls } = scene(() => ({ head: HEAD }));
  const first = await changed(scale, 'scale executors 4', calls);
  const again = await changed(scale, 'scale executors 4', calls, first.before);
  expect(again.message.text).toContain('Saved in git');
});
