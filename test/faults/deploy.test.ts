// `/ci deploy` while its worker is killed or stopped at every step: Marathon's own log says how often it was done.
import type { ChildProcess } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/core/time.js';
import { pressables } from '../../src/playground/slack/workspace.js';
import { isPut, kill, moments } from '../support/killing.js';
import { type Rig, startLongBuild, startRig, until } from '../support/rig.js';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const REAL_MS = 60_000;

/** A build runs, so that the deploy has something to wait for. */
async function withBuildRunning(): Promise<Rig> {
  const started = await startRig({ inProcess: 'bot' });
  rig = started;
  await startLongBuild(started, MINUTE);
  return started;
}

async function deploy(started: Rig, text = 'deploy --mem 3072'): Promise<void> {
  await started.type(text);
  const plan = await started.slack.changed(
    () => started.slack.messages.find((message) => pressables(message).some((button) => button.label === 'Deploy')),
    15_000,
  );
  await started.slack.press({ user: '@ana', channel: '#ci', messageTs: plan.ts, label: 'Deploy' });
}

const outcomes = (started: Rig) =>
  started.slack.messages.filter(
    (message) => message.threadTs === undefined && /Deployed \/jenkins in/.test(message.text),
  );

async function ends(started: Rig): Promise<void> {
  await started.slack.changed(() => outcomes(started).length > 0, 45_000);
  await until(() => !started.world.jenkins.current?.farm.quietingDown, 10_000);
  // Whatever a second run would still do, it does now.
  await new Promise((resolve) => setTimeout(resolve, 500));
}

function expectOnce(started: Rig): void {
  const puts = started.world.servers.marathon.writes.filter((write) => write.method === 'PUT' && write.tookEffect);
  expect(puts).toHaveLength(1);
  expect(outcomes(started)).toHaveLength(1);
  const roots = started.slack.messages.filter(
    (message) => message.threadTs === undefined && message.visibleTo === undefined && message.channelId === 'C0CI',
  );
  expect(roots).toHaveLength(1);
}

describe('a deploy whose worker gets SIGKILL', () => {
  for (const moment of moments) {
    it(`is done once and reported once when killed ${moment.name}`, { timeout: REAL_MS }, async () => {
      const started = await withBuildRunning();
      let worker: ChildProcess = await started.spawnWorker();
      let struck = false;
      moment.arm(started, async () => {
        struck = true;
        await kill(worker);
        void started.spawnWorker().then((next) => {
          worker = next;
        });
      });
      await deploy(started);
      await ends(started);
      expect(struck).toBe(true);
      expectOnce(started);
    });
  }

  it('is done once and reported once when killed twice in succession', { timeout: REAL_MS }, async () => {
    const started = await withBuildRunning();
    let worker = await started.spawnWorker();
    const strike = async () => {
      await kill(worker);
      worker = await started.spawnWorker();
    };
    let deaths = 0;
    started.world.servers.marathon.faults.hooks.before = async (request) => {
      if (!isPut(request) || deaths >= 2) return;
      deaths += 1;
      await strike();
      throw new Error('lost with its client');
    };
    await deploy(started);
    await ends(started);
    expect(deaths).toBe(2);
    expectOnce(started);
  });
});

describe('a deploy whose worker is stopped and wakes up late', () => {
  for (const moment of moments.filter(({ name }) => /write|follows|builds/.test(name))) {
    it(`is done once and reported once when stopped ${moment.name}`, { timeout: REAL_MS }, async () => {
      const started = await withBuildRunning();
      const sleeper = await started.spawnWorker();
      moment.arm(started, async () => {
        sleeper.kill('SIGSTOP');
        await started.spawnWorker();
      });
      await deploy(started);
      await started.slack.changed(
        () => started.world.servers.marathon.writes.some((write) => write.method === 'PUT' && write.tookEffect),
        30_000,
      );
      sleeper.kill('SIGCONT');
      await ends(started);
      expectOnce(started);
    });
  }

  it('is done once when its PUT arrives after that of the worker that took over', { timeout: REAL_MS }, async () => {
    const started = await withBuildRunning();
    const sleeper = await started.spawnWorker();
    let puts = 0;
    let second = () => {};
    const secondApplied = new Promise<void>((resolve) => {
      second = resolve;
    });
    const { hooks } = started.world.servers.marathon.faults;
    hooks.before = async (request) => {
      if (!isPut(request)) return;
      puts += 1;
      if (puts > 1) return;
      sleeper.kill('SIGSTOP');
      await started.spawnWorker();
      await secondApplied;
    };
    hooks.after = (request) => {
      if (isPut(request)) second();
    };
    await deploy(started);
    await started.slack.changed(() => puts > 1, 30_000);
    sleeper.kill('SIGCONT');
    await ends(started);
    expectOnce(started);
  });
});
