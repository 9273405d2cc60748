import { beforeEach, describe, expect, test } from 'vitest';
import type { ConfirmedJob } from '../../src/core/jobs.js';
import { MINUTE } from '../../src/core/time.js';
import { perform } from '../../src/journeys/command.js';
import { NOW, silence } from '../support/ci-service.js';
import { type FakeCommands, fakeCommands } from '../support/fake-commands.js';
import { type FakePerform, fakePerform, fakeRun, passing, pressed, typed } from '../support/fakes-journey.js';

type Worker = FakePerform & FakeCommands;
let ports: Worker;

const running = { jobId: 'd-sam', userId: 'U0SAM', text: 'swap', step: 'following', since: NOW };
const bob = { userId: 'U0BOB', teamId: 'T0HOME' };

/** Sam's swap runs; Ana's swap, which Lee confirmed, waits for it, and Lee's paint for both. */
beforeEach(async () => {
  const commands = fakeCommands();
  ports = { ...fakePerform({ catalogue: commands.catalogue }), ...commands };
  await perform(typed('swap'), fakeRun(), ports);
  ports.queue.running = running;
  ports.queue.before = [running];
  const lee = { userId: 'U0LEE', teamId: 'T0HOME' };
  await perform(pressed('plan.confirm', 'd-ana', { actor: lee }), fakeRun('d-click'), ports);
  const [swap] = ports.queue.confirmed;
  if (swap === undefined) throw new Error('nothing was confirmed');
  const paint = typed('paint red', { delivery: 'd-lee', actor: lee });
  ports.queue.waiting = [
    { id: 'd-ana-go', job: swap, leftBy: undefined },
    { id: 'd-lee', job: paint, leftBy: undefined },
  ];
  ports.queue.moves = 0;
});

const tell = () => perform({ v: 1, kind: 'waiting' }, fakeRun('waiting'), ports);
const swapRoot = () => ports.messages.text('root:d-ana');
const paintRoot = () => ports.messages.text('root:d-lee');
const buttons = (key: string) =>
  ports.messages.said
    .findLast((said) => said.key === key)
    ?.message.blocks.flatMap((block) => (block.type === 'actions' ? block.buttons : []));
const leave = (id: string, userId: string, delivery = 'd-leave') =>
  perform(pressed('queue.leave', id, { delivery, actor: { userId, teamId: 'T0HOME' } }), fakeRun(delivery), ports);
const answer = (delivery = 'd-leave') => ports.messages.text(`answer:${delivery}`);

describe('whoever waits', () => {
  test('is told place, who is ahead, and has a way out', async () => {
    await tell();
    expect(swapRoot()).toBe('Swapping: confirmed by @U0LEE, number 1 in the queue, behind swap of @U0SAM');
    expect(paintRoot()).toBe(
      '/ci paint red waits for its turn: number 2 in the queue, behind swap of @U0SAM, swap of @U0ANA',
    );
    expect(buttons('root:d-ana')).toEqual([{ label: 'Leave the queue', action: 'queue.leave', value: 'd-ana-go' }]);
    expect(buttons('root:d-lee')).toEqual([{ label: 'Leave the queue', action: 'queue.leave', value: 'd-lee' }]);
  });

  test('is told how long that usually takes, when enough is known', async () => {
    for (const minutes of [1, 2, 5]) {
      ports.trail.push({
        v: 1,
        jobId: `d-${minutes}`,
        userId: 'U0ANA',
        channelId: 'C0CI',
        command: 'swap',
        text: 'swap',
        outcome: 'succeeded',
        summary: 'Swapped.',
        at: NOW,
        durationMs: minutes * MINUTE,
      });
    }
    await tell();
    expect(paintRoot()).toContain('behind swap of @U0SAM (usually 2 min), swap of @U0ANA (usually 2 min)');
  });

  test('is told again when one ahead is gone', async () => {
    await tell();
    const [swap, paint] = ports.queue.waiting;
    if (swap === undefined || paint === undefined) throw new Error('nobody waits');
    ports.queue.running = { ...running, jobId: swap.id, userId: 'U0ANA' };
    ports.queue.waiting = [paint];
    await tell();
    expect(paintRoot()).toBe('/ci paint red waits for its turn: number 1 in the queue, behind swap of @U0ANA');
  });

  test('and is first with nothing at work is left as it is: it begins', async () => {
    ports.queue.running = undefined;
    ports.queue.waiting = ports.queue.waiting.slice(1);
    await tell();
    expect(paintRoot()).toBe('');
  });

  test('does not speak over what has begun', async () => {
    await ports.messages.put(
      'root:d-lee',
      { kind: 'channel', channelId: 'C0CI' },
      { text: 'Working', blocks: [] },
      {
        rank: 20,
      },
    );
    await tell();
    expect(paintRoot()).toBe('Working');
  });
});

