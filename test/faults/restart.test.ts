// `/ci restart` while its worker is killed or stopped around its one write, which leaves no label: Marathon's own log says
// how often it was done.
import { afterEach, describe, expect, it } from 'vitest';
import { pressables } from '../../src/playground/slack/workspace.js';
import { isRestart, kill, momentsOf } from '../support/killing.js';
import { type Rig, startRig, until } from '../support/rig.js';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const REAL_MS = 60_000;
const DONE = /Restarted \/jenkins in/;
const moments = momentsOf(isRestart, DONE).filter(({ name }) => /write|follows|outcome/.test(name));

async function begun(): Promise<Rig> {
  // A cold worker on a busy machine must have real seconds for its plan.
  const started = await startRig({ inProcess: 'bot', speed: 12 });
  rig = started;
  await until(() => started.world.marathon.deployments.length === 0);
  return started;
}

async function restart(started: Rig): Promise<void> {
  await started.type('restart --now');
  const plan = await started.slack.changed(
    () => started.slack.messages.find((message) => pressables(message).some(({ label }) => label === 'Restart')),
    15_000,
  );
  await started.slack.press({ user: '@ana', channel: '#ci', messageTs: plan.ts, label: 'Restart' });
}

const outcomes = (started: Rig) =>
  started.slack.messages.filter(({ threadTs, text }) => threadTs === undefined && DONE.test(text));

async function endsOnce(started: Rig): Promise<void> {
  await started.slack.changed(() => outcomes(started).length > 0, 45_000);
  // Whatever a second run would still do, it does now.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(started.world.servers.marathon.writes.filter((write) => isRestart(write) && write.tookEffect)).toHaveLength(1);
  expect(outcomes(started)).toHaveLength(1);
}

describe('a restart whose worker gets SIGKILL', () => {
  for (const moment of moments) {
    it(`is done once and reported once when killed ${moment.name}`, { timeout: REAL_MS }, async () => {
      const started = await begun();
      const worker = await started.spawnWorker();
      let struck = false;
      moment.arm(started, async () => {
        struck = true;
        await kill(worker);
        void started.spawnWorker();
      });
      await restart(started);
      await endsOnce(started);
      expect(struck).toBe(true);
    });
  }
});

describe('a restart whose worker is stopped and wakes up late', () => {
  it('is done once: what the one that took over has done is not sent again', { timeout: REAL_MS }, async () => {
    const started = await begun();
    const sleeper = await started.spawnWorker();
    let slept = false;
    // At the look before the write, which both workers take.
    started.world.servers.marathon.faults.hooks.answered = async (request) => {
      const text = started.slack.messages.some(({ text }) => /sending the change to Marathon/.test(text));
      if (slept || request.method !== 'GET' || !text) return;
      slept = true;
      sleeper.kill('SIGSTOP');
      await started.spawnWorker();
    };
    await restart(started);
    await started.slack.changed(() => outcomes(started).length > 0, 45_000);
    sleeper.kill('SIGCONT');
    await endsOnce(started);
  });
});
