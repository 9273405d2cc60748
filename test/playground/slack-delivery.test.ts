// How the simulated Slack delivers: to one connection, again when nobody acknowledges, in copies, and what it sends.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { View } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { type SlackWorkspace, startSlack, type Wire } from '../../src/playground/slack/workspace.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

let clock: ManualClock;
let slack: SlackWorkspace;
const ends: (() => void)[] = [];

beforeEach(async () => {
  clock = manualClock();
  slack = await startSlack({ clock, ackClock: clock });
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await slack.close();
});

interface Process {
  socket: WebSocket;
  envelopes: Wire[];
}

/** An app's process by hand, which acknowledges only when told to. */
async function connect(acknowledges: boolean, body?: object): Promise<Process> {
  const client = new WebClient(slack.appToken, { slackApiUrl: slack.slackApiUrl });
  const { url = '' } = await client.apps.connections.open();
  const socket = new WebSocket(url);
  const envelopes: Wire[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Wire;
    if (message['type'] === 'hello') return;
    envelopes.push(message);
    if (acknowledges) socket.send(JSON.stringify({ envelope_id: message['envelope_id'], payload: body ?? {} }));
  });
  await once(socket, 'message');
  ends.push(() => socket.terminate());
  return { socket, envelopes };
}

const where = { user: '@ana', channel: '#ci', text: 'where' };

describe('commands', () => {
  test('go to one of the connected processes each, in turn', async () => {
    const [one, two] = [await connect(true), await connect(true)];
    for (let n = 0; n < 4; n += 1) await slack.command(where);
    expect([one.envelopes.length, two.envelopes.length]).toEqual([2, 2]);
  });

  test('delivered three times carry the same trigger, response_url and envelope, and meet different processes', async () => {
    const processes = [await connect(true), await connect(true), await connect(true)];
    const delivery = await slack.command({ ...where, deliveries: 3 });
    expect(delivery.attempts.map((attempt) => attempt.failure)).toEqual([undefined, undefined, undefined]);
    const [first, ...copies] = processes.flatMap((process) => process.envelopes);
    expect(copies).toEqual([first, first]);
  });

  test('are not repeated: the person is told after three seconds, or at once when no process is connected', async () => {
    expect(await slack.command(where)).toMatchObject({ failure: 'dispatch_failed', acked: false });
    const deaf = await connect(false);
    const waiting = slack.command(where);
    await slack.changed(() => slack.connections === 1);
    await clock.advance(3 * SECOND);
    expect(await waiting).toMatchObject({ failure: 'operation_timeout' });
    expect(deaf.envelopes).toHaveLength(1);
    expect(slack.seenBy('@ana', '#ci').map((one) => one.text)).toEqual([
      '/ci failed with the error "dispatch_failed"',
      '/ci failed with the error "operation_timeout"',
    ]);
  });

  test('may be answered in the acknowledgement itself', async () => {
    await connect(true, { text: 'Usage: …', response_type: 'ephemeral' });
    expect((await slack.command(where)).ackBody).toEqual({ text: 'Usage: …', response_type: 'ephemeral' });
    expect(slack.seenBy('@ana', '#ci')).toMatchObject([{ text: 'Usage: …', visibleTo: 'U0ANA' }]);
  });

  test('bring people, channels, links and signs escaped, and a word nobody owns is not delivered', async () => {
    const { envelopes } = await connect(true);
    await slack.command({ ...where, text: 'history @lee #ci https://a.example/x?a=1&b=2 <b>' });
    expect(envelopes[0]?.['payload']).toMatchObject({
      text: 'history <@U0LEE|lee> <#C0CI|ci> <https://a.example/x?a=1&amp;b=2> &lt;b&gt;',
    });
    expect(await slack.command({ ...where, command: '/cd' })).toMatchObject({ refused: 'no_such_command' });
    expect(envelopes).toHaveLength(1);
  });
});

describe('events', () => {
  test('are sent again at once, after a minute and after five, saying why, until acknowledged', async () => {
    const deaf = await connect(false);
    const waiting = slack.mention({ ...where });
    for (const pauseMs of [3 * SECOND, 3 * SECOND, MINUTE, 3 * SECOND, 5 * MINUTE, 3 * SECOND]) {
      await clock.advance(pauseMs);
    }
    expect(await waiting).toMatchObject({ acked: false, failure: 'operation_timeout' });
    expect(deaf.envelopes.map((one) => [one['retry_attempt'], one['retry_reason']])).toEqual([
      [0, ''],
      [1, 'http_timeout'],
      [2, 'http_timeout'],
      [3, 'http_timeout'],
    ]);
    const ids = deaf.envelopes.map((one) => (one['payload'] as Wire)['event_id']);
    expect(new Set(ids).size).toBe(1);
    expect(new Set(deaf.envelopes.map((one) => one['envelope_id'])).size).toBe(4);
  });

  test('over HTTP are repeated with the retry headers when the answer is an error', async () => {
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      seen.push([request.headers['x-slack-retry-num'], request.headers['x-slack-retry-reason']]);
      request.resume();
      response.writeHead(seen.length < 2 ? 500 : 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => server.close());
    ends.push(() => server.closeAllConnections());
    slack.deliverHttp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, signingSecret: 's' });
    expect(await slack.mention(where)).toMatchObject({ acked: true });
    expect(seen).toEqual([
      [undefined, undefined],
      ['1', 'http_timeout'],
    ]);
  });

  test('do not come from channels the bot is not in', async () => {
    const { envelopes } = await connect(true);
    expect(await slack.mention({ ...where, channel: '#random' })).toMatchObject({ refused: 'not_in_channel' });
    expect(envelopes).toEqual([]);
  });
});

