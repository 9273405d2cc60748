// One change runs at a time: those behind it see their place, see it move, and may leave.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../src/core/time.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { type Rig, startLongBuild, startRig, until } from '../support/rig.js';
import { actsIn, audit, change, ending, plan, press, pressAndHear, settle } from '../support/talk.js';

let rig: Rig;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bb-policy-'));
  writeFileSync(join(folder, 'policy.yaml'), 'roles:\n  operators: [U0ANA, U0LEE]\n');
  rig = await startRig({ speed: 15, env: { POLICY_FILE: join(folder, 'policy.yaml') } });
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

const labels = (message: SlackMessage) => pressables(message).map((button) => button.label);
const says = (message: SlackMessage, words: RegExp) => rig.slack.changed(() => words.test(message.text), 12_000);

/** Types a change and answers with the message that tells its place. */
async function waits(text: string, user: string): Promise<SlackMessage> {
  const from = rig.slack.messages.length;
  await rig.slack.command({ user, channel: '#ci', text });
  return rig.slack.changed(
    () => rig.slack.messages.slice(from).find((one) => /waits for its turn: number/.test(one.text)),
    12_000,
  );
}

/** A deploy of Ana's that waits for a build until the test ends that. */
async function holdUp(mem: number): Promise<SlackMessage> {
  await startLongBuild(rig, HOUR);
  const message = await plan(rig, `deploy --mem ${mem}`);
  await press(rig, message, 'Deploy');
  await says(message, /waiting for a build to end/);
  return message;
}

describe('the queue people see', () => {
  it('tells places and usual times, moves up, is left by those who may, and ends in the message that waited', async () => {
    for (const count of [3, 4, 5]) await change(rig, `scale executors ${count}`);
    const acts = actsIn(rig, 'set template maximum').length;
    const first = await holdUp(2101);
    const second = await waits('scale executors 8', '@ana');
    expect(second.text).toMatch(
      /scale executors 8 waits for its turn: number 1 in the queue, behind deploy --mem 2101 of/,
    );
    const third = await waits('scale executors 9', '@lee');
    expect(third.text).toMatch(/number 2 in the queue, behind deploy.*, scale executors 8 of @U0ANA \(usually \d+ s\)/);
    expect([labels(second), labels(third)]).toEqual([['Leave the queue'], ['Leave the queue']]);

    expect((await pressAndHear(rig, second, 'Leave the queue', { user: '@dev' })).text).toMatch(
      /^Only @U0ANA, who asked, and whoever may cancel can take this out/,
    );
    await press(rig, second, 'Leave the queue', { deliveries: 2 });
    expect((await ending(rig, second)).text).toBe('Left the queue, nothing was changed. Taken out by @U0ANA.');
    await says(third, /number 1 in the queue, behind deploy --mem 2101 of @U0ANA$/);
    expect((await audit(rig)).filter((entry) => entry.text === 'scale executors 8')).toMatchObject([
      { outcome: 'cancelled', userId: 'U0ANA' },
    ]);

    rig.world.jenkins.finishBuild('housekeeping');
    expect((await ending(rig, first)).text).toMatch(/^Deployed \/jenkins in/);
    expect((await ending(rig, third)).text).toMatch(/→ 9 executors/);
    expect((await pressAndHear(rig, second, 'Leave the queue', { stale: true })).text).toMatch(
      /is over: Left the queue, nothing was changed/,
    );
    await settle();
    expect(actsIn(rig, 'set template maximum')).toHaveLength(acts + 1);
    expect((await audit(rig)).filter((entry) => entry.text === 'scale executors 8')).toHaveLength(1);
    expect(rig.slack.messages.filter((one) => one.threadTs === third.ts)).toEqual([]);
  });

  it('tells a confirmed plan its place, and a press on the way out that comes too late stops nothing', async () => {
    const first = await holdUp(2103);
    const second = await plan(rig, 'deploy --mem 2104', { user: '@lee' });
    await press(rig, second, 'Deploy', { user: '@lee' });
    await says(second, /confirmed by @U0LEE, number 1 in the queue, behind deploy --mem 2103 of @U0ANA/);
    expect(labels(second)).toEqual(['Leave the queue']);
    const third = await waits('scale executors 10', '@ana');
    rig.world.jenkins.finishBuild('housekeeping');
    await ending(rig, first);
    // What it was made from is another app by now.
    expect((await ending(rig, second)).text).toMatch(/^The plan no longer fits/);
    expect((await ending(rig, third)).text).toMatch(/→ 10 executors/);
    expect((await pressAndHear(rig, third, 'Leave the queue', { stale: true })).text).toMatch(
      /is over: .*10 executors/,
    );
  });
});
