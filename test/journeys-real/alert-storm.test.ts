// A controller that restarts 1,000 times in a minute: one flapping incident, few calls to Slack, and nobody else waits.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endOf } from '../../src/core/restart.js';
import { MINUTE } from '../../src/core/time.js';
import { type AlertHouse, alertHouse, channelOf, SIGNING_SECRET } from '../support/alert-house.js';
import { type HouseState, houseState } from '../support/house-state.js';
import { type RestlessMarathon, restlessMarathon } from '../support/restless-marathon.js';
import { until } from '../support/rig.js';
import { APP } from '../support/transcript-file.js';

const RESTARTS = 1_000;
const FEW_CALLS = 20;
const LATE_MS = 2_000;

let house: AlertHouse;
let state: HouseState;
let storm: RestlessMarathon;
let calm: RestlessMarathon;

beforeAll(async () => {
  // A third of a minute long, and harder by as much: what Bellboard computes does not go faster with the clock. Slack's
  // second between two messages is a real one, so it counts for three here; its own limits go by the world.
  house = await alertHouse({ speed: 3, leaseMs: 15_000 });
  state = houseState(house);
  storm = await restlessMarathon(house.clock);
  calm = await restlessMarathon(house.clock);
  const installations = [
    { name: 'storm', marathonUrl: storm.url },
    { name: 'calm', marathonUrl: calm.url },
  ];
  await house.open('worker', installations);
  const { ports } = await house.open('bot', installations);
  house.slack.deliverHttp({ url: `http://127.0.0.1:${ports[0]}/slack/events`, signingSecret: SIGNING_SECRET });
  await Promise.all(installations.map(({ name }) => state.baseline(name)));
  await Promise.all([storm.attached(1), calm.attached(1)]);
}, 60_000);

afterAll(async () => {
  await Promise.all([storm.close(), calm.close()]);
  await house.close();
});

/** Real ms. */
async function timed(act: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await act();
  return performance.now() - from;
}

const asked = () =>
  timed(async () => {
    const from = house.slack.messages.length;
    await house.slack.command({ user: '@ana', channel: '#ci', text: 'where' });
    await house.slack.changed(() => house.slack.messages.slice(from).find((one) => one.visibleTo === 'U0ANA'), 20_000);
  });

const alarmed = () =>
  timed(async () => {
    await calm.crash();
    await until(() => house.roots('calm').length === 1, 20_000);
  });

test('1,000 restarts in a minute are one message, and nothing else is late', async () => {
  const usual = await asked();
  const startedAt = house.clock.now();
  const others: Record<string, number> = {};
  const meanwhile = house.clock.sleep(MINUTE / 2).then(async () => {
    others['a question'] = (await asked()) - usual;
    others['another alert'] = await alarmed();
    others['a second question'] = (await asked()) - usual;
  });
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await house.clock.sleep(startedAt + (restart * MINUTE) / RESTARTS - house.clock.now());
    await storm.crash();
  }
  const tookMs = house.clock.now() - startedAt;
  const callsInStorm = house.slack.calls.filter(({ args }) => args['channel'] === channelOf('storm'));
  await meanwhile;
  const all = storm.ended.map((taskId) => endOf(APP, taskId));
  await state.settled('storm', all.at(-1) ?? '');
  await state.rest('storm');
  // Edits of a flapping incident come every 15 s of the world.
  await house.clock.sleep(MINUTE / 2);

  expect(tookMs).toBeLessThan(1.3 * MINUTE);
  expect(callsInStorm.length).toBeLessThanOrEqual(FEW_CALLS);
  for (const [what, lateMs] of Object.entries(others)) expect(lateMs, what).toBeLessThanOrEqual(LATE_MS);
  const roots = house.roots('storm');
  expect(roots.map(({ text }) => text)).toHaveLength(1);
  const [root] = roots;
  // A look sees further than the events that wait: what it finds to have ended together is one ring, never two.
  const times = Number(/is flapping: ([\d,]+) times/.exec(root?.text ?? '')?.[1]?.replace(',', ''));
  expect(times).toBeGreaterThan(RESTARTS / 2);
  expect(times).toBeLessThanOrEqual(RESTARTS);
  expect((await state.ledger('storm')).filter((identity) => all.includes(identity))).toHaveLength(RESTARTS);
  const mentions = root === undefined ? [] : house.thread(root).filter(({ text }) => text.includes('needs somebody'));
  expect(mentions).toHaveLength(1);
  expect(JSON.stringify(mentions[0]?.blocks)).toContain('<!subteam^S0CIOPS>');
  if (process.env['SHOW'] !== undefined) console.log({ times, tookMs, calls: callsInStorm.length, usual, others });
}, 180_000);
