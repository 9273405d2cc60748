// What an alert about SCM sync tells, as data and in the sentences of its timeline: made of one look at the plugin by
// `scm-sync-watch.ts`, kept with the incident, and shown by `alerts/scm-sync-failed.ts`.
import type { JsonObject, ScmSyncStatus } from './cluster.js';
import { repositoryHost, type ScmErrorKind, scmErrorKind, scmErrorWords } from './scm-error-class.js';
import { moment } from './text.js';

/** `missed`: a try failed and a later one worked, so the plugin calls all well; what the first was about may be missing. */
export type ScmTrouble = 'failing' | 'stuck' | 'missed';

export interface ScmSyncFacts extends JsonObject {
  trouble: ScmTrouble;
  kind: ScmErrorKind;
  failText: string | null;
  /** Git's own line. */
  quote: string | null;
  /** Jenkins' clock. */
  since: number;
  /** In the plugin's words, where nobody knows the zone of its clock. */
  sinceWords: string | null;
  lastSavedAt: number | null;
  queued: number;
  unpushed: number;
  files: string[];
  host: string | null;
  /** Why only the footer of a page was read; null: the script answered. */
  footerOnly: string | null;
  /** Jenkins restarted while this lasted. */
  restart: { at: number; lastSavedAt: number | null } | null;
  /** It ended because SCM sync was switched off: how that looks. */
  off: string | null;
}

export interface ScmSighting {
  trouble: ScmTrouble;
  since: number;
  /** Log records from before belong to something else. */
  logSince: number;
  /** Why the script did not answer. */
  refused: string | undefined;
}

export function scmSyncFacts(
  status: ScmSyncStatus,
  { trouble, since, logSince, refused }: ScmSighting,
  before?: ScmSyncFacts,
): ScmSyncFacts {
  const failText = trouble === 'stuck' ? undefined : status.failText;
  const quote = quoteOf(status, logSince) ?? (before?.failText === (failText ?? null) ? before.quote : null);
  const fromFooter = status.source === 'footer';
  return {
    trouble,
    kind: scmErrorKind({ failText, quote: quote ?? undefined }, status),
    failText: failText ?? null,
    quote,
    since: before?.since ?? since,
    sinceWords: before === undefined ? (fromFooter ? (status.failDate ?? null) : null) : before.sinceWords,
    lastSavedAt: (fromFooter ? before?.lastSavedAt : status.successAt) ?? null,
    // A footer says nothing of these, so what a script said before stands.
    queued: status.queuedCommits ?? (fromFooter ? (before?.queued ?? 0) : 0),
    unpushed: status.unpushedCommits ?? (fromFooter ? (before?.unpushed ?? 0) : 0),
    files: status.filesAtRisk ?? (fromFooter ? (before?.files ?? []) : []),
    host: repositoryHost(status.url) ?? before?.host ?? null,
    footerOnly: fromFooter ? (refused ?? 'no script answered') : null,
    restart: before?.restart ?? null,
    off: null,
  };
}

/** Jenkins keeps its newest 256 records only, and old ones as long as nothing pushes them out. */
const quoteOf = ({ logText, logAt }: ScmSyncStatus, since: number): string | null =>
  logText === undefined || (logAt !== undefined && logAt < since) ? null : logText;

/** Equal for what a reader would call the same text: hashes, ports and durations change with every try. */
export const textOf = ({ trouble, kind, failText, quote }: ScmSyncFacts): string =>
  [trouble, kind, failText, quote].join('\n').replace(/\b[0-9a-f]{7,40}\b|\d+/g, '#');

export const troubleLine = ({ trouble, kind, host }: ScmSyncFacts): string =>
  `${LEAD[trouble]}: ${scmErrorWords(kind, host ?? undefined).what}`;

const LEAD: Readonly<Record<ScmTrouble, string>> = {
  failing: 'saving to git fails',
  stuck: 'changes do not get to git',
  missed: 'one save failed',
};

export function wellLine({ trouble, restart }: ScmSyncFacts): string {
  if (restart !== null) return 'nothing waits for git since the restart; what was lost with it stays lost';
  return trouble === 'missed' ? 'saving to git goes on' : 'everything is saved in git again';
}

/** @param lastSavedAt null: nobody could see */
export const restartLine = (lastSavedAt: number | null): string =>
  `Jenkins restarted; configuration changes made ${lastSavedAt === null ? 'since git last had everything' : `after ${moment(lastSavedAt).plain}`} may be lost`;
