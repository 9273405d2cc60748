import { describe, expect, test } from 'vitest';
import { sync } from '../../src/commands/sync.js';
import type { ScmSyncStatus } from '../../src/core/cluster.js';
import type { Message } from '../../src/core/conversation.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { appWith } from '../support/app-changes.js';
import { NOW, refusal, SAVED, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { linesOf, read } from '../support/read-command.js';

const HEAD = '3f2a91c0d6b8e5f4a3c2b1a0f9e8d7c6b5a49382';
const HOUR_AGO = '<!date^1432803600^{date_short_pretty} {time}|2015-05-28 09:00 UTC>';

const seen = (status: Partial<ScmSyncStatus>, more: FakeCalls = {}) =>
  read(sync, { ...more, jenkins: { scmSync: async () => ({ ...SAVED, head: HEAD, ...status }), ...more.jenkins } });

const buttonsOf = (message: Message) =>
  message.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons.map(({ value }) => value) : []));

const FAILING: Partial<ScmSyncStatus> = {
  failedAt: NOW - MINUTE,
  failSize: 160,
  failText: 'Error while checking in file to scm repository',
  logText: 'Permission denied (publickey).',
  unpushedCommits: 2,
  filesAtRisk: ['config.xml', 'jobs/web `x`/config.xml'],
};

test('everything is saved', async () => {
  const message = await seen({});
  expect(linesOf(message)).toEqual([
    ':large_green_circle: Everything is saved in git.',
    `Last success: ${HOUR_AGO}, 1 h ago`,
    'Commits: none wait',
    'Newest commit: `3f2a91c`',
    'Repository: `git@git.example.org:ci/jenkins.git`',
  ]);
  expect(buttonsOf(message)).toEqual([]);
});

test('saving fails: since when, why, what is at risk, what to do', async () => {
  const message = await seen(FAILING);
  const [headline, ...rest] = linesOf(message);
  expect(headline).toBe(
    ":red_circle: Jenkins' configuration is not saved in git: git.example.org does not accept the ssh key of Jenkins.",
  );
  expect(rest).toEqual([
    `Last success: ${HOUR_AGO}, 1 h ago`,
    'Last failure: <!date^1432807140^{date_short_pretty} {time}|2015-05-28 09:59 UTC>: `Error while checking in file to scm repository`',
    'Git says: `Permission denied (publickey).`',
    'Commits: 2 not pushed',
    'Newest commit: `3f2a91c`',
    "Files at risk: `config.xml`, `jobs/web 'x'/config.xml`",
    'Repository: `git@git.example.org:ci/jenkins.git`',
    expect.stringMatching(/^\*What to do:\* Give the user Jenkins runs as a key/),
    '[Save now]',
  ]);
  expect(buttonsOf(message)).toEqual(['sync save']);
  expect(message.text).toContain('Git says: Permission denied (publickey).');
});

test.each<[string, Partial<ScmSyncStatus>, string, string[]]>([
  [
    'waits',
    { queuedCommits: 1, configInSync: false },
    ':hourglass_flowing_sand: Not everything is in git yet',
    ['sync save'],
  ],
  [
    'never saved',
    { successAt: undefined },
    ':warning: Nothing was saved in git yet since this controller started.',
    ['sync save'],
  ],
  [
    'noted',
    { failedAt: NOW - 2 * HOUR, failText: 'Delete jobs/old/' },
    ':large_green_circle: Everything is saved in git.',
    ['sync purge'],
  ],
])('%s', async (_, status, headline, buttons) => {
  const message = await seen(status);
  expect(linesOf(message)[0]).toContain(headline);
  expect(buttonsOf(message)).toEqual(buttons);
});

test('what waits is named', async () => {
  const message = await seen({ queuedCommits: 1, unpushedCommits: 2, configInSync: false });
  expect(linesOf(message)).toContain('Commits: 1 queued, 2 not pushed, `config.xml` on disk is not what git has');
});

