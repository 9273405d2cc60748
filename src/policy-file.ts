// Reads POLICY_FILE, again whenever it changes; a file with faults leaves the last good one in force, and says so.
import { readFileSync, statSync } from 'node:fs';
import { NO_POLICY, type Policy, parsePolicy, policyWithout, undefinedRoles } from './core/policy.js';

export interface PolicyFile {
  /** From memory; looks at the file's time at most once a second. */
  current(): Policy;
  /** Why the newest file is not in force; undefined when it is. */
  fault(): string | undefined;
}

interface Log {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

const LOOK_EVERY_MS = 1_000;
/** Thousands of people; a larger file is something else, and reading it as YAML would hold up the acks. */
const MOST_BYTES = 64 * 1_024;
/** A file that was written this moment may be half written, and half a policy may allow more than the whole. */
const SETTLED_MS = 300;

/** @param now ms of a clock that is never set back, such as the process's own */
export function policyFile(path: string, log: Log, now: () => number = () => performance.now()): PolicyFile {
  let policy = NO_POLICY;
  let fault: string | undefined;
  let stamp: string | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const read = () => {
    const newStamp = stampOf(path);
    if (newStamp === stamp) return;
    if (stamp !== undefined && isBeingWritten(path)) return;
    stamp = newStamp;
    if (newStamp === NO_FILE) return withoutFile();
    let text: string;
    try {
      text = textOf(path);
    } catch (error) {
      stamp = NOT_READ;
      return faulty(error);
    }
    try {
      policy = parsePolicy(text);
    } catch (error) {
      return faulty(error);
    }
    fault = undefined;
    const nobody = undefinedRoles(policy);
    if (nobody.length > 0)
      log.warn({ file: path, roles: nobody }, 'the policy names roles that it does not define; they mean nobody');
    log.info({ file: path, rules: policy.rules.length }, 'policy read');
  };

  // A tool that deletes and then writes must not open to everyone, for that moment, what the file keeps for some.
  const withoutFile = () => {
    policy = policyWithout(policy);
    fault = policy.gone ? 'the file is gone' : undefined;
    const inForce = policy.gone
      ? 'the policy file is gone: its rules about reads still hold, nobody changes anything'
      : 'there is no policy file: everyone reads, nobody changes anything';
    log.warn({ file: path }, inForce);
  };

  const faulty = (error: unknown) => {
    const seen = error instanceof Error ? error.message : String(error);
    if (seen === fault) return;
    fault = seen;
    log.warn({ file: path, fault }, `the policy file has faults; ${instead(policy)}`);
  };

  const current = () => {
    if (now() - lookedAt >= LOOK_EVERY_MS) {
      lookedAt = now();
      read();
    }
    return policy;
  };
  // Whoever starts the program learns of a fault now, not when somebody types.
  current();
  return {
    current,
    fault: () => fault,
  };
}

function instead({ configured, gone }: Policy): string {
  if (configured) return 'the last good one stays in force';
  return `until it is mended ${gone ? 'the rules about reads of the last good one hold' : 'everyone reads'}, nobody changes anything`;
}

function textOf(path: string): string {
  const stat = statSync(path);
  if (stat.isDirectory()) throw new Error('EISDIR: it is a folder');
  // A pipe would be waited for, for ever.
  if (!stat.isFile()) throw new Error('it is no regular file');
  if (stat.size > MOST_BYTES)
    throw new Error(
      `it has ${stat.size.toLocaleString('en')} bytes; at most ${MOST_BYTES.toLocaleString('en')} are read`,
    );
  const bytes = readFileSync(path);
  if (bytes.length !== stat.size) throw new Error('it changed while it was read; it is read again when it is complete');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('it is not UTF-8 text');
  }
}

function isBeingWritten(path: string): boolean {
  try {
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return Math.abs(ageMs) < SETTLED_MS;
  } catch {
    return false;
  }
}

const NO_FILE = 'no file';
/** What kept it from being read may end without a trace on the file: it is tried again at every look. */
const NOT_READ = 'not read';

/** Changes with the file, and with who may read it (ctime). */
function stampOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? NO_FILE : `${stat.mtimeMs}/${stat.ctimeMs}/${stat.size}/${stat.ino}`;
  } catch {
    // The folder may not be looked into: reading the file will say why.
    return 'out of reach';
  }
}
