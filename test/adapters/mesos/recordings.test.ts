// Every recorded answer of a real cluster that the client would have asked for, served again.
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mesosClient } from '../../../src/adapters/mesos/client.js';
import { failureOf, fixture, hastyClock } from '../failing.js';
import { closeServersAfterEach, type Handler, localServer } from '../local-server.js';

closeServersAfterEach();

interface Recorded {
  request: { url: string };
  response: { status: number; headers: Record<string, string>; body?: unknown; text?: string };
}

interface WireTask {
  id: string;
  name: string;
  state: string;
  framework_id: string;
  slave_id: string;
  executor_id: string;
  resources: { cpus: number; mem: number };
  statuses: { state: string; timestamp: number }[];
}

interface WireFramework {
  id: string;
  name: string;
  active: boolean;
  connected: boolean;
  used_resources: { cpus: number; mem: number };
  tasks: WireTask[];
  unreachable_tasks: WireTask[];
  completed_tasks: WireTask[];
}

interface WireAgent {
  id: string;
  hostname: string;
  port: number;
  active: boolean;
  deactivated: boolean;
  drain_info?: { state: string };
  estimated_drain_start_time_seconds?: number;
  resources: { cpus: number; mem: number };
  used_resources: { cpus: number; mem: number };
}

const ROOT = new URL('../../fixtures/mesos/', import.meta.url);
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
const recorded = (file: string): Recorded => JSON.parse(fixture(`mesos/${file}`));
const called = (path: string) =>
  FILES.filter(
    (file) => !file.includes('v1-') && new URL(recorded(file).request?.url ?? 'http://none').pathname === path,
  );
const answered = (path: string) => called(path).filter((file) => recorded(file).response.status === 200);
const masterStates = answered('/state').filter((file) => !file.includes('agent-'));

/** Answers these paths with recorded files, everything else with 404 as Mesos does. */
function replaying(files: Record<string, string>): Handler {
  return ({ url }, response) => {
    const file = files[url.split('?', 1)[0] ?? ''];
    if (file === undefined) return void response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 Not Found.');
    const { status, headers, body, text } = recorded(file).response;
    const { 'Content-Length': _length, 'Content-Encoding': _encoding, ...rest } = headers;
    response.writeHead(status, rest);
    response.end(body === undefined ? text : JSON.stringify(body));
  };
}

async function mesos(files: Record<string, string>) {
  const server = await localServer(replaying(files));
  const options = { credentials: undefined, clock: hastyClock(), scrub: (text: string) => text };
  return { server, client: mesosClient({ ...options, urls: () => [server.url], publicUrl: undefined }) };
}

const inMs = (seconds: number | undefined) => (seconds === undefined ? undefined : Math.round(seconds * 1000));

const agentOf = (wire: WireAgent) => ({
  id: wire.id,
  hostname: wire.hostname,
  port: wire.port,
  active: wire.active,
  deactivated: wire.deactivated,
  drain: wire.drain_info?.state === 'DRAINED' ? 'drained' : undefined,
  drainSince: inMs(wire.estimated_drain_start_time_seconds),
  total: { cpus: wire.resources.cpus, memMiB: wire.resources.mem },
  used: { cpus: wire.used_resources.cpus, memMiB: wire.used_resources.mem },
});

const frameworkOf = (wire: WireFramework) => ({
  id: wire.id,
  name: wire.name,
  active: wire.active,
  connected: wire.connected,
  used: { cpus: wire.used_resources.cpus, memMiB: wire.used_resources.mem },
});

const taskOf = (wire: WireTask) => ({
  id: wire.id,
  name: wire.name,
  state: wire.state,
  frameworkId: wire.framework_id,
  mesosAgentId: wire.slave_id,
  executorId: wire.executor_id,
  resources: { cpus: wire.resources.cpus, memMiB: wire.resources.mem },
});

const sinceOf = (wire: WireTask) => inMs(wire.statuses.findLast(({ state }) => state === wire.state)?.timestamp);
const liveOf = (wire: WireTask) => ({ ...taskOf(wire), since: sinceOf(wire) });
const endedOf = (wire: WireTask) => ({ ...taskOf(wire), endedAt: sinceOf(wire) });

const LIVE = ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_UNREACHABLE'];
const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);

it('holds every situation', () => {
  expect(new Set(FILES.map((file) => file.split('/')[0])).size).toBe(14);
});

describe.each(answered('/slaves'))('agents of %s', (file) => {
  it('are read with what they have and what is taken', async () => {
    const { client } = await mesos({ '/slaves': file });
    const { slaves } = recorded(file).response.body as { slaves: WireAgent[] };
    const agents = await client.agents();
    expect(agents).toEqual(slaves.map(agentOf));
    expect(agents.map(({ id }) => client.hostnameOf(id))).toEqual(slaves.map(({ hostname }) => hostname));
  });
});

describe.each(answered('/state-summary'))('frameworks of %s', (file) => {
  it('are those that have not completed', async () => {
    const { client, server } = await mesos({ '/state-summary': file });
    const { frameworks } = recorded(file).response.body as { frameworks: WireFramework[] };
    expect(await client.frameworks()).toEqual(
      frameworks.map((wire) => ({ ...frameworkOf(wire), registeredAt: undefined })),
    );
    expect(server.asked).toHaveLength(1);
  });
});

