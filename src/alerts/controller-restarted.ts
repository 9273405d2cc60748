// Rings when the Jenkins controller ends without a deployment that asked for it. The decision table of contract marathon
// §9 stands below as it is printed there; snapshots go through §10's (`core/gap.ts`). Called by `journeys/alert.ts`.
import { defineRule } from '../core/alert.js';
import { whyNotUp } from '../core/coming-up.js';
import { causeOf } from '../core/failure-cause.js';
import type { MarathonEvent } from '../core/marathon-event.js';
import { type Cause, healthKill, KILLED_OUTSIDE, LAUNCH_TIMEOUT, type RestartFacts } from '../core/restart.js';
import { ageOf, type Case, caseOf, identityOf, LAUNCH_TIMEOUT_MS, type TaskEvent } from '../core/restart-case.js';
import { accompany, investigate } from '../core/restart-diagnosis.js';
import { onSnapshot } from '../core/restart-look.js';
import {
  forgetting,
  NOTHING_KEPT,
  type Raise,
  RESTARTED,
  type RestartMemory,
  raise,
  rung,
} from '../core/restart-memory.js';
import { restartWords } from '../core/restart-view.js';
import type { Detected, Signal } from '../core/signal.js';
import { MINUTE, SECOND } from '../core/time.js';
import { type ControllerSighting, isLive, isOver, type Life, LOST_STATES } from '../core/watch.js';

export const controllerRestarted = defineRule<RestartMemory>({
  name: RESTARTED,
  summary: 'Marathon restarts the controller, or it dies and stays away: why, and when it is back.',
  watches: 'controller',
  detect,
  view: restartWords,
  escalateAfterMs: ({ facts }) => (facts as RestartFacts).graceMs + BOOT_BUDGET_MS,
  investigate,
  accompany,
  whyNotOver: (_incident, { marathon, settings, clock }) => whyNotUp(settings.appId, marathon, clock),
});

/** Downloading, cloning and starting Jenkins, before the first check counts. */
const BOOT_BUDGET_MS = 5 * MINUTE;

function detect(kept: RestartMemory | undefined, sighting: ControllerSighting, now: number): Detected<RestartMemory> {
  const memory = forgetting(kept ?? NOTHING_KEPT, now);
  return sighting.what.kind === 'event'
    ? onEvent(memory, sighting, sighting.what.event, now)
    : onSnapshot(memory, sighting, sighting.what.snapshot, now);
}

type Verdict =
  | 'ignore'
  | 'final'
  | 'healed'
  | 'agent lost'
  | 'deliberate'
  | 'new version fails'
  | 'crash'
  | 'exit'
  | 'health kill'
  | 'launch timeout'
  | 'killed outside'
  | 'launch failure';

const KILLED = (c: Case) => c.status === 'TASK_KILLED';
const LOST = (c: Case) => LOST_STATES.has(c.status);
const FINISHED = (c: Case) => c.status === 'TASK_FINISHED';
const STOPPING = /^(?:Restart|Stop|Scale)Application$/;

/** Evaluated top down; the numbers are the contract's. */
const TABLE: readonly { row: number; when: (c: Case) => boolean; verdict: Verdict }[] = [
  { row: 1, when: (c) => c.known, verdict: 'ignore' },
  { row: 2, when: (c) => c.life.lost?.returned === false && !LOST(c), verdict: 'final' },
  // Before Mesos 1.5 a process that ends with 0 when it is killed has finished.
  { row: 3, when: (c) => c.other !== undefined && (KILLED(c) || FINISHED(c)), verdict: 'healed' },
  { row: 4, when: (c) => LOST(c) && c.ran, verdict: 'agent lost' },
  {
    row: 5,
    when: (c) => c.plan?.actions.some((a) => STOPPING.test(a)) === true && c.before && !c.sick,
    verdict: 'deliberate',
  },
  { row: 6, when: (c) => c.plan !== undefined && c.before && c.sick, verdict: 'deliberate' },
  { row: 7, when: (c) => c.plan !== undefined && !c.before, verdict: 'new version fails' },
  { row: 8, when: (c) => /^TASK_(?:FAILED|ERROR)$/.test(c.status) && c.ran, verdict: 'crash' },
  { row: 9, when: FINISHED, verdict: 'exit' },
  { row: 10, when: (c) => KILLED(c) && c.sick, verdict: 'health kill' },
  { row: 11, when: (c) => KILLED(c) && !c.ran && ageOf(c) >= LAUNCH_TIMEOUT_MS, verdict: 'launch timeout' },
  { row: 12, when: KILLED, verdict: 'killed outside' },
  { row: 13, when: (c) => !c.ran, verdict: 'launch failure' },
];

/** A gap may have hidden a deployment (rows 9 and 12). */
const CONFIRM_AFTER_MS = 3 * SECOND;
const MUST_BE_CONFIRMED: ReadonlySet<Verdict> = new Set(['exit', 'killed outside']);

