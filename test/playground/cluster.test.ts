// The simulated Mesos cluster, asked as a framework asks it.
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/core/time.js';
import { Cluster } from '../../src/playground/world/cluster.js';
import type { MesosGeneration } from '../../src/playground/world/cluster-messages.js';
import { sampleUsage, usedOf } from '../../src/playground/world/cluster-parts.js';
import type { FrameworkRegistration, ProcessHandle, Program, StatusUpdate } from '../../src/playground/world/types.js';
import { manualClock } from '../support/manual-clock.js';

function setUp(options: { mesos?: MesosGeneration; framework?: Partial<FrameworkRegistration>; agents?: number } = {}) {
  const clock = manualClock();
  const cluster = new Cluster({ clock, mesos: options.mesos ?? '1.4', agents: options.agents ?? 3 });
  const updates: StatusUpdate[] = [];
  const handle = cluster.register({
    name: 'marathon',
    failoverMs: 7 * 24 * 3_600_000,
    checkpoint: true,
    partitionAware: true,
    ...options.framework,
    onUpdate: (update) => updates.push(update),
  });
  const said = () => updates.map((update) => `${update.state} ${update.message}`.trim());
  return { clock, cluster, handle, updates, said };
}

const small = { taskId: 't1', name: 'one', cpus: 1, memMiB: 1_024, ports: 1 };

class Recorder implements Program {
  process: ProcessHandle | undefined;
  seen: string[] = [];
  start(process: ProcessHandle) {
    this.process = process;
    this.seen.push('start');
  }
  terminate() {
    this.seen.push('terminate');
  }
  destroy() {
    this.seen.push('destroy');
  }
  respond() {
    return 200;
  }
  usage() {
    return { cpus: 0.5, memMiB: 700 };
  }
}

