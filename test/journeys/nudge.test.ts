import { beforeEach, describe, expect, test } from 'vitest';
import type { ChangeInfo } from '../../src/core/changes.js';
import type { Posted } from '../../src/core/conversation.js';
import { UpstreamError } from '../../src/core/errors.js';
import { MINUTE } from '../../src/core/time.js';
import { type NudgePorts, nudge } from '../../src/journeys/nudge.js';
import { NOW } from '../support/ci-service.js';
import { type FakeLog, fakeLog, pressed, typed } from '../support/fakes-journey.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

interface Watch extends NudgePorts {
  clock: ManualClock;
  log: FakeLog;
  said: string[];
  places: Record<string, Posted>;
  state: 'waiting' | 'active' | 'ended' | 'unknown';
  hands: number;
  running: ChangeInfo | undefined;
  queue: ChangeInfo[];
}

let watch: Watch;
beforeEach(() => {
  const fake: Watch = {
    said: [],
    places: {},
    state: 'active',
    hands: 1,
    running: undefined,
    queue: [],
    posted: async (key) => fake.places[key] ?? { state: 'waiting' },
    stateOf: async () => fake.state,
    changes: { running: async () => fake.running, waiting: async () => fake.queue },
    workers: async () => fake.hands,
    say: async (_job, message) => void fake.said.push(message.text),
    clock: manualClock(),
    log: fakeLog(),
  };
  watch = fake;
});

const change = (jobId: string, userId: string, text: string): ChangeInfo => ({
  jobId,
  userId,
  text,
  step: 'following',
  since: NOW,
});

describe('after 0.9 s', () => {
  test('with nothing seen it says that it works on it, once', async () => {
    nudge(typed('where'), 'reads', watch);
    await watch.clock.advance(899);
    expect(watch.said).toEqual([]);
    await watch.clock.advance(1);
    expect(watch.said).toEqual(['Working on it …']);
    await watch.clock.advance(2 * MINUTE);
    expect(watch.said).toHaveLength(1);
  });

  test.each<[string, () => void]>([
    [
      'the answer has left',
      () => {
        watch.places['answer:d-ana'] = { state: 'answered' };
      },
    ],
    [
      "the change's message stands in the channel",
      () => {
        watch.places['root:d-ana'] = { state: 'posted', channelId: 'C0CI', ts: '1.1' };
      },
    ],
    [
      'the channel refused it, which is answered',
      () => {
        watch.places['root:d-ana'] = { state: 'refused', error: 'not_in_channel' };
      },
    ],
    [
      'the job has ended',
      () => {
        watch.state = 'ended';
      },
    ],
  ])('it is silent when %s', async (_what, arrange) => {
    arrange();
    nudge(typed('where'), 'reads', watch);
    await watch.clock.advance(2 * MINUTE);
    expect(watch.said).toEqual([]);
  });

  test('a change that waits for its turn hears behind whom', async () => {
    watch.running = change('d-bob', 'U0BOB', 'deploy');
    watch.queue = [change('d-lee', 'U0LEE', 'scale executors 2'), change('d-ana', 'U0ANA', 'scale executors 4')];
    nudge(typed('scale executors 4'), 'changes', watch);
    await watch.clock.advance(900);
    expect(watch.said).toEqual([
      'Waiting for its turn, behind deploy of @U0BOB and 1 more. One change runs at a time.',
    ]);
  });

  test('the next in line has nobody else before it', async () => {
    watch.running = change('d-bob', 'U0BOB', 'deploy');
    watch.queue = [change('d-ana', 'U0ANA', 'scale executors 4')];
    nudge(typed('scale executors 4'), 'changes', watch);
    await watch.clock.advance(900);
    expect(watch.said).toEqual(['Waiting for its turn, behind deploy of @U0BOB. One change runs at a time.']);
  });

  test('a change at work is not behind itself', async () => {
    watch.running = change('d-ana', 'U0ANA', 'scale executors 4');
    nudge(typed('scale executors 4'), 'changes', watch);
    await watch.clock.advance(900);
    expect(watch.said).toEqual(['Working on it …']);
  });
});

describe('after a minute', () => {
  test.each([
    [typed('where'), 'Your command is kept and runs if one starts within 30 min.'],
    [pressed('plan.confirm', 'd-ana'), 'Your click is kept and counts if one starts before the plan expires.'],
  ])('with no worker alive it says so', async (job, kept) => {
    watch.state = 'waiting';
    watch.hands = 0;
    nudge(job, 'reads', watch);
    await watch.clock.advance(MINUTE);
    expect(watch.said).toEqual([
      'Working on it …',
      `No worker of Bellboard is running, so nothing has been done yet. ${kept} Whoever runs Bellboard should start the role worker.`,
    ]);
  });

  test.each<[string, Partial<Watch>]>([
    ['a worker lives, and the job waits for its turn', { state: 'waiting', hands: 1 }],
    ['the job is at work', { state: 'active', hands: 0 }],
    ['the job has ended', { state: 'ended', hands: 0 }],
  ])('it is silent when %s', async (_what, facts) => {
    nudge(typed('where'), 'reads', watch);
    await watch.clock.advance(900);
    Object.assign(watch, facts);
    await watch.clock.advance(MINUTE);
    expect(watch.said).toEqual(['Working on it …']);
  });

  test('it is silent after an answer', async () => {
    nudge(typed('where'), 'reads', watch);
    await watch.clock.advance(900);
    Object.assign(watch, { state: 'waiting', hands: 0, places: { 'answer:d-ana': { state: 'answered' } } });
    await watch.clock.advance(MINUTE);
    expect(watch.said).toEqual(['Working on it …']);
  });
});

test('a Redis that is away is logged, not thrown', async () => {
  const away = { system: 'Redis', request: 'state', seen: 'closed', retryable: true, mayHaveArrived: false } as const;
  watch.stateOf = () => Promise.reject(new UpstreamError(away));
  nudge(typed('where'), 'reads', watch);
  await watch.clock.advance(MINUTE);
  expect(watch.said).toEqual([]);
  expect(watch.log.lines.map((line) => line.text)).toEqual([
    'could not look after an accepted command',
    'could not look after an accepted command',
  ]);
});
