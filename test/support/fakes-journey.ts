// What the journeys are given, as plain records: Slack's side, the queue and the trail, kept in arrays a test reads.
import type { AuditEntry } from '../../src/core/audit.js';
import type { PersonFacts, PlaceFacts } from '../../src/core/authorise.js';
import type { ChangeInfo } from '../../src/core/changes.js';
import type { Ports } from '../../src/core/command.js';
import type { Destination, Message, Messages, Posted } from '../../src/core/conversation.js';
import { SlackError } from '../../src/core/delivery.js';
import type { BoardNow, ChoiceStore, Form, Found, HomeStore, Kept, Screens } from '../../src/core/form.js';
import type { GroupFacts } from '../../src/core/groups.js';
import type { ChangeProgress, ChangeRun, CommandJob, ConfirmedJob, PressJob } from '../../src/core/jobs.js';
import type { Act, Approval, Plan, PlanStore } from '../../src/core/plans.js';
import { parsePolicy } from '../../src/core/policy.js';
import type { Log, People, PerformPorts, PlanQueue, Waiting } from '../../src/journeys/ports.js';
import { NOW } from './ci-service.js';
import { fakePorts } from './fakes.js';
import { type ManualClock, manualClock } from './manual-clock.js';

export const POLICY = parsePolicy('roles:\n  operators: [U0ANA, U0LEE]\n');

export interface FakeMessages extends Messages {
  /** Every content that stood, in order. */
  said: { key: string; to: Destination; message: Message; rank: number }[];
  /** Of the logical message now; `''` when it says nothing. */
  text(key: string): string;
  keys(): string[];
  /** Slack's side: takes channel messages at once, never, or refuses them. */
  slack: 'takes' | 'silent' | { refuses: string };
}

export function fakeMessages(): FakeMessages {
  const standing = new Map<string, { to: Destination; message: Message; rank: number }>();
  const fake: FakeMessages = {
    said: [],
    slack: 'takes',
    text: (key) => standing.get(key)?.message.text ?? '',
    keys: () => [...standing.keys()],
    async put(key, to, message, { rank = 0, once = false, ifStands = false } = {}) {
      if ((once && standing.has(key)) || (ifStands && !standing.has(key))) return;
      if (rank < (standing.get(key)?.rank ?? -1)) return;
      standing.set(key, { to, message, rank });
      fake.said.push({ key, to, message, rank });
    },
    async posted(key): Promise<Posted> {
      if (!standing.has(key) || fake.slack === 'silent') return { state: 'waiting' };
      if (fake.slack !== 'takes') return { state: 'refused', error: fake.slack.refuses };
      return standing.get(key)?.to.kind === 'answer'
        ? { state: 'answered' }
        : { state: 'posted', channelId: 'C0CI', ts: '1.1' };
    },
  };
  return fake;
}

export interface FakePlans extends PlanStore {
  plans: Map<string, Plan>;
  acts: Map<string, Act>;
  /** Plan id → user id → approval. */
  approvals: Map<string, Map<string, Approval>>;
}

export function fakePlans(): FakePlans {
  const plans = new Map<string, Plan>();
  const acts = new Map<string, Act>();
  const approvals = new Map<string, Map<string, Approval>>();
  return {
    plans,
    acts,
    approvals,
    keep: async (plan) => void plans.set(plan.id, structuredClone(plan)),
    read: async (id) => plans.get(id),
    async claim(id, act) {
      const standing = acts.get(id) ?? act;
      acts.set(id, standing);
      return standing;
    },
    act: async (id) => acts.get(id),
    approvalsOf: async (id) => [...(approvals.get(id)?.values() ?? [])],
    open: async (now) => [...plans.values()].filter((plan) => plan.validUntil > now && !acts.has(plan.id)).toReversed(),
    async approve(id, approval) {
      const given = approvals.get(id) ?? new Map<string, Approval>();
      approvals.set(id, given);
      const act = acts.get(id);
      if (act === undefined && !given.has(approval.actor.userId)) given.set(approval.actor.userId, approval);
      return { approvals: [...given.values()], act };
    },
  };
}

export interface FakePlanQueue extends PlanQueue {
  confirmed: ConfirmedJob[];
  chosen: [changeId: string, choice: string][];
  expiries: [planId: string, afterMs: number][];
  state: 'waiting' | 'running' | 'ended' | 'unknown';
  before: ChangeInfo[];
  /** Who waits, the first first. */
  waiting: Waiting[];
  running: ChangeInfo | undefined;
  /** How often everybody who waits was to be told. */
  moves: number;
}