describe('the simulated Mesos cluster', () => {
  it('is the cluster of the article: 39 agents of 4 cpus and 8 GiB beside the machine of the masters', () => {
    const { agents, masterHost } = new Cluster({ clock: manualClock() });
    expect(masterHost).toBe('192.168.3.4');
    expect(agents).toHaveLength(39);
    expect([agents[0]?.hostname, agents[38]?.hostname]).toEqual(['192.168.3.5', '192.168.3.43']);
    expect(agents[0]?.total).toEqual({ cpus: 4, memMiB: 8_192, diskMiB: 40_960, ports: [31_000, 32_000] });
  });

  it('stages a task, runs it, and tells why it ended', async () => {
    const { clock, cluster, handle, said } = setUp();
    expect(handle.launch(small)).toBeUndefined();
    expect(cluster.task('t1')?.state).toBe('TASK_STAGING');
    await clock.advance(2 * SECOND);
    cluster.crashTask('t1', { status: 1 });
    expect(said()).toEqual(['TASK_RUNNING', 'TASK_FAILED Command exited with status 1']);
  });

  it.each([
    [{ signal: 'Killed' }, 'TASK_FAILED Command terminated with signal Killed'],
    [{ status: 0 }, 'TASK_FINISHED Command exited with status 0'],
    [{ oom: true as const }, 'TASK_FAILED Memory limit exceeded: Requested: 1056MB Maximum Used: 1056MB'],
  ])('words the end %j as Mesos does', async (crash, words) => {
    const { clock, cluster, handle, said } = setUp();
    handle.launch(small);
    await clock.advance(2 * SECOND);
    cluster.crashTask('t1', crash);
    expect(said()[1]?.split('\n')[0]).toBe(words);
  });

  it('counts what is taken and refuses what no agent has room for, naming the first reason', async () => {
    const { cluster, handle } = setUp({ agents: 2 });
    for (const taskId of ['a', 'b']) expect(handle.launch({ ...small, taskId, cpus: 3 })).toBeUndefined();
    expect(handle.launch({ ...small, taskId: 'c', cpus: 3 })).toEqual({ reason: 'InsufficientCpus' });
    expect(handle.launch({ ...small, taskId: 'd', memMiB: 8_000 })).toEqual({ reason: 'InsufficientMemory' });
    expect(handle.launch({ ...small, taskId: 'e', hosts: () => false })).toEqual({ reason: 'UnfulfilledConstraint' });
    cluster.withholdOffers(true);
    expect(handle.launch({ ...small, taskId: 'f' })).toEqual({ reason: 'NoOffers' });
    expect(cluster.agents.map((agent) => usedOf(cluster.tasksOn(agent)).cpus)).toEqual([3, 3]);
  });

  it('asks a task to stop, waits the grace period and kills it', async () => {
    const program = new Recorder();
    const { clock, handle, said } = setUp();
    handle.launch({ ...small, program });
    await clock.advance(2 * SECOND);
    handle.kill('t1', 30 * SECOND);
    await clock.advance(29 * SECOND);
    expect(program.seen).toEqual(['start', 'terminate']);
    await clock.advance(SECOND);
    expect(program.seen).toEqual(['start', 'terminate', 'destroy']);
    expect(said()[1]).toBe('TASK_KILLED Command terminated with signal Killed');
  });

  it.each([
    ['1.4', 0, 'TASK_FINISHED Command exited with status 0'],
    ['1.10', 0, 'TASK_KILLED Command exited with status 0'],
    ['1.4', 143, 'TASK_KILLED Command terminated with signal Terminated'],
  ] as const)(
    'on Mesos %s a process that ends with %i when asked to stop is reported so',
    async (mesos, status, words) => {
      const program = new Recorder();
      const { clock, handle, said } = setUp({ mesos });
      handle.launch({ ...small, program });
      await clock.advance(3 * SECOND);
      handle.kill('t1', 30 * SECOND);
      program.process?.exit(status);
      expect(said().at(-1)).toBe(words);
    },
  );

  it('still calls a task running while its agent is silent, and unreachable after 75 s', async () => {
    const { clock, cluster, handle, said } = setUp();
    handle.launch(small);
    await clock.advance(2 * SECOND);
    const hostname = cluster.task('t1')?.agent.hostname ?? '';
    cluster.failAgent(hostname);
    await clock.advance(74 * SECOND);
    expect(cluster.task('t1')?.state).toBe('TASK_RUNNING');
    await clock.advance(SECOND);
    expect(said().at(-1)).toBe(`TASK_UNREACHABLE Agent ${hostname} is unreachable: health check timed out`);
    cluster.returnAgent(hostname);
    expect(said().at(-1)).toBe(`TASK_RUNNING Agent ${hostname} re-registered`);
  });

  it('a second silence is counted anew', async () => {
    const { clock, cluster, handle, said } = setUp();
    handle.launch(small);
    await clock.advance(2 * SECOND);
    const hostname = cluster.task('t1')?.agent.hostname ?? '';
    cluster.failAgent(hostname);
    await clock.advance(50 * SECOND);
    cluster.returnAgent(hostname);
    cluster.failAgent(hostname);
    await clock.advance(50 * SECOND);
    expect(said()).toEqual(['TASK_RUNNING']);
  });

  it('hears of an end behind a partition only when the agent is back', async () => {
    const program = new Recorder();
    const { clock, cluster, handle, said } = setUp();
    handle.launch({ ...small, program });
    await clock.advance(2 * SECOND);
    const hostname = cluster.task('t1')?.agent.hostname ?? '';
    cluster.failAgent(hostname);
    program.process?.exit(1);
    await clock.advance(30 * SECOND);
    expect(said()).toEqual(['TASK_RUNNING']);
    cluster.returnAgent(hostname);
    expect(said().at(-1)).toBe('TASK_FAILED Command exited with status 1');
  });

  it('carries out a kill that could not reach the agent when it is back', async () => {
    const { clock, cluster, handle, said } = setUp();
    handle.launch(small);
    await clock.advance(2 * SECOND);
    const hostname = cluster.task('t1')?.agent.hostname ?? '';
    cluster.failAgent(hostname);
    handle.kill('t1', 3 * SECOND);
    await clock.advance(30 * SECOND);
    expect(said()).toEqual(['TASK_RUNNING']);
    cluster.returnAgent(hostname);
    await clock.advance(SECOND);
    expect(said().at(-1)).toBe('TASK_KILLED Command terminated with signal Terminated');
  });

  it('loses the tasks of a framework without checkpoints at once, and of one that knows no partitions for good', async () => {
    const plain = setUp({ framework: { checkpoint: false, partitionAware: false } });
    plain.handle.launch(small);
    await plain.clock.advance(2 * SECOND);
    const hostname = plain.cluster.task('t1')?.agent.hostname ?? '';
    plain.cluster.failAgent(hostname);
    expect(plain.said().at(-1)).toBe(`TASK_LOST Agent ${hostname} disconnected`);

    const old = setUp({ mesos: '0.22', framework: { partitionAware: false } });
    old.handle.launch(small);
    await old.clock.advance(2 * SECOND);
    const where = old.cluster.task('t1')?.agent.hostname ?? '';
    old.cluster.failAgent(where);
    await old.clock.advance(75 * SECOND);
    old.cluster.returnAgent(where);
    expect(old.said()).toEqual(['TASK_RUNNING', `TASK_LOST Slave ${where} removed: health check timed out`]);
    expect(old.cluster.task('t1')?.processAlive).toBe(false);
  });

  it('keeps a framework that left within its failover timeout, and its tasks, and ends both after it', async () => {
    const program = new Recorder();
    const { clock, cluster, handle } = setUp({ framework: { failoverMs: 60 * SECOND } });
    handle.launch({ ...small, program });
    await clock.advance(2 * SECOND);
    handle.disconnect();
    await clock.advance(59 * SECOND);
    expect(cluster.frameworks[0]).toMatchObject({ connected: false, completed: false });
    await clock.advance(SECOND);
    expect(cluster.frameworks[0]).toMatchObject({ completed: true });
    expect(program.seen).toEqual(['start', 'destroy']);
    expect(cluster.task('t1')).toMatchObject({ state: 'TASK_KILLED', place: 'completed' });
  });

  it('keeps the sandbox of a dead task, behind the lines of the executor', async () => {
    const program = new Recorder();
    const { clock, cluster, handle } = setUp();
    handle.launch({ ...small, program });
    await clock.advance(2 * SECOND);
    program.process?.write('stderr', 'java.lang.OutOfMemoryError\n');
    program.process?.exit(3);
    expect(cluster.task('t1')?.sandbox.stderr).toMatch(/^I.*exec\.cpp.*[\s\S]*OutOfMemoryError\n$/);
  });

  it('adds up cpu seconds of what a program uses', async () => {
    const { clock, cluster, handle } = setUp();
    handle.launch({ ...small, program: new Recorder() });
    await clock.advance(2 * SECOND);
    await clock.advance(60 * SECOND);
    const task = cluster.task('t1');
    if (task === undefined) throw new Error('no task');
    sampleUsage(task, clock.now());
    expect(task.cpuSeconds).toBeCloseTo(30);
  });

  it('says when room appears', async () => {
    const { clock, cluster, handle } = setUp();
    let heard = 0;
    cluster.onRoom(() => {
      heard += 1;
    });
    handle.launch(small);
    await clock.advance(2 * SECOND);
    expect(heard).toBe(0);
    cluster.crashTask('t1', { status: 1 });
    expect(heard).toBe(1);
  });

  it('fails the fetch of a package on request', async () => {
    const { clock, cluster, handle, said } = setUp({ mesos: '0.22' });
    cluster.breakFetch((request) => request.name === 'one');
    handle.launch(small);
    await clock.advance(2 * SECOND);
    expect(said()).toEqual(['TASK_FAILED Abnormal executor termination']);
  });

  it('puts the next task where the scene wants it', () => {
    const { cluster, handle } = setUp();
    cluster.placeNext('192.168.3.7', 31_052);
    handle.launch(small);
    expect(cluster.task('t1')).toMatchObject({ agent: { hostname: '192.168.3.7' }, ports: [31_052] });
  });
});
