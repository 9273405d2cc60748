// One build from the request to its end, and all that may be lost on the way.
import { describe, expect, it } from 'vitest';
import type { BuildStory } from '../../src/core/build-reads.js';
import {
  type BuildFacts,
  type BuildPorts,
  type BuildRequest,
  lookAtBuild,
  requestBuild,
} from '../../src/core/build-request.js';
import { UpstreamError } from '../../src/core/errors.js';
import type { BuildOrigin, BuildQueueEntry, JobTrace } from '../../src/core/jenkins-build.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { refusal, silence } from '../support/ci-service.js';
import { manualClock } from '../support/manual-clock.js';

const REQUEST: BuildRequest = {
  jenkinsJob: 'app',
  publicUrl: null,
  send: { BRANCH: 'main' },
  expected: { BRANCH: 'main' },
  shown: [],
  account: 'chatbot',
  session: 's1',
  nextNumber: 5,
  queued: [11],
};

const origin = (more: Partial<BuildOrigin>): BuildOrigin => ({
  queueId: undefined,
  number: undefined,
  account: 'chatbot',
  parameters: { BRANCH: 'main' },
  ...more,
});

const trace = (...origins: BuildOrigin[]): JobTrace => ({ session: 's1', nextNumber: 5, origins });

const entry = (more: Partial<BuildQueueEntry> = {}): BuildQueueEntry => ({
  id: 12,
  jenkinsJob: 'app',
  why: 'Waiting for next available executor',
  inQueueSince: 0,
  causes: [],
  state: 'waiting',
  number: undefined,
  ...more,
});

const story = (more: Partial<BuildStory> = {}): BuildStory => ({
  jenkinsJob: 'app',
  number: 5,
  at: 1_000,
  isRunning: true,
  durationMs: 0,
  estimateMs: 3 * MINUTE,
  result: undefined,
  nodeName: 'agent-1',
  causes: [],
  commits: [],
  ...more,
});

function jenkins(calls: Partial<BuildPorts> = {}) {
  const sent: unknown[] = [];
  const ports: BuildPorts = {
    jobTrace: async () => trace(),
    async startBuild(...given) {
      sent.push(given);
      return 12;
    },
    queueItem: async () => entry(),
    buildStory: async () => story(),
    consoleTail: async () => ({
      text: 'make: Error 1\nFinished: FAILURE\n',
      sizeBytes: 40,
      isCut: false,
      isGrowing: false,
    }),
    ...calls,
  };
  return { jenkins: ports, sent, clock: manualClock(0) };
}

