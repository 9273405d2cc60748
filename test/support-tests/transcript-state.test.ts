// What the Marathon of a transcript knows at some point of it, in the shape of its generation.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { marathonClient } from '../../src/adapters/marathon/client.js';
import { Info } from '../../src/adapters/marathon/schema.js';
import type { JsonObject } from '../../src/core/cluster.js';
import { hastyClock } from '../adapters/failing.js';
import { readTranscript, recordedSnapshot } from '../support/transcript-file.js';
import type { TranscriptMarathon } from '../support/transcript-marathon.js';
import { TranscriptState } from '../support/transcript-state.js';
import { appView, queueView } from '../support/transcript-views.js';
import { appAt, get, marathon, short } from './transcript-client.js';

const FILES = readdirSync(new URL('../fixtures/marathon/sequences', import.meta.url)).filter((file) =>
  file.endsWith('.txt'),
);

describe('what the Marathon of a transcript knows', () => {
  it('names the version of its generation', async () => {
    const versions = await Promise.all(
      ['c-crash.0.8-callback', 'c-crash.0.9', 'c-crash.0.11', 'c-crash.1.3', 'c-crash.1.5', 'b-redeploy.1.11'].map(
        async (file) => {
          const server = await marathon({ files: [`${file}.txt`] });
          const answer = await get(server, '/v2/info');
          return [Info.parse(answer.json()).version, answer.headers.get('x-marathon-leader') === server.url];
        },
      ),
    );
    expect(versions).toEqual([
      ['0.8.2', false],
      ['0.9.2', true],
      ['0.11.1', true],
      ['1.3.14', true],
      ['1.5.15', true],
      ['1.11.24', true],
    ]);
  });

  it('begins with the task that dies first, running and healthy for days', async () => {
    for (const file of FILES) {
      const transcript = readTranscript([file]);
      const { events } = transcript;
      const state = new TranscriptState(transcript);
      const dying = events.find((event) => event['taskStatus'] !== undefined && event['appId'] === '/ci/jenkins');
      if (state.definition === undefined || dying === undefined) continue;
      expect(state.tasks).toEqual([
        expect.objectContaining({
          id: dying['taskId'],
          version: dying['version'],
          agentId: dying['slaveId'],
          host: dying['host'],
          ports: dying['ports'],
        }),
      ]);
    }
  });

  it('is what our client reads', async () => {
    const server = await marathon({ files: ['c-crash.1.5.txt'] });
    const client = marathonClient({
      urls: [server.url],
      publicUrl: undefined,
      credentials: undefined,
      clock: hastyClock(),
      scrub: (text) => text,
    });
    const { app, marathonVersion } = await client.snapshot('/ci/jenkins');
    expect([app?.tasks.length, app?.hasHealthChecks, marathonVersion]).toEqual([1, true, '1.5.15']);
    expect(client.leader()).toBe(server.url);
    client.close();
  });

  it('is no app before the first deploy, and a staged task during it', async () => {
    const server = await marathon({ files: ['a-fresh-deploy.1.3.txt'], labels: { BELLBOARD_JOB: 'j-1' } });
    const missing = await get(server, '/v2/apps/ci/jenkins');
    expect([missing.status, missing.text]).toEqual([404, '{"message":"App \'/ci/jenkins\' does not exist"}']);
    await untilEvent(server, 'a-fresh-deploy.1.3.txt', (event) => event['taskStatus'] === 'TASK_STAGING');
    const { app, raw } = await appAt(server);
    expect(app.tasks.map(({ state, startedAt }) => [state, startedAt])).toEqual([['TASK_STAGING', undefined]]);
    expect(app.labels).toEqual({ BELLBOARD_JOB: 'j-1' });
    expect(raw.tasksStaged).toBe(1);
    expect((await get(server, '/v2/deployments')).json()).toEqual([
      {
        id: '97c136bf-5a28-4821-9d94-480d9fbb0101',
        version: '2017-01-16T09:00:12.012Z',
        affectedApps: ['/ci/jenkins'],
        steps: [
          { actions: [{ action: 'StartApplication', app: '/ci/jenkins' }] },
          { actions: [{ action: 'ScaleApplication', app: '/ci/jenkins' }] },
        ],
        currentActions: [{ action: 'ScaleApplication', app: '/ci/jenkins', readinessCheckResults: [] }],
        currentStep: 2,
        totalSteps: 2,
      },
    ]);
  });

  it('is an app without instances while it is suspended, which counts as scaling', async () => {
    const server = await marathon({ files: ['g-suspend-resume.0.11.txt'] });
    await untilEvent(server, 'g-suspend-resume.0.11.txt', (event) => event['taskStatus'] === 'TASK_KILLED');
    const { app, raw } = await appAt(server);
    expect([app.instances, app.tasks, app.version]).toEqual([0, [], '2015-11-09T09:00:12.012Z']);
    expect(raw.versionInfo).toEqual({
      lastScalingAt: '2015-11-09T09:00:12.012Z',
      lastConfigChangeAt: '2015-11-06T09:00:00.000Z',
    });
    const [deployment] = (await get(server, '/v2/deployments')).json();
    expect(deployment.steps).toEqual([[{ action: 'ScaleApplication', app: '/ci/jenkins' }]]);
  });

  it('is a task that fails its checks, then a kill that is recorded before the task has ended', async () => {
    const file = 'd-health-kill.1.5.txt';
    const server = await marathon({ files: [file] });
    await untilEvent(server, file, (event) => event['eventType'] === 'unhealthy_instance_kill_event');
    const { app, raw } = await appAt(server);
    const [task] = app.tasks;
    expect([short(task?.id ?? ''), task?.health, task?.consecutiveFailures]).toEqual(['07381715', 'unhealthy', 4]);
    const recordedApp = recordedSnapshot('gap-2-after-health-kill.1.5.app.json')['app'] as JsonObject;
    const failure = recordedApp['lastTaskFailure'] as JsonObject;
    expect(raw.lastTaskFailure).toEqual({ ...failure, timestamp: '2018-02-05T09:01:00.022Z' });
  });

  it('is the old configuration under a new version after a rollback', async () => {
    const server = await marathon({ files: ['x-deploy-cancelled-rollback.1.11.txt'] });
    await server.play();
    const { app, raw } = await appAt(server);
    expect([app.memMiB, app.version]).toEqual([1_024, '2021-03-08T09:00:45.515Z']);
    expect(raw.versionInfo.lastConfigChangeAt).toBe('2021-03-08T09:00:45.515Z');
  });

  it('starts a task when it first runs, and again no more', async () => {
    const starts = async (file: string) => {
      const server = await marathon({ files: [file] });
      await server.play();
      return (await appAt(server)).raw.tasks[0].startedAt;
    };
    expect(await starts('c-crash.1.5.txt')).toBe('2018-02-05T09:00:41.915Z');
    expect(await starts('e-partition-heals-same-task.1.5.txt')).toBe('2018-02-02T09:00:12.400Z');
  });

  it('is two tasks while an agent is lost, of which one runs', async () => {
    const file = 'e-agent-lost.1.5.txt';
    const server = await marathon({ files: [file] });
    await untilEvent(server, file, (event) => event['alive'] === true);
    const { app } = await appAt(server);
    expect(app.tasks.map(({ id, state }) => `${short(id)} ${state}`)).toEqual([
      '07381715 TASK_UNREACHABLE',
      '080c08bc TASK_RUNNING',
    ]);
  });

  it('is an ended task that stays listed from 1.8 on until its instance is launched again', async () => {
    const file = 'g-task-killed-by-hand.1.11.txt';
    const server = await marathon({ files: [file] });
    await untilEvent(server, file, (event) => event['taskStatus'] === 'TASK_KILLED');
    const recordedTask = taskKeys(recordedSnapshot('waiting-for-relaunch.1.11.app.json')['app']);
    const { raw } = await appAt(server);
    expect(taskKeys(raw)).toEqual(recordedTask);
    expect(raw.tasks[0].state).toBe('TASK_KILLED');
    expect(raw.lastTaskFailure).toBeUndefined();
    expect((await get(server, '/v2/apps/ci/other')).status).toBe(404);
    expect((await get(server, '/v2/nothing')).status).toBe(500);
  });

  it('is on 0.8 told by answers alone', async () => {
    const server = await marathon({ files: ['c-crash.0.8-callback.txt'] });
    const { raw } = await appAt(server);
    const model = recordedSnapshot('running.0.8.app.json')['app'] as Record<string, unknown>;
    expect(Object.keys(raw).sort()).toEqual(Object.keys(model).sort());
    expect(taskKeys(raw)).toEqual(taskKeys(model));
    expect(raw.lastTaskFailure).toBeNull();
    expect((await get(server, '/v2/events', { accept: 'text/event-stream' })).status).toBe(404);
    await server.attached(1);
    await server.play(2);
    expect((await get(server, '/v2/apps/ci/jenkins/tasks')).status).toBe(404);
    expect((await get(server, '/v2/queue')).json().queue).toEqual([
      expect.objectContaining({ count: 1, delay: { overdue: false } }),
    ]);
    expect(Object.keys((await appAt(server)).raw.lastTaskFailure)).not.toContain('slaveId');
  });

  it.each([
    'gap-1-before.1.5',
    'gap-2-after.1.5',
    'gap-2-after-deploy.1.5',
    'gap-2-after-health-kill.1.5',
    'gap-2-after-manual-kill.1.5',
  ])('is after the snapshot %s exactly that, but for checks that have succeeded since', (name) => {
    const state = new TranscriptState(readTranscript(['x-gap-1-before.1.5.txt']));
    const snapshot = recordedSnapshot(`${name}.app.json`);
    state.load(snapshot);
    const shown = appView(state, state.definition ?? {}, {});
    expect(withoutLastSuccess(shown)).toEqual(withoutLastSuccess(snapshot['app']));
  });

  it('is on 1.11 and 0.8 a snapshot in the same shape, and a queue', () => {
    for (const [file, name] of [
      ['b-redeploy.1.11.txt', 'waiting-for-relaunch.1.11'],
      ['c-crash.0.8-callback.txt', 'running.0.8'],
    ] as const) {
      const state = new TranscriptState(readTranscript([file]));
      const snapshot = recordedSnapshot(`${name}.app.json`);
      state.load(snapshot);
      const shown = appView(state, state.definition ?? {}, {});
      expect(withoutLastSuccess(shown)).toEqual(withoutLastSuccess(snapshot['app']));
      if (file !== 'b-redeploy.1.11.txt') continue;
      const [entry] = queueView(state, {})['queue'] as object[];
      const [model] = recordedSnapshot('waiting-for-relaunch.1.11.queue.json')['queue'] as object[];
      expect(Object.keys(entry ?? {}).sort()).toEqual(Object.keys(model ?? {}).sort());
    }
  });
});

/** Plays through the first event that fits. */
async function untilEvent(server: TranscriptMarathon, file: string, fits: (event: Record<string, unknown>) => boolean) {
  await server.play(readTranscript([file]).events.findIndex(fits) + 1);
}

const taskKeys = (app: unknown) => Object.keys((app as { tasks: object[] }).tasks[0] ?? {}).sort();

const withoutLastSuccess = (app: unknown) =>
  JSON.parse(JSON.stringify(app, (key, value) => (key === 'lastSuccess' ? 'some time' : value)));
