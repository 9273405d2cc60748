// The controller as a program on the cluster: boot, agents, builds, and what a restart takes away.
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { BOOT_MS, type Scene, scene, upScene } from './jenkins-scene.js';

let stage: Scene | undefined;
afterEach(() => stage?.close());

async function up(generation: 'old' | 'modern' = 'old') {
  const made = await upScene({ generation });
  stage = made;
  return made;
}

describe('a controller that starts', () => {
  it('is silent first, answers 503 while it boots, then comes up with a session and a framework', async () => {
    stage = await scene({ generation: 'old', silentMs: 5_000, bootMs: 40_000 });
    const { cluster, clock, world } = stage;
    const taskId = stage.launch();
    await clock.advance(3 * SECOND);
    expect([world.current?.phase, cluster.respond(taskId, '/login')]).toEqual(['unreachable', undefined]);
    await clock.advance(5 * SECOND);
    expect([world.current?.phase, cluster.respond(taskId, '/login')]).toEqual(['starting', 503]);
    expect(stage.jenkinsFramework()).toBeUndefined();
    await clock.advance(40 * SECOND);
    expect([world.current?.phase, cluster.respond(taskId, '/login')]).toEqual(['up', 200]);
    expect(world.current?.session).toMatch(/^[0-9a-f]{8}$/);
    expect(stage.jenkinsFramework()).toMatchObject({
      connected: true,
      registration: { failoverMs: 0, checkpoint: false, partitionAware: false },
    });
  });

  it('takes as long as it is told to', async () => {
    stage = await scene({ generation: 'old' });
    stage.world.setBoot(5 * MINUTE);
    stage.launch();
    await stage.clock.advance(5 * MINUTE);
    expect(stage.world.current?.phase).toBe('starting');
    await stage.clock.advance(10 * SECOND);
    expect(stage.world.current?.phase).toBe('up');
  });

  it('ends its task at once when the repository cannot be cloned', async () => {
    stage = await scene({ generation: 'old' });
    stage.world.failGitClone(true);
    stage.launch();
    await stage.clock.advance(10 * SECOND);
    expect(stage.updates.at(-1)?.state).toBe('TASK_FAILED');
    expect(stage.world.current).toBeUndefined();
  });
});

describe('a controller that is restarted', () => {
  it('has another session, the configuration last pushed, and no builds', async () => {
    const { world, clock, kill, launch, taskId } = await up();
    const session = world.current?.session;
    world.current?.setExecutors(5, 'alice');
    await clock.advance(10 * SECOND);
    world.failGitPush(true);
    world.current?.setExecutors(9, 'alice');
    world.startBuild('housekeeping', { quietMs: 0 });
    await clock.advance(30 * SECOND);
    kill(taskId);
    await clock.advance(5 * SECOND);
    expect(world.current).toBeUndefined();
    launch();
    await clock.advance(BOOT_MS);
    const home = world.current?.home;
    expect(world.current?.session).not.toBe(session);
    expect(home?.config.numExecutors).toBe(5);
    expect(home?.builds(home.job('housekeeping') ?? raise('job'))).toEqual([]);
    expect(world.startBuild('housekeeping', { quietMs: 0 }).build?.number).toBe(1);
  });

  it('takes its agents along, because its framework has no failover time', async () => {
    const { world, clock, kill, liveAgents, jenkinsFramework, taskId } = await up();
    world.startBuild('app-build');
    await clock.advance(2 * MINUTE);
    expect(liveAgents()).toHaveLength(1);
    kill(taskId);
    await clock.advance(5 * SECOND);
    expect(liveAgents()).toEqual([]);
    expect(jenkinsFramework()?.completed).toBe(true);
  });

  it('keeps task, sandbox and unpushed changes when only the JVM restarts, after its builds', async () => {
    const { world, clock, taskId, updates } = await up();
    const session = world.current?.session;
    world.failGitPush(true);
    world.current?.setExecutors(3, 'alice');
    world.startBuild('housekeeping', { quietMs: 0 });
    await clock.advance(5 * SECOND);
    world.current?.restart('safe');
    await clock.advance(SECOND);
    expect(world.current?.phase).toBe('up');
    await clock.advance(20 * SECOND);
    await clock.advance(BOOT_MS);
    expect(world.current).toMatchObject({ phase: 'up', taskId });
    expect(world.current?.session).not.toBe(session);
    expect(world.current?.home.config.numExecutors).toBe(3);
    expect(world.current?.farm.quietingDown).toBe(false);
    expect(updates.at(-1)?.state).toBe('TASK_RUNNING');
  });
});

