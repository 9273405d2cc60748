// The board, the queue and the ports of the alert journey as plain records a test reads.

import { rules } from '../../src/alerts/index.js';
import type { Rule } from '../../src/core/alert.js';
import type { Ack, Board, BoardChange, BoardState, LedgerRow, Shown, Silence } from '../../src/core/board.js';
import type { AppSnapshot } from '../../src/core/cluster.js';
import type { EventsJob, TicksJob } from '../../src/core/jobs.js';
import type { AlertQueue, AlertSettings, RaisePorts } from '../../src/journeys/alert-ports.js';
import { snapshotOf } from './alert-scene.js';
import { anApp } from './ci-service.js';
import { type FakeLog, type FakeMessages, fakeLog, fakeMessages } from './fakes-journey.js';
import { type ManualClock, manualClock } from './manual-clock.js';

export const noBoard = (): BoardState => ({
  watch: undefined,
  memories: {},
  incidents: {},
  shown: {},
  acks: {},
  silences: {},
  number: 0,
});

export interface FakeBoard extends Board {
  state: BoardState;
  ledger: LedgerRow[];
  commits: BoardChange[];
  /** Another worker decides by now. */
  lost: boolean;
}

export class FakeLockLost extends Error {
  override readonly name = 'LockLost';
}

/** @param trace is told of every commit and of everything shown, in order */
export function fakeBoard(trace: string[] = []): FakeBoard {
  const fake: FakeBoard = {
    state: noBoard(),
    ledger: [],
    commits: [],
    lost: false,
    load: async () => structuredClone(fake.state),
    async known(identities) {
      return new Set(identities.filter((one) => fake.ledger.some(({ identity }) => identity === one)));
    },
    async commit(change) {
      if (fake.lost) throw new FakeLockLost();
      fake.commits.push(change);
      trace.push('commit');
      const { state } = fake;
      fake.state = structuredClone({
        ...state,
        watch: change.watch ?? state.watch,
        memories: { ...state.memories, ...change.memories },
        incidents: { ...state.incidents, ...Object.fromEntries(change.incidents.map((one) => [one.fingerprint, one])) },
        number: change.number ?? state.number,
      });
      for (const row of change.ledger)
        if (!fake.ledger.some(({ identity }) => identity === row.identity)) fake.ledger.push(row);
    },
    async showed(id: string, shown: Shown) {
      trace.push(`showed ${id}`);
      fake.state.shown[id] = shown;
    },
  };
  return fake;
}

export interface FakeAlertQueue extends AlertQueue {
  /** Every call, as a line. */
  calls: string[];
  events: { event: unknown; identity: string; heardAt: number }[];
  decisions: { job: EventsJob; id: string }[];
  tasks: { job: TicksJob; id: string }[];
}

export function fakeAlertQueue(): FakeAlertQueue {
  const fake: FakeAlertQueue = {
    calls: [],
    events: [],
    decisions: [],
    tasks: [],
    async event(event, identity, heardAt) {
      fake.calls.push(`event ${identity}`);
      fake.events.push({ event, identity, heardAt });
    },
    look: async (why, afterMs) => void fake.calls.push(`look ${why} after ${afterMs}`),
    async decide(job, id) {
      fake.calls.push(`decide ${job.kind} ${id}`);
      fake.decisions.push({ job, id });
    },
    async task(job, id) {
      // The same id again adds nothing.
      if (fake.tasks.some((one) => one.id === id)) return;
      fake.calls.push(`task ${job.kind} ${id}`);
      fake.tasks.push({ job, id });
    },
  };
  return fake;
}

export interface FakeRaise extends RaisePorts {
  board: FakeBoard;
  queue: FakeAlertQueue;
  messages: FakeMessages;
  clock: ManualClock;
  log: FakeLog;
  /** Commits, puts and `showed`, in order. */
  trace: string[];
  /** What Marathon shows at the next look. */
  marathonShows: AppSnapshot | Error;
}

export function fakeRaise(settings: Partial<AlertSettings> = {}, some: readonly Rule[] = rules): FakeRaise {
  const trace: string[] = [];
  const said = fakeMessages();
  const fake: FakeRaise = {
    trace,
    marathonShows: snapshotOf(anApp()),
    board: fakeBoard(trace),
    rules: some,
    marathon: {
      async snapshot() {
        if (fake.marathonShows instanceof Error) throw fake.marathonShows;
        return fake.marathonShows;
      },
    },
    messages: {
      ...said,
      async put(key, to, message, options) {
        trace.push(`put ${key}`);
        await said.put(key, to, message, options);
      },
    },
    queue: fakeAlertQueue(),
    settings: {
      appId: '/jenkins',
      slashCommand: '/ci',
      channelId: 'C0CIALERTS',
      oncall: 'S0CIOPS',
      ...settings,
    },
    clock: manualClock(),
    log: fakeLog(),
  };
  return fake;
}

export const anAck = (patch: Partial<Ack> = {}, at = manualClock().now()): Ack => ({ userId: 'U0ANA', at, ...patch });

export const aSilence = (patch: Partial<Silence> = {}, at = manualClock().now()): Silence => ({
  userId: 'U0LEE',
  at,
  until: at + 3_600_000,
  reason: null,
  ...patch,
});
