// Compares what rang with what really happened. Every end of a running controller that no deployment asked for, and every
// loss of its agent, rings once; nothing else does. Where the contract says that this cannot be known, the judge says so
// here, and nowhere else:
//
// 1. HIDDEN TOGETHER. Ends that no event told, between two looks: at least one of them rings, at most all (contract
//    marathon §10, known limit). The ring may be named after another one whose end was not known either, a stop that was
//    asked for included: all that is seen is that the controller is another one, or gone.
// 2. HIDDEN WITHOUT A TRACE. A life that began and ended between two looks and whose end Marathon keeps no record of (exit
//    status 0, a kill; a failure before another one; on 0.8 anything before a change of leader), and a loss that healed between two looks: a look
//    afterwards sees the world as it was before.
// 3. HIDDEN BEHIND A CHANGE. An end that no event told, with a deployment between the same two looks: the new task stands
//    there either way (B3). A crash before the deployment began rings all the same (B1) as long as Marathon keeps its
//    failure.
// 4. A CHANGE WITHIN THE CONFIRMATION. Exit status 0 and kills are proven by a look 3 s later (rows 9 and 12): a deployment
//    that begins before that look makes them its own. The same for 30 s after the end of a deployment, when the kill of what
//    was there before it may still be told (P).
// 5. A DEPLOYMENT NOBODY HEARD OF. Its beginning or its end was lost on the way and no look came between: ends are taken
//    for its doing, or for nobody's, until the next look. The same where a look overtakes the events that wait: it tells
//    that the deployment is over before they tell what ended under it.
// 6. TWO OF A PARTITION. Once the original runs beside its replacement, the one of them that is killed is no loss (row 3),
//    nor is an original that comes back when none is wanted any more and is killed for a check that failed before.
// 7. LAUNCHES. What never ran did not end: a failed launch outside a deployment joins the open incident (rows 11 and 13),
//    and whether it does is left open.
// 8. TOLD TOO LATE. A process that died behind a partition, and that a deployment had begun to stop by the time its agent
//    could say so: by its time it was a crash, by its word a stop.
// 9. DOWN AFTER A DEPLOYMENT. A look that finds no controller, and no deployment any more, rings under the name of the last
//    one known (C4), also when a deployment stopped that one and could not keep its own.
import type { LedgerRow } from '../../src/core/board.js';
import type { Incident } from '../../src/core/incident.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import type { Seen } from './ears.js';
import type { History } from './history.js';
import { type Fate, LINGERS_MS, type PlanTime, type Truth } from './truth.js';

export interface Outcome {
  history: History;
  truth: Truth;
  seen: Seen;
  ledger: ReadonlyMap<string, LedgerRow>;
  /** Every incident that ever was, as it is now. */
  opened: readonly Incident[];
  /** Well: the controller ran, healthy and alone. Down: one was wanted and none ran, with no deployment under way. */
  ends: 'well' | 'down' | 'neither';
}

export interface Verdict {
  faults: string[];
  /** How many ends and losses had to ring, and how many rang. */
  due: number;
  rang: number;
}

type Call = 'ring' | 'quiet' | 'either' | 'hidden';

/** A task's tally: an end and each of its losses is a ring of its own. */
interface Tally {
  least: number;
  most: number;
  rang: number;
  why: string[];
}

const CONFIRMED_MS = 3 * SECOND;