describe('a build', () => {
  it('is sent once, with its parameters, and waits in the queue', async () => {
    const world = jenkins();
    expect(await requestBuild(REQUEST, world, false)).toMatchObject({ state: 'queued', queueId: 12, already: false });
    expect(world.sent).toEqual([['app', { BRANCH: 'main' }]]);
  });

  it('of a job without parameters is sent without any', async () => {
    const world = jenkins();
    await requestBuild({ ...REQUEST, send: null, expected: {} }, world, false);
    expect(world.sent).toEqual([['app', undefined]]);
  });

  it('that was in the queue before is no second one', async () => {
    const world = jenkins({ startBuild: async () => 11 });
    expect(await requestBuild(REQUEST, world, false)).toMatchObject({ state: 'queued', queueId: 11, already: true });
  });

  it.each<[string, BuildOrigin, object]>([
    ['in the queue', origin({ queueId: 12 }), { state: 'queued', queueId: 12 }],
    ['running', origin({ queueId: 12, number: 5 }), { state: 'running', number: 5 }],
    ['running, on a core that does not tell its queue item', origin({ number: 5 }), { state: 'running', number: 5 }],
    ['with an account of other capitals', origin({ number: 5, account: 'ChatBot' }), { state: 'running', number: 5 }],
  ])('that a dead worker sent is found %s, and not sent again', async (_where, found, facts) => {
    const world = jenkins({ jobTrace: async () => trace(found) });
    expect(await requestBuild(REQUEST, world, true)).toMatchObject(facts);
    expect(world.sent).toEqual([]);
  });

  it.each<[string, BuildOrigin]>([
    ['older', origin({ queueId: 3, number: 4 })],
    ['queued before', origin({ queueId: 11 })],
    ['queued before and running by now', origin({ queueId: 11, number: 5 })],
    ["somebody else's", origin({ number: 5, account: 'ana' })],
    ['one that nobody asked for', origin({ number: 5, account: undefined })],
    ['one with other parameters', origin({ number: 5, parameters: { BRANCH: 'fix' } })],
  ])('is not taken for one that is %s', async (_what, other) => {
    const world = jenkins({ jobTrace: async () => trace(other) });
    await requestBuild(REQUEST, world, true);
    expect(world.sent).toHaveLength(1);
  });

  it('is not sent to another controller than was looked at', async () => {
    const world = jenkins({ jobTrace: async () => ({ ...trace(), session: 's2' }) });
    expect(await requestBuild(REQUEST, world, true)).toMatchObject({ state: 'unknown' });
    expect(world.sent).toEqual([]);
  });

  it.each<[string, UpstreamError, string]>([
    ['silence', silence('Jenkins', 'POST /job/app/build'), 'its answer was lost (did not answer within 15 s)'],
    [
      'a 500',
      refusal('Jenkins', 500, 'a fault inside Jenkins, logging ID 7f3 in its log'),
      'it answered 500, a fault inside Jenkins, logging ID 7f3 in its log',
    ],
  ])('that got %s for an answer is looked for, and what it got is not forgotten', async (_what, error, answer) => {
    const world = jenkins({ startBuild: () => Promise.reject(error) });
    const asked = await requestBuild(REQUEST, world, false);
    expect(asked).toMatchObject({ state: 'unanswered', answer });
    expect((await lookAtBuild(asked, world)).facts).toMatchObject({ state: 'unanswered', answer, silentSince: null });
  });

  it('that Jenkins was too busy starting to look at fails at once', async () => {
    const error = new UpstreamError({
      system: 'Jenkins',
      request: 'POST /job/app/build',
      status: 503,
      seen: 'Jenkins is starting',
      retryable: true,
      mayHaveArrived: false,
    });
    const world = jenkins({ startBuild: () => Promise.reject(error) });
    await expect(requestBuild(REQUEST, world, false)).rejects.toBe(error);
  });

  it('that nobody sent before needs no look for it', async () => {
    const world = jenkins({ jobTrace: () => Promise.reject(silence('Jenkins')) });
    expect(await requestBuild(REQUEST, world, false)).toMatchObject({ state: 'queued' });
  });

  it('that was refused is not looked for', async () => {
    const world = jenkins({
      startBuild: () => Promise.reject(refusal('Jenkins', 403, 'chatbot lacks the right Job/Build')),
    });
    await expect(requestBuild(REQUEST, world, false)).rejects.toMatchObject({ status: 403 });
  });

  it('that Jenkins took without naming an item is looked for', async () => {
    const world = jenkins({ startBuild: async () => undefined });
    expect(await requestBuild(REQUEST, world, false)).toMatchObject({
      state: 'unanswered',
      answer: 'it named no queue item',
    });
  });
});

const FACTS: BuildFacts = {
  request: REQUEST,
  state: 'queued',
  already: false,
  answer: 'its answer was lost',
  askedAt: 0,
  queueId: 12,
  why: '',
  number: null,
  at: null,
  estimateMs: null,
  node: null,
  result: null,
  durationMs: 0,
  log: [],
  silentSince: null,
  silence: '',
};

const look = async (facts: Partial<BuildFacts>, calls: Partial<BuildPorts> = {}, now = 0) => {
  const world = jenkins(calls);
  await world.clock.advance(now);
  return lookAtBuild({ ...FACTS, ...facts }, world);
};

