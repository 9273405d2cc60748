import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/cluster.js';
import { type Finding, lintManifest } from '../../src/core/manifest-lint.js';

/** The manifest the contract recommends for 0.8, in the fields every version knows. */
const GOOD: JsonObject = {
  id: '/ci/jenkins',
  instances: 1,
  cpus: 1,
  mem: 1536,
  user: 'jenkins',
  env: { JAVA_OPTS: '-Xmx1024m' },
  cmd: 'cd master && exec java $JAVA_OPTS -jar jenkins.war --httpPort=$PORT0',
  ports: [0],
  healthChecks: [
    { protocol: 'HTTP', path: '/login', gracePeriodSeconds: 300, intervalSeconds: 20, maxConsecutiveFailures: 9 },
  ],
  upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
};

function findings(changed: JsonObject, version = '1.5.15'): Finding[] {
  return lintManifest({ ...GOOD, ...changed }, version);
}

function without(field: string, version = '1.5.15'): Finding[] {
  const { [field]: _gone, ...rest } = GOOD;
  return lintManifest(rest, version);
}

const check = (changed: JsonObject): JsonObject => ({
  healthChecks: [{ protocol: 'HTTP', path: '/login', intervalSeconds: 20, maxConsecutiveFailures: 9, ...changed }],
});

/** Exactly one finding, of this level, with these words. */
function expectOne(found: Finding[], level: Finding['level'], ...words: string[]): void {
  expect(found.map((finding) => finding.level)).toEqual([level]);
  for (const word of words) expect(found[0]?.text).toContain(word);
}

