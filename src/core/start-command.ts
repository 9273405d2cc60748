// Reads the app's start command as far as `manifest-lint.ts` must know it: how java is started, with how much heap,
// and where Jenkins keeps its home.

import type { JsonObject } from './cluster.js';
import { isJsonObject } from './manifest-normal.js';

const MIB = 1_048_576;
const UNIT: Readonly<Record<string, number>> = { '': 1, k: 1_024, m: MIB, g: 1_024 * MIB, t: MIB * MIB };

/** `cmd`, or `args` with blanks between, or ''. */
export function commandOf(definition: JsonObject): string {
  const { cmd, args } = definition;
  if (typeof cmd === 'string') return cmd;
  return Array.isArray(args) ? args.filter((word) => typeof word === 'string').join(' ') : '';
}

function environmentValues(definition: JsonObject): string[] {
  const { env } = definition;
  return isJsonObject(env) ? Object.values(env).filter((value) => typeof value === 'string') : [];
}

/** The largest `-Xmx` in the command or its environment, in MiB. In one text java heeds the last. */
export function largestHeapMiB(definition: JsonObject): number | undefined {
  const heaps = [commandOf(definition), ...environmentValues(definition)].flatMap((text) => {
    const last = [...text.matchAll(/(?<![\w-])(?:-Xmx|-XX:MaxHeapSize=)(\d+)([kmgt]?)/gi)].at(-1);
    return last === undefined ? [] : [(Number(last[1]) * (UNIT[(last[2] ?? '').toLowerCase()] ?? 1)) / MIB];
  });
  return heaps.length === 0 ? undefined : Math.max(...heaps);
}

/** A word that only leads to the command: a shell keyword, a wrapper, an assignment, an option of the wrapper. */
const LEADING = /^(?:then|do|else|if|!|\{|\(|nohup|nice|ionice|env|time|setsid|sudo|command|-.*|[A-Za-z_]\w*=.*)$/;
const JAVA = /^["']?(?:\S*\/)?java["']?$/;

/** True when a shell starts java and stays its parent, so that signals and exit status are the shell's. */
export function startsJavaBelowShell(definition: JsonObject): boolean {
  const { cmd } = definition;
  if (typeof cmd !== 'string') return false;
  return cmd.split(/&&|\|\||[;|&\n]/).some((part) => {
    const command = part
      .trim()
      .split(/\s+/)
      .find((word) => !LEADING.test(word));
    return command !== undefined && JAVA.test(command);
  });
}

/**
 * Where Jenkins' home would outlive the task and could be open to two controllers at once: a volume, or an absolute
 * `JENKINS_HOME`. `undefined`: in the sandbox, which belongs to one task, or not to be seen from the manifest.
 */
export function sharedHome(definition: JsonObject): string | undefined {
  return volumeOf(definition) ?? absoluteHome(definition);
}

function volumeOf({ container }: JsonObject): string | undefined {
  const volumes = isJsonObject(container) ? container['volumes'] : undefined;
  if (!Array.isArray(volumes)) return undefined;
  const shared = volumes.find((volume) => isJsonObject(volume) && volume['mode'] !== 'RO' && isOutside(volume));
  const path = isJsonObject(shared) ? shared['containerPath'] : undefined;
  return shared === undefined ? undefined : `the volume at ${typeof path === 'string' ? path : '(no path)'}`;
}

/** A host folder or an external volume; a `persistent` one is tied to its agent. */
function isOutside(volume: JsonObject): boolean {
  return typeof volume['hostPath'] === 'string' || isJsonObject(volume['external']);
}

function absoluteHome(definition: JsonObject): string | undefined {
  const { env } = definition;
  const fromEnv = isJsonObject(env) ? env['JENKINS_HOME'] : undefined;
  const fromCommand = /\bJENKINS_HOME=["']?([^\s"';&|]+)/.exec(commandOf(definition))?.[1];
  const home = fromCommand ?? fromEnv;
  return typeof home === 'string' && home.startsWith('/') && !home.startsWith('/mnt/mesos/sandbox')
    ? `JENKINS_HOME=${home}`
    : undefined;
}