describe('builds and agents of the old line', () => {
  it('wait about 100 s for the first agent, run on it to their end, and leave it idle for its minutes', async () => {
    const { world, clock, liveAgents, taskId, kill } = await up();
    const item = world.startBuild('app-build', { quietMs: 0 });
    expect(world.current?.farm.why(item)).toBe('Waiting for next available executor');
    await clock.advance(80 * SECOND);
    expect(liveAgents()).toEqual([]);
    await clock.advance(30 * SECOND);
    expect(liveAgents()).toHaveLength(1);
    expect(liveAgents()[0]?.request).toMatchObject({ cpus: 0.3, memMiB: 704 });
    expect(liveAgents()[0]?.id).toMatch(/^mesos-jenkins-[0-9a-f-]{36}$/);
    await clock.advance(15 * SECOND);
    expect(item.build).toMatchObject({ number: 1, nodeName: liveAgents()[0]?.id, endedAt: undefined });
    expect(liveAgents()[0]?.program?.usage().cpus).toBeGreaterThan(0.2);
    await clock.advance(3 * MINUTE);
    expect(item.build?.result).toBe('SUCCESS');
    expect(liveAgents()).toHaveLength(1);
    await clock.advance(3 * MINUTE);
    expect(liveAgents()).toEqual([]);
    kill(taskId);
    await clock.advance(5 * SECOND);
  });

  it('share an agent up to its maximum; a new maximum counts for new agents only', async () => {
    const { world, clock, liveAgents } = await up();
    for (const target of ['a', 'b', 'c']) world.startBuild('load-test', { parameters: { TARGET: target }, quietMs: 0 });
    await clock.advance(2 * MINUTE);
    const executors = () => world.current?.farm.agents.nodes.map((node) => node.executors.length);
    expect(executors()).toEqual([2, 1]);
    const template = world.current?.home.config.templates[0] ?? raise('template');
    template.maxExecutors = 4;
    for (const target of ['d', 'e', 'f', 'g'])
      world.startBuild('load-test', { parameters: { TARGET: target }, quietMs: 0 });
    await clock.advance(30 * SECOND);
    expect(executors()).toEqual([2, 1, 4]);
    expect(liveAgents().find((task) => task.request.cpus === 0.6)?.request.memMiB).toBe(1126);
  });

  it('tell why they wait', async () => {
    const { world, clock } = await up();
    const first = world.startBuild('app-build');
    const why = (item = first) => world.current?.farm.why(item);
    expect(why()).toBe('In the quiet period. Expires in 5.0 sec');
    await clock.advance(95 * SECOND);
    const node = world.current?.farm.agents.nodes[0] ?? raise('agent');
    expect(why()).toBe(`${node.name} is offline`);
    await clock.advance(20 * SECOND);
    expect(why()).toBeNull();
    const second = world.startBuild('app-build', { parameters: { BRANCH: 'x' }, quietMs: 0 });
    expect(why(second)).toBe('Build #1 is already in progress (ETA: N/A)');
    const other = world.startBuild('team-a/api', { quietMs: 0 });
    expect(why(other)).toBe(`Waiting for next available executor on ${node.name}`);
    world.quietDown();
    expect(why(other)).toBe('Jenkins is about to shut down');
  });

  it('do not begin while the controller is quieting down, and begin when that is taken back', async () => {
    const { world, clock } = await up();
    world.quietDown();
    const item = world.startBuild('housekeeping', { quietMs: 0 });
    await clock.advance(5 * MINUTE);
    expect(item.state).toBe('buildable');
    world.cancelQuietDown();
    expect(item.state).toBe('started');
  });

  it('fail when their agent dies', async () => {
    const { world, clock, cluster, liveAgents } = await up();
    const item = world.startBuild('app-build', { quietMs: 0 });
    await clock.advance(2 * MINUTE);
    cluster.crashTask(liveAgents()[0]?.id ?? '', { status: 1 });
    expect(item.build?.result).toBe('FAILURE');
    expect(world.current?.farm.agents.nodes).toEqual([]);
  });

  it('go on asking while Mesos has no room', async () => {
    const { world, clock, cluster, liveAgents } = await up();
    cluster.withholdOffers(true);
    const item = world.startBuild('app-build', { quietMs: 0 });
    await clock.advance(5 * MINUTE);
    expect([item.state, liveAgents().length]).toEqual(['buildable', 0]);
    expect(world.current?.farm.agents.nodes[0]?.refusal).toBe('NoOffers');
    cluster.withholdOffers(false);
    await clock.advance(30 * SECOND);
    expect(item.state).toBe('started');
  });

  it('get no agent once the scheduler has aborted', async () => {
    const { world, clock, liveAgents } = await up();
    world.abortScheduler();
    world.startBuild('app-build');
    await clock.advance(10 * MINUTE);
    expect(liveAgents()).toEqual([]);
    expect(world.current?.farm.agents.schedulerRunning).toBe(false);
  });
});

