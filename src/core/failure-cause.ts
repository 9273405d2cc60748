// Why a task ended, in words: alerts and `/ci deploy` put it in their first line. The table is contract marathon §8.1.

export type FailureKind =
  | 'health-check'
  | 'out-of-memory'
  | 'disk-quota'
  | 'fetch-failed'
  | 'executor-died'
  | 'command-not-found'
  | 'command-not-executable'
  | 'killed'
  | 'terminated'
  | 'exit-code'
  | 'agent-lost'
  | 'signal'
  | 'finished'
  | 'unknown';

export interface FailureCause {
  kind: FailureKind;
  /** Continues "Jenkins controller restarted: …", e.g. `out of memory`. */
  words: string;
  /** False: say "probably", or show the quote. */
  certain: boolean;
  /** What Mesos or Marathon wrote, one line of at most 300 characters, to be shown as code. */
  quote?: string | undefined;
}

export interface TaskEnd {
  /** Mesos state name, e.g. `TASK_FAILED`. */
  state: string;
  message: string;
}

type Verdict = Pick<FailureCause, 'kind' | 'words' | 'certain'>;

interface Row {
  pattern: RegExp;
  /** `undefined`: after a second look this row does not apply. */
  verdict: (found: RegExpExecArray, state: string) => Verdict | undefined;
  /** The first line of the message tells more than our words. */
  quoted?: boolean;
}

const fixed = (kind: FailureKind, words: string, certain: boolean) => (): Verdict => ({ kind, words, certain });

/** First match wins. */
const TABLE: readonly Row[] = [
  // Marathon's own text, in `lastTaskFailure` (contract §3.3). It quotes anything, so it is tested before Mesos' texts.
  {
    pattern: /^Task was killed since health check failed/i,
    verdict: fixed('health-check', 'killed by its health check', true),
    quoted: true,
  },
  { pattern: /^Memory limit exceeded/i, verdict: fixed('out-of-memory', 'out of memory', true), quoted: true },
  { pattern: /^Disk usage .* exceeds quota/i, verdict: fixed('disk-quota', 'over its disk quota', true), quoted: true },
  {
    pattern: /Failed to fetch all URIs/i,
    verdict: fixed('fetch-failed', 'its files could not be downloaded', true),
    quoted: true,
  },
  {
    pattern: /^Abnormal executor termination/i,
    verdict: fixed('executor-died', 'the Mesos executor died, typically after a failed download', false),
    quoted: true,
  },
  { pattern: /exited with status 127\b/i, verdict: fixed('command-not-found', 'command not found', true) },
  { pattern: /exited with status 126\b/i, verdict: fixed('command-not-executable', 'command not executable', true) },
  {
    pattern: /signal Killed\b|exited with status 137\b/i,
    verdict: (_found, state) =>
      askedFor(state) ?? { kind: 'killed', words: 'killed, probably out of memory', certain: false },
  },
  {
    pattern: /signal Terminated\b|exited with status 143\b/i,
    verdict: (_found, state) =>
      askedFor(state) ?? { kind: 'terminated', words: 'asked to stop from outside Marathon', certain: false },
  },
  {
    pattern: /exited with status (\d+)/i,
    verdict: ([, code]) => ({ kind: 'exit-code', words: `exit code ${code}`, certain: true }),
  },
  {
    pattern: /health check timed out|removed|unreachable|Reconciliation:/i,
    verdict: (_found, state) => lostAgent(state),
    quoted: true,
  },
  {
    pattern: /terminated with signal ([A-Za-z][A-Za-z ]*[A-Za-z])/i,
    verdict: ([, name = '']) => ({ kind: 'signal', words: `signal ${name}${crashOf(name)}`, certain: true }),
  },
];

/** @param end of the task; a message that is missing is empty */
export function causeOf({ state, message }: TaskEnd): FailureCause {
  const line = firstLine(message);
  for (const row of TABLE) {
    const found = row.pattern.exec(message.trim());
    const verdict = found === null ? undefined : row.verdict(found, state);
    if (verdict !== undefined) return row.quoted ? { ...verdict, quote: line } : verdict;
  }
  const verdict = lostAgent(state) ?? finished(state) ?? { kind: 'unknown', words: 'cause not known', certain: false };
  return line === '' ? verdict : { ...verdict, quote: line };
}

/**
 * Mesos says TASK_KILLED only after the framework asked for it, so a signal then tells how the process ended, not why:
 * a controller that outlives its grace period is killed with SIGKILL and has memory enough.
 */
function askedFor(state: string): Verdict | undefined {
  return state === 'TASK_KILLED' ? { kind: 'killed', words: 'killed on request', certain: true } : undefined;
}

const LOST: Readonly<Record<string, string>> = {
  TASK_LOST: 'its agent was lost',
  TASK_UNREACHABLE: 'its agent is unreachable',
  TASK_GONE: 'its agent is gone',
  TASK_GONE_BY_OPERATOR: 'its agent was declared gone by an operator',
  TASK_DROPPED: 'Mesos dropped it before it started',
  TASK_UNKNOWN: 'Mesos no longer knows the task',
};

/** The state says it; the text only repeats it. TASK_LOST can mean several things, and the text is all there is. */
function lostAgent(state: string): Verdict | undefined {
  const words = LOST[state];
  return words === undefined ? undefined : { kind: 'agent-lost', words, certain: state !== 'TASK_LOST' };
}

function finished(state: string): Verdict | undefined {
  if (state !== 'TASK_FINISHED') return undefined;
  return { kind: 'finished', words: 'exited by itself with status 0', certain: true };
}

function crashOf(signal: string): string {
  return /^(Aborted|Segmentation fault|Bus error|Illegal instruction)$/i.test(signal) ? ', the JVM crashed' : '';
}

const LONGEST_QUOTE = 300;

/** The memory text goes on with a page of statistics. */
function firstLine(message: string): string {
  const line = (message.trim().split('\n')[0] ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
}
