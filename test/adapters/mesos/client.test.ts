import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type MesosOptions, mesosClient } from '../../../src/adapters/mesos/client.js';
import { failureOf, fixture, hastyClock } from '../failing.js';
import { closeServersAfterEach, deadHost, type Handler, html, json, localServer } from '../local-server.js';

closeServersAfterEach();

const common = { credentials: undefined, clock: hastyClock(), scrub: (text: string) => text, publicUrl: undefined };

async function mesos(handler: Handler, more: Partial<MesosOptions> = {}) {
  const server = await localServer(handler);
  const [hostname = '', port = ''] = server.host.split(':');
  const client = mesosClient({ ...common, urls: () => [server.url], ...more });
  return { server, client, agent: { hostname, port: Number(port) } };
}

const task = (id: number, framework = 'F') => ({
  id: `t${id}`,
  name: 'agent',
  state: 'TASK_RUNNING',
  framework_id: framework,
  slave_id: 'S',
  executor_id: '',
  resources: { cpus: 0.1, mem: 32 },
});

describe('tasks', () => {
  it('are read page by page until one is short', async () => {
    const all = Array.from({ length: 2_300 }, (_, at) => task(at));
    const { client, server } = await mesos(({ url }, response) => {
      const query = new URL(url, 'http://m').searchParams;
      const offset = Number(query.get('offset'));
      json(response, { tasks: all.slice(offset, offset + Number(query.get('limit'))) });
    });
    expect(await client.tasks('F')).toHaveLength(2_300);
    expect(server.asked).toHaveLength(3);
  });

  it('of other frameworks are left out where a master knows no filter, and one that moved between pages counts once', async () => {
    const first = Array.from({ length: 1_000 }, (_, at) => task(at, at % 2 === 0 ? 'F' : 'G'));
    const { client } = await mesos(({ url }, response) =>
      json(response, { tasks: url.includes('offset=0') ? first : [task(998), task(1_000)] }),
    );
    expect(await client.tasks('F')).toHaveLength(501);
  });

  it('are asked of an old master by its own path', async () => {
    const { client } = await mesos(({ url }, response) =>
      url.startsWith('/master/tasks.json') ? json(response, { tasks: [task(1)] }) : response.writeHead(404).end(),
    );
    expect(await client.tasks('F')).toHaveLength(1);
  });
});

describe('one task', () => {
  it('is asked for by its id', async () => {
    const { client, server } = await mesos((_asked, response) => json(response, { tasks: [task(7)] }));
    expect((await client.task('F', task(7).id))?.id).toBe(task(7).id);
    expect(server.asked.map(({ url }) => url)).toEqual([expect.stringContaining(`task_id=${task(7).id}`)]);
  });

  it('is found among all of them where a master knows no filter, which is then asked for no more pages', async () => {
    const page = Array.from({ length: 1_000 }, (_, at) => task(at, at % 2 === 0 ? 'F' : 'G'));
    const { client, server } = await mesos((_asked, response) => json(response, { tasks: page }));
    expect((await client.task('F', task(8).id))?.frameworkId).toBe('F');
    expect(server.asked).toHaveLength(1);
  });

  it("that has ended, or is another framework's, is none", async () => {
    const ended = { ...task(7), state: 'TASK_FAILED' };
    const { client } = await mesos((_asked, response) => json(response, { tasks: [ended, task(8, 'G')] }));
    expect(await client.task('F', ended.id)).toBeUndefined();
    expect(await client.task('F', task(8).id)).toBeUndefined();
  });
});

describe('an answer of another kind', () => {
  it.each<[string, Handler]>([
    ['answered HTML, not JSON: a proxy or the wrong port?', (_asked, response) => html(response, 200, 'Login')],
    [
      'answered JSON that cannot be read: it has no list of slaves',
      (_asked, response) => json(response, { tasks: [] }),
    ],
    ['answered JSON that cannot be read: there is none', (_asked, response) => response.end('hello')],
    ['answered JSON that cannot be read: it breaks off', (_asked, response) => response.end('{"slaves":[{"id":"S"')],
    ['answered JSON beyond measure: nested too deep', (_asked, response) => response.end(`{"x":${'['.repeat(1_000)}`)],
    [
      'answered an entry of another form than expected: hostname: Invalid input: expected string, received undefined',
      (_asked, response) => json(response, { slaves: [{ id: 'S' }] }),
    ],
  ])('is no empty cluster: %s', async (seen, handler) => {
    const { client } = await mesos(handler);
    expect(await failureOf(client.agents())).toMatchObject({ request: 'GET /slaves', seen, retryable: false });
  });

  it('is refused by 404 only when no call is known', async () => {
    const { client, server } = await mesos((_asked, response) => response.writeHead(404).end('404 Not Found.'));
    expect(await failureOf(client.agents())).toMatchObject({ status: 404, request: 'GET /slaves' });
    expect(server.asked.map(({ url }) => url)).toEqual([
      '/slaves',
      '/master/slaves',
      '/master/state.json',
      '/master/state',
    ]);
  });

  it('breaks off in the middle', async () => {
    const { client } = await mesos((_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1_000 });
      response.write('{"slaves":[');
      setImmediate(() => response.destroy());
    });
    const error = await failureOf(client.agents());
    expect(error).toMatchObject({ retryable: true });
    expect(error.seen).toMatch(/closed the connection in the middle/);
  });
});