export function judge(outcome: Outcome): Verdict {
  const { truth, seen, ledger } = outcome;
  const baseline = seen.looks[0]?.at ?? Number.POSITIVE_INFINITY;
  const rung = ringsByTask(ledger);
  const tallies = new Map<string, Tally>();
  const tallyOf = (taskId: string): Tally => {
    const known = tallies.get(taskId) ?? { least: 0, most: 0, rang: rung.get(taskId) ?? 0, why: [] };
    tallies.set(taskId, known);
    return known;
  };
  const hidden = new Map<number, Fate[]>();
  for (const fate of truth.fates) {
    const call = fate.at < baseline ? 'either' : callOf(fate, outcome);
    const tally = tallyOf(fate.taskId);
    tally.why.push(`${fate.kind} ${fate.status}: ${call}`);
    if (call === 'ring') tally.least += 1;
    if (call !== 'quiet') tally.most += 1;
    if (call !== 'hidden') continue;
    const gap = gapOf(fate.at, seen);
    hidden.set(gap, [...(hidden.get(gap) ?? []), fate]);
  }
  for (const taskId of rung.keys()) tallyOf(taskId);
  for (const [gap, fates] of hidden) lendNames(gap, fates.length, outcome, tallyOf);
  const faults = [...tallies].flatMap(([taskId, tally]) => faultOf(taskId, tally));
  for (const [gap, fates] of hidden) faults.push(...faultOfGap(gap, fates, outcome, rung));
  faults.push(...faultsOfIncidents(outcome));
  const rang = [...rung.values()].reduce((sum, count) => sum + count, 0);
  return { faults, due: [...tallies.values()].reduce((sum, { least }) => sum + least, 0), rang };
}

/** 1: what ended under a deployment, and had not been decided by then, may stand for the ends hidden behind it. */
function lendNames(gap: number, count: number, { truth, seen }: Outcome, tallyOf: (taskId: string) => Tally): void {
  const until = seen.looks[gap]?.at ?? Number.POSITIVE_INFINITY;
  let left = count;
  for (const { taskId, status, at, asked, plans } of truth.fates) {
    const heardAt = seen.heard.get(`${taskId} ${status}`) ?? Number.POSITIVE_INFINITY;
    if ((!asked && plans.length === 0) || at > until || heardAt < until) continue;
    const tally = tallyOf(taskId);
    if (left <= 0 || tally.rang <= tally.most) continue;
    tally.most += 1;
    left -= 1;
  }
}

function ringsByTask(ledger: Outcome['ledger']): Map<string, number> {
  const rung = new Map<string, number>();
  for (const { identity, incident } of ledger.values()) {
    const [, taskId, kind] = identity.split('|');
    if (incident === null || taskId === undefined || kind === undefined || !/^(?:ended|lost-\d+)$/.test(kind)) continue;
    rung.set(taskId, (rung.get(taskId) ?? 0) + 1);
  }
  return rung;
}

function faultOf(taskId: string, { least, most, rang, why }: Tally): string[] {
  if (rang >= least && rang <= most) return [];
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  return [`${taskId}: expected ${wanted} rings, got ${rang} (${why.join('; ') || 'nothing happened to it'})`];
}

function callOf(fate: Fate, outcome: Outcome): Call {
  const { truth, seen } = outcome;
  const heardAt = seen.heard.get(`${fate.taskId} ${fate.status}`);
  if (fate.whileLost) return 'quiet';
  if (fate.asked && fate.kind === 'ended') return isStop(fate, outcome) ? 'quiet' : 'either';
  const plans = fate.plans.flatMap((id) => truth.plans.get(id) ?? []);
  if (fate.ranAt === undefined)
    return plans.length === 0 || plans.some((plan) => !isKnownAt(plan, heardAt, seen)) ? 'either' : 'quiet';
  if (plans.length > 0 && fate.diedAt < fate.at - SECOND) return 'either'; // 8
  const isQuietEnd = fate.status === 'TASK_KILLED' || fate.status === 'TASK_FINISHED';
  if (isQuietEnd && (fate.twin || fate.surplus)) return 'either'; // 6
  const lookedAt = seen.looks.find(({ at }) => at >= fate.at)?.at ?? Number.POSITIVE_INFINITY;
  if (heardAt === undefined || heardAt >= lookedAt)
    return plans.length === 0 ? 'hidden' : hiddenUnder(plans, fate, outcome);
  if (fate.kind === 'lost') return 'ring';
  if (plans.length > 0) return plans.some((plan) => isKnownAt(plan, heardAt, seen)) ? 'quiet' : 'either'; // 5
  if (isThoughtOpen(fate, heardAt, outcome)) return 'either'; // 5
  if (!isQuietEnd) return 'ring';
  const provenAt = seen.looks.find(({ at }) => at >= heardAt + CONFIRMED_MS)?.at ?? Number.POSITIVE_INFINITY;
  const claimed = [...truth.plans.values()].some(
    ({ began, ended }) =>
      began <= provenAt &&
      (ended === undefined || ended >= fate.at || (began > stagedAt(fate) && ended + LINGERS_MS + SECOND >= fate.at)),
  );
  return claimed ? 'either' : 'ring'; // 4
}

