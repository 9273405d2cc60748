// Files, faults, people and views of the simulated Slack, through the official Web API client.
import type { View } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECOND } from '../../src/core/time.js';
import { type SlackWorkspace, startSlack } from '../../src/playground/slack/workspace.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

let clock: ManualClock;
let slack: SlackWorkspace;
let client: WebClient;

beforeEach(async () => {
  clock = manualClock();
  slack = await startSlack({ clock, ackClock: clock });
  client = new WebClient(slack.botToken, {
    slackApiUrl: slack.slackApiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 150,
  });
});
afterEach(() => slack.close());

describe('files', () => {
  test('uploadV2 brings the very bytes into the thread, a moment after the call has answered', async () => {
    const parent = await client.chat.postMessage({ channel: 'C0CI', text: 'usage' });
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45]);
    await client.filesUploadV2({
      channel_id: 'C0CI',
      thread_ts: parent.ts ?? '',
      filename: 'usage.png',
      file: bytes,
      title: 'Usage',
      alt_text: 'CPU over a day',
    });
    const shared = await slack.changed(() => slack.messages.find((one) => one.files.length > 0));
    expect(shared.threadTs).toBe(parent.ts);
    expect(shared.files[0]).toMatchObject({ name: 'usage.png', title: 'Usage', bytes });
  });

  test('plain bytes are taken too, and a length that was not promised is refused', async () => {
    const wanted = await client.files.getUploadURLExternal({ filename: 'log.txt', length: 3, alt_text: 'a log' });
    const post = (body: string) => fetch(wanted.upload_url ?? '', { method: 'POST', body });
    expect((await post('abcd')).status).toBe(400);
    expect(await (await post('abc')).text()).toBe('OK - 3');
    expect(slack.files[0]).toMatchObject({ altText: 'a log', bytes: Buffer.from('abc') });
  });

  test('a file cannot be shared with a person by their id, nor before it was uploaded', async () => {
    const { file_id: id = '', upload_url: url = '' } = await client.files.getUploadURLExternal({
      filename: 'a.txt',
      length: 1,
    });
    const share = (channel_id: string) => client.files.completeUploadExternal({ files: [{ id }], channel_id });
    await expect(share('C0CI')).rejects.toMatchObject({ data: { error: 'file_not_found' } });
    await fetch(url, { method: 'POST', body: 'x' });
    await expect(share('U0ANA')).rejects.toMatchObject({ data: { error: 'channel_not_found' } });
    expect((await share('C0CI')).files?.[0]?.id).toBe(id);
  });
});

describe('faults on request', () => {
  const post = () => client.chat.postMessage({ channel: 'C0CI', text: 'hello' });

  test('429 carries the seconds to wait, 500 is a status, and a word is a refusal; each only as often as asked', async () => {
    slack.fault('chat.postMessage', { kind: 'rate-limit', retryAfterSeconds: 7 });
    slack.fault('chat.postMessage', { kind: 'status', status: 500 });
    slack.fault('chat.postMessage', { kind: 'error', code: 'account_inactive' });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    await expect(post()).rejects.toMatchObject({ statusCode: 500 });
    await expect(post()).rejects.toMatchObject({ data: { error: 'account_inactive' } });
    expect((await post()).ok).toBe(true);
    expect(slack.messages).toHaveLength(1);
  });

  test('an answer that never comes: nothing arrived, or it arrived all the same', async () => {
    slack.fault('chat.postMessage', { kind: 'timeout-before' });
    await expect(post()).rejects.toThrow();
    expect(slack.messages).toHaveLength(0);
    slack.fault('chat.postMessage', { kind: 'timeout-after' });
    await expect(post()).rejects.toThrow();
    expect(slack.messages).toHaveLength(1);
    expect(slack.callsOf('chat.postMessage').map((call) => call.status)).toEqual([undefined, undefined]);
  });

  test('a call is written down with its arguments and without the token', async () => {
    await post();
    expect(slack.callsOf('chat.postMessage')[0]).toMatchObject({
      args: { channel: 'C0CI', text: 'hello' },
      status: 200,
      error: undefined,
    });
    expect(JSON.stringify(slack.calls)).not.toContain(slack.botToken);
  });
});

describe('people', () => {
  test('guests, bots and strangers are recognisable, and a group lists its users unless the plan is free', async () => {
    const about = async (user: string) => (await client.users.info({ user, include_locale: true })).user;
    expect(await about('U0GUEST')).toMatchObject({ is_restricted: true, is_ultra_restricted: false });
    expect(await about('U0ULTRA')).toMatchObject({ is_restricted: true, is_ultra_restricted: true });
    expect(await about('U0OTHER')).toMatchObject({ is_stranger: true, team_id: 'T0ELSEWHERE' });
    expect(await about('U0ROBOT')).toMatchObject({ is_bot: true });
    expect(await about('U0LEE')).toMatchObject({ is_admin: true, locale: 'en-US' });
    expect((await client.conversations.info({ channel: 'C0SHARED' })).channel?.is_ext_shared).toBe(true);
    expect((await client.usergroups.users.list({ usergroup: 'S0CIOPS' })).users).toEqual(['U0ANA']);
    slack.onFreePlan(true);
    await expect(client.usergroups.users.list({ usergroup: 'S0CIOPS' })).rejects.toMatchObject({
      data: { error: 'plan_upgrade_required' },
    });
  });
});

describe('views', () => {
  const modalTitled = (text: string): View => ({
    type: 'modal',
    title: { type: 'plain_text', text },
    blocks: [{ type: 'divider' }],
  });
  const modal = modalTitled('Settings');

  test('a trigger opens one modal within three seconds', async () => {
    const trigger = async () => (await slack.command({ user: '@ana', channel: '#ci', text: 'help' })).triggerId ?? '';
    const trigger_id = await trigger();
    expect((await client.views.open({ trigger_id, view: modal })).view?.id).toBe('V01');
    await expect(client.views.open({ trigger_id, view: modal })).rejects.toMatchObject({
      data: { error: 'exchanged_trigger_id' },
    });
    const late = await trigger();
    await clock.advance(3 * SECOND + 1);
    await expect(client.views.open({ trigger_id: late, view: modal })).rejects.toMatchObject({
      data: { error: 'expired_trigger_id' },
    });
  });

  test('the Home tab is replaced only by whoever has seen the last version', async () => {
    const view: View = { type: 'home', blocks: [{ type: 'divider' }] };
    const first = await client.views.publish({ user_id: 'U0ANA', view });
    await client.views.publish({ user_id: 'U0ANA', view, hash: first.view?.hash ?? '' });
    await expect(client.views.publish({ user_id: 'U0ANA', view, hash: first.view?.hash ?? '' })).rejects.toMatchObject({
      data: { error: 'hash_conflict' },
    });
  });

  test('a modal with a long title is refused, naming the spot', async () => {
    const view = modalTitled('x'.repeat(25));
    await expect(client.views.open({ trigger_id: 'any', view })).rejects.toMatchObject({
      data: {
        error: 'invalid_arguments',
        response_metadata: {
          messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'],
        },
      },
    });
  });
});
