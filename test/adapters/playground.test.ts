// The clients against the simulated Marathon, Mesos and Jenkins of every generation: what the one says the other reads.
import { afterEach, describe, expect, it } from 'vitest';
import { jenkinsClient } from '../../src/adapters/jenkins/client.js';
import { marathonClient } from '../../src/adapters/marathon/client.js';
import { mesosClient } from '../../src/adapters/mesos/client.js';
import { MINUTE } from '../../src/core/time.js';
import { BOOT_MS, scene } from '../playground/jenkins-scene.js';
import { GENERATIONS, running } from '../playground/marathon-http.js';
import { APP, jenkinsApp } from '../playground/marathon-scene.js';
import { ciCluster } from '../playground/mesos-http.js';
import { failureOf, hastyClock } from './failing.js';
import { closeServersAfterEach, localServer } from './local-server.js';

closeServersAfterEach();

const common = { clock: hastyClock(), scrub: (text: string) => text, publicUrl: undefined };
const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

describe.each(GENERATIONS)('Marathon %s', (generation) => {
  const connected = async () => {
    const stage = await running(generation);
    const client = marathonClient({ ...common, urls: [stage.server.url], credentials: undefined });
    open.push(client);
    return { ...stage, client };
  };

  it('tells of the app, its task and its health', async () => {
    const { client } = await connected();
    const app = await client.app(APP);
    expect(app).toMatchObject({ id: APP, instances: 1, deploymentIds: [], hasHealthChecks: true });
    expect(app?.tasks).toHaveLength(1);
    expect(app?.tasks[0]).toMatchObject({ health: 'healthy', startedAt: expect.any(Number) });
    expect(await client.app('/nobody')).toBeUndefined();
    expect(await client.launchQueue(APP)).toBeUndefined();
    expect(await client.versions(APP)).toEqual([app?.version]);
    expect(await client.appVersion(APP, app?.version ?? '')).toMatchObject({ id: APP });
  });

  it('takes a change, tells of its deployment, refuses a second one and takes the first back', async () => {
    const { client } = await connected();
    const before = await client.app(APP);
    const changed = await client.replace(APP, { ...(before?.definition ?? {}), mem: 2048 });
    expect(changed.deploymentId).toMatch(/./);
    const [deployment] = await client.deployments();
    expect(deployment).toMatchObject({ id: changed.deploymentId, affectedApps: [APP] });
    const locked = await failureOf(client.setInstances(APP, 0));
    expect(locked).toMatchObject({ status: 409, mayHaveArrived: false });
    if (generation !== '0.8') expect(locked.deploymentIds).toEqual([changed.deploymentId]);
    const back = await client.cancelDeployment(changed.deploymentId ?? '', 'rollback');
    expect(back?.deploymentId).toMatch(/./);
    expect(await client.cancelDeployment('00000000-0000-0000-0000-000000000000', 'rollback')).toBeUndefined();
    expect(await client.cancelDeployment(back?.deploymentId ?? '', 'leave')).toEqual({ deploymentId: undefined });
  });

  it('restarts into a new task of the same definition, refuses a second restart meanwhile, and goes back a version', async () => {
    const { client, clock, task } = await connected();
    const before = await client.app(APP);
    const old = task().taskId;
    const restarted = await client.restart(APP);
    expect(await client.app(APP)).toMatchObject({ version: restarted.version, memMiB: before?.memMiB });
    expect(await failureOf(client.restart(APP))).toMatchObject({ status: 409, mayHaveArrived: false });
    await clock.advance(2 * MINUTE);
    expect(task().taskId).not.toBe(old);
    await client.replace(APP, { ...(before?.definition ?? {}), mem: 2048 });
    await clock.advance(2 * MINUTE);
    const first = before?.version ?? '';
    const back = await client.rollBack(APP, first);
    expect(back.version).toMatch(/Z$/);
    expect(await failureOf(client.rollBack(APP, first))).toMatchObject({ status: 409 });
    await clock.advance(2 * MINUTE);
    expect(await client.app(APP)).toMatchObject({ memMiB: before?.memMiB, deploymentIds: [] });
    expect(await client.versions(APP)).toHaveLength(4);
    const runs = task().taskId;
    // What runs already is taken without a deployment.
    await client.rollBack(APP, first);
    await clock.advance(MINUTE);
    expect(task().taskId).toBe(runs);
  });

  it('is scaled to 0 and back to 1', async () => {
    const { client, clock } = await connected();
    await client.setInstances(APP, 0);
    expect(await client.app(APP)).toMatchObject({ instances: 0 });
    await clock.advance(2 * MINUTE);
    expect(await client.app(APP)).toMatchObject({ instances: 0, tasks: [], deploymentIds: [] });
    await client.setInstances(APP, 1);
    await clock.advance(2 * MINUTE);
    expect(await client.app(APP)).toMatchObject({ instances: 1, tasks: [{ health: 'healthy' }], deploymentIds: [] });
  });

  it('refuses an app that is there, and creates one that is not', async () => {
    const { client } = await connected();
    expect((await failureOf(client.create(jenkinsApp()))).status).toBe(409);
    expect(await client.create(jenkinsApp({ id: '/ci/other' }))).toMatchObject({ version: expect.any(String) });
  });
});

