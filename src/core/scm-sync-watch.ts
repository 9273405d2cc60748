// Follows what SCM sync says from look to look, by the rules of contract jenkins §3.3: one failure is told, a standstill
// only when two looks agree, and neither a restart of Jenkins nor a purge of its message counts as mended. Pure: memory
// and one look in, memory and signals out; asked by `alerts/scm-sync-failed.ts`. All times are Jenkins' own.
import type { ScmSyncStatus } from './cluster.js';
import {
  restartLine,
  type ScmSighting,
  type ScmSyncFacts,
  type ScmTrouble,
  scmSyncFacts,
  textOf,
  troubleLine,
  wellLine,
} from './scm-sync-facts.js';
import { lacksInGit, scmState, scmWords } from './scm-words.js';
import type { Detected, Line, Signal } from './signal.js';
import { DAY, MINUTE, SECOND } from './time.js';

export const SCM_SYNC_FAILED = 'scm-sync-failed';

export type ScmSyncState = 'off' | 'failing' | 'stuck' | 'unknown' | 'ok';

export interface ScmSyncMemory {
  state: ScmSyncState;
  /** The newest answer of each source in this life of Jenkins, and the script's last one of the life before. */
  script?: ScmSyncStatus;
  footer?: ScmSyncStatus;
  former?: ScmSyncStatus;
  /** The first of the looks in a row that found something git lacks. */
  lackingSince?: number;
  trouble?: OpenTrouble;
  /** For the log, once: differs from the memory before when there is something new to say. */
  logOnce?: string;
}

interface OpenTrouble {
  identity: string;
  facts: ScmSyncFacts;
  /** When its text was new. */
  toldAt: number;
  /** The last known failure, by the clock of who told of it; undefined: it fails without one. */
  failure?: { at: number; source: 'script' | 'footer' };
  /** The first of the looks in a row that found all well. */
  wellSince?: number;
  offSince?: number;
}

/** An agent's start rewrites `config.xml` on old cores, so one look means nothing. */
const STUCK_AFTER_MS = MINUTE;
const REPEATS_AFTER_MS = DAY;

const NOTHING: ScmSyncMemory = { state: 'unknown' };

/** @param refused why the script did not answer, when the look is one at a footer */
export function watchScmSync(
  before: ScmSyncMemory = NOTHING,
  look: ScmSyncStatus,
  refused?: string,
): Detected<ScmSyncMemory> {
  if (tellsNothingNew(before, look)) return { memory: before, signals: [] };
  const restart = restartBetween(before, look);
  const known = restart ? afterRestart(before, look) : before;
  const state = stateBy(known, look);
  const { trouble, signals } = troubleAfter(known, look, state, refused);
  const isOpen = trouble !== undefined && state === 'ok' && !isWell(trouble, look);
  return {
    memory: remembered(known, look, isOpen ? known.state : state, trouble),
    signals: [...(restart ? restartNote(before, look) : []), ...purgeNote(known, look), ...signals],
  };
}

const sourceOf = ({ source }: ScmSyncStatus): 'script' | 'footer' => source ?? 'script';

// ── What one look means ─────────────────────────────────────────────────────────────────────────────────────────────

/** Overtaken by a later look, or a footer with the failure that the script knows: there it stays, whatever succeeded since. */
function tellsNothingNew({ script, footer }: ScmSyncMemory, look: ScmSyncStatus): boolean {
  const last = newest(script, footer);
  if (isSameLife(last, look) && last !== undefined && look.now < last.now) return true;
  const known = sourceOf(look) === 'footer' && isSameLife(script, look) ? script?.failDate : undefined;
  return known !== undefined && known === look.failDate;
}

/** The states of contract jenkins §3.3. */
function stateBy({ lackingSince }: ScmSyncMemory, look: ScmSyncStatus): ScmSyncState {
  const seen = scmState(look);
  if (seen !== 'unsaved') return seen;
  if (look.now - (lackingSince ?? look.now) >= STUCK_AFTER_MS) return 'stuck';
  return look.successAt === undefined ? 'unknown' : 'ok';
}

const isBad = (state: ScmSyncState): state is 'failing' | 'stuck' => state === 'failing' || state === 'stuck';

/** All that was in trouble is well: nothing on its way to git, and a success behind it. */
const isWell = (trouble: OpenTrouble, look: ScmSyncStatus): boolean =>
  scmState(look) === 'ok' && (sourceOf(look) === 'script' ? scriptProves(trouble, look) : footerProves(trouble, look));

/** A fail.log that was purged proves nothing until something is saved after the failure it told of. */
function scriptProves({ failure }: OpenTrouble, { failedAt, successAt }: ScmSyncStatus): boolean {
  // Against a footer's failure times mean nothing, but the script sees the commits themselves.
  if (failedAt !== undefined || failure?.source !== 'script') return true;
  return successAt !== undefined && successAt > failure.at;
}

