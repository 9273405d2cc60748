import { beforeEach, describe, expect, test } from 'vitest';
import { type Destination, say } from '../../src/core/conversation.js';
import { SlackError, type StoredMessage } from '../../src/core/delivery.js';
import { md } from '../../src/core/text.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { send } from '../../src/journeys/send.js';
import { NOW } from '../support/ci-service.js';
import { type Office, office } from '../support/fakes-slack.js';

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

  describe('a line of a thread', () => {
    const LINE: Destination = { kind: 'thread', parent: 'root' };
    beforeEach(async () => {
      slack.want('root', CHANNEL, hello);
      await sendAll('root');
      await slack.clock.advance(SECOND);
      slack.want('one', LINE, say(md`one`));
      slack.want('two', LINE, say(md`two`), { after: 'one' });
    });
    const said = () => slack.slack.slice(1).map(({ text }) => text);

    test('waits for the line before it', async () => {
      expect(await send('two', slack)).toEqual({ again: 300 });
      await sendAll('one');
      await sendAll('two');
      expect(said()).toEqual(['one', 'two']);
    });

    test('does not wait for one that Slack refuses', async () => {
      slack.next.set('post', new SlackError('chat.postMessage', 'msg_too_long', 'never'));
      await sendAll('one');
      await sendAll('two');
      expect(said()).toEqual(['two']);
    });

    test('waits 2 min for one that never comes', async () => {
      const waits = await sendAll('two');
      expect(said()).toEqual(['two']);
      expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(2 * MINUTE);
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

describe('an outcome that Slack takes no more where it was asked', () => {
  const stands: Partial<StoredMessage> = { channelId: 'C0CI', ts: '7.7', sent: 'working on it', elseTo: 'U0ANA' };
  const gone = (method: string, code: string) => new SlackError(method, code, 'never');

  test('goes to whoever asked, with the reason', async () => {
    slack.next.set('edit', gone('chat.update', 'not_in_channel'));
    slack.want('root', CHANNEL, hello, stands);
    await sendAll('root');
    await sendAll('root');
    expect(slack.slack).toEqual([
      {
        call: 'direct',
        to: 'U0ANA',
        text: 'hello | Slack does not let me write where this was asked any more (not_in_channel).',
      },
    ]);
  });

  test('waits for Slack there too, and is given up when nobody can be reached', async () => {
    slack.next.set('edit', gone('chat.update', 'is_archived'));
    slack.next.set('direct', new SlackError('chat.postMessage', 'ratelimited', 'surely-not', 3 * SECOND));
    slack.want('root', CHANNEL, hello, stands);
    expect(await send('root', slack)).toEqual({ again: 3 * SECOND });
    slack.pauses.clear();
    await slack.clock.advance(3 * SECOND);
    slack.next.set('edit', gone('chat.update', 'is_archived'));
    slack.next.set('direct', gone('chat.postMessage', 'account_inactive'));
    await sendAll('root');
    expect(slack.slack).toEqual([]);
    expect(slack.rows.get('root')).toMatchObject({ error: 'account_inactive' });
  });

  test('while it is under way, is only not shown', async () => {
    slack.next.set('edit', gone('chat.update', 'not_in_channel'));
    slack.want('root', CHANNEL, hello, { ...stands, elseTo: undefined });
    await sendAll('root');
    expect(slack.slack).toEqual([]);
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
    expect(slack.slack[0]?.text).toBe('hello | What was cut is in a direct message to you, as a file in its thread.');
  });

  test('of an answer the channel sees names whose direct message has it', async () => {
    slack.want('key', { ...ANSWER, here: true }, hello);
    await sendAll('key');
    expect(slack.slack[0]?.text).toMatch(/in a direct message to @U0ANA,/);
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
