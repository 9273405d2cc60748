// What the simulated Slack refuses, asked through the official Web API client.
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import {
  type AppManifest,
  readManifest,
  type SlackWorkspace,
  startSlack,
} from '../../src/playground/slack/workspace.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

let clock: ManualClock;
let slack: SlackWorkspace;

beforeEach(async () => {
  clock = manualClock();
  slack = await startSlack({ clock });
});
afterEach(() => slack.close());

function client(token = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.slackApiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 2_000,
  });
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const say = (channel: string, more: object = {}) => client().chat.postMessage({ channel, text: 'hello', ...more });
const refused = (error: string) => ({ data: expect.objectContaining({ ok: false, error }) });

describe('tokens and scopes', () => {
  test('a wrong token is invalid, none is no authentication, and an app token opens connections only', async () => {
    await expect(client('xoxb-other').auth.test()).rejects.toMatchObject(refused('invalid_auth'));
    await expect(client('').auth.test()).rejects.toMatchObject(refused('not_authed'));
    await expect(client(slack.appToken).auth.test()).rejects.toMatchObject(refused('not_allowed_token_type'));
    await expect(client().apps.connections.open()).rejects.toMatchObject(refused('not_allowed_token_type'));
    expect((await client(slack.appToken).apps.connections.open()).url).toMatch(/^ws:\/\/127\.0\.0\.1:/);
  });

  test('auth.test names the app and the scopes of its manifest', async () => {
    const answer = await client().auth.test();
    expect(answer).toMatchObject({ team_id: 'T0HOUSE', user_id: 'U0BELL', bot_id: 'B0BELL', user: 'bellboard' });
    expect(answer.response_metadata?.scopes).toContain('chat:write');
  });

  test('a method whose scope the manifest does not ask for is refused, naming the scope', async () => {
    await expect(client().conversations.history({ channel: 'C0CI' })).rejects.toMatchObject({
      data: expect.objectContaining({
        error: 'missing_scope',
        needed: expect.stringContaining('channels:history'),
        provided: expect.stringContaining('chat:write'),
      }),
    });
    await expect(client().conversations.open({ users: 'U0ANA' })).rejects.toMatchObject(refused('missing_scope'));
    await expect(client().team.info()).rejects.toMatchObject(refused('missing_scope'));
  });

  test('with the history scope, metadata of own messages can be read back', async () => {
    await slack.close();
    slack = await startSlack({ clock, manifest: withScope(await manifestAsShipped(), 'channels:history') });
    await say('C0CI', { metadata: { event_type: 'bellboard', event_payload: { key: 'k1' } } });
    const { messages } = await client().conversations.history({ channel: 'C0CI', include_all_metadata: true });
    expect(messages?.[0]?.metadata).toEqual({ event_type: 'bellboard', event_payload: { key: 'k1' } });
  });
});

describe('places', () => {
  test.each([
    ['a channel it is not in', 'C0RANDOM', 'not_in_channel'],
    ['a channel that does not exist', 'C0NOWHERE', 'channel_not_found'],
    ['an archived channel', 'C0OLD', 'is_archived'],
  ])('the bot cannot post to %s', async (_what, channel, error) => {
    await expect(say(channel)).rejects.toMatchObject(refused(error));
  });

  test('a post to a person opens the direct message and answers with its channel', async () => {
    const { channel } = await say('U0ANA');
    expect(channel).toBe('D00ANA');
    expect(slack.seenBy('@ana', 'dm').map((one) => one.text)).toEqual(['hello']);
  });

  test('a thread is named by its parent, not by a reply and not by what does not exist', async () => {
    const parent = await say('C0CI');
    const reply = await say('C0CI', { thread_ts: parent.ts });
    await expect(say('C0CI', { thread_ts: reply.ts })).rejects.toMatchObject(refused('cannot_reply_to_message'));
    await expect(say('C0CI', { thread_ts: '1.000001' })).rejects.toMatchObject(refused('thread_not_found'));
  });

  test('an ephemeral message reaches members only and cannot be edited or deleted', async () => {
    const api = client().chat;
    await expect(api.postEphemeral({ channel: 'C0CI', user: 'U0OTHER', text: 'x' })).rejects.toMatchObject(
      refused('user_not_in_channel'),
    );
    const { message_ts: ts = '' } = await api.postEphemeral({ channel: 'C0CI', user: 'U0ANA', text: 'only you' });
    expect(slack.seenBy('@ana', '#ci')).toHaveLength(1);
    expect(slack.seenBy('@dev', '#ci')).toHaveLength(0);
    const gone = refused('message_not_found');
    await expect(api.update({ channel: 'C0CI', ts, text: 'y' })).rejects.toMatchObject(gone);
    await expect(api.delete({ channel: 'C0CI', ts })).rejects.toMatchObject(gone);
  });

  test('messages of other people cannot be edited or deleted', async () => {
    const { ts } = slack.people.say({ user: '@dev', channel: '#ci', text: 'mine' });
    const { chat } = client();
    await expect(chat.update({ channel: 'C0CI', ts, text: 'y' })).rejects.toMatchObject(refused('cant_update_message'));
    await expect(chat.delete({ channel: 'C0CI', ts })).rejects.toMatchObject(refused('cant_delete_message'));
  });
});

