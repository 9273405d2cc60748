import { describe, expect, it } from 'vitest';
import { repositoryHost, type ScmErrorKind, scmErrorKind, scmErrorWords } from '../../src/core/scm-error-class.js';
import { SAVED } from '../support/ci-service.js';

const CHECKIN = 'Error while checking in file to scm repository';

describe('what git says', () => {
  it.each<[quote: string, kind: ScmErrorKind]>([
    ['*** Please tell me who you are.', 'no-identity'],
    ['Author identity unknown', 'no-identity'],
    ["fatal: unable to auto-detect email address (got 'jenkins@slave1.(none)')", 'no-identity'],
    ['fatal: empty ident name (for <>) not allowed', 'no-identity'],
    ['Host key verification failed.', 'unknown-host-key'],
    ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @', 'unknown-host-key'],
    ['Permission denied (publickey).', 'ssh-key-refused'],
    ['git@git.example.org: Permission denied (publickey,password).', 'ssh-key-refused'],
    ["fatal: could not read Username for 'https://git.example.org': No such device or address", 'login-failed'],
    ["fatal: Authentication failed for 'https://git.example.org/ci/jenkins.git/'", 'login-failed'],
    ['remote: HTTP Basic: Access denied', 'login-failed'],
    ['! [remote rejected] master -> master (pre-receive hook declined)', 'push-forbidden'],
    ['ERROR: Permission to ci/jenkins.git denied to deploy-bot.', 'push-forbidden'],
    ['ERROR: The key you are authenticating with has been marked as read only.', 'push-forbidden'],
    ['remote: Repository not found.', 'no-repository'],
    ["fatal: '/srv/git/ci.git' does not appear to be a git repository", 'no-repository'],
    ['! [rejected]        master -> master (fetch first)', 'diverged'],
    ['! [rejected]        master -> master (non-fast-forward)', 'diverged'],
    ['ssh: connect to host git.example.org port 22: Connection timed out', 'network'],
    ['ssh: Could not resolve hostname git.example.org: Temporary failure in name resolution', 'network'],
    ['fatal: The remote end hung up unexpectedly', 'network'],
    ["fatal: Unable to create '/x/.git/index.lock': File exists.", 'locked'],
    ['fatal: write error: No space left on device', 'disk'],
    ['fatal: Fehler', 'other'],
  ])('%s', (quote, kind) => {
    expect(scmErrorKind({ failText: CHECKIN, quote }, SAVED)).toBe(kind);
  });
});

describe('what the plugin says', () => {
  it.each<[failText: string, kind: ScmErrorKind]>([
    [CHECKIN, 'other'],
    ['Checkout /var/lib/mesos/slaves/S1/checkoutConfiguration', 'checkout-failed'],
    ['Delete jobs/old-name/', 'delete-failed'],
    ['Failed to recursively delete scm directory /x/jobs/old-name', 'poisoned'],
    ['Error while creating directory /x/jobs/new', 'disk'],
    ['Error while checking content checksum', 'other'],
  ])('%s', (failText, kind) => {
    expect(scmErrorKind({ failText, quote: undefined }, SAVED)).toBe(kind);
  });

  it('of a checkout is explained by git', () => {
    const quote = 'Host key verification failed.';
    expect(scmErrorKind({ failText: 'Checkout /x', quote }, SAVED)).toBe('unknown-host-key');
  });

  it('of a removal is never about the remote', () => {
    const quote = 'Connection timed out';
    expect(scmErrorKind({ failText: 'Delete jobs/x/', quote }, SAVED)).toBe('delete-failed');
  });
});

describe('without a failure', () => {
  it.each<[what: string, patch: Partial<typeof SAVED>, quote: string | undefined, kind: ScmErrorKind]>([
    ['a queue that stands still is held up by its first commit', { queuedCommits: 2 }, undefined, 'poisoned'],
    ['commits that stay are not pushed', { unpushedCommits: 1 }, undefined, 'not-pushed'],
    ['a file that differs was missed', { configInSync: false }, undefined, 'differs'],
    [
      'a file that differs was refused when git said so',
      { configInSync: false },
      'ignored by .gitignore',
      'add-refused',
    ],
  ])('%s', (_what, patch, quote, kind) => {
    expect(scmErrorKind({ failText: undefined, quote }, { ...SAVED, ...patch })).toBe(kind);
  });
});

it('every kind says what happened and what to do', () => {
  const words = (kind: ScmErrorKind) => scmErrorWords(kind, 'git.example.org');
  expect(words('unknown-host-key').remedy).toContain('`ssh-keyscan git.example.org`');
  expect(scmErrorWords('network', undefined).what).toBe('git does not reach the git server');
  const kinds: ScmErrorKind[] = [
    'no-identity',
    'unknown-host-key',
    'ssh-key-refused',
    'login-failed',
    'push-forbidden',
  ];
  kinds.push('no-repository', 'diverged', 'network', 'disk', 'locked', 'checkout-failed', 'delete-failed');
  kinds.push('add-refused', 'poisoned', 'not-pushed', 'differs', 'other');
  for (const kind of kinds) {
    const { what, remedy } = words(kind);
    expect(what).toMatch(/\w/);
    expect(remedy).toMatch(/\.$/);
    // An odd backtick would turn the rest of the sentence into code.
    expect(`${what}${remedy}`.split('`').length % 2).toBe(1);
  }
});

it.each([
  ['git@git.example.org:ci/jenkins.git', 'git.example.org'],
  ['ssh://git@git.example.org:7999/ci/jenkins.git', 'git.example.org'],
  ['https://ana@git.example.org/ci/jenkins.git', 'git.example.org'],
  ['https://•••@git.example.org/ci/jenkins.git', 'git.example.org'],
  ['git.example.org:ci/jenkins.git', 'git.example.org'],
  ['/srv/git/jenkins.git', undefined],
  ['file:///srv/git/jenkins.git', undefined],
  ['', undefined],
  [undefined, undefined],
])('the host of %s is %s', (url, host) => {
  expect(repositoryHost(url)).toBe(host);
});
