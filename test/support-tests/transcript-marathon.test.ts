// The Marathon against which alerts are accepted sends what its transcripts say, whole, cut, split or repeated.
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Deployments, Queue } from '../../src/adapters/marathon/schema.js';
import { readTranscript, recorded } from '../support/transcript-file.js';
import { appAt, GAP, get, listen, marathon, short } from './transcript-client.js';

/** The task at the end, and the last failure that Marathon remembers. */
const ENDS: [string | string[], string, string?][] = [
  ['a-fresh-deploy.0.11.txt', '080c08bc healthy'],
  ['a-fresh-deploy.1.3.txt', '080c08bc healthy'],
  ['a-fresh-deploy.1.5.txt', '080c08bc healthy'],
  ['b-redeploy.1.3.txt', '08dffa63 healthy'],
  ['b-redeploy.1.5.txt', '08dffa63 healthy'],
  ['b-redeploy.1.11.txt', '08dffa63 healthy'],
  ['c-crash-loop.1.5.txt', '09b3ec0a healthy', '08dffa63 TASK_FAILED'],
  ['c-crash.0.8-callback.txt', '080c08bc healthy', '07381715 TASK_FAILED'],
  ['c-crash.0.9.txt', '080c08bc healthy', '07381715 TASK_FAILED'],
  ['c-crash.0.11.txt', '080c08bc healthy', '07381715 TASK_FAILED'],
  ['c-crash.1.3.txt', '080c08bc healthy', '07381715 TASK_FAILED'],
  ['c-crash.1.5.txt', '080c08bc healthy', '07381715 TASK_FAILED'],
  ['d-health-blip.1.5.txt', '07381715 healthy'],
  ['d-health-kill.0.11.txt', '080c08bc healthy'],
  ['d-health-kill.1.3.txt', '080c08bc healthy', '07381715 TASK_KILLED'],
  ['d-health-kill.1.5.txt', '080c08bc healthy', '07381715 TASK_KILLED'],
  ['e-agent-lost.0.11.txt', '080c08bc healthy', '07381715 TASK_LOST'],
  ['e-agent-lost.1.5.txt', '080c08bc healthy'],
  ['e-agent-returns-after-expunge.1.5.txt', '080c08bc healthy'],
  ['e-partition-heals-same-task.1.5.txt', '07381715 healthy'],
  ['f-oom-docker-137.1.5.txt', '080c08bc healthy', '07381715 TASK_FAILED'],
  ['f-oom.1.3.txt', '080c08bc healthy', '07381715 TASK_FAILED'],
  ['f-oom.1.5.txt', '080c08bc healthy', '07381715 TASK_FAILED'],
  ['g-suspend-resume.0.11.txt', '09b3ec0a healthy'],
  ['g-suspend-resume.1.5.txt', '09b3ec0a healthy'],
  ['g-task-killed-by-hand.0.11.txt', '080c08bc healthy'],
  ['g-task-killed-by-hand.1.5.txt', '080c08bc healthy'],
  ['g-task-killed-by-hand.1.11.txt', '073817152 healthy'],
  ['g-user-restart.0.11.txt', '08dffa63 healthy'],
  ['g-user-restart.1.3.txt', '08dffa63 healthy'],
  ['g-user-restart.1.5.txt', '08dffa63 healthy'],
  ['h-exit-127-loop.0.11.txt', '', '09b3ec0a TASK_FAILED'],
  ['h-exit-127-loop.1.3.txt', '', '09b3ec0a TASK_FAILED'],
  ['h-exit-127-loop.1.5.txt', '', '09b3ec0a TASK_FAILED'],
  ['h-fetch-fails-in-deploy.0.11.txt', '', '0b5bcf58 TASK_FAILED'],
  ['h-fetch-fails-in-deploy.1.3.txt', '', '0b5bcf58 TASK_FAILED'],
  ['h-fetch-fails-in-deploy.1.5.txt', '', '0b5bcf58 TASK_FAILED'],
  ['x-deploy-cancelled-rollback.1.11.txt', '0a87ddb1 healthy'],
  [
    ['x-duplicate-1-old-leader.1.5.txt', 'x-duplicate-2-new-leader.1.5.txt'],
    '080c08bc healthy',
    '07381715 TASK_FAILED',
  ],
  [['x-gap-1-before.1.5.txt', 'x-gap-2-after.1.5.txt'], '080c08bc healthy', '07381715 TASK_FAILED'],
  ['x-noise.1.5.txt', '07381715 healthy'],
  ['x-rejected-409.1.11.txt', '07381715 healthy'],
];

