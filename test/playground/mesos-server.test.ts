// The simulated Mesos master over HTTP, held against recorded answers of a real cluster: same keys, same types, same
// refusals.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/core/time.js';
import { differences, shapeOf } from './json-shape.js';
import { ciCluster } from './mesos-http.js';

const recorded = (file: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/mesos/${file}.json`, import.meta.url), 'utf8')).response;

const compare = (real: unknown[], ours: unknown) => differences(shapeOf(real), shapeOf([ours]));

describe('answers have the keys and types of a real cluster', () => {
  it.each([
    ['/state', '02-ci-cluster/master-state'],
    ['/state-summary', '02-ci-cluster/master-state-summary'],
    ['/slaves', '02-ci-cluster/master-slaves'],
    ['/frameworks', '02-ci-cluster/master-frameworks'],
    ['/tasks', '02-ci-cluster/master-tasks'],
  ])('%s', async (path, file) => {
    const { call } = await ciCluster();
    for (const prefix of ['', '/master']) {
      expect(compare([recorded(file).body], await (await call(`${prefix}${path}`)).json())).toEqual([]);
    }
  });

  it.each(['GET_AGENTS', 'GET_FRAMEWORKS', 'GET_MASTER'])('%s', async (type) => {
    const { v1 } = await ciCluster();
    expect(compare([recorded(`02-ci-cluster/v1-master-${type}`).body], await (await v1(type)).json())).toEqual([]);
  });

  it('GET_TASKS, with the words that no other answer carries', async () => {
    const { v1, cluster, clock, host, marathon } = await ciCluster();
    const real = [
      recorded('03-jenkins-failed/v1-master-GET_TASKS').body,
      recorded('06-agent-unreachable/v1-master-GET_TASKS').body,
    ];
    cluster.crashTask('jenkins.1', { signal: 'Killed' });
    cluster.placeNext(host);
    marathon.launch({ taskId: 'jenkins.2', name: 'jenkins', cpus: 0.5, memMiB: 1_000, ports: 1 });
    await clock.advance(5 * SECOND);
    cluster.failAgent(host);
    await clock.advance(80 * SECOND);
    const ours = (await (await v1('GET_TASKS')).json()) as {
      get_tasks: Record<string, { statuses: { message?: string }[] }[]>;
    };
    expect(compare(real, ours)).toEqual([]);
    expect(ours.get_tasks['completed_tasks']?.flatMap((task) => task.statuses.map(({ message }) => message))).toContain(
      'Command terminated with signal Killed',
    );
    expect(ours.get_tasks['unreachable_tasks']).toMatchObject([
      { task_id: { value: 'jenkins.2' }, state: 'TASK_UNREACHABLE' },
    ]);
  });

  it('the agent: statistics, state, sandbox', async () => {
    const { agent, file, sandbox } = await ciCluster();
    const from = async (path: string) => (await fetch(`${agent.url}${path}`)).json();
    expect(
      compare([recorded('02-ci-cluster/agent-1-monitor-statistics').body], await from('/monitor/statistics')),
    ).toEqual([]);
    const browsed = await (await file('browse', { path: sandbox })).json();
    expect(compare([recorded('02-ci-cluster/agent-1-files-browse-latest').body], browsed)).toEqual([]);
    const read = await (await file('read', { path: `${sandbox}/stderr`, offset: '0', length: '400' })).json();
    expect(compare([recorded('02-ci-cluster/agent-1-files-read-stderr').body], read)).toEqual([]);
    // The state of an agent is kept light: what is there has the right keys.
    const missing = compare(
      ['1', '2'].map((number) => recorded(`02-ci-cluster/agent-${number}-state`).body),
      await from('/state'),
    );
    expect(missing.filter((line) => !/^\.[a-z_]+: missing$/.test(line))).toEqual([]);
  });
});

describe('the master', () => {
  it('calls an agent inactive for 75 s, then forgets it and keeps its tasks', async () => {
    const { call, cluster, clock, host } = await ciCluster();
    const look = async () => {
      const state = (await (await call('/state')).json()) as {
        slaves: { active: boolean }[];
        unreachable_slaves: number;
        frameworks: { name: string; tasks: unknown[]; unreachable_tasks: unknown[] }[];
      };
      const marathon = state.frameworks.find(({ name }) => name === 'marathon');
      return [
        state.slaves.filter(({ active }) => active).length,
        state.slaves.length,
        state.unreachable_slaves,
        marathon?.tasks.length,
        marathon?.unreachable_tasks.length,
      ];
    };
    expect(await look()).toEqual([4, 4, 0, 1, 0]);
    cluster.failAgent(host);
    await clock.advance(10 * SECOND);
    expect(await look()).toEqual([3, 4, 0, 1, 0]);
    await clock.advance(70 * SECOND);
    expect(await look()).toEqual([3, 3, 1, 0, 1]);
    cluster.returnAgent(host);
    expect(await look()).toEqual([4, 4, 0, 1, 0]);
  });

  it('adds up what is allocated', async () => {
    const { call, jenkins } = await ciCluster();
    const { frameworks } = (await (await call(`/frameworks?framework_id=${jenkins.id}`)).json()) as {
      frameworks: unknown[];
    };
    expect(frameworks).toMatchObject([{ id: jenkins.id, used_resources: { cpus: 0.6, mem: 1_400 } }]);
  });

  it('pages tasks as recorded: newest first, limits, offsets, filters, nonsense ignored', async () => {
    const { call, marathon } = await ciCluster();
    const ids = async (query: string) =>
      ((await (await call(`/tasks${query}`)).json()) as { tasks: { id: string }[] }).tasks.map(({ id }) => id);
    const asc = await ids('?order=asc');
    expect(asc[0]).toBe('jenkins.1');
    expect(await ids('')).toEqual([...asc].reverse());
    expect(await ids('?order=asc&limit=2&offset=1')).toEqual(asc.slice(1, 3));
    expect(await ids('?limit=0')).toEqual([]);
    expect(await ids('?limit=-1&order=nonsense')).toHaveLength(4);
    expect(await ids('?offset=99')).toEqual([]);
    expect(await ids(`?framework_id=${marathon.id}`)).toEqual(['jenkins.1']);
    expect(await ids('?framework_id=nobody')).toEqual([]);
  });

  it('redirects to the leader when it does not lead, and says 503 when nobody does', async () => {
    const { call, cluster } = await ciCluster({ hostname: '192.168.3.44' });
    const wanted = recorded('10-non-leading-master/tasks-with-query-redirect').headers.Location as string;
    const moved = await call('/tasks?limit=5&order=asc');
    expect([moved.status, moved.headers.get('location')]).toEqual([
      307,
      wanted.replace('master-1.local', '192.168.3.4'),
    ]);
    expect((await call('/redirect')).headers.get('location')).toBe('//192.168.3.4:5050');
    expect((await call('/health')).status).toBe(200);
    cluster.loseLeader();
    const lost = await call('/state');
    expect([lost.status, await lost.text()]).toEqual([503, 'No leader elected']);
  });

  it('refuses as recorded', async () => {
    const { call } = await ciCluster();
    const answer = async (path: string, init: RequestInit = {}) => {
      const got = await call(path, init);
      return [got.status, await got.text()];
    };
    const post = (body: string, type = 'application/json') =>
      answer('/api/v1', { method: 'POST', headers: { 'content-type': type }, body });
    expect(await answer('/nothing')).toEqual([404, '404 Not Found.']);
    expect(await answer('/api/v1')).toEqual([
      405,
      "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
    ]);
    expect(await post('not json')).toEqual([
      400,
      'Failed to parse body into JSON: syntax error at line 1 near: not json',
    ]);
    expect(await post('{"type":"NOPE"}')).toEqual([
      400,
      "Failed to validate master::Call: Expecting 'type' to be present",
    ]);
    expect(await post('{}', 'text/plain')).toEqual([
      415,
      "Expecting 'Content-Type' of application/json or application/x-protobuf",
    ]);
  });

  it('asks for credentials where the real one does', async () => {
    const { call, agent } = await ciCluster({ credentials: { username: 'bell', password: 'pw' } });
    const refused = await call('/state');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="mesos-master-readonly"',
    ]);
    expect((await call('/version')).status).toBe(200);
    expect((await call('/nothing')).status).toBe(404);
    expect((await fetch(`${agent.url}/state`)).status).toBe(401);
    const headers = { authorization: `Basic ${Buffer.from('bell:pw').toString('base64')}` };
    expect((await call('/state', { headers })).status).toBe(200);
  });

  it('compresses when asked', async () => {
    const { call } = await ciCluster();
    const small = await call('/state', { headers: { 'accept-encoding': 'gzip' } });
    expect(small.headers.get('content-encoding')).toBe('gzip');
    expect(await small.json()).toMatchObject({ activated_slaves: 4 });
  });

  it('as 0.22 knows the old names only', async () => {
    const { call } = await ciCluster({ mesos: '0.22' });
    const statuses = [
      '/state.json',
      '/master/state.json',
      '/tasks.json',
      '/slaves',
      '/state',
      '/frameworks',
      '/state-summary',
      '/api/v1',
    ];
    expect(await Promise.all(statuses.map(async (path) => (await call(path)).status))).toEqual([
      200, 200, 200, 200, 404, 404, 404, 404,
    ]);
  });
});
