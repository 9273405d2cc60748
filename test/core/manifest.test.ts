import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { fillManifest, parseAssignments } from '../../src/core/manifest.js';

const MANIFEST = JSON.stringify({
  id: '/jenkins',
  cmd: `git clone \${SCM_SYNC_GIT} tmp && exec java $JAVA_OPTS -Dx=\${JAVA_OPTS} -jar jenkins.war --httpPort=$PORT0`,
  user: `\${APP_USER}`,
  cpus: 1,
  mem: 1536,
  env: { TZ: 'UTC', HOME_OF: `/home/\${APP_USER}` },
});
const VALUES = { SCM_SYNC_GIT: 'git@git.example.org:ci/config.git', APP_USER: 'jenkins' };

function refusal(act: () => unknown): UserError {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected a UserError');
}

describe('fillManifest', () => {
  test('puts the two settings in and leaves the variables of the shell alone', () => {
    expect(fillManifest(MANIFEST, VALUES)).toEqual({
      id: '/jenkins',
      cmd: `git clone git@git.example.org:ci/config.git tmp && exec java $JAVA_OPTS -Dx=\${JAVA_OPTS} -jar jenkins.war --httpPort=$PORT0`,
      user: 'jenkins',
      cpus: 1,
      mem: 1536,
      env: { TZ: 'UTC', HOME_OF: '/home/jenkins' },
    });
  });

  test('takes no other variable from the environment', () => {
    expect(fillManifest(MANIFEST, { ...VALUES, JAVA_OPTS: '-Xmx9g' })['cmd']).toContain(`\${JAVA_OPTS}`);
  });

  test('asks for a setting only when the manifest names it', () => {
    expect(fillManifest('{"cmd":"true"}', {})).toEqual({ cmd: 'true' });
    const error = refusal(() => fillManifest(MANIFEST, { APP_USER: 'jenkins' }));
    expect(error.message).toBe('The manifest needs SCM_SYNC_GIT, and it is not set.');
    expect(error.hint).toBe('Add `--git URL`, or set SCM_SYNC_GIT where the bot runs.');
    expect(refusal(() => fillManifest(MANIFEST, { ...VALUES, APP_USER: undefined })).hint).toContain('--user U');
  });

  test('says where the JSON is broken', () => {
    expect(refusal(() => fillManifest('{\n "cpus": 1,\n}', VALUES)).message).toBe(
      'The manifest is not JSON: line 3, column 1: expected a name in double quotes.',
    );
    expect(refusal(() => fillManifest('[]', VALUES)).message).toContain('expected one JSON object');
  });

  test.each([
    'https://git.example.org/ci/config.git',
    'http://git.example.org:3000/ci/config',
    'https://bot:s3cret@git.example.org/ci/config.git',
    'ssh://git@git.example.org:2222/ci/config.git',
    'git@git.example.org:ci/config.git',
    'file:///srv/git/config.git',
  ])('accepts the git URL %s', (url) => {
    expect(fillManifest(`{"cmd":"\${SCM_SYNC_GIT}"}`, { SCM_SYNC_GIT: url })['cmd']).toBe(url);
  });

  test.each([
    '',
    'config.git',
    '--upload-pack=/bin/sh',
    'ext::sh -c id',
    'ssh://-oProxyCommand=id/x',
    'git@-oProxyCommand:x',
    'git@host:-x',
    'https://git.example.org/a b',
    'https://git.example.org/a;id',
    'https://git.example.org/$(id)',
    'https://git.example.org/a\n',
    "https://git.example.org/'",
  ])('refuses %j as a git URL', (url) => {
    expect(refusal(() => fillManifest(`{"cmd":"\${SCM_SYNC_GIT}"}`, { SCM_SYNC_GIT: url })).hint).toContain('--git');
  });

  test('does not repeat the password of a URL it refuses', () => {
    const error = refusal(() => fillManifest(MANIFEST, { ...VALUES, SCM_SYNC_GIT: 'https://bot:s3cret@host/a b' }));
    expect(error.message).toContain('•••@host');
    expect(error.message).not.toContain('s3cret');
  });

  test.each(['', '-x', 'a b', 'root;id', '$(id)', 'ä', 'x'.repeat(33)])('refuses %j as a user', (user) => {
    expect(refusal(() => fillManifest(MANIFEST, { ...VALUES, APP_USER: user })).message).toContain('APP_USER');
  });

  test('lets no shell metacharacter of a value into the command', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(
          fc.constantFrom(...Object.values(VALUES), 'https://h/p', 'ssh://g@h/p', 'file:///p'),
          fc.nat(),
          fc.string({ unit: fc.constantFrom(...' \t\n\r;&|<>()$`"\'\\*?[]{}#!^=,\0aZ0-./:@~%+_'), maxLength: 3 }),
        )
        .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice(at % (text.length + 1))),
    );
    let accepted = 0;
    fc.assert(
      fc.property(odd, odd, (git, user) => {
        let filled: unknown;
        try {
          filled = fillManifest(`{"cmd":"a \${SCM_SYNC_GIT} b \${APP_USER} c"}`, { SCM_SYNC_GIT: git, APP_USER: user });
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          return;
        }
        accepted += 1;
        expect(filled).toEqual({ cmd: `a ${git} b ${user} c` });
        expect(`${git}${user}`).toMatch(/^[A-Za-z0-9._~/+%:@-]+$/);
        expect(git).not.toMatch(/^-/);
        expect(user).not.toMatch(/^-/);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe('what --cpus, --mem and --set change', () => {
  test('they win over the manifest, and the rest of its environment stays', () => {
    const filled = fillManifest(MANIFEST, VALUES, { cpus: 2.5, memMiB: 4096, set: { TZ: 'CET', NEW: 'a=b' } });
    expect(filled).toMatchObject({ cpus: 2.5, mem: 4096, env: { TZ: 'CET', NEW: 'a=b', HOME_OF: '/home/jenkins' } });
  });

  test('a manifest without an environment gets one', () => {
    expect(fillManifest('{}', {}, { set: { TZ: 'CET' } })).toEqual({ env: { TZ: 'CET' } });
    expect(refusal(() => fillManifest('{"env":[]}', {}, { set: { TZ: 'CET' } })).message).toContain('`env`');
  });

  test.each([0.1, 64])('%d CPUs are allowed', (cpus) => {
    expect(fillManifest('{}', {}, { cpus })).toEqual({ cpus });
  });

  test.each([0, 0.09, 64.1, -1, Number.NaN, Number.POSITIVE_INFINITY])('%d CPUs are refused', (cpus) => {
    expect(refusal(() => fillManifest('{}', {}, { cpus })).message).toContain('from 0.1 to 64');
  });

  test.each([255, 262_145, 1024.5, Number.NaN])('%d MiB are refused', (memMiB) => {
    expect(refusal(() => fillManifest('{}', {}, { memMiB })).message).toContain('from 256 to 262144 MiB');
  });
});

describe('parseAssignments', () => {
  test('splits at the first equals sign', () => {
    expect(parseAssignments(['TZ=UTC', 'JAVA_OPTS=-Da=b -Xmx1g', 'EMPTY='])).toEqual({
      TZ: 'UTC',
      JAVA_OPTS: '-Da=b -Xmx1g',
      EMPTY: '',
    });
  });

  test.each([
    [['TZ'], 'NAME=value'],
    [['=x'], 'NAME=value'],
    [['tz=UTC'], 'capital letters'],
    [['A-B=1'], 'capital letters'],
    [['TZ=a', 'TZ=b'], 'given twice'],
    [['TZ=a\nb'], 'one line'],
    [[`TZ=${'x'.repeat(2_001)}`], 'one line'],
  ])('refuses %j', (typed, because) => {
    expect(refusal(() => parseAssignments(typed)).message).toContain(because);
  });

  test.each([
    'DB_PASSWORD=hunter2',
    'API_TOKEN=hunter2',
    'SSH_KEY=hunter2',
    'AWS_CREDENTIALS=hunter2',
    'REPO=https://bot:hunter2@git.example.org/x',
    'REPO=https://hunter2@git.example.org/x',
    'JAVA_OPTS=-Xmx1g -Djavax.net.ssl.trustStorePassword=hunter2',
  ])('refuses the secret in %j without repeating it', (typed) => {
    const error = refusal(() => parseAssignments([typed]));
    expect(error.hint).toBe("Put it in the manifest's environment on the server.");
    expect(`${error.message} ${error.hint}`).not.toContain('hunter2');
  });
});
