// What others do to the app past Bellboard: deployments that Marathon announces, and those that never end.
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/core/time.js';
import { APP, atWork, STREAMING, WELL } from './incident-scene.js';

describe.each(STREAMING)('with Marathon %s', (generation) => {
  it('deploy elsewhere is announced with who asked, before it kills anything', async () => {
    const stage = await atWork(generation);
    const before = stage.world.marathon.app(APP).definition;
    stage.cause('deploy elsewhere');
    await stage.clock.advance(3 * MINUTE);
    const announced = stage.events.findIndex(({ type }) => type === 'deployment_info');
    const killed = stage.events.findIndex(({ body }) => body['taskStatus'] === 'TASK_KILLED');
    expect(announced).toBeGreaterThan(-1);
    expect(killed).toBeGreaterThan(announced);
    expect(stage.events.find(({ type }) => type === 'api_post_event')?.body['clientIp']).toBe('192.168.3.2');
    const after = stage.world.marathon.app(APP).definition;
    expect([before['mem'], after['mem'], after['version'] !== before['version']]).toEqual([2_048, 2_304, true]);
    expect(stage.state()).toEqual(WELL);
  });

  it('restart elsewhere is announced without who asked', async () => {
    const stage = await atWork(generation);
    stage.cause('restart elsewhere');
    await stage.clock.advance(3 * MINUTE);
    expect(stage.types()).toContain('deployment_success');
    expect(stage.types()).not.toContain('api_post_event');
  });

  it('deploy that never starts holds the app and fails again and again, until it is rolled back', async () => {
    const stage = await atWork(generation);
    const before = stage.world.marathon.app(APP).spec.uris;
    stage.cause('deploy that never starts');
    await stage.clock.advance(20 * MINUTE);
    expect(stage.world.marathon.deployments).toHaveLength(1);
    expect(stage.tasks()).toEqual([]);
    expect(stage.statuses().filter((status) => status === 'TASK_FAILED').length).toBeGreaterThan(10);
    expect(stage.world.marathon.app(APP).spec.uris).toEqual(['https://repo.example.org/jenkins/jenkins-next.tar.gz']);
    expect(() => stage.cause('deploy elsewhere')).toThrow('Marathon refuses: 409 App is locked');
    stage.cause('mend deploy that never starts');
    await stage.clock.advance(5 * MINUTE);
    expect(stage.types()).toContain('deployment_failed');
    expect(stage.world.marathon.app(APP).spec.uris).toEqual(before);
    expect(stage.state()).toEqual(WELL);
  });

  it('suspend scales to 0 on purpose, and back', async () => {
    const stage = await atWork(generation);
    stage.cause('suspend');
    await stage.clock.advance(3 * MINUTE);
    expect(stage.world.marathon.app(APP)).toMatchObject({ instances: [], spec: { instances: 0 } });
    expect(stage.statuses()).toEqual(['TASK_KILLED']);
    expect(stage.types()).toContain('deployment_info');
    stage.cause('mend suspend');
    await stage.clock.advance(3 * MINUTE);
    expect(stage.state()).toEqual(WELL);
  });

  it('two controllers: two tasks, two Jenkins, two frameworks', async () => {
    const stage = await atWork(generation);
    stage.cause('two controllers');
    await stage.clock.advance(5 * MINUTE);
    expect(stage.state()).toMatchObject({ up: ['up', 'up'], healthy: [true, true], deployments: 0, frameworks: 2 });
    const [one, other] = stage.world.jenkins.controllers;
    expect(one?.session).not.toBe(other?.session);
    stage.cause('mend two controllers');
    await stage.clock.advance(5 * MINUTE);
    expect(stage.state()).toEqual(WELL);
    expect(stage.world.marathon.app(APP).spec.labels).toEqual({ MARATHON_SINGLE_INSTANCE_APP: 'true' });
  });
});
