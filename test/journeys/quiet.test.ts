import { describe, expect, test } from 'vitest';
import type { Jenkins, JenkinsPulse } from '../../src/core/cluster.js';
import type { ChangeProgress } from '../../src/core/jobs.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { aController, aLoadOf, anApp, NOW, refusal, silence } from '../support/ci-service.js';
import { type Swapping, swapping } from '../support/swapping.js';

interface Scene extends Swapping {
  jenkins: {
    builds: string[];
    quieting: boolean;
    calls: string[];
    pulse: JenkinsPulse['state'];
    /** Instead of answering. */
    fails?: Error;
  };
}

/** Jenkins builds `app`, and the change would wait 30 min for it. */
async function scene(progress: Partial<ChangeProgress> = {}, tasks = true): Promise<Scene> {
  const jenkins: Scene['jenkins'] = { builds: ['app'], quieting: false, calls: [], pulse: 'up' };
  const orFail = async <T>(answer: () => T): Promise<T> => {
    if (jenkins.fails !== undefined) throw jenkins.fails;
    return answer();
  };
  const calls: Partial<Jenkins> = {
    pulse: async () => ({ state: jenkins.pulse, session: 's', version: undefined, detail: undefined }),
    controller: () => orFail(() => aController({ quietingDown: jenkins.quieting })),
    executors: () => orFail(() => aLoadOf(jenkins.builds)),
    async quietDown(reason) {
      jenkins.calls.push(`quiet: ${reason}`);
      await orFail(() => undefined);
      jenkins.quieting = true;
    },
    async cancelQuietDown() {
      await orFail(() => undefined);
      jenkins.calls.push('go on');
      jenkins.quieting = false;
    },
  };
  const app = tasks ? anApp() : anApp({ tasks: [] });
  const swap = await swapping(progress, { jenkins: calls, marathon: { app: async () => app } });
  swap.script.waitMs = 30 * MINUTE;
  return { ...swap, jenkins };
}

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

describe('the quiet-down that we set is taken back', () => {
  test.each<[string, (swap: Scene) => void, string]>([
    [
      'after Give up',
      (swap) => {
        swap.run.choice = 'giveup';
      },
      'Given up while waiting for builds. Nothing was changed.',
    ],
    [
      'after a cancel',
      (swap) => {
        swap.run.stopAsked = async () => (swap.run.kept.step === 'quieting' ? 'U0LEE' : undefined);
      },
      'Cancelled by @U0LEE while waiting for builds. Nothing was changed.',
    ],
    [
      'after a refused write',
      (swap) => {
        swap.script.apply = () => Promise.reject(refusal('Marathon', 409, 'locked'));
        swap.jenkins.builds = [];
      },
      'Failed: Marathon did not do it. PUT /v2/apps/jenkins: 409, locked. Nothing was changed.',
    ],
    [
      'after a write that somebody overtook',
      (swap) => {
        swap.script.apply = () => Promise.reject(silence('Marathon'));
        swap.script.arrived = async () => 'overtaken';
        swap.jenkins.builds = [];
      },
      'Lost sight of the swap: somebody else changed the app meanwhile, so nothing more was sent. where and status show what runs now.',
    ],
    [
      'after a change that did not get there',
      (swap) => {
        swap.script.follow = async () => ({ state: 'failed', line: 'no new task.', left: 'The old one runs.' });
        swap.jenkins.builds = [];
      },
      'Swap failed after 0 s: no new task. The old one runs.',
    ],
    [
      'after a bug',
      (swap) => {
        swap.script.apply = () => Promise.reject(new Error('oh'));
        swap.jenkins.builds = [];
      },
      'That is a bug in the bot, reference r-ana-go. Tell whoever runs Bellboard; the log has the details. Nothing was changed.',
    ],
  ])('%s', async (_what, arrange, words) => {
    for (const before of ['ours', 'theirs'] as const) {
      const swap = await scene();
      swap.jenkins.quieting = before === 'theirs';
      arrange(swap);
      await swap.go();
      expect(swap.root()).toBe(words);
      expect(swap.jenkins.quieting).toBe(before === 'theirs');
      expect(swap.jenkins.calls).toEqual(before === 'theirs' ? [] : ['quiet: Bellboard: Swapping', 'go on']);
    }
  });

  test('but not from the new controller of a change that got through', async () => {
    const swap = await scene();
    swap.jenkins.builds = [];
    await swap.go();
    expect(swap.root()).toMatch(/^Swapped/);
    expect(swap.jenkins.calls).toEqual(['quiet: Bellboard: Swapping']);
  });

  test('by another worker too, because the note was written before the call', async () => {
    const swap = await scene({ step: 'quieting', quieted: true, waitUntil: NOW + MINUTE });
    swap.jenkins.quieting = true;
    swap.run.choice = 'giveup';
    await swap.go();
    expect(swap.jenkins.quieting).toBe(false);
  });

  test('also when Jenkins answers only at the third attempt', async () => {
    const swap = await scene();
    swap.run.choice = 'giveup';
    let failures = 2;
    const cancel = swap.command.jenkins.cancelQuietDown;
    swap.command.jenkins.cancelQuietDown = () => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(silence('Jenkins')) : cancel();
    };
    await swap.go();
    expect(swap.jenkins.quieting).toBe(false);
    expect(swap.root()).toBe('Given up while waiting for builds. Nothing was changed.');
  });

  test('or people hear that it could not be', async () => {
    const swap = await scene();
    swap.run.choice = 'giveup';
    swap.command.jenkins.cancelQuietDown = () => Promise.reject(refusal('Jenkins', 500, 'Oops'));
    await swap.go();
    expect(swap.root()).toBe(
      'Given up while waiting for builds. Nothing was changed. Jenkins was told to quiet down and could not be told to go on (500, Oops): if it still runs, no build starts until somebody cancels that on its page.',
    );
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
