import { beforeEach, describe, expect, test } from 'vitest';
import { type Destination, type Message, say } from '../../src/core/conversation.js';
import { SlackError, type StoredMessage } from '../../src/core/delivery.js';
import { md } from '../../src/core/text.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { type SendPorts, send } from '../../src/journeys/send.js';
import { NOW } from '../support/ci-service.js';
import { fakeLog } from '../support/fakes-journey.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

/** Slack and the records as plain data; `next` fails the next call of a method. */
interface Office extends SendPorts {
  clock: ManualClock;
  rows: Map<string, StoredMessage>;
  slack: { call: string; to: unknown; text: string }[];
  next: Map<string, SlackError>;
  found: 'absent' | 'cannot-look' | { channelId: string; ts: string };
  rest: string | undefined;
  pauses: Map<string, number>;
  uses: number;
  want(key: string, to: Destination, message: Message): void;
}

const BLANK = {
  sent: undefined,
  channelId: undefined,
  ts: undefined,
  error: undefined,
  sending: false,
  attempts: 0,
};

function office(): Office {
  const clock = manualClock();
  const rows = new Map<string, StoredMessage>();
  const slots = new Map<string, number>();
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
    slack: [],
    next: new Map(),
    found: 'cannot-look',
    rest: undefined,
    pauses: new Map(),
    uses: 0,
    log: fakeLog(),
    want(key, to, wanted) {
      rows.set(key, { ...BLANK, to, ...rows.get(key), wanted, digest: wanted.text });
    },
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
        call('upload', to, { text: file.content, blocks: [] });
      },
      find: async () => fake.found,
      overflow: () => fake.rest,
    },
    records: {
      read: async (key) => rows.get(key),
      begin: async (key) => patch(key, { sending: true }),
      async sent(key, digest, where) {
        patch(key, { sent: digest, sending: false, attempts: 0, error: undefined, ...where });
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

let slack: Office;
beforeEach(() => {
  slack = office();
});

/** As the `posts` queue does it: again and again until nothing is left to do. */
async function sendAll(key: string): Promise<number[]> {
  const waits: number[] = [];
  for (;;) {
    const result = await send(key, slack);
    if ('done' in result) return waits;
    waits.push(result.again);
    await slack.clock.advance(result.again);
  }
}

const CHANNEL: Destination = { kind: 'channel', channelId: 'C0CI' };
const ANSWER: Destination = {
  kind: 'answer',
  delivery: 'd-ana',
  responseUrl: 'https://hooks.slack.com/1',
  userId: 'U0ANA',
  askedAt: NOW,
  replace: true,
};
const hello = say(md`hello`);

describe('each destination', () => {
  test.each<[string, Destination, string, unknown]>([
    ['a channel', CHANNEL, 'post', { channelId: 'C0CI' }],
    ['a thread of people', { ...CHANNEL, threadTs: '7.7' }, 'post', { channelId: 'C0CI', threadTs: '7.7' }],
    ['a private answer', ANSWER, 'respond', { replace: true, inChannel: false }],
    ['an answer in the channel', { ...ANSWER, here: true }, 'respond', { replace: true, inChannel: true }],
    ['beside a plan', { ...ANSWER, replace: false }, 'respond', { replace: false, inChannel: false }],
    ['a direct message', { kind: 'direct', userId: 'U0ANA' }, 'direct', 'U0ANA'],
  ])('%s gets it once', async (_what, destination, call, to) => {
    slack.want('key', destination, hello);
    await sendAll('key');
    await sendAll('key');
    expect(slack.slack).toMatchObject([{ call, text: 'hello' }]);
    expect(slack.slack[0]?.to).toMatchObject(to as object);
  });

  test('a thread waits for the message it belongs to', async () => {
    slack.want('root', CHANNEL, hello);
    slack.want('line', { kind: 'thread', parent: 'root', broadcast: true }, say(md`detail`));
    expect(await send('line', slack)).toEqual({ again: 300 });
    await sendAll('root');
    await slack.clock.advance(SECOND);
    await sendAll('line');
    expect(slack.slack[1]).toEqual({
      call: 'post',
      to: { channelId: 'C0CI', threadTs: '1.0', broadcast: true },
      text: 'detail',
    });
  });

  test('a thread below a refused message is refused with it', async () => {
    slack.want('root', CHANNEL, hello);
    slack.next.set('post', new SlackError('chat.postMessage', 'not_in_channel', 'never'));
    await sendAll('root');
    slack.want('line', { kind: 'thread', parent: 'root' }, say(md`detail`));
    await sendAll('line');
    expect(slack.slack).toEqual([]);
    expect(slack.rows.get('line')).toMatchObject({ error: 'not_in_channel' });
  });
});

describe('edits', () => {
  test('go to the message that stands', async () => {
    slack.want('key', CHANNEL, hello);
    await sendAll('key');
    slack.want('key', CHANNEL, say(md`bye`));
    await sendAll('key');
    expect(slack.slack).toMatchObject([
      { call: 'post', to: { channelId: 'C0CI' }, text: 'hello' },
      { call: 'edit', to: { channelId: 'C0CI', ts: '1.0' }, text: 'bye' },
    ]);
  });

  test('asked for faster than one a second become the newest', async () => {
    slack.want('key', CHANNEL, hello);
    await sendAll('key');
    slack.want('key', CHANNEL, say(md`1`));
    await sendAll('key');
    slack.want('key', CHANNEL, say(md`2`));
    expect(await send('key', slack)).toEqual({ again: SECOND });
    slack.want('key', CHANNEL, say(md`3`));
    await slack.clock.advance(SECOND);
    await sendAll('key');
    expect(slack.slack.map((call) => call.text)).toEqual(['hello', '1', '3']);
  });

  test('of a message that is gone post it anew', async () => {
    slack.want('key', CHANNEL, hello);
    await sendAll('key');
    await slack.clock.advance(SECOND);
    slack.want('key', CHANNEL, say(md`bye`));
    slack.next.set('edit', new SlackError('chat.update', 'message_not_found', 'never'));
    await sendAll('key');
    expect(slack.slack.map(({ call, text }) => [call, text])).toEqual([
      ['post', 'hello'],
      ['post', 'bye'],
    ]);
  });
});

describe('the pace', () => {
  test('is one post a second and channel', async () => {
    slack.want('one', CHANNEL, hello);
    slack.want('two', CHANNEL, hello);
    slack.want('other', { kind: 'channel', channelId: 'C0DEV' }, hello);
    await sendAll('one');
    expect(await send('two', slack)).toEqual({ again: SECOND });
    expect(await send('other', slack)).toEqual({ done: true });
  });

  test('a 429 pauses that method for everybody, and no other', async () => {
    slack.want('one', CHANNEL, hello);
    slack.next.set('post', new SlackError('chat.postMessage', 'ratelimited', 'surely-not', 30 * SECOND));
    expect(await send('one', slack)).toEqual({ again: 30 * SECOND });
    slack.want('two', { kind: 'channel', channelId: 'C0DEV' }, hello);
    expect(await send('two', slack)).toEqual({ again: 30 * SECOND });
    slack.want('answer', ANSWER, hello);
    expect(await send('answer', slack)).toEqual({ done: true });
    await slack.clock.advance(30 * SECOND);
    await sendAll('one');
    expect(slack.slack.map((call) => call.text)).toEqual(['hello', 'hello']);
  });

  test('a 429 of the response_url costs no use while it lasts', async () => {
    slack.want('answer', ANSWER, hello);
    slack.next.set('respond', new SlackError('response_url', 'ratelimited', 'surely-not', 10 * SECOND));
    await send('answer', slack);
    await slack.clock.advance(SECOND);
    expect(await send('answer', slack)).toEqual({ again: 9 * SECOND });
    expect(await send('answer', slack)).toEqual({ again: 9 * SECOND });
    expect(slack.uses).toBe(1);
  });
});

describe('a send of unknown fate', () => {
  const lost = new SlackError('chat.postMessage', 'timeout', 'unknown');
  beforeEach(async () => {
    slack.want('key', CHANNEL, hello);
    slack.next.set('post', lost);
    expect(await send('key', slack)).toEqual({ again: SECOND });
    await slack.clock.advance(SECOND);
  });

  test('is found by its key, and not sent again', async () => {
    slack.found = { channelId: 'C0CI', ts: '5.5' };
    await sendAll('key');
    expect(slack.slack).toEqual([{ call: 'edit', to: { channelId: 'C0CI', ts: '5.5' }, text: 'hello' }]);
  });

  test('is sent again as it is when it is not there', async () => {
    slack.found = 'absent';
    await sendAll('key');
    expect(slack.slack.map((call) => call.text)).toEqual(['hello']);
  });

  test('says that it may repeat when nobody can look', async () => {
    await sendAll('key');
    expect(slack.slack.map((call) => call.text)).toEqual([
      'hello | May repeat: Slack did not say whether an earlier attempt arrived.',
    ]);
  });

  test('waits longer after each failure, at most a minute', async () => {
    slack.messenger.post = () => Promise.reject(lost);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const result = await send('key', slack);
      if ('again' in result) waits.push(result.again);
      await slack.clock.advance(MINUTE);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * SECOND));
  });
});

