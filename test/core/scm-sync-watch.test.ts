import { describe, expect, it } from 'vitest';
import type { ScmSyncStatus } from '../../src/core/cluster.js';
import { type ScmSyncMemory, type ScmSyncState, watchScmSync } from '../../src/core/scm-sync-watch.js';
import type { Signal } from '../../src/core/signal.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { NOW, SAVED } from '../support/ci-service.js';

const CHECKIN = 'Error while checking in file to scm repository';
const WELL: ScmSyncStatus = { ...SAVED, source: 'script' };
/** A push that failed after the last success. */
const FAILING = {
  failedAt: NOW - 30 * SECOND,
  failSize: 82,
  failText: CHECKIN,
  failDate: 'Thu May 28 17:59:30 CST 2015',
  logText: 'Permission denied (publickey).',
  logAt: NOW - 30 * SECOND,
  unpushedCommits: 1,
} satisfies Partial<ScmSyncStatus>;
/** As it stays in the files once a later change has been pushed. */
const MENDED = { ...FAILING, unpushedCommits: 0, successAt: NOW };
const FOOTER: ScmSyncStatus = {
  ...WELL,
  scm: undefined,
  url: undefined,
  queuedCommits: undefined,
  unpushedCommits: undefined,
  dirtyFiles: undefined,
  configInSync: undefined,
  successAt: undefined,
  source: 'footer',
};
const SHOWN_FAILURE = {
  failText: CHECKIN,
  failDate: FAILING.failDate,
  failedAt: Date.UTC(2015, 4, 28, 17, 59, 30),
} satisfies Partial<ScmSyncStatus>;

/** A look so many minutes after NOW; `undefined` in a history: nobody answered. */
const at = (minutes: number, patch: Partial<ScmSyncStatus> = {}, base = WELL): ScmSyncStatus => ({
  ...base,
  now: NOW + minutes * MINUTE,
  ...patch,
});
const footerAt = (minutes: number, patch: Partial<ScmSyncStatus> = {}) => at(minutes, patch, FOOTER);

/** What people would see of a signal: rings, and lines that are new. */
function told(signal: Signal): string[] {
  switch (signal.kind) {
    case 'raise':
      return [`ring ${signal.line}`];
    case 'update':
      return signal.line === undefined ? [] : [`line ${signal.line.text}`];
    case 'note':
      return [`note ${signal.line.text}`];
    case 'resolve':
      return [`over ${signal.line}`];
    default:
      return [signal.kind];
  }
}

interface Told {
  state: ScmSyncState;
  said: string[];
}

/** Follows a history as the journey does: the memory crosses Redis, and a ring whose identity is known is no news. */
function follow(looks: readonly ScmSyncStatus[]): Told[] {
  let memory: ScmSyncMemory | undefined;
  const rung = new Set<string>();
  return looks.map((look) => {
    const detected = watchScmSync(memory, JSON.parse(JSON.stringify(look)));
    memory = JSON.parse(JSON.stringify(detected.memory)) as ScmSyncMemory;
    const news = detected.signals.filter((signal) => signal.kind !== 'raise' || !rung.has(signal.identity));
    for (const signal of news) if (signal.kind === 'raise') rung.add(signal.identity);
    return { state: memory.state, said: news.flatMap(told) };
  });
}

const RING = 'ring saving to git fails: git.example.org does not accept the ssh key of Jenkins';
const OVER = 'over everything is saved in git again';
const RESTARTED = 'note Jenkins restarted; configuration changes made after 2015-05-28 09:00 UTC may be lost';
const PURGED = 'note an administrator purged the failure message in Jenkins, which by itself saves nothing';
const HELD_UP = 'ring changes do not get to git: a commit cannot be carried out, and all later ones wait behind it';

type History = [title: string, steps: [look: ScmSyncStatus, state: ScmSyncState, ...said: string[]][]];

