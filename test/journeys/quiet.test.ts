import { describe, expect, test } from 'vitest';
import type { JenkinsPulse } from '../../src/core/cluster.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { NOW, refusal, silence } from '../support/ci-service.js';
import { scene } from '../support/quieting.js';

const DECIDE = [
  { label: 'Swap now', action: 'change.now', value: 'd-ana-go', style: 'danger' },
  { label: 'Give up', action: 'change.giveup', value: 'd-ana-go' },
];

describe('before the write', () => {
  test('Jenkins is told to quiet down, builds are named with the two ways out, and their end opens the way', async () => {
    const swap = await scene();
    const work = swap.begin();
    await swap.clock.advance(10 * SECOND);
    expect(swap.root()).toBe('Swapping: waiting for a build to end (at most 30 min more). Running: app.');
    expect(swap.messages.said.at(-1)?.message.blocks[1]).toMatchObject({ type: 'actions', buttons: DECIDE });
    expect(swap.run.kept).toMatchObject({ step: 'quieting', quieted: true, waitUntil: NOW + 30 * MINUTE });
    expect(swap.script.writes).toBe(0);
    swap.jenkins.builds = [];
    await swap.clock.advance(10 * SECOND);
    await work;
    expect(swap.script.writes).toBe(1);
    expect(swap.jenkins.calls).toEqual(['quiet: Bellboard: Swapping']);
    expect(swap.root()).toMatch(/^Swapped in/);
  });

  test('many builds are counted, and five named', async () => {
    const swap = await scene();
    swap.jenkins.builds = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const work = swap.begin();
    await swap.clock.advance(10 * SECOND);
    expect(swap.root()).toBe(
      'Swapping: waiting for 7 builds to end (at most 30 min more). Running: a, b, c, d, e, 2 more.',
    );
    swap.run.choice = 'now';
    await swap.clock.advance(10 * SECOND);
    await work;
  });

  test('with --now nobody is asked to be quiet', async () => {
    const swap = await scene();
    swap.script.waitMs = 0;
    await swap.go();
    expect(swap.jenkins.calls).toEqual([]);
    expect(swap.script.writes).toBe(1);
  });

  test.each<[string, JenkinsPulse['state'], boolean]>([
    ['is starting', 'starting', true],
    ['is restarting', 'restarting', true],
    ['has no task', 'unreachable', false],
  ])('a Jenkins that %s has no builds to wait for', async (_what, pulse, tasks) => {
    const swap = await scene({}, tasks);
    swap.jenkins.pulse = pulse;
    swap.jenkins.fails = silence('Jenkins');
    await swap.go();
    expect(swap.script.writes).toBe(1);
    expect(swap.clock.now()).toBeLessThan(NOW + 5 * SECOND);
    expect(swap.jenkins.calls).toEqual([]);
  });

  test('a Jenkins that only does not answer may be building: people decide', async () => {
    const swap = await scene();
    swap.jenkins.pulse = 'unreachable';
    swap.jenkins.fails = silence('Jenkins');
    const work = swap.begin();
    await swap.clock.advance(10 * SECOND);
    expect(swap.script.writes).toBe(0);
    expect(swap.root()).toBe(
      'Swapping: waiting for builds to end (at most 30 min more). Jenkins does not say which builds run (did not answer within 15 s).',
    );
    swap.run.choice = 'now';
    await swap.clock.advance(10 * SECOND);
    await work;
    expect(swap.script.writes).toBe(1);
  });

  test('a Jenkins that stops answering while it builds is not taken for idle', async () => {
    const swap = await scene();
    const work = swap.begin();
    await swap.clock.advance(10 * SECOND);
    swap.jenkins.fails = refusal('Jenkins', 503, 'overloaded', 'GET /computer/api/json');
    await swap.clock.advance(MINUTE);
    expect(swap.script.writes).toBe(0);
    expect(swap.root()).toContain('Jenkins does not say which builds run (503, overloaded).');
    delete swap.jenkins.fails;
    swap.jenkins.builds = [];
    await swap.clock.advance(10 * SECOND);
    await work;
    expect(swap.script.writes).toBe(1);
  });

  test.each([401, 403])('a Jenkins that refuses us (%i) is no reason for a riddle', async (status) => {
    const swap = await scene();
    swap.jenkins.fails = refusal('Jenkins', status, 'the API token is refused', 'GET /api/json');
    await swap.go();
    expect(swap.script.writes).toBe(0);
    expect(swap.root()).toBe(
      `Jenkins does not let me wait for its builds: ${status}, the API token is refused. Nothing was changed. Mend the API token or its rights, or ask for it with --now, which does not wait.`,
    );
  });
});

describe('the end of the wait', () => {
  test('asks a person, and Swap now goes ahead', async () => {
    const swap = await scene();
    const work = swap.begin();
    await swap.clock.advance(31 * MINUTE);
    expect(swap.root()).toBe(
      'Swapping: the wait is over. Running: app. Swap now ends what runs; Give up changes nothing.',
    );
    expect(swap.messages.said.at(-1)?.message.blocks[1]).toMatchObject({ type: 'actions', buttons: DECIDE });
    expect(swap.script.writes).toBe(0);
    swap.run.choice = 'now';
    await swap.clock.advance(10 * SECOND);
    await work;
    expect(swap.script.writes).toBe(1);
  });

  test('with nobody deciding for 30 min more means no', async () => {
    const swap = await scene();
    await swap.go();
    expect(swap.clock.now() - NOW).toBeGreaterThan(HOUR);
    expect(swap.root()).toBe('Given up: builds were still running after 1 h, and nobody decided. Nothing was changed.');
    expect(swap.trail).toMatchObject([{ outcome: 'cancelled' }]);
    expect(swap.jenkins.quieting).toBe(false);
  });
});

describe('taken over while it waits', () => {
  test('it asks for quiet again, in case the first worker died before it did', async () => {
    const swap = await scene({ step: 'quieting', quieted: true, waitUntil: NOW + MINUTE });
    swap.jenkins.builds = [];
    await swap.go();
    expect(swap.jenkins.calls).toEqual(['quiet: Bellboard: Swapping']);
    expect(swap.script.writes).toBe(1);
  });

  test("it does not when the quiet is somebody else's", async () => {
    const swap = await scene({ step: 'quieting', quieted: false, waitUntil: NOW + MINUTE });
    swap.jenkins.builds = [];
    await swap.go();
    expect(swap.jenkins.calls).toEqual([]);
  });

  test('the wait goes on where it was, not from the start', async () => {
    const swap = await scene({ step: 'quieting', quieted: false, waitUntil: NOW + MINUTE });
    const work = swap.begin();
    await swap.clock.advance(2 * MINUTE);
    expect(swap.root()).toContain('the wait is over');
    swap.run.choice = 'giveup';
    await swap.clock.advance(10 * SECOND);
    await work;
  });

  test('the first worker stops without a word', async () => {
    const swap = await scene();
    const work = swap.begin();
    const end = expect(work).rejects.toBe('lock lost');
    await swap.clock.advance(10 * SECOND);
    const told = swap.told().length;
    swap.run.lose();
    await swap.clock.advance(10 * SECOND);
    await end;
    expect(swap.told()).toHaveLength(told);
    expect(swap.trail).toEqual([]);
    expect(swap.jenkins.calls).toEqual(['quiet: Bellboard: Swapping']);
  });
});
