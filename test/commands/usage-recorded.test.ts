// The figure the article ends its chapter on elasticity with, from answers of a real Mesos: what the two build agents hold.
import { expect, test } from 'vitest';
import { mesosClient } from '../../src/adapters/mesos/client.js';
import { usage } from '../../src/commands/usage.js';
import { fixture, hastyClock } from '../adapters/failing.js';
import { closeServersAfterEach, type Handler, localServer } from '../adapters/local-server.js';
import { anApp, aTask } from '../support/ci-service.js';
import { linesOf, read } from '../support/read-command.js';

closeServersAfterEach();

const CONTROLLER = 'jenkins.1b2c3d4e-5f60-11ef-8a9b-0242ac110002';
const MARATHON = '02c7c04a-dfbe-4f21-abb8-e71f9719932f-0001';
const FOLDER = 'mesos/02-ci-cluster';

const body = (file: string): { slaves: object[]; tasks: { framework_id: string; id: string }[] } & object[] =>
  JSON.parse(fixture(`${FOLDER}/${file}`)).response.body;

/** The master, and the three agents at its own address, of which the third was not recorded. */
function cluster(url: () => string): Handler {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url());
    const port = Number(new URL(url()).port);
    const send = (value: unknown) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (pathname === '/slaves')
      return send({
        slaves: body('master-slaves.json').slaves.map((agent) => ({ ...agent, hostname: '127.0.0.1', port })),
      });
    if (pathname === '/state-summary') return send(body('master-state-summary.json'));
    if (pathname === '/tasks') {
      const { tasks } = body('master-tasks.json');
      const [framework, id] = [searchParams.get('framework_id'), searchParams.get('task_id')];
      return send({
        tasks: tasks.filter((task) => task.framework_id === framework && (id === null || task.id === id)),
      });
    }
    if (pathname === '/monitor/statistics') return send(body('agent-1-monitor-statistics.json'));
    response.writeHead(404).end();
  };
}

test('0.6 cpus and 1.4 GB are held by the two build agents, with the controller and the cluster beside them', async () => {
  let address = '';
  const server = await localServer(cluster(() => address));
  address = server.url;
  const options = { credentials: undefined, clock: hastyClock(), scrub: (text: string) => text };
  const client = mesosClient({ ...options, urls: () => [server.url], publicUrl: undefined });
  const message = await read(usage, {
    mesos: client,
    marathon: {
      app: async () => anApp({ tasks: [aTask({ id: CONTROLLER })] }),
      info: async () => ({ version: '1.5.15', frameworkId: MARATHON, mesosUrl: server.url, leader: undefined }),
    },
  });
  client.close();
  expect(message.text).toContain('its 2 build agents hold 0.6 cpus and 1.4 GB.');
  // One recorded answer of an agent tells no use: its counters do not move.
  expect(linesOf(message).slice(0, -1)).toEqual([
    ":bar_chart: Jenkins holds *1.1 cpus* and *2.3 GB* of the cluster's 10.0 cpus and 20.0 GB (11 % and 12 %); its 2 build agents hold 0.6 cpus and 1.4 GB.",
    'Controller | 0.5 | – | 1.0 GB | –',
    'Build agents (2) | 0.6 | – | 1.4 GB | –',
    'All frameworks | 1.1 | – | 2.3 GB | –',
    'Cluster (3 agents) | 10.0 | – | 20.0 GB | –',
    'Executors: 0 of 2 busy. No build waits.',
  ]);
});