const HISTORIES: History[] = [
  [
    'says nothing while everything is saved',
    [
      [at(0), 'ok'],
      [at(1), 'ok'],
    ],
  ],
  ['says nothing before the first success', [[at(0, { successAt: undefined }), 'unknown']]],
  [
    'says nothing where nothing is synchronised',
    [
      [at(0, { plugin: 'absent', failedAt: NOW }), 'off'],
      [at(1, { plugin: 'inactive', failedAt: NOW }), 'off'],
      [at(2, { scm: 'None', failedAt: NOW }), 'off'],
    ],
  ],
  [
    'rings at the first look that finds a failure, and is over when two looks are well',
    [
      [at(0), 'ok'],
      [at(1, FAILING), 'failing', RING],
      [at(2, FAILING), 'failing'],
      [at(3, MENDED), 'ok'],
      [at(4, MENDED), 'ok', OVER],
      [at(5, MENDED), 'ok'],
    ],
  ],
  ['rings when the very first look finds a failure', [[at(0, FAILING), 'failing', RING]]],
  [
    'takes equal times of old JVMs for a failure only while commits wait',
    [
      [at(0, { ...FAILING, successAt: FAILING.failedAt, unpushedCommits: 0 }), 'ok'],
      [at(1, { ...FAILING, successAt: FAILING.failedAt, queuedCommits: 1 }), 'failing', RING],
    ],
  ],
  [
    'does not count one look twice on the way back',
    [
      [at(0, FAILING), 'failing', RING],
      [at(1, MENDED), 'ok'],
      [at(1, MENDED), 'ok'],
      [at(2, MENDED), 'ok', OVER],
    ],
  ],
  [
    'begins to count anew when something waits in between',
    [
      [at(0, FAILING), 'failing', RING],
      [at(1, MENDED), 'ok'],
      [at(2, { ...MENDED, queuedCommits: 1 }), 'ok'],
      [at(3, MENDED), 'ok'],
      [at(4, MENDED), 'ok', OVER],
    ],
  ],
  [
    'rings again for a new failure, and never for the old one',
    [
      [at(0, FAILING), 'failing', RING],
      [at(1, MENDED), 'ok'],
      [at(2, MENDED), 'ok', OVER],
      [
        at(3, { ...MENDED, failedAt: NOW + 2 * MINUTE, failDate: 'Thu May 28 18:02:00 CST 2015' }),
        'failing',
        'ring saving to git fails: the plugin reports a failure',
      ],
    ],
  ],
  [
    'says nothing of what waits for a moment, as at every change and every start of an agent',
    [
      [at(0, { queuedCommits: 1, configInSync: false }), 'ok'],
      [at(1), 'ok'],
      [at(2, { unpushedCommits: 1 }), 'ok'],
      [at(3), 'ok'],
    ],
  ],
  [
    'wants a minute between two looks before it calls a standstill one',
    [
      [at(0, { queuedCommits: 1 }), 'ok'],
      [at(0.5, { queuedCommits: 1 }), 'ok'],
      [at(1, { queuedCommits: 2 }), 'stuck', HELD_UP],
      [at(2, { queuedCommits: 2 }), 'stuck'],
      [at(3), 'ok'],
      [at(4), 'ok', OVER],
    ],
  ],
  [
    'calls it stuck when commits are not pushed',
    [
      [at(0, { unpushedCommits: 1 }), 'ok'],
      [at(1, { unpushedCommits: 1 }), 'stuck', 'ring changes do not get to git: commits have been made and not pushed'],
    ],
  ],
  [
    'calls it stuck when the configuration on disk stays another than git has',
    [
      [at(0, { configInSync: false, successAt: undefined }), 'unknown'],
      [
        at(1, { configInSync: false, successAt: undefined }),
        'stuck',
        'ring changes do not get to git: `config.xml` on disk is not what git has',
      ],
    ],
  ],
  [
    'goes on with one case when a standstill turns into a failure',
    [
      [at(-2, { queuedCommits: 1 }), 'ok'],
      [at(-1, { queuedCommits: 1 }), 'stuck', HELD_UP],
      [at(0, FAILING), 'failing', RING.replace('ring', 'line now:')],
    ],
  ],
  [
    'repeats itself when the text is another, and not when only numbers in it are',
    [
      [
        at(0, { ...FAILING, logText: 'ssh: connect to host git port 22: timed out after 7501 ms' }),
        'failing',
        expect.stringContaining('ring'),
      ],
      [at(1, { ...FAILING, logText: 'ssh: connect to host git port 22: timed out after 7603 ms' }), 'failing'],
      [at(2, { ...FAILING, logText: undefined }), 'failing'],
      [
        at(3, { ...FAILING, logText: '! [rejected] master -> master (fetch first)' }),
        'failing',
        'line now: saving to git fails: the repository has commits that this controller does not have, so git refuses the push',
      ],
    ],
  ],
  [
    'repeats itself after a day',
    [
      [at(0, FAILING), 'failing', RING],
      [at(DAY / MINUTE - 1, FAILING), 'failing'],
      [at(DAY / MINUTE, FAILING), 'failing', RING.replace('ring', 'line still, after another day:')],
      [at(DAY / MINUTE + 1, FAILING), 'failing'],
      [at((2 * DAY) / MINUTE, FAILING), 'failing', RING.replace('ring', 'line still, after another day:')],
    ],
  ],
  [
    'does not take a restart for a recovery, and is over when two looks at the new life are well',
    [
      [at(0, FAILING), 'failing', RING],
      [at(5, { session: 'session-2', successAt: NOW + 4 * MINUTE }), 'ok', RESTARTED],
      [
        at(6, { session: 'session-2', successAt: NOW + 4 * MINUTE }),
        'ok',
        'over nothing waits for git since the restart; what was lost with it stays lost',
      ],
    ],
  ],
  [
    'goes on with the state of the new life when that is no better',
    [
      [at(0, FAILING), 'failing', RING],
      [at(5, { session: 'session-2', successAt: undefined }), 'unknown', RESTARTED],
      [at(6, { session: 'session-2', ...FAILING, failedAt: NOW + 6 * MINUTE, logAt: NOW + 6 * MINUTE }), 'failing'],
    ],
  ],
  [
    'has nothing to say of a restart while all was well',
    [
      [at(0), 'ok'],
      [at(5, { session: 'session-2' }), 'ok'],
    ],
  ],
  [
    'does not take a purge for a recovery until something is saved',
    [
      [at(0, { ...FAILING, unpushedCommits: 0 }), 'failing', RING],
      [at(1), 'failing', PURGED],
      [at(2), 'failing'],
      [at(3), 'failing'],
      [at(4, { successAt: NOW + 3 * MINUTE }), 'ok'],
      [at(5, { successAt: NOW + 3 * MINUTE }), 'ok', OVER],
    ],
  ],
  [
    'says nothing of a purge when the failure was over',
    [
      [at(0, MENDED), 'ok'],
      [at(1, { successAt: NOW }), 'ok'],
    ],
  ],
  [
    'warns once of a failure between two looks although all is well, and of what it was about',
    [
      [at(0, MENDED), 'ok'],
      [
        at(1, { ...MENDED, failSize: 120, failText: 'Delete jobs/old-name/', successAt: NOW + 30 * SECOND }),
        'ok',
        'ring one save failed: something deleted in Jenkins is still in git',
      ],
      [at(2, { ...MENDED, failSize: 120 }), 'ok'],
      [at(3, { ...MENDED, failSize: 120 }), 'ok', 'over saving to git goes on'],
      [at(4, { ...MENDED, failSize: 120 }), 'ok'],
    ],
  ],
  [
    'is no less warned when there was no fail.log before',
    [
      [at(0), 'ok'],
      [at(1, MENDED), 'ok', expect.stringMatching(/^ring one save failed/)],
    ],
  ],
  [
    'compares no sizes across a restart',
    [
      [at(0), 'ok'],
      [at(1, { ...MENDED, session: 'session-2' }), 'ok'],
    ],
  ],
  [
    'ends when SCM sync is switched off, without calling it saved',
    [
      [at(0, FAILING), 'failing', RING],
      [at(1, { scm: 'None' }), 'off', PURGED],
      [at(2, { scm: 'None' }), 'off', 'over SCM sync is switched off: nothing more is saved in git'],
    ],
  ],
  [
    'is not moved by a look that a later one overtook',
    [
      [at(1, FAILING), 'failing', RING],
      [at(0), 'failing'],
    ],
  ],
  [
    'sees a failure in the footer of a page, and its end only when something is saved after a purge',
    [
      [footerAt(0, { successAt: SHOWN_FAILURE.failedAt - HOUR }), 'ok'],
      [footerAt(1, SHOWN_FAILURE), 'failing', 'ring saving to git fails: the plugin reports a failure'],
      [footerAt(2, SHOWN_FAILURE), 'failing'],
      [footerAt(3, { successAt: SHOWN_FAILURE.failedAt - HOUR }), 'failing', PURGED],
      [footerAt(4, { successAt: SHOWN_FAILURE.failedAt - HOUR }), 'failing'],
      [footerAt(5, { successAt: SHOWN_FAILURE.failedAt + HOUR }), 'ok'],
      [footerAt(6, { successAt: SHOWN_FAILURE.failedAt + HOUR }), 'ok', OVER],
    ],
  ],
  [
    'is not rung by an old failure that a footer still shows after the script saw it mended',
    [
      [at(0, MENDED), 'ok'],
      [footerAt(1, SHOWN_FAILURE), 'ok'],
      [footerAt(2, SHOWN_FAILURE), 'ok'],
      [
        footerAt(3, { ...SHOWN_FAILURE, failDate: 'Thu May 28 18:03:00 CST 2015' }),
        'failing',
        'ring saving to git fails: the plugin reports a failure',
      ],
      [at(4, MENDED), 'ok'],
      [at(5, MENDED), 'ok', OVER],
    ],
  ],
  [
    'does not let a footer take back what the script has found',
    [
      [at(0, { unpushedCommits: 2 }), 'ok'],
      [at(1, { unpushedCommits: 2 }), 'stuck', expect.stringMatching(/^ring/)],
      [footerAt(2, { successAt: NOW + DAY }), 'stuck'],
      [footerAt(3, { successAt: NOW + DAY }), 'stuck'],
      [at(4), 'ok'],
      [at(5), 'ok', OVER],
    ],
  ],
];

