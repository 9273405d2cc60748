// Whether git has a change by now: what SCM sync said before it, compared with what it says after (contract jenkins §3.1,
// §3.3). Pure; asked at each look by the commands that change Jenkins' configuration, and by `sync save`.
import type { ScmSyncStatus } from './cluster.js';
import { repositoryHost, scmErrorKind, scmErrorWords } from './scm-error-class.js';
import { lacksInGit, offWords, scmState, scmWords } from './scm-words.js';
import { code, md, type Rich, report, shorten } from './text.js';
import { MINUTE, SECOND } from './time.js';
import { duration } from './words.js';

/** What tells a failure or a commit from an older one. A type, so that it is JSON to the journey. */
export type ScmMark = {
  session: string | null;
  head: string | null;
  failedAt: number | null;
  failSize: number | null;
  /** Something waited before, and is pushed along. */
  waited: boolean;
};

export const scmMark = (status: ScmSyncStatus): ScmMark => ({
  session: status.session ?? null,
  head: status.head ?? null,
  failedAt: status.failedAt ?? null,
  failSize: status.failSize ?? null,
  waited: lacksInGit(status),
});

export type Saved =
  | { state: 'going'; line: string }
  /** `commit`: hash of the newest one; undefined: git had everything before. `afterMs`: how long after the change it was seen. */
  | { state: 'saved'; commit?: string | undefined; afterMs?: number }
  /** Why, and what to do: sentences of ours with foreign words inert (`report`). */
  | { state: 'not'; why: string; remedy: string }
  /** Nobody could see for all that time: why. */
  | { state: 'unseen'; why: string };

/** A commit that waits for longer is stuck (contract jenkins §3.1, "poisoned commit"). */
export const SAVED_WITHIN_MS = 2 * MINUTE;

/** Within this the plugin may not even have queued its commit yet. */
const QUEUED_WITHIN_MS = 2 * SECOND;

/** @param sinceMs how long ago the change was made */
export function savedSince(mark: ScmMark, now: ScmSyncStatus, sinceMs: number): Saved {
  if (scmState(now) === 'off') return { state: 'not', why: offWords(now), remedy: '`sync` says what to do about it.' };
  if (mark.session !== null && now.session !== undefined && now.session !== mark.session)
    return { state: 'not', why: 'Jenkins restarted before git had it', remedy: '`sync` shows what git has now.' };
  if (failedSince(mark, now)) return notSaved(now, now.failText);
  if (lacksInGit(now)) {
    return sinceMs < SAVED_WITHIN_MS ? { state: 'going', line: waitingWords(now) } : notSaved(now, undefined);
  }
  const commit = now.head === undefined || now.head === mark.head ? undefined : now.head;
  if (commit === undefined && !mark.waited && sinceMs < QUEUED_WITHIN_MS)
    return { state: 'going', line: 'SCM sync has not begun yet' };
  // A plugin that has no checkout drops the change, and notes nothing new (contract jenkins §3.1).
  if (commit === undefined && scmState(now) !== 'ok') return notSaved(now, now.failText);
  return { state: 'saved', commit: commit ?? (mark.waited ? now.head : undefined) };
}

/** Its time has whole seconds on old JVMs; its size grows with each failure, unless somebody purged it. */
function failedSince({ failedAt, failSize }: ScmMark, now: ScmSyncStatus): boolean {
  if (now.failedAt === undefined) return false;
  return failedAt === null || now.failedAt > failedAt || (now.failSize ?? 0) > (failSize ?? 0);
}

function notSaved(now: ScmSyncStatus, failText: string | undefined): Saved {
  if (failText === undefined && scmState(now) === 'unknown' && now.logText === undefined)
    return {
      state: 'not',
      why: scmWords(now),
      remedy: "Save Jenkins' system configuration once, with the address of the repository: that checks it out anew.",
    };
  const kind = scmErrorKind({ failText, quote: now.logText }, now);
  const { what, remedy } = scmErrorWords(kind, repositoryHost(now.url));
  const quote = now.logText === undefined ? '' : ` (git says \`${shorten(now.logText, 300)}\`)`;
  return { state: 'not', why: `${what}${quote}`, remedy };
}

function waitingWords({ queuedCommits = 0, unpushedCommits = 0 }: ScmSyncStatus): string {
  if (queuedCommits > 0) return 'the commit is queued';
  return unpushedCommits > 0 ? 'it is committed and not pushed yet' : 'SCM sync has not begun yet';
}

/** Before the sentence, in front of a change that has a mark of its own. */
export const SAVED_MARKS: Readonly<Record<Saved['state'], Rich>> = {
  going: md`:hourglass_flowing_sand: `,
  saved: md`:floppy_disk: `,
  not: md`:warning: `,
  unseen: md`:warning: `,
};

/** One sentence for the message of a change. */
export function savedWords(saved: Saved): Rich {
  switch (saved.state) {
    case 'going':
      return md`On its way to git: ${report(saved.line)}.`;
    case 'saved': {
      const { commit, afterMs = 0 } = saved;
      if (commit === undefined) return md`Git had it already.`;
      return md`Saved in git ${duration(Math.max(SECOND, afterMs))} later, commit ${code(commit.slice(0, 7))}.`;
    }
    case 'not':
      return md`Not saved in git: ${report(saved.why)}. ${report(saved.remedy)}`;
    case 'unseen':
      return md`Whether it is saved in git could not be seen (${saved.why}); \`sync\` tells.`;
  }
}
