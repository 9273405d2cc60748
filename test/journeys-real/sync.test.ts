// SCM sync and Jenkins' own switches over the whole rig: what is typed, what Jenkins and git did, and what was said of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pressables, type SlackMessage } from '../../src/playground/slack/workspace.js';
import { type Rig, startLongBuild, startRig, until } from '../support/rig.js';
import { actsIn, ask, audit, change, ending, press, shown } from '../support/talk.js';

const PATIENCE_MS = 40_000;

let rig: Rig;
beforeAll(async () => {
  // Slow enough for scripts to answer in time on a busy machine.
  rig = await startRig({ jenkins: 'old', speed: 10 });
  await until(() => rig.world.marathon.deployments.length === 0);
});
afterAll(() => rig.close());

const labels = (message: SlackMessage) => pressables(message).map(({ label }) => label);
const controller = () => {
  const { current } = rig.world.jenkins;
  if (current === undefined) throw new Error('no controller');
  return current;
};
const head = () => rig.world.jenkins.repository.head;

const changed = (text: string) => change(rig, text, { withinMs: PATIENCE_MS });

async function done(text: string, label: string): Promise<SlackMessage> {
  const from = rig.slack.messages.length;
  await rig.type(text);
  const message = await rig.slack.changed(
    () => rig.slack.messages.slice(from).find((one) => labels(one).includes(label)),
    PATIENCE_MS,
  );
  await press(rig, message, label);
  return ending(rig, message, PATIENCE_MS);
}

describe('a change of the configuration', () => {
  it('is followed until git has it, and its message names the commit', { timeout: 90_000 }, async () => {
    const root = await changed('scale executors 5');
    expect(root.text).toMatch(/2 → 5 executors.*Saved in git \d+ s later, commit [0-9a-f]{7}\.$/);
    expect(root.text).toContain(head().hash.slice(0, 7));
    expect(head().config.templates[0]?.maxExecutors).toBe(5);
    expect((await audit(rig))[0]).toMatchObject({ command: 'scale', outcome: 'succeeded', summary: root.text });
  });

  it('of what agents are given likewise', { timeout: 90_000 }, async () => {
    const root = await changed(`template ${head().config.templates[0]?.label} mem=600`);
    expect(root.text).toMatch(/→ 600 MiB[\s\S]*Saved in git \d+ s later, commit [0-9a-f]{7}\.$/);
    expect(root.text).toContain(head().hash.slice(0, 7));
    expect(head().config.templates[0]?.mem).toBe(600);
  });

  it('that git refuses says so, and why', { timeout: 90_000 }, async () => {
    rig.world.jenkins.failGitPush(true);
    const root = await changed('scale executors 6');
    expect(root.text).toMatch(/5 → 6 executors.*Not saved in git: .*does not accept the ssh key.*Permission denied/);
    const answer = await ask(rig, 'sync');
    expect(answer.text).toMatch(/not saved in git: .*ssh key/);
    expect(shown(answer)).toMatch(/1 not pushed/);
    expect(labels(answer)).toContain('Save now');
  });
});

describe('sync save', () => {
  it('fails with git’s words while git refuses, and saves all that waited when it does not', {
    timeout: 90_000,
  }, async () => {
    rig.world.jenkins.failGitPush(true);
    rig.world.jenkins.changeConfig();
    expect((await changed('sync save')).text).toMatch(/asked to save everything.*Not saved in git/);
    // With nothing changed after it: the plugin would push by itself, maybe before the next look.
    rig.world.jenkins.failGitPush(false);
    expect(controller().home.scmSync.unpushed).not.toEqual([]);
    const root = await changed('sync save');
    expect(root.text).toMatch(/Everything is saved in git after .*commit [0-9a-f]{7}/);
    expect(controller().home.scmSync.unpushed).toEqual([]);
    expect(head().config.templates[0]?.maxExecutors).toBe(6);
    const again = await changed('sync save');
    expect(again.text).toBe('Git had everything already. Nothing had to be saved.');
  });
});

describe('sync purge', () => {
  it('removes the failure note once, and only that', async () => {
    expect(shown(await ask(rig, 'sync'))).toMatch(/older failure is still noted/);
    const root = await changed('sync purge');
    expect(root.text).toMatch(/failure note is removed.*only that.*Git has everything now/);
    expect(controller().home.scmSync.fail).toBeUndefined();
    expect((await changed('sync purge')).text).toMatch(/There is no failure note\. Nothing was changed/);
    expect(actsIn(rig, 'purge scm-sync failures')).toHaveLength(1);
  });
});

