// What people see of the board, and what they do not.
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../src/core/incident.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import type { Watch } from '../../src/core/watch.js';
import { show } from '../../src/journeys/alert-show.js';
import { anIncident, deathFacts } from '../support/alert-scene.js';
import { NOW } from '../support/ci-service.js';
import { anAck, aSilence, type FakeRaise, fakeRaise } from '../support/fakes-alert.js';

const FINGERPRINT = 'controller-restarted';
const OVER = { resolvedAt: NOW, overAt: NOW, rev: 2 };

function boardWith(patch: Partial<Incident> = {}, settings?: Parameters<typeof fakeRaise>[0]): FakeRaise {
  const ports = fakeRaise(settings);
  const incident = anIncident(patch);
  ports.board.state.incidents[incident.fingerprint] = incident;
  return ports;
}
/** What is put, by the part of the key behind the alert's id. */
async function shown(ports: FakeRaise): Promise<string[]> {
  ports.trace.length = 0;
  await show(ports.board.state, ports);
  return ports.trace.filter((one) => one.startsWith('put')).map((one) => one.replace(/^put alert:A\d+/, '') || 'root');
}

describe('an incident is shown', () => {
  test.each<[string, Partial<Incident>, string[]]>([
    ['open', {}, ['root', '/timeline']],
    ['over', OVER, ['root', '/timeline']],
    [
      'with lines of a log',
      { facts: deathFacts({ excerpt: { title: 'stderr', text: 'boom' } }) },
      ['root', '/timeline', '/excerpt-0'],
    ],
    ['open again, aloud', { reopened: 2 }, ['root', '/again-2', '/timeline']],
    ['over again, and that it was open again is told no more', { ...OVER, reopened: 2 }, ['root', '/timeline']],
    ['flapping, without saying so each time', { reopened: 2, flapping: true }, ['root', '/timeline']],
    ['escalated, aloud', { escalatedAt: NOW }, ['root', '/escalation', '/timeline']],
  ])('%s', async (_how, patch, parts) => {
    expect(await shown(boardWith(patch))).toEqual(parts);
  });

  test('in the alert channel, with its thread below it, and aloud where a person is needed', async () => {
    const ports = boardWith({ reopened: 1, escalatedAt: NOW });
    await shown(ports);
    expect(ports.messages.said.map(({ key, to }) => [key, to])).toEqual([
      ['alert:A17', { kind: 'channel', channelId: 'C0CIALERTS' }],
      ['alert:A17/again-1', { kind: 'thread', parent: 'alert:A17', broadcast: true }],
      ['alert:A17/escalation', { kind: 'thread', parent: 'alert:A17', broadcast: true }],
      ['alert:A17/timeline', { kind: 'thread', parent: 'alert:A17' }],
    ]);
  });

  test('in the order of its changes: a worker that woke up late turns nothing back', async () => {
    const ports = boardWith(OVER);
    await shown(ports);
    ports.board.state.incidents[FINGERPRINT] = anIncident();
    await shown(ports);
    expect(ports.messages.text('alert:A17')).toMatch(/is back/);
  });

  test('with who has it in hand and until when it is silenced', async () => {
    const ports = boardWith();
    ports.board.state.acks['A17'] = anAck();
    ports.board.state.silences[FINGERPRINT] = aSilence();
    await shown(ports);
    expect(JSON.stringify(ports.messages.said[0]?.message)).toMatch(
      /:no_bell:.*silenced by <@U0LEE>.*acknowledged by <@U0ANA>/,
    );
  });

  test('an hour after its end only if people have not seen that', async () => {
    const ports = boardWith(OVER);
    await ports.clock.advance(MINUTE + 1);
    expect(await shown(ports)).toEqual(['root', '/timeline']);
    expect(await shown(ports)).toEqual([]);
  });

  test('still a minute after its end, when somebody may acknowledge late', async () => {
    const ports = boardWith(OVER);
    await shown(ports);
    await ports.clock.advance(MINUTE);
    expect(await shown(ports)).toEqual(['root', '/timeline']);
  });
});

describe('while it flaps', () => {
  test('it is shown once in 15 s', async () => {
    const ports = boardWith({ flapping: true, count: 3 });
    const puts: number[] = [];
    for (let second = 0; second <= 60; second += 1) {
      puts.push((await shown(ports)).length);
      await ports.clock.advance(SECOND);
    }
    expect(puts.flatMap((count, second) => (count === 0 ? [] : [second]))).toEqual([0, 15, 30, 45, 60]);
  });

  test('its last standing is shown all the same', async () => {
    const ports = boardWith({ flapping: true, count: 3 });
    await shown(ports);
    ports.board.state.incidents[FINGERPRINT] = anIncident({ ...OVER, flapping: true, count: 3 });
    await ports.clock.advance(5 * SECOND);
    expect(await shown(ports)).toEqual([]);
    await ports.clock.advance(10 * SECOND);
    expect(await shown(ports)).toEqual(['root', '/timeline']);
  });
});