test('a change that takes its turn has the others told', async () => {
  await passing(ports.clock, perform(typed('paint blue', { delivery: 'd-x' }), fakeRun('d-x'), ports), 100);
  expect(ports.queue.moves).toBe(1);
});

test('a question has nobody told', async () => {
  await perform(typed('look'), fakeRun(), ports);
  expect(ports.queue.moves).toBe(0);
});

describe('leaving the queue', () => {
  test.each([
    ['who asked', 'U0ANA'],
    ['who confirmed', 'U0LEE'],
  ])('is open to %s, and told at once in message, trail and thread', async (_who, userId) => {
    await leave('d-ana-go', userId);
    expect(swapRoot()).toBe(`Left the queue, nothing was changed. Taken out by @${userId}.`);
    expect(ports.trail).toMatchObject([{ jobId: 'd-ana-go', outcome: 'cancelled', command: 'swap', durationMs: 0 }]);
    expect(ports.messages.said.map((said) => said.message.text)).toContain(
      `@U0ANA Left the queue, nothing was changed. Taken out by @${userId}.`,
    );
    expect(ports.queue.moves).toBe(1);
    expect(answer()).toBe('');
  });

  test('is not open to others who may not cancel', async () => {
    await leave('d-ana-go', bob.userId);
    expect(answer()).toBe(
      'Only @U0ANA, who asked, and whoever may cancel can take this out of the queue. You may not cancel: that is for operators by the rule that holds because the file has none (changes and disruptive commands to operators). Ask @U0ANA, @U0LEE.',
    );
    expect(ports.queue.waiting[0]?.leftBy).toBeUndefined();
    expect(ports.trail).toEqual([]);
  });

  test('of a typed change by an operator ends in its message', async () => {
    await tell();
    await leave('d-lee', 'U0ANA');
    expect(paintRoot()).toBe('Left the queue, nothing was changed. Taken out by @U0ANA.');
    expect(buttons('root:d-lee')).toEqual([]);
  });

  test('twice is told to the second who took it out', async () => {
    await leave('d-ana-go', 'U0ANA');
    await leave('d-ana-go', 'U0LEE', 'd-second');
    expect(answer('d-second')).toBe('/ci swap was taken out of the queue already, by @U0ANA. Nothing was changed.');
    expect(ports.trail).toHaveLength(1);
  });

  test('does nothing when its turn comes', async () => {
    await leave('d-ana-go', 'U0ANA');
    const run = fakeRun('d-ana-go');
    run.stopBy = 'U0ANA';
    await passing(ports.clock, perform(ports.queue.confirmed[0] as ConfirmedJob, run, ports));
    expect(ports.script.writes).toBe(0);
    expect(swapRoot()).toBe('Left the queue, nothing was changed. Taken out by @U0ANA.');
    expect(ports.trail).toHaveLength(1);
    expect(ports.counts.at(-1)).toEqual(['swap', 'cancelled']);
  });

  test('of a typed change is the end of it, however late its turn comes, and who may no longer do it', async () => {
    await tell();
    const paint = ports.queue.waiting[1]?.job;
    if (paint?.kind !== 'command') throw new Error('no paint');
    await leave('d-lee', 'U0LEE');
    await ports.clock.advance(31 * MINUTE);
    const run = fakeRun('d-lee');
    run.stopBy = 'U0LEE';
    const people = { ...ports.people, person: () => Promise.reject(silence('Slack', 'users.info')) };
    await passing(ports.clock, perform(paint, run, { ...ports, people }), 100);
    expect(ports.script.strokes).toBe(0);
    expect(paintRoot()).toBe('Left the queue, nothing was changed. Taken out by @U0LEE.');
    expect(ports.messages.text('answer:d-lee')).toBe('');
    expect(ports.trail).toMatchObject([{ outcome: 'cancelled' }]);
  });

  test.each([
    ['begun', 'running', 'Too late to leave: /ci swap has begun. /ci cancel d-ana-go stops it.'],
    ['ended', 'ended', '/ci swap does not wait any more; the message above tells what became of it.'],
  ] as const)('of a change that has %s comes too late, and stops nothing', async (_what, state, words) => {
    ports.queue.waiting = [];
    ports.queue.state = state;
    await leave('d-ana-go', 'U0ANA');
    expect(answer()).toBe(words);
    expect(ports.trail).toEqual([]);
  });

  test('of a typed change that has begun comes too late, and nothing is promised that would stop it', async () => {
    ports.queue.find = async () => typed('paint red');
    ports.queue.waiting = [];
    ports.queue.state = 'running';
    await leave('d-lee', 'U0ANA');
    expect(answer()).toBe('Too late to leave: /ci paint red has begun. Its own message says how it ends.');
  });

  test('of a change that nobody remembers says so', async () => {
    await leave('d-old', 'U0ANA');
    expect(answer()).toBe('That button is older than what is remembered of it. status shows what waits now.');
  });

  test('by cancel is told at the next look', async () => {
    const [swap] = ports.queue.waiting;
    if (swap !== undefined) swap.leftBy = 'U0LEE';
    await tell();
    expect(swapRoot()).toBe('Left the queue, nothing was changed. Taken out by @U0LEE.');
    expect(paintRoot()).toContain('number 1 in the queue, behind swap of @U0SAM');
  });
});