describe('clicks', () => {
  const blocks = [
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: 'restart',
          text: { type: 'plain_text', text: 'Restart' },
          value: 'act-1',
          confirm: { text: { type: 'plain_text', text: 'Restart /jenkins? 6 builds are running' } },
        },
      ],
    },
  ];

  async function posted(): Promise<string> {
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.slackApiUrl });
    return (await client.chat.postMessage({ channel: 'C0CI', text: 'Restart?', blocks })).ts ?? '';
  }

  test('ask for confirmation first, and a denied one never reaches the app', async () => {
    const { envelopes } = await connect(true);
    const press = { user: '@ana', channel: '#ci', messageTs: await posted(), label: 'Restart' };
    expect(await slack.press({ ...press, confirm: 'deny' })).toMatchObject({ refused: 'denied' });
    expect(envelopes).toEqual([]);
    await slack.press(press);
    expect(envelopes[0]?.['payload']).toMatchObject({ actions: [{ action_id: 'restart', value: 'act-1' }] });
  });

  test('have a response_url of their own each time', async () => {
    await connect(true);
    const press = { user: '@ana', channel: '#ci', messageTs: await posted(), actionId: 'restart' };
    const urls = [(await slack.press(press)).responseUrl, (await slack.press(press)).responseUrl];
    expect(new Set(urls).size).toBe(2);
  });

  test('on a button that an edit took away are possible only for who has not seen the edit', async () => {
    await connect(true);
    const messageTs = await posted();
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.slackApiUrl });
    await client.chat.update({ channel: 'C0CI', ts: messageTs, text: 'Restarted' });
    const press = { user: '@ana', channel: '#ci', messageTs, label: 'Restart' };
    await expect(slack.press(press)).rejects.toThrow('it has nothing to press');
    expect(await slack.press({ ...press, stale: true })).toMatchObject({ acked: true });
  });
});

describe('modals', () => {
  const view: View = {
    type: 'modal',
    callback_id: 'settings',
    title: { type: 'plain_text', text: 'Settings' },
    submit: { type: 'plain_text', text: 'Save' },
    blocks: [
      {
        type: 'input',
        block_id: 'a',
        label: { type: 'plain_text', text: 'Count' },
        element: { type: 'plain_text_input', action_id: 'b' },
        optional: true,
      },
    ],
  };

  async function opened(): Promise<string> {
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.slackApiUrl });
    const { triggerId = '' } = await slack.command(where);
    return (await client.views.open({ trigger_id: triggerId, view })).view?.id ?? '';
  }

  test('bring what was filled in and close once acknowledged', async () => {
    const { envelopes } = await connect(true);
    const viewId = await opened();
    const values = { a: { b: { type: 'plain_text_input', value: '4' } } };
    await slack.screens.fill({ user: '@ana', viewId, field: 'Count', value: '4' });
    expect(await slack.screens.submitView({ user: '@ana', viewId })).toMatchObject({ acked: true });
    expect(envelopes.at(-1)?.['payload']).toMatchObject({
      type: 'view_submission',
      user: { id: 'U0ANA' },
      view: { callback_id: 'settings', state: { values } },
    });
    await expect(slack.screens.submitView({ user: '@ana', viewId })).rejects.toThrow('no open view');
  });

  test('stay open when the acknowledgement finds errors, and belong to one person', async () => {
    await connect(true, { response_action: 'errors', errors: { a: 'too many' } });
    const viewId = await opened();
    await slack.screens.submitView({ user: '@ana', viewId });
    expect(slack.views[0]).toMatchObject({ id: viewId, open: true });
    await expect(slack.screens.submitView({ user: '@lee', viewId })).rejects.toThrow('no open view');
  });
});

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const menu = {
  type: 'input' as const,
  block_id: 'a',
  label: plain('Version'),
  element: { type: 'external_select' as const, action_id: 'b', min_query_length: 0 },
};

