// Inside Jenkins: SCM sync that fails, its framework that goes, builds that wait, the JVM that starts again.
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { atWork, type Stage, WELL } from './incident-scene.js';

const scm = (stage: Stage) => stage.jenkins().home.scmSync;

describe('SCM sync', () => {
  it('fail push leaves a commit here and a line in fail.log; mend push alone pushes nothing, the next change does', async () => {
    const stage = await atWork();
    stage.cause('fail push');
    await stage.clock.advance(10 * SECOND);
    expect(scm(stage).unpushed).toHaveLength(1);
    expect(scm(stage).fail?.text).toContain('Error while checking in file to scm repository');
    stage.cause('mend push');
    expect(stage.world.troubles.names).toEqual([]);
    await stage.clock.advance(MINUTE);
    expect(scm(stage).unpushed).toHaveLength(1);
    stage.cause('save config');
    await stage.clock.advance(10 * SECOND);
    expect(scm(stage).unpushed).toEqual([]);
    expect(scm(stage).success?.mtime).toBeGreaterThan(scm(stage).fail?.mtime ?? 0);
  });

  it('purge deletes fail.log and pushes nothing', async () => {
    const stage = await atWork();
    stage.cause('fail push');
    await stage.clock.advance(10 * SECOND);
    stage.cause('purge');
    expect(scm(stage).fail).toBeUndefined();
    expect(scm(stage).unpushed).toHaveLength(1);
  });

  it('poison queue stops it without a word; jenkins restart empties the queue in the same task, with a new session', async () => {
    const stage = await atWork();
    const [task, { session }] = [stage.taskId(), stage.jenkins()];
    stage.cause('poison queue');
    await stage.clock.advance(5 * MINUTE);
    expect(scm(stage).queuedCommits).toBeGreaterThan(0);
    expect(scm(stage).fail).toBeUndefined();
    stage.cause('jenkins restart');
    await stage.clock.advance(20 * SECOND);
    expect(stage.jenkins().phase).toBe('starting');
    await stage.clock.advance(2 * MINUTE);
    expect(scm(stage).queuedCommits).toBe(0);
    expect(stage.taskId()).toBe(task);
    expect(stage.jenkins().session).not.toBe(session);
    expect(stage.statuses()).toEqual([]);
    expect(stage.state()).toEqual(WELL);
  });
});

describe.each(['old', 'modern'] as const)('on the %s line', (line) => {
  const there = () => atWork('1.5', line);
  const waiting = (stage: Stage) => stage.jenkins().farm.queue.waiting;

  it('framework lost: Mesos completes it, no agent comes; framework back registers another', async () => {
    const stage = await there();
    const before = stage.frameworks()[0]?.id;
    stage.cause('framework lost');
    expect(stage.frameworks()).toEqual([]);
    stage.cause('builds');
    await stage.clock.advance(10 * MINUTE);
    expect(stage.jenkins().farm.agents.nodes).toEqual([]);
    stage.cause('framework back');
    expect(stage.frameworks().map(({ id }) => id === before)).toEqual([false]);
    await stage.clock.advance(20 * MINUTE);
    expect(waiting(stage)).toEqual([]);
    expect(stage.state()).toEqual(WELL);
  });

  it('framework lost is over when Jenkins starts again', async () => {
    const stage = await there();
    stage.cause('framework lost');
    stage.cause('jenkins restart');
    await stage.clock.advance(3 * MINUTE);
    expect(stage.state()).toEqual(WELL);
  });

  it('starve builds: they wait for more than ten minutes beside agents that never connect and a cluster with room', async () => {
    const stage = await there();
    stage.cause('builds');
    await stage.clock.advance(MINUTE);
    expect(stage.jenkins().farm.running.length).toBeGreaterThan(0);
    stage.cause('starve builds');
    expect(stage.jenkins().farm.running).toEqual([]);
    await stage.clock.advance(12 * MINUTE);
    const since = waiting(stage).map(({ buildableSince }) => stage.clock.now() - (buildableSince ?? 0));
    expect(since.filter((ms) => ms > 10 * MINUTE)).toHaveLength(4);
    expect(stage.frameworks()[0]?.tasks.some(({ state }) => state === 'TASK_RUNNING')).toBe(true);
    expect(stage.jenkins().farm.agents.nodes.every(({ online }) => !online)).toBe(true);
    expect(stage.world.cluster.rejections({ taskId: 'x', name: 'x', cpus: 0.5, memMiB: 1_024 })).toMatchObject(
      Array.from({ length: 5 }, () => ({ declined: 0 })),
    );
    stage.cause('mend starve builds');
    await stage.clock.advance(20 * MINUTE);
    expect(waiting(stage)).toEqual([]);
  });

  it('starve builds outlives a restart of the controller', async () => {
    const stage = await there();
    stage.cause('starve builds');
    stage.cause('kill controller');
    await stage.clock.advance(3 * MINUTE);
    stage.cause('builds');
    await stage.clock.advance(10 * MINUTE);
    expect(waiting(stage)).toHaveLength(4);
  });

  it('quiet: builds wait although there is everything for them', async () => {
    const stage = await there();
    stage.cause('quiet');
    stage.cause('builds');
    await stage.clock.advance(5 * MINUTE);
    expect(waiting(stage)).toHaveLength(4);
    expect(stage.jenkins().farm.quietingDown).toBe(true);
    stage.cause('mend quiet');
    await stage.clock.advance(20 * MINUTE);
    expect(waiting(stage)).toEqual([]);
  });
});
