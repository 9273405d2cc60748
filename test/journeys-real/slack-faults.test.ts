// Slack refusing, slow and losing answers: one message, or a repeat that says it may be one; never an act unseen.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig, until } from '../support/rig.js';
import { actsIn, ask, audit, change, putsThatTook, roots, settle, shown } from '../support/talk.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(() => rig.close());

const TEMPLATE = 'set template maximum';
const posts = () => rig.slack.callsOf('chat.postMessage');

describe('a channel the bot is not in', () => {
  it('gets answers to questions', async () => {
    expect((await ask(rig, 'where', { channel: '#random' })).text).toMatch(/controller runs on/);
  });

  it('gets no change: nothing is done, and the asker hears how to invite', async () => {
    const acts = actsIn(rig).length;
    const answer = await ask(rig, 'scale executors 3', { channel: '#random' });
    expect(answer.text).toMatch(/I am not in this channel.*\/invite @\w+.*Nothing was done/);
    expect(actsIn(rig)).toHaveLength(acts);
    expect((await audit(rig)).filter((entry) => entry.outcome === 'succeeded')).toEqual([]);
  });

  it('gets no plan either', async () => {
    const puts = putsThatTook(rig);
    const answer = await ask(rig, 'deploy --mem 2111', { channel: '#random' });
    expect(answer.text).toMatch(/I am not in this channel.*Nothing was done/);
    expect(putsThatTook(rig)).toBe(puts);
  });

  it('that Slack does not find at all is answered alike', async () => {
    const acts = actsIn(rig).length;
    rig.slack.fault('chat.postMessage', { kind: 'error', code: 'channel_not_found' });
    const answer = await ask(rig, 'scale executors 3');
    expect(answer.text).toMatch(/I cannot see this channel.*Nothing was done/);
    expect(actsIn(rig)).toHaveLength(acts);
  });
});

describe('a change while Slack', () => {
  it('answers 500 is begun only when its message stands, and is done once', async () => {
    const acts = actsIn(rig, TEMPLATE).length;
    rig.slack.fault('chat.postMessage', { kind: 'status', status: 500 }, 2);
    const root = await change(rig, 'scale executors 4');
    expect(shown(root)).toMatch(/→ \*4 executors\*/);
    expect(actsIn(rig, TEMPLATE)).toHaveLength(acts + 1);
  });

  // Slack's pause is real time here, and a change gives up unbegun after 10 min of a clock that runs 25 times as fast.
  it('pauses it (429) waits as long as told, while private answers still come', { timeout: 60_000 }, async () => {
    const acts = actsIn(rig, TEMPLATE).length;
    rig.slack.fault('chat.postMessage', { kind: 'rate-limit', retryAfterSeconds: 8 });
    const pausedFrom = Date.now();
    const refused = posts().length;
    const ended = change(rig, 'scale executors 5', { withinMs: 30_000 });
    await rig.slack.changed(() => posts().length > refused);
    expect((await ask(rig, 'where')).text).toMatch(/controller runs on/);
    expect(actsIn(rig, TEMPLATE)).toHaveLength(acts);
    await ended;
    expect(Date.now() - pausedFrom).toBeGreaterThan(7_900);
    expect(posts()).toHaveLength(refused + 2);
    expect(actsIn(rig, TEMPLATE)).toHaveLength(acts + 1);
  });

  it('takes the message and loses the answer stands once, or twice with a word that it may repeat', {
    timeout: 60_000,
  }, async () => {
    const acts = actsIn(rig, TEMPLATE).length;
    const before = roots(rig).length;
    rig.slack.fault('chat.postMessage', { kind: 'timeout-after' });
    await rig.slack.command({ user: '@ana', channel: '#ci', text: 'scale executors 6' });
    // Our call to Slack times out after 10 s of real time.
    const told = await rig.slack.changed(() => roots(rig).find((one) => /→ \*6 executors\*/.test(shown(one))), 30_000);
    await settle();
    const mine = roots(rig).slice(before);
    expect(mine.length).toBeLessThanOrEqual(2);
    expect(mine.at(-1)?.ts).toBe(told.ts);
    const marked = mine.filter((one) => /May repeat/.test(JSON.stringify([one.blocks, one.history])));
    expect(marked.map((one) => one.ts)).toEqual(mine.slice(1).map((one) => one.ts));
    expect(actsIn(rig, TEMPLATE)).toHaveLength(acts + 1);
  });
});

describe('a mention that is refused while Slack', () => {
  it.each<[string, Fault]>([
    ['answers 500', { kind: 'status', status: 500 }],
    ['pauses it (429)', { kind: 'rate-limit', retryAfterSeconds: 1 }],
    ['loses it', { kind: 'timeout-before' }],
  ])('%s is answered in the end', { timeout: 40_000 }, async (_what, fault) => {
    rig.slack.fault('chat.postMessage', fault);
    await rig.slack.mention({ user: '@ana', channel: '#ci', text: 'wher' });
    const ts = rig.slack.messages.findLast(({ authorId }) => authorId === 'U0ANA')?.ts;
    await rig.slack.changed(
      () => rig.slack.messages.find((one) => one.threadTs === ts && /No command/.test(one.text)),
      30_000,
    );
  });
});