test('a direct message of unknown fate says that it may repeat', async () => {
  slack.want('key', { kind: 'direct', userId: 'U0ANA' }, hello);
  slack.next.set('direct', new SlackError('chat.postMessage', 'timeout', 'unknown'));
  await sendAll('key');
  expect(slack.slack.map((call) => call.text)).toEqual([
    'hello | May repeat: Slack did not say whether an earlier attempt arrived.',
  ]);
});

test('a send that surely did not happen is repeated without a word about it', async () => {
  slack.want('key', CHANNEL, hello);
  slack.next.set('post', new SlackError('chat.postMessage', 'unreachable', 'surely-not'));
  expect(await sendAll('key')).toEqual([SECOND]);
  expect(slack.slack.map((call) => call.text)).toEqual(['hello']);
});

test('a channel that refuses is remembered, and not asked again with the same words', async () => {
  slack.want('key', CHANNEL, hello);
  slack.next.set('post', new SlackError('chat.postMessage', 'not_in_channel', 'never'));
  await sendAll('key');
  await sendAll('key');
  expect(slack.slack).toEqual([]);
  expect(slack.rows.get('key')).toMatchObject({ error: 'not_in_channel' });
});

describe('the response_url', () => {
  test('gives way to a direct message after half an hour', async () => {
    slack.want('key', ANSWER, hello);
    await slack.clock.advance(30 * MINUTE);
    await sendAll('key');
    expect(slack.slack).toEqual([{ call: 'direct', to: 'U0ANA', text: 'hello' }]);
  });

  test('gives way to a direct message after four uses', async () => {
    for (const words of ['1', '2', '3', '4', '5']) {
      slack.want('key', ANSWER, say(md`${words}`));
      await sendAll('key');
    }
    expect(slack.slack.map((call) => call.call)).toEqual(['respond', 'respond', 'respond', 'respond', 'direct']);
  });

  test('that Slack calls used up gives way too', async () => {
    slack.want('key', ANSWER, hello);
    slack.next.set('respond', new SlackError('response_url', 'used_url', 'never'));
    await sendAll('key');
    expect(slack.slack).toEqual([{ call: 'direct', to: 'U0ANA', text: 'hello' }]);
  });

  test('once it gave way, the direct message is edited', async () => {
    slack.want('key', ANSWER, hello);
    await slack.clock.advance(30 * MINUTE);
    await sendAll('key');
    await slack.clock.advance(SECOND);
    slack.want('key', ANSWER, say(md`bye`));
    await sendAll('key');
    expect(slack.slack[1]).toEqual({ call: 'edit', to: { channelId: 'D-U0ANA', ts: '1.0' }, text: 'bye' });
  });
});

