// The simulated Mesos over HTTP, held against recorded answers of a real cluster: same keys, same types, same refusals.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { type Listening, serve } from '../../src/playground/servers/http.js';
import { type MesosServerOptions, serveMesos } from '../../src/playground/servers/mesos.js';
import { Cluster } from '../../src/playground/world/cluster.js';
import type { MesosGeneration } from '../../src/playground/world/cluster-messages.js';
import { manualClock } from '../support/manual-clock.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A controller under Marathon, two build agents under Jenkins, a framework that has ended. */
async function ciCluster(options: MesosServerOptions & { mesos?: MesosGeneration } = {}) {
  const clock = manualClock();
  const cluster = new Cluster({ clock, mesos: options.mesos ?? '1.10', agents: 4 });
  const register = (name: string, own: boolean) =>
    cluster.register({
      name,
      failoverMs: own ? 7 * 24 * 60 * MINUTE : 0,
      checkpoint: own,
      partitionAware: own,
      webuiUrl: 'http://192.168.3.4:8080',
      onUpdate: () => undefined,
    });
  const marathon = register('marathon', true);
  const jenkins = register('Jenkins Scheduler', false);
  const usage = () => ({ cpus: 0.25, memMiB: 600 });
  const program = {
    start: () => undefined,
    terminate: () => undefined,
    destroy: () => undefined,
    respond: () => 200,
    usage,
  };
  marathon.launch({
    taskId: 'jenkins.1',
    name: 'jenkins',
    cpus: 0.5,
    memMiB: 1_000,
    ports: 1,
    labels: { team: 'ci' },
    program,
  });
  await clock.advance(4 * SECOND);
  for (const taskId of ['mesos-jenkins-a', 'mesos-jenkins-b'])
    jenkins.launch({ taskId, name: taskId, cpus: 0.3, memMiB: 700 });
  const ended = register('Jenkins Scheduler', false);
  ended.launch({ taskId: 'short', name: 'short', cpus: 0.1, memMiB: 64 });
  await clock.advance(4 * SECOND);
  ended.disconnect();
  await clock.advance(60 * SECOND);
  const server = await serveMesos(cluster, options);
  open.push(server);
  const host = cluster.task('jenkins.1')?.agent.hostname ?? '';
  const agent: Listening = await serve((req, res) => server.agentRequest(host, req, res));
  open.push(agent);
  const call = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, { redirect: 'manual', ...init });
  const sandbox = `/frameworks/${marathon.id}/executors/jenkins.1/runs/latest`;
  const file = (action: string, query: Record<string, string>) =>
    fetch(`${agent.url}/files/${action}?${new URLSearchParams(query)}`);
  const v1 = (type: string) =>
    call('/api/v1', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type }),
    });
  return { clock, cluster, marathon, jenkins, server, agent, host, call, v1, sandbox, file };
}

const recorded = (file: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/mesos/${file}.json`, import.meta.url), 'utf8')).response;

/** Keys whose content is the cluster's own business. */
const OPEN = new Set(['flags', 'attributes']);

type Shape = { types: Set<string>; keys: Map<string, { shape: Shape; always: boolean }>; items: Shape | undefined };

/** The lists of completed and unreachable things hold the same kind of thing as the plain list, so they are told as one. */
function together(value: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    const plain = key.replace(/^(completed|unreachable)_(?=frameworks|tasks|executors)/, '');
    const known = merged[plain];
    merged[plain] = Array.isArray(known) && Array.isArray(one) ? [...known, ...one] : one;
  }
  return merged;
}

/** What all the values have in common, and what some have. */
function shapeOf(values: unknown[]): Shape {
  const objects = values
    .filter(
      (value): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value),
    )
    .map(together);
  const lists = values.filter((value): value is unknown[] => Array.isArray(value));
  const keys = new Map<string, { shape: Shape; always: boolean }>();
  for (const key of new Set(objects.flatMap(Object.keys))) {
    const having = objects.filter((one) => key in one);
    const inner = OPEN.has(key) ? [{}] : having.map((one) => one[key]);
    keys.set(key, { shape: shapeOf(inner), always: !OPEN.has(key) && having.length === objects.length });
  }
  const types = new Set(
    values.map((value) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)),
  );
  const flat = lists.flat();
  return { types, keys, items: flat.length === 0 ? undefined : shapeOf(flat) };
}

/** Every key that the real answers always have, no key they never have, the same types. */
function differences(real: Shape, ours: Shape, path = ''): string[] {
  const found: string[] = [];
  for (const type of ours.types)
    if (!real.types.has(type)) found.push(`${path}: ${type} instead of ${[...real.types]}`);
  for (const [key, { shape, always }] of real.keys) {
    const mine = ours.keys.get(key);
    if (always && mine?.always !== true && ours.types.has('object')) found.push(`${path}.${key}: missing`);
    if (mine !== undefined) found.push(...differences(shape, mine.shape, `${path}.${key}`));
  }
  for (const key of ours.keys.keys()) if (!real.keys.has(key)) found.push(`${path}.${key}: unknown to a real Mesos`);
  if (real.items !== undefined && ours.items !== undefined)
    found.push(...differences(real.items, ours.items, `${path}[]`));
  return found;
}

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
