// `/ci lock` over the whole rig: whose it is, who is refused, who takes it over, who is reminded, and how it ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worker as patientRedis } from '../../src/adapters/redis/connect.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import { lockStore } from '../../src/adapters/redis/lock-store.js';
import type { LockStore } from '../../src/core/app-lock.js';
import { HOUR, MINUTE } from '../../src/core/time.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { type Rig, startLongBuild, startRig, until } from '../support/rig.js';
import { actsIn, ask, audit, change, ending, plan, press, pressAndHear, putsThatTook, shown } from '../support/talk.js';

const folder = mkdtempSync(join(tmpdir(), 'bb-lock-'));
let rig: Rig;
beforeAll(async () => {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, 'roles:\n  operators: [U0ANA, U0LEE]\n');
  rig = await startRig({ env: { POLICY_FILE: file } });
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the bot says to one person in their direct messages. */
const directly = (userId: string, words: RegExp): Promise<SlackMessage> =>
  rig.slack.changed(
    () => rig.slack.messages.find(({ channelId, text }) => channelId === `D0${userId.slice(1)}` && words.test(text)),
    20_000,
  );

/** The lock as Redis has it. */
async function withStore<T>(act: (store: LockStore) => Promise<T>): Promise<T> {
  const redis = patientRedis(rig.redis.url);
  try {
    return await act(lockStore(redis, keysOf('test'), rig.clock));
  } finally {
    redis.disconnect();
  }
}
const standing = () => withStore((store) => store.standing());

describe('a lock', () => {
  it('is told in the channel, and status names its owner', async () => {
    const root = await change(rig, 'lock --for 3h moving the repository');
    expect(root.text).toMatch(/^@U0ANA locked \/jenkins until .*: moving the repository\. Nobody else changes it/);
    const seen = await ask(rig, 'status', { user: '@dev' });
    expect(shown(seen)).toMatch(/ana until .*moving the repository/s);
  });

  it('refuses changes of others before anything is shown or done, and reads go on', async () => {
    const acts = actsIn(rig).length;
    const refused = await ask(rig, 'scale executors 8', { user: '@lee' });
    expect(refused.text).toMatch(/^\/jenkins is locked by @U0ANA for another 2 h .*: moving the repository\./);
    expect(refused.text).toMatch(/Ask them to unlock, or wait; lock --take-over makes the lock yours/);
    expect((await ask(rig, 'deploy --mem 2201', { user: '@lee' })).text).toMatch(/^\/jenkins is locked by @U0ANA/);
    expect((await ask(rig, 'where', { user: '@lee' })).text).toMatch(/The Jenkins controller runs on/);
    expect(actsIn(rig)).toHaveLength(acts);
  });

  it('lets its owner change things', async () => {
    expect((await change(rig, 'scale executors 7')).text).toMatch(/7/);
    expect(actsIn(rig, 'set template maximum').length).toBeGreaterThan(0);
  });

  it('ends when its owner says so', async () => {
    const root = await change(rig, 'unlock');
    expect(root.text).toBe('@U0ANA ended their lock: /jenkins may be changed again.');
    expect((await change(rig, 'scale executors 6', { user: '@lee' })).text).toMatch(/6/);
  });
});

describe('a plan shown before the lock', () => {
  it('is refused when its turn comes, and what ran already goes on', async () => {
    const puts = putsThatTook(rig);
    await startLongBuild(rig, HOUR);
    const running = await plan(rig, 'deploy --mem 2202', { user: '@lee' });
    await press(rig, running, 'Deploy', { user: '@lee' });
    await rig.slack.changed(() => /waiting for a build to end/.test(running.text), 12_000);
    const waiting = await plan(rig, 'deploy --mem 2203');
    const unconfirmed = await plan(rig, 'deploy --mem 2204');
    await press(rig, waiting, 'Deploy');
    await rig.slack.changed(() => /number 1 in the queue/.test(waiting.text), 12_000);
    const root = await change(rig, 'lock', { user: '@lee' });
    expect(shown(root)).toMatch(/1 waiting change of others will be refused at its turn/);
    expect((await pressAndHear(rig, unconfirmed, 'Deploy')).text).toMatch(/^\/jenkins is locked by @U0LEE/);
    rig.world.jenkins.finishBuild('housekeeping');
    expect((await ending(rig, running)).text).toMatch(/^Deployed \/jenkins in/);
    expect((await ending(rig, waiting)).text).toMatch(/^\/jenkins is locked by @U0LEE/);
    expect(putsThatTook(rig)).toBe(puts + 1);
    const [entry] = (await audit(rig)).filter(({ text }) => text === 'deploy --mem 2203');
    expect(entry).toMatchObject({ outcome: 'refused' });
    await until(() => rig.world.jenkins.current?.phase === 'up');
  }, 60_000);
});

describe('taking over', () => {
  it('is asked for with a button, done, and told to the one whose lock it was', async () => {
    const from = rig.slack.messages.length;
    const refused = await rig.slack
      .command({ user: '@ana', channel: '#ci', text: 'lock --for 16m my turn' })
      .then(() =>
        rig.slack.changed(
          () =>
            rig.slack.messages.slice(from).find((one) => pressables(one).some(({ label }) => label === 'Take over')),
          12_000,
        ),
      );
    expect(refused.text).toMatch(
      /^\/jenkins is locked by @U0LEE .*Nothing was changed\. Ask them to unlock, wait, or take/,
    );
    expect((await standing())?.userId).toBe('U0LEE');
    const before = rig.slack.messages.length;
    await press(rig, refused, 'Take over');
    const root = await rig.slack.changed(
      () =>
        rig.slack.messages.slice(before).find(({ text }) => /took over the lock of \/jenkins from @U0LEE/.test(text)),
      12_000,
    );
    expect(root.text).toMatch(/my turn/);
    expect((await directly('U0LEE', /is over: @U0ANA has taken it over, in #C0CI/)).text).toMatch(/Your lock of/);
    expect(await standing()).toMatchObject({ userId: 'U0ANA', reason: 'my turn' });
  });
});

describe('shortly before its end', () => {
  it('its owner is reminded and extends it with a button', async () => {
    const reminder = await directly('U0ANA', /Your lock of \/jenkins \(my turn\) ends in (10|9) min/);
    const until = (await standing())?.until ?? 0;
    await press(rig, reminder, 'Extend 1 h');
    await directly('U0ANA', /@U0ANA keeps \/jenkins locked until .*my turn/);
    expect((await standing())?.until).toBe(until + HOUR);
  }, 40_000);
});

it('ends by itself, and then others may change things again', async () => {
  await withStore(async (store) => {
    const lock = await store.standing();
    if (lock === undefined) throw new Error('there is no lock');
    await store.take({ ...lock, id: 'd-short', until: rig.clock.now() + 2 * MINUTE });
  });
  expect((await ask(rig, 'scale executors 5', { user: '@lee' })).text).toMatch(/^\/jenkins is locked by @U0ANA/);
  await rig.clock.sleep(2 * MINUTE);
  expect((await change(rig, 'scale executors 5', { user: '@lee' })).text).toMatch(/5/);
}, 30_000);
