// Who is in a user group: asked of the simulated Slack through the client that the bot uses.

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slackClients } from '../../../src/adapters/slack/client.js';
import { slackGroups } from '../../../src/adapters/slack/groups.js';
import { MINUTE, SECOND } from '../../../src/core/time.js';
import { readManifest, type SlackWorkspace, startSlack } from '../../../src/playground/slack/workspace.js';
import { type ManualClock, manualClock } from '../../support/manual-clock.js';

const METHOD = 'usergroups.users.list';
let clock: ManualClock;
let slack: SlackWorkspace;
let group: ReturnType<typeof slackGroups>['group'];

const open = () => slackGroups(slackClients(slack.botToken, slack.slackApiUrl).repeatable, clock).group;
const asked = () => slack.callsOf(METHOD).length;
const join = (...users: string[]) => {
  const ops = slack.directory.groups.get('S0CIOPS');
  if (ops !== undefined) ops.users = users;
};

beforeEach(async () => {
  clock = manualClock();
  slack = await startSlack({ clock });
  group = open();
});
afterEach(() => slack.close());

it('is told with its name', async () => {
  expect(await group('S0CIOPS')).toEqual({
    id: 'S0CIOPS',
    handle: 'ci-ops',
    told: { members: ['U0ANA'], at: clock.now() },
    fault: undefined,
  });
});

it('is asked once a minute, however many want to know', async () => {
  await Promise.all([group('S0CIOPS'), group('S0CIOPS'), group('S0CIOPS')]);
  await clock.advance(MINUTE - 1);
  await group('S0CIOPS');
  expect(asked()).toBe(1);
  join('U0LEE');
  await clock.advance(1);
  expect((await group('S0CIOPS')).told?.members).toEqual(['U0LEE']);
  expect(asked()).toBe(2);
  expect(slack.callsOf('usergroups.list')).toHaveLength(1);
});

it('keeps the last good answer with its time while Slack does not answer, and asks again after a rest', async () => {
  const first = await group('S0CIOPS');
  await clock.advance(5 * MINUTE);
  slack.fault(METHOD, { kind: 'error', code: 'internal_error' });
  const failedAt = clock.now();
  const fault = { code: 'internal_error', since: failedAt };
  expect(await group('S0CIOPS')).toEqual({ ...first, fault });
  slack.fault(METHOD, { kind: 'error', code: 'internal_error' });
  await clock.advance(10 * SECOND);
  expect(await group('S0CIOPS')).toEqual({ ...first, fault });
  expect(asked()).toBe(3);
  expect(await group('S0CIOPS')).toEqual({ ...first, fault });
  expect(asked()).toBe(3);
  await clock.advance(10 * SECOND);
  expect(await group('S0CIOPS')).toEqual({ ...first, told: { members: ['U0ANA'], at: clock.now() } });
});

it('is not asked again before Slack says, after too many questions', async () => {
  slack.fault(METHOD, { kind: 'rate-limit', retryAfterSeconds: 30 });
  expect((await group('S0CIOPS')).fault?.code).toBe('ratelimited');
  await clock.advance(29 * SECOND);
  await group('S0CIOPS');
  expect(asked()).toBe(1);
  await clock.advance(SECOND);
  expect((await group('S0CIOPS')).told?.members).toEqual(['U0ANA']);
});

it('that was told before is not waited for long', async () => {
  const first = await group('S0CIOPS');
  await clock.advance(MINUTE);
  slack.fault(METHOD, { kind: 'timeout-before' });
  const soon = group('S0CIOPS');
  while (asked() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await clock.advance(3 * SECOND);
  expect(await soon).toEqual(first);
});

describe('that Slack does not tell', () => {
  it('on a free plan', async () => {
    slack.onFreePlan(true);
    expect(await group('S0CIOPS')).toEqual({
      id: 'S0CIOPS',
      handle: undefined,
      told: undefined,
      fault: { code: 'plan_upgrade_required', since: clock.now() },
    });
  });

  it('because there is none', async () => {
    expect((await group('S0NOBODY')).fault?.code).toBe('no_such_subteam');
  });

  it('without the scope', async () => {
    const manifest = readManifest(readFileSync('manifests/slack-app.yaml', 'utf8'));
    const bot = manifest.oauth_config.scopes.bot.filter((scope) => scope !== 'usergroups:read');
    await slack.close();
    slack = await startSlack({ clock, manifest: { ...manifest, oauth_config: { scopes: { bot } } } });
    expect((await open()('S0CIOPS')).fault?.code).toBe('missing_scope');
  });
});
