// Rings when Jenkins' configuration does not get to git, so that the next new task of the controller would not have it.
// Asks the plugin by script, else reads the footer of a page; what it means is decided in `core/scm-sync-watch.ts`.
// Called by `journeys/alert.ts`.
import { type AlertWords, defineRule } from '../core/alert.js';
import type { Incident } from '../core/incident.js';
import { scmErrorWords } from '../core/scm-error-class.js';
import { type ScmLook, scmLook } from '../core/scm-look.js';
import { restartLine, type ScmSyncFacts } from '../core/scm-sync-facts.js';
import { SCM_SYNC_FAILED, type ScmSyncMemory, watchScmSync } from '../core/scm-sync-watch.js';
import { listed } from '../core/scm-unsaved.js';
import type { Detected } from '../core/signal.js';
import { code, join, md, moment, type Rich, report } from '../core/text.js';
import { SECOND } from '../core/time.js';
import { counted } from '../core/words.js';

export const scmSyncFailed = defineRule<ScmLook, ScmSyncMemory>({
  name: SCM_SYNC_FAILED,
  summary: 'Jenkins cannot save its configuration in git: since when, why, and which changes a restart would lose.',
  hiddenBy: ['controller-restarted', 'controller-down'],
  watches: { everyMs: 60 * SECOND },
  gather: (ports) => scmLook(ports),
  detect,
  view,
});

function detect(memory: ScmSyncMemory | undefined, { look, refused }: ScmLook): Detected<ScmSyncMemory> {
  if (look.ok) return watchScmSync(memory, look.value, refused);
  return { memory: memory ?? { state: 'unknown' }, signals: [] };
}

// ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function view(incident: Incident): AlertWords {
  const facts = incident.facts as ScmSyncFacts;
  const { what, remedy } = scmErrorWords(facts.kind, facts.host ?? undefined);
  return {
    headline: headline(facts, what),
    over: over(facts),
    fields: fieldsOf(facts),
    notes: notesOf(facts, remedy, incident.resolvedAt !== undefined),
  };
}

function headline({ trouble }: ScmSyncFacts, what: string): Rich {
  if (trouble === 'missed') return md`Jenkins may have missed saving a change in git: ${report(what)}`;
  return md`Jenkins does not save its configuration in git: ${report(what)}`;
}

function over({ trouble, kind, restart, off }: ScmSyncFacts): Rich {
  if (off !== null) return md`Jenkins no longer saves its configuration in git at all: ${off}`;
  if (restart !== null) return AFTER_RESTART;
  if (trouble !== 'missed') return md`Jenkins saves its configuration in git again`;
  return kind === 'delete-failed'
    ? md`SCM sync goes on, but something deleted in Jenkins is still in git`
    : md`SCM sync goes on: one save failed, and a later one worked`;
}

/** The checkout at start counts as a success, and proves only that the repository can be read. */
const AFTER_RESTART = md`SCM sync shows no failure since Jenkins restarted; whether git takes changes shows with the next one`;

function fieldsOf(facts: ScmSyncFacts): AlertWords['fields'] {
  const { since, sinceWords, lastSavedAt, failText, quote, files, host } = facts;
  const waiting = waitingWords(facts);
  return [
    { label: 'Since', value: sinceWords === null ? moment(since) : md`${sinceWords}, by the clock of Jenkins` },
    ...(lastSavedAt === null ? [] : [{ label: 'Last success', value: moment(lastSavedAt) }]),
    ...(failText === null ? [] : [{ label: 'Jenkins says', value: code(failText) }]),
    ...(quote === null ? [] : [{ label: 'Git says', value: code(quote) }]),
    ...(waiting === undefined ? [] : [{ label: 'Waiting', value: waiting }]),
    ...(files.length === 0 ? [] : [{ label: 'Files at risk', value: report(listed(files)) }]),
    ...(host === null ? [] : [{ label: 'Repository', value: code(host) }]),
  ];
}

function waitingWords({ queued, unpushed }: ScmSyncFacts): Rich | undefined {
  const parts = [
    ...(unpushed > 0 ? [md`${counted(unpushed, 'commit')} not pushed`] : []),
    ...(queued > 0 ? [md`${counted(queued, 'commit')} queued`] : []),
  ];
  return parts.length === 0 ? undefined : join(parts);
}

/** What is over needs no remedy, unless something stays behind. */
function notesOf({ trouble, kind, restart, footerOnly }: ScmSyncFacts, remedy: string, isOver: boolean): Rich[] {
  const staysBehind = trouble === 'missed' && kind === 'delete-failed';
  return [
    ...(restart === null ? [] : [md`:warning: ${report(restartLine(restart.lastSavedAt))}.`]),
    ...(isOver && !staysBehind ? [] : [md`*What to do:* ${report(remedy)}`]),
    ...(footerOnly === null || isOver ? [] : [footerLimits(footerOnly)]),
  ];
}

/** Contract jenkins §3.3, fallback 1. */
const footerLimits = (why: string): Rich =>
  md`As shown in the footer of Jenkins' pages, because the status script is not available (${why}). It shows failures and no recovery, and neither git's words nor the files: it may be over already, and stays here until an administrator purges the message and something is saved.`;