describe.each(answered('/tasks'))('tasks of %s', (file) => {
  it('are those of the framework that have not ended', async () => {
    const { client, server } = await mesos({ '/tasks': file });
    const { tasks } = recorded(file).response.body as { tasks: WireTask[] };
    const ids = [...new Set(tasks.map((task) => task.framework_id))];
    for (const id of [...ids, 'F-none']) {
      const wanted = tasks.filter((task) => task.framework_id === id && LIVE.includes(task.state));
      expect(await client.tasks(id)).toEqual(wanted.map(liveOf));
    }
    expect(server.asked.at(-1)?.url).toBe('/tasks?framework_id=F-none&limit=1000&offset=0&order=asc');
  });

  it('that have ended come with their end, the latest first', async () => {
    const { client } = await mesos({ '/tasks': file });
    const { tasks } = recorded(file).response.body as { tasks: WireTask[] };
    for (const id of new Set(tasks.map((task) => task.framework_id))) {
      const wanted = tasks.filter((task) => task.framework_id === id && !LIVE.includes(task.state)).map(endedOf);
      const ended = await client.endedTasks(id);
      expect(ended.toSorted(byId)).toEqual(wanted.sort(byId));
      expect(ended).toEqual(ended.toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)));
    }
  });
});

describe.each(masterStates)('an old master that answers %s', (file) => {
  const body = recorded(file).response.body as { slaves: WireAgent[]; frameworks: WireFramework[] };

  it.each(['/master/state.json', '/master/state'])('tells the same through %s', async (path) => {
    const { client } = await mesos({ [path]: file });
    expect(await client.agents()).toEqual(body.slaves.map(agentOf));
    expect((await client.frameworks()).map(({ registeredAt: _at, ...rest }) => rest)).toEqual(
      body.frameworks.map(frameworkOf),
    );
    for (const framework of body.frameworks) {
      const wanted = [...framework.tasks, ...framework.unreachable_tasks].filter((task) => LIVE.includes(task.state));
      expect((await client.tasks(framework.id)).sort(byId)).toEqual(wanted.map(liveOf).sort(byId));
      const over = [...framework.completed_tasks, ...framework.unreachable_tasks].filter(
        (task) => !LIVE.includes(task.state),
      );
      expect((await client.endedTasks(framework.id)).sort(byId)).toEqual(over.map(endedOf).sort(byId));
    }
  });
});

const moments = masterStates
  .filter((file) => file.endsWith('/master-state.json'))
  .map((file) => ({ file, small: file.replace('master-state', 'master-tasks') }))
  .filter(({ small }) => existsSync(new URL(small, ROOT)));

describe.each(moments)('$file', ({ file, small }) => {
  it('lists the same tasks as the small call of the same moment', async () => {
    const body = recorded(file).response.body as { frameworks: WireFramework[] };
    const whole = await mesos({ '/master/state': file });
    const paged = await mesos({ '/tasks': small });
    for (const { id } of body.frameworks) {
      expect((await whole.client.tasks(id)).sort(byId)).toEqual((await paged.client.tasks(id)).sort(byId));
    }
  });
});

describe.each(answered('/monitor/statistics'))('statistics of %s', (file) => {
  it('are one entry a container', async () => {
    const { client, server } = await mesos({ '/monitor/statistics': file });
    const wire = recorded(file).response.body as {
      framework_id: string;
      executor_id: string;
      statistics: Record<string, number>;
    }[];
    const [hostname = '', port = ''] = server.host.split(':');
    expect(await client.statistics({ hostname, port: Number(port) })).toEqual(
      wire.map(({ framework_id, executor_id, statistics }) => ({
        frameworkId: framework_id,
        executorId: executor_id,
        cpuSeconds: (statistics['cpus_user_time_secs'] ?? 0) + (statistics['cpus_system_time_secs'] ?? 0),
        cpusLimit: statistics['cpus_soft_limit'],
        memRssMiB: (statistics['mem_rss_bytes'] ?? 0) / 2 ** 20,
        memLimitMiB: (statistics['mem_limit_bytes'] ?? 0) / 2 ** 20,
        at: (statistics['timestamp'] ?? 0) * 1000,
      })),
    );
  });
});

describe('a stand-by master', () => {
  const sent = (file: string) => recorded(`10-non-leading-master/${file}.json`).response;

  it.each([
    ['slaves-redirect', '/slaves', 'agents'],
    ['state-summary-redirect', '/state-summary', 'frameworks'],
  ] as const)('sends the reader on by %s, without a scheme', async (file, path, method) => {
    const leader = await localServer((asked, response, request) => {
      const small = asked.url.includes('slaves') ? 'master-slaves' : 'master-state-summary';
      replaying({ [asked.url]: `02-ci-cluster/${small}.json` })(asked, response, request);
    });
    const standby = await localServer(({ url }, response) => {
      expect(url).toBe(path);
      const { status, headers } = sent(file);
      response.writeHead(status, { Location: headers['Location']?.replace('master-1.local:5050', leader.host) });
      response.end();
    });
    const client = mesosClient({
      urls: () => [standby.url, leader.url],
      publicUrl: undefined,
      credentials: { header: () => 'Basic c2VjcmV0', refresh: () => false },
      clock: hastyClock(),
      scrub: (text) => text,
    });
    expect((await client[method]()).length).toBeGreaterThan(1);
    expect(leader.asked[0]?.headers.authorization).toBe('Basic c2VjcmV0');
    // The leader is asked first from now on.
    await client[method]();
    expect(standby.asked).toHaveLength(1);
  });
});

describe.each(FILES.filter((file) => file.startsWith('07-auth/') && recorded(file).response.status === 401))(
  'a refusal, %s',
  (file) => {
    it('says so in the words of Mesos', async () => {
      const { client } = await mesos({ '/slaves': file, '/state-summary': file, '/tasks': file });
      for (const refused of [client.agents(), client.frameworks(), client.tasks('F')]) {
        expect(await failureOf(refused)).toMatchObject({ status: 401, seen: '401 Unauthorized.', retryable: false });
      }
    });
  },
);
