// Answers of the simulated Web API have the keys of recorded ones and invent none.
import { readFileSync } from 'node:fs';
import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest, type SlackWorkspace, startSlack, type Wire } from '../../src/playground/slack/workspace.js';

let slack: SlackWorkspace;
let client: WebClient;

beforeAll(async () => {
  const manifest = readManifest(readFileSync('manifests/slack-app.yaml', 'utf8'));
  manifest.oauth_config.scopes.bot.push('team:read');
  slack = await startSlack({ manifest });
  client = new WebClient(slack.botToken, { slackApiUrl: slack.slackApiUrl });
});
afterAll(() => slack.close());

async function said(): Promise<string> {
  return (await client.chat.postMessage({ channel: 'C0CIALERTS', text: 'hello' })).ts ?? '';
}

async function uploaded(): Promise<{ id: string; title: string }> {
  const wanted = await client.files.getUploadURLExternal({ filename: 'a.txt', length: 1 });
  await fetch(wanted.upload_url ?? '', { method: 'POST', body: 'a' });
  return { id: wanted.file_id ?? '', title: 'A' };
}

const calls: [string, string[], () => Promise<object>][] = [
  ['auth.test', ['url', 'team_id', 'user_id', 'bot_id'], () => client.auth.test()],
  ['team.info', ['team'], () => client.team.info()],
  ['users.info', ['user'], () => client.users.info({ user: 'U0ANA', include_locale: true })],
  ['conversations.info', ['channel'], () => client.conversations.info({ channel: 'C0SHARED' })],
  ['conversations.members', ['members'], () => client.conversations.members({ channel: 'C0CI' })],
  ['usergroups.list', ['usergroups'], () => client.usergroups.list({ include_users: true })],
  ['usergroups.users.list', ['users'], () => client.usergroups.users.list({ usergroup: 'S0CIOPS' })],
  [
    'chat.postEphemeral',
    ['message_ts'],
    () => client.chat.postEphemeral({ channel: 'C0CI', user: 'U0ANA', text: 'x' }),
  ],
  ['chat.delete', ['channel', 'ts'], async () => client.chat.delete({ channel: 'C0CIALERTS', ts: await said() })],
  [
    'files.getUploadURLExternal',
    ['upload_url', 'file_id'],
    () => client.files.getUploadURLExternal({ filename: 'a.txt', length: 1 }),
  ],
  [
    'files.completeUploadExternal',
    ['files'],
    async () => client.files.completeUploadExternal({ files: [await uploaded()], channel_id: 'C0CI' }),
  ],
  [
    'apps.connections.open',
    ['url'],
    () => new WebClient(slack.appToken, { slackApiUrl: slack.slackApiUrl }).apps.connections.open(),
  ],
];

test.each(calls)('%s', async (name, needed, call) => {
  await call();
  const answer = slack.callsOf(name).at(-1)?.answer ?? {};
  const recorded = JSON.parse(readFileSync(`test/fixtures/slack/api/${name}.json`, 'utf8')) as Wire;
  expect(Object.keys(answer)).toEqual(expect.arrayContaining(needed));
  expect(unknownKeys(answer, recorded)).toEqual([]);
});

/** Keys answered that no recording knows, at any depth that both have. */
function unknownKeys(sent: unknown, known: unknown, path = ''): string[] {
  if (typeof sent !== 'object' || sent === null || typeof known !== 'object' || known === null) return [];
  if (Array.isArray(sent)) return sent.flatMap((one) => unknownKeys(one, Array.isArray(known) ? known[0] : {}, path));
  return Object.entries(sent).flatMap(([key, value]) =>
    key in known ? unknownKeys(value, (known as Wire)[key], `${path}/${key}`) : [`${path}/${key}`],
  );
}
