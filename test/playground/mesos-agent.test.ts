// A simulated Mesos agent over HTTP: what its containers use, and their sandboxes.
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/core/time.js';
import { ciCluster } from './mesos-http.js';

describe('an agent', () => {
  it('tells cumulative cpu seconds, so that two looks give the use', async () => {
    const { agent, clock } = await ciCluster();
    const look = async () => {
      const [entry] = (await (await fetch(`${agent.url}/monitor/statistics`)).json()) as {
        statistics: Record<string, number>;
      }[];
      const {
        cpus_user_time_secs: user = 0,
        cpus_system_time_secs: system = 0,
        timestamp = 0,
      } = entry?.statistics ?? {};
      return { cpu: user + system, timestamp };
    };
    const before = await look();
    await clock.advance(10 * SECOND);
    const after = await look();
    expect((after.cpu - before.cpu) / (after.timestamp - before.timestamp)).toBeCloseTo(0.25);
  });

  it('reads a sandbox by bytes, at most 65,536 at once, and tells the size for offset -1', async () => {
    const { cluster, sandbox, file } = await ciCluster();
    const task = cluster.task('jenkins.1');
    if (task === undefined) throw new Error('no task');
    task.sandbox.stdout = `${'x'.repeat(70_000)}é`;
    const read = async (query: Record<string, string>) =>
      (await file('read', { path: `${sandbox}/stdout`, ...query })).json();
    expect(await read({ offset: '-1' })).toEqual({ data: '', offset: 70_002 });
    expect(((await read({ offset: '0', length: '100000' })) as { data: string }).data).toHaveLength(65_536);
    expect(await read({ offset: '69998', length: '10' })).toEqual({ data: 'xxé', offset: 69_998 });
    expect(await read({ offset: '99999' })).toEqual({ data: '', offset: 99_999 });
    const cut = Buffer.from(
      await (await file('read', { path: `${sandbox}/stdout`, offset: '70000', length: '1' })).arrayBuffer(),
    );
    expect(cut.includes(Buffer.from([0xc3, 0x22]))).toBe(true);
  });

  it.each([
    ['read', {}, 400, "Expecting 'path=value' in query.\n"],
    ['read', { path: 'SANDBOX' }, 400, 'Cannot read a directory.\n'],
    [
      'read',
      { path: 'SANDBOX/stdout', offset: 'abc' },
      400,
      "Failed to parse offset: Failed to convert 'abc' to number.\n",
    ],
    ['read', { path: 'SANDBOX/stdout', offset: '-5' }, 400, 'Negative offset provided: -5.\n'],
    ['read', { path: 'SANDBOX/nope' }, 404, ''],
    ['browse', { path: '/etc' }, 404, ''],
    ['download', { path: 'SANDBOX/nope' }, 404, '404 Not Found.'],
  ])('answers %s of %j with %i', async (action, query, status, words) => {
    const { file, sandbox } = await ciCluster();
    const full = 'path' in query ? { ...query, path: String(query.path).replace('SANDBOX', sandbox) } : {};
    const got = await file(action, full as Record<string, string>);
    expect([got.status, await got.text()]).toEqual([status, words]);
  });

  it('keeps the sandbox of a dead task, and closes the door while nobody can reach it', async () => {
    const { cluster, agent, host, file, sandbox } = await ciCluster();
    cluster.crashTask('jenkins.1', { status: 1 });
    const got = await file('download', { path: `${sandbox}/stderr` });
    expect(got.headers.get('content-disposition')).toBe('attachment; filename=stderr');
    expect(await got.text()).toMatch(/^I\d{4} .* exec\.cpp/);
    cluster.failAgent(host);
    const refused = await new Promise((resolve) =>
      request(`${agent.url}/state`, () => resolve('answered'))
        .once('error', () => resolve('closed'))
        .end(),
    );
    expect(refused).toBe('closed');
  });
});
