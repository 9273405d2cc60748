// The ears and hands of Bellboard on the pure core: streams that connect, break and repeat, one strictly serial queue with
// events and looks in it, a board and a ledger in memory. What crosses a wire or Redis does so as JSON here too, through
// the real schemas. The order of things is that of `journeys/alert.ts`.
import { readEvent } from '../../src/adapters/marathon/event-schema.js';
import { AppAnswer, appOf, Deployments } from '../../src/adapters/marathon/schema.js';
import { controllerDown } from '../../src/alerts/controller-down.js';
import { controllerRestarted } from '../../src/alerts/controller-restarted.js';
import { deploymentStuck } from '../../src/alerts/deployment-stuck.js';
import type { BoardState, LedgerRow } from '../../src/core/board.js';
import type { AppSnapshot, JsonObject } from '../../src/core/cluster.js';
import { runningTasks } from '../../src/core/controller.js';
import { apply, candidates, detectSighting, rings, sightingOf, type What } from '../../src/core/decide.js';
import type { Incident } from '../../src/core/incident.js';
import { concerns, EVENT_TYPES, type MarathonEvent } from '../../src/core/marathon-event.js';
import type { Signal } from '../../src/core/signal.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { ENDED_STATES } from '../../src/core/watch.js';
import { appView, deploymentView } from '../../src/playground/servers/marathon-views.js';
import { lightOf, type MarathonEvent as WireEvent } from '../../src/playground/world/marathon/events.js';
import { atLeast, VERSIONS } from '../../src/playground/world/marathon/generation.js';
import { APP, dice, type History } from './history.js';
import type { PureStage } from './pure-world.js';

const RULES = [controllerRestarted, controllerDown, deploymentStuck];

/** What the judge is told of what could be known, and when. World's times. */
export interface Seen {
  /** When each look saw the app, and its deployments, and whether a controller was missing with none under way: only
   *  those that Marathon answered. */
  looks: { at: number; plansAt: number; down: boolean }[];
  /** When the first word of a task's state, `taskId status`, was decided on. */
  heard: Map<string, number>;
  /** When the beginning and the end of a plan were. */
  planBegan: Map<string, number>;
  planEnded: Map<string, number>;
}

export interface Ears {
  record: Seen;
  ledger: Map<string, LedgerRow>;
  incidents(): Incident[];
  /** Every incident that ever opened, by id. */
  opened: Map<string, Incident>;
  /** Nobody listens on the first connection for so long, or what it says is lost, or nothing of Bellboard runs. */
  deaf(ms: number): void;
  drop(ms: number): void;
  away(ms: number): void;
  /** Another bot listens as well. */
  second(ms: number): void;
  /** A new leader tells the last end once more: nobody had acknowledged it (contract marathon §8). */
  republish(): void;
  /** Looks become rare. */
  rest(): void;
  stop(): void;
}

interface Answer {
  text: string;
  app: AppSnapshot['app'];
}

type Job = { kind: 'event'; event: MarathonEvent } | { kind: 'look' };

const EMPTY: BoardState = {
  watch: undefined,
  memories: {},
  incidents: {},
  shown: {},
  acks: {},
  silences: {},
  number: 0,
};

const READ: ReadonlySet<string> = new Set(EVENT_TYPES);
const LOOK_EVERY_MS = 30 * SECOND;
const LOOK_WITHOUT_STREAM_MS = 10 * SECOND;
const LOOK_AT_REST_MS = 3 * MINUTE;
const LOOK_WHILE_OPEN_MS = 10 * SECOND;
const ASK_AGAIN_MS = 5 * SECOND;
/** One decision in so many goes through Redis and back. */
const STORED_EVERY = 64;

/** What is worth reading when something went wrong. */
export type Tell = (line: () => string) => void;

