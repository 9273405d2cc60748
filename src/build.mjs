// `npm run build`: TypeScript to `dist/`, and beside it everything the program reads from its own folder (Groovy scripts,
// fonts). Silent on stdout, and a matter of milliseconds when nothing changed, because `npm run playground` calls it always.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(root, 'src');
const to = join(root, 'dist');
const stamp = join(to, '.built');
const notes = join(to, '.tsbuildinfo');
const isCode = (file) => file.endsWith('.ts');
const isTool = (file) => file.endsWith('.mjs');
const built = (file) => file.replace(/\.ts$/, '.js');

const sources = filesBelow(from).filter((file) => !isTool(file));
dropLeftovers();
if (somethingIsNewer()) {
  compile();
  for (const file of sources.filter((name) => !isCode(name))) copy(file);
  writeFileSync(stamp, `${sources.join('\n')}\n`);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function somethingIsNewer() {
  if (!existsSync(stamp)) return true;
  const since = statSync(stamp).mtimeMs;
  const watched = [
    ...sources.map((file) => join(from, file)),
    join(root, 'tsconfig.json'),
    join(root, 'package-lock.json'),
  ];
  return (
    watched.some((file) => statSync(file).mtimeMs > since) || sources.some((file) => !existsSync(join(to, built(file))))
  );
}

/** A module whose source was deleted must not stay importable. */
function dropLeftovers() {
  if (!existsSync(to)) return;
  const expected = new Set([...sources.map(built), '.built', '.tsbuildinfo']);
  for (const file of filesBelow(to)) if (!expected.has(file)) rmSync(join(to, file));
}

function compile() {
  // The compiler trusts its notes, not the folder: with an output missing it would still write nothing.
  if (sources.some((file) => isCode(file) && !existsSync(join(to, built(file))))) rmSync(notes, { force: true });
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const args = ['-p', root, '--incremental', '--tsBuildInfoFile', notes];
  const { status, error } = spawnSync(tsc, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(
    error
      ? `The TypeScript compiler could not be started (${error.message}): run \`npm run setup\`.`
      : 'The build failed, see above.',
  );
  process.exit(1);
}

function copy(file) {
  mkdirSync(dirname(join(to, file)), { recursive: true });
  copyFileSync(join(from, file), join(to, file));
}
