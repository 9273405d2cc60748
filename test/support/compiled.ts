// For tests that end a process of ours with SIGKILL: Node runs no TypeScript, so the module and what it imports are
// compiled into a folder of their own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param source below `src/`, e.g. `adapters/redis/private-redis.ts`; answers the path of the module in `folder` */
export function compiled(source: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const project = join(folder, 'tsconfig.json');
  const settings = { outDir: folder, rootDir: join(root, 'src'), typeRoots: [join(root, 'node_modules/@types')] };
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: settings,
      include: [join(root, 'src', source)],
    }),
  );
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
  return join(folder, source.replace(/\.ts$/, '.js'));
}
