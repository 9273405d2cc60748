// The log: one JSON line on stderr for each thing worth knowing. main.ts makes it; whatever goes in is scrubbed first.
import { type Logger, pino } from 'pino';
import { type Scrub, scrubberOf } from './adapters/secrets.js';

export type Log = Logger;

export interface LoggerOptions {
  level: string;
  /** Configured secrets as they are now; asked again for each line, since a secret's file may change. */
  secrets?: () => readonly string[];
  /** Fields every line carries, such as the role. */
  fields?: Record<string, unknown>;
  /** Where lines go; stderr, written at once so that the last words before a crash are not lost. */
  destination?: { write(line: string): void };
}

const HIDDEN = '•••';

/** Their values are secrets whatever they look like; `response_url` lets anybody answer as us for 30 minutes. */
const SECRET_FIELDS = /^(response_?url|authorization|cookie|set-cookie|password|.*token|.*secret|crumb)$/i;

/** Deeper than this no field of ours goes; a whole foreign object would. */
const DEEPEST = 6;

export function createLogger(options: LoggerOptions): Log {
  const scrub = scrubberOf(options.secrets ?? (() => []));
  const log = pino(
    {
      level: options.level,
      base: scrubbed({ pid: process.pid, ...options.fields }, scrub) as Record<string, unknown>,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors are taken apart in `scrubbed`; pino's own serialiser would copy every property a library hung on them.
      serializers: { err: (value: unknown) => value },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args.map((value: unknown) => scrubbed(value, scrub));
          method.apply(
            this,
            (first instanceof Object && 'stack' in first ? [{ err: first }, ...rest] : [first, ...rest]) as typeof args,
          );
        },
      },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
  return scrubbingChildren(log, scrub);
}

/** pino formats the fields of a child with none of its parent's formatters, so they are scrubbed on the way in. */
function scrubbingChildren(log: Log, scrub: Scrub): Log {
  const child = log.child;
  return Object.assign(log, {
    child(this: Log, fields: object, options?: object) {
      return child.call(this, scrubbed(fields, scrub) as Record<string, unknown>, options);
    },
  });
}

/** Bolt's Logger (its levels are its own enum, which only the Slack adapter may know). */
export interface BoltLogger<Level extends string> {
  debug(...message: unknown[]): void;
  info(...message: unknown[]): void;
  warn(...message: unknown[]): void;
  error(...message: unknown[]): void;
  setLevel(level: Level): void;
  getLevel(): Level;
  setName(name: string): void;
}

/** What Bolt and its clients say, as lines of ours; `setLevel` is not heeded, LOG_LEVEL decides. */
export function boltLogger<Level extends string>(log: Log, level: Level): BoltLogger<Level> {
  let source = 'bolt';
  const line =
    (at: 'warn' | 'error') =>
    (...message: unknown[]) => {
      const text = message
        .filter((part) => !(part instanceof Error))
        .map(asText)
        .join(' ');
      const err = message.find((part) => part instanceof Error);
      log[at](err === undefined ? { source } : { source, err }, text);
    };
  return {
    // Bolt's debug lines carry whole deliveries: typed text and a `response_url`, by which anybody could answer as us.
    debug: () => {},
    info: () => {},
    warn: line('warn'),
    error: line('error'),
    setLevel: () => {},
    getLevel: () => level,
    setName: (name) => {
      source = name;
    },
  };
}

function asText(part: unknown): string {
  if (typeof part === 'string') return part;
  try {
    return JSON.stringify(part) ?? String(part);
  } catch {
    return String(part);
  }
}

/** The same value with every text in it scrubbed, names of fields included. */
function scrubbed(value: unknown, scrub: Scrub, depth = 0): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? `${value}` : value;
  if (depth >= DEEPEST) return '…';
  if (value instanceof Error) return errorFields(value, scrub, depth);
  if (Array.isArray(value)) return value.map((one) => scrubbed(one, scrub, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return scrubbed(value.toJSON(), scrub, depth + 1);
  const fields = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    fields.map(([name, field]) => [
      scrub(String(name)),
      SECRET_FIELDS.test(String(name)) && field !== undefined ? HIDDEN : scrubbed(field, scrub, depth + 1),
    ]),
  );
}

/** Of an error only what tells the fault: libraries hang requests with headers and arguments with passwords on theirs. */
function errorFields(error: Error, scrub: Scrub, depth: number): object {
  const { code, status, system, request } = error as Error & Record<string, unknown>;
  const told = Object.entries({ code, status, system, request }).filter(([, part]) =>
    ['string', 'number'].includes(typeof part),
  );
  return {
    type: error.name,
    message: scrub(error.message),
    stack: scrub(error.stack ?? ''),
    ...Object.fromEntries(told.map(([name, part]) => [name, typeof part === 'string' ? scrub(part) : part])),
    ...(error.cause === undefined ? {} : { cause: scrubbed(error.cause, scrub, depth + 1) }),
  };
}
