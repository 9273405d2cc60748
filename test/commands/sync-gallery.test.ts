// What people see of SCM sync and of Jenkins' own switches, the emptiest and the longest: as the terminal draws it, compared
// with `test/fixtures/gallery/sync.txt`, which is meant to be looked at. `UPDATE_GALLERY=1` writes it anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { render } from '../../src/adapters/slack/render.js';
import { quiet } from '../../src/commands/quiet.js';
import { restart } from '../../src/commands/restart.js';
import { sync } from '../../src/commands/sync.js';
import { syncPurge } from '../../src/commands/sync-purge.js';
import { syncReload } from '../../src/commands/sync-reload.js';
import { syncSave } from '../../src/commands/sync-save.js';
import type { Jenkins, ScmSyncStatus } from '../../src/core/cluster.js';
import type { Message } from '../../src/core/conversation.js';
import { HOUR, SECOND } from '../../src/core/time.js';
import { complaintsAbout } from '../../src/playground/slack/block-kit.js';
import { appWith, driven } from '../support/app-changes.js';
import { changed } from '../support/changing.js';
import { aController, aLoadOf, NOW, refusal, SAVED } from '../support/ci-service.js';
import { asked } from '../support/fakes.js';
import { drawn, type Picture } from '../support/gallery.js';
import { read } from '../support/read-command.js';

const GOLDEN = new URL('../fixtures/gallery/sync.txt', import.meta.url);

const HEAD = '3f2a91c0d6b8e5f4a3c2b1a0f9e8d7c6b5a49382';
/** What nobody should be able to do with a name or a log. */
const HOSTILE = '<!channel> & <@U0ANA> *bold* _it_ `code` <http://x.example|click> ';
const FILES = Array.from({ length: 50 }, (_, at) => `jobs/${HOSTILE.repeat(3)}${at}/config.xml`);
const FAILING: Partial<ScmSyncStatus> = {
  ...{ failedAt: NOW, failSize: 9_000, failText: `Delete ${HOSTILE.repeat(60)}`, logText: HOSTILE.repeat(60) },
  ...{ queuedCommits: 12, unpushedCommits: 3, configInSync: false, filesAtRisk: FILES },
};

const scm = (status: Partial<ScmSyncStatus>): Partial<Jenkins> => ({
  scmSync: async () => ({ ...SAVED, head: HEAD, ...status }),
});
const noRight = refusal('Jenkins', 403, 'chatbot lacks the right Overall/Administer', 'POST /scriptText');
const apart = appWith({ env: { SCM_SYNC_GIT: 'git@git.example.org:ci/new.git' } });
const tight = appWith({ healthChecks: [{ path: '/', intervalSeconds: 20, maxConsecutiveFailures: 3 }] });
const many = aLoadOf(Array.from({ length: 300 }, (_, at) => `${HOSTILE}${at}`));

const git = (count: number) => ({
  ...{ refusal: undefined, ahead: 0, behind: 1, commit: HEAD },
  ...{ overwritten: FILES.slice(0, count), overwrittenCount: count * 100, added: [], addedCount: 0 },
});

async function planOf(jenkins: Partial<Jenkins>, text: string, command = syncReload, app = apart): Promise<Message> {
  const { command: disrupt, plan } = driven(command);
  return disrupt.planView(await plan({ jenkins, marathon: { app: async () => app } }, text), asked());
}

/** SCM sync that answers otherwise once it was asked to save. */
function saving(after: Partial<ScmSyncStatus>): Partial<Jenkins> {
  let isAsked = false;
  return {
    scmSync: async () => ({ ...SAVED, head: 'aaaaaaa', ...(isAsked ? after : {}) }),
    scmSaveAll: async () => {
      isAsked = true;
    },
  };
}

const quieting = (reason: string): Partial<Jenkins> => {
  let isQuiet = false;
  return {
    controller: async () => aController({ quietingDown: isQuiet, quietDownReason: reason }),
    executors: async () => many,
    quietDown: async () => {
      isQuiet = true;
    },
  };
};

const CASES: readonly [string, () => Promise<Message>][] = [
  ['sync: everything is saved', () => read(sync, { jenkins: scm({}) })],
  [
    'sync: an old failure is noted',
    () => read(sync, { jenkins: scm({ failedAt: NOW - 3 * HOUR, failText: 'Delete jobs/old/' }) }),
  ],
  [
    'sync: on its way',
    () => read(sync, { jenkins: scm({ queuedCommits: 1, configInSync: false, filesAtRisk: ['config.xml'] }) }),
  ],
  [
    'sync: the longest, and from two repositories',
    () => read(sync, { jenkins: scm(FAILING), marathon: { app: async () => apart } }),
  ],
  ['sync: no plugin', () => read(sync, { jenkins: scm({ plugin: 'absent' }) })],
  [
    'sync: only the footer',
    () =>
      read(sync, {
        jenkins: {
          scmSync: () => Promise.reject(noRight),
          scmSyncFooter: async () => ({
            ...{ ...SAVED, scm: undefined, url: undefined, successAt: undefined, failedAt: NOW, source: 'footer' },
            ...{ failText: 'Error while checking in file to scm repository', failDate: 'Thu May 28 18:41:10 CST 2015' },
          }),
        },
      }),
  ],
  ['sync save: saved', async () => (await changed(syncSave, 'sync save', { jenkins: saving({ head: HEAD }) })).message],
  [
    'sync save: refused by git',
    async () =>
      (await changed(syncSave, 'sync save', { jenkins: saving({ ...FAILING, failedAt: NOW + SECOND }) })).message,
  ],
  [
    'sync purge',
    async () => {
      let note: Partial<ScmSyncStatus> = { failedAt: NOW, failText: HOSTILE.repeat(20) };
      const jenkins = {
        scmSync: async () => ({ ...SAVED, ...note }),
        scmPurge: async () => {
          note = {};
          return { had: true };
        },
      };
      return (await changed(syncPurge, 'sync purge', { jenkins })).message;
    },
  ],
  [
    'sync reload: the plan',
    () =>
      planOf(
        {
          ...scm({}),
          scmIncoming: async () => ({
            session: 's',
            git: { ...git(1), overwritten: ['config.xml'], overwrittenCount: 1 },
          }),
        },
        'sync reload',
      ),
  ],
  [
    'sync reload: the longest plan',
    () =>
      planOf(
        {
          ...scm(FAILING),
          executors: async () => many,
          scmIncoming: async () => ({ session: 's', git: git(50) }),
        },
        'sync reload --now',
      ),
  ],
  ['restart --jenkins: the plan', () => planOf(scm({}), 'restart --jenkins', restart)],
  [
    'restart --jenkins: a check too tight',
    () => planOf({ ...scm(FAILING), executors: async () => many }, 'restart --jenkins', restart, tight),
  ],
  ['quiet', async () => (await changed(quiet, `quiet ${HOSTILE}`, { jenkins: quieting(HOSTILE) })).message],
];

test('is drawn as it was looked at, and is what Slack takes', async () => {
  const pictures: Picture[] = [];
  for (const [title, make] of CASES) {
    const rendered = render(await make());
    expect(complaintsAbout(rendered.blocks, 'message'), title).toEqual([]);
    pictures.push({ title, messages: [{ key: 'message', rendered }] });
  }
  const text = `${pictures.map(drawn).join('\n\n')}\n`;
  if (process.env['UPDATE_GALLERY'] === '1') writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});
