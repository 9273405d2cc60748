// The real Groovy of this machine, where Debian's package `groovy` is installed: compiles our scripts, and runs them against
// stand-ins for the classes of Jenkins and its Mesos plugin.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ScriptName, scriptText } from '../../src/adapters/jenkins/script.js';

const STAND_INS = fileURLToPath(new URL('../fixtures/jenkins/stand-ins/', import.meta.url));
const SCRIPTS = new URL('../../src/adapters/jenkins/scripts/', import.meta.url);

/** Debian's starter looks for Java where its own package would put it, which another Java does not do. */
function environment(): NodeJS.ProcessEnv {
  if (process.env['JAVA_HOME'] !== undefined) return process.env;
  const java = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => {
    try {
      return [realpathSync(join(folder, 'java'))];
    } catch {
      return [];
    }
  })[0];
  return java === undefined ? process.env : { ...process.env, JAVA_HOME: dirname(dirname(java)) };
}

/** Without it these tests say so and are skipped. */
export const hasGroovy = (): boolean => {
  const { status, stdout } = spawnSync('groovy', ['--version'], { env: environment(), encoding: 'utf8' });
  return status === 0 && stdout.includes('Groovy Version');
};

export const allScripts = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(SCRIPTS)
      .filter((file) => file.endsWith('.groovy'))
      .map((file) => [file, readFileSync(new URL(file, SCRIPTS), 'utf8')]),
  );

export interface GroovyResult {
  compiled: { name: string; error: string }[];
  /** Of each script that was run, the result it printed. */
  results: Record<string, unknown>[];
  /** How often Jenkins saved its configuration. */
  saves: number;
  /** `same`: the cloud object there was before. */
  clouds: string[];
  cloudsMade: number;
  sameScheduler: boolean;
  /** Every field of every template. */
  before: Record<string, string>[];
  after: Record<string, string>[];
}

/** A record of Jenkins' log. */
export interface LogLine {
  millis: number;
  level: 'INFO' | 'WARNING' | 'SEVERE';
  loggerName: string;
  message: string;
}

/** One JVM: runs the scripts in order against the plugin of that generation, each in a JENKINS_HOME if it needs one. */
export function inGroovy(
  generation: 0 | 2,
  run: readonly (readonly [ScriptName, object, home?: string])[],
  { compile = {}, log = [] }: { compile?: Record<string, string>; log?: readonly LogLine[] } = {},
): GroovyResult {
  const path = ['both', generation === 2 ? 'second' : 'first'].map((folder) => join(STAND_INS, folder));
  const steps = run.map(([name, args, home = tmpdir()]) => ({ script: scriptText(name, args), home }));
  const input = JSON.stringify({ generation, compile, log, run: steps });
  const args = ['-cp', path.join(delimiter), join(STAND_INS, 'run.groovy')];
  const { stdout, stderr } = spawnSync('groovy', args, { env: environment(), input, encoding: 'utf8' });
  const found = /@@RESULT@@([\s\S]*)@@END@@/.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`groovy did not get to its end: ${stderr.slice(0, 1_000)}`);
  const { printed, ...rest } = JSON.parse(found);
  const results = printed.map((text: string) => JSON.parse(/@@CIBOT@@([\s\S]*?)@@END@@/.exec(text)?.[1] ?? '{}'));
  return { ...rest, results };
}