describe('whose turn comes', () => {
  const thread = (key: string) => ports.messages.text(`${key}/turn`);

  test('after more than 5 min is called back', async () => {
    await ports.clock.advance(7 * MINUTE);
    await passing(ports.clock, perform(ports.queue.confirmed[0] as ConfirmedJob, fakeRun('d-ana-go'), ports));
    expect(thread('root:d-ana')).toBe('@U0ANA It is your turn after 7 min: /ci swap begins now.');
  });

  test('sooner is not', async () => {
    await ports.clock.advance(4 * MINUTE);
    await passing(ports.clock, perform(typed('paint red'), fakeRun(), ports), 100);
    expect(thread('root:d-ana')).toBe('');
  });

  test('after more than 30 min is not done, which its message says too', async () => {
    await tell();
    await ports.clock.advance(31 * MINUTE);
    const paint = ports.queue.waiting[1]?.job;
    if (paint?.kind !== 'command') throw new Error('no paint');
    await perform(paint, fakeRun('d-lee'), ports);
    const words = 'This waited more than 30 min for its turn, so it was not done. Type it again if you still want it.';
    expect(paintRoot()).toBe(words);
    expect(ports.messages.text('answer:d-lee')).toBe(words);
    expect(ports.script.strokes).toBe(0);
  });

  test('and who may not any more is refused, where the place was told', async () => {
    await tell();
    const paint = ports.queue.waiting[1]?.job;
    if (paint?.kind !== 'command') throw new Error('no paint');
    await perform({ ...paint, actor: bob }, fakeRun('d-lee'), ports);
    expect(paintRoot()).toMatch(/^You may not paint/);
  });

  test('and is refused where no place was told is told privately, and only there', async () => {
    await perform(typed('paint red', { delivery: 'd-bob', actor: bob }), fakeRun('d-bob'), ports);
    expect(ports.messages.text('answer:d-bob')).toMatch(/^You may not paint/);
    expect(ports.messages.keys()).not.toContain('root:d-bob');
  });
});