describe('sync reload', () => {
  it('with nothing to take over asks for nothing', async () => {
    expect((await ask(rig, 'sync reload')).text).toMatch(/Jenkins' disk has what git has.*Nothing to reload/);
  });

  it('shows what would be written over, then pulls and loads it once', { timeout: 90_000 }, async () => {
    rig.world.jenkins.editInGit((config) => {
      config.numExecutors = 7;
    });
    const root = await done('sync reload --now', 'Reload');
    expect(root.text).toMatch(/^Reloaded the configuration from git in .*Jenkins has what git has, commit/);
    expect(root.history.map((one) => JSON.stringify(one.blocks)).join()).toMatch(/Written over:.*config\.xml/);
    expect(controller().home.config.numExecutors).toBe(7);
    expect(actsIn(rig, 'reloadAllFilesFromScm')).toHaveLength(1);
    expect(actsIn(rig, 'reload')).toHaveLength(1);
    expect((await audit(rig))[0]).toMatchObject({ command: 'sync reload', outcome: 'succeeded' });
  });
});

describe('sync reload of which only the pull got through', () => {
  it('says what is on the disk, and asked again has it loaded', { timeout: 90_000 }, async () => {
    rig.world.jenkins.editInGit((config) => {
      config.numExecutors = 3;
    });
    const executors = () => controller().farm.controllerNode.executors.length;
    const before = executors();
    rig.world.servers.jenkins.faults.push({
      match: ({ method, path }) => method === 'POST' && path.endsWith('/reload'),
      times: 1,
      how: { status: 500 },
    });
    const lost = await done('sync reload --now', 'Reload');
    expect(lost.text).toMatch(
      /^Lost sight of the reload .*\(POST \/reload: 500, .*may still take it.*may be on Jenkins' disk and not loaded/,
    );
    expect(lost.text).not.toContain('Nothing was changed');
    expect([controller().home.config.numExecutors, executors()]).toEqual([3, before]);

    const root = await done('sync reload --now', 'Reload');
    expect(root.text).toMatch(/^Reloaded the configuration from git in /);
    expect(executors()).toBe(3);
    expect((await audit(rig)).map(({ outcome }) => outcome).slice(0, 2)).toEqual(['succeeded', 'lost']);
    expect((await ask(rig, 'sync reload')).text).toMatch(/Nothing to reload/);
  });
});

describe('quiet and unquiet', () => {
  it('switch Jenkins to and fro, and say what runs', { timeout: 90_000 }, async () => {
    expect((await changed('quiet moving the git server')).text).toMatch(
      /had Jenkins quiet down: moving the git server\. No new build starts.*No build runs; nothing waits/,
    );
    expect(controller().farm.quietingDown).toBe(true);
    expect((await changed('quiet')).text).toMatch(/was quieting down already\. Nothing was changed/);
    expect((await changed('unquiet')).text).toMatch(/ended the quiet-down: Jenkins starts builds again/);
    expect(controller().farm.quietingDown).toBe(false);
    expect((await changed('unquiet')).text).toMatch(/was not quieting down\. Nothing was changed/);
    expect([actsIn(rig, 'quietDown').length, actsIn(rig, 'cancelQuietDown').length]).toEqual([1, 1]);
  });
});

describe('restart --jenkins', () => {
  it('starts a new JVM in the same task, and Marathon is not asked', { timeout: 90_000 }, async () => {
    const [task, session, writes] = [
      controller().taskId,
      controller().session,
      rig.world.servers.marathon.writes.length,
    ];
    const root = await done('restart --jenkins', 'Restart');
    expect(root.text).toMatch(/^Restarted Jenkins inside its task in .*The same task on .*, a new JVM/);
    expect(controller().taskId).toBe(task);
    expect(controller().session).not.toBe(session);
    expect(rig.world.servers.marathon.writes).toHaveLength(writes);
    expect(actsIn(rig, 'safeRestart')).toHaveLength(1);
  });

  it('waits for builds first, while unquiet is told who holds the quiet-down', { timeout: 90_000 }, async () => {
    await startLongBuild(rig, 150_000);
    const session = controller().session;
    const ending = done('restart --jenkins', 'Restart');
    await rig.slack.changed(
      () => rig.slack.messages.find((one) => /Restarting Jenkins inside its task: waiting for a build/.test(one.text)),
      PATIENCE_MS,
    );
    expect((await changed('unquiet')).text).toMatch(/restart --jenkins of .* holds the quiet-down/);
    expect((await changed('quiet')).text).toMatch(/quieting down already, because restart --jenkins of/);
    expect(controller().session).toBe(session);
    expect((await ending).text).toMatch(/^Restarted Jenkins inside its task/);
    expect(actsIn(rig, 'restart')).toEqual([]);
  });
});
