// Slack's side of sending, and what the queue remembers of each message, as plain data.
import type { Destination, Message } from '../../src/core/conversation.js';
import type { SlackError, StoredMessage } from '../../src/core/delivery.js';
import type { SendPorts } from '../../src/journeys/send.js';
import { type FakeLog, fakeLog } from './fakes-journey.js';
import { type ManualClock, manualClock } from './manual-clock.js';

/** Slack and the records as plain data; `next` fails the next call of a method. */
export interface Office extends SendPorts {
  log: FakeLog;
  clock: ManualClock;
  rows: Map<string, StoredMessage>;
  slack: { call: string; to: unknown; text: string }[];
  next: Map<string, SlackError>;
  found: 'absent' | 'cannot-look' | { channelId: string; ts: string };
  rest: string | undefined;
  pauses: Map<string, number>;
  uses: number;
  /** What was said of the alert channel, and how long alerts took, ms. */
  channel: string[];
  alerts: number[];
  want(key: string, to: Destination, message: Message, more?: Partial<StoredMessage>): void;
}

const BLANK = {
  sent: undefined,
  channelId: undefined,
  ts: undefined,
  error: undefined,
  sending: false,
  attempts: 0,
};

export function office(): Office {
  const clock = manualClock();
  const rows = new Map<string, StoredMessage>();
  const slots = new Map<string, number>();
  const waiting = new Map<string, number>();
  const patch = (key: string, change: Partial<StoredMessage>) => {
    const row = rows.get(key);
    if (row !== undefined) rows.set(key, { ...row, ...change });
  };
  const call = (name: string, to: unknown, message: Message) => {
    const failure = fake.next.get(name);
    fake.next.delete(name);
    if (failure !== undefined) throw failure;
    fake.slack.push({ call: name, to, text: [message.text, ...notes(message)].join(' | ') });
  };
  const notes = (message: Message) =>
    message.blocks.flatMap((block) => (block.type === 'context' ? [block.text.plain] : []));
  const fake: Office = {
    clock,
    rows,
    hold: async () => {},
    draw: async () => new Uint8Array([137]),
    slack: [],
    next: new Map(),
    found: 'cannot-look',
    rest: undefined,
    pauses: new Map(),
    uses: 0,
    log: fakeLog(),
    channel: [],
    alerts: [],
    want(key, to, wanted, more = {}) {
      rows.set(key, { ...BLANK, to, ...rows.get(key), ...more, wanted, digest: wanted.text });
    },
    alertChannel: {
      broken: async (code) => void fake.channel.push(code),
      well: async () => void fake.channel.push('well'),
    },
    alerted: (ms) => void fake.alerts.push(ms),
    messenger: {
      async post(to, message) {
        call('post', to, message);
        return { channelId: to.channelId, ts: `${fake.slack.length}.0` };
      },
      async edit(spot, message) {
        call('edit', spot, message);
      },
      async respond(_url, message, how) {
        call('respond', how, message);
      },
      async direct(userId, message) {
        call('direct', userId, message);
        return { channelId: `D-${userId}`, ts: `${fake.slack.length}.0` };
      },
      async upload(to, file) {
        const text = typeof file.content === 'string' ? file.content : `${file.name}: ${file.title}`;
        call('upload', to, { text, blocks: [] });
      },
      find: async () => fake.found,
      overflow: () => fake.rest,
    },
    records: {
      read: async (key) => rows.get(key),
      async waits(key, now) {
        if (!waiting.has(key)) waiting.set(key, now);
        return now - (waiting.get(key) ?? now);
      },
      begin: async (key) => patch(key, { sending: true }),
      async sent(key, digest, where, lateMs) {
        const late = lateMs === undefined ? {} : { lateMs };
        patch(key, { sent: digest, sending: false, attempts: 0, error: undefined, ...late, ...where });
      },
      async unsent(key) {
        patch(key, { sending: false, attempts: (rows.get(key)?.attempts ?? 0) + 1 });
        return rows.get(key)?.attempts ?? 0;
      },
      async doubtful(key) {
        patch(key, { attempts: (rows.get(key)?.attempts ?? 0) + 1 });
        return rows.get(key)?.attempts ?? 0;
      },
      refused: async (key, digest, error) => patch(key, { error, sent: digest, sending: false }),
      forgetPlace: async (key) => patch(key, { ts: undefined, channelId: undefined, sent: undefined, sending: false }),
    },
    pace: {
      async slot(what, everyMs) {
        const free = slots.get(what) ?? 0;
        if (free > clock.now()) return free - clock.now();
        slots.set(what, clock.now() + everyMs);
        return 0;
      },
      paused: async (method) => Math.max(0, (fake.pauses.get(method) ?? 0) - clock.now()),
      pause: async (method, ms) => void fake.pauses.set(method, clock.now() + ms),
      async use() {
        fake.uses += 1;
        return fake.uses;
      },
    },
  };
  return fake;
}
