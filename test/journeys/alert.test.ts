// The alert journey: what the ear hands on, and what is committed before it is shown.
import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../src/core/errors.js';
import type { EventsJob } from '../../src/core/jobs.js';
import type { MarathonEvent, StreamNews } from '../../src/core/marathon-event.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { observe, raise } from '../../src/journeys/alert.js';
import { anIncident, nextTask, snapshotOf, status } from '../support/alert-scene.js';
import { anApp, NOW, silence } from '../support/ci-service.js';
import { FakeLockLost, type FakeRaise, fakeAlertQueue, fakeRaise } from '../support/fakes-alert.js';
import { fakeLog } from '../support/fakes-journey.js';
import { manualClock } from '../support/manual-clock.js';

describe('what is heard is handed on', () => {
  const event = status('FAILED');
  const hear = async (news: StreamNews, queue = fakeAlertQueue()) => {
    const ports = { queue, clock: manualClock(), log: fakeLog() };
    await observe(news, ports);
    return {
      calls: queue.calls,
      events: queue.events,
      lines: ports.log.lines.map(({ level, text }) => `${level}: ${text}`),
    };
  };

  test.each<[string, StreamNews, string[], string[]]>([
    [
      'a connection: look, before any event of it',
      { kind: 'connected' },
      ['look connected after 0'],
      ["info: listening to Marathon's events"],
    ],
    ['a poll', { kind: 'look' }, ['look polling after 0'], []],
    ['an event, by its identity', { kind: 'event', event, identity: 'e-1' }, ['event e-1'], []],
    [
      'the end of the stream, to the log alone',
      { kind: 'lost', why: 'EOF' },
      [],
      ["warn: Marathon's event stream ended"],
    ],
  ])('%s', async (_what, news, calls, lines) => {
    expect(await hear(news)).toMatchObject({ calls, lines });
  });

  test('an event carries when it was heard', async () => {
    expect((await hear({ kind: 'event', event, identity: 'e-1' })).events).toEqual([
      { event, identity: 'e-1', heardAt: NOW },
    ]);
  });

  test('and when Redis does not take it, whoever listens hears of that', async () => {
    const away = async () => {
      throw silence('Redis');
    };
    const queue = { ...fakeAlertQueue(), event: away, look: away };
    for (const news of [{ kind: 'event', event, identity: 'e-1' }, { kind: 'connected' }, { kind: 'look' }] as const)
      await expect(hear(news, queue)).rejects.toThrow(UpstreamError);
  });
});

const heard = (event: MarathonEvent): EventsJob => ({ v: 1, kind: 'event', event, heardAt: NOW });
const LOOK: EventsJob = { v: 1, kind: 'look', why: 'test' };
const REFRESH: EventsJob = { v: 1, kind: 'refresh' };

/** A healthy controller that was looked at once. */
async function watching(settings?: Parameters<typeof fakeRaise>[0]): Promise<FakeRaise> {
  const ports = fakeRaise(settings);
  await raise(LOOK, ports);
  ports.trace.length = 0;
  ports.queue.calls.length = 0;
  return ports;
}
const A1 = (ports: FakeRaise) => ports.board.state.incidents['controller-restarted'];

describe('a decision', () => {
  test('is committed before anything is shown, and shown before that is said', async () => {
    const ports = await watching();
    await raise(heard(status('FAILED')), ports);
    expect(ports.trace).toEqual(['commit', 'put alert:A1', 'put alert:A1/timeline', 'showed A1']);
    expect(ports.board.ledger).toEqual([{ identity: '/jenkins|jenkins.old|ended', incident: 'A1', at: NOW }]);
    expect(ports.messages.text('alert:A1')).toBe('Jenkins controller restarted: cause not known');
  });

  test('that another worker has taken over shows nothing and asks for nothing', async () => {
    const ports = await watching();
    ports.board.lost = true;
    await expect(raise(heard(status('FAILED')), ports)).rejects.toThrow(FakeLockLost);
    expect([ports.trace, ports.queue.calls, ports.queue.tasks]).toEqual([[], [], []]);
  });

  test.each(['put', 'showed'] as const)('cut off before its "%s" is shown by whoever comes next', async (where) => {
    const ports = await watching();
    const cut = async () => {
      throw new Error('kill -9');
    };
    const broken =
      where === 'put'
        ? { ...ports, messages: { ...ports.messages, put: cut } }
        : { ...ports, board: { ...ports.board, showed: cut } };
    await expect(raise(heard(status('FAILED')), broken)).rejects.toThrow('kill -9');
    await raise(REFRESH, ports);
    expect(ports.messages.keys()).toEqual(['alert:A1', 'alert:A1/timeline']);
    expect(ports.board.state.shown['A1']).toEqual({ rev: 1, at: NOW });
    expect(ports.queue.tasks.map(({ id }) => id)).toContain('investigate-A1-0');
  });

  test('whose words fail is looked after all the same', async () => {
    const ports = await watching();
    const view = () => {
      throw new Error('no words');
    };
    const rules = ports.rules.map((rule) => ({ ...rule, view }));
    await expect(raise(heard(status('FAILED')), { ...ports, rules })).rejects.toThrow('no words');
    expect(ports.queue.tasks.map(({ job }) => job.kind)).toEqual(['investigate', 'accompany']);
  });

  test('of the same event again is none', async () => {
    const ports = await watching();
    await raise(heard(status('FAILED')), ports);
    await raise(heard(status('FAILED')), ports);
    expect(A1(ports)).toMatchObject({ count: 1, rev: 1 });
    expect(ports.board.ledger).toHaveLength(1);
  });

  test('that has to be confirmed asks for a look, later', async () => {
    const ports = await watching();
    await raise(heard(status('FINISHED')), ports);
    expect(ports.queue.calls).toEqual(['look to be sure after 3000']);
    expect(A1(ports)).toBeUndefined();
    await ports.clock.advance(4 * SECOND);
    ports.marathonShows = snapshotOf(anApp({ tasks: [] }));
    await raise(LOOK, ports);
    expect(ports.messages.text('alert:A1')).toBe('Jenkins controller restarted: exited by itself with status 0');
  });

  test('that it is over edits the same message', async () => {
    const ports = await watching();
    await raise(heard(status('FAILED')), ports);
    await ports.clock.advance(3 * MINUTE);
    ports.marathonShows = snapshotOf(anApp({ tasks: [nextTask()] }));
    await raise(LOOK, ports);
    expect(ports.messages.text('alert:A1')).toMatch(/^Jenkins controller is back after 2 min/);
    expect(ports.messages.keys()).toEqual(['alert:A1', 'alert:A1/timeline']);
  });
});