export function listen(stage: PureStage, history: History, tell: Tell = () => {}): Ears {
  const { clock, marathon } = stage;
  const die = dice(history.seed ^ 0x5eed);
  const record: Seen = { looks: [], heard: new Map(), planBegan: new Map(), planEnded: new Map() };
  const ledger = new Map<string, LedgerRow>();
  const opened = new Map<string, Incident>();
  const light = atLeast(history.generation, '1.5');
  const known = new Set<string>();
  const waiting = new Set<number>();
  let queue: Job[] = [];
  let board = EMPTY;
  let busy = false;
  let isAway = false;
  let dropping = 0;
  let decisions = 0;
  let lastAnswer: Answer | undefined;
  let lookEveryMs = history.generation === '0.8' ? LOOK_WITHOUT_STREAM_MS : LOOK_EVERY_MS;
  let stopped = false;

  // ── The queue ───────────────────────────────────────────────────────────────────────────────────────────────────────

  const add = (job: Job) => {
    queue.push(job);
    if (!busy) next();
  };
  const lag = () => (die.chance(0.7) ? die.below(20) : die.below(history.lagMs + 1));
  const next = () => {
    busy = false;
    if (isAway || stopped) return;
    const job = queue.shift();
    busy = job !== undefined;
    if (job !== undefined) clock.after(lag(), () => (job.kind === 'event' ? hearOf(job.event) : look()));
  };
  const look = () => {
    if (marathon.leader === undefined) {
      askToLook(ASK_AGAIN_MS);
      return next();
    }
    const at = clock.moment();
    lastAnswer = appAnswer(stage, lastAnswer);
    const { app } = lastAnswer;
    const finish = () => {
      // The second answer did not come: the look has failed.
      if (marathon.leader === undefined) askToLook(ASK_AGAIN_MS);
      else {
        const deployments = marathon.deployments.map((one) => deploymentView(marathon, one));
        const read = Deployments.parse(JSON.parse(JSON.stringify(deployments)));
        const snapshot: AppSnapshot = { app, deployments: read, marathonVersion: VERSIONS[history.generation] };
        const down = app !== undefined && app.instances > 0 && runningTasks(app.tasks).length + read.length === 0;
        record.looks.push({ at, plansAt: clock.moment(), down });
        decide({ kind: 'snapshot', snapshot });
      }
      next();
    };
    if (history.tornMs > 0 && die.chance(0.2)) clock.after(die.below(history.tornMs), finish);
    else finish();
  };
  const hearOf = (event: MarathonEvent) => {
    note(event);
    decide({ kind: 'event', event });
    next();
  };
  const note = (event: MarathonEvent) => {
    const now = clock.moment();
    const first = (at: Map<string, number>, key: string) => at.has(key) || at.set(key, now);
    if (event.kind === 'task') first(record.heard, `${event.taskId} ${event.status}`);
    if (event.kind !== 'deployment') return;
    if (event.phase === 'begins') first(record.planBegan, event.planId);
    if (event.phase === 'succeeded' || event.phase === 'failed') first(record.planEnded, event.planId);
  };

  const decide = (what: What) => {
    const now = clock.now() + history.skewMs;
    const sighting = sightingOf(board, APP, what);
    const asked = new Set(candidates(sighting).filter((identity) => ledger.has(identity)));
    const detection = detectSighting(board, RULES, { ...sighting, settled: (one) => asked.has(one) }, now);
    const decision = apply(board, detection, new Set(rings(detection).filter((one) => ledger.has(one))), now);
    board = decision.board;
    decisions += 1;
    if (decisions % STORED_EVERY === 0) {
      const { watch, memories, incidents } = board;
      board = { ...board, ...(JSON.parse(JSON.stringify({ watch, memories, incidents })) as Partial<BoardState>) };
    }
    for (const row of decision.change.ledger) {
      const before = ledger.get(row.identity);
      if (before?.incident != null && row.incident !== null) throw new Error(`${row.identity} rang twice`);
      // As Redis does: the first word stands.
      if (before === undefined) ledger.set(row.identity, row);
    }
    tell(() => `decided ${said(what)} → ${shown(detection.signals, decision.change.ledger)}`);
    for (const incident of decision.change.incidents) opened.set(incident.id, incident);
    if (decision.lookAfterMs !== undefined) askToLook(decision.lookAfterMs);
    if (Object.values(board.incidents).some((one) => one.resolvedAt === undefined)) askToLook(LOOK_WHILE_OPEN_MS);
  };
  // The names of looks in `adapters/redis/queue.ts`: those asked for close together are one.
  const askToLook = (afterMs: number) => {
    if (afterMs === 0) return add({ kind: 'look' });
    const stretch = Math.max(SECOND, afterMs / 4);
    const at = Math.ceil((clock.now() + afterMs) / stretch) * stretch;
    if (waiting.has(at)) return;
    waiting.add(at);
    clock.after(at - clock.now(), () => {
      waiting.delete(at);
      add({ kind: 'look' });
    });
  };
  const tick = () => {
    if (stopped) return;
    if (!isAway) add({ kind: 'look' });
    clock.after(lookEveryMs, tick);
  };

  // ── The streams ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const streams: { on: boolean; wanted: boolean; slowMs: number; free: number }[] = [
    { on: false, wanted: true, slowMs: 30, free: 0 },
    { on: false, wanted: false, slowMs: 400, free: 0 },
  ];
  const connect = (stream: (typeof streams)[number]) => {
    if (stream.on || !stream.wanted || stopped || history.generation === '0.8') return;
    if (marathon.leader === undefined || isAway) {
      clock.after(die.between(500, 3_000), () => connect(stream));
      return;
    }
    stream.on = true;
    tell(() => 'connected');
    // The look stands in the queue before whatever the stream says.
    askToLook(0);
  };
  const hangUp = (stream: (typeof streams)[number], forMs: number) => {
    stream.on = false;
    clock.after(forMs, () => connect(stream));
  };
  const hear = (wire: WireEvent) => {
    if (!READ.has(wire.type)) return;
    let text: string | undefined;
    for (const stream of streams) {
      if (!stream.on || dropping > clock.now()) continue;
      text ??= JSON.stringify((light ? lightOf(wire) : wire).body);
      deliver(stream, text);
    }
  };
  const deliver = (stream: (typeof streams)[number], text: string) => {
    // What a stream says comes in its order.
    stream.free = Math.max(stream.free, clock.now() + die.below(stream.slowMs));
    clock.after(stream.free - clock.now(), () => take(text));
  };
  const take = (text: string) => {
    if (isAway || (!history.copies && known.has(text))) return;
    known.add(text);
    const event = readEvent(text);
    if (event !== undefined && concerns(event, APP)) add({ kind: 'event', event });
  };

  let lastWord: WireEvent | undefined;
  const stops = [
    marathon.onEvent((wire) => {
      if (wire.type === 'status_update_event' && ENDED_STATES.has(String(wire.body['taskStatus']))) lastWord = wire;
      hear(wire);
    }),
    marathon.onLeadershipLost(() => {
      for (const stream of streams) if (stream.on) hangUp(stream, die.between(500, 2_000));
    }),
  ];
  const [first, second] = streams as [(typeof streams)[number], (typeof streams)[number]];
  if (history.generation === '0.8') tick();
  else {
    clock.after(die.below(LOOK_EVERY_MS), tick);
    connect(first);
  }
  if (history.generation !== '0.8') askToLook(0);
  return {
    record,
    ledger,
    opened,
    incidents: () => Object.values(board.incidents),
    deaf: (ms) => hangUp(first, ms),
    drop: (ms) => {
      dropping = Math.max(dropping, clock.now() + ms);
    },
    away(ms) {
      if (isAway) return;
      isAway = true;
      for (const stream of streams) if (stream.on) hangUp(stream, ms + die.between(100, 2_000));
      clock.after(ms, () => {
        isAway = false;
        // A worker that starts looks first; what stood in the queue still does.
        add({ kind: 'look' });
        if (!busy) next();
      });
    },
    second(ms) {
      second.wanted = true;
      connect(second);
      clock.after(ms, () => {
        second.wanted = false;
        second.on = false;
      });
    },
    republish() {
      if (lastWord === undefined || !die.chance(0.4)) return;
      const timestamp = new Date(clock.now()).toISOString();
      const again = { ...lastWord, body: { ...lastWord.body, timestamp } };
      clock.after(die.between(1_000, 4_000), () => hear(again));
    },
    rest() {
      lookEveryMs = LOOK_AT_REST_MS;
    },
    stop() {
      stopped = true;
      queue = [];
      for (const stop of stops) stop();
    },
  };
}