test('read from one repository and written to another', async () => {
  const app = appWith({ env: { SCM_SYNC_GIT: 'https://bot:hunter22@git.example.org/ci/new.git' } });
  const message = await seen({}, { marathon: { app: async () => app } });
  expect(linesOf(message)).toEqual(
    expect.arrayContaining([
      'Read from: `https://git.example.org/ci/new.git`',
      'Written to: `git@git.example.org:ci/jenkins.git`',
      expect.stringMatching(/^:warning: A new task reads one repository and SCM sync writes to another/),
    ]),
  );
  expect(JSON.stringify(message)).not.toContain('hunter22');
});

describe('SCM sync that does not work here', () => {
  test.each<[string, Partial<ScmSyncStatus>, RegExp, RegExp]>([
    [
      'absent',
      { plugin: 'absent' },
      /the SCM sync plugin is not installed/,
      /Install the plugin `scm-sync-configuration`/,
    ],
    ['inactive', { plugin: 'inactive' }, /SCM sync is switched off/, /switch it on in the plugin manager/],
    ['without a repository', { scm: 'None' }, /SCM sync is switched off/, /name a git repository/],
  ])('%s', async (_, status, what, remedy) => {
    const message = await seen(status);
    expect(linesOf(message)).toEqual([expect.stringMatching(what), expect.stringMatching(remedy)]);
    expect(buttonsOf(message)).toEqual([]);
  });
});

describe('without the right to run scripts', () => {
  const noRight = refusal('Jenkins', 403, 'chatbot lacks the right Overall/Administer', 'POST /scriptText');
  const footer: ScmSyncStatus = {
    ...SAVED,
    ...{
      scm: undefined,
      url: undefined,
      queuedCommits: undefined,
      unpushedCommits: undefined,
      configInSync: undefined,
    },
    source: 'footer',
  };

  test('the footer of a page is read, and said to be one', async () => {
    const jenkins = {
      scmSync: () => Promise.reject(noRight),
      scmSyncFooter: async () => ({
        ...footer,
        ...{
          successAt: undefined,
          failedAt: NOW,
          failText: 'Delete jobs/old/',
          failDate: 'Thu May 28 18:41:10 CST 2015',
        },
      }),
    };
    const lines = linesOf(await read(sync, { jenkins }));
    expect(lines).toContain('Last failure: Thu May 28 18:41:10 CST 2015, by the clock of Jenkins: `Delete jobs/old/`');
    expect(lines.at(-1)).toMatch(
      /As shown in the footer.*lacks the right Overall\/Administer.*failures and no recovery/,
    );
    expect(lines.join()).not.toMatch(/Save now|Commits/);
  });

  test('and without a footer, what to do is said', async () => {
    const jenkins = {
      scmSync: () => Promise.reject(noRight),
      scmSyncFooter: () => Promise.reject(refusal('Jenkins', 200, 'its pages show no SCM sync status', 'GET /')),
    };
    expect(linesOf(await read(sync, { jenkins }))).toEqual([
      ':warning: What git has is not known. Jenkins: 403, chatbot lacks the right Overall/Administer.',
      expect.stringMatching(/^\*What to do:\* give the account of Bellboard the right it lacks/),
    ]);
  });
});

test('Jenkins is starting', async () => {
  const pulse = async () =>
    ({ state: 'starting', session: undefined, version: undefined, detail: 'it is starting' }) as const;
  expect((await read(sync, { jenkins: { pulse } })).text).toBe(
    'What git has is not known: Jenkins is starting (it is starting). where tells more.',
  );
});

test('Marathon is silent: what Jenkins says is told all the same', async () => {
  const message = await seen({}, { marathon: { app: () => Promise.reject(silence('Marathon')) } });
  expect(linesOf(message).at(0)).toBe(':large_green_circle: Everything is saved in git.');
  expect(linesOf(message).at(-1)).toBe('(Not known: Marathon: did not answer within 15 s.)');
});
