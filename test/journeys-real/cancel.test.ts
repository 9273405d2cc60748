// `/ci cancel` over the whole rig: what waits, what runs, what others started, and nothing at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../src/core/time.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { type Rig, startLongBuild, startRig, until } from '../support/rig.js';
import { actsIn, ask, audit, change, ending, plan, press, putsThatTook, roots, settle } from '../support/talk.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(() => rig.close());

/** A build on the controller itself that takes until the test ends it. */
const longBuild = () => startLongBuild(rig, HOUR);

const controllerUp = () => rig.world.marathon.deployments.length === 0 && rig.world.jenkins.current?.phase === 'up';
const isQuiet = () => rig.world.jenkins.current?.farm.quietingDown === true;
const entryOf = async (text: string) => (await audit(rig)).filter((entry) => entry.text === text);

describe('cancel', () => {
  it('with nothing to cancel says so and records that it was refused', async () => {
    const root = await change(rig, 'cancel');
    expect(root.text).toMatch(/Nothing waits or runs that could be cancelled/);
    expect(await entryOf('cancel')).toMatchObject([{ outcome: 'refused' }]);
  });

  it('ends a deploy that waits for builds; Jenkins builds on and Marathon heard nothing', async () => {
    const puts = putsThatTook(rig);
    await longBuild();
    const message = await plan(rig, 'deploy --mem 2101');
    await press(rig, message, 'Deploy');
    await rig.slack.changed(() => /waiting for a build to end.*housekeeping/s.test(message.text), 12_000);
    expect(isQuiet()).toBe(true);
    const stop = await change(rig, 'cancel');
    expect(stop.text).toMatch(/deploy --mem 2101 by @U0ANA has been asked to stop/);
    await ending(rig, message);
    expect(message.text).toMatch(/Cancelled by @U0ANA while waiting for builds. Nothing was changed/);
    expect(isQuiet()).toBe(false);
    expect(actsIn(rig, 'cancelQuietDown')).toHaveLength(1);
    expect(putsThatTook(rig)).toBe(puts);
    expect(await entryOf('deploy --mem 2101')).toMatchObject([{ outcome: 'cancelled', wrote: false }]);
    rig.world.jenkins.finishBuild('housekeeping');
  });

  it('takes a waiting change out of the queue without touching the running one', async () => {
    await longBuild();
    const message = await plan(rig, 'deploy --mem 2102');
    await press(rig, message, 'Deploy');
    await rig.slack.changed(() => /waiting for a build to end/.test(message.text), 12_000);
    const acts = actsIn(rig, 'set template maximum').length;
    await rig.slack.command({ user: '@ana', channel: '#ops-private', text: 'scale executors 8' });
    const listed = await change(rig, 'cancel');
    expect(listed.text).toMatch(/There are 2 things to cancel.*Say which: .*scale executors 8/);
    const id = /cancel (\w+) \(scale executors 8\)/.exec(listed.text)?.[1];
    const dropped = await change(rig, `cancel ${id}`);
    expect(dropped.text).toMatch(/scale executors 8 by @U0ANA is cancelled: it had not begun/);
    rig.world.jenkins.finishBuild('housekeeping');
    expect((await ending(rig, message)).text).toMatch(/^Deployed \/jenkins in/);
    await until(() =>
      rig.slack.messages.some(
        (one) => one.channelId === 'C0OPS' && /Left the queue, nothing was changed. Taken out by @U0ANA/.test(one.text),
      ),
    );
    await settle(200);
    expect(actsIn(rig, 'set template maximum')).toHaveLength(acts);
    expect(await entryOf('scale executors 8')).toMatchObject([{ outcome: 'cancelled', channelId: 'C0OPS' }]);
    await until(controllerUp);
  });

  it('rolls back a deploy that Marathon carries out already', async () => {
    const puts = putsThatTook(rig);
    const before = rig.world.marathon.app('/jenkins').definition['mem'];
    rig.world.jenkins.setBoot(150_000);
    const message = await plan(rig, 'deploy --mem 2103 --now');
    await press(rig, message, 'Deploy');
    await rig.slack.changed(() => /so far\)/.test(message.text), 12_000);
    await change(rig, 'cancel');
    rig.world.jenkins.setBoot(4_000);
    await ending(rig, message);
    expect(message.text).toMatch(/Deploy of \/jenkins cancelled by @U0ANA.*going back to the version before/);
    expect(putsThatTook(rig)).toBe(puts + 1);
    const deletes = rig.world.servers.marathon.writes.filter((write) => write.method === 'DELETE' && write.tookEffect);
    expect(deletes).toHaveLength(1);
    expect(await entryOf('deploy --mem 2103 --now')).toMatchObject([{ outcome: 'cancelled', wrote: true }]);
    await until(controllerUp);
    expect(rig.world.marathon.app('/jenkins').definition['mem']).toBe(before);
  });

  describe('of a deployment made elsewhere', () => {
    /** Without offers it cannot end before it is cancelled, however busy this machine is. */
    const theirs = () => {
      rig.world.cluster.withholdOffers(true);
      rig.world.marathon.changes.restart('/jenkins');
      return rig.world.marathon.deployments[0]?.id;
    };
    const asked = async (): Promise<SlackMessage> => {
      const from = rig.slack.messages.length;
      await rig.slack.command({ user: '@ana', channel: '#ci', text: 'cancel' });
      return rig.slack.changed(
        () =>
          rig.slack.messages.slice(from).find((one) => pressables(one).some(({ label }) => label === 'Leave as is')),
        12_000,
      );
    };
    const said = (words: RegExp) => rig.slack.changed(() => roots(rig).find(({ text }) => words.test(text)), 12_000);

    it('asks first, then rolls it back and names it', async () => {
      const id = theirs();
      const question = await asked();
      expect(question.text).toMatch(
        new RegExp(`^Marathon deployment ${id} of /jenkins: step .*Nothing was cancelled yet`),
      );
      expect(rig.world.marathon.deployments.map((deployment) => deployment.id)).toEqual([id]);
      await press(rig, question, 'Roll back');
      await said(new RegExp(`Marathon deployment ${id} is being rolled back`));
      rig.world.cluster.withholdOffers(false);
      await until(controllerUp);
    });

    it('leaves it where it stands when that is wanted', async () => {
      const id = theirs();
      await press(rig, await asked(), 'Leave as is');
      await said(new RegExp(`Marathon deployment ${id} is forgotten where it stood`));
      expect(rig.world.marathon.deployments).toEqual([]);
      expect(await entryOf(`cancel ${id} --leave`)).toMatchObject([
        { outcome: 'succeeded', understood: { id, how: 'leave' } },
      ]);
      rig.world.cluster.withholdOffers(false);
      await until(controllerUp);
    });
  });

  it('refuses whom no rule names, and does nothing', async () => {
    expect((await ask(rig, 'cancel', { user: '@dev' })).text).toMatch(/You may not cancel/);
  });
});