/** As `GET /v2/apps/{id}` answers; undefined: 404. The same text again is not read again. */
function appAnswer({ marathon }: PureStage, last: Answer | undefined): Answer {
  const state = marathon.apps.get(APP);
  if (state === undefined) return { text: '', app: undefined };
  const text = JSON.stringify({ app: appView(marathon, state, { tasks: true, lastTaskFailure: true }) });
  if (text === last?.text) return last;
  const raw = JSON.parse(text) as { app: JsonObject };
  return { text, app: appOf(AppAnswer.parse(raw).app, raw.app) };
}

function said(what: What): string {
  if (what.kind === 'event') {
    const { event } = what;
    if (event.kind === 'task')
      return `${event.taskId.slice(0, 16)} ${event.taskId.slice(-3)} ${event.status} ${event.message.split('\n')[0]}`;
    if (event.kind === 'deployment')
      return `deployment ${event.planId.slice(0, 8)} ${event.phase} ${event.current.map(({ action }) => action).join()}`;
    return JSON.stringify({ ...event, at: undefined, appId: undefined });
  }
  const { app, deployments } = what.snapshot;
  if (app === undefined) return 'look: no app';
  const tasks = app.tasks.map(
    ({ id, state, startedAt, health }) =>
      `${id.slice(0, 16)}${id.slice(-3)} ${state ?? ''}${startedAt === undefined ? '' : ' started'} ${health}`,
  );
  const failed =
    app.lastTaskFailure === undefined
      ? ''
      : `, failed ${app.lastTaskFailure.taskId.slice(0, 16)} at ${new Date(app.lastTaskFailure.at).toISOString().slice(14, 23)}`;
  return `look: ${app.version.slice(11, 23)} ×${app.instances} [${tasks.join('; ')}]${failed}, plans ${deployments.map(({ id }) => id.slice(0, 8)).join()}`;
}

const shown = (signals: { signal: Signal }[], rows: LedgerRow[]): string =>
  [
    ...signals.flatMap(({ signal }) =>
      signal.kind === 'look' || signal.kind === 'update'
        ? []
        : [
            `${signal.kind} ${'line' in signal ? (typeof signal.line === 'string' ? signal.line : signal.line?.text) : ''}`,
          ],
    ),
    ...rows.map(({ identity, incident }) => `[${identity.slice(9)} ${incident ?? 'settled'}]`),
  ].join(' · ');