describe('what is sent has the keys of recorded payloads', () => {
  const recorded = (name: string) =>
    JSON.parse(readFileSync(`test/fixtures/slack/payloads/${name}Payload.json`, 'utf8')) as Wire;

  /** Keys sent that no recording knows, at any depth that both have. */
  function unknownKeys(sent: unknown, known: unknown, path = ''): string[] {
    if (typeof sent !== 'object' || sent === null || typeof known !== 'object' || known === null) return [];
    if (Array.isArray(sent)) return sent.flatMap((one) => unknownKeys(one, Array.isArray(known) ? known[0] : {}, path));
    return Object.entries(sent).flatMap(([key, value]) =>
      key in known ? unknownKeys(value, (known as Wire)[key], `${path}/${key}`) : [`${path}/${key}`],
    );
  }

  test('commands', async () => {
    const { payload } = await slack.command(where);
    expect(unknownKeys(payload, recorded('SlashCommand'))).toEqual([]);
    expect(Object.keys(payload)).toEqual(expect.arrayContaining(['team_id', 'channel_id', 'user_id', 'trigger_id']));
  });

  test('mentions', async () => {
    await connect(true);
    const { payload } = await slack.mention(where);
    expect(unknownKeys(payload, recorded('AppMention'))).toEqual([]);
    expect(payload).toMatchObject({ event: { type: 'app_mention', user: 'U0ANA', channel: 'C0CI' } });
  });

  test('the shortcut on a message, and the search in a menu', async () => {
    const { envelopes } = await connect(true, { options: [] });
    const said = slack.people.say({ user: '@lee', channel: '#ci', text: 'team/app#12 failed' });
    const called = await slack.people.shortcut({ user: '@ana', channel: '#ci', messageTs: said.ts });
    expect(unknownKeys(called.payload, recorded('MessageShortcut'))).toEqual([]);
    expect(called.payload).toMatchObject({ type: 'message_action', callback_id: 'ask', message: { ts: said.ts } });
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.slackApiUrl });
    const view = { type: 'modal' as const, title: plain('T'), submit: plain('S'), blocks: [menu] };
    const { view: opened } = await client.views.open({ trigger_id: called.triggerId ?? '', view });
    await slack.screens.search({ user: '@ana', viewId: opened?.id ?? '', field: 'Version', value: '2015' });
    expect(envelopes.at(-1)?.['payload']).toMatchObject({
      type: 'block_suggestion',
      action_id: 'b',
      block_id: 'a',
      value: '2015',
      user: { id: 'U0ANA' },
      view: { id: opened?.id, type: 'modal' },
    });
  });

  test('direct messages come as messages, edits with what stood there, and edits of a mention as that mention again', async () => {
    const { envelopes } = await connect(true);
    const last = () => (envelopes.at(-1)?.['payload'] as Wire | undefined)?.['event'];
    await slack.mention({ user: '@ana', channel: 'dm', text: 'where' });
    expect(last()).toMatchObject({
      type: 'message',
      channel_type: 'im',
      user: 'U0ANA',
      text: 'where',
      channel: 'D00ANA',
    });
    const ts = slack.messages.at(-1)?.ts ?? '';
    await slack.people.edit({ user: '@ana', channel: 'dm', ts, text: 'status' });
    expect(last()).toMatchObject({
      subtype: 'message_changed',
      message: { text: 'status', user: 'U0ANA', edited: { user: 'U0ANA' } },
      previous_message: { text: 'where' },
    });
    await slack.mention({ user: '@ana', channel: '#ci', text: 'where' });
    const mentioned = slack.messages.at(-1)?.ts ?? '';
    await slack.people.edit({ user: '@ana', channel: '#ci', ts: mentioned, text: 'status' });
    expect(last()).toMatchObject({
      type: 'app_mention',
      ts: mentioned,
      text: '<@U0BELL> status',
      edited: { user: 'U0ANA' },
    });
  });

  test('clicks', async () => {
    await connect(true);
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.slackApiUrl });
    const button = { type: 'button', action_id: 'x', text: { type: 'plain_text', text: 'X' } };
    const sent = { channel: 'C0CI', text: 'x', blocks: [{ type: 'actions', elements: [button] }] };
    const { ts: messageTs = '' } = await client.chat.postMessage(sent);
    const { payload } = await slack.press({ user: '@ana', channel: '#ci', messageTs, label: 'X' });
    // The recording lists the keys of `state` nowhere; those of `message` are compared with the Web API's answers.
    const { message: _message, state: _state, ...rest } = payload;
    const { message: _recorded, ...known } = recorded('BlockAction');
    expect(unknownKeys(rest, known)).toEqual([]);
  });

  test('the Home tab', async () => {
    await connect(true);
    const { payload } = await slack.screens.openHome('@ana');
    expect(unknownKeys(payload, recorded('AppHomeOpened'))).toEqual([]);
    expect(payload).toMatchObject({ event: { type: 'app_home_opened', tab: 'home', user: 'U0ANA' } });
  });
});
