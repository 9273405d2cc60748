import { expect, it } from 'vitest';
import type { ScmSyncStatus } from '../../src/core/cluster.js';
import { type ScmSyncMemory, watchScmSync } from '../../src/core/scm-sync-watch.js';
import { unsavedAtDeath } from '../../src/core/scm-unsaved.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { NOW, SAVED } from '../support/ci-service.js';

const DIED = NOW + 30 * SECOND;

const seen = (...patches: Partial<ScmSyncStatus>[]): ScmSyncMemory | undefined =>
  patches.reduce<ScmSyncMemory | undefined>(
    (memory, patch) => watchScmSync(memory, { ...SAVED, ...patch }).memory,
    undefined,
  );
const FILES = Array.from({ length: 10 }, (_, index) => `jobs/web-${index}/config.xml`);

it.each<[title: string, memory: ScmSyncMemory | undefined, diedAt: number, text: string | undefined]>([
  ['nothing was ever seen', undefined, DIED, undefined],
  ['git had everything', seen({}), DIED, undefined],
  [
    'commits were not pushed',
    seen({ unpushedCommits: 2, filesAtRisk: ['jobs/web/config.xml', 'config.xml'] }),
    DIED,
    '2 commits were not pushed: these changes are lost: `jobs/web/config.xml`, `config.xml`.',
  ],
  [
    'one commit was not pushed, one still waited, and they held many files',
    seen({ unpushedCommits: 1, queuedCommits: 1, filesAtRisk: FILES }),
    DIED,
    '1 commit was not pushed and 1 commit was still queued: these changes are lost: ' +
      `${FILES.slice(0, 8)
        .map((file) => `\`${file}\``)
        .join(', ')} and 2 more.`,
  ],
  [
    'the file on disk was newer, and that was seen long before',
    seen({ configInSync: false, filesAtRisk: ['config.xml'] }),
    NOW + 10 * MINUTE,
    'git did not have the newest configuration, as seen 10 min before: these changes are lost: `config.xml`.',
  ],
  [
    'nobody could read which files',
    seen({ unpushedCommits: 1 }),
    DIED,
    '1 commit was not pushed: what they held is lost.',
  ],
  [
    'SCM sync was failing with nothing left to push',
    seen({ failedAt: NOW, failText: 'Delete jobs/old-name/' }),
    DIED,
    'SCM sync was failing: changes after 2015-05-28 09:00 UTC may be lost.',
  ],
  [
    'only a footer was seen, and it showed a failure',
    seen({ scm: undefined, successAt: undefined, failedAt: 1, failDate: 'x', source: 'footer' }),
    DIED,
    'SCM sync was failing: changes since git last had everything may be lost.',
  ],
  [
    'the next life has been seen already',
    seen({ unpushedCommits: 1 }, { session: 'session-2', now: NOW + 2 * MINUTE }),
    DIED,
    '1 commit was not pushed: what they held is lost.',
  ],
  ['only the next life was ever seen', seen({ unpushedCommits: 1, now: NOW + HOUR }), DIED, undefined],
])('at the end of the controller, when %s', (_title, memory, diedAt, text) => {
  expect(unsavedAtDeath(memory, diedAt)?.text).toBe(text);
});
