// Deaths of the controller on request: what Marathon publishes and remembers, in each generation's words.
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { atWork, EVERY, STREAMING, until, WELL } from './incident-scene.js';

const KILL_EVENT: Record<string, string> = {
  '1.3': 'unhealthy_task_kill_event',
  '1.5': 'unhealthy_instance_kill_event',
  '1.11': 'unhealthy_instance_kill_event',
};

describe.each(STREAMING)('with Marathon %s', (generation) => {
  it.each([
    ['kill controller', 'TASK_FAILED', /^Command terminated with signal Killed$/],
    ['out of memory', 'TASK_FAILED', /^Memory limit exceeded: Requested: 2080MB/],
    ['exit 0', 'TASK_FINISHED', /^Command exited with status 0$/],
    ['exit 1', 'TASK_FAILED', /^Command exited with status 1$/],
  ] as const)('%s is one death with its reason, and no deployment', async (name, status, message) => {
    const stage = await atWork(generation);
    const before = stage.taskId();
    stage.cause(name);
    expect(stage.messages()[0]).toMatch(message);
    await stage.clock.advance(3 * MINUTE);
    expect(stage.statuses()).toEqual([status, 'TASK_RUNNING']);
    expect(stage.types()).not.toContain('deployment_info');
    expect(stage.taskId()).not.toBe(before);
    const remembered = stage.world.marathon.app('/jenkins').lastTaskFailure;
    if (status === 'TASK_FINISHED') expect(remembered).toBeUndefined();
    else expect(remembered).toMatchObject({ taskId: before, state: status });
  });

  it('health: checks fail, nobody is answered, and Marathon kills the task', async () => {
    const stage = await atWork(generation);
    const before = stage.taskId();
    stage.cause('health');
    expect(await stage.isSilent(`${stage.world.servers.jenkins.url}/login`)).toBe(true);
    await until(stage, () => stage.statuses().includes('TASK_KILLED'), 5 * MINUTE);
    const types = stage.types();
    expect(types.filter((type) => type === 'failed_health_check_event')).toHaveLength(10);
    expect(types.find((type) => type.startsWith('unhealthy_'))).toBe(KILL_EVENT[generation]);
    expect(types).not.toContain('deployment_info');
    await stage.clock.advance(3 * MINUTE);
    expect(stage.state()).toEqual(WELL);
    expect(stage.taskId()).not.toBe(before);
    const said = String(stage.world.marathon.app('/jenkins').lastTaskFailure?.['message']);
    const silence = generation === '1.11' ? 'TcpIdleTimeoutException' : 'AskTimeoutException';
    if (generation !== '0.11') expect(said).toContain(`health check failed. Reason: ${silence}`);
  });

  it('health: mended in time, the same task goes on', async () => {
    const stage = await atWork(generation);
    const before = stage.taskId();
    stage.cause('health');
    await stage.clock.advance(MINUTE);
    stage.cause('mend health');
    await stage.clock.advance(5 * MINUTE);
    expect(stage.taskId()).toBe(before);
    expect(stage.statuses()).toEqual([]);
    expect(stage.state()).toEqual(WELL);
  });

  it('kill by hand is a kill that nothing announced and nothing records', async () => {
    const stage = await atWork(generation);
    stage.cause('kill by hand');
    await stage.clock.advance(3 * MINUTE);
    expect(stage.statuses()).toEqual(['TASK_KILLED', 'TASK_RUNNING']);
    expect(stage.types().filter((type) => /deployment|unhealthy/.test(type))).toEqual([]);
    expect(stage.world.marathon.app('/jenkins').lastTaskFailure).toBeUndefined();
  });

  it('command not found ends every start, with growing pauses, until it is mended', async () => {
    const stage = await atWork(generation);
    stage.cause('command not found');
    await stage.clock.advance(5 * MINUTE);
    const ends = stage.messages().filter((message) => message.includes('status 127'));
    expect(ends.length).toBeGreaterThan(5);
    expect(ends.length).toBeLessThan(60);
    expect(stage.world.marathon.app('/jenkins').launches.delayMs).toBeGreaterThan(2 * SECOND);
    const dead = stage.world.cluster.tasks().find(({ statuses }) => statuses.at(-1)?.message.includes('127'));
    expect(dead?.sandbox.stderr).toContain('java: not found');
    stage.cause('mend command not found');
    await stage.clock.advance(5 * MINUTE);
    expect(stage.state()).toEqual(WELL);
  });

  it('crash loop ends by itself after four crashes, or as many as asked for', async () => {
    const stage = await atWork(generation);
    stage.cause('crash loop');
    await stage.clock.advance(5 * MINUTE);
    expect(stage.statuses().filter((status) => status === 'TASK_FAILED')).toHaveLength(4);
    expect(stage.state()).toEqual(WELL);
    stage.cause('crash loop 2');
    await stage.clock.advance(5 * MINUTE);
    expect(stage.statuses().filter((status) => status === 'TASK_FAILED')).toHaveLength(6);
  });
});

it('flapping kills the controller each time a minute after it came up', async () => {
  const stage = await atWork();
  const deaths: number[] = [];
  stage.world.marathon.onEvent(({ body }) => {
    if (body['taskStatus'] === 'TASK_FAILED') deaths.push(stage.clock.now());
  });
  stage.cause('flapping 3');
  await stage.clock.advance(15 * MINUTE);
  const pauses = deaths.slice(1).map((at, index) => at - (deaths[index] ?? 0));
  expect(deaths).toHaveLength(3);
  for (const pause of pauses) expect(pause).toBeGreaterThan(100 * SECOND);
  for (const pause of pauses) expect(pause).toBeLessThan(5 * MINUTE);
  expect(stage.state()).toEqual(WELL);
});

it('flapping stops when it is mended', async () => {
  const stage = await atWork();
  stage.cause('flapping');
  stage.cause('mend flapping');
  await stage.clock.advance(20 * MINUTE);
  expect(stage.statuses()).toEqual(['TASK_FAILED', 'TASK_RUNNING']);
});

it.each(EVERY)('with Marathon %s the sandbox of a dead task keeps its last words', async (generation) => {
  const stage = await atWork(generation);
  const before = stage.taskId();
  stage.cause('out of memory');
  await stage.clock.advance(MINUTE);
  expect(stage.world.cluster.task(before)?.sandbox.stderr).toContain('Jenkins is fully up and running');
});