describe('nobody hears of an incident', () => {
  const muted = { muted: true };
  const parent = anIncident({ id: 'A16', rule: 'controller-restarted', fingerprint: 'controller-restarted' });
  const LOST = { framework: null, frameworkId: null, scheduler: false, inMesos: 'gone', buildsWaiting: 0, ended: null };
  const child = {
    ...muted,
    rule: 'framework-lost',
    fingerprint: 'framework-lost',
    facts: LOST,
  };

  test('that opened under a silence, as long as that holds', async () => {
    const ports = boardWith(muted);
    ports.board.state.silences[FINGERPRINT] = aSilence();
    expect(await shown(ports)).toEqual([]);
    ports.board.state.silences = {};
    expect(await shown(ports)).toEqual(['root', '/timeline']);
  });

  test('that another one explained when it opened, as long as that is open', async () => {
    const ports = boardWith(child);
    ports.board.state.incidents['controller-restarted'] = parent;
    expect(await shown(ports)).toEqual(['root', '/timeline']);
    expect(ports.messages.keys()).toEqual(['alert:A16', 'alert:A16/timeline']);
    ports.board.state.incidents['controller-restarted'] = { ...parent, ...OVER };
    await shown(ports);
    expect(ports.messages.keys()).toContain('alert:A17');
  });

  test('that was over before anybody was told', async () => {
    expect(await shown(boardWith({ ...muted, ...OVER }))).toEqual([]);
  });

  test('but its end is shown to those who were told after all', async () => {
    const ports = boardWith(muted);
    await shown(ports);
    ports.board.state.incidents[FINGERPRINT] = anIncident({ ...muted, ...OVER });
    expect(await shown(ports)).toEqual(['root', '/timeline']);
    expect(ports.messages.text('alert:A17')).toMatch(/is back/);
  });

  test('whose words fail, and the others are shown all the same', async () => {
    const ports = boardWith();
    const broken = anIncident({ ...child, muted: false, id: 'A16', facts: { frameworkId: 7 } });
    ports.board.state.incidents = { broken, ...ports.board.state.incidents };
    await expect(show(ports.board.state, ports)).rejects.toThrow(TypeError);
    expect(ports.messages.keys()).toEqual(['alert:A17', 'alert:A17/timeline']);
  });

  test('of a rule that only a newer version knows', async () => {
    expect(await shown(boardWith({ rule: 'from-the-future' }))).toEqual([]);
  });

  test('where no channel is set, and nothing fails', async () => {
    const ports = boardWith({ escalatedAt: NOW }, { channelId: undefined });
    expect(await shown(ports)).toEqual([]);
    expect(ports.trace).toEqual([]);
  });
});

test('a silence that comes later keeps the message up to date, without a cry that it is open again', async () => {
  const ports = boardWith({ reopened: 1 });
  ports.board.state.silences[FINGERPRINT] = aSilence();
  expect(await shown(ports)).toEqual(['root', '/timeline']);
});

describe('a deploy of ours', () => {
  const watch = (patch: object = {}, app: object = {}): Watch =>
    ({
      v: 1,
      appId: '/jenkins',
      lives: {},
      baseline: true,
      at: NOW,
      app: { version: 'v2', job: 'd-ana-go', ...app },
      plans: {
        p: {
          id: 'p',
          version: 'v2',
          actions: [],
          before: [],
          touches: true,
          firstSeenAt: NOW,
          failures: 2,
          lastFailure: 'exit code 1',
          notes: [],
          ...patch,
        },
      },
    }) as unknown as Watch;
  test('hears in its own thread of what did not stay', async () => {
    const ports = fakeRaise();
    ports.board.state.watch = watch();
    await show(ports.board.state, ports);
    expect(ports.messages.said.map(({ key, to, rank, message }) => [key, to, rank, message.text])).toEqual([
      [
        'root:d-ana/launches',
        { kind: 'thread', parent: 'root:d-ana' },
        2,
        'The new controller did not stay, attempt 2: exit code 1. Marathon tries again.',
      ],
    ]);
  });

  test.each([
    ['nothing when all is well', watch({ failures: 0 })],
    ['nothing of another version', watch({ version: 'v1' })],
    ['nothing when it is not ours', watch({}, { job: undefined })],
  ])('hears %s', async (_what, seen) => {
    const ports = fakeRaise();
    ports.board.state.watch = seen;
    await show(ports.board.state, ports);
    expect(ports.trace).toEqual([]);
  });
});
