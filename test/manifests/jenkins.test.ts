import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/cluster.js';
import { fillManifest } from '../../src/core/manifest.js';
import { lintManifest } from '../../src/core/manifest-lint.js';
import { faultsAgainst } from '../support/marathon-schema.js';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../manifests/${name}`, import.meta.url)), 'utf8');
const values = { SCM_SYNC_GIT: 'https://git.example.org/ci.git', APP_USER: 'jenkins' };

describe.each([
  ['jenkins.json', '1.5.15'],
  ['jenkins.json', '1.11.24'],
  ['jenkins-0.8.json', '0.8.2'],
])('%s for Marathon %s', (name, version) => {
  const definition = fillManifest(read(name), values);

  test('passes our own lint without a word', () => {
    expect(lintManifest(definition, version)).toEqual([]);
  });

  test('fits the schema that Marathon publishes', () => {
    // No schema was published after 1.5.
    expect(faultsAgainst(version === '0.8.2' ? '0.8.2' : '1.5.15', definition)).toEqual([]);
  });

  test("has the article's two settings as its only placeholders", () => {
    const placeholders = [...read(name).matchAll(/\$\{(\w+)\}/g)].map(([, word]) => word);
    expect(placeholders.sort()).toEqual(['APP_USER', 'SCM_SYNC_GIT']);
    expect(definition).toMatchObject({ id: '/jenkins', user: 'jenkins', env: { SCM_SYNC_GIT: values.SCM_SYNC_GIT } });
  });
});

test('the schema test can fail', () => {
  const definition = fillManifest(read('jenkins.json'), values);
  expect(faultsAgainst('1.5.15', { ...definition, instances: 'one' })).not.toEqual([]);
  expect(faultsAgainst('0.8.2', definition)).not.toEqual([]);
});

describe('the start command', () => {
  let sandbox: string;
  beforeEach(() => {
    sandbox = mkdtempSync(join(tmpdir(), 'bellboard-sandbox-'));
    mkdirSync(join(sandbox, 'jenkins'));
    mkdirSync(join(sandbox, 'bin'));
    writeFileSync(join(sandbox, 'jenkins/jenkins.war'), '');
    writeFileSync(join(sandbox, 'jenkins/config.xml'), 'as packed');
    const java = '#!/bin/sh\necho "pid $$ java $* in $PWD home $JENKINS_HOME as $GIT_AUTHOR_NAME"\n';
    writeFileSync(join(sandbox, 'bin/java'), java, { mode: 0o755 });
  });
  afterEach(() => rmSync(sandbox, { recursive: true, force: true }));

  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args]);

  function repository(files: Record<string, string>): string {
    const path = join(sandbox, 'repository');
    git('init', '-q', path);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
    git('-C', path, 'add', '-A');
    git('-C', path, 'commit', '-q', '--allow-empty', '-m', 'saved');
    return `file://${path}`;
  }

  function start(url: string) {
    const definition: JsonObject = fillManifest(read('jenkins.json'), { ...values, SCM_SYNC_GIT: url });
    const env = {
      ...(definition['env'] as Record<string, string>),
      PORT0: '31052',
      PATH: `${sandbox}/bin:${process.env['PATH']}`,
    };
    return spawnSync('sh', ['-c', String(definition['cmd'])], { cwd: sandbox, env, encoding: 'utf8' });
  }

  test('lays what was saved in git over the package and becomes java on the given port', () => {
    const url = repository({ 'config.xml': 'as saved', '.hidden': 'too' });
    writeFileSync(join(sandbox, 'jenkins/scm-sync-configuration.xml'), '<url>@SCM_SYNC_GIT@</url>');
    const { pid, stdout, stderr, status } = start(url);
    const home = join(sandbox, 'jenkins');
    const java = `java -Xmx1280m -Djava.awt.headless=true -jar jenkins.war --httpPort=31052`;
    expect([status, stderr, stdout]).toEqual([0, '', `pid ${pid} ${java} in ${home} home ${home} as Jenkins\n`]);
    expect(readFileSync(join(home, 'config.xml'), 'utf8')).toBe('as saved');
    expect(readFileSync(join(home, '.hidden'), 'utf8')).toBe('too');
    expect(readFileSync(join(home, 'scm-sync-configuration.xml'), 'utf8')).toBe(`<url>${url}</url>`);
  });

  test("starts with a repository that is still empty, where the article's loops", () => {
    expect(start(repository({})).status).toBe(0);
    expect(readFileSync(join(sandbox, 'jenkins/config.xml'), 'utf8')).toBe('as packed');
  });

  test('ends with an error, and without java, when git cannot be reached', () => {
    const { status, stdout } = start(`file://${sandbox}/nowhere`);
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
  });
});