describe('what does not fit', () => {
  beforeEach(() => {
    slack.rest = 'the rest';
  });

  test.each<[string, Destination, unknown]>([
    ['a channel message, into its thread', CHANNEL, { channelId: 'C0CI', threadTs: '1.0' }],
    ['a thread, into that thread', { ...CHANNEL, threadTs: '7.7' }, { channelId: 'C0CI', threadTs: '7.7' }],
    [
      'a direct message, into its thread',
      { kind: 'direct', userId: 'U0ANA' },
      { channelId: 'D-U0ANA', threadTs: '1.0' },
    ],
  ])('of %s, is uploaded', async (_what, destination, to) => {
    slack.want('key', destination, hello);
    await sendAll('key');
    expect(slack.slack.at(-1)).toEqual({ call: 'upload', to, text: 'the rest' });
  });

  test('of a private answer goes by direct message, where files can', async () => {
    slack.want('key', ANSWER, hello);
    await sendAll('key');
    expect(slack.slack.map((call) => call.call)).toEqual(['respond', 'direct', 'upload']);
  });

  test('and cannot be uploaded does not repeat the message', async () => {
    slack.want('key', CHANNEL, hello);
    slack.next.set('upload', new SlackError('files.completeUploadExternal', 'missing_scope', 'never'));
    await sendAll('key');
    await sendAll('key');
    expect(slack.slack.map((call) => call.call)).toEqual(['post']);
  });
});

test('a message nobody knows any more is done', async () => {
  expect(await send('gone', slack)).toEqual({ done: true });
});
