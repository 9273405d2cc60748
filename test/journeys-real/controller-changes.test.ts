// The controller's app restarted, rolled back, suspended and resumed over the whole rig: plan, press, outcome, one write,
// and an alert channel that hears nothing of what was asked for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cause } from '../../src/playground/incidents/index.js';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig, until } from '../support/rig.js';
import { ask, audit, ending, press, pressAndHear, settle, shown } from '../support/talk.js';

const CHANNEL = 'C0CIALERTS';
const PATIENCE_MS = 20_000;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ env: { ALERT_CHANNEL: CHANNEL } });
  await until(() => rig.world.marathon.deployments.length === 0);
  // Until the first look has been taken, what happens is what was there before.
  expect(shown(await ask(rig, 'where'))).toContain('watching since');
});
afterAll(() => rig.close());

const labels = (message: SlackMessage) => pressables(message).map(({ label }) => label);
const rang = () => rig.slack.messages.filter((one) => one.channelId === CHANNEL && one.threadTs === undefined);
const app = () => rig.world.marathon.app('/jenkins');
const taskId = () => app().instances.find((one) => one.taskState === 'TASK_RUNNING')?.taskId;
/** Writes that Marathon took. */
const writes = () =>
  rig.world.servers.marathon.writes
    .filter(({ tookEffect }) => tookEffect)
    .map(({ method, path }) => `${method} ${path}`);

/** Types a command and answers with its plan, once that has its button. */
async function plan(text: string, label: string): Promise<SlackMessage> {
  const from = rig.slack.messages.length;
  await rig.type(text);
  return rig.slack.changed(
    () => rig.slack.messages.slice(from).find((one) => labels(one).includes(label)),
    PATIENCE_MS,
  );
}

async function done(text: string, label: string): Promise<SlackMessage> {
  const message = await plan(text, label);
  await press(rig, message, label);
  return ending(rig, message, PATIENCE_MS);
}

describe('restart', () => {
  it('shows its plan, restarts once when pressed thrice, and says when Jenkins is really back', {
    timeout: 60_000,
  }, async () => {
    const [before, sent] = [taskId(), writes().length];
    const message = await plan('restart --now', 'Restart');
    expect(shown(message)).toMatch(/Restart of \/jenkins: the controller on .* is stopped, and a new one is started/);
    await press(rig, message, 'Restart', { deliveries: 3 });
    expect((await ending(rig, message, PATIENCE_MS)).text).toMatch(/^Restarted \/jenkins in .*It runs on/);
    expect(writes().slice(sent)).toEqual(['POST /v2/apps/jenkins/restart']);
    expect(taskId()).not.toBe(before);
    expect((await audit(rig))[0]).toMatchObject({ command: 'restart', outcome: 'succeeded', userId: 'U0ANA' });
    const late = await pressAndHear(rig, message, 'Restart', { stale: true });
    expect(late.text).toMatch(/is over, started by @U0ANA.*Restarted/);
    await settle();
    expect(writes().slice(sent)).toHaveLength(1);
    expect(rang()).toEqual([]);
  });
});

describe('rollback', () => {
  it('goes back to the definition before with one PUT of its version', { timeout: 90_000 }, async () => {
    const first = String(app().definition['version']);
    const mem = app().definition['mem'];
    expect((await done('deploy --mem 3072 --now', 'Deploy')).text).toMatch(/^Deployed/);
    const sent = rig.world.servers.marathon.writes.length;
    const message = await plan('rollback --now', 'Roll back');
    expect(shown(message)).toMatch(/Rollback of \/jenkins to version .*1 change/);
    expect(shown(message)).toContain(`mem: 3072 → ${mem}`);
    expect(shown(message)).toMatch(/\(now\).*by <@U0ANA>/);
    await press(rig, message, 'Roll back');
    expect((await ending(rig, message, PATIENCE_MS)).text).toMatch(/^Rolled \/jenkins back to .*It runs on/);
    expect(rig.world.servers.marathon.writes.slice(sent)).toMatchObject([
      { method: 'PUT', path: '/v2/apps/jenkins', body: JSON.stringify({ version: first }), status: 200 },
    ]);
    expect(app().definition['mem']).toBe(mem);
    expect(shown(await ask(rig, 'where'))).toMatch(/by <@U0ANA> \(rollback\)/);
    await settle();
    expect(rang()).toEqual([]);
  });

  it('to what runs already is nothing to do, and nothing is sent', async () => {
    const sent = writes().length;
    const answer = await ask(rig, `rollback ${String(app().definition['version'])}`);
    expect(answer.text).toMatch(/already runs what version .* says; there is nothing to roll back/);
    expect(writes()).toHaveLength(sent);
  });
});

