// `npm run setup`: what a fresh clone lacks, npm packages and a Redis, and nothing when they are there. Runs before any
// package is installed, so it uses Node alone. Progress goes to stderr, since the playground's stdout is its own.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// The folder that src/adapters/redis/redis-server.ts looks into.
const cache = join(process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache'), 'bellboard', 'redis');

const minimum = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < minimum[0] || (major === minimum[0] && minor < minimum[1])) {
  fail(`Bellboard needs Node ${minimum.join('.')} or newer; this is ${process.versions.node}.`);
}
if (!packagesAreInstalled()) installPackages();
if (!process.env.REDIS_URL && !redisIsThere()) installRedis();

// ── npm packages ────────────────────────────────────────────────────────────────────────────────────────────────────

/** npm writes what it installed to node_modules/.package-lock.json; packages for other systems are not in it. */
function packagesAreInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] === undefined ? optional === true : installed[path].version === version;
  });
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function installPackages() {
  say('Installing npm packages (a minute at most on a usual line) …');
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', '--no-json'];
  if (!run('npm', args, { cwd: root })) fail('The npm packages could not be installed, see above; then try again.');
}

// ── Redis ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function redisIsThere() {
  return onPath('redis-server') || onPath('valkey-server') || isExecutable(join(cache, 'bin', 'redis-server'));
}

function installRedis() {
  const done = process.platform === 'darwin' ? byHomebrew() : onPath('apt-get') && (byApt() || byUnpacking());
  if (!done || !redisIsThere()) {
    const how =
      process.platform === 'darwin' ? '`brew install valkey`' : 'the package `redis` or `valkey` of your system';
    fail(`There is no Redis on this machine: install ${how}, or set REDIS_URL to one that runs elsewhere.`);
  }
  say('Redis is there.');
}

function byHomebrew() {
  if (!onPath('brew')) return false;
  say('Installing Valkey (a Redis) with Homebrew …');
  return run('brew', ['install', 'valkey']);
}

function byApt() {
  if (process.getuid?.() !== 0) return false;
  say('Installing Redis with apt-get …');
  if (!hasLists('/var/lib/apt/lists')) run('apt-get', ['update', '-qq']);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], { env });
}

/** Debian's packages unpacked into the cache folder: no root, and nothing on the system changes. */
function byUnpacking() {
  if (!onPath('dpkg')) return false;
  say(`Unpacking Debian's Redis into ${cache} (no root needed) …`);
  mkdirSync(join(cache, '..'), { recursive: true });
  const work = mkdtempSync(join(cache, '..', 'redis-'));
  try {
    const apt = aptOptions(work);
    // redis-server is a link into redis-tools, and the other way round its libraries are those of redis-tools.
    const packages = ['redis-server', 'redis-tools', ...librariesOf('redis-tools', apt)];
    if (!run('apt-get', [...apt, 'download', '-qq', ...packages], { cwd: work })) return false;
    for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      if (!run('dpkg', ['-x', join(work, file), work])) return false;
      rmSync(join(work, file));
    }
    writeStarter(work);
    if (!run(join(work, 'bin', 'redis-server'), ['--version'], { stdio: 'ignore' })) return false;
    rmSync(join(work, 'apt'), { recursive: true, force: true });
    rmSync(cache, { recursive: true, force: true });
    renameSync(work, cache);
    return true;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A user may not fill apt's package lists, so where they are empty (images of containers) own ones are fetched. */
function aptOptions(work) {
  if (hasLists('/var/lib/apt/lists')) return [];
  const lists = join(work, 'apt', 'lists');
  const archives = join(work, 'apt', 'cache', 'archives');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${join(work, 'apt', 'cache')}`];
  run('apt-get', [...options, 'update', '-qq']);
  return options;
}

/** What redis-tools needs beyond what this system has; `a | b` names alternatives, of which the first will do. */
function librariesOf(name, apt) {
  const { stdout } = spawnSync('apt-cache', [...apt, 'show', '--no-all-versions', name], { encoding: 'utf8' });
  const depends = /^Depends: (.*)$/m.exec(stdout ?? '')?.[1] ?? '';
  const names = depends.split(',').map((one) => one.trim().split(/[ |:]/)[0] ?? '');
  return names.filter((one) => /^(lib|lua)/.test(one) && !isInstalled(one));
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '$' + '{db:Status-Status}\n', name], { encoding: 'utf8' });
  return /^installed$/m.test(stdout ?? '');
}

/** The unpacked libraries lie where the loader does not look. `exec`, so that signals reach Redis itself. */
function writeStarter(work) {
  const folder = join(work, 'usr', 'lib');
  const libraries = (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
    .map((entry) => `$here/usr/lib/${entry.name}`);
  const path = ['$here/usr/lib', ...libraries].join(':');
  const script = [
    '#!/bin/sh',
    'here=$(cd "$(dirname "$0")/.." && pwd)',
    `LD_LIBRARY_PATH="${path}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/usr/bin/redis-server" "$@"`,
  ];
  mkdirSync(join(work, 'bin'), { recursive: true });
  writeFileSync(join(work, 'bin', 'redis-server'), `${script.join('\n')}\n`);
  chmodSync(join(work, 'bin', 'redis-server'), 0o755);
}

function hasLists(folder) {
  return existsSync(folder) && readdirSync(folder).some((name) => /_Packages(\.|$)/.test(name));
}

// ── small things ────────────────────────────────────────────────────────────────────────────────────────────────────

function run(command, args, options = {}) {
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], cwd: tmpdir(), ...options }).status === 0;
}

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function say(sentence) {
  console.error(sentence);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
