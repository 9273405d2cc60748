// What an incident asks for besides being shown: looking after it, finding out about it, calling somebody. Called by
// `alert.ts` after each commit; each task has a name, so asking again adds nothing. The tasks themselves run in `ticks`.
import { type AlertPorts, type Findings, isPolled, type Rule } from '../core/alert.js';
import type { BoardState } from '../core/board.js';
import { isKeptQuiet, isUnheard } from '../core/decide.js';
import type { Incident } from '../core/incident.js';
import type { AlertTick } from '../core/jobs.js';
import { MINUTE, SECOND } from '../core/time.js';
import type { AlertQueue, RaisePorts } from './alert-ports.js';
import type { Log } from './ports.js';

/** Why a look is taken, where nobody waits for it. */
export const EVERY_30_S = 'every 30 s';
export const INCIDENT_OPEN = 'an incident is open';

/** While an incident of the controller is open, events alone do not prove that it is back (contract marathon §10). */
const LOOK_EVERY_MS = 10 * SECOND;
/** Jenkins, its framework and SCM sync come after the health check. */
const ACCOMPANIED_MS = 10 * MINUTE;
/** What was found out of an old end is of no use. */
const INVESTIGATED_WITHIN_MS = 10 * MINUTE;

export async function attend(board: BoardState, { rules, queue, clock }: RaisePorts): Promise<void> {
  const now = clock.now();
  let look = false;
  for (const incident of Object.values(board.incidents)) {
    const rule = rules.find((one) => one.name === incident.rule);
    if (rule === undefined) continue;
    const open = incident.resolvedAt === undefined;
    const accompanied = isAccompanied(incident, rule, now);
    look ||= accompanied || (open && !isPolled(rule));
    if (needsInvestigation(incident, rule, now)) {
      await queue.task(
        { v: 1, kind: 'investigate', incident: incident.id },
        `investigate-${incident.id}-${incident.reopened}`,
      );
    }
    if (accompanied) {
      const slot = Math.floor(now / LOOK_EVERY_MS);
      await queue.task({ v: 1, kind: 'accompany', incident: incident.id }, `accompany-${incident.id}-${slot}`);
    }
    if (open && needsSomebody(incident, rule, board, now)) {
      await queue.task({ v: 1, kind: 'escalate', incident: incident.id }, `escalate-${incident.id}`);
    }
  }
  if (look) await queue.look(INCIDENT_OPEN, LOOK_EVERY_MS);
}

const needsInvestigation = (incident: Incident, rule: Rule, now: number): boolean =>
  rule.investigate !== undefined &&
  !incident.flapping &&
  incident.facts['investigated'] !== true &&
  now - incident.raisedAt < INVESTIGATED_WITHIN_MS;

const isAccompanied = (incident: Incident, rule: Rule, now: number): boolean =>
  rule.accompany !== undefined &&
  !incident.flapping &&
  incident.facts['accompanied'] !== true &&
  (incident.resolvedAt === undefined || now - incident.resolvedAt < ACCOMPANIED_MS);

/** Once, and not when somebody has it in hand. */
function needsSomebody(incident: Incident, rule: Rule, board: BoardState, now: number): boolean {
  if (incident.escalatedAt !== undefined || board.acks[incident.id] !== undefined) return false;
  if (isUnheard(incident, board) || isKeptQuiet(incident, rule, board)) return false;
  const afterMs = rule.escalateAfterMs?.(incident);
  return incident.flapping || (afterMs !== undefined && now - incident.raisedAt >= afterMs);
}

export interface AttendPorts {
  rules: readonly Rule[];
  incidents: { find(id: string): Promise<Incident | undefined> };
  /** Takes out of the ledger what nobody can ask for any more. */
  trim(): Promise<void>;
  asking: AlertPorts;
  queue: Pick<AlertQueue, 'decide' | 'look'>;
  log: Log;
}

/** A tick: asks the systems and hands what they say to the queue that decides. @param id of the tick, so that a repeat adds nothing */
export async function tick(job: AlertTick, id: string, ports: AttendPorts): Promise<void> {
  if (job.kind === 'look') return ports.queue.look(EVERY_30_S, 0);
  if (job.kind === 'trim') return ports.trim();
  if (job.kind === 'poll') return poll(job.rule, id, ports);
  const incident = await ports.incidents.find(job.incident);
  const rule = ports.rules.find((one) => one.name === incident?.rule);
  if (incident === undefined || rule === undefined) return;
  if (job.kind === 'escalate') {
    const why = (await rule.whyNotOver?.(incident, ports.asking)) ?? null;
    return ports.queue.decide({ v: 1, kind: 'escalated', incident: incident.id, why }, `${id}-said`);
  }
  const ask = job.kind === 'investigate' ? rule.investigate : rule.accompany;
  const found = await ask?.(incident, ports.asking);
  if (found === undefined) return;
  await ports.queue.decide(
    { v: 1, kind: 'learned', incident: incident.id, reopened: incident.reopened, ...asFacts(job.kind, found) },
    `${id}-said`,
  );
}

async function poll(name: string, id: string, ports: AttendPorts): Promise<void> {
  const rule = ports.rules.find((one) => one.name === name);
  if (rule === undefined || !isPolled(rule)) return;
  const facts = await rule.gather(ports.asking, await ports.asking.remembered(name));
  await ports.queue.decide({ v: 1, kind: 'polled', rule: name, facts }, `${id}-said`);
}

function asFacts(kind: 'investigate' | 'accompany', found: Findings & { complete?: boolean }) {
  const done = kind === 'investigate' ? { investigated: true } : found.complete === true ? { accompanied: true } : {};
  const excerpt = found.excerpt === undefined ? {} : { excerpt: found.excerpt };
  const instead = found.instead === undefined ? {} : { instead: found.instead };
  return { facts: { ...found.facts, ...excerpt, ...done }, ...instead, lines: found.lines ?? [] };
}