function onEvent(
  memory: RestartMemory,
  sighting: ControllerSighting,
  event: MarathonEvent,
  now: number,
): Detected<RestartMemory> {
  if (event.kind === 'task' && isOver(event.status)) return onEnd(memory, sighting, event, now);
  if (event.kind === 'task' && event.status === 'TASK_RUNNING') return { memory, signals: onRunning(sighting, event) };
  const proves = event.kind === 'health' ? event.alive : event.kind === 'scheduler' || event.kind === 'deployment';
  return { memory, signals: proves ? [{ kind: 'look', afterMs: 0 }] : [] };
}

function onEnd(
  memory: RestartMemory,
  sighting: ControllerSighting,
  event: TaskEvent,
  now: number,
): Detected<RestartMemory> {
  const asked = caseOf(sighting, event);
  const verdict = verdictOf(asked);
  const identity = identityOf(sighting.after, event);
  switch (verdict) {
    case 'ignore':
      return late(memory, asked, event);
    case 'final':
      return quietly(memory, identity, event, 'the lost task is known to be dead');
    case 'healed':
      return quietly(
        memory,
        identity,
        event,
        'the partition healed: of the two tasks Marathon kept one and killed the other',
      );
    case 'deliberate':
    case 'new version fails':
      return { memory, signals: [{ kind: 'settle', identity }] };
    default: {
      const raise = raiseOf(memory, sighting, asked, event, verdict);
      if (!MUST_BE_CONFIRMED.has(verdict)) return rung(memory, raise, now);
      const waiting = { raise, dueAt: now + CONFIRM_AFTER_MS, app: sighting.before.app ?? null };
      return {
        memory: { ...memory, unconfirmed: { ...memory.unconfirmed, [event.taskId]: waiting } },
        signals: [{ kind: 'look', afterMs: CONFIRM_AFTER_MS }],
      };
    }
  }
}

const verdictOf = (asked: Case): Verdict => TABLE.find((row) => row.when(asked))?.verdict ?? 'ignore';

/** An end that was found by looking, without its cause: what the event says of it now makes the alert's words better. */
function late(memory: RestartMemory, asked: Case, event: TaskEvent): Detected<RestartMemory> {
  if (!memory.guessed.includes(event.taskId)) return { memory, signals: [] };
  const verdict = verdictOf({ ...asked, known: false });
  const guessed = memory.guessed.filter((taskId) => taskId !== event.taskId);
  const line = {
    at: event.at,
    text: `Marathon's event tells why: ${LATE_WORDS[verdict] ?? causeFor(verdict, event, asked.life).words}`,
  };
  const asRung = LATE_WORDS[verdict] === undefined ? causeFor(verdict, event, asked.life) : undefined;
  const facts = asRung === undefined ? {} : { ...asRung, quote: asRung.quote ?? null };
  return {
    memory: { ...memory, guessed },
    signals: [{ kind: 'correct', fingerprint: RESTARTED, taskId: event.taskId, facts, line }],
  };
}

const LATE_WORDS: Partial<Record<Verdict, string>> = {
  final: 'a lost task was given up',
  healed: 'a partition healed',
  deliberate: 'a deployment asked for it',
  'new version fails': 'a deployment started it',
};

function raiseOf(
  memory: RestartMemory,
  { after }: ControllerSighting,
  { life, plan }: Case,
  event: TaskEvent,
  verdict: Verdict,
): Raise {
  const place = after.lives[event.taskId] ?? life;
  const more = verdict === 'agent lost' && plan !== undefined ? { planId: plan.id } : {};
  return raise(after, place, causeFor(verdict, event, life), memory, {
    at: event.at,
    identity: identityOf(after, event),
    ...more,
  });
}

function causeFor(verdict: Verdict, event: TaskEvent, life: Life): Cause {
  if (verdict === 'health kill') return healthKill(life.killReason);
  if (verdict === 'killed outside') return KILLED_OUTSIDE;
  if (verdict === 'launch timeout') return LAUNCH_TIMEOUT;
  return causeOf({ state: event.status, message: event.message });
}

const quietly = (
  memory: RestartMemory,
  identity: string,
  { at }: TaskEvent,
  text: string,
): Detected<RestartMemory> => ({
  memory,
  signals: [
    { kind: 'settle', identity },
    { kind: 'note', fingerprint: RESTARTED, line: { at, text } },
    { kind: 'look', afterMs: 0 },
  ],
});

function onRunning({ before, after }: ControllerSighting, { taskId, host, at }: TaskEvent): Signal[] {
  const life = before.lives[taskId];
  if (life !== undefined && isLive(life)) return [];
  const place = host ?? 'an unknown agent';
  const text = life?.lost?.returned === false ? `the lost task runs again on ${place}` : `runs again on ${place}`;
  const now = { taskId, host: place, address: null };
  const signal: Signal = { kind: 'update', fingerprint: RESTARTED, facts: { now }, line: { at, text } };
  // Without a look nobody knows what became of the one before; without checks nothing else tells that it is up.
  const isTold = after.current === taskId && after.app?.hasHealthChecks === true && life?.lost === undefined;
  return isTold ? [signal] : [signal, { kind: 'look', afterMs: 0 }];
}
