// Our scripts about SCM sync in a real Groovy, each in a JENKINS_HOME of its own whose checkout is a real git repository.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptName } from '../../../src/adapters/jenkins/script.js';
import { hasGroovy, inGroovy, type LogLine } from '../../support/groovy.js';

const hasGit = spawnSync('git', ['--version']).status === 0;
const isThere = hasGit && hasGroovy();
const why = isThere ? '' : ' (skipped: no groovy or no git here; apt-get install groovy git)';
/** A JVM starts, on a machine that may be busy. */
const PATIENCE_MS = 180_000;

const NEW_JOB = 'jobs/新 a/config.xml';
const FIRST = { 'config.xml': 'first', 'jobs/web/config.xml': 'web' };

/** Nothing of whoever runs the tests. */
const NOBODY = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const WHO = ['-c', 'user.name=ana', '-c', 'user.email=ana@example.org', '-c', 'init.defaultBranch=master'];

function git(folder: string, ...words: string[]): string {
  return execFileSync('git', [...WHO, ...words], {
    cwd: folder,
    env: { ...process.env, ...NOBODY },
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function commit(checkout: string, files: Record<string, string>): string {
  write(checkout, files);
  git(checkout, 'add', '--all');
  git(checkout, 'commit', '--quiet', '--message', 'x');
  return git(checkout, 'rev-parse', 'HEAD');
}

const checkoutOf = (home: string) => join(home, 'scm-sync-configuration/checkoutConfiguration');

/** A server, somebody else's clone of it, and a JENKINS_HOME that has what both have. */
function scene(folder: string) {
  const [server, other, home] = [join(folder, 'server.git'), join(folder, 'other'), join(folder, 'home')];
  mkdirSync(folder);
  git(folder, 'init', '--quiet', '--bare', server);
  git(folder, 'clone', '--quiet', server, other);
  const first = commit(other, FIRST);
  git(other, 'push', '--quiet', 'origin', 'HEAD');
  mkdirSync(home);
  git(folder, 'clone', '--quiet', server, checkoutOf(home));
  write(home, { ...FIRST, 'secret.key': 'only here' });
  const pushed = (files: Record<string, string>): string => {
    const hash = commit(other, files);
    git(other, 'push', '--quiet', 'origin', 'HEAD');
    return hash;
  };
  return { home, checkout: checkoutOf(home), first, pushed };
}

type Scene = ReturnType<typeof scene>;
const SECOND_FILES = { 'config.xml': 'second', [NEW_JOB]: 'new' };
const NONE = { overwritten: [], overwrittenCount: 0, added: [], addedCount: 0 };
const SECOND = { overwritten: ['config.xml'], overwrittenCount: 1, added: [NEW_JOB], addedCount: 1 };

/** What each JENKINS_HOME is made of, and what the script must say of it. */
const CASES: Record<string, (scene: Scene) => object> = {
  'with what git has nothing would come': ({ first }) => ({
    ...{ checkout: true, fetched: true, behind: 0, ahead: 0, commit: first, ...NONE },
  }),
  'behind git its files would be written over, and new ones come': ({ pushed }) => ({
    ...{ checkout: true, fetched: true, behind: 1, ahead: 0, commit: pushed(SECOND_FILES), ...SECOND },
  }),
  'pulled already, and not yet copied, is told by the files': ({ checkout, pushed }) => {
    const commit = pushed(SECOND_FILES);
    git(checkout, 'pull', '--quiet');
    return { checkout: true, fetched: true, behind: 0, ahead: 0, commit, ...SECOND };
  },
  'edited by hand loses the edit': ({ home, first }) => {
    write(home, { 'jobs/web/config.xml': 'edited' });
    const files = { ...NONE, overwritten: ['jobs/web/config.xml'], overwrittenCount: 1 };
    return { checkout: true, fetched: true, behind: 0, ahead: 0, commit: first, ...files };
  },
  'with a commit that is not pushed keeps it': ({ home, checkout }) => {
    write(home, { 'config.xml': 'own' });
    return {
      ...{ checkout: true, fetched: true, behind: 0, ahead: 1, commit: commit(checkout, { 'config.xml': 'own' }) },
      ...NONE,
    };
  },
  'that has gone another way than git counts both': ({ checkout, pushed }) => {
    commit(checkout, { 'config.xml': 'own' });
    return { checkout: true, fetched: true, behind: 1, ahead: 1, commit: pushed(SECOND_FILES), ...SECOND };
  },
  'on a branch that follows none is compared with the one the clone began with': ({ checkout, pushed }) => {
    git(checkout, 'branch', '--unset-upstream');
    return { checkout: true, fetched: true, behind: 1, ahead: 0, commit: pushed(SECOND_FILES), ...SECOND };
  },
  'whose server is gone says so, in the words of git': ({ checkout, first }) => {
    git(checkout, 'remote', 'set-url', 'origin', '/gone/ci.git');
    return {
      ...{
        checkout: true,
        fetched: false,
        refusal: expect.stringContaining("'/gone/ci.git' does not appear to be a git"),
      },
      ...{ behind: 0, ahead: 0, commit: first, ...NONE },
    };
  },
  'without a checkout has nothing to compare': ({ checkout }) => {
    rmSync(checkout, { recursive: true });
    return { checkout: false };
  },
};

const LOG: LogLine[] = [
  { millis: 1_000, level: 'INFO', loggerName: 'jenkins.InitReactorRunner', message: 'Started initialization' },
  { millis: 3_000, level: 'INFO', loggerName: 'jenkins.InitReactorRunner', message: 'Completed initialization' },
  { millis: 9_000, level: 'INFO', loggerName: 'hudson.WebAppMain', message: 'Jenkins is fully up and running' },
  ...([4_000, 5_000] as const).map(
    (millis): LogLine => ({
      ...{ millis, level: 'SEVERE', loggerName: 'hudson.plugins.scm_sync_configuration.SCMManipulator' },
      message: `[checkinFiles] Problem during SCM commit : https://ana:secret@git.example.org/ci.git at ${millis}`,
    }),
  ),
];

describe.skipIf(!isThere)(`SCM sync${why}`, () => {
  let folder = '';
  const said = new Map<string, Record<string, unknown>>();
  const wanted = new Map<string, object>();
  let risky: Scene;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bb-scm-'));
    const runs: [string, ScriptName, string][] = Object.entries(CASES).map(([title, make], at) => {
      const one = scene(join(folder, `${at}`));
      wanted.set(title, make(one));
      return [title, 'scm-sync-incoming', one.home];
    });
    risky = scene(join(folder, 'risky'));
    commit(risky.checkout, { 'jobs/web/config.xml': 'not pushed' });
    write(risky.checkout, { 'jobs/dirty/config.xml': 'not committed' });
    const notes = { success: 'Thu May 28 18:07:31 CST 2015', fail: 'd : push to https://ana:secret@git failed<br/>' };
    for (const [name, text] of Object.entries(notes)) {
      const file = join(risky.home, `scm-sync-configuration.${name}.log`);
      writeFileSync(file, text);
      utimesSync(file, 1_432_807_651, name === 'fail' ? 1_432_809_670 : 1_432_807_651);
    }
    write(risky.home, { 'config.xml': 'not copied' });
    const fresh = join(folder, 'fresh');
    mkdirSync(fresh);
    runs.push(
      ['status', 'scm-sync-status', risky.home],
      ['nothing yet', 'scm-sync-status', fresh],
      ['save', 'scm-sync-save', risky.home],
      ['purge', 'scm-sync-purge', risky.home],
      ['purge again', 'scm-sync-purge', risky.home],
    );
    const steps = runs.map(([, name, home]) => [name, {}, home] as const);
    const { results } = inGroovy(0, steps, { log: LOG });
    for (const [at, [title]] of runs.entries()) said.set(title, results[at] ?? {});
  }, PATIENCE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe('a JENKINS_HOME', () => {
    it.each(Object.keys(CASES))('%s', (title) => {
      expect(said.get(title)).toEqual({ ok: true, session: 'c0ffee12', ...wanted.get(title) });
    });
  });

  it('tells all that git lacks, when Jenkins loaded its configuration, and no password', () => {
    const { now, timeZone, ...status } = said.get('status') ?? {};
    expect(now).toBeGreaterThan(1_432_809_670_000);
    expect(status).toEqual({
      ...{ ok: true, session: 'c0ffee12', plugin: 'active', pluginVersion: '0.0.8', displayStatus: true },
      ...{ scm: 'Git', url: 'https://git.example.org/ci.git', queuedCommits: 1, checkoutSucceeded: true },
      success: {
        ...{ exists: true, mtime: 1_432_807_651_000, size: 28, tail: 'Thu May 28 18:07:31 CST 2015' },
      },
      fail: { exists: true, mtime: 1_432_809_670_000, size: 46, tail: 'd : push to https://git failed<br/>' },
      ...{ checkoutDir: true, unpushedCommits: 1, dirtyFiles: 1, configInSync: false, loadedAt: 3_000 },
      head: expect.stringMatching(new RegExp(`^${git(risky.checkout, 'rev-parse', 'HEAD')} \\d{10}$`)),
      filesAtRisk: ['jobs/queued/config.xml', 'jobs/gone/', 'jobs/web/config.xml', 'jobs/dirty/', 'config.xml'],
      log: [5_000, 4_000].map((millis) => ({
        ...{ millis, level: 'SEVERE', logger: 'SCMManipulator' },
        message: `[checkinFiles] Problem during SCM commit : https://git.example.org/ci.git at ${millis}`,
      })),
    });
  });

  it('that has done nothing yet tells so', () => {
    const none = { exists: false };
    expect(said.get('nothing yet')).toMatchObject({ plugin: 'active', success: none, fail: none, checkoutDir: false });
  });

  it('saves everything, and purges the note of a failure once', () => {
    expect(['save', 'purge', 'purge again'].map((title) => said.get(title))).toEqual([
      { ok: true },
      { ok: true, had: true, left: false },
      { ok: true, had: false, left: false },
    ]);
    expect(existsSync(join(risky.home, 'scm-sync-configuration.success.log'))).toBe(true);
  });
});
