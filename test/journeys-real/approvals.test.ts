// A second person: what the plan says, who may approve, and one start, however many press at once and from however many
// processes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worker as patientRedis } from '../../src/adapters/redis/connect.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import { planStore } from '../../src/adapters/redis/plan-store.js';
import type { Plan } from '../../src/core/plans.js';
import { MINUTE } from '../../src/core/time.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig, until } from '../support/rig.js';
import { audit, ending, press, pressAndHear, putsThatTook, settle, shown, told } from '../support/talk.js';

const POLICY = `roles:
  developers: [U0DEV]
  operators: [U0ANA, U0LEE]
rules:
  - { effect: read, to: everyone }
  - { command: deploy, to: [developers, operators], approvals: 2 }
`;

let rig: Rig;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bb-policy-'));
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  rig = await startRig({ speed: 15, env: { POLICY_FILE: join(folder, 'policy.yaml') } });
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

const labels = (message: SlackMessage) => pressables(message).map((button) => button.label);

/** @dev asks, and the plan stands. */
async function plan(text: string): Promise<SlackMessage> {
  const from = rig.slack.messages.length;
  await rig.slack.command({ user: '@dev', channel: '#ci', text });
  return rig.slack.changed(() => rig.slack.messages.slice(from).find((one) => labels(one).includes('Approve')), 12_000);
}

const says = (message: SlackMessage, words: RegExp) => rig.slack.changed(() => words.test(message.text), 12_000);

async function withPlans<T>(use: (plans: ReturnType<typeof planStore>, kept: Plan) => Promise<T>, text: string) {
  const redis = patientRedis(rig.redis.url);
  try {
    const plans = planStore(redis, keysOf('test'));
    const ids = (await redis.keys('{bellboard:test}:plan:*')).map((key) => key.split(':plan:')[1] ?? '');
    const all = await Promise.all(ids.map((id) => plans.read(id)));
    const kept = all.find((one) => one?.text === text);
    if (kept === undefined) throw new Error(`no plan for ${text}`);
    return await use(plans, kept);
  } finally {
    redis.disconnect();
  }
}

describe('a deploy that two others have to approve', () => {
  it('says up front what is missing, is approved by two who press twice and at once, and is told as approved by them', async () => {
    const puts = putsThatTook(rig);
    const message = await plan('deploy --mem 2100 --now');
    expect(message.text).toMatch(
      /Needs 2 approvals by somebody other than who asked · missing: 2 of developers or ope/,
    );
    expect(labels(message)).toEqual(['Approve', 'Cancel']);
    expect((await pressAndHear(rig, message, 'Approve', { user: '@dev' })).text).toMatch(
      /^You asked for this yourself, so somebody else has to approve it\. Ask @U0ANA, @U0LEE/,
    );
    expect((await pressAndHear(rig, message, 'Approve', { user: '@guest' })).text).toMatch(/Guests may not/);

    await press(rig, message, 'Approve', { deliveries: 3 });
    await says(message, /Approved by @U0ANA · missing: 1 of/);
    expect((await pressAndHear(rig, message, 'Approve')).text).toMatch(
      /You have approved this already; once is enough/,
    );
    expect(putsThatTook(rig)).toBe(puts);

    await Promise.all([1, 2, 3].map(() => press(rig, message, 'Approve', { user: '@lee', stale: true })));
    expect((await ending(rig, message)).text).toMatch(/^Deployed \/jenkins in/);
    expect(shown(message)).toMatch(/asked by <@U0DEV>.*approved by <@U0ANA>, <@U0LEE>/);
    await settle();
    expect(putsThatTook(rig)).toBe(puts + 1);
    const entries = (await audit(rig)).filter((entry) => entry.text.includes('--mem 2100'));
    expect(entries).toMatchObject([{ outcome: 'succeeded', userId: 'U0DEV', approvedBy: ['U0ANA', 'U0LEE'] }]);
    expect(entries[0]?.planHash).toMatch(/^[0-9a-f]{16}$/);
    // Two of the three presses lost the race: each was told the true state, and nobody else was.
    expect(told(rig, 'U0LEE').every((one) => /Already (confirmed|under way)|That is over/.test(one.text))).toBe(true);
  });

  it('is void when the app changed meanwhile, and the fresh plan starts with no approvals', async () => {
    const puts = putsThatTook(rig);
    const message = await plan('deploy --mem 2200 --now');
    await press(rig, message, 'Approve');
    await says(message, /Approved by @U0ANA/);
    rig.world.marathon.changes.restart('/jenkins');
    await until(() => rig.world.marathon.deployments.length === 0);
    const from = rig.slack.messages.length;
    await press(rig, message, 'Approve', { user: '@lee' });
    expect((await ending(rig, message)).text).toMatch(/The plan no longer fits/);
    const again = await rig.slack.changed(() =>
      rig.slack.messages.slice(from).find((one) => labels(one).includes('Approve')),
    );
    expect(again.text).toMatch(/Needs 2 approvals .* missing: 2 of/);
    await press(rig, again, 'Cancel', { user: '@dev' });
    expect((await ending(rig, again)).text).toMatch(/^Cancelled by @U0DEV\. Nothing was changed/);
    expect((await pressAndHear(rig, again, 'Approve', { user: '@lee', stale: true })).text).toMatch(
      /was already cancelled by @U0DEV/,
    );
    expect(putsThatTook(rig)).toBe(puts);
  });

  it('expires after half an hour, also with one approval, and the one who asked is told', async () => {
    const puts = putsThatTook(rig);
    const message = await plan('deploy --mem 2300 --now');
    await press(rig, message, 'Approve');
    await says(message, /Approved by @U0ANA/);
    await withPlans(async (plans, kept) => {
      expect(kept.validUntil - kept.madeAt).toBe(30 * MINUTE);
      // As if it had been made half an hour before.
      await plans.keep({ ...kept, validUntil: kept.madeAt });
    }, 'deploy --mem 2300 --now');
    await press(rig, message, 'Approve', { user: '@lee' });
    expect((await ending(rig, message)).text).toMatch(/^This plan has expired without the approvals it needs/);
    await rig.slack.changed(() =>
      rig.slack.messages.find((one) => one.threadTs === message.ts && /@U0DEV.*not approved in time/.test(one.text)),
    );
    expect(putsThatTook(rig)).toBe(puts);
  });

  it('that was claimed by a worker which died before the queue had it starts at the next press', async () => {
    const puts = putsThatTook(rig);
    const message = await plan('deploy --mem 2400 --now');
    await press(rig, message, 'Approve');
    await says(message, /Approved by @U0ANA/);
    await withPlans(async (plans, kept) => {
      const at = rig.clock.now();
      const approvedBy = ['U0ANA', 'U0LEE'];
      await plans.claim(kept.id, { v: 1, what: 'confirmed', userId: 'U0LEE', at, delivery: 'd-dead', approvedBy });
    }, 'deploy --mem 2400 --now');
    expect((await pressAndHear(rig, message, 'Cancel', { user: '@dev' })).text).toMatch(
      /Already (confirmed|under way)/,
    );
    expect((await ending(rig, message)).text).toMatch(/^Deployed \/jenkins in/);
    expect(shown(message)).toMatch(/approved by <@U0ANA>, <@U0LEE>/);
    expect(putsThatTook(rig)).toBe(puts + 1);
  });
});