/** What was asked to stop, and nothing about its end says otherwise. */
function isStop(fate: Fate, { truth, seen }: Outcome): boolean {
  const heard = seen.heard.has(`${fate.taskId} ${fate.status}`);
  if (!heard && seen.looks[gapOf(fate.at, seen)]?.down === true) return false; // 9
  // 6: back from a partition when none is wanted any more, it is killed by a health check of before.
  if (fate.plans.length === 0 && fate.recorded) return false;
  const heardAt = seen.heard.get(`${fate.taskId} ${fate.status}`);
  const plans = fate.plans.flatMap((id) => truth.plans.get(id) ?? []);
  if (heardAt !== undefined && !plans.some((plan) => isKnownAt(plan, heardAt, seen))) return false; // 5
  if (fate.status !== 'TASK_FAILED') return true;
  if (fate.diedAt < fate.at - SECOND) return false; // 8
  // 3: it crashed while it was being stopped, and the deployment was over before anybody looked.
  const until = seen.looks[gapOf(fate.at, seen)]?.at ?? 0;
  return !fate.plans.some((id) => (truth.plans.get(id)?.ended ?? Number.POSITIVE_INFINITY) <= until);
}

/** Nobody heard it, and a deployment was under way: one that still is when somebody looks explains it. */
function hiddenUnder(plans: PlanTime[], fate: Fate, { seen }: Outcome): Call {
  const look = seen.looks[gapOf(fate.at, seen)]?.plansAt;
  if (look === undefined || fate.kind === 'lost') return 'either';
  const heardAt = seen.heard.get(`${fate.taskId} ${fate.status}`);
  if (heardAt !== undefined && !plans.some((plan) => isKnownAt(plan, heardAt, seen))) return 'either'; // 5
  return plans.some(({ ended }) => ended === undefined || ended > look) ? 'quiet' : 'either'; // 3
}

/** Before it ran, so long that no deployment can have begun in between and started it. */
const stagedAt = ({ ranAt = 0 }: Fate): number => ranAt;

/** Its beginning had been told by then, by an event or by a look. */
function isKnownAt(plan: PlanTime, at: number | undefined, { planBegan, looks }: Seen): boolean {
  if (at === undefined) return false;
  const told = planBegan.get(plan.id);
  // A look that overtook the event may have told its end by then.
  if (looks.some((look) => plan.ended !== undefined && look.plansAt >= plan.ended && look.at <= at)) return false;
  if (told !== undefined && told <= at) return true;
  return looks.some(
    (look) => look.at >= plan.began && look.at <= at && (plan.ended === undefined || look.at < plan.ended),
  );
}

/** A plan that was over, and nobody had said so yet. */
const isThoughtOpen = (fate: Fate, heardAt: number, { truth, seen }: Outcome): boolean =>
  [...truth.plans.values()].some(
    (plan) => plan.ended !== undefined && plan.ended <= fate.at && endToldAt(plan, seen) > heardAt,
  );

function endToldAt({ id, ended }: PlanTime, { planEnded, looks }: Seen): number {
  if (ended === undefined) return Number.POSITIVE_INFINITY;
  const looked = looks.find(({ at }) => at >= ended)?.at ?? Number.POSITIVE_INFINITY;
  return Math.min(planEnded.get(id) ?? Number.POSITIVE_INFINITY, looked);
}

/** Number of the first look after it. */
function gapOf(at: number, { looks }: Seen): number {
  const found = looks.findIndex((look) => look.at >= at);
  return found === -1 ? looks.length : found;
}

