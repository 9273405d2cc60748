import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.js';
import { NOW, refusal, silence } from '../support/ci-service.js';
import { type Scene, scene } from '../support/quieting.js';

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
      'That is a bug in the bot, reference r-ana-go. Tell whoever runs Bellboard; the log has the details. Whether it was done is not known: look at where and status before you ask again.',
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

  test('after a write to a Jenkins that goes on, too', async () => {
    const swap = await scene();
    swap.script.system = 'Jenkins';
    swap.jenkins.builds = [];
    await swap.go();
    expect(swap.root()).toMatch(/^Swapped/);
    expect(swap.jenkins.calls).toEqual(['quiet: Bellboard: Swapping', 'go on']);
    expect(swap.told()).toContain('Swapping: sending the change to Jenkins');
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

  describe('when a Jenkins that loads its configuration in the same JVM', () => {
    /** Sight is lost while it loads, and it does so for that many looks. */
    async function loading(looks: number): Promise<Scene> {
      const swap = await scene();
      swap.script.system = 'Jenkins';
      swap.jenkins.builds = [];
      swap.script.follow = async () => {
        swap.jenkins.pulse = 'starting';
        swap.jenkins.fails = refusal('Jenkins', 503, 'loading');
        return { state: 'failed', line: 'No sight of it.', left: 'It may still load.' };
      };
      let left = looks;
      const { pulse } = swap.command.jenkins;
      swap.command.jenkins.pulse = () => {
        if (swap.jenkins.pulse === 'starting') left -= 1;
        if (left <= 0) Object.assign(swap.jenkins, { pulse: 'up', fails: undefined });
        return pulse();
      };
      await swap.go();
      return swap;
    }

    test('has done so', async () => {
      const swap = await loading(30);
      expect(swap.jenkins.quieting).toBe(false);
      expect(swap.root()).toMatch(/^Swap failed after .*It may still load\.$/);
    });

    test('has not in two minutes, which is said', async () => {
      const swap = await loading(1_000);
      expect(swap.jenkins.quieting).toBe(true);
      expect(swap.root()).toMatch(
        /It may still load\. Jenkins was told to quiet down and could not be told to go on \(503/,
      );
    });
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