describe('lintManifest', () => {
  test.each(['0.8.2', '0.15.6', '1.3.14', '1.5.15', '1.11.24-SNAPSHOT'])(
    'finds nothing in a good manifest for %s',
    (version) => {
      expect(findings({}, version)).toEqual([]);
    },
  );

  test('refuses a second instance', () => {
    expectOne(findings({ instances: 2 }), 'refuse', '`instances` is 2', '`"instances": 1`');
    expect(findings({ instances: 0 })).toEqual([]);
    expect(without('instances')).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ['{1,1}', { minimumHealthCapacity: 1, maximumOverCapacity: 1 }],
    ['{1,0}', { minimumHealthCapacity: 1, maximumOverCapacity: 0 }],
    ['{0,1}', { minimumHealthCapacity: 0, maximumOverCapacity: 1 }],
    ['half of it', { minimumHealthCapacity: 0 }],
  ])('refuses the upgrade strategy %s', (_what, upgradeStrategy) => {
    expectOne(findings({ upgradeStrategy }), 'refuse', '"maximumOverCapacity": 0}', 'two controllers');
  });

  test('refuses a manifest without an upgrade strategy', () => {
    expectOne(without('upgradeStrategy'), 'refuse', '`upgradeStrategy` is missing');
    expectOne(findings({ upgradeStrategy: null }), 'refuse', '`upgradeStrategy` is missing');
  });

  test('refuses `uris` beside `fetch` where Marathon does', () => {
    const both = { uris: ['http://h/a.tgz'], fetch: [{ uri: 'http://h/a.tgz' }] };
    expect(findings(both).map(({ level }) => level)).toEqual(['refuse', 'hint']);
    expect(findings(both, '1.4.13')).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    ['in JAVA_OPTS', { env: { JAVA_OPTS: '-Xmx1400m' } }, '1400 MiB, 91 % of `mem` 1536'],
    ['in gigabytes', { env: { JENKINS_OPTS: '-Xmx2G' } }, '`-Xmx1152m`, or `"mem": 2731`'],
    ['in bytes', { env: { JAVA_OPTS: '-Xmx1610612736' } }, '1536 MiB, 100 %'],
    ['in the command', { cmd: 'exec java -Xmx1500m -jar jenkins.war' }, '1500 MiB'],
    ['under its long name', { env: { JAVA_OPTS: '-XX:MaxHeapSize=1500m' } }, '1500 MiB'],
    ['by the last of two', { env: { JAVA_OPTS: '-Xmx100m -Xmx1500m' } }, '1500 MiB'],
    ['against the default memory', { mem: null, env: { JAVA_OPTS: '-Xmx100m' } }, '`mem` 128'],
  ])('warns of a heap too large, said %s', (_what, changed, words) => {
    expectOne(findings(changed), 'warn', words);
  });

  test('three quarters of the memory are fine for the heap', () => {
    expect(findings({ env: { JAVA_OPTS: '-Xmx1152m' } })).toEqual([]);
    expect(findings({ env: { JAVA_OPTS: '-Xmx1500m -Xmx1024m' } })).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ['given', { path: '/' }],
    ['left to the default', { path: null }],
    ['run by Mesos', { path: '/', protocol: 'MESOS_HTTP' }],
  ])('warns of a check of the path `/`, %s', (_what, changed) => {
    expectOne(findings(check(changed)), 'warn', 'The health check asks for `/`', '`"path": "/login"`');
  });

  test('a TCP check has no path', () => {
    expect(findings(check({ protocol: 'TCP', path: null }))).toEqual([]);
  });

  test('warns of a short grace period', () => {
    expectOne(findings(check({ gracePeriodSeconds: 30 })), 'warn', 'grace period of 30 s');
    expect(findings(check({ gracePeriodSeconds: 120 }))).toEqual([]);
  });

  test('warns of a check that gives up sooner than Jenkins boots', () => {
    expectOne(
      findings(check({ maxConsecutiveFailures: 3 })),
      'warn',
      '3 × 20 s = 60 s',
      '`"maxConsecutiveFailures": 9`',
    );
    expectOne(findings(check({ maxConsecutiveFailures: 3 }), '1.8.0'), 'warn', 'whose grace period is spent');
    expectOne(findings(check({ intervalSeconds: 0 })), 'warn', '"intervalSeconds": 20, "maxConsecutiveFailures": 9');
    expect(findings(check({ maxConsecutiveFailures: 6 }))).toEqual([]);
    expect(findings(check({ maxConsecutiveFailures: 0 }))).toEqual([]);
  });

  test('names the check when there are several', () => {
    const healthChecks = [{ path: '/login' }, { path: '/' }];
    expectOne(findings({ healthChecks }), 'warn', 'Health check 2 asks');
  });

  test('hints at a missing health check', () => {
    expectOne(without('healthChecks'), 'hint', 'There is no health check');
  });

  test.each([
    'java -jar jenkins.war',
    'cd master && java $JAVA_OPTS -jar jenkins.war',
    'A=1 $JAVA_HOME/bin/java -jar jenkins.war',
    'cd master; "$JAVA_HOME/bin/java" -jar jenkins.war',
    'nohup java -jar jenkins.war &',
    'if true; then java -jar jenkins.war; fi',
  ])('warns of `%s`, where a shell stays above java', (cmd) => {
    expectOne(findings({ cmd }), 'warn', '`cmd` starts `java` without `exec`');
  });

  test.each([
    'exec java -jar jenkins.war',
    'cd master && exec $JAVA_HOME/bin/java -jar jenkins.war',
    'export JAVA=/usr/bin/java && exec $JAVA -jar jenkins.war',
    'which java; ls /usr/bin/java; exec ./start',
  ])('has nothing against `%s`', (cmd) => {
    expect(findings({ cmd })).toEqual([]);
  });

  test('has nothing against java without a shell', () => {
    expect(findings({ cmd: null, args: ['java', '-jar', 'jenkins.war'] })).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    [
      'a folder of the host',
      { container: { volumes: [{ containerPath: '/home', hostPath: '/nfs', mode: 'RW' }] } },
      '/home',
    ],
    ['an external volume', { container: { volumes: [{ containerPath: '/h', external: { name: 'x' } }] } }, '/h'],
    ['an absolute home', { env: { JENKINS_HOME: '/nfs/jenkins' } }, '/nfs/jenkins'],
    ['a home set in the command', { cmd: 'export JENKINS_HOME="/nfs/j"; exec java -jar jenkins.war' }, '/nfs/j'],
  ])('warns of %s unless unreachable tasks are left to people', (_what, changed, seen) => {
    expectOne(findings(changed), 'warn', seen, '`"unreachableStrategy": "disabled"`');
    expectOne(findings({ ...changed, unreachableStrategy: {} }), 'warn', seen);
    expectOne(findings(changed, '1.4.1'), 'warn', '1.4.2 and later');
    expect(findings({ ...changed, unreachableStrategy: 'disabled' })).toEqual([]);
    expect(findings(changed, '1.3.14')).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ['in the sandbox', { cmd: 'export JENKINS_HOME=$MESOS_SANDBOX/home && exec java -jar jenkins.war' }],
    ['read only', { container: { volumes: [{ containerPath: '/etc/ssl', hostPath: '/etc/ssl', mode: 'RO' }] } }],
    ['tied to its agent', { container: { volumes: [{ containerPath: 'home', persistent: { size: 1 }, mode: 'RW' }] } }],
  ])('takes no home for shared that is %s', (_what, changed) => {
    expect(findings(changed)).toEqual([]);
  });

  test.each([
    ['healthcheks', '1.11.24', 'no version knows it'],
    ['fetch', '0.13.1', 'it came with 0.15'],
    ['portDefinitions', '0.15.6', 'it came with 1.1'],
    ['unreachableStrategy', '1.3.14', 'it came with 1.4'],
    ['networks', '1.4.13', 'it came with 1.5'],
    ['role', '1.8.0', 'it came with 1.9'],
    ['storeUrls', '1.5.15', 'it went with 1.5'],
    ['toString', '1.5.15', 'no version knows it'],
  ])('warns of `%s`, which Marathon %s ignores', (field, version, because) => {
    expectOne(findings({ [field]: [] }, version), 'warn', `Marathon ${version} silently ignores \`${field}\``, because);
  });

  test.each([
    ['fetch', '0.15.6'],
    ['unreachableStrategy', '1.4.0-SNAPSHOT'],
    ['networks', '1.5.0'],
    ['storeUrls', '1.4.13'],
    ['version', '1.5.15'],
    ['tasksRunning', '1.5.15'],
  ])('has nothing against `%s` with Marathon %s', (field, version) => {
    expect(findings({ [field]: [] }, version)).toEqual([]);
  });

  test('hints at spellings from before 1.5, from 1.5 on', () => {
    const container = { docker: { image: 'j', network: 'HOST', portMappings: [{ containerPort: 8080 }] } };
    const old = { uris: ['http://h/a.tgz'], container };
    expect(findings(old).map(({ level, text }) => `${level} ${text.split(' ')[0]}`)).toEqual([
      'hint `uris`',
      'hint `container.docker.network`',
      'hint `container.docker.portMappings`',
    ]);
    expect(findings(old, '1.4.13')).toEqual([]);
  });

  test('says refusals first, then warnings, then hints', () => {
    const worst = { instances: 2, healthChecks: [], cmd: 'java -jar jenkins.war', nonsense: 1 };
    expect(findings(worst).map(({ level }) => level)).toEqual(['refuse', 'warn', 'warn', 'hint']);
  });

  test("the article's manifest is refused, with each of its traps named", () => {
    const article: JsonObject = {
      id: 'jenkins',
      cmd: 'git clone $SCM_SYNC_GIT tmp && export JENKINS_HOME=$(pwd)/jenkins && java -jar jenkins.war --httpPort=$PORT0',
      cpus: 1,
      mem: 1024,
      instances: 1,
      uris: ['http://repo.example.org/jenkins.tgz'],
      healthChecks: [{ path: '/', gracePeriodSeconds: 30, intervalSeconds: 20, maxConsecutiveFailures: 3 }],
    };
    expect(lintManifest(article, '0.8.2').map(({ level }) => level)).toEqual([
      'refuse',
      'warn',
      'warn',
      'warn',
      'warn',
    ]);
  });
});