describe('suspend and resume', () => {
  it('stop the controller, keep the alerts quiet, and start it again', { timeout: 120_000 }, async () => {
    const sent = rig.world.servers.marathon.writes.length;
    const message = await plan('suspend --now', 'Suspend');
    expect(shown(message)).toMatch(/No CI until/);
    await press(rig, message, 'Suspend');
    expect((await ending(rig, message, PATIENCE_MS)).text).toMatch(/^Suspended \/jenkins in .*no CI until resume/);
    expect(taskId()).toBeUndefined();
    expect((await ask(rig, 'where')).text).toMatch(/\/jenkins is suspended: 0 instances.*resume starts it/);
    expect(shown(await ask(rig, 'status'))).toMatch(/suspended/);
    expect((await ask(rig, 'suspend')).text).toMatch(/suspended already/);
    // Longer than any alert waits that needs no Jenkins to ring.
    await rig.clock.sleep(5 * 60_000);
    expect(rang()).toEqual([]);

    expect((await done('resume', 'Resume')).text).toMatch(/^Resumed \/jenkins in .*It runs on/);
    expect((await ask(rig, 'resume')).text).toMatch(/is not suspended/);
    expect(rig.world.servers.marathon.writes.slice(sent)).toMatchObject([
      { method: 'PUT', body: '{"instances":0}', status: 200 },
      { method: 'PUT', body: '{"instances":1}', status: 200 },
    ]);
    await settle();
    expect(rang()).toEqual([]);
    expect(shown(await ask(rig, 'alerts'))).toMatch(/Nothing rings now/);
  });
});

describe('a restart of ours that does not come up', () => {
  it('says so in its own message, and no alert rings for its deployment', { timeout: 120_000 }, async () => {
    rig.world.cluster.withholdOffers(true);
    const message = await plan('restart --now', 'Restart');
    await press(rig, message, 'Restart');
    expect((await ending(rig, message, 60_000)).text).toMatch(
      /^Restart of \/jenkins failed after .*the new task never started/,
    );
    // Past the time a deployment of somebody else would ring after.
    await rig.clock.sleep(4 * 60_000);
    expect(rang()).toEqual([]);
    rig.world.cluster.withholdOffers(false);
    await until(() => rig.world.marathon.deployments.length === 0, PATIENCE_MS);
  });
});

describe('an end of the controller that our last change may have brought', () => {
  it('offers the way back, which shows its plan first', { timeout: 120_000 }, async () => {
    expect((await done('deploy --mem 3333 --now', 'Deploy')).text).toMatch(/^Deployed/);
    rig.world.jenkins.setBoot(600_000);
    cause(rig.world, 'out of memory');
    const alert = await rig.slack.changed(() => rang()[0], PATIENCE_MS);
    await rig.slack.changed(() => labels(alert).includes('Roll back'), PATIENCE_MS);
    const from = rig.slack.messages.length;
    await press(rig, alert, 'Roll back');
    const message = await rig.slack.changed(
      () => rig.slack.messages.slice(from).find((one) => labels(one).includes('Cancel')),
      PATIENCE_MS,
    );
    expect(shown(message)).toMatch(/Rollback of \/jenkins to version/);
    rig.world.jenkins.setBoot(4_000);
    await press(rig, message, 'Roll back');
    expect((await ending(rig, message, PATIENCE_MS)).text).toMatch(/^Rolled \/jenkins back to/);
    await rig.slack.changed(() => /:large_green_circle:/.test(shown(alert)), PATIENCE_MS);
    expect(labels(alert)).not.toContain('Roll back');
    // Beside it stands the rollback's own message, where it was asked for.
    expect(rang().filter((one) => /:(red|large_green)_circle: \*/.test(shown(one)))).toEqual([alert]);
  });
});
