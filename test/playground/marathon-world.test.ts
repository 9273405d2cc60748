// What the simulated Marathon does when the world changes around it: lost agents, new leaders, long launches, checks.
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { timeUuid } from '../../src/playground/world/marathon/generation.js';
import { APP, jenkinsApp, scene } from './marathon-scene.js';

const strategy = (inactiveAfterSeconds: number, expungeAfterSeconds: number) => ({
  unreachableStrategy: { inactiveAfterSeconds, expungeAfterSeconds },
});
const LOST = { unreachableAfterMs: 0 };

/** States and conditions in the order they were published. */
function listen({ world }: ReturnType<typeof scene>): string[] {
  const heard: string[] = [];
  world.onEvent(({ type, body }) => heard.push(String(body['taskStatus'] ?? body['condition'] ?? type)));
  return heard;
}

describe('a lost agent', () => {
  it('whose app wants no replacement leaves the app waiting for it', async () => {
    const stage = scene('1.5');
    await stage.deployed({ unreachableStrategy: 'disabled' });
    stage.cluster.failAgent(stage.task().host ?? '', LOST);
    await stage.clock.advance(10 * MINUTE);
    expect(stage.world.app(APP).instances).toMatchObject([{ condition: 'Unreachable' }]);
  });

  it('is waited for as long as the strategy says, and the replacement dies when it returns in time', async () => {
    const stage = scene('1.5');
    await stage.deployed(strategy(60, 600));
    const original = stage.task();
    stage.cluster.failAgent(original.host ?? '', LOST);
    await stage.clock.advance(59 * SECOND);
    expect(stage.world.app(APP).instances).toHaveLength(1);
    await stage.clock.advance(60 * SECOND);
    expect(stage.world.app(APP).instances.map(({ condition }) => condition)).toEqual([
      'UnreachableInactive',
      'Running',
    ]);
    const heard = listen(stage);
    stage.cluster.returnAgent(original.host ?? '');
    await stage.clock.advance(10 * SECOND);
    expect(stage.task().taskId).toBe(original.taskId);
    expect(heard).toEqual(['TASK_RUNNING', 'Running', 'TASK_KILLED', 'Killed']);
    expect(stage.cluster.tasks().filter((task) => task.processAlive)).toHaveLength(1);
  });

  it('on 1.3 stays listed as lost beside its replacement, and is reported killed when it is expunged', async () => {
    const stage = scene('1.3');
    await stage.deployed();
    const lost = stage.task().taskId;
    const heard = listen(stage);
    stage.cluster.failAgent(stage.task().host ?? '', LOST);
    await stage.clock.advance(30 * SECOND);
    expect(stage.world.app(APP).instances.map(({ taskState }) => taskState)).toEqual(['TASK_LOST', 'TASK_RUNNING']);
    expect(stage.world.app(APP).lastTaskFailure).toMatchObject({ taskId: lost, state: 'TASK_LOST' });
    await stage.clock.advance(2 * MINUTE);
    expect(heard.filter((one) => one.startsWith('TASK_'))).toEqual([
      'TASK_LOST',
      'TASK_STAGING',
      'TASK_RUNNING',
      'TASK_KILLED',
    ]);
  });

  it('on 1.11 is replaced by an instance of another name at once', async () => {
    const stage = scene('1.11');
    await stage.deployed();
    const lost = stage.task().instanceId;
    const heard = listen(stage);
    stage.cluster.failAgent(stage.task().host ?? '', LOST);
    await stage.clock.advance(30 * SECOND);
    expect(heard.slice(0, 4)).toEqual(['TASK_UNREACHABLE', 'UnreachableInactive', 'Scheduled', 'Provisioned']);
    expect(stage.world.app(APP).instances.map(({ instanceId }) => instanceId === lost)).toEqual([false]);
  });

  it('shows as failed checks first when Marathon cannot reach the task, and no kill gets through', async () => {
    const stage = scene('1.5');
    await stage.deployed();
    const { taskId, host } = stage.task();
    const heard = listen(stage);
    stage.cluster.failAgent(host ?? '');
    await stage.clock.advance(74 * SECOND);
    expect(heard.filter((one) => one === 'failed_health_check_event').length).toBeGreaterThanOrEqual(3);
    expect(stage.cluster.task(taskId)?.processAlive).toBe(true);
    await stage.clock.advance(30 * SECOND);
    expect(stage.task().taskId).not.toBe(taskId);
  });
});

describe('a new leader', () => {
  it('knows nothing of health until it has looked, and announces plans in progress again', async () => {
    const stage = scene('1.5');
    await stage.deployed();
    stage.cluster.withholdOffers(true);
    stage.world.changes.restart(APP);
    await stage.clock.advance(5 * SECOND);
    stage.world.loseLeader();
    const heard = listen(stage);
    stage.cluster.withholdOffers(false);
    await stage.clock.advance(MINUTE);
    expect(heard).toEqual([]);
    stage.world.electLeader('192.168.3.4:8080');
    expect(heard).toEqual(['scheduler_registered_event', 'deployment_info']);
    await stage.clock.advance(MINUTE);
    expect(stage.world.deployments).toEqual([]);
    stage.world.loseLeader();
    stage.world.electLeader();
    expect(stage.task().checks).toEqual([]);
    await stage.clock.advance(MINUTE);
    expect(stage.task().checks).toMatchObject([{ alive: true }]);
  });

  it('on 0.8 has forgotten the last failure, later remembers it', async () => {
    for (const [generation, remembers] of [
      ['0.8', false],
      ['1.5', true],
    ] as const) {
      const stage = scene(generation);
      await stage.deployed();
      stage.cluster.crashTask(stage.task().taskId, { status: 1 });
      stage.world.loseLeader();
      stage.world.electLeader();
      expect(stage.world.app(APP).lastTaskFailure !== undefined).toBe(remembers);
    }
  });
});

