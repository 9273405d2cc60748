// Marathon's stream cut at every byte of a frame, one crash after the other: each end is counted, none twice.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endOf } from '../../src/core/restart.js';
import { type AlertHouse, alertHouse } from '../support/alert-house.js';
import { type HouseState, houseState } from '../support/house-state.js';
import { type Frame, type RestlessMarathon, restlessMarathon } from '../support/restless-marathon.js';
import { until } from '../support/rig.js';
import { APP } from '../support/transcript-file.js';

/** The one that tells of the end, and the one that tells that it is over. */
const FRAMES: readonly Frame[] = ['failed', 'healthy'];

let house: AlertHouse;
let state: HouseState;
const marathons = new Map<Frame, RestlessMarathon>();

const marathonOf = (frame: Frame): RestlessMarathon => {
  const found = marathons.get(frame);
  if (found === undefined) throw new Error(`nobody cuts ${frame}`);
  return found;
};

beforeAll(async () => {
  // The pause before a new connection grows to half a minute: here that is 60 ms.
  house = await alertHouse({ wallSpeed: 500, leaseMs: 60_000 });
  state = houseState(house);
  for (const frame of FRAMES) marathons.set(frame, await restlessMarathon(house.clock));
  const installations = FRAMES.map((frame) => ({ name: frame, marathonUrl: marathonOf(frame).url }));
  await house.open('worker', installations);
  await house.open('bot', installations);
  await Promise.all(FRAMES.map((frame) => state.baseline(frame)));
}, 60_000);

afterAll(async () => {
  for (const marathon of marathons.values()) await marathon.close();
  await house.close();
});

test.concurrent.each(FRAMES)(
  'every byte of a frame that says "%s"',
  async (frame) => {
    const marathon = marathonOf(frame);
    const length = marathon.lengthOf(frame);
    for (let at = 0; at <= length; at += 1) {
      await marathon.crash({ frame, at });
      if (frame === 'healthy') await marathon.recover({ frame, at });
      // Ends in one gap are told as one (contract marathon §10): the next comes when this one has been decided.
      await state.settled(frame, endOf(APP, marathon.ended.at(-1) ?? ''));
    }
    const ends = marathon.ended.map((taskId) => endOf(APP, taskId));
    expect(ends).toHaveLength(length + 1);
    await until(() => house.roots(frame).some(({ text }) => text.includes(`${ends.length} times`)), 20_000).catch(
      () => {},
    );
    await state.rest(frame);
    expect((await state.ledger(frame)).filter((identity) => identity.endsWith('|ended')).sort()).toEqual(ends.sort());
    const roots = house.roots(frame);
    expect(roots).toHaveLength(1);
    expect(roots[0]?.text).toContain(`${ends.length} times`);
    expect(roots[0]?.text).toMatch(/exit code 1/);
  },
  240_000,
);
