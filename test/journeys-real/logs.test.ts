// Logs from the agent's disk to Slack: a long one follows as a file, a private one by direct message, and no secret is in either.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pressables } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig, until } from '../support/rig.js';
import { ask, press, settle, shown } from '../support/talk.js';

const SECRET = 'planted-mesos-token-88';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ speed: 10, env: { MESOS_TOKEN: SECRET } });
});
afterAll(() => rig.close());

const theTask = () => {
  const task = rig.world.cluster.task(rig.world.jenkins.current?.taskId ?? '');
  if (task === undefined) throw new Error('no controller runs');
  return task;
};

describe('logs', () => {
  it('show how Jenkins came up', async () => {
    const answer = await ask(rig, 'logs');
    expect(answer.text).toMatch(/^The last 20 lines of stderr of jenkins\..* on 192\.168\.3\.25, which has run for/);
    expect(shown(answer)).toContain('Jenkins is fully up and running');
  });

  it('show the other file at the press of a button', async () => {
    const answer = await ask(rig, 'logs');
    expect(pressables(answer).map(({ label }) => label)).toContain('Show stdout');
    await press(rig, answer, 'Show stdout');
    await rig.slack.changed(() => shown(answer).includes('Running from: '), 12_000);
  });

  it('that are long show their end, and follow whole as a file in a direct message', async () => {
    const lines = Array.from(
      { length: 1_500 },
      (_, at) => `line ${at}: ${at % 7 === 0 ? 'ü✓🔔' : 'nothing new'} token is ${SECRET}`,
    );
    theTask().sandbox.stderr += `${lines.join('\n')}\n`;
    const answer = await ask(rig, 'logs --lines 1000');
    expect(shown(answer)).toMatch(/earlier characters in the thread.*line 1499: /);
    expect(shown(answer)).toContain('What was cut is in a direct message to you, as a file in its thread.');
    await until(() => rig.slack.files.some((file) => file.completed));
    await settle(200);
    const [file] = rig.slack.files;
    const content = file?.bytes?.toString('utf8') ?? '';
    expect(content).toBe(lines.slice(500).join('\n').replaceAll(SECRET, '•••'));
    const shared = rig.slack.messages.find((message) => message.files.length > 0);
    const parent = rig.slack.messages.find((message) => message.ts === shared?.threadTs);
    expect(shared?.channelId).toMatch(/^D/);
    expect(parent?.text).toMatch(/^The last 1000 lines of stderr/);
    expect(JSON.stringify(rig.slack.messages)).not.toContain(SECRET);
  });

  it('of a controller that died show its last words and why it ended', async () => {
    const { id } = theTask();
    rig.world.cluster.crashTask(id, { oom: true });
    await until(() => rig.world.jenkins.current?.phase === 'up');
    const answer = await ask(rig, 'logs --previous');
    expect(answer.text).toMatch(
      new RegExp(`stderr of ${id} on 192\\.168\\.3\\.25, which ended .* ago \\(out of memory\\)`),
    );
    expect(shown(answer)).toContain('java.lang.OutOfMemoryError: Java heap space');
  });

  it('of a machine that is gone say so', async () => {
    const { id, agent } = theTask();
    rig.world.cluster.failAgent(agent.hostname, { how: 'power' });
    await until(() => agent.state === 'unreachable');
    expect((await ask(rig, `logs --task ${id}`)).text).toMatch(
      /are out of reach: the Mesos agent on .* is not registered/,
    );
  });
});
