// Workers and Redis coming and going: nothing is lost, nothing is done twice, and the person knows.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worker as patientRedis } from '../../src/adapters/redis/connect.js';
import { runningClock } from '../../src/core/time.js';
import { type Rig, startRig, until } from '../support/rig.js';
import { actsIn, ask, audit, change, ending, plan, press, putsThatTook, roots, settle, told } from '../support/talk.js';

let rig: Rig;
let worker: ChildProcess;
beforeAll(async () => {
  // The bot waits a minute before it says that no worker runs: six real seconds here.
  rig = await startRig({ inProcess: 'bot', wall: runningClock(10), slackClock: runningClock() });
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(() => rig.close());

async function redisPid(): Promise<number> {
  const redis = patientRedis(rig.redis.url);
  try {
    return Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
  } finally {
    redis.disconnect();
  }
}

const outcomes = (from: number) =>
  roots(rig)
    .filter((one) => /Deployed \/jenkins in/.test(one.text))
    .slice(from);
const entriesOf = async (text: string) => (await audit(rig)).filter((entry) => entry.text === text);

/** A deploy that is being followed for some seconds yet. */
async function followed(text: string) {
  rig.world.jenkins.setBoot(75_000);
  const message = await plan(rig, text);
  await press(rig, message, 'Deploy');
  await rig.slack.changed(() => /so far\)/.test(message.text), 12_000);
  rig.world.jenkins.setBoot(4_000);
  return message;
}

describe('without a worker', () => {
  it('the bot itself says within a second that it works on it, after a minute that nobody does, and the command is kept', async () => {
    const from = rig.slack.messages.length;
    const typedAt = Date.now();
    await rig.type('where');
    const said = (words: RegExp) =>
      rig.slack.messages.slice(from).some((one) => one.visibleTo === 'U0ANA' && words.test(one.text));
    await rig.slack.changed(() => said(/Working on it/));
    expect(Date.now() - typedAt).toBeLessThan(1_000);
    await rig.slack.changed(() => said(/No worker of Bellboard is running, so nothing has been done yet/), 8_000);
    worker = await rig.spawnWorker();
    await rig.slack.changed(() => said(/The Jenkins controller runs on/), 8_000);
  });
});

describe('a worker that gets SIGTERM in the middle of a deploy', () => {
  it('ends with 0 within 10 s, and another one brings the deploy to its one end', async () => {
    const puts = putsThatTook(rig);
    const before = outcomes(0).length;
    const message = await followed('deploy --mem 2201 --now');
    const next = await rig.spawnWorker();
    const exit = once(worker, 'exit');
    const toldAt = Date.now();
    worker.kill('SIGTERM');
    expect((await exit)[0]).toBe(0);
    expect(Date.now() - toldAt).toBeLessThan(10_000);
    worker = next;
    expect((await ending(rig, message)).text).toMatch(/^Deployed \/jenkins in/);
    await settle();
    expect(putsThatTook(rig)).toBe(puts + 1);
    expect(outcomes(before)).toHaveLength(1);
    expect(await entriesOf('deploy --mem 2201 --now')).toMatchObject([{ outcome: 'succeeded' }]);
  });
});

describe('Redis', () => {
  it('killed in the middle of a deploy comes back with its file: one PUT, one outcome', async () => {
    const puts = putsThatTook(rig);
    const before = outcomes(0).length;
    const message = await followed('deploy --mem 2202 --now');
    process.kill(await redisPid(), 'SIGKILL');
    expect((await ending(rig, message, 20_000)).text).toMatch(/^Deployed \/jenkins in/);
    await settle();
    expect(putsThatTook(rig)).toBe(puts + 1);
    expect(outcomes(before)).toHaveLength(1);
    expect(await entriesOf('deploy --mem 2202 --now')).toMatchObject([{ outcome: 'succeeded' }]);
  });

  it('that hangs: the ack says within a second what is not known, and what comes of it is true', async () => {
    const acts = actsIn(rig, 'set template maximum').length;
    const pid = await redisPid();
    const from = rig.slack.messages.length;
    process.kill(pid, 'SIGSTOP');
    const typedAt = Date.now();
    let answer: string | undefined;
    try {
      await rig.slack.command({ user: '@ana', channel: '#ci', text: 'scale executors 3' });
      answer = (await rig.slack.changed(() => told(rig, 'U0ANA', from)[0])).text;
      expect(Date.now() - typedAt).toBeLessThan(1_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await settle(2_000);
    const done = actsIn(rig, 'set template maximum').length - acts;
    expect(answer).toMatch(/did not answer in time, so it is not known whether this was queued/);
    expect(done).toBe(1);
    expect(roots(rig).filter((one) => /→ 3 executors/.test(one.text))).toHaveLength(1);
    await change(rig, 'scale executors 4');
  });

  it('that is gone: the ack says within a second that nothing was queued and nothing was done', async () => {
    const acts = actsIn(rig).length;
    await rig.redis.stop();
    const typedAt = Date.now();
    const answer = await ask(rig, 'scale executors 5');
    expect(answer.text).toMatch(/Redis.*nothing was queued and nothing was done/);
    expect(Date.now() - typedAt).toBeLessThan(1_000);
    await settle();
    expect(actsIn(rig)).toHaveLength(acts);
  });

  it('that is gone: a mention, a form and the Home tab say so too, and none calls it a bug', async () => {
    const from = rig.slack.messages.length;
    const inThread = (ts = '') => rig.slack.messages.filter((one) => one.threadTs === ts).map(({ text }) => text);
    await rig.slack.mention({ user: '@ana', channel: '#ci', text: 'where' });
    const { ts } = rig.slack.messages[from] ?? {};
    await rig.slack.changed(() => /nothing was queued and nothing was done/.test(inThread(ts).join()));

    const form = () => rig.slack.views.find(({ kind, open }) => kind === 'modal' && open);
    await rig.slack.people.shortcut({ user: '@ana', channel: '#ci', messageTs: ts ?? '' });
    const { id: viewId } = await rig.slack.changed(form);
    await rig.slack.screens.submitView({ user: '@ana', viewId });
    expect(JSON.stringify(form()?.view)).toContain('nothing was queued and nothing was done');

    await rig.slack.screens.openHome('@ana');
    const home = () => JSON.stringify(rig.slack.views.find(({ id }) => id === 'VHOMEU0ANA')?.view ?? {});
    await rig.slack.changed(() => home().includes('Redis did not answer, so there is nothing to show.'));
    expect(JSON.stringify([rig.slack.messages.slice(from), form()?.view, home()])).not.toContain('bug in the bot');
  });

  it('that is gone keeps neither bot nor worker from stopping within 10 s', async () => {
    const exit = once(worker, 'exit');
    const toldAt = Date.now();
    worker.kill('SIGTERM');
    await rig.running.stop();
    expect((await exit)[0]).toBe(0);
    expect(Date.now() - toldAt).toBeLessThan(10_000);
  });
});