describe('a played transcript', () => {
  it('is each of those recorded', () => {
    const recordedFiles = readdirSync(new URL('../fixtures/marathon/sequences', import.meta.url));
    expect(ENDS.flatMap(([files]) => files).sort()).toEqual(
      recordedFiles.filter((file) => file.endsWith('.txt')).sort(),
    );
  });

  it.each(ENDS.map(([files, ...rest]) => [[files].flat(), ...rest] as const))(
    '%s sends the recorded bytes and ends as it says',
    async (files, task, failure) => {
      const snapshots = files[0]?.startsWith('x-gap') ? GAP : [];
      const server = await marathon({ files, snapshots });
      const isStream = !files[0]?.includes('callback');
      const bot = isStream ? await listen(server, { again: true }) : undefined;
      await server.play();
      await server.played;
      if (bot !== undefined) {
        const last = files.length - 1;
        const bodies = files.map((file) => recorded(file).toString('utf8'));
        await expect.poll(() => bot.heard[last]?.slice(0, bodies[last]?.length)).toBe(bodies[last]);
        expect(bot.heard.slice(0, last)).toEqual(bodies.slice(0, last));
      }
      const { app } = await appAt(server);
      const told = [task, failure].map((text) => text ?? 'none');
      expect([
        app.tasks.map(({ id, health }) => `${short(id)} ${health}`).join(', '),
        app.lastTaskFailure === undefined
          ? 'none'
          : `${short(app.lastTaskFailure.taskId)} ${app.lastTaskFailure.state}`,
      ]).toEqual(told);
      expect(app.instances).toBe(1);
      const deployments = Deployments.parse((await get(server, '/v2/deployments')).json());
      const stuck = files[0]?.startsWith('h-fetch') ? 1 : 0;
      expect(deployments).toHaveLength(stuck);
      expect(app.deploymentIds).toHaveLength(stuck);
      const { queue } = Queue.parse((await get(server, '/v2/queue')).json());
      expect(queue.map(({ count }) => count)).toEqual(task === '' ? [1] : []);
    },
  );
});

