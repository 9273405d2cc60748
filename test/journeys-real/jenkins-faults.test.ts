// Jenkins and Mesos not as one would wish: starting, without rights, too new, absent, leaderless.
import { afterEach, describe, expect, it } from 'vitest';
import { type Rig, type RigOptions, startRig, until } from '../support/rig.js';
import { actsIn, ask, audit, change, deploy, plan, press, putsThatTook, shown } from '../support/talk.js';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

async function started(options: RigOptions = {}): Promise<Rig> {
  const now = await startRig(options);
  rig = now;
  await until(() => now.world.marathon.deployments.length === 0);
  return now;
}

const quiets = (now: Rig) => actsIn(now, 'quietDown').length - actsIn(now, 'cancelQuietDown').length;

describe('an old Jenkins', () => {
  it('that starts, refuses scripts, or runs on a Mesos without leader is told as it is, and nothing is changed', async () => {
    const now = await started();

    now.world.cluster.loseLeader();
    expect((await ask(now, 'where')).text).toMatch(/controller runs on/);
    expect(shown(await ask(now, 'where'))).toMatch(/Not known: Mesos/);
    expect(shown(await ask(now, 'status'))).toMatch(/Not known: .*Mesos/);
    const unseen = await plan(now, 'deploy --mem 2301');
    expect(shown(unseen)).toMatch(/Mesos/);
    await press(now, unseen, 'Cancel');
    now.world.cluster.electLeader();

    now.world.jenkins.withdrawScriptRight();
    const noRight = await change(now, 'scale executors 3');
    expect(noRight.text).toMatch(/Jenkins.*403/s);
    expect(noRight.text).toMatch(/Nothing was changed/);
    expect((await ask(now, 'where')).text).toMatch(/controller runs on/);
    const cannotWait = await deploy(now, 'deploy --mem 2302');
    expect(cannotWait.text).toMatch(/Jenkins does not let me wait for its builds: 403.*Nothing was changed.*--now/s);
    expect(putsThatTook(now)).toBe(0);
    now.world.jenkins.restoreScriptRight();

    now.world.jenkins.setBoot(150_000);
    now.world.marathon.changes.restart('/jenkins');
    await until(() => now.world.jenkins.current?.phase === 'starting');
    const starting = await change(now, 'scale executors 3');
    expect(starting.text).toMatch(/Jenkins/);
    expect(starting.text).toMatch(/starting|getting ready/i);
    expect(starting.text).toMatch(/Nothing was changed/);
    expect(shown(await ask(now, 'status'))).toMatch(/Jenkins is starting/);
    expect(actsIn(now, 'set template maximum')).toEqual([]);
    expect(quiets(now)).toBe(0);
    expect((await audit(now)).map((entry) => entry.outcome)).toEqual(['failed', 'refused', 'failed']);
  });
});

describe('a new Jenkins', () => {
  it('with the Mesos plugin 2.x is not scaled to more than one executor, and the reason is told', async () => {
    const now = await started({ jenkins: 'modern' });
    const root = await change(now, 'scale executors 3');
    expect(root.text).toMatch(/Not changed: this Jenkins has the Mesos plugin 2\.x/);
    expect(root.text).toMatch(/fewer agents, not more/);
    expect(actsIn(now, 'set template maximum')).toEqual([]);
    expect(await audit(now)).toMatchObject([{ outcome: 'failed', text: 'scale executors 3' }]);
  });
});

describe('no Jenkins yet', () => {
  it('is said by every question, and the first deploy creates it', async () => {
    const now = await started({ controller: false });
    expect((await ask(now, 'where')).text).toMatch(/Marathon has no app \/jenkins/);
    expect(shown(await ask(now, 'status'))).toMatch(/Marathon has no app \/jenkins/);
    expect((await change(now, 'scale executors 3')).text).toMatch(
      /Jenkins.*nobody knows where it is.*Nothing was changed/s,
    );
    const message = await plan(now, 'deploy');
    expect(shown(message)).toMatch(/creates? .*\/jenkins/i);
    await press(now, message, 'Deploy', { deliveries: 2 });
    await now.slack.changed(() => /^Deployed \/jenkins in/.test(message.text), 15_000);
    const writes = now.world.servers.marathon.writes.filter((write) => write.tookEffect);
    expect(writes.map((write) => `${write.method} ${write.path}`)).toEqual(['POST /v2/apps']);
    expect(now.world.jenkins.current?.phase).toBe('up');
    expect((await ask(now, 'where')).text).toMatch(/controller runs on/);
  });
});