test('a Marathon that does not answer is asked again soon, and what is due is shown all the same', async () => {
  const ports = await watching();
  await raise(heard(status('FAILED')), ports);
  ports.trace.length = 0;
  ports.queue.calls.length = 0;
  ports.marathonShows = silence('Marathon');
  await raise(LOOK, ports);
  expect(ports.queue.calls[0]).toBe('look to be sure after 5000');
  expect(ports.trace).toContain('put alert:A1');
  expect(ports.log.lines.map(({ text }) => text)).toEqual(['Marathon could not be looked at']);
});

test.each([
  ['Redis', silence('Redis')],
  ['a bug', new Error('oops')],
])('a look that fails for another reason fails: %s', async (_why, error) => {
  const ports = await watching();
  ports.marathonShows = error;
  await expect(raise(LOOK, ports)).rejects.toThrow(error);
});

describe('what was asked for comes back', () => {
  const learnt = (patch: object = {}): EventsJob => ({
    v: 1,
    kind: 'learned',
    incident: 'A1',
    reopened: 0,
    facts: { investigated: true },
    lines: [{ at: NOW, text: 'Jenkins answers' }],
    ...patch,
  });
  async function rang() {
    const ports = await watching();
    await raise(heard(status('FAILED')), ports);
    return ports;
  }

  test('what was found out is shown', async () => {
    const ports = await rang();
    await raise(learnt(), ports);
    expect(A1(ports)?.facts).toMatchObject({ investigated: true });
    expect(A1(ports)?.timeline.at(-1)?.text).toBe('Jenkins answers');
  });

  test.each([
    ['of a life before the last reopening', { reopened: 3 }],
    ['of a case nobody knows', { incident: 'A9' }],
  ])('what was found out %s changes nothing', async (_of, patch) => {
    const ports = await rang();
    await raise(learnt(patch), ports);
    expect(A1(ports)?.rev).toBe(1);
  });

  test('an escalation stands with why, and is said once', async () => {
    const ports = await rang();
    const escalated: EventsJob = { v: 1, kind: 'escalated', incident: 'A1', why: 'Marathon waits for memory.' };
    await raise(escalated, ports);
    await raise({ ...escalated, why: 'something else' }, ports);
    expect(A1(ports)).toMatchObject({ escalatedAt: NOW, escalation: 'Marathon waits for memory.', rev: 2 });
    expect(ports.messages.text('alert:A1/escalation')).toBe(
      '@S0CIOPS A1 needs somebody: Jenkins controller restarted: cause not known. Marathon waits for memory.',
    );
  });

  test('an escalation of what is over by then is none', async () => {
    const ports = await rang();
    ports.board.state.incidents['controller-restarted'] = anIncident({ id: 'A1', resolvedAt: NOW });
    await raise({ v: 1, kind: 'escalated', incident: 'A1', why: null }, ports);
    expect(A1(ports)?.escalatedAt).toBeUndefined();
    expect(ports.messages.keys()).not.toContain('alert:A1/escalation');
  });
});

test('what a rule gathered is decided by that rule, and of an unknown one nothing', async () => {
  const ports = await watching();
  const silent = { saw: 'silence', why: 'it does not answer', status: null, ringsAfterMs: 0 };
  const seen = { saw: 'it' };
  const polled = (rule: string): EventsJob => ({
    v: 1,
    kind: 'polled',
    rule,
    facts: { Marathon: seen, Mesos: silent, Jenkins: seen, slackSilentSince: null },
  });
  for (const rule of ['blind', 'blind', 'from-the-future', 'controller-restarted']) await raise(polled(rule), ports);
  expect(ports.messages.text('alert:A1')).toBe('Bellboard cannot see Mesos');
  expect(Object.keys(ports.board.state.memories).sort()).toEqual([
    'blind',
    'controller-down',
    'controller-restarted',
    'deployment-stuck',
  ]);
});
