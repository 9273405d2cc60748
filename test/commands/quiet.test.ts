import { describe, expect, test } from 'vitest';
import { catalogueOf } from '../../src/commands/index.js';
import { quiet } from '../../src/commands/quiet.js';
import { unquiet } from '../../src/commands/unquiet.js';
import type { ChangeInfo } from '../../src/core/changes.js';
import type { BuildQueueItem, Jenkins } from '../../src/core/cluster.js';
import { UserError } from '../../src/core/errors.js';
import { parse } from '../../src/core/parse.js';
import { refusalOf } from '../support/app-changes.js';
import { changed } from '../support/changing.js';
import { aController, aLoadOf, NOW, silence } from '../support/ci-service.js';

const item = (id: number): BuildQueueItem => ({
  id,
  name: 'app',
  why: '',
  buildable: true,
  stuck: false,
  inQueueSince: NOW,
});

/** A Jenkins that keeps its quiet-down. @param keepsReason false: a core before 2.267 */
function jenkinsThat(quieting: boolean, more: Partial<Jenkins> = {}, keepsReason = true) {
  const state = { quieting, reason: undefined as string | undefined, acts: [] as string[] };
  const jenkins: Partial<Jenkins> = {
    controller: async () =>
      aController({ quietingDown: state.quieting, quietDownReason: keepsReason ? state.reason : undefined }),
    executors: async () => aLoadOf(['app', 'lib']),
    buildQueue: async () => [item(1), item(2), item(3)],
    async quietDown(reason) {
      state.acts.push(`quiet: ${reason}`);
      state.quieting = true;
      state.reason = reason;
    },
    async cancelQuietDown() {
      state.acts.push('go on');
      state.quieting = false;
    },
    ...more,
  };
  return { state, jenkins };
}

const holding: ChangeInfo = {
  jobId: 'd-lee',
  userId: 'U0LEE',
  text: 'deploy --mem 2048',
  step: 'quieting',
  since: NOW,
};
const changes = { running: async () => holding };

describe('quiet', () => {
  test('tells what runs, what waits, and who asked', async () => {
    const { jenkins, state } = jenkinsThat(false);
    const { ok, message } = await changed(quiet, 'quiet moving the <git> server', { jenkins });
    expect({ ok, text: message.text }).toEqual({
      ok: true,
      text: '@U0ANA had Jenkins quiet down: moving the <git> server. No new build starts until unquiet or a restart. 2 builds run and end as usual (app, lib); 3 builds wait in the queue.',
    });
    expect(state.acts).toEqual(['quiet: moving the <git> server (Ana in Slack)']);
  });

  test('of a Jenkins that is quiet already changes nothing', async () => {
    const { jenkins, state } = jenkinsThat(true);
    state.reason = 'Lee is at it';
    const { ok, message } = await changed(quiet, 'quiet', { jenkins });
    expect(ok).toBe(true);
    expect(message.text).toMatch(/^Jenkins was quieting down already \(Lee is at it\)\. Nothing was changed\./);
    expect(state.acts).toEqual([]);
  });

  test('with another reason gives Jenkins that reason', async () => {
    const { jenkins, state } = jenkinsThat(true);
    state.reason = 'Lee is at it';
    const { message } = await changed(quiet, 'quiet really now', { jenkins });
    expect(message.text).toMatch(/had Jenkins quiet down: really now\./);
    expect(state.acts).toHaveLength(1);
  });

  test('while a change of ours holds it says whose, and sets nothing that would be taken back', async () => {
    const { jenkins, state } = jenkinsThat(true);
    const { ok, message } = await changed(quiet, 'quiet', { jenkins, changes });
    expect(ok).toBe(false);
    expect(message.text).toMatch(
      /^Jenkins is quieting down already, because deploy --mem 2048 of Lee waits for its builds\. It ends with that change/,
    );
    expect(state.acts).toEqual([]);
  });

  test('that somebody ended at once is no success', async () => {
    const { jenkins } = jenkinsThat(false, { quietDown: async () => undefined });
    const { ok, message } = await changed(quiet, 'quiet', { jenkins });
    expect(ok).toBe(false);
    expect(message.text).toMatch(/^Jenkins is not quieting down: read back/);
  });

  test('does not need to know what runs', async () => {
    const { jenkins } = jenkinsThat(false, {
      executors: () => Promise.reject(silence('Jenkins')),
      buildQueue: async () => [],
    });
    expect((await changed(quiet, 'quiet', { jenkins })).message.text).toMatch(
      /What runs is not known; nothing waits in the queue\.$/,
    );
  });

  test('takes a reason of at most 200 characters', () => {
    expect(() => parse(`quiet ${'x'.repeat(201)}`, catalogueOf([quiet]))).toThrow(UserError);
  });
});

describe('unquiet', () => {
  test('lets builds start again', async () => {
    const { jenkins, state } = jenkinsThat(true);
    const { ok, message } = await changed(unquiet, 'unquiet', { jenkins });
    expect({ ok, text: message.text }).toEqual({
      ok: true,
      text: '@U0ANA ended the quiet-down: Jenkins starts builds again. 3 builds wait in the queue and may start now.',
    });
    expect(state.acts).toEqual(['go on']);
  });

  test('of a Jenkins that is not quiet changes nothing', async () => {
    const { jenkins, state } = jenkinsThat(false);
    expect((await changed(unquiet, 'unquiet', { jenkins })).message.text).toBe(
      'Jenkins was not quieting down. Nothing was changed.',
    );
    expect(state.acts).toEqual([]);
  });

  test('leaves the quiet-down to the change that holds it', async () => {
    const { jenkins, state } = jenkinsThat(true);
    expect(await refusalOf(changed(unquiet, 'unquiet', { jenkins, changes }))).toEqual([
      '`deploy --mem 2048` of Lee holds the quiet-down while it waits for builds. Nothing was changed.',
      '`cancel d-lee` ends that change, and takes the quiet-down back if it set it.',
    ]);
    expect(state.acts).toEqual([]);
  });

  test('that somebody undid is no success', async () => {
    const { jenkins } = jenkinsThat(true, { cancelQuietDown: async () => undefined });
    expect((await changed(unquiet, 'unquiet', { jenkins })).ok).toBe(false);
  });
});