function faultOfGap(gap: number, fates: Fate[], outcome: Outcome, rung: ReadonlyMap<string, number>): string[] {
  const { truth, seen } = outcome;
  const from = seen.looks[gap - 1]?.at ?? 0;
  const until = seen.looks[gap]?.at;
  if (until === undefined) return [];
  const rang = fates.reduce((sum, { taskId }) => sum + (rung.get(taskId) ?? 0), 0);
  if (rang > 0 || fates.some((fate) => isToldWithAnother(fate, outcome))) return [];
  // 3
  if ([...truth.plans.values()].some(({ began, ended }) => began <= until && (ended ?? until) >= from - LINGERS_MS))
    return [];
  // 2
  if (fates.every((fate) => leavesNoTrace(fate, [from, until], outcome))) return [];
  return [
    `a gap of ${until - from} ms hid ${fates.map((fate) => `${fate.taskId} ${fate.status}`).join(', ')}: nothing rang`,
  ];
}

/** One ring tells of several ends (B4): the ledger has them from the same moment. */
function isToldWithAnother({ taskId }: Fate, { ledger }: Outcome): boolean {
  const rows = [...ledger.entries()];
  const own = rows.find(([identity]) => identity.endsWith(`|${taskId}|ended`))?.[1];
  return own !== undefined && rows.some(([, row]) => row.incident !== null && row.at === own.at);
}

function leavesNoTrace(fate: Fate, [from, until]: [number, number], { truth, seen, history }: Outcome): boolean {
  if (seen.heard.has(`${fate.taskId} ${fate.status}`)) return false;
  if (fate.kind === 'lost') return true;
  const overwritten = truth.fates.some((other) => other.recorded && other.at > fate.at && other.at <= until);
  const isNew = (fate.ranAt ?? 0) >= from && !seen.heard.has(`${fate.taskId} TASK_RUNNING`);
  const forgot = history.generation === '0.8' && truth.leaderless.some((at) => at >= fate.at);
  return isNew && (!fate.recorded || forgot || overwritten);
}

function faultsOfIncidents(outcome: Outcome): string[] {
  const { opened, ends, history } = outcome;
  const open = opened
    .filter(({ resolvedAt }) => resolvedAt === undefined)
    .map(({ id, fingerprint }) => `${id} ${fingerprint}`);
  const faults: string[] = [];
  if (ends === 'well' && !history.endsDown && open.length > 0)
    faults.push(`all is well, and ${open.join(', ')} is open`);
  if (ends === 'down' && open.length !== 1)
    faults.push(`the controller is down, and open is: ${open.join(', ') || 'nothing'}`);
  if (ends === 'neither' && !history.endsDown) faults.push('the world itself did not come to rest');
  // Behind a partition two may run for minutes, until Marathon looks at the app's scale again.
  const mayBeTwo = history.acts.some((act) => act.do === 'partition');
  if (!mayBeTwo && opened.some(({ fingerprint }) => fingerprint === 'two-controllers'))
    faults.push('two controllers were told of');
  const down = opened.filter(({ fingerprint }) => fingerprint === 'controller-down');
  if (down.length > (history.beginsDown ? 1 : 0)) faults.push(`found down ${down.length} times`);
  return [...faults, ...faultsOfStuck(outcome)];
}

/** Earliest that a deployment may be called stuck (`alerts/deployment-stuck.ts`). */
const STUCK_FROM_MS = 5 * MINUTE;

function faultsOfStuck({ opened, truth, seen }: Outcome): string[] {
  return opened.flatMap(({ fingerprint }) => {
    const id = /^deployment-stuck:(.*)$/.exec(fingerprint)?.[1];
    if (id === undefined) return [];
    const plan = truth.plans.get(id);
    if (plan === undefined) return [`${fingerprint}: there was no such deployment`];
    const lastedMs = endToldAt(plan, seen) - plan.began;
    return lastedMs < STUCK_FROM_MS ? [`${fingerprint} lasted ${lastedMs} ms and was called stuck`] : [];
  });
}
