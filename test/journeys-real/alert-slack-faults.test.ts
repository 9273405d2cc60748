// An alert while Slack pauses it, is down, loses its answer or does not have us in the channel: late at most, never lost.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertChannel } from '../../src/adapters/redis/alert-channel.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import type { Call, SlackMessage } from '../../src/playground/slack/workspace.js';
import { type AlertHouse, alertHouse, channelOf } from '../support/alert-house.js';
import { type Gate, openGate } from '../support/gate.js';
import { eventually, type HouseState, houseState } from '../support/house-state.js';
import { type RestlessMarathon, restlessMarathon } from '../support/restless-marathon.js';
import { until } from '../support/rig.js';
import { shown } from '../support/talk.js';

const NAMES = ['paused', 'refused', 'failing', 'lost', 'outside'] as const;
type Name = (typeof NAMES)[number];
/** Slack's pauses are real ones; the world is ten times as fast. */
const SPEED = 10;

let house: AlertHouse;
let state: HouseState;
let gate: Gate;
const marathons = new Map<Name, RestlessMarathon>();

beforeAll(async () => {
  house = await alertHouse({ speed: SPEED, leaseMs: 15_000 });
  state = houseState(house);
  const slack = new URL(house.slack.slackApiUrl);
  gate = await openGate({ host: slack.hostname, port: Number(slack.port) });
  for (const name of NAMES) marathons.set(name, await restlessMarathon(house.clock));
  const installations = NAMES.map((name) => ({ name, marathonUrl: marathonOf(name).url }));
  // This one's Slack can be taken away.
  const env = { SLACK_API_URL: `http://127.0.0.1:${gate.port}${slack.pathname}` };
  const own = installations.map((one) => (one.name === 'refused' ? { ...one, env } : one));
  await house.open('worker', own);
  await house.open('bot', own);
  await Promise.all(NAMES.map((name) => state.baseline(name)));
  await Promise.all(NAMES.map((name) => marathonOf(name).attached(1)));
}, 60_000);

afterAll(async () => {
  for (const marathon of marathons.values()) await marathon.close();
  await gate.close();
  await house.close();
});

const marathonOf = (name: Name): RestlessMarathon => {
  const found = marathons.get(name);
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return found;
};

/** The controller ends, and is back after a moment. @returns when it ended, by the world's clock */
async function crash(name: Name): Promise<number> {
  const at = house.clock.now();
  await marathonOf(name).crash();
  await marathonOf(name).recover();
  return at;
}

const isOf = (name: Name) => (call: Call) => call.args['channel'] === channelOf(name);
const posts = (name: Name) =>
  house.slack.callsOf('chat.postMessage').filter((call) => isOf(name)(call) && call.args['thread_ts'] === undefined);

async function rootOf(name: Name, realMs = 20_000): Promise<SlackMessage> {
  await until(() => house.roots(name).length > 0, realMs);
  await state.rest(name);
  expect(house.roots(name).map(({ text }) => text)).toHaveLength(1);
  return house.roots(name)[0] as SlackMessage;
}

/** The root says when it happened, not when it was sent. */
function expectTrueTimes(root: SlackMessage, crashedAt: number): void {
  const said = [...shown(root).matchAll(/rang <!date\^(\d+)/g)].map(([, second]) => Number(second) * 1_000);
  expect(said).toHaveLength(1);
  expect(Math.abs((said[0] ?? 0) - crashedAt)).toBeLessThan(10_000);
}

describe('an alert', () => {
  test('waits for an invitation into its channel, says meanwhile that nobody is reached, and is posted then', async () => {
    const channel = house.slack.directory.channels.get(channelOf('outside'));
    channel?.members.delete(house.slack.directory.bot.id);
    const crashedAt = await crash('outside');
    const fault = () => alertChannel(house.redis, keysOf('outside')).fault();
    await eventually('the channel is reported', async () => (await fault())?.code === 'not_in_channel');
    expect(house.roots('outside')).toEqual([]);
    channel?.members.add(house.slack.directory.bot.id);
    const root = await rootOf('outside', 45_000);
    expectTrueTimes(root, crashedAt);
    expect(await fault()).toBeUndefined();
  }, 80_000);

  test('that Slack pauses for 40 s is posted after them, and says so', async () => {
    house.slack.fault('chat.postMessage', { kind: 'rate-limit', retryAfterSeconds: 40 / SPEED });
    const crashedAt = await crash('paused');
    const root = await rootOf('paused');
    expect(posts('paused')).toHaveLength(2);
    expect(shown(root)).toMatch(/Delayed 4\d s by Slack/);
    expectTrueTimes(root, crashedAt);
  }, 60_000);

  test('is posted when Slack, which refused every connection, is back', async () => {
    await gate.shut();
    const crashedAt = await crash('refused');
    await house.clock.sleep(30_000);
    expect(house.roots('refused')).toEqual([]);
    await gate.reopen();
    const root = await rootOf('refused', 40_000);
    expectTrueTimes(root, crashedAt);
    expect(shown(root)).toMatch(/Delayed .* by Slack/);
  }, 80_000);

  test('is posted once when Slack, which answered 500, is well again', async () => {
    house.slack.fault('chat.postMessage', { kind: 'status', status: 500 }, 3);
    const crashedAt = await crash('failing');
    expectTrueTimes(await rootOf('failing', 40_000), crashedAt);
  }, 60_000);

  test('whose answer was lost is looked for and stands once', async () => {
    house.slack.fault('chat.postMessage', { kind: 'timeout-after' });
    const crashedAt = await crash('lost');
    // Our call to Slack times out after 10 s of real time.
    const looks = () => house.slack.callsOf('conversations.history').filter(isOf('lost')).length;
    await eventually('it was looked for', async () => looks() > 0, 30_000);
    const root = await rootOf('lost');
    expectTrueTimes(root, crashedAt);
    expect(shown(root)).not.toMatch(/May repeat/);
    expect(posts('lost')).toHaveLength(1);
  }, 60_000);
});

describe('an alert whose answer was lost, where the app may not look for it', () => {
  test('stands twice at most, and the second says that it may repeat', async () => {
    const blindfolded = await alertHouse({ speed: SPEED, history: false });
    const marathon = await restlessMarathon(blindfolded.clock);
    try {
      const installations = [{ name: 'blindfolded', marathonUrl: marathon.url }];
      await blindfolded.open('worker', installations);
      await blindfolded.open('bot', installations);
      await houseState(blindfolded).baseline('blindfolded');
      await marathon.attached(1);
      blindfolded.slack.fault('chat.postMessage', { kind: 'timeout-after' });
      await marathon.crash();
      await marathon.recover();
      await until(() => blindfolded.roots('blindfolded').length === 2, 30_000);
      await houseState(blindfolded).rest('blindfolded');
      const mayRepeat = blindfolded
        .roots('blindfolded')
        .map((root) => /May repeat/.test(JSON.stringify([root.blocks, root.history])));
      expect(mayRepeat).toEqual([false, true]);
    } finally {
      await marathon.close();
      await blindfolded.close();
    }
  }, 80_000);
});