export function fakePlanQueue(): FakePlanQueue {
  const fake: FakePlanQueue = {
    confirmed: [],
    chosen: [],
    expiries: [],
    state: 'unknown',
    before: [],
    waiting: [],
    running: undefined,
    moves: 0,
    async confirm(job) {
      if (!fake.confirmed.some((other) => other.delivery === job.delivery)) fake.confirmed.push(job);
    },
    choose: async (changeId, choice) => void fake.chosen.push([changeId, choice]),
    stateOf: async () => fake.state,
    ahead: async () => fake.before,
    line: async () => ({ running: fake.running, waiting: fake.waiting }),
    find: async (id) =>
      fake.waiting.find((one) => one.id === id)?.job ?? fake.confirmed.find((job) => job.delivery === id),
    async leave(id, by) {
      const one = fake.waiting.find((waiting) => waiting.id === id);
      if (one === undefined) return 'begun';
      const isFirst = one.leftBy === undefined;
      one.leftBy ??= by;
      return { by: one.leftBy, isFirst };
    },
    async moved() {
      fake.moves += 1;
    },
    expireLater: async (planId, afterMs) => void fake.expiries.push([planId, afterMs]),
  };
  return fake;
}

export class FakeLockLost extends Error {
  override readonly name = 'LockLost';
}

export interface FakeRun extends ChangeRun {
  kept: ChangeProgress;
  steps: string[];
  /** What took the place of what was typed. */
  keptText: string | undefined;
  stopBy: string | undefined;
  choice: 'now' | 'giveup' | undefined;
  /** Another worker has the job from now on. */
  lose(): void;
}

export function fakeRun(id = 'd-ana', progress: Partial<ChangeProgress> = {}): FakeRun {
  const controller = new AbortController();
  const fake: FakeRun = {
    id,
    signal: controller.signal,
    kept: { step: 'queued', startedAt: 0, ...progress },
    steps: [],
    keptText: undefined,
    stopBy: undefined,
    choice: undefined,
    lose: () => controller.abort('lock lost'),
    progress: () => fake.kept,
    async hold() {
      if (controller.signal.aborted) throw new FakeLockLost();
    },
    async save(patch, text) {
      await fake.hold();
      fake.keptText = text ?? fake.keptText;
      fake.kept = { ...fake.kept, ...structuredClone(patch) };
      if (patch.step !== undefined) fake.steps.push(patch.step);
    },
    stopAsked: async () => fake.stopBy,
    pressed: async () => fake.choice,
  };
  return fake;
}

export interface FakeLog extends Log {
  lines: { level: 'info' | 'warn' | 'error'; fields: object; text: string }[];
}

export function fakeLog(): FakeLog {
  const lines: FakeLog['lines'] = [];
  const at = (level: 'info' | 'warn' | 'error') => (fields: object, text: string) =>
    void lines.push({ level, fields, text });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}

export const fakePeople = (
  person: PersonFacts = {},
  channel: PlaceFacts = {},
  groups: readonly GroupFacts[] = [],
): People => ({
  person: async () => person,
  channel: async () => channel,
  group: async (id) => groups.find((group) => group.id === id) ?? { id },
  remembered: () => ({ person, channel }),
  homeTeamId: () => 'T0HOME',
});

export interface FakeHome extends HomeStore {
  board: BoardNow | undefined;
}

export function fakeHome(): FakeHome {
  const asked = new Map<string, { text: string; at: number }[]>();
  const fake: FakeHome = {
    board: undefined,
    async keep(board) {
      fake.board = board;
    },
    read: async () => fake.board,
    async asked(userId, text, at) {
      const others = (asked.get(userId) ?? []).filter((one) => one.text !== text);
      asked.set(userId, [{ text, at }, ...others].slice(0, 5));
    },
    forget: async (userId, text) =>
      void asked.set(
        userId,
        (asked.get(userId) ?? []).filter((one) => one.text !== text),
      ),
    askedBy: async (userId) => asked.get(userId) ?? [],
  };
  return fake;
}

export interface FakeChoices extends ChoiceStore {
  kept: Map<string, Found>;
}

