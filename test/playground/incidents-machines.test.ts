// Machines, networks, artifacts and room lost on request: what Mesos and Marathon make of it, generation by generation.
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { APP, atWork, EVERY, STREAMING, WELL } from './incident-scene.js';

interface Queue {
  queue: { processedOffersSummary?: { rejectSummaryLastOffers: { declined: number }[] } }[];
}

const UNAWARE = ['0.8', '0.11', '1.3'];
const lost = (generation: string) => (UNAWARE.includes(generation) ? 'TASK_LOST' : 'TASK_UNREACHABLE');

describe.each(STREAMING)('with Marathon %s', (generation) => {
  it('lose agent: Mesos gives it up after 75 s, the controller starts elsewhere; agent back brings nothing to life', async () => {
    const stage = await atWork(generation);
    const before = stage.taskId();
    const host = stage.tasks()[0]?.host ?? '';
    expect(stage.cause('lose agent')).toContain(host);
    await stage.clock.advance(70 * SECOND);
    expect(stage.world.cluster.agent(host)?.state).toBe('disconnected');
    expect(stage.statuses()).toEqual([]);
    await stage.clock.advance(5 * MINUTE);
    expect(stage.statuses().slice(0, 2)).toEqual([lost(generation), 'TASK_RUNNING']);
    expect(stage.tasks().map((one) => one.host === host)).toEqual([false]);
    expect(stage.world.troubles.names).toEqual(['lose agent']);
    const now = stage.taskId();
    expect(stage.cause('agent back')).toBe(`Back with Mesos: ${host}.`);
    await stage.clock.advance(5 * MINUTE);
    expect(stage.taskId()).toBe(now);
    expect(stage.world.cluster.task(before)?.processAlive).toBe(false);
    expect(stage.state()).toEqual(WELL);
  });

  it('partition: the same task goes on in the end', async () => {
    const stage = await atWork(generation);
    const before = stage.taskId();
    const { session } = stage.jenkins();
    stage.cause('partition');
    await stage.clock.advance(50 * SECOND);
    expect(stage.types().filter((type) => type === 'failed_health_check_event').length).toBeGreaterThan(1);
    expect(await stage.isSilent(`${stage.world.servers.jenkins.url}/login`)).toBe(true);
    await stage.clock.advance(5 * MINUTE);
    expect(stage.taskId()).toBe(before);
    expect(stage.jenkins().session).toBe(session);
    // Only 1.5 takes back what Mesos had given up, and kills the replacement that ran by then.
    expect(stage.statuses()).toEqual(
      generation === '1.5' ? ['TASK_UNREACHABLE', 'TASK_RUNNING', 'TASK_RUNNING', 'TASK_KILLED'] : [],
    );
    expect(stage.state()).toEqual(WELL);
  });

  it('long partition: the replacement stays, and what returns is ended', async () => {
    const stage = await atWork(generation);
    const before = stage.taskId();
    stage.cause('long partition');
    await stage.clock.advance(4 * MINUTE);
    // Unseen, the first controller runs on.
    expect(stage.world.cluster.task(before)?.processAlive).toBe(true);
    const replacement = stage.taskId();
    expect(replacement).not.toBe(before);
    expect(await stage.status(`${stage.world.servers.jenkins.url}/login`)).toBe(200);
    await stage.clock.advance(3 * MINUTE);
    expect(stage.taskId()).toBe(replacement);
    expect(stage.world.cluster.task(before)?.processAlive).toBe(false);
    const expunged = generation === '1.3' ? ['TASK_KILLED'] : [];
    expect(stage.statuses()).toEqual([lost(generation), 'TASK_RUNNING', ...expunged]);
    expect(stage.types().includes('unknown_instance_terminated_event')).toBe(!UNAWARE.includes(generation));
    expect(stage.state()).toEqual(WELL);
  });

  it('fetch failure: no start gets as far as running, until it is mended', async () => {
    const stage = await atWork(generation);
    stage.cause('fetch failure');
    await stage.clock.advance(5 * MINUTE);
    expect(stage.tasks()).toEqual([]);
    expect(stage.statuses().slice(0, 4)).toEqual(['TASK_FAILED', 'TASK_FAILED', 'TASK_FAILED', 'TASK_FAILED']);
    expect(stage.statuses()).not.toContain('TASK_RUNNING');
    expect(stage.messages().at(-1)).toMatch(
      generation === '0.11' ? /^Abnormal executor termination$/ : /Failed to fetch all URIs/,
    );
    expect(stage.world.cluster.tasks()[0]?.sandbox.stderr).toContain(
      "Failed to fetch 'https://repo.example.org/jenkins/jenkins.tar.gz'",
    );
    stage.cause('mend fetch failure');
    await stage.clock.advance(4 * MINUTE);
    expect(stage.state()).toEqual(WELL);
  });
});

describe.each(EVERY)('no room with Marathon %s', (generation) => {
  it('the relaunch waits, the queue says why, and it starts when there is room', async () => {
    const stage = await atWork(generation);
    stage.cause('no room');
    await stage.clock.advance(10 * MINUTE);
    expect(stage.tasks()).toEqual([]);
    const { queue } = (await (await fetch(`${stage.world.servers.marathon.url}/v2/queue`)).json()) as Queue;
    expect(queue).toMatchObject([{ app: { id: APP }, count: 1, delay: { overdue: true } }]);
    const reasons = queue[0]?.processedOffersSummary?.rejectSummaryLastOffers.filter(({ declined }) => declined > 0);
    const modern = ['1.5', '1.11'].includes(generation);
    expect(reasons).toEqual(modern ? [{ reason: 'InsufficientMemory', declined: 39, processed: 39 }] : undefined);
    expect(stage.world.cluster.frameworks.at(-1)?.registration.name).toBe('spark');
    stage.cause('mend no room');
    await stage.clock.advance(3 * MINUTE);
    expect(stage.state()).toEqual(WELL);
  });
});

describe('maintenance', () => {
  it('is planned for a machine of Jenkins, moves nothing, and ends when it is mended', async () => {
    const stage = await atWork('1.5');
    const before = stage.taskId();
    expect(stage.cause('maintenance')).toMatch(/^An operator works on 192\.168\.3\.\d+ in 5 min, for an hour/);
    const planned = stage.world.cluster.agents.filter(({ maintenance }) => maintenance !== undefined);
    expect(planned).toHaveLength(1);
    await stage.clock.advance(10 * MINUTE);
    expect(stage.taskId()).toBe(before);
    expect(stage.cause('mend maintenance')).toBe('Mended: maintenance.');
    expect(stage.world.cluster.agents.some(({ maintenance }) => maintenance !== undefined)).toBe(false);
  });
});