describe('its event stream', () => {
  const FILE = 'c-crash.1.5.txt';
  const body = recorded(FILE).toString('utf8');
  const failed = readTranscript([FILE]).pieces.find(({ event }) => event?.['taskStatus'] === 'TASK_FAILED');
  const middle = ((failed?.start ?? 0) + (failed?.end ?? 0)) >> 1;

  it('is there for exactly one Accept', async () => {
    const server = await marathon({ files: [FILE] });
    const accepts = ['text/event-stream, application/json', 'text/event-stream;q=0.9', '*/*'];
    const answers = await Promise.all(accepts.map((accept) => get(server, '/v2/events', { accept })));
    expect(answers.map(({ status }) => status)).toEqual([405, 405, 405]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(accepts.map(() => 'GET /v2/events'));
  });

  it('says nothing before it is played, then frame by frame, in the end heartbeats', async () => {
    const server = await marathon({ files: [FILE] });
    const bot = await listen(server);
    await server.attached(1);
    await sleep(150);
    expect(bot.heard).toEqual(['']);
    await server.play(2);
    await expect.poll(() => bot.heard[0]).toBe(body.slice(0, failed?.end));
    await server.play();
    await server.played;
    await expect.poll(() => bot.heard[0]?.slice(body.length)).toMatch(/^(?:\r\n){2,}$/);
    const before = (await appAt(server)).app.tasks[0]?.lastSuccessAt ?? 0;
    await sleep(20);
    expect((await appAt(server)).app.tasks[0]?.lastSuccessAt).toBeGreaterThan(before);
  });

  it('tells everyone who is attached what is sent from then on', async () => {
    const server = await marathon({ files: [FILE] });
    const [first, second] = [await listen(server), await listen(server)];
    await server.attached(2);
    await server.play(2);
    const third = await listen(server);
    await server.play();
    await expect.poll(() => first.heard[0]?.startsWith(body)).toBe(true);
    await expect.poll(() => second.heard[0]?.startsWith(body)).toBe(true);
    await expect.poll(() => third.heard[0]?.startsWith(body.slice(failed?.end))).toBe(true);
    expect(server.open()).toBe(3);
  });

  it('loses the frame in which it is cut, though Marathon knows what it told', async () => {
    const server = await marathon({ files: [FILE], cutAt: [middle] });
    const bot = await listen(server);
    const playing = server.play();
    await bot.closed;
    expect(bot.heard).toEqual([body.slice(0, middle)]);
    expect(short((await appAt(server)).app.lastTaskFailure?.taskId ?? '')).toBe('07381715');
    const next = await listen(server);
    await playing;
    await expect.poll(() => next.heard[0]?.startsWith(body.slice(failed?.end))).toBe(true);
  });

  it.each([
    ['between two frames', failed?.start ?? 0, failed?.start ?? 0],
    ['within a heartbeat', (failed?.end ?? 0) - (failed?.bytes.length ?? 0) - 1, failed?.start ?? 0],
    ['before the last byte', body.length - 1, body.length],
    ['at the end', body.length, body.length],
  ])('cut %s loses no event', async (_, cut, goesOn) => {
    const server = await marathon({ files: [FILE], cutAt: [cut] });
    const bot = await listen(server, { again: true });
    await server.play();
    await expect.poll(() => bot.heard.length).toBe(2);
    expect(bot.heard[0]).toBe(body.slice(0, cut));
    await expect.poll(() => bot.heard[1]?.startsWith(body.slice(goesOn))).toBe(true);
  });

  it('delivers every frame twice on request, which changes nothing', async () => {
    const server = await marathon({ files: [FILE], twice: true });
    const bot = await listen(server);
    await server.play();
    const doubled = readTranscript([FILE]).pieces.map(({ bytes, event }) => `${bytes}${event ? bytes : ''}`);
    await expect.poll(() => bot.heard[0]?.startsWith(doubled.join(''))).toBe(true);
    expect(short((await appAt(server)).app.tasks[0]?.id ?? '')).toBe('080c08bc');
  });

  it('splits writes where it is told to', async () => {
    const server = await marathon({ files: [FILE], chunksAt: [middle, middle + 1] });
    const bot = await listen(server);
    await server.play();
    await expect.poll(() => bot.heard[0]?.startsWith(body)).toBe(true);
    const arrived = bot.chunks.map((_, index) => bot.chunks.slice(0, index + 1).join('').length);
    expect(arrived).toEqual(expect.arrayContaining([middle, middle + 1]));
  });

  it('shows of a pair with snapshots what happened in the gap before the second connection', async () => {
    const server = await marathon({ files: ['x-gap-1-before.1.5.txt', 'x-gap-2-after.1.5.txt'], snapshots: GAP });
    const bot = await listen(server);
    expect(short((await appAt(server)).app.tasks[0]?.id ?? '')).toBe('07381715');
    const playing = server.play();
    await bot.closed;
    expect(short((await appAt(server)).app.tasks[0]?.id ?? '')).toBe('080c08bc');
    await listen(server);
    await playing;
    await server.played;
  });

  it('goes on when a client is killed in the middle', async () => {
    const server = await marathon({ files: [FILE] });
    const [killed, other] = [await listen(server), await listen(server)];
    await server.play(2);
    killed.kill();
    await server.play();
    await expect.poll(() => other.heard[0]?.startsWith(body)).toBe(true);
    await expect.poll(() => server.open()).toBe(1);
  });

  it('ends with the server, which says so to whoever waits for the rest', async () => {
    const server = await marathon({ files: [FILE], cutAt: [middle] });
    const bot = await listen(server);
    const playing = server.play();
    await bot.closed;
    await server.close();
    await playing;
    await expect(server.played).rejects.toThrow(/closed before/);
  });
});
