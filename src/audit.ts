// `bellboard audit`: the audit trail out of Redis as JSON lines, for whoever keeps records elsewhere. Called by `main.ts`.
import { parseArgs } from 'node:util';
import { auditLines } from './adapters/redis/audit-store.js';
import { producer, untilReady } from './adapters/redis/connect.js';
import { keysOf } from './adapters/redis/keys.js';
import { scrubbedJson } from './adapters/scrubbed.js';
import { scrubber } from './adapters/secrets.js';
import { type Environment, readStoreConfig } from './config.js';
import { durationMs } from './core/arguments.js';
import { UpstreamError, UserError } from './core/errors.js';
import { DAY, MINUTE, SECOND } from './core/time.js';
import { AUDIT_USAGE } from './usage-text.js';

/** As wrong settings: what was typed is wrong, and nothing was tried. */
const MISTYPED = 2;
const KEPT_MS = 400 * DAY;
const REDIS_PATIENCE_MS = 10 * SECOND;

/** @throws ConfigError, UserError; the answer is the exit code */
export async function audit(args: string[], env: Environment, out: NodeJS.WritableStream = process.stdout) {
  const asked = understood(args);
  if ('mistake' in asked) {
    process.stderr.write(`${asked.mistake}\n${AUDIT_USAGE}`);
    return MISTYPED;
  }
  const write = writerTo(out);
  if (asked.help) {
    await write(AUDIT_USAGE);
    return 0;
  }
  const config = readStoreConfig(env);
  const scrub = scrubber(config.secrets());
  const redis = producer(config.redisUrl.value());
  try {
    await untilReady(redis, REDIS_PATIENCE_MS).catch(redisIsAway);
    const from = asked.sinceMs === undefined ? 0 : Date.now() - asked.sinceMs;
    for await (const lines of auditLines(redis, keysOf(config.name), from)) {
      const text = lines.map((line) => `${JSON.stringify(scrubbedJson(JSON.parse(line), scrub))}\n`).join('');
      if (text !== '' && !(await write(text))) break;
    }
    return 0;
  } finally {
    redis.disconnect();
  }
}

type Asked = { help: boolean; sinceMs: number | undefined } | { mistake: string };

function understood(args: string[]): Asked {
  const options = { help: { type: 'boolean', short: 'h' }, since: { type: 'string' } } as const;
  try {
    const { help = false, since } = parseArgs({ args, options }).values;
    if (since === undefined) return { help, sinceMs: undefined };
    const parsed = durationMs('--since', MINUTE, KEPT_MS, '1m to 400d').safeParse(since);
    if (parsed.success) return { help, sinceMs: parsed.data };
    return { mistake: parsed.error.issues.map(({ message }) => message).join(' ') };
  } catch (error) {
    return { mistake: error instanceof Error ? error.message : String(error) };
  }
}

/** Resolves when the text has left; false when whoever read it has gone (`| head`), and wants no more. */
function writerTo(out: NodeJS.WritableStream): (text: string) => Promise<boolean> {
  // Without a listener of its own the closed pipe would end the process as a crash.
  out.on('error', () => undefined);
  return (text) =>
    new Promise((resolve, reject) => {
      out.write(text, (error) => {
        if (!error) resolve(true);
        else if ('code' in error && error.code === 'EPIPE') resolve(false);
        else reject(new UserError(`The audit trail could not be written: ${error.message}.`));
      });
    });
}

function redisIsAway(error: unknown): never {
  if (!(error instanceof UpstreamError)) throw error;
  throw new UserError(`Redis is not there: it ${error.seen}.`, 'Check REDIS_URL and that the server runs.');
}