describe.each(['1.10', '0.22'] as const)('Mesos %s', (mesos) => {
  it('tells of agents, frameworks, tasks and what they use', async () => {
    const { server, agent, marathon, jenkins } = await ciCluster({ mesos });
    const client = mesosClient({ ...common, urls: () => [server.url], credentials: undefined });
    open.push(client);
    const agents = await client.agents();
    expect(agents).toHaveLength(4);
    expect((await client.frameworks()).map(({ name }) => name).sort()).toEqual(['Jenkins Scheduler', 'marathon']);
    expect((await client.tasks(jenkins.id)).map(({ id }) => id).sort()).toEqual(['mesos-jenkins-a', 'mesos-jenkins-b']);
    const [task] = await client.tasks(marathon.id);
    expect(client.hostnameOf(task?.mesosAgentId ?? '')).toMatch(/./);
    const { hostname, port } = new URL(agent.url);
    const [statistics] = await client.statistics({ hostname, port: Number(port) });
    expect(statistics).toMatchObject({ frameworkId: marathon.id, executorId: task?.id });
    expect(statistics?.cpuSeconds).toBeGreaterThan(0);
    expect(statistics?.memRssMiB).toBeGreaterThan(0);
  });

  it('tells why a task ended, and what it wrote last', async () => {
    const { server, agent, cluster, clock, marathon, host } = await ciCluster({ mesos });
    // The simulated agents live at addresses of their own; the test reaches this one by its port.
    const master = await localServer(async ({ url, method, body }, response) => {
      const asked = method === 'POST' ? { method, body, headers: { 'content-type': 'application/json' } } : {};
      const answer = await fetch(`${server.url}${url}`, asked);
      const { hostname, port } = new URL(agent.url);
      const seen = (await answer.text()).replaceAll(`"hostname":"${host}"`, `"hostname":"${hostname}"`);
      response.writeHead(answer.status).end(seen.replaceAll('"port":5051', `"port":${port}`));
    });
    const client = mesosClient({ ...common, urls: () => [master.url], credentials: undefined });
    open.push(client);
    const task = cluster.task('jenkins.1');
    if (task === undefined) throw new Error('no task');
    task.sandbox.stderr += 'SEVERE: last words\n';
    cluster.crashTask(task.id, { oom: true });
    await clock.advance(1_000);
    const [ended] = await client.endedTasks(marathon.id);
    expect(ended).toMatchObject({ id: 'jenkins.1', state: 'TASK_FAILED', endedAt: expect.any(Number) });
    const status = await client.taskStatus('jenkins.1');
    if (mesos === '0.22') expect(status).toBeUndefined();
    else expect(status).toMatchObject({ message: expect.stringMatching(/^Memory limit exceeded/) });
    const place = { mesosAgentId: task.agent.id, frameworkId: marathon.id, executorId: '', taskId: 'jenkins.1' };
    expect(await client.sandboxTail(place, 'stderr', 25)).toBe('SEVERE: last words\n');
    expect(await client.sandboxTail(place, 'stdout', 25)).toBe('');
    expect(await client.sandboxTail({ ...place, taskId: 'jenkins.2' }, 'stdout', 25)).toBeUndefined();
  });
});

describe.each(['old', 'modern'] as const)('Jenkins, the %s line', (generation) => {
  it('is read, changed, quieted down and heard again', async () => {
    const stage = await scene({ generation });
    open.push(stage);
    const { user, token } = stage.world.accounts;
    const header = `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
    const client = jenkinsClient({
      ...common,
      baseUrl: async () => stage.url,
      credentials: { header: () => header, refresh: () => false },
    });
    open.push(client);
    stage.launch();
    await stage.clock.advance(BOOT_MS);
    expect(await client.pulse()).toMatchObject({ state: 'up', session: expect.stringMatching(/^[0-9a-f]{8}$/) });
    expect(await client.whoAmI()).toBe(user);
    const before = await client.executorSettings();
    expect(await client.setControllerExecutors(before.controllerExecutors + 1)).toMatchObject({ applied: true });
    expect(await client.controller()).toMatchObject({
      numExecutors: before.controllerExecutors + 1,
      quietingDown: false,
    });
    const change = await client.setTemplateMax({ max: 4 });
    expect(change.refused.map(({ reason }) => reason)).toEqual(generation === 'old' ? [] : ['generation2']);
    expect((await client.scmSync()).plugin).toBe(generation === 'old' ? 'active' : 'absent');
    await client.quietDown('deploy');
    expect((await client.controller()).quietingDown).toBe(true);
    await client.cancelQuietDown();
    expect((await client.controller()).quietingDown).toBe(false);
    expect((await client.executors()).computers.some(({ isController }) => isController)).toBe(true);
    expect(await client.buildQueue()).toEqual([]);
  });
});