describe('builds and agents of the modern line', () => {
  it('get one agent each, which serves one build', async () => {
    const { world, clock, liveAgents } = await up('modern');
    for (const target of ['a', 'b']) world.startBuild('load-test', { parameters: { TARGET: target }, quietMs: 0 });
    await clock.advance(2 * MINUTE);
    const names = world.current?.farm.agents.nodes.map((node) => node.name) ?? [];
    expect(names).toHaveLength(2);
    for (const name of names) {
      expect(name).toMatch(/^jenkins-agent-linux-[0-9a-f-]{36}$/);
      expect(liveAgents().filter((task) => task.id.startsWith(name))).toHaveLength(1);
    }
    expect(liveAgents()[0]?.request).toMatchObject({ cpus: 0.1, memMiB: 544 });
    await clock.advance(6 * MINUTE);
    expect(liveAgents()).toEqual([]);
  });

  it('never get the agent of the build before them', async () => {
    const { world, clock } = await up('modern');
    const first = world.startBuild('app-build', { quietMs: 0 });
    await clock.advance(2 * MINUTE);
    const second = world.startBuild('app-build', { parameters: { BRANCH: 'next' }, quietMs: 0 });
    await clock.advance(4 * MINUTE);
    expect([first.build?.result, second.state]).toEqual(['SUCCESS', 'started']);
    expect(second.build?.nodeName).not.toBe(first.build?.nodeName);
  });

  it('get fewer agents than builds when somebody raised the maximum', async () => {
    const { world, clock, liveAgents } = await up('modern');
    const template = world.current?.home.config.templates[0] ?? raise('template');
    template.maxExecutors = 4;
    for (const target of ['a', 'b', 'c', 'd'])
      world.startBuild('load-test', { parameters: { TARGET: target }, quietMs: 0 });
    await clock.advance(105 * SECOND);
    expect(liveAgents()).toHaveLength(1);
  });
});

describe('the controller’s own executors', () => {
  it('grow at once; when they shrink, a busy one stays until its build ends', async () => {
    const { world, clock } = await up();
    const places = () => world.current?.farm.controllerNode.executors.length;
    world.startBuild('housekeeping', { quietMs: 0 });
    world.current?.setExecutors(4, 'alice');
    expect(places()).toBe(4);
    world.current?.setExecutors(0, 'alice');
    expect(places()).toBe(1);
    await clock.advance(25 * SECOND);
    expect(places()).toBe(0);
  });
});

it('costs nothing while nobody builds: an idle controller has no timer pending', async () => {
  const { clock, world } = await up('modern');
  let armed = 0;
  const after = clock.after;
  clock.after = (ms, act) => {
    armed += 1;
    return after(ms, act);
  };
  await clock.advance(60 * MINUTE);
  expect([armed, world.current?.phase]).toEqual([0, 'up']);
});

function raise(what: string): never {
  throw new Error(`no ${what}`);
}
