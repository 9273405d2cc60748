// The whole circle with the real Bolt: a person acts, the app hears it, answers, edits and is clicked.
import type { AddressInfo } from 'node:net';
import { App, type BlockAction, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SlackWorkspace, startSlack } from '../../src/playground/slack/workspace.js';

const blocks = [
  { type: 'section', text: { type: 'mrkdwn', text: 'Deploy `/jenkins`?' } },
  {
    type: 'actions',
    block_id: 'choice',
    elements: [
      { type: 'button', action_id: 'deploy', text: { type: 'plain_text', text: 'Deploy' }, value: 'plan-1' },
      { type: 'button', action_id: 'cancel', text: { type: 'plain_text', text: 'Cancel' } },
    ],
  },
];

function listenOn(app: App): void {
  app.command('/ci', async ({ ack, command, respond, client }) => {
    await ack();
    await respond(`You said: ${command.text}`);
    await client.chat.postMessage({ channel: command.channel_id, text: 'Deploy /jenkins?', blocks });
  });
  app.action<BlockAction>('deploy', async ({ ack, body, client, respond }) => {
    await ack();
    const { channel_id: channel, message_ts: ts } = body.container;
    await client.chat.update({ channel, ts, text: 'Deploying /jenkins' });
    await respond({ text: 'On it.', replace_original: false });
  });
  app.event('app_mention', async ({ event, client }) => {
    await client.chat.postMessage({
      channel: event.channel,
      thread_ts: event.thread_ts ?? event.ts,
      text: `Heard ${event.text}`,
    });
  });
}

let slack: SlackWorkspace;
let stop: () => Promise<unknown> = async () => {};

beforeEach(async () => {
  slack = await startSlack();
});
afterEach(async () => {
  await stop();
  await slack.close();
});

async function overSocketMode(): Promise<void> {
  const clientOptions = { slackApiUrl: slack.slackApiUrl };
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    installerOptions: { clientOptions },
    logLevel: LogLevel.ERROR,
    clientPingTimeout: 60,
  });
  const app = new App({ token: slack.botToken, receiver, clientOptions, logLevel: LogLevel.ERROR });
  listenOn(app);
  await app.start();
  stop = () => app.stop();
}

/** @returns where Bolt listens */
async function overHttp(): Promise<string> {
  const receiver = new HTTPReceiver({ signingSecret: 'shh', logLevel: LogLevel.ERROR });
  const clientOptions = { slackApiUrl: slack.slackApiUrl };
  const app = new App({ token: slack.botToken, receiver, clientOptions, logLevel: LogLevel.ERROR });
  listenOn(app);
  const server = await app.start({ port: 0, host: '127.0.0.1' }, { keepAliveTimeout: 1 });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/slack/events`;
  slack.deliverHttp({ url, signingSecret: 'shh' });
  stop = () => app.stop();
  return url;
}

describe.each([
  ['Socket Mode', overSocketMode],
  ['HTTP', overHttp],
])('a Bolt app over %s', (_name, connect) => {
  test('hears a command, answers privately, posts, is clicked, and edits what it posted', async () => {
    await connect();
    const delivery = await slack.command({
      user: '@ana',
      channel: '#ci',
      text: 'deploy --git https://git.example/x.git',
    });
    expect(delivery).toMatchObject({ acked: true, failure: undefined });

    const answer = await slack.changed(() => slack.messages.find((one) => one.visibleTo === 'U0ANA'));
    expect(answer.text).toBe('You said: deploy --git <https://git.example/x.git>');
    const posted = await slack.changed(() => slack.messages.find((one) => one.blocks.length > 0));
    expect(posted).toMatchObject({ channelId: 'C0CI', authorId: 'U0BELL', text: 'Deploy /jenkins?' });

    const click = await slack.press({ user: '@lee', channel: '#ci', messageTs: posted.ts, label: 'Deploy' });
    expect(click.acked).toBe(true);
    await slack.changed(() => posted.text === 'Deploying /jenkins');
    expect(posted.blocks).toEqual([]);
    expect(posted.history.map((one) => one.text)).toEqual(['Deploy /jenkins?']);
    const told = await slack.changed(() => slack.messages.find((one) => one.text === 'On it.'));
    expect(told.visibleTo).toBe('U0LEE');
  });

  test('hears a mention in a thread and answers it there', async () => {
    await connect();
    const parent = slack.people.say({ user: '@dev', channel: '#ci', text: 'the build is red' });
    await slack.mention({ user: '@ana', channel: '#ci', text: '@bellboard where', threadTs: parent.ts });
    const answer = await slack.changed(() => slack.messages.find((one) => one.text === 'Heard <@U0BELL> where'));
    expect(answer.threadTs).toBe(parent.ts);
  });
});

test('an app told to reconnect comes back on a new connection and hears the next command', async () => {
  await overSocketMode();
  slack.disconnect();
  await slack.changed(() => slack.connections === 0);
  await slack.changed(() => slack.connections === 1);
  expect(await slack.command({ user: '@ana', channel: '#ci', text: 'help' })).toMatchObject({ acked: true });
  await slack.changed(() => slack.messages.some((one) => one.blocks.length > 0));
});

test.each([
  ['signed with another secret', { signingSecret: 'guessed' }],
  ['signed ten minutes ago', { signingSecret: 'shh', clockSkewSeconds: -600 }],
])('Bolt turns away a request %s, and the person is told that the command failed', async (_how, forged) => {
  const url = await overHttp();
  slack.deliverHttp({ url, ...forged });
  const delivery = await slack.command({ user: '@ana', channel: '#ci', text: 'help' });
  expect(delivery).toMatchObject({ acked: false, failure: 'operation_timeout' });
  expect(slack.seenBy('@ana', '#ci').at(-1)).toMatchObject({
    authorId: 'USLACKBOT',
    visibleTo: 'U0ANA',
    text: '/ci failed with the error "operation_timeout"',
  });
});
