// Buttons under a plan, pressed early, late, twice, by others: one act, and the true state for everybody after.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pressables } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig, until } from '../support/rig.js';
import { audit, ending, plan, press, pressAndHear, putsThatTook, settle, shown, told } from '../support/talk.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(() => rig.close());

const labels = (message: Parameters<typeof pressables>[0]) => pressables(message).map((button) => button.label);

describe('the buttons of a plan', () => {
  it('deploy once when Slack delivers the press three times', async () => {
    const puts = putsThatTook(rig);
    const from = rig.slack.messages.length;
    const message = await plan(rig, 'deploy --mem 2100 --now');
    await press(rig, message, 'Deploy', { deliveries: 3 });
    expect((await ending(rig, message)).text).toMatch(/^Deployed \/jenkins in/);
    const ends = () => rig.slack.messages.slice(from).filter((m) => /Deployed \/jenkins in/.test(m.text));
    await rig.slack.changed(() => ends().length > 1);
    await settle();
    expect(putsThatTook(rig)).toBe(puts + 1);
    expect(told(rig, 'U0ANA', from)).toEqual([]);
    expect(ends().map((m) => m.threadTs === undefined)).toEqual([true, false]);
    expect((await audit(rig)).filter((entry) => entry.text.includes('--mem 2100'))).toMatchObject([
      { outcome: 'succeeded', userId: 'U0ANA', command: 'deploy' },
    ]);
  });

  it('tell the true state when pressed again while it runs and after its end, by the same person and by another', async () => {
    const puts = putsThatTook(rig);
    rig.world.jenkins.setBoot(75_000);
    const message = await plan(rig, 'deploy --mem 2200 --now');
    await press(rig, message, 'Deploy');
    await rig.slack.changed(() => /so far\)/.test(message.text), 20_000);
    const mine = await pressAndHear(rig, message, 'Deploy', { stale: true });
    expect(mine.text).toMatch(/Already under way: .*deploy --mem 2200.*started by @U0ANA/);
    const lees = pressAndHear(rig, message, 'Cancel', { stale: true, user: '@lee' });
    expect((await lees).text).toMatch(/You may not deploy: that is for operators/);
    expect((await ending(rig, message)).text).toMatch(/^Deployed \/jenkins in/);
    rig.world.jenkins.setBoot(4_000);
    const late = await pressAndHear(rig, message, 'Deploy', { stale: true });
    expect(late.text).toMatch(/is over, started by @U0ANA.*Deployed \/jenkins in/);
    expect(putsThatTook(rig)).toBe(puts + 1);
  });

  it('cancel a plan for good', async () => {
    const puts = putsThatTook(rig);
    const message = await plan(rig, 'deploy --mem 2300');
    await press(rig, message, 'Cancel');
    expect((await ending(rig, message)).text).toMatch(/Cancelled by @U0ANA. Nothing was changed./);
    const late = await pressAndHear(rig, message, 'Deploy', { stale: true });
    expect(late.text).toMatch(/was already cancelled by @U0ANA.*Nothing was changed/);
    expect(labels(message)).toEqual([]);
    expect(putsThatTook(rig)).toBe(puts);
  });

  it('refuse a member whom no rule names, a guest, and both privately', async () => {
    const puts = putsThatTook(rig);
    const message = await plan(rig, 'deploy --mem 2400');
    const devs = await pressAndHear(rig, message, 'Deploy', { user: '@dev' });
    expect(devs.text).toMatch(/You may not deploy: that is for operators/);
    const guests = await pressAndHear(rig, message, 'Deploy', { user: '@guest' });
    expect(guests.text).toMatch(/Guests may not give commands/);
    expect(labels(message)).toEqual(['Deploy', 'Cancel']);
    expect(putsThatTook(rig)).toBe(puts);
    await press(rig, message, 'Cancel');
    await ending(rig, message);
  });

  it('refuse everybody once the channel is shared with another company', async () => {
    const puts = putsThatTook(rig);
    const message = await plan(rig, 'deploy --mem 2450', { channel: '#ops-private' });
    const channel = rig.slack.directory.channels.get('C0OPS');
    if (channel === undefined) throw new Error('no such channel');
    channel.isExtShared = true;
    // What is known of a channel is kept for a minute.
    await rig.clock.sleep(61_000);
    const answer = await pressAndHear(rig, message, 'Deploy');
    expect(answer.text).toMatch(/shared with another organisation/);
    channel.isExtShared = false;
    expect(putsThatTook(rig)).toBe(puts);
  });

  it('void a plan when the app was changed after it was made, and show a fresh one', async () => {
    const puts = putsThatTook(rig);
    const message = await plan(rig, 'deploy --mem 2500 --now');
    rig.world.marathon.changes.restart('/jenkins');
    await until(() => rig.world.marathon.deployments.length === 0);
    const from = rig.slack.messages.length;
    await press(rig, message, 'Deploy');
    expect((await ending(rig, message)).text).toMatch(/The plan no longer fits/);
    const again = await rig.slack.changed(() =>
      rig.slack.messages.slice(from).find((one) => labels(one).includes('Deploy')),
    );
    await press(rig, again, 'Cancel');
    await ending(rig, again);
    expect(putsThatTook(rig)).toBe(puts);
    expect((await audit(rig)).find((entry) => entry.text.includes('--mem 2500'))).toMatchObject({ outcome: 'refused' });
  });

  // A plan is valid for 10 min: 24 s of this clock. Whichever comes first, timer or press, the truth is told.
  it('expire after ten minutes', { timeout: 60_000 }, async () => {
    const puts = putsThatTook(rig);
    const message = await plan(rig, 'deploy --mem 2600');
    await rig.clock.sleep(10 * 60_000 + 1_000);
    const late = await Promise.race([
      pressAndHear(rig, message, 'Deploy', { stale: true }).then((one) => one.text),
      ending(rig, message).then((one) => one.text),
    ]);
    expect(late).toMatch(/expired/);
    await ending(rig, message, 5_000);
    expect(message.text).toMatch(/This plan has expired/);
    expect(labels(message)).toEqual([]);
    expect(shown(message)).toContain('deploy --mem 2600');
    expect(putsThatTook(rig)).toBe(puts);
  });
});
