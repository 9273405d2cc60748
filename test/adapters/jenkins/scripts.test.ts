// Every script compiles: looked at by a real Groovy where there is one (Debian's `groovy`), with stand-ins for what it imports.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SCRIPTS = new URL('../../../src/adapters/jenkins/scripts/', import.meta.url);
const names = readdirSync(SCRIPTS);
const text = (name: string) => readFileSync(new URL(name, SCRIPTS), 'utf8');

/** Debian's launcher takes `JAVA_HOME` at its word, or a link that not every machine has. */
function javaHome(): string | undefined {
  if (process.env['JAVA_HOME'] !== undefined) return process.env['JAVA_HOME'];
  const found = spawnSync('readlink', ['-f', '/usr/bin/java'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  return found.endsWith('/bin/java') ? found.slice(0, -'/bin/java'.length) : undefined;
}

const env = { ...process.env, JAVA_HOME: javaHome() };
const compiler = ['/usr/bin/groovyc', '/usr/local/bin/groovyc'].find(existsSync);
const works = compiler !== undefined && spawnSync(compiler, ['--version'], { env }).status === 0;

describe('each script', () => {
  it.each(names)('%s says what it does, takes arguments as base64 only, and ends in null', (name) => {
    expect(text(name)).toMatch(/^\/\/ [A-Z]/);
    expect(text(name).trimEnd()).toMatch(/\nreturn null$/);
    expect(text(name).match(/@@ARGS_B64@@/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(text(name).replaceAll("'@@ARGS_B64@@'.decodeBase64()", '')).not.toContain('@@ARGS_B64@@');
  });
});

describe.skipIf(!works)(
  `compiled by a real Groovy${works ? '' : ' (skipped: no groovyc that runs; apt-get install groovy)'}`,
  () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bb-groovy-'));
      mkdirSync(join(folder, 'jenkins/model'), { recursive: true });
      writeFileSync(
        join(folder, 'jenkins/model/Jenkins.groovy'),
        'package jenkins.model\nclass Jenkins { static Jenkins instance }\n',
      );
      for (const name of names) writeFileSync(join(folder, name.replaceAll('-', '_')), text(name));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('all of them', { timeout: 120_000 }, () => {
      const files = ['jenkins/model/Jenkins.groovy', ...names.map((name) => name.replaceAll('-', '_'))];
      const compile = () =>
        execFileSync(compiler ?? '', ['-d', join(folder, 'out'), ...files], { cwd: folder, env, stdio: 'pipe' });
      expect(compile).not.toThrow();
    });
  },
);
