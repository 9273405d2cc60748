import { describe, expect, test } from 'vitest';
import type { BuildQueueItem, JenkinsComputer, JenkinsExecutors, JenkinsPulse } from '../../src/core/cluster.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import type { UsageSample } from '../../src/core/usage-sample.js';
import { takeSample, type UsageMemory, waitsBetween } from '../../src/core/usage-sampler.js';
import { aLoadOf, anApp, NOW, refusal, silence } from '../support/ci-service.js';
import type { FakeCalls } from '../support/fakes.js';
import { NOTHING_KNOWN } from '../support/samples.js';
import { aScene, never, type Scene, timed } from '../support/usage-scene.js';

const DEADLINE_MS = 4_500;

const sampled = (scene: Scene, calls: FakeCalls = {}, before?: UsageMemory) =>
  timed(scene.clock, takeSample(scene.ports(calls), before));

const waiting = (id: number, minutes: number, patch: Partial<BuildQueueItem> = {}): BuildQueueItem => ({
  id,
  name: 'app',
  why: '',
  buildable: true,
  stuck: false,
  inQueueSince: NOW - minutes * MINUTE,
  ...patch,
});

const pulse = (state: JenkinsPulse['state'], session: string | undefined = 'session-1') => ({
  pulse: async (): Promise<JenkinsPulse> => ({ state, session, version: '1.596.2', detail: undefined }),
});

const GIVEN = { cpus: 1, memMiB: 2_048 };
const GOOD: UsageSample = {
  at: NOW,
  cluster: { agents: 4, total: { cpus: 32, memMiB: 65_536 }, allocated: { cpus: 8, memMiB: 16_384 } },
  controller: { tasks: 1, allocated: GIVEN, used: { cpus: 0.75, memMiB: 900, tasks: 1 } },
  agents: { tasks: 2, allocated: GIVEN, used: { cpus: 0.5, memMiB: 600, tasks: 2 } },
  executors: { busy: 0, total: 2 },
  buildQueue: { length: 0, longestMs: 0, atLimit: 0 },
  waitsMs: null,
  up: true,
};

describe('the sample of a minute', () => {
  test('says all there is to say', async () => {
    const jenkins = {
      executors: async () => aLoadOf(['app', 'lib'], ['web', 'web']),
      buildQueue: async () => [waiting(7, 1), waiting(5, 3), waiting(9, 2, { buildable: false })],
    };
    const { value } = await sampled(aScene(), { jenkins });
    expect(value.sample).toEqual({
      ...GOOD,
      executors: { busy: 4, total: 6 },
      buildQueue: { length: 3, longestMs: 3 * MINUTE, atLimit: 2 },
    });
    expect(value.memory).toMatchObject({
      v: 1,
      at: NOW,
      waiting: { '5': NOW - 3 * MINUTE, '7': NOW - MINUTE, '9': NOW - 2 * MINUTE },
      session: 'session-1',
    });
  });

  test('knows zeros from what is not known', async () => {
    const { value } = await sampled(aScene([]), { marathon: { app: async () => anApp({ tasks: [] }) } });
    const nothing = { tasks: 0, allocated: { cpus: 0, memMiB: 0 }, used: { cpus: 0, memMiB: 0, tasks: 0 } };
    expect(value.sample).toEqual({ ...GOOD, controller: nothing, agents: nothing });
  });

  test('is of the time at which the look began, and takes one look when there was one before', async () => {
    const scene = aScene();
    const first = await sampled(scene);
    await scene.clock.advance(NOW + MINUTE - scene.clock.now());
    const second = await sampled(scene, {}, first.value.memory);
    expect([first.tookMs, second.tookMs]).toEqual([SECOND, 0]);
    expect(second.value.sample).toEqual({ ...GOOD, at: NOW + MINUTE, waitsMs: [] });
  });

  test('of a queue whose clock is ahead of ours has no wait below zero', async () => {
    const { value } = await sampled(aScene(), { jenkins: { buildQueue: async () => [waiting(1, -3)] } });
    expect(value.sample.buildQueue).toEqual({ length: 1, longestMs: 0, atLimit: 0 });
  });

  test('tells how long those waited that have left the queue', async () => {
    const scene = aScene();
    const first = await sampled(scene, { jenkins: { buildQueue: async () => [waiting(1, 5), waiting(2, 1)] } });
    await scene.clock.advance(NOW + MINUTE - scene.clock.now());
    const then = { jenkins: { buildQueue: async () => [waiting(2, 1), waiting(3, 0)] } };
    const second = await sampled(scene, then, first.value.memory);
    expect(second.value.sample.waitsMs).toEqual([5.5 * MINUTE]);
  });
});

