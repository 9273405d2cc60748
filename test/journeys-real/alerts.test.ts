// The alert journey in one piece: a simulated cluster in which something breaks, and what people see of it and can do.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cause } from '../../src/playground/incidents/index.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig, until } from '../support/rig.js';
import { ask, audit, deploy, press, pressAndHear, shown } from '../support/talk.js';

const CHANNEL = 'C0CIALERTS';
const PATIENCE_MS = 20_000;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ env: { ALERT_CHANNEL: CHANNEL, ONCALL_MENTION: 'S0CIOPS' } });
  await until(() => rig.world.marathon.deployments.length === 0);
  await baseline(rig);
});
afterAll(() => rig.close());

/** Until the first look has been taken, what happens is what was there before. */
const baseline = (one: Rig) => ask(one, 'where').then((answer) => expect(shown(answer)).toContain('watching since'));

const inChannel = () =>
  rig.slack.messages.filter((one) => one.channelId === CHANNEL && !one.deleted && one.visibleTo === undefined);
const alerts = (): SlackMessage[] => inChannel().filter((one) => one.threadTs === undefined);
const thread = (root: SlackMessage): SlackMessage[] => inChannel().filter((one) => one.threadTs === root.ts);
const story = (root: SlackMessage): string => [root, ...thread(root)].map(shown).join('\n');
const last = (): SlackMessage => {
  const root = alerts().at(-1);
  if (root === undefined) throw new Error('nothing rang');
  return root;
};
const labels = (message: SlackMessage) => pressables(message).map(({ label }) => label);
const becomes = (root: SlackMessage, words: RegExp) => until(() => words.test(story(root)), PATIENCE_MS);

/** Breaks something and answers with the alert it rings. */
async function breaks(incident: string): Promise<SlackMessage> {
  const from = alerts().length;
  cause(rig.world, incident);
  await until(() => alerts().length > from, PATIENCE_MS);
  return last();
}

describe('a controller that ran out of memory', () => {
  it('rings once, says why, and is followed until it is back', { timeout: 60_000 }, async () => {
    const root = await breaks('out of memory');
    await becomes(root, /is back after .*out of memory/);
    await becomes(root, /java\.lang\.OutOfMemoryError/);
    await becomes(root, /Jenkins answers, version/);
    await becomes(root, /registered with Mesos as .Jenkins Scheduler/);
    expect(alerts()).toHaveLength(1);
    expect(labels(root)).toEqual(['Logs']);
    expect(story(root)).toMatch(/the controller ended on 192\.168\.3\.25: out of memory/);
    expect(story(root)).toMatch(/runs again on/);
    expect(story(root)).toMatch(/healthy on/);
  });

  it('answers for its logs to whoever presses, privately', async () => {
    const answer = await pressAndHear(rig, last(), 'Logs', { user: '@dev' });
    expect(shown(answer)).toMatch(/OutOfMemoryError/);
    expect(answer.visibleTo).toBe('U0DEV');
    expect(shown(last())).toMatch(/is back after/);
  });

  it('is on the board, and counted', async () => {
    expect(shown(await ask(rig, 'alerts'))).toMatch(/Nothing rings now.*A1.*is back after/s);
    expect(shown(await ask(rig, 'where'))).toMatch(/1 unasked end, watching since/);
    expect(shown(await ask(rig, 'status'))).toMatch(/none open/);
  });
});

describe('an alert that is open', () => {
  it('is taken in hand by one who may, and by nobody else', { timeout: 60_000 }, async () => {
    rig.world.jenkins.failGitPush(true);
    rig.world.jenkins.changeConfig();
    await until(() => alerts().length === 2, PATIENCE_MS);
    const root = last();
    expect(root.text).toMatch(/does not save its configuration in git/);

    const refusal = await pressAndHear(rig, root, 'Acknowledge', { user: '@dev' });
    expect(refusal.text).toMatch(/operators/);
    expect(labels(root)).toContain('Acknowledge');

    await press(rig, root, 'Acknowledge', { deliveries: 3 });
    await becomes(root, /<@U0ANA> looks after A2/);
    await until(() => /acknowledged by <@U0ANA>/.test(shown(root)), PATIENCE_MS);
    expect(labels(root)).not.toContain('Acknowledge');
    expect(thread(root).filter((one) => /looks after A2/.test(one.text))).toHaveLength(1);
    expect((await audit(rig)).filter(({ command }) => command === 'ack')).toHaveLength(1);
  });

  it('is silenced with a button, and says by whom and until when', { timeout: 60_000 }, async () => {
    const root = last();
    await press(rig, root, 'Silence 1 h');
    await until(() => /silenced by <@U0ANA> until/.test(shown(root)), PATIENCE_MS);
    expect(shown(root)).toMatch(/:no_bell:/);
    expect(labels(root)).not.toContain('Silence 1 h');
    expect(shown(await ask(rig, 'alerts'))).toMatch(/1 alert is open.*A2.*silenced by <@U0ANA>/s);
  });

  it('ends when all is well on two looks', { timeout: 60_000 }, async () => {
    const root = last();
    rig.world.jenkins.failGitPush(false);
    rig.world.jenkins.changeConfig();
    await becomes(root, /:large_green_circle: \*Jenkins saves its configuration in git again/);
    expect(labels(root)).toEqual([]);
  });
});

describe('what was asked for rings nothing', () => {
  it('a deploy of ours', { timeout: 60_000 }, async () => {
    const before = alerts().length;
    const ended = await deploy(rig, 'deploy --mem 3072 --now');
    expect(ended.text).toMatch(/Deployed/);
    cause(rig.world, 'restart elsewhere');
    await until(() => rig.world.marathon.deployments.length > 0);
    await until(() => rig.world.marathon.deployments.length === 0, PATIENCE_MS);
    await ask(rig, 'status');
    expect(alerts()).toHaveLength(before);
  });
});

describe('an alert channel that takes nothing', () => {
  it('is told to everybody who asks anything, and the alert comes when the bot is invited again', {
    timeout: 90_000,
  }, async () => {
    const before = alerts().length;
    const channel = rig.slack.directory.channels.get(CHANNEL);
    channel?.members.delete(rig.slack.directory.bot.id);
    cause(rig.world, 'kill controller');
    const fault = async () => shown(await ask(rig, 'alerts'));
    const isRefused = () => rig.slack.callsOf('chat.postMessage').some(({ error }) => error === 'not_in_channel');
    await until(isRefused, PATIENCE_MS);
    expect(await fault()).toMatch(/Alerts cannot be posted in <#C0CIALERTS> since .*not_in_channel/);
    const admin = `http://127.0.0.1:${rig.running.adminPort}`;
    const ready = (await (await fetch(`${admin}/readyz`)).json()) as Record<string, { ok: boolean; detail: string }>;
    expect(ready['alerts']).toMatchObject({ ok: false, detail: expect.stringContaining('not_in_channel') });
    expect(await (await fetch(`${admin}/metrics`)).text()).toMatch(/^bellboard_alert_channel_up 0$/m);

    channel?.members.add(rig.slack.directory.bot.id);
    await until(() => alerts().length > before, 45_000);
    expect(
      alerts()
        .slice(before)
        .map(({ text }) => text),
    ).toEqual([expect.stringMatching(/^Jenkins controller is back/)]);
    expect(await fault()).not.toMatch(/cannot be posted/);
    expect(await (await fetch(`${admin}/metrics`)).text()).toMatch(/^bellboard_alert_seconds_count [1-9]/m);
  });
});