/** A footer shows failures and no recovery: it can only take back what a footer has told. */
const footerProves = ({ failure }: OpenTrouble, { successAt }: ScmSyncStatus): boolean =>
  failure?.source === 'footer' && successAt !== undefined && successAt > failure.at;

/** A failed `Delete` followed at once by a commit that worked: all looks well, and the deleted comes back with a new task. */
function failedBetween(known: ScmSyncMemory, look: ScmSyncStatus): boolean {
  return known.script !== undefined && (look.failSize ?? 0) > (known.script.failSize ?? 0);
}

// ── What it makes of the trouble ────────────────────────────────────────────────────────────────────────────────────

interface After {
  trouble: OpenTrouble | undefined;
  signals: Signal[];
}

function troubleAfter(known: ScmSyncMemory, look: ScmSyncStatus, state: ScmSyncState, refused?: string): After {
  const { trouble } = known;
  if (state === 'off') return switchedOff(trouble, look);
  if (isBad(state)) return inTrouble(known, look, state, refused);
  if (state === 'ok' && failedBetween(known, look)) return inTrouble(known, look, 'missed', refused);
  if (trouble === undefined) return { trouble, signals: [] };
  return isWell(trouble, look) ? well(trouble, look) : goesOn(trouble);
}

function inTrouble(known: ScmSyncMemory, look: ScmSyncStatus, kind: ScmTrouble, refused?: string): After {
  const before = known.trouble;
  const facts = scmSyncFacts(look, sightingOf(known, look, kind, refused), before?.facts);
  const line = before === undefined ? undefined : newsLine(before, facts, look);
  const failure = failureIn(look, kind) ?? before?.failure;
  const trouble: OpenTrouble = {
    identity: before?.identity ?? identityOf(look, facts),
    facts,
    toldAt: before === undefined || line !== undefined ? look.now : before.toldAt,
    ...(failure === undefined ? {} : { failure }),
  };
  return { trouble, signals: told(trouble, line) };
}

function sightingOf(known: ScmSyncMemory, look: ScmSyncStatus, trouble: ScmTrouble, refused?: string): ScmSighting {
  const since = trouble === 'stuck' ? (known.lackingSince ?? look.now) : happenedAt(look);
  const logSince = (trouble === 'missed' ? known.script?.now : look.successAt) ?? 0;
  return { trouble, since, logSince: wholeSecond(logSince), refused };
}

/** One that a success has overtaken needs no second success. */
const failureIn = (look: ScmSyncStatus, kind: ScmTrouble): OpenTrouble['failure'] =>
  look.failedAt === undefined || kind === 'missed' ? undefined : { at: look.failedAt, source: sourceOf(look) };

/** File times had whole seconds on old JVMs, log records never. */
const wholeSecond = (at: number): number => Math.floor(at / SECOND) * SECOND;

/** A footer's times have no zone. */
const happenedAt = (look: ScmSyncStatus): number =>
  sourceOf(look) === 'footer' ? look.now : (look.failedAt ?? look.now);

/** The same failure has the same date in both sources; a standstill is known by its first look. */
function identityOf(look: ScmSyncStatus, { trouble, since }: ScmSyncFacts): string {
  const what = trouble === 'stuck' ? since : trouble === 'missed' ? look.failSize : (look.failDate ?? look.failedAt);
  return [SCM_SYNC_FAILED, look.session ?? 'unknown', trouble, what].join(' ');
}

/** Repeated only when the text is another, or after a day; with times that two workers agree on. */
function newsLine(before: OpenTrouble, facts: ScmSyncFacts, look: ScmSyncStatus): Line | undefined {
  if (textOf(facts) !== textOf(before.facts)) return { at: happenedAt(look), text: `now: ${troubleLine(facts)}` };
  if (look.now - before.toldAt < REPEATS_AFTER_MS) return undefined;
  return { at: before.toldAt + REPEATS_AFTER_MS, text: `still, after another day: ${troubleLine(facts)}` };
}

/** Rung at each look while it lasts: the ledger knows the identity, and a ring that a parent's trouble hid is made good. */
function told({ identity, facts }: OpenTrouble, line?: Line): Signal[] {
  return [
    { kind: 'raise', fingerprint: SCM_SYNC_FAILED, identity, at: facts.since, facts, line: troubleLine(facts) },
    { kind: 'update', fingerprint: SCM_SYNC_FAILED, facts, ...(line === undefined ? {} : { line }) },
  ];
}

/** Neither well nor worse: one look at a new change, a purge without a success after it, or no success file yet. */
const goesOn = ({ wellSince: _well, offSince: _off, ...trouble }: OpenTrouble): After => ({
  trouble,
  signals: [{ kind: 'update', fingerprint: SCM_SYNC_FAILED, facts: trouble.facts }],
});