describe('launching', () => {
  it('gives a task that stages for more than five minutes up', async () => {
    const stage = scene('1.5', { stagingMs: 10 * MINUTE });
    const heard = listen(stage);
    stage.world.changes.create(jenkinsApp());
    await stage.clock.advance(5 * MINUTE + 5 * SECOND);
    expect(heard.filter((one) => one.startsWith('TASK_'))).toEqual(['TASK_KILLED']);
  });

  it('keeps to the machines a constraint names', async () => {
    const stage = scene('1.5');
    await stage.deployed({ constraints: [['hostname', 'LIKE', '192\\.168\\.3\\.[67]']] });
    for (let deaths = 0; deaths < 6; deaths += 1) {
      expect(['192.168.3.6', '192.168.3.7']).toContain(stage.task().host);
      stage.world.killTask(stage.world.app(APP), stage.task());
      await stage.clock.advance(MINUTE);
    }
  });

  it('counts the lives of an instance on 1.11', async () => {
    const stage = scene('1.11');
    await stage.deployed();
    stage.cluster.crashTask(stage.task().taskId, { status: 1 });
    await stage.clock.advance(MINUTE);
    expect(stage.task().taskId).toMatch(/\._app\.2$/);
  });

  it('names no two tasks of one moment alike', () => {
    expect(new Set([0, 1, 2].map((serial) => timeUuid(1_432_807_200_000, serial))).size).toBe(3);
    // The moment can be read back out of the id.
    const [low, mid, high] = timeUuid(Date.UTC(2018, 1, 5, 9), 0).split('-');
    const ticks = BigInt(`0x${high?.slice(1)}${mid}${low}`);
    expect(Number(ticks / 10_000n) - 12_219_292_800_000).toBe(Date.UTC(2018, 1, 5, 9));
  });
});

describe('health checks', () => {
  it('let a starting controller answer 503 within its grace period, and no longer', async () => {
    const patient = scene('1.5');
    patient.behaviour.bootMs = 2 * MINUTE;
    patient.world.changes.create(jenkinsApp());
    await patient.clock.advance(3 * MINUTE);
    expect(patient.world.deployments).toEqual([]);

    const hasty = scene('1.5');
    hasty.behaviour.bootMs = 2 * MINUTE;
    const heard = listen(hasty);
    const checks = jenkinsApp()['healthChecks'] as object[];
    hasty.world.changes.create(
      jenkinsApp({ healthChecks: checks.map((check) => ({ ...check, gracePeriodSeconds: 30 })) as never }),
    );
    await hasty.clock.advance(3 * MINUTE);
    expect(heard).toContain('unhealthy_instance_kill_event');
    expect(hasty.world.app(APP).lastTaskFailure).toMatchObject({
      state: 'TASK_KILLED',
      message: 'Task was killed since health check failed. Reason: 503 Service Unavailable',
    });
  });

  it('run by Mesos kill without a kill event and without a recorded failure', async () => {
    const stage = scene('1.5');
    const checks = jenkinsApp()['healthChecks'] as object[];
    await stage.deployed({ healthChecks: checks.map((check) => ({ ...check, protocol: 'MESOS_HTTP' })) as never });
    const heard = listen(stage);
    stage.behaviour.answers = undefined;
    await stage.clock.advance(70 * SECOND);
    expect(heard).toContain('TASK_KILLED');
    expect(heard).not.toContain('unhealthy_instance_kill_event');
    expect(heard).not.toContain('failed_health_check_event');
    expect(stage.world.app(APP).lastTaskFailure).toBeUndefined();
  });

  it('never kill with maxConsecutiveFailures 0', async () => {
    const stage = scene('1.5');
    const checks = jenkinsApp()['healthChecks'] as object[];
    await stage.deployed({ healthChecks: checks.map((check) => ({ ...check, maxConsecutiveFailures: 0 })) as never });
    const { taskId } = stage.task();
    stage.behaviour.answers = 500;
    await stage.clock.advance(10 * MINUTE);
    expect(stage.task().taskId).toBe(taskId);
    expect(stage.task().checks[0]?.consecutiveFailures).toBeGreaterThan(20);
  });

  it('leave no timer behind when nothing runs', async () => {
    const stage = scene('1.5');
    await stage.deployed();
    stage.world.changes.update(APP, { instances: 0 });
    await stage.clock.advance(MINUTE);
    const before = stage.clock.now();
    let ticks = 0;
    const { after } = stage.clock;
    stage.clock.after = (ms, act) => {
      ticks += 1;
      return after(ms, act);
    };
    await stage.clock.advance(60 * MINUTE);
    expect([stage.clock.now() - before, ticks]).toEqual([60 * MINUTE, 0]);
  });
});

it('0.8 publishes nothing', async () => {
  const stage = scene('0.8');
  const heard = listen(stage);
  await stage.deployed();
  expect(heard).toEqual([]);
});