describe('a look', () => {
  it('finds it waiting, and why', async () => {
    expect(await look({})).toMatchObject({
      facts: { state: 'queued', why: 'Waiting for next available executor' },
      againMs: 2 * SECOND,
    });
  });

  it('comes less often with the time', async () => {
    expect((await look({}, {}, 4 * MINUTE)).againMs).toBe(12 * SECOND);
    expect((await look({}, {}, HOUR)).againMs).toBe(30 * SECOND);
  });

  it('goes through all that passed since the last', async () => {
    const ended = story({ isRunning: false, result: 'FAILURE', durationMs: 9_000 });
    const { facts, againMs } = await look(
      {},
      { queueItem: async () => entry({ state: 'started', number: 5 }), buildStory: async () => ended },
    );
    expect(facts).toMatchObject({
      state: 'ended',
      number: 5,
      result: 'FAILURE',
      durationMs: 9_000,
      node: 'agent-1',
      log: ['make: Error 1', 'Finished: FAILURE'],
    });
    expect(againMs).toBeUndefined();
  });

  it('sees that it was taken out of the queue', async () => {
    const queueItem = async () => entry({ state: 'cancelled' });
    expect((await look({}, { queueItem })).facts.state).toBe('cancelled');
  });

  it.each<[string, BuildOrigin]>([
    ['by the item it was', origin({ queueId: 12, number: 5, account: undefined })],
    ['by who asked and for what, on cores before 1.601', origin({ number: 5 })],
  ])('finds the build of a forgotten item %s', async (_how, found) => {
    const { facts } = await look({}, { queueItem: async () => undefined, jobTrace: async () => trace(found) });
    expect(facts).toMatchObject({ state: 'running', number: 5 });
  });

  it.each<[string, Partial<BuildPorts>]>([
    ['a forgotten item without a build', {}],
    ['a forgotten item of a job that is gone', { jobTrace: async () => undefined }],
    [
      'one on a new controller, which counts from 1 again',
      { jobTrace: async () => ({ ...trace(origin({ number: 1 })), nextNumber: 2 }) },
    ],
  ])('says that it is gone: %s', async (_what, calls) => {
    expect((await look({}, { queueItem: async () => undefined, ...calls })).facts.state).toBe('gone');
  });

  it('does not take a build of the same number on a new controller for it', async () => {
    const running = { state: 'running', number: 5, at: 1_000 } as const;
    expect((await look(running, { buildStory: async () => story({ at: 2_000 }) })).facts.state).toBe('gone');
    expect((await look(running, { buildStory: async () => undefined })).facts.state).toBe('gone');
    expect((await look(running)).facts.state).toBe('running');
  });

  it('bears that Jenkins is silent, and gives up after half an hour', async () => {
    const calls = { queueItem: () => Promise.reject(silence('Jenkins')) };
    const first = await look({}, calls, MINUTE);
    expect(first.facts).toMatchObject({ state: 'queued', silentSince: MINUTE, silence: 'did not answer within 15 s' });
    expect((await look(first.facts, calls, 30 * MINUTE)).facts.state).toBe('queued');
    expect(await look(first.facts, calls, 32 * MINUTE)).toMatchObject({ facts: { state: 'left' }, againMs: undefined });
    expect((await look(first.facts, {}, 20 * MINUTE)).facts).toMatchObject({ silentSince: null, silence: '' });
  });

  it('tells the result although the log cannot be read', async () => {
    const ended = story({ isRunning: false, result: 'FAILURE', durationMs: 9_000 });
    const calls = { buildStory: async () => ended, consoleTail: () => Promise.reject(silence('Jenkins')) };
    expect((await look({ state: 'running', number: 5 }, calls)).facts).toMatchObject({ state: 'ended', log: [] });
  });

  it('is the last after six hours', async () => {
    expect(await look({}, {}, 6 * HOUR + 1)).toMatchObject({ facts: { state: 'left' }, againMs: undefined });
  });

  it('looks a minute for what was not answered, and never sends it again', async () => {
    const unanswered = { state: 'unanswered', queueId: null } as const;
    expect((await look(unanswered, {}, MINUTE)).facts.state).toBe('unanswered');
    expect((await look(unanswered, {}, MINUTE + 1)).facts.state).toBe('unknown');
    const found = { jobTrace: async () => trace(origin({ queueId: 12 })) };
    expect((await look(unanswered, found, 40 * SECOND)).facts).toMatchObject({ state: 'queued', queueId: 12 });
  });

  it('waits until a silent Jenkins can say whether it has it', async () => {
    const unanswered = { state: 'unanswered', queueId: null, silentSince: 0, silence: 'x' } as const;
    const silent = { jobTrace: () => Promise.reject(silence('Jenkins')) };
    expect((await look(unanswered, silent, 4 * MINUTE)).facts.state).toBe('unanswered');
    expect((await look(unanswered, silent, 6 * MINUTE)).facts.state).toBe('unknown');
  });
});