export function fakeChoices(): FakeChoices {
  const kept = new Map<string, Found>();
  const at = (source: string, of: string | undefined) => [source, of].join(' ');
  return {
    kept,
    keep: async (source, of, found) => void kept.set(at(source, of), found),
    read: async (source, of) => kept.get(at(source, of)),
  };
}

export interface FakeScreens extends Screens {
  opened: { triggerId: string; form: Form }[];
  updated: { viewId: string; form: Form }[];
  /** What stands in the form now. */
  stands: string;
  homes: { userId: string; home: Message; kept: Kept; over: string | undefined }[];
  /** Slack's word for not opening or showing anything. */
  refuses: string | undefined;
}

export function fakeScreens(): FakeScreens {
  const orRefused = (method: string) => {
    if (fake.refuses !== undefined) throw new SlackError(method, fake.refuses, 'never');
  };
  const fake: FakeScreens = {
    opened: [],
    updated: [],
    stands: 'stands-0',
    homes: [],
    refuses: undefined,
    async open(triggerId, form) {
      orRefused('views.open');
      fake.opened.push({ triggerId, form });
      return { viewId: 'V1', stands: fake.stands };
    },
    async update(viewId, form, over) {
      orRefused('views.update');
      if (over !== undefined && over !== fake.stands) throw new SlackError('views.update', 'hash_conflict', 'never');
      fake.updated.push({ viewId, form });
      fake.stands = `stands-${fake.updated.length}`;
      return fake.stands;
    },
    async home(userId, home, kept, over) {
      orRefused('views.publish');
      fake.homes.push({ userId, home, kept, over });
      return `hash-${fake.homes.length}`;
    },
  };
  return fake;
}

export interface FakePerform extends PerformPorts {
  messages: FakeMessages;
  choices: FakeChoices;
  screens: FakeScreens;
  home: FakeHome;
  plans: FakePlans;
  queue: FakePlanQueue;
  log: FakeLog;
  clock: ManualClock;
  trail: AuditEntry[];
  counts: [command: string, outcome: string][];
}

export function fakePerform(command: Partial<Ports> = {}): FakePerform {
  const clock = manualClock();
  const trail: AuditEntry[] = [];
  const counts: FakePerform['counts'] = [];
  const changes = () => trail.filter(({ neverBegan }) => !neverBegan).toReversed();
  const recent = async (limit: number) => changes().slice(0, limit);
  const ports = fakePorts({ clock });
  return {
    command: { ...ports, audit: { ...ports.audit, recent }, ...command },
    messages: fakeMessages(),
    plans: fakePlans(),
    audit: {
      async record(entry) {
        if (!trail.some((other) => other.jobId === entry.jobId)) trail.push(entry);
      },
      recent,
      since: async (from) => changes().filter((entry) => entry.at >= from),
    },
    queue: fakePlanQueue(),
    people: fakePeople(),
    choices: fakeChoices(),
    screens: fakeScreens(),
    home: fakeHome(),
    alertChannel: { fault: async () => undefined },
    policy: () => POLICY,
    clock,
    log: fakeLog(),
    counted: (name, outcome) => void counts.push([name, outcome]),
    trail,
    counts,
  };
}

const FROM_ANA = {
  v: 1 as const,
  actor: { userId: 'U0ANA', teamId: 'T0HOME' },
  place: { channelId: 'C0CI', teamId: 'T0HOME' },
  replyTo: { responseUrl: 'https://hooks.slack.com/commands/1' },
  at: NOW,
};

export const typed = (text: string, patch: Partial<CommandJob> = {}): CommandJob => ({
  ...FROM_ANA,
  kind: 'command',
  delivery: 'd-ana',
  text,
  ...patch,
});

export const pressed = (action: PressJob['action'], value: string, patch: Partial<PressJob> = {}): PressJob => ({
  ...FROM_ANA,
  kind: 'press',
  delivery: 'd-click',
  action,
  value,
  ...patch,
});

/** Lets the clock run until the work is over. @param stepMs how finely a test may look in between */
export async function passing<T>(clock: ManualClock, work: Promise<T>, stepMs = 1_000): Promise<T> {
  let over = false;
  const settled = work.finally(() => {
    over = true;
  });
  settled.catch(() => undefined);
  for (let steps = 0; !over; steps += 1) {
    if (steps > 100_000) throw new Error('it goes on for ever');
    await clock.advance(stepMs);
  }
  return settled;
}
