import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder: string;
let bin: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bellboard-setup-'));
  bin = join(folder, 'bin');
  write('clone/package-lock.json', JSON.stringify(locked({ axios: '1.2.3', zod: '4.0.0' })));
  mkdirSync(join(folder, 'clone', 'src'));
  copyFileSync(fileURLToPath(new URL('../src/setup.mjs', import.meta.url)), join(folder, 'clone', 'src', 'setup.mjs'));
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  // An ordinary user has to reach all of it.
  for (const path of [folder, bin]) chmodSync(path, 0o777);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const locked = (packages: Record<string, string>, optional?: string) => ({
  packages: {
    '': { name: 'bellboard' },
    ...Object.fromEntries(Object.entries(packages).map(([name, version]) => [`node_modules/${name}`, { version }])),
    ...(optional === undefined ? {} : { [`node_modules/${optional}`]: { version: '1.0.0', optional: true } }),
  },
});

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text, { mode });
}

/** A program on PATH that notes how it was called, then does as told. */
const program = (name: string, does = '') =>
  write(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n${does}\n`, 0o755);
const installed = (packages: Record<string, string>) =>
  write('clone/node_modules/.package-lock.json', JSON.stringify(locked(packages)));
const calls = () =>
  existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [];

function setup(env: Record<string, string> = {}, asUser = false) {
  // 65534 is nobody, on every Linux.
  const who = asUser && process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const all = { PATH: bin, HOME: folder, ...env };
  return spawnSync(process.execPath, [join(folder, 'clone/src/setup.mjs')], { env: all, encoding: 'utf8', ...who });
}

describe('setup', () => {
  test('does and says nothing when all is there', () => {
    installed({ axios: '1.2.3', zod: '4.0.0' });
    program('npm');
    program('redis-server');
    expect(setup()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(calls()).toEqual([]);
  });

  test('takes valkey-server, the Redis in the cache, or a REDIS_URL for a Redis too', () => {
    installed({ axios: '1.2.3', zod: '4.0.0' });
    expect(setup({ REDIS_URL: 'redis://db' })).toMatchObject({ status: 0, stderr: '' });
    write('elsewhere/bellboard/redis/bin/redis-server', '', 0o755);
    expect(setup({ XDG_CACHE_HOME: join(folder, 'elsewhere') })).toMatchObject({ status: 0, stderr: '' });
    program('valkey-server');
    expect(setup()).toMatchObject({ status: 0, stderr: '' });
  });

  test.each<[string, Record<string, string> | undefined]>([
    ['missing', undefined],
    ['older than the lock file', { axios: '1.2.2', zod: '4.0.0' }],
    ['incomplete', { axios: '1.2.3' }],
  ])('installs npm packages that are %s, and prints nothing on stdout', (_, packages) => {
    if (packages !== undefined) installed(packages);
    program('redis-server');
    program('npm', 'echo added 1 package');
    const { status, stdout, stderr } = setup();
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toContain('Installing npm packages');
    expect(calls()).toEqual([expect.stringMatching(/^npm ci --include=dev /)]);
  });

  test('does not miss a package for another operating system', () => {
    write('clone/package-lock.json', JSON.stringify(locked({ axios: '1.2.3' }, 'only-on-windows')));
    installed({ axios: '1.2.3' });
    program('npm');
    program('redis-server');
    expect(setup().stderr).toBe('');
    expect(calls()).toEqual([]);
  });

  test('ends with an error when npm fails', () => {
    program('npm', 'exit 1');
    program('redis-server');
    const { status, stderr } = setup();
    expect(status).toBe(1);
    expect(stderr).toContain('The npm packages could not be installed');
  });

  test('says what to do where it cannot provide a Redis', () => {
    installed({ axios: '1.2.3', zod: '4.0.0' });
    const { status, stdout, stderr } = setup();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^There is no Redis on this machine: install .+, or set REDIS_URL to one that runs elsewhere\.\n$/,
    );
  });
});

describe.runIf(process.platform === 'linux')('a Redis on Debian and Ubuntu', () => {
  beforeEach(() => {
    installed({ axios: '1.2.3', zod: '4.0.0' });
    for (const name of ['sh', 'mkdir', 'cp', 'chmod', 'touch', 'dirname']) {
      const real = ['/usr/bin', '/bin'].map((place) => join(place, name)).find(existsSync);
      if (real !== undefined) symlinkSync(real, join(bin, name));
    }
  });

  test.runIf(process.getuid?.() === 0)('is installed by apt-get for root', () => {
    program('apt-get', `case "$*" in *install*) touch ${bin}/redis-server; chmod +x ${bin}/redis-server;; esac`);
    const { status, stderr } = setup();
    expect([status, stderr]).toEqual([0, expect.stringContaining('Redis is there.')]);
    expect(calls().at(-1)).toBe('apt-get install -y -qq --no-install-recommends redis-server');
  });

  test('is unpacked into the cache for an ordinary user, with the libraries the system lacks', () => {
    program('apt-cache', 'echo "Depends: libc6 (>= 2.36), libjemalloc2 (>= 5), liblzf1 | liblzf2, adduser"');
    program('dpkg-query', 'case "$*" in *libc6*) echo installed;; esac');
    program('apt-get', 'touch redis-server.deb');
    program('dpkg', 'mkdir -p "$3/usr/bin" "$3/usr/lib/x86_64-linux-gnu"; cp "$0.redis" "$3/usr/bin/redis-server"');
    write('bin/dpkg.redis', '#!/bin/sh\necho "$LD_LIBRARY_PATH"\n', 0o755);
    const { status, stderr } = setup({}, true);
    expect([status, stderr]).toEqual([0, expect.stringContaining('Redis is there.')]);
    const downloads = calls().filter((call) => call.includes('download'));
    expect(downloads).toEqual([expect.stringMatching(/download -qq redis-server redis-tools libjemalloc2 liblzf1$/)]);
    const cache = join(folder, '.cache/bellboard/redis');
    const started = spawnSync(join(cache, 'bin/redis-server'), { env: { PATH: bin }, encoding: 'utf8' });
    expect(started.stdout).toBe(`${cache}/usr/lib:${cache}/usr/lib/x86_64-linux-gnu\n`);
    expect(setup({}, true)).toMatchObject({ status: 0, stderr: '' });
  });

  test('leaves nothing half done when the download fails', () => {
    program('apt-cache');
    program('dpkg-query');
    program('dpkg');
    program('apt-get', 'exit 100');
    const { status, stderr } = setup({}, true);
    expect([status, stderr]).toEqual([1, expect.stringContaining('There is no Redis on this machine')]);
    expect(existsSync(join(folder, '.cache/bellboard/redis'))).toBe(false);
  });
});
