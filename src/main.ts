#!/usr/bin/env node
// The program: role from the command line, environment read once, then start and stop.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { scrubber } from './adapters/secrets.js';
import { ConfigError, type Environment, type Role, readConfig, roles } from './config.js';
import { UserError } from './core/errors.js';
import { SECOND } from './core/time.js';
import { AUDIT, nearestRole, USAGE } from './usage-text.js';

/** Exit codes (design §2): 0 stopped on request, 1 failure at run time, 2 the configuration is wrong or the role unknown. */
const FAILED = 1;
const MISCONFIGURED = 2;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Whatever is not done then is taken up by another worker, as after a `kill -9` (design §2). */
const STOPPED_WITHIN_MS = 10 * SECOND;
/** A connection somebody forgot does not keep a process that has said its last word. */
const LINGER_MS = SECOND;

async function main(argv: string[], env: Environment): Promise<number> {
  const [word = 'all', ...rest] = argv;
  if (word === '--help' || word === '-h' || word === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (word === AUDIT) return (await import('./audit.js')).audit(rest, env);
  const role = roles.find((known) => known === word);
  if (role === undefined) {
    process.stderr.write(`${nearestRole(word)}\n${USAGE}`);
    return MISCONFIGURED;
  }
  // Parts are loaded when they are needed: all of them take a second of which help and a wrong setting need nothing.
  if (role === 'playground') return (await import('./playground/main.js')).playground(rest, env);
  const values = roleOptions(rest);
  if (values === undefined) return MISCONFIGURED;
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  return role === 'doctor' ? (await import('./doctor.js')).doctor(env) : serve(env, role);
}

function roleOptions(rest: string[]): { help?: boolean | undefined } | undefined {
  try {
    return parseArgs({ args: rest, options: { help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

/** Settings may lie in `.env` beside where the program is started; what the environment says goes first. */
function withEnvFile(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

let secrets: () => readonly string[] = () => [];
const lastWords = (text: string): string => scrubber(secrets())(text);

/** The last words of a crash pass through the scrubber like every other line. */
function crash(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Bellboard crashed: ${lastWords(text)}\n`);
  process.exit(FAILED);
}

async function serve(env: Environment, role: Exclude<Role, 'playground' | 'doctor'>): Promise<number> {
  const { config, warnings } = readConfig(env, role);
  secrets = config.secrets;
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  const asked = stopRequest();
  const { start } = await import('./start.js');
  const running = await start(config, role);
  await asked;
  await running.stop();
  return 0;
}

/** Resolves at the first SIGTERM or SIGINT, also while we still start; a second one ends the process at once. */
function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    const first = () => {
      resolve();
      setTimeout(() => process.exit(0), STOPPED_WITHIN_MS).unref();
      for (const signal of STOP_SIGNALS) process.off(signal, first).once(signal, () => process.exit(FAILED));
    };
    for (const signal of STOP_SIGNALS) process.once(signal, first);
  });
}

process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

try {
  process.exitCode = await main(process.argv.slice(2), withEnvFile());
} catch (error) {
  if (error instanceof ConfigError) {
    process.stderr.write(`The configuration is wrong:\n${error.faults.map((fault) => `  ${fault}\n`).join('')}`);
    process.exitCode = MISCONFIGURED;
  } else if (error instanceof UserError || (error instanceof Error && error.name === 'UpstreamError')) {
    const hint = error instanceof UserError && error.hint !== undefined ? ` ${error.hint}` : '';
    process.stderr.write(`${error.message}${hint}\n`);
    process.exitCode = FAILED;
  } else {
    process.stderr.write(`Bellboard failed: ${lastWords(error instanceof Error ? error.message : 'unknown')}\n`);
    process.exitCode = FAILED;
  }
}
setTimeout(() => process.exit(), LINGER_MS).unref();