describe('what is not known is null, never 0', () => {
  const fails = () => Promise.reject(silence('Mesos'));
  const mesosWith = (call: () => Promise<never>) => ({ agents: call, frameworks: call, tasks: call, task: call });

  test.each<[string, FakeCalls, Partial<UsageSample>]>([
    ['Mesos fails', { mesos: mesosWith(fails) }, { cluster: null, controller: null, agents: null }],
    ['Mesos never answers', { mesos: mesosWith(never) }, { cluster: null, controller: null, agents: null }],
    ['Marathon fails', { marathon: { app: () => Promise.reject(silence('Marathon')) } }, { controller: null }],
    ['Marathon never answers', { marathon: { app: never, info: never } }, { controller: null }],
    [
      'Jenkins fails',
      {
        jenkins: {
          executors: () => Promise.reject(silence('Jenkins')),
          buildQueue: () => Promise.reject(refusal('Jenkins', 503, 'is starting', 'GET /queue')),
          ...pulse('starting'),
        },
      },
      { executors: null, buildQueue: null, up: false },
    ],
    [
      'Jenkins never answers',
      { jenkins: { executors: never, buildQueue: never, pulse: never } },
      { executors: null, buildQueue: null, up: false },
    ],
    [
      'Jenkins says nothing of its queue',
      { jenkins: { buildQueue: () => Promise.reject(silence('Jenkins')) } },
      { buildQueue: null },
    ],
  ])('when %s', async (_what, calls, missing) => {
    const scene = aScene();
    const first = await sampled(scene);
    await scene.clock.advance(NOW + MINUTE - scene.clock.now());
    const { value } = await sampled(scene, calls, first.value.memory);
    const waitsMs = 'buildQueue' in missing ? null : [];
    expect(value.sample).toEqual({ ...GOOD, at: NOW + MINUTE, waitsMs, ...missing });
    expect(value.memory.waiting).toEqual(waitsMs === null ? null : {});
  });

  test('when a Mesos agent is silent: what is given is known', async () => {
    const scene = aScene();
    scene.delay = async ({ id }) => {
      if (id === 'agent-26') throw refusal('Mesos', 403, 'not authorized', 'GET /monitor/statistics');
    };
    expect((await sampled(scene)).value.sample).toEqual({
      ...GOOD,
      agents: { tasks: 2, allocated: GIVEN, used: { cpus: 0.25, memMiB: 300, tasks: 1 } },
    });
    scene.delay = ({ id }) => (id === 'agent-25' ? Promise.resolve() : never());
    const { value, tookMs } = await sampled(scene);
    expect(value.sample.agents).toEqual({ tasks: 2, allocated: GIVEN, used: null });
    expect(tookMs).toBe(DEADLINE_MS);
  });
});

describe('Jenkins', () => {
  const marathonSilent = { marathon: { app: () => Promise.reject(silence('Marathon')) } };
  const noController = { marathon: { app: async () => anApp({ tasks: [] }) } };
  const mesos = {
    agents: () => Promise.reject(silence('Mesos')),
    frameworks: () => Promise.reject(silence('Mesos')),
    tasks: () => Promise.reject(silence('Mesos')),
    task: () => Promise.reject(silence('Mesos')),
  };

  test.each<[string, FakeCalls, boolean | null]>([
    ['is up when it answers', { jenkins: pulse('up') }, true],
    ['is up when it answers, whatever Marathon does', { ...marathonSilent, jenkins: pulse('up') }, true],
    ['is up when it answers, whatever Mesos does', { mesos, jenkins: pulse('up') }, true],
    ['is down while it starts', { jenkins: pulse('starting', undefined) }, false],
    ['is down while it restarts', { jenkins: pulse('restarting') }, false],
    ['is down when it is broken', { jenkins: pulse('broken') }, false],
    ['is down when it cannot be reached', { jenkins: pulse('unreachable', undefined) }, false],
    ['is down when it never answers', { jenkins: { pulse: never } }, false],
    ['is down when no controller runs', { ...noController, jenkins: pulse('unreachable', undefined) }, false],
    [
      'may be anything when it cannot be reached and Marathon does not say where it is',
      { ...marathonSilent, jenkins: pulse('unreachable', undefined) },
      null,
    ],
    [
      'may be anything when neither answers',
      { marathon: { app: never, info: never }, jenkins: { pulse: never } },
      null,
    ],
    [
      'is down when it cannot be reached where Marathon says it is, though Mesos is silent',
      { mesos, jenkins: pulse('unreachable', undefined) },
      false,
    ],
  ])('%s', async (_what, calls, up) => {
    expect((await sampled(aScene(), calls)).value.sample.up).toBe(up);
  });
});

