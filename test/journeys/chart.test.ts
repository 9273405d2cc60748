// A message with a chart: where its picture goes, and what is said where it cannot be.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Chart } from '../../src/core/chart.js';
import { type Destination, type Message, say } from '../../src/core/conversation.js';
import { SlackError } from '../../src/core/delivery.js';
import { md } from '../../src/core/text.js';
import { DAY } from '../../src/core/time.js';
import { putWithChart } from '../../src/journeys/chart.js';
import { send } from '../../src/journeys/send.js';
import { NOW } from '../support/ci-service.js';
import { fakeMessages } from '../support/fakes-journey.js';
import { type Office, office } from '../support/fakes-slack.js';
import { linesOf } from '../support/read-command.js';

const CHART: Chart = {
  name: 'jenkins-usage-24h',
  title: 'Jenkins on Mesos, the last 24 h',
  altText: 'Chart of the last 24 h. Cpus given: 1.0 cpu on average.',
  from: NOW - DAY,
  to: NOW,
  zone: 'UTC',
  bucketMs: DAY,
  panels: [{ title: 'cpus', allocated: [1], used: [0.5], limit: null }],
  restarts: [],
};
const message: Message = { ...say(md`the last day`), chart: CHART };

const ANSWER: Destination = {
  kind: 'answer',
  delivery: 'd-ana',
  responseUrl: 'https://hooks.slack.com/1',
  userId: 'U0ANA',
  askedAt: NOW,
  replace: true,
};
const ASKER = { userId: 'U0ANA', channelId: 'C0TEAM' };

describe('the picture goes', () => {
  const put = async (to: Destination) => {
    const messages = fakeMessages();
    await putWithChart('key', to, message, { messages, asker: ASKER });
    return messages.said.map(({ key, to: where, message: { chart } }) => ({
      key,
      where,
      hasChart: chart !== undefined,
    }));
  };

  test('below what is posted in a channel', async () => {
    const channel: Destination = { kind: 'channel', channelId: 'C0CI' };
    expect(await put(channel)).toEqual([
      { key: 'key', where: channel, hasChart: false },
      { key: 'key/chart', where: { kind: 'beside', parent: 'key' }, hasChart: true },
    ]);
  });

  test('by direct message for a private answer, which says so', async () => {
    expect(await put(ANSWER)).toEqual([
      { key: 'key', where: ANSWER, hasChart: false },
      { key: 'key/note', where: { kind: 'direct', userId: 'U0ANA' }, hasChart: false },
      { key: 'key/chart', where: { kind: 'beside', parent: 'key/note' }, hasChart: true },
    ]);
    const messages = fakeMessages();
    await putWithChart('key', ANSWER, message, { messages });
    expect(linesOf(messages.said[0]?.message ?? message).at(-1)).toBe(
      '(The chart is in a direct message to you: Slack takes no picture here.)',
    );
  });

  test('into the channel for an answer that everybody sees', async () => {
    expect(await put({ ...ANSWER, here: true })).toMatchObject([
      { key: 'key' },
      { key: 'key/chart', where: { kind: 'channel', channelId: 'C0TEAM' }, hasChart: true },
    ]);
  });

  test('nowhere when there is none', async () => {
    const messages = fakeMessages();
    await putWithChart('key', ANSWER, say(md`no picture`), { messages });
    expect(messages.keys()).toEqual(['key']);
  });
});

describe('the upload', () => {
  let slack: Office;
  beforeEach(() => {
    slack = office();
    slack.want('digest', { kind: 'channel', channelId: 'C0CI' }, say(md`the news`));
    slack.want('digest/chart', { kind: 'beside', parent: 'digest' }, { text: CHART.altText, blocks: [], chart: CHART });
  });
  const sendAll = async (key: string) => {
    for (;;) {
      const result = await send(key, slack);
      if ('done' in result) return;
      await slack.clock.advance(result.again);
    }
  };

  test('waits for the message it belongs to, and stands below it, not in its thread', async () => {
    expect(await send('digest/chart', slack)).toEqual({ again: 300 });
    await sendAll('digest');
    await sendAll('digest/chart');
    await sendAll('digest/chart');
    expect(slack.slack).toMatchObject([
      { call: 'post', to: { channelId: 'C0CI' }, text: 'the news' },
      { call: 'upload', to: { channelId: 'C0CI' }, text: 'jenkins-usage-24h.png: Jenkins on Mesos, the last 24 h' },
    ]);
  });

  test('stays in the thread of a message that is in one', async () => {
    slack.want('answer', { kind: 'channel', channelId: 'C0CI', threadTs: '7.7' }, say(md`the news`));
    slack.want('answer/chart', { kind: 'beside', parent: 'answer' }, { text: '', blocks: [], chart: CHART });
    await sendAll('answer');
    await sendAll('answer/chart');
    expect(slack.slack[1]).toMatchObject({ call: 'upload', to: { channelId: 'C0CI', threadTs: '7.7' } });
  });

  test('that Slack refuses is told in words, with what to do, and the digest stands', async () => {
    await sendAll('digest');
    slack.next.set('upload', new SlackError('files.completeUploadExternal', 'missing_scope', 'never'));
    await sendAll('digest/chart');
    expect(slack.slack.map(({ call }) => call)).toEqual(['post', 'post']);
    expect(slack.slack[1]?.text).toBe(
      'The chart could not be uploaded: Slack says missing_scope. Whoever runs Bellboard gives the Slack app the scope files:write and installs it again. What it shows: Chart of the last 24 h. Cpus given: 1.0 cpu on average.',
    );
  });

  test('is tried again when Slack is busy or away, and says that it may repeat when it may', async () => {
    await sendAll('digest');
    slack.next.set('upload', new SlackError('files.completeUploadExternal', 'timeout', 'unknown'));
    await sendAll('digest/chart');
    expect(slack.slack.map(({ text }) => text)).toEqual([
      'the news',
      'jenkins-usage-24h.png: Jenkins on Mesos, the last 24 h (may repeat)',
    ]);
  });

  test('of a chart that cannot be drawn is told in words, and is a bug in the log', async () => {
    slack.draw = () => Promise.reject(new Error('no canvas'));
    await sendAll('digest');
    await sendAll('digest/chart');
    expect(slack.slack[1]?.text).toMatch(
      /^The chart could not be drawn, which is a bug in the bot. What it shows: Chart/,
    );
    expect(slack.log.lines).toMatchObject([{ level: 'error', text: 'a chart could not be drawn' }]);
  });

  test('into a channel the bot is not in is told to whoever asked', async () => {
    const twin = { ...say(md`${CHART.altText}`), chart: CHART };
    slack.want('here/chart', { kind: 'channel', channelId: 'C0RANDOM' }, twin, { elseTo: 'U0ANA' });
    for (const call of ['upload', 'post'])
      slack.next.set(call, new SlackError('chat.postMessage', 'not_in_channel', 'never'));
    await sendAll('here/chart');
    expect(slack.slack).toEqual([
      {
        call: 'direct',
        to: 'U0ANA',
        text: `${CHART.altText} | Slack does not let me write where this was asked any more (not_in_channel).`,
      },
    ]);
  });

  test('below a refused message is refused with it', async () => {
    slack.next.set('post', new SlackError('chat.postMessage', 'not_in_channel', 'never'));
    await sendAll('digest');
    await sendAll('digest/chart');
    expect(slack.slack).toEqual([]);
    expect(slack.rows.get('digest/chart')).toMatchObject({ error: 'not_in_channel' });
  });
});