describe('sizes', () => {
  test('a post takes 40,000 characters of text, an edit 4,000, and neither takes none', async () => {
    const { ts = '' } = await say('C0CI', { text: 'x'.repeat(40_000) });
    await expect(say('C0CI', { text: 'x'.repeat(40_001) })).rejects.toMatchObject(refused('msg_too_long'));
    const edit = (text: string) => client().chat.update({ channel: 'C0CI', ts, text });
    expect((await edit('x'.repeat(4_000))).ok).toBe(true);
    await expect(edit('x'.repeat(4_001))).rejects.toMatchObject(refused('msg_too_long'));
    await expect(say('C0CI', { text: '' })).rejects.toMatchObject(refused('no_text'));
    await expect(edit('')).rejects.toMatchObject(refused('no_text'));
  });

  test('blocks that are too long together are refused although each is within its limit', async () => {
    const blocks = Array.from({ length: 5 }, () => section('x'.repeat(2_900)));
    await expect(say('C0CI', { blocks })).rejects.toMatchObject(refused('msg_blocks_too_long'));
  });

  test('a refusal of blocks names the spot with a JSON pointer', async () => {
    await expect(say('C0CI', { blocks: [section('fine'), section('x'.repeat(3_001))] })).rejects.toMatchObject({
      data: {
        error: 'invalid_blocks',
        response_metadata: {
          messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]'],
        },
      },
    });
  });

  test('metadata without its two parts is refused', async () => {
    await expect(say('C0CI', { metadata: { event_type: 'x' } })).rejects.toMatchObject(
      refused('invalid_metadata_schema'),
    );
  });
});

describe('rates', () => {
  test('a channel takes a short burst, then one message a second; other channels are not concerned', async () => {
    for (let n = 0; n < 3; n += 1) await say('C0CI');
    await expect(say('C0CI')).rejects.toMatchObject({ retryAfter: 1 });
    await say('C0CIALERTS');
    await clock.advance(SECOND);
    await say('C0CI');
    await expect(say('C0CI')).rejects.toMatchObject({ retryAfter: 1 });
    expect(slack.messages).toHaveLength(5);
  });

  test('chat.update is refused after fifty in a minute', async () => {
    const { ts = '' } = await say('C0CI');
    const edit = () => client().chat.update({ channel: 'C0CI', ts, text: 'again' });
    for (let n = 0; n < 50; n += 1) await edit();
    await expect(edit()).rejects.toMatchObject({ retryAfter: 2 });
  });
});

describe('response_url', () => {
  const use = (url: string, body: object) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  async function issued(): Promise<string> {
    const { responseUrl = '' } = await slack.command({ user: '@ana', channel: '#ci', text: 'where' });
    return responseUrl;
  }

  test('is good for five uses, the sixth is refused', async () => {
    const url = await issued();
    for (let n = 0; n < 5; n += 1) expect((await use(url, { text: `${n}` })).status).toBe(200);
    const sixth = await use(url, { text: 'one more' });
    expect(sixth.status).toBe(404);
    expect(await sixth.json()).toEqual({ ok: false, error: 'used_url' });
  });

  test('is good for thirty minutes', async () => {
    const url = await issued();
    await clock.advance(30 * MINUTE);
    expect((await use(url, { text: 'late' })).status).toBe(200);
    await clock.advance(1);
    const late = await use(url, { text: 'too late' });
    expect(late.status).toBe(404);
    expect(await late.json()).toEqual({ ok: false, error: 'expired_url' });
  });

  test('of a command has no original to replace: the answer is one more message', async () => {
    const url = await issued();
    await use(url, { text: 'working on it' });
    await use(url, { text: 'done', replace_original: true });
    expect(
      slack
        .seenBy('@ana', '#ci')
        .map((one) => one.text)
        .slice(-2),
    ).toEqual(['working on it', 'done']);
  });

  test('of a click replaces and deletes the ephemeral message it came from', async () => {
    const blocks = [
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: 'more', text: { type: 'plain_text', text: 'More' } }],
      },
    ];
    const { message_ts: messageTs = '' } = await client().chat.postEphemeral({
      channel: 'C0CI',
      user: 'U0ANA',
      text: 'short',
      blocks,
    });
    const { responseUrl = '' } = await slack.press({ user: '@ana', channel: '#ci', messageTs, label: 'More' });
    await use(responseUrl, { text: 'long', replace_original: true });
    expect(slack.seenBy('@ana', '#ci').map((one) => [one.text, one.ts === messageTs])).toEqual([['long', true]]);
    await use(responseUrl, { delete_original: true });
    expect(slack.seenBy('@ana', '#ci')).toEqual([]);
  });

  test('shows the channel what was typed only with an answer in the channel', async () => {
    const url = await issued();
    await use(url, { text: 'private' });
    expect(slack.seenBy('@dev', '#ci')).toEqual([]);
    await use(url, { text: 'public', response_type: 'in_channel' });
    expect(slack.seenBy('@dev', '#ci').map((one) => one.text)).toEqual(['/ci where', 'public']);
  });
});

async function manifestAsShipped(): Promise<AppManifest> {
  const { readFile } = await import('node:fs/promises');
  return readManifest(await readFile('manifests/slack-app.yaml', 'utf8'));
}

function withScope(manifest: AppManifest, scope: string): AppManifest {
  return { ...manifest, oauth_config: { scopes: { bot: [...manifest.oauth_config.scopes.bot, scope] } } };
}
