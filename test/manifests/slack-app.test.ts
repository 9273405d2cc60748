// The manifest people give to Slack: valid for Slack, and asking for what Bellboard calls and nothing more.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ASK } from '../../src/adapters/slack/form-doors.js';
import { METHODS } from '../../src/playground/slack/methods.js';
import { readManifest } from '../../src/playground/slack/workspace.js';

const yaml = readFileSync('manifests/slack-app.yaml', 'utf8');
const scopes = readManifest(yaml).oauth_config.scopes.bot;

/** Every Web API method Bellboard calls with its bot token. */
const CALLED = [
  'auth.test',
  'chat.postMessage',
  'chat.update',
  'chat.postEphemeral',
  'conversations.info',
  'conversations.members',
  'files.completeUploadExternal',
  'files.getUploadURLExternal',
  'usergroups.users.list',
  'users.info',
  'views.open',
  'views.publish',
  'views.update',
];

test("holds to Slack's schema of manifests", () => {
  const schema = JSON.parse(readFileSync('test/fixtures/slack/manifest.schema.2.0.0.json', 'utf8')) as object;
  const ajv = new Ajv({ strict: false, logger: false });
  ajv.validate(schema, parse(yaml));
  expect(ajv.errors).toBeNull();
});

test.each(CALLED)('%s is covered by a scope', (name) => {
  const needed = METHODS[name]?.scopes;
  expect(needed).toBeDefined();
  expect(needed?.length === 0 || needed?.some((scope) => scopes.includes(scope))).toBe(true);
});

test('asks for no scope that nothing needs', () => {
  const needed = new Set(CALLED.flatMap((name) => METHODS[name]?.scopes ?? []));
  const withoutMethod = ['commands', 'app_mentions:read', 'im:history'];
  expect(scopes.filter((scope) => !needed.has(scope))).toEqual(withoutMethod);
});

describe('asks for nothing that reads or reaches further than it must', () => {
  test.each(['chat:write.public', 'chat:write.customize', 'im:write', 'channels:history', 'groups:history', 'admin'])(
    'not %s',
    (scope) => {
      expect(scopes).not.toContain(scope);
    },
  );
});

test('has people and channels arrive as ids, buttons switched on, the shortcut, and both tabs of the Home, where people may write', () => {
  expect(parse(yaml)).toMatchObject({
    features: {
      slash_commands: [{ command: '/ci', should_escape: true }],
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      shortcuts: [{ type: 'message', callback_id: ASK }],
    },
    settings: {
      event_subscriptions: { bot_events: ['app_mention', 'app_home_opened', 'message.im'] },
      interactivity: { is_enabled: true },
      socket_mode_enabled: true,
      org_deploy_enabled: false,
      token_rotation_enabled: false,
    },
  });
});
