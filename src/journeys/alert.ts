// The alert journey. Bot: observe() hands on what Marathon's stream says. Worker: raise() decides, one thing at a time and
// in order, commits, and only then shows; whatever is cut off in between is done by whoever comes next, because what is
// shown and what is asked is derived from what was committed.
import { isPolled, type PolledRule } from '../core/alert.js';
import type { BoardState } from '../core/board.js';
import {
  amend,
  apply,
  candidates,
  type Decision,
  type Detection,
  detectPolled,
  detectSighting,
  rings,
  sightingOf,
  type What,
} from '../core/decide.js';
import { UpstreamError } from '../core/errors.js';
import { type Incident, learned } from '../core/incident.js';
import type { EventsJob } from '../core/jobs.js';
import type { StreamNews } from '../core/marathon-event.js';
import { SECOND } from '../core/time.js';
import { attend, EVERY_30_S, INCIDENT_OPEN } from './alert-attend.js';
import type { ObservePorts, RaisePorts } from './alert-ports.js';
import { show } from './alert-show.js';

/**
 * The queue is the buffer: the look stands in it before all events of the connection, so the snapshot is taken and
 * reconciled first, and the events behind it are replayed (contract marathon §10).
 * @throws UpstreamError (Redis): what was heard is lost then, and whoever listens must connect anew
 */
export async function observe(news: StreamNews, { queue, clock, log }: ObservePorts): Promise<void> {
  switch (news.kind) {
    case 'connected':
      log.info({}, "listening to Marathon's events");
      return queue.look('connected', 0);
    case 'look':
      return queue.look('polling', 0);
    case 'lost':
      return log.warn({ why: news.why }, "Marathon's event stream ended");
    case 'event':
      return queue.event(news.event, news.identity, clock.now());
  }
}

export async function raise(job: EventsJob, ports: RaisePorts): Promise<void> {
  const names = ports.rules.map((rule) => rule.name);
  const before = await ports.board.load(names, ports.clock.now());
  const decision = await decide(job, before, ports);
  await ports.board.commit(decision.change);
  if (decision.lookAfterMs !== undefined) await ports.queue.look('to be sure', decision.lookAfterMs);
  try {
    await show(decision.board, ports);
  } finally {
    await attend(decision.board, ports);
  }
}

async function decide(job: EventsJob, board: BoardState, ports: RaisePorts): Promise<Decision> {
  switch (job.kind) {
    case 'event':
      return seen({ kind: 'event', event: job.event }, board, ports);
    case 'look':
      return looked(job.why, board, ports);
    case 'polled': {
      const rule = ports.rules.find((one) => one.name === job.rule);
      if (rule === undefined || !isPolled(rule)) return nothing(board);
      const found = detectPolled(board, rule as PolledRule<unknown, unknown>, job.facts, ports.clock.now());
      return ring(board, found, ports);
    }
    case 'learned':
      return changed(board, job.incident, (incident) =>
        incident.reopened === job.reopened ? learned(incident, job) : incident,
      );
    case 'escalated':
      return changed(board, job.incident, (incident) => escalated(incident, job.why, ports.clock.now()));
    case 'refresh':
      return nothing(board);
  }
}

/** A look that something waits for is repeated soon; the others come again by themselves. */
const ASK_AGAIN_MS = 5 * SECOND;
const REGULAR: ReadonlySet<string> = new Set([EVERY_30_S, INCIDENT_OPEN]);

async function looked(why: string, board: BoardState, ports: RaisePorts): Promise<Decision> {
  try {
    const snapshot = await ports.marathon.snapshot(ports.settings.appId);
    return await seen({ kind: 'snapshot', snapshot }, board, ports);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.system === 'Redis') throw error;
    ports.log.warn({ error: error.message }, 'Marathon could not be looked at');
    return { ...nothing(board), ...(REGULAR.has(why) ? {} : { lookAfterMs: ASK_AGAIN_MS }) };
  }
}

async function seen(what: What, board: BoardState, ports: RaisePorts): Promise<Decision> {
  const sighting = sightingOf(board, ports.settings.appId, what);
  const known = await ports.board.known(candidates(sighting));
  const settled = (identity: string) => known.has(identity);
  return ring(board, detectSighting(board, ports.rules, { ...sighting, settled }, ports.clock.now()), ports);
}

async function ring(board: BoardState, detection: Detection, ports: RaisePorts): Promise<Decision> {
  for (const [rule, memory] of Object.entries(detection.memories)) {
    logOnce(rule, board.memories[rule], memory, ports.log);
  }
  const wanted = rings(detection);
  const known = wanted.length === 0 ? new Set<string>() : await ports.board.known(wanted);
  return apply(board, detection, known, ports.clock.now());
}

/** What a rule wants said to whoever runs Bellboard, and not in the channel: once, when it is new. */
function logOnce(rule: string, before: unknown, after: unknown, log: RaisePorts['log']): void {
  const said = (memory: unknown) => (memory as { logOnce?: string } | null | undefined)?.logOnce;
  const text = said(after);
  if (text !== undefined && text !== said(before)) log.info({ rule }, text);
}

const nothing = (board: BoardState): Decision => ({
  board,
  change: { memories: {}, incidents: [], ledger: [] },
  lookAfterMs: undefined,
});

function changed(board: BoardState, id: string, change: (incident: Incident) => Incident): Decision {
  const incident = Object.values(board.incidents).find((one) => one.id === id);
  return incident === undefined ? nothing(board) : amend(board, change(incident));
}

const escalated = (incident: Incident, why: string | null, now: number): Incident =>
  incident.escalatedAt !== undefined || incident.resolvedAt !== undefined
    ? incident
    : { ...incident, rev: incident.rev + 1, escalatedAt: now, ...(why === null ? {} : { escalation: why }) };
