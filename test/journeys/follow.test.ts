import { describe, expect, test } from 'vitest';
import type { Progress } from '../../src/core/command.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { NOW, refusal, silence } from '../support/ci-service.js';
import { type Swapping, swapping } from '../support/swapping.js';

const written = (): Promise<Swapping> => swapping({ step: 'applied', appliedAt: NOW });

/** Says one thing until a minute, and another from then on. */
const then = (swap: Swapping, minutes: number, early: () => Progress, late: () => Progress) => {
  swap.script.follow = async () => (swap.clock.now() < NOW + minutes * MINUTE ? early() : late());
};
const going = (line: string, more: Partial<Progress & { state: 'going' }> = {}): Progress => ({
  state: 'going',
  line,
  ...more,
});

describe('a change on its way', () => {
  test('is looked at every 2 s, and its message tells how far it is', async () => {
    const swap = await written();
    let looks = 0;
    swap.script.follow = async (since) => {
      expect(since).toBe(NOW);
      looks += 1;
      return looks <= 3 ? going('the old one stops') : { state: 'done', line: 'It runs on b:1.' };
    };
    await swap.go();
    expect(swap.told()).toEqual([
      'Swapping: the old one stops (0 s so far)',
      'Swapping: the old one stops (2 s so far)',
      'Swapping: the old one stops (4 s so far)',
      'Swapped in 6 s. It runs on b:1.',
    ]);
  });

  test('tells each thing once in the thread, however its numbers count down', async () => {
    const swap = await written();
    then(
      swap,
      1,
      () =>
        going(`launch in ${Math.round((NOW + MINUTE - swap.clock.now()) / SECOND)} s`, { detail: 'launch delayed' }),
      () => ({ state: 'done', line: 'Up.' }),
    );
    await swap.go();
    expect(new Set(swap.thread())).toEqual(new Set(['launch delayed', '@U0ANA Swapped in 1 min. Up.']));
    expect(swap.messages.keys().filter((key) => key.startsWith('root:d-ana/'))).toHaveLength(2);
  });

  test('that has failed says why, what is left, and that Jenkins takes builds again', async () => {
    const swap = await written();
    swap.script.follow = async () => ({
      state: 'failed',
      line: 'the app is gone.',
      left: 'Nothing runs; `swap` again.',
    });
    await swap.go();
    expect(swap.root()).toBe('Swap failed after 0 s: the app is gone. Nothing runs; swap again.');
    expect(swap.messages.said.at(-2)?.message.blocks[0]).toMatchObject({
      text: { mrkdwn: ':red_circle: Swap failed after 0 s: the app is gone. Nothing runs; `swap` again.' },
    });
    expect(swap.trail).toMatchObject([{ outcome: 'failed' }]);
  });
});

describe('the deadline', () => {
  test('with a cause known is a failure with that cause', async () => {
    const swap = await written();
    swap.script.follow = async () =>
      going('it was killed again', { ifOver: { line: 'its check never passed.', left: 'It runs, unhealthy.' } });
    await swap.go();
    expect(swap.clock.now() - NOW).toBeGreaterThan(5 * MINUTE);
    expect(swap.clock.now() - NOW).toBeLessThan(6 * MINUTE);
    expect(swap.root()).toBe('Swap failed after 5 min 2 s: its check never passed. It runs, unhealthy.');
    expect(swap.trail).toMatchObject([{ outcome: 'failed' }]);
  });

  test('without a cause is said to be one', async () => {
    const swap = await written();
    swap.script.follow = async () => going('waiting');
    await swap.go();
    expect(swap.root()).toBe(
      'Lost sight of the swap: it was not up after 5 min 2 s, and how it ends is not known. /ci where and /ci status show what became of it.',
    );
    expect(swap.trail).toMatchObject([{ outcome: 'lost' }]);
  });

  test('in silence blames no cause seen long ago', async () => {
    const swap = await written();
    swap.script.follow = async () => {
      if (swap.clock.now() > NOW + MINUTE) throw silence('Marathon');
      return going('starting', { ifOver: { line: 'never started.', left: 'Nothing runs.' } });
    };
    await swap.go();
    expect(swap.root()).toBe(
      'Lost sight of the swap: it was not up after 5 min 2 s, and how it ends is not known. Nothing was heard for 4 min 2 s. /ci where and /ci status show what became of it.',
    );
  });

  test('counts from the write, also for the worker that takes it over', async () => {
    const swap = await swapping({ step: 'following', startedAt: NOW - 9 * MINUTE, appliedAt: NOW - 4 * MINUTE });
    swap.script.follow = async () => going('waiting');
    await swap.go();
    expect(swap.clock.now() - NOW).toBeLessThan(2 * MINUTE);
    expect(swap.root()).toContain('it was not up after 10 min 2 s');
  });
});

describe('silence', () => {
  test('of a minute passes without a word', async () => {
    const swap = await written();
    swap.script.follow = async () => {
      if (swap.clock.now() < NOW + MINUTE) throw silence('Marathon');
      return { state: 'done', line: 'Up.' };
    };
    await swap.go();
    expect(swap.told()).toEqual(['Swapped in 1 min. Up.']);
  });

  test('for longer is said, with who is silent, once in the thread', async () => {
    const swap = await written();
    swap.script.follow = async () => {
      if (swap.clock.now() < NOW + 2 * MINUTE) throw silence('Marathon');
      return { state: 'done', line: 'Up.' };
    };
    await swap.go();
    expect(swap.told()[0]).toBe(
      'Swapping: no news for 1 min 2 s (Marathon: did not answer within 15 s) (1 min 2 s so far)',
    );
    expect(new Set(swap.thread())).toEqual(new Set(['no news from Marathon', '@U0ANA Swapped in 2 min. Up.']));
  });
});

describe('cancelled on its way', () => {
  test('it goes back, and says by whom and what that leaves', async () => {
    const swap = await written();
    swap.run.stopBy = 'U0LEE';
    await swap.go();
    expect(swap.root()).toBe('Swap cancelled by @U0LEE. The old one is back.');
    expect(swap.trail).toMatchObject([{ outcome: 'cancelled' }]);
  });

  test('it is tried until Marathon answers', async () => {
    const swap = await written();
    swap.run.stopBy = 'U0LEE';
    swap.script.cancel = async () => {
      if (swap.clock.now() < NOW + 10 * SECOND) throw silence('Marathon', 'DELETE /v2/deployments/5cd9');
      return 'The old one is back.';
    };
    await swap.go();
    expect(swap.told()[0]).toBe(
      'Swapping: cancelling, no answer for 0 s (Marathon: did not answer within 15 s) (0 s so far)',
    );
    expect(swap.root()).toBe('Swap cancelled by @U0LEE. The old one is back.');
  });

  test('it is not when Marathon refuses, and the change is said to be there', async () => {
    const swap = await written();
    swap.run.stopBy = 'U0LEE';
    swap.script.cancel = () => Promise.reject(refusal('Marathon', 403, 'not allowed', 'DELETE /v2/deployments/5cd9'));
    await swap.go();
    expect(swap.root()).toBe(
      'Failed: Marathon did not do it. DELETE /v2/deployments/5cd9: 403, not allowed. The change is in Marathon; where and status show what became of it.',
    );
  });
});