describe('SCM sync', () => {
  it.each(HISTORIES)('%s', (_title, steps) => {
    const expected = steps.map(([, state, ...said]) => ({ state, said }));
    expect(follow(steps.map(([look]) => look))).toEqual(expected);
  });
});

describe('the facts', () => {
  const first = (look: ScmSyncStatus, refused?: string) => {
    const ring = watchScmSync(undefined, look, refused).signals[0];
    if (ring?.kind !== 'raise') throw new Error('nothing rang');
    return ring;
  };

  it('of a failure tell since when, why, and what is at risk', () => {
    const look = at(0, { ...FAILING, filesAtRisk: ['jobs/web/config.xml', 'config.xml'] });
    expect(first(look)).toEqual({
      kind: 'raise',
      fingerprint: 'scm-sync-failed',
      identity: 'scm-sync-failed session-1 failing Thu May 28 17:59:30 CST 2015',
      at: NOW - 30 * SECOND,
      line: 'saving to git fails: git.example.org does not accept the ssh key of Jenkins',
      facts: {
        trouble: 'failing',
        kind: 'ssh-key-refused',
        failText: CHECKIN,
        quote: 'Permission denied (publickey).',
        since: NOW - 30 * SECOND,
        sinceWords: null,
        lastSavedAt: NOW - HOUR,
        queued: 0,
        unpushed: 1,
        files: ['jobs/web/config.xml', 'config.xml'],
        host: 'git.example.org',
        footerOnly: null,
        restart: null,
        off: null,
      },
    });
  });

  it('leave out what git said about something older than the last success', () => {
    expect(first(at(0, { ...FAILING, logAt: NOW - 2 * HOUR })).facts).toMatchObject({ kind: 'other', quote: null });
  });

  it('from a footer name its date in its own words, and why nothing better was read', () => {
    expect(first(footerAt(0, SHOWN_FAILURE), 'Jenkins: 403, bellboard lacks a right').facts).toMatchObject({
      since: NOW,
      sinceWords: 'Thu May 28 17:59:30 CST 2015',
      footerOnly: 'Jenkins: 403, bellboard lacks a right',
      lastSavedAt: null,
    });
  });

  it('are the same to two workers with the same look, and a failure is the same to both sources', () => {
    const look = at(0, FAILING);
    expect(watchScmSync(undefined, look)).toEqual(watchScmSync(undefined, look));
    expect(first(footerAt(3, SHOWN_FAILURE)).identity).toBe(first(look).identity);
  });

  it('of a new life are another case', () => {
    expect(first(at(0, { ...FAILING, session: 'session-2' })).identity).not.toBe(first(at(0, FAILING)).identity);
  });

  it('keep the restart in view for as long as the case lasts', () => {
    const failing = watchScmSync(undefined, at(0, FAILING)).memory;
    const { signals } = watchScmSync(failing, at(5, { session: 'session-2', successAt: undefined }));
    expect(signals.at(-1)).toMatchObject({
      kind: 'update',
      facts: { restart: { at: NOW + 5 * MINUTE, lastSavedAt: NOW - HOUR } },
    });
  });
});

describe('the log', () => {
  const saidAfter = (...looks: ScmSyncStatus[]) =>
    looks.reduce<ScmSyncMemory | undefined>((memory, look) => watchScmSync(memory, look).memory, undefined)?.logOnce;

  it('hears once that nothing is synchronised', () => {
    const absent = at(0, { plugin: 'absent' });
    expect(saidAfter(absent)).toBe('the SCM sync plugin is not installed: nothing is watched for scm-sync-failed');
    expect(saidAfter(absent, at(1, { plugin: 'absent' }))).toBe(saidAfter(absent));
    expect(saidAfter(absent, at(1))).toBeUndefined();
  });

  it('hears that only a footer is seen', () => {
    expect(saidAfter(footerAt(0, { successAt: 1 }))).toMatch(/^SCM sync is watched through the footer of a page/);
  });
});
