// The compiled program as an operating-system process: started with exactly the settings given, watched from outside.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Program {
  child: ChildProcess;
  out(): string;
  err(): string;
  /** Address of the admin surface, once the log says that Bellboard is ready. */
  ready(): Promise<string>;
  /** Resolves when the process is gone and its output is read. */
  ended: Promise<Ending>;
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** @param env all of it, but for what finds programs and the home folder */
export function startProgram(args: string[], env: Record<string, string> = {}, cwd = process.cwd()): Program {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH, HOME, ...env } });
  const said = { out: '', err: '' };
  const listeners = new Set<() => void>();
  for (const [stream, name] of [
    [child.stdout, 'out'],
    [child.stderr, 'err'],
  ] as const) {
    stream.on('data', (chunk: Buffer) => {
      said[name] += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]): Ending => ({ code, signal, ...said }));
  return {
    child,
    out: () => said.out,
    err: () => said.err,
    ended,
    ready: () =>
      new Promise((resolve, reject) => {
        const look = () => {
          const port = /"admin":(\d+),"msg":"Bellboard is ready"/.exec(said.err)?.[1];
          if (port === undefined) return;
          listeners.delete(look);
          resolve(`http://127.0.0.1:${port}`);
        };
        listeners.add(look);
        ended.then(({ code }) => reject(new Error(`it ended with ${code}: ${said.err}`)));
        look();
      }),
  };
}

export const runProgram = (args: string[], env?: Record<string, string>, cwd?: string): Promise<Ending> =>
  startProgram(args, env, cwd).ended;

/** `program | reader` in a shell: output of the reader, exit code and last words of the program. */
export async function runPiped(args: string[], env: Record<string, string>, reader: string): Promise<Ending> {
  const { PATH = '', HOME = '' } = process.env;
  const line = `"$0" "$@" | ${reader}; exit "\${PIPESTATUS[0]}"`;
  const child = spawn('bash', ['-c', line, process.execPath, MAIN, ...args], { env: { PATH, HOME, ...env } });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += chunk.toString();
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...said };
}

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** Those that run; one that has ended and waits to be collected by its parent does not. */
function processes(): Process[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || command === undefined || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

export const childrenOf = (program: Program): Process[] =>
  processes().filter(({ parent }) => parent === program.child.pid);

export const stillRunning = (some: readonly Process[]): Process[] =>
  processes().filter(({ pid, command }) => some.some((one) => one.pid === pid && one.command === command));