function well(trouble: OpenTrouble, { now }: ScmSyncStatus): After {
  const { wellSince } = trouble;
  if (wellSince === undefined || wellSince >= now) {
    const after = goesOn(trouble);
    return { ...after, trouble: { ...trouble, wellSince: now } };
  }
  return { trouble: undefined, signals: [resolved(wellSince, trouble.facts, wellLine(trouble.facts))] };
}

/** Not mended, but nothing to watch either. */
function switchedOff(trouble: OpenTrouble | undefined, look: ScmSyncStatus): After {
  if (trouble === undefined) return { trouble, signals: [] };
  const { offSince } = trouble;
  if (offSince === undefined || offSince >= look.now)
    return { trouble: { ...trouble, offSince: look.now }, signals: [] };
  const facts = { ...trouble.facts, off: scmWords(look) };
  return { trouble: undefined, signals: [resolved(offSince, facts, `${facts.off}: nothing more is saved in git`)] };
}

const resolved = (at: number, facts: ScmSyncFacts, line: string): Signal => ({
  kind: 'resolve',
  fingerprint: SCM_SYNC_FAILED,
  at,
  facts,
  line,
});

// ── Restart and purge ───────────────────────────────────────────────────────────────────────────────────────────────

const isSameLife = (one: ScmSyncStatus | undefined, other: ScmSyncStatus): boolean =>
  one !== undefined && (one.session === undefined || other.session === undefined || one.session === other.session);

function restartBetween({ script, footer }: ScmSyncMemory, look: ScmSyncStatus): boolean {
  const last = newest(script, footer);
  return last !== undefined && !isSameLife(last, look);
}

const newest = (one: ScmSyncStatus | undefined, other: ScmSyncStatus | undefined): ScmSyncStatus | undefined =>
  one === undefined || other === undefined ? (one ?? other) : one.now >= other.now ? one : other;

/** The files and the queue are new: nothing before compares with them. The trouble stays until two looks are well. */
function afterRestart({ state, script, trouble }: ScmSyncMemory, { now }: ScmSyncStatus): ScmSyncMemory {
  const known: ScmSyncMemory = { state, ...(script === undefined ? {} : { former: script }) };
  if (trouble === undefined) return known;
  const restart = isBad(state) ? { at: now, lastSavedAt: trouble.facts.lastSavedAt } : trouble.facts.restart;
  const { identity, toldAt } = trouble;
  return { ...known, trouble: { identity, toldAt, facts: { ...trouble.facts, restart } } };
}

function restartNote({ state, trouble }: ScmSyncMemory, { now }: ScmSyncStatus): Signal[] {
  if (!isBad(state) || trouble === undefined) return [];
  return [note(now, restartLine(trouble.facts.lastSavedAt))];
}

function purgeNote(known: ScmSyncMemory, look: ScmSyncStatus): Signal[] {
  const purged = known[sourceOf(look)]?.failedAt !== undefined && look.failedAt === undefined;
  if (!purged || known.trouble === undefined) return [];
  return [note(look.now, 'an administrator purged the failure message in Jenkins, which by itself saves nothing')];
}

const note = (at: number, text: string): Signal => ({
  kind: 'note',
  fingerprint: SCM_SYNC_FAILED,
  line: { at, text },
});

// ── What is kept ────────────────────────────────────────────────────────────────────────────────────────────────────

function remembered(
  known: ScmSyncMemory,
  look: ScmSyncStatus,
  state: ScmSyncState,
  trouble: OpenTrouble | undefined,
): ScmSyncMemory {
  const { trouble: _trouble, lackingSince: _lacking, logOnce: _log, ...rest } = known;
  const lackingSince = lackingAfter(known, look);
  const logOnce = logWords(look, state);
  return {
    ...rest,
    [sourceOf(look)]: look,
    state,
    ...(lackingSince === undefined ? {} : { lackingSince }),
    ...(trouble === undefined ? {} : { trouble }),
    ...(logOnce === undefined ? {} : { logOnce }),
  };
}

/** A footer says nothing of what waits. */
function lackingAfter({ lackingSince }: ScmSyncMemory, look: ScmSyncStatus): number | undefined {
  if (sourceOf(look) === 'footer') return lackingSince;
  return lacksInGit(look) ? (lackingSince ?? look.now) : undefined;
}

function logWords(look: ScmSyncStatus, state: ScmSyncState): string | undefined {
  if (state === 'off') return `${scmWords(look)}: nothing is watched for ${SCM_SYNC_FAILED}`;
  if (sourceOf(look) === 'footer')
    return 'SCM sync is watched through the footer of a page: failures are seen, what waits for git is not';
  return undefined;
}