describe('builds wait at the limit', () => {
  const computer = (name: string, builds: number, patch: Partial<JenkinsComputer> = {}): JenkinsComputer => ({
    name,
    isController: false,
    offline: false,
    idle: builds === 0,
    numExecutors: 2,
    builds: Array.from({ length: builds }, () => ({ name: 'app', number: 1, path: undefined })),
    ...patch,
  });
  const controller = (builds: number, numExecutors = 2) =>
    computer('master', builds, { isController: true, numExecutors });

  const loadOf = (computers: JenkinsComputer[]): JenkinsExecutors => ({
    busy: computers.reduce((count, { builds }) => count + builds.length, 0),
    total: computers.reduce((count, { numExecutors }) => count + numExecutors, 0),
    computers,
  });

  test.each<[string, JenkinsComputer[], number]>([
    ['when every agent is full', [controller(0), computer('a', 2), computer('b', 2)], 2],
    ['though the controller has room, since builds go to agents', [controller(1), computer('a', 2)], 2],
    ['not while one agent has room', [controller(2), computer('a', 2), computer('b', 1)], 0],
    ['when there is only a controller, and that is full', [controller(2)], 2],
    ['not when there is only a controller with room', [controller(1)], 0],
    ['not while no agent has come up', [controller(0, 0)], 0],
    ['not while the only agent is offline', [controller(0, 0), computer('a', 2, { offline: true })], 0],
    ['when the agents that are online are full', [computer('a', 2), computer('b', 0, { offline: true })], 2],
    ['when one-off executors fill more than there is', [controller(0), computer('a', 3)], 2],
    ['not without any computer', [], 0],
  ])('%s', async (_what, computers, atLimit) => {
    const queue = [waiting(1, 1), waiting(2, 2), waiting(3, 3, { buildable: false })];
    const jenkins = { executors: async () => loadOf(computers), buildQueue: async () => queue };
    expect((await sampled(aScene(), { jenkins })).value.sample.buildQueue).toMatchObject({ length: 3, atLimit });
  });
});

describe('how long builds waited that left the queue', () => {
  const memory = (patch: Partial<UsageMemory> = {}): UsageMemory => ({
    v: 1,
    at: NOW,
    counters: [],
    waiting: { '1': NOW - 3 * MINUTE, '2': NOW - MINUTE, '3': NOW - 30 * SECOND },
    session: 'session-1',
    ...patch,
  });
  const next = (patch: Partial<UsageMemory> = {}) =>
    memory({ at: NOW + MINUTE, waiting: { '2': NOW - MINUTE, '4': NOW + 10 * SECOND }, ...patch });

  test.each<[string, UsageMemory | undefined, UsageMemory, number[] | null]>([
    [
      'is told up to the middle between two looks, of those that are gone',
      memory(),
      next(),
      [3.5 * MINUTE, 60 * SECOND],
    ],
    ['is nothing when all still wait', memory(), next({ waiting: memory().waiting }), []],
    ['is nothing when none waited', memory({ waiting: {} }), next(), []],
    ['is never below zero', memory({ waiting: { '1': NOW + 10 * MINUTE } }), next(), [0]],
    ['is not known from the first look', undefined, next(), null],
    ['is not known when the queue was not known before', memory({ waiting: null }), next(), null],
    ['is not known when the queue is not known now', memory(), next({ waiting: null }), null],
    ['is not known of another session: ids begin anew', memory(), next({ session: 'session-2' }), null],
    ['is not known when the session is not known any more', memory(), next({ session: null }), null],
    ['is not known when the session was not known before', memory({ session: null }), next(), null],
    ['is told after 2.5 min', memory(), next({ at: NOW + 2.5 * MINUTE }), [4.25 * MINUTE, 105 * SECOND]],
    ['is not known after more', memory(), next({ at: NOW + 2.5 * MINUTE + 1 }), null],
  ])('%s', (_what, before, now, waitsMs) => {
    expect(waitsBetween(before, now)).toEqual(waitsMs);
  });
});

describe('with every system silent', () => {
  const SILENT: FakeCalls = {
    marathon: { app: never, info: never },
    mesos: { agents: never, frameworks: never, tasks: never, task: never, statistics: never },
    jenkins: { executors: never, buildQueue: never, pulse: never },
  };

  test('the sample comes in time, and says nothing', async () => {
    const scene = aScene();
    const { value, tookMs } = await sampled(scene, SILENT);
    expect(tookMs).toBe(DEADLINE_MS);
    expect(value.sample).toEqual(NOTHING_KNOWN);
    expect(value.memory).toEqual({
      v: 1,
      at: NOW,
      counters: [],
      waiting: null,
      session: null,
    });
  });

  test('the next sample is as good as a first one', async () => {
    const scene = aScene();
    const { value } = await sampled(scene, SILENT);
    await scene.clock.advance(NOW + MINUTE - scene.clock.now());
    const then = await sampled(scene, {}, value.memory);
    expect(then.value.sample).toEqual({ ...GOOD, at: NOW + MINUTE });
  });

  test('real systems are given real time, however fast the clock runs', async () => {
    const scene = aScene();
    const fast = { ...scene.ports(SILENT), clock: { ...scene.clock, speed: 25 } };
    const { tookMs } = await timed(scene.clock, takeSample(fast, undefined));
    expect(tookMs).toBe(25 * DEADLINE_MS);
  });
});
