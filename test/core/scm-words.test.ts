import { expect, test } from 'vitest';
import type { ScmSyncStatus } from '../../src/core/cluster.js';
import { type ScmState, scmState, scmWords } from '../../src/core/scm-words.js';
import { NOW, SAVED } from '../support/ci-service.js';

const EARLIER = NOW - 60_000;
const LATER = NOW - 30_000;

test.each<[string, Partial<ScmSyncStatus>, ScmState, string]>([
  ['no plugin', { plugin: 'absent' }, 'off', 'the SCM sync plugin is not installed'],
  ['a plugin that is switched off', { plugin: 'inactive' }, 'off', 'SCM sync is switched off'],
  ['no SCM chosen', { scm: 'None' }, 'off', 'SCM sync is switched off'],
  ['an SCM nobody can read', { scm: undefined }, 'off', 'SCM sync is switched off'],
  ['everything pushed', {}, 'ok', 'everything is saved in git'],
  ['a success after a failure', { failedAt: EARLIER, successAt: LATER }, 'ok', 'everything is saved in git'],
  ['a failure after a success', { failedAt: LATER, successAt: EARLIER }, 'failing', 'failing'],
  ['a failure and no success', { failedAt: LATER, successAt: undefined }, 'failing', 'failing'],
  [
    'a failure with commits left',
    { failedAt: LATER, successAt: EARLIER, queuedCommits: 1, unpushedCommits: 2 },
    'failing',
    'failing, commits: 1 queued, 2 not pushed',
  ],
  [
    'a failure with the configuration not in git',
    { failedAt: LATER, successAt: EARLIER, configInSync: false },
    'failing',
    'failing, the configuration on disk differs from git',
  ],
  [
    'both in one second, with commits left (1 s resolution of old JVMs)',
    { failedAt: LATER, successAt: LATER, unpushedCommits: 1 },
    'failing',
    'failing, commits: 1 not pushed',
  ],
  ['both in one second, with nothing left', { failedAt: LATER, successAt: LATER }, 'ok', 'everything is saved in git'],
  ['a commit in the queue', { queuedCommits: 3 }, 'unsaved', 'commits: 3 queued'],
  ['a file that differs', { configInSync: false }, 'unsaved', 'the configuration on disk differs from git'],
  ['no success yet', { successAt: undefined }, 'unknown', 'nothing saved yet since this controller started'],
  [
    'counts nobody can read',
    { queuedCommits: undefined, unpushedCommits: undefined, configInSync: undefined },
    'ok',
    'everything is saved in git',
  ],
])('%s', (_what, patch, state, words) => {
  expect([scmState({ ...SAVED, ...patch }), scmWords({ ...SAVED, ...patch })]).toEqual([state, words]);
});
