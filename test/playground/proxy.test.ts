// The simulated network: axios with `http_proxy` set reaches the article's addresses and nothing else.
import axios from 'axios';
import { afterEach, expect, it } from 'vitest';
import { MINUTE } from '../../src/core/time.js';
import { sendJson } from '../../src/playground/servers/http.js';
import { serveMarathon } from '../../src/playground/servers/marathon.js';
import { serveMesos } from '../../src/playground/servers/mesos.js';
import { serveProxy } from '../../src/playground/servers/proxy.js';
import { APP, scene } from './marathon-scene.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function network() {
  const stage = scene('1.5');
  stage.cluster.placeNext('192.168.3.7', 31_052);
  await stage.deployed();
  const marathon = await serveMarathon(stage.world);
  const mesos = await serveMesos(stage.cluster);
  const proxy = await serveProxy({
    cluster: stage.cluster,
    marathon: marathon.handler,
    mesos: mesos.handler,
    agent: mesos.agentRequest,
    task: (task, req, res) => sendJson(res, 200, { task: task.id, path: req.url, host: req.headers.host }),
  });
  open.push(marathon, mesos, proxy);
  const client = axios.create({
    proxy: { protocol: 'http', host: '127.0.0.1', port: proxy.port },
    validateStatus: () => true,
  });
  const get = async (url: string) => (await client.get(url)).data;
  return { ...stage, get, client };
}

it('brings Marathon, Mesos, its agents and the controller to their addresses', async () => {
  const { get, task, cluster } = await network();
  expect(await get('http://192.168.3.4:8080/v2/info')).toMatchObject({ name: 'marathon' });
  expect(await get('http://192.168.3.4:5050/master/state')).toMatchObject({ activated_slaves: 5 });
  expect(await get('http://192.168.3.7:5051/monitor/statistics')).toMatchObject([{ executor_id: task().taskId }]);
  const answer = await get('http://192.168.3.7:31052/login?from=/');
  expect(answer).toEqual({ task: task().taskId, path: '/login?from=/', host: '192.168.3.7:31052' });
  expect(cluster.listener('192.168.3.7', 31_052)?.id).toBe(task().taskId);
});

it('carries a write with its body', async () => {
  const { client, world } = await network();
  expect((await client.put(`http://192.168.3.4:8080/v2/apps${APP}`, { mem: 1_536 })).status).toBe(200);
  expect(world.app(APP).definition['mem']).toBe(1_536);
});

it.each([
  'http://192.168.3.7:31053/',
  'http://192.168.3.99:5051/state',
  'http://example.org/',
  'http://127.0.0.1:8080/v2/info',
])('refuses %s, where nothing listens', async (url) => {
  const { get } = await network();
  await expect(get(url)).rejects.toThrow(/socket hang up|ECONNRESET/);
});

it("refuses the controller's address once it is dead or out of reach", async () => {
  const { get, cluster, clock, task } = await network();
  cluster.failAgent('192.168.3.7');
  await expect(get('http://192.168.3.7:31052/login')).rejects.toThrow();
  cluster.returnAgent('192.168.3.7');
  expect(await get('http://192.168.3.7:31052/login')).toMatchObject({ path: '/login' });
  cluster.crashTask(task().taskId, { status: 1 });
  await expect(get('http://192.168.3.7:31052/login')).rejects.toThrow();
  await clock.advance(MINUTE);
  const { host, ports } = task();
  expect(await get(`http://${host}:${ports[0]}/login`)).toMatchObject({ task: task().taskId });
});
