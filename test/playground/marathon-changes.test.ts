// Changes asked of the simulated Marathon over HTTP: deployments, locks, rollbacks, kills.
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { GENERATIONS, running } from './marathon-http.js';
import { APP, jenkinsApp, scene } from './marathon-scene.js';

describe('changing an app', () => {
  it.each(GENERATIONS)('on %s a redeploy locks the app, brings a new task, and is over', async (generation) => {
    const { call, clock, task, server } = await running(generation);
    const before = task().taskId;
    const put = await call('PUT', `/v2/apps${APP}`, { mem: 1_536 });
    expect(put.status).toBe(200);
    const { deploymentId } = put.json();
    expect((await call('GET', '/v2/deployments')).json()).toMatchObject([
      { id: deploymentId, affectedApps: [APP], totalSteps: 1 },
    ]);
    const second = await call('PUT', `/v2/apps${APP}`, { mem: 2_048 });
    expect(second.status).toBe(409);
    expect(second.json().message).toMatch(/^App is locked by one or more deployments/);
    expect(second.json().deployments).toEqual(generation === '0.8' ? [] : [{ id: deploymentId }]);
    await clock.advance(2 * MINUTE);
    expect((await call('GET', '/v2/deployments')).json()).toEqual([]);
    expect(task().taskId).not.toBe(before);
    expect((await call('GET', `/v2/apps${APP}`)).json().app).toMatchObject({ mem: 1_536, tasksHealthy: 1 });
    expect(server.writes.map(({ status, tookEffect }) => [status, tookEffect])).toEqual([
      [200, true],
      [409, false],
    ]);
  });

  it('force cancels the deployment that holds the app', async () => {
    const { call, clock, world } = await running('1.5');
    const first = (await call('PUT', `/v2/apps${APP}`, { mem: 1_536 })).json().deploymentId;
    const second = (await call('PUT', `/v2/apps${APP}?force=true`, { mem: 2_048 })).json().deploymentId;
    expect(world.deployments.map(({ id }) => id)).toEqual([second]);
    expect(second).not.toBe(first);
    await clock.advance(2 * MINUTE);
    expect((await call('GET', `/v2/apps${APP}`)).json().app).toMatchObject({
      mem: 2_048,
      tasksRunning: 1,
      deployments: [],
    });
  });

  it('a change of labels alone restarts the task, an equal PUT does not', async () => {
    const { call, clock, task, world, server } = await running('1.5');
    const types: string[] = [];
    world.onEvent(({ type, body }) =>
      types.push(`${type} ${JSON.stringify((body['plan'] as { steps?: unknown } | undefined)?.steps)}`),
    );
    const before = task().taskId;
    const version = world.app(APP).definition['version'];
    await call('PUT', `/v2/apps${APP}`, { labels: {} });
    await clock.advance(MINUTE);
    expect(task().taskId).toBe(before);
    expect(world.app(APP).definition['version']).toBe(version);
    expect(types).toContain('deployment_success []');
    expect(types.some((type) => type.startsWith('deployment_info'))).toBe(false);
    await call('PUT', `/v2/apps${APP}`, { labels: { BELLBOARD_BY: 'ana' } });
    await clock.advance(2 * MINUTE);
    expect(task().taskId).not.toBe(before);
    expect(server.writes.map(({ tookEffect }) => tookEffect)).toEqual([false, true]);
  });

  it("sending the article's own spelling again changes nothing, although answers spell it anew", async () => {
    const { call, server } = await running('1.5');
    await call('PUT', `/v2/apps${APP}?partialUpdate=false`, jenkinsApp({ ports: [0] }));
    expect(server.writes[0]).toMatchObject({ status: 200, tookEffect: false });
  });

  it('partialUpdate=false drops what is not sent, a plain PUT keeps it', async () => {
    const { call, clock } = await running('1.5');
    await call('PUT', `/v2/apps${APP}`, { env: { A: '1' } });
    await clock.advance(2 * MINUTE);
    const { env: _, user: _user, ...rest } = jenkinsApp();
    await call('PUT', `/v2/apps${APP}?partialUpdate=false`, rest);
    await clock.advance(2 * MINUTE);
    const { app } = (await call('GET', `/v2/apps${APP}`)).json();
    expect(app.env).toEqual({});
    expect(app).not.toHaveProperty('user');
  });

  it('rolls back to a version sent alone, and refuses one sent with more', async () => {
    const { call, clock, world } = await running('1.5');
    const first = String(world.app(APP).definition['version']);
    await call('PUT', `/v2/apps${APP}`, { mem: 1_536 });
    await clock.advance(2 * MINUTE);
    const { versions } = (await call('GET', `/v2/apps${APP}/versions`)).json();
    expect(versions).toHaveLength(2);
    expect((await call('GET', `/v2/apps${APP}/versions/${first}`)).json()).toMatchObject({
      version: first,
      mem: 1_024,
    });
    expect((await call('PUT', `/v2/apps${APP}`, { version: first, mem: 5 })).status).toBe(422);
    expect((await call('PUT', `/v2/apps${APP}`, { version: first })).status).toBe(200);
    await clock.advance(2 * MINUTE);
    expect((await call('GET', `/v2/apps${APP}`)).json().app).toMatchObject({ mem: 1_024, tasksHealthy: 1 });
  });

  it('creates with 201, names the plan in body and header, and refuses the second POST with 409', async () => {
    const { call } = await running('1.5');
    const created = await call('POST', '/v2/apps', jenkinsApp({ id: '/other' }));
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/v2/apps/other');
    expect(created.json().deployments).toEqual([{ id: created.headers.get('marathon-deployment-id') }]);
    const again = await call('POST', '/v2/apps', jenkinsApp({ id: '/other' }));
    expect([again.status, again.json()]).toEqual([409, { message: 'An app with id [/other] already exists.' }]);
  });

  it('starts the new task beside the old with the default strategy, and stops first with {0,0}', async () => {
    for (const [upgradeStrategy, most] of [
      [{ minimumHealthCapacity: 1, maximumOverCapacity: 1 }, 2],
      [{ minimumHealthCapacity: 1, maximumOverCapacity: 0 }, 2],
      [{ minimumHealthCapacity: 0, maximumOverCapacity: 0 }, 1],
    ] as const) {
      const { clock, world, cluster } = scene('1.5');
      world.changes.create(jenkinsApp({ upgradeStrategy: { ...upgradeStrategy } }));
      await clock.advance(2 * MINUTE);
      world.changes.restart(APP);
      let alive = 0;
      for (let second = 0; second < 120; second += 1) {
        await clock.advance(SECOND);
        alive = Math.max(alive, cluster.tasks().filter((task) => task.processAlive).length);
      }
      expect([alive, world.deployments.length]).toEqual([most, 0]);
    }
  });

  it('on 0.8 hangs when the old controller answers SIGTERM with exit 0', async () => {
    const { clock, world, cluster, task } = scene('0.8');
    world.changes.create(jenkinsApp());
    await clock.advance(2 * MINUTE);
    const old = cluster.task(task().taskId);
    world.changes.restart(APP);
    await clock.advance(300);
    cluster.crashTask(old?.id ?? '', { status: 0 });
    await clock.advance(5 * MINUTE);
    expect(world.deployments).toHaveLength(1);
    expect(world.app(APP).instances).toEqual([]);
  });

  it('rolls a deployment back on DELETE, forgets it with force, and says 404 when it is over', async () => {
    const { call, clock, world } = await running('1.5');
    const id = (await call('PUT', `/v2/apps${APP}`, { mem: 1_536 })).json().deploymentId;
    const rollback = await call('DELETE', `/v2/deployments/${id}`);
    expect(rollback.status).toBe(200);
    await clock.advance(2 * MINUTE);
    expect(world.app(APP).definition['mem']).toBe(1_024);
    expect((await call('DELETE', `/v2/deployments/${id}`)).json()).toEqual({
      message: `DeploymentPlan ${id} does not exist`,
    });
    const other = (await call('PUT', `/v2/apps${APP}`, { mem: 1_536 })).json().deploymentId;
    const forgotten = await call('DELETE', `/v2/deployments/${other}?force=true`);
    expect([forgotten.status, forgotten.text]).toEqual([202, '']);
    expect(world.deployments).toEqual([]);
  });

  it('deletes an app with all its tasks', async () => {
    const { call, clock, cluster } = await running('1.5');
    expect((await call('DELETE', `/v2/apps${APP}`)).status).toBe(200);
    await clock.advance(MINUTE);
    expect((await call('GET', `/v2/apps${APP}`)).status).toBe(404);
    expect(cluster.tasks().filter((task) => task.processAlive)).toEqual([]);
  });

  it('kills a task without a deployment and fills its place', async () => {
    const { call, clock, task, world } = await running('1.5');
    const dead = task().taskId;
    const answer = await call('DELETE', `/v2/apps${APP}/tasks/${dead}`);
    expect(answer.json().task.id).toBe(dead);
    await clock.advance(MINUTE);
    expect(world.deployments).toEqual([]);
    expect(task().taskId).not.toBe(dead);
    expect(world.app(APP).lastTaskFailure).toBeUndefined();
    expect((await call('DELETE', `/v2/apps${APP}/tasks?scale=true&wipe=true`)).status).toBe(400);
  });
});