describe('statistics', () => {
  it('are given up soon, and not asked again', async () => {
    const { client, agent, server } = await mesos(() => {}, { timeouts: { readMs: 40 } });
    expect((await failureOf(client.statistics(agent))).seen).toBe('did not answer within 0.04 s');
    expect(server.asked).toHaveLength(1);
  });

  it('of Mesos 0.22 lie at another path', async () => {
    const entry = {
      framework_id: 'F',
      executor_id: 'E',
      statistics: { cpus_limit: 1.1, mem_limit_bytes: 2 ** 30, mem_rss_bytes: 2 ** 29, timestamp: 1432809730.5 },
    };
    const { client, agent } = await mesos(({ url }, response) =>
      url.endsWith('.json')
        ? json(response, [entry, { framework_id: 'F', executor_id: 'new' }])
        : response.writeHead(404).end(),
    );
    expect(await client.statistics(agent)).toEqual([
      {
        frameworkId: 'F',
        executorId: 'E',
        cpuSeconds: 0,
        cpusLimit: 1.1,
        memRssMiB: 512,
        memLimitMiB: 1024,
        at: 1432809730500,
      },
    ]);
  });

  it('are asked with the credentials of the cluster', async () => {
    const credentials = { header: () => 'Basic YWdlbnQ6c2VjcmV0', refresh: () => false };
    const { client, agent, server } = await mesos((_asked, response) => json(response, []), { credentials });
    await client.statistics(agent);
    expect(server.asked[0]?.headers.authorization).toBe('Basic YWdlbnQ6c2VjcmV0');
  });
});

describe('who to ask', () => {
  it('is the next master when one is gone', async () => {
    const { server } = await mesos((_asked, response) => json(response, { slaves: [] }));
    const dead = await deadHost();
    const client = mesosClient({ ...common, urls: () => [`http://${dead}`, server.url] });
    expect(await client.agents()).toEqual([]);
  });

  it('is asked again while no leader is elected', async () => {
    let times = 0;
    const { client } = await mesos((_asked, response) => {
      times += 1;
      if (times < 3) response.writeHead(503, { 'Content-Type': 'text/plain' }).end('No leader elected');
      else json(response, { slaves: [] });
    });
    expect(await client.agents()).toEqual([]);
  });

  it('is nobody when Marathon does not say', async () => {
    const client = mesosClient({ ...common, urls: () => [] });
    expect((await failureOf(client.agents())).seen).toMatch(/set MESOS_URL$/);
  });
});

describe('links', () => {
  const place = { mesosAgentId: 'A-S1', frameworkId: 'F', executorId: '', taskId: 'ct:17:0:night ly:' };

  it('lead to the executor, which is named like the task for commands', async () => {
    const client = mesosClient({ ...common, urls: () => [], publicUrl: 'https://ci/mesos/' });
    expect(client.sandboxLink(place)).toBe(
      'https://ci/mesos/#/agents/A-S1/frameworks/F/executors/ct%3A17%3A0%3Anight%20ly%3A',
    );
    expect(client.sandboxLink({ ...place, executorId: 'E' })).toMatch(/executors\/E$/);
  });

  it.each([
    ['0.28.2', 'slaves'],
    ['1.1.0', 'agents'],
    [undefined, 'agents'],
  ])('of Mesos %s name its agents %s', async (version, word) => {
    const slave = { id: 'A-S1', hostname: 'h', port: 5051, version };
    const { client, server } = await mesos((_asked, response) => json(response, { slaves: [slave] }));
    await client.agents();
    expect(client.sandboxLink(place)).toContain(`${server.url}/#/${word}/A-S1/`);
  });
});

it('remembers the hosts of agents that have gone', async () => {
  const files = ['02-ci-cluster', '06-agent-unreachable'].map((folder) =>
    JSON.parse(fixture(`mesos/${folder}/master-slaves.json`)),
  );
  const { client } = await mesos((_asked, response) => json(response, files.shift().response.body));
  const before = await client.agents();
  const after = await client.agents();
  const gone = before.find(({ id }) => !after.some((agent) => agent.id === id));
  expect(gone).toBeDefined();
  expect(client.hostnameOf(gone?.id ?? '')).toBe(gone?.hostname);
  expect(client.hostnameOf('nobody')).toBeUndefined();
});

it('reads a large state packed by gzip', async () => {
  const statuses = Array.from({ length: 8 }, (_, at) => ({ state: 'TASK_RUNNING', timestamp: at, labels: ['"]}'] }));
  const { client } = await mesos(({ url }, response) => {
    if (url !== '/master/state.json') return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
    const zip = createGzip({ level: 1 });
    zip.pipe(response);
    zip.write('{"slaves":[],"frameworks":[{"id":"F","name":"jenkins","tasks":[');
    for (let at = 0; at < 20_000; at += 1)
      zip.write(`${at === 0 ? '' : ','}${JSON.stringify({ ...task(at), statuses })}`);
    zip.end('],"completed_tasks":[]}]}');
  });
  expect(await client.tasks('F')).toHaveLength(20_000);
});
