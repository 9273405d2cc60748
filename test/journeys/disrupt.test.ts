import { describe, expect, test } from 'vitest';
import { UpstreamError, UserError } from '../../src/core/errors.js';
import type { Step } from '../../src/core/jobs.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { NOW, refusal, silence } from '../support/ci-service.js';
import { swapping } from '../support/swapping.js';

describe('a confirmed change', () => {
  test('goes through its steps, each kept before the next begins, and ends in the message of its plan', async () => {
    const swap = await swapping();
    await swap.go();
    expect(swap.run.steps).toEqual(['posted', 'applying', 'applied', 'following', 'done']);
    expect(swap.script.writes).toBe(1);
    expect(swap.told()).toEqual([
      'Swapping: confirmed by @U0LEE, starting',
      'Swapping: sending the change to Marathon',
      'Swapped in 0 s. It is up.',
    ]);
    expect(swap.thread()).toEqual(['@U0ANA Swapped in 0 s. It is up.']);
    expect(swap.trail).toMatchObject([
      {
        jobId: 'd-ana-go',
        userId: 'U0ANA',
        command: 'swap',
        outcome: 'succeeded',
        summary: 'Swapped in 0 s. It is up.',
      },
    ]);
  });

  test('cancelled before its turn sends nothing', async () => {
    const swap = await swapping();
    swap.run.stopBy = 'U0LEE';
    await swap.go();
    expect(swap.root()).toBe('Left the queue, nothing was changed. Taken out by @U0LEE.');
    expect(swap.script.writes).toBe(0);
    expect(swap.trail).toMatchObject([{ outcome: 'cancelled' }]);
  });

  test('cancelled just before the write sends nothing', async () => {
    const swap = await swapping({ step: 'posted' });
    swap.run.stopBy = 'U0LEE';
    await swap.go();
    expect(swap.root()).toBe('Cancelled before it began, by @U0LEE. Nothing was changed.');
    expect(swap.script.writes).toBe(0);
  });
});

describe('a plan that no longer fits', () => {
  test('is not carried out; a fresh one is shown in a message of its own', async () => {
    const swap = await swapping();
    swap.script.version = 'v2';
    await swap.go();
    expect(swap.script.writes).toBe(0);
    expect(swap.root()).toBe(
      'The plan no longer fits: what it was made from has changed since. Nothing was done; a fresh plan follows.',
    );
    expect(swap.messages.text('root:d-ana-again')).toBe('The plan: swap v2.');
    expect(swap.plans.plans.get('d-ana-again')).toMatchObject({ facts: { version: 'v2' }, actor: { userId: 'U0ANA' } });
    expect(swap.trail).toMatchObject([{ outcome: 'refused' }]);
  });

  test('and has nothing left to do says so, and no plan follows', async () => {
    const swap = await swapping();
    swap.script.version = 'v2';
    swap.script.nothingToDo = true;
    await swap.go();
    expect(swap.root()).toBe(
      'The plan no longer fits: the app changed since it was made, and now there is nothing left to do. Nothing was done.',
    );
    expect(swap.messages.keys()).not.toContain('root:d-ana-again');
    expect(swap.messages.keys()).not.toContain('answer:d-ana-again');
    expect(swap.trail).toMatchObject([{ outcome: 'unchanged' }]);
  });

  test('because it has been done, and Redis forgot by whom, is not done again, and nobody is told that it was not', async () => {
    const swap = await swapping();
    swap.script.writes = 1;
    swap.script.version = 'v2';
    await swap.go();
    expect(swap.script.writes).toBe(1);
    expect(swap.root()).toBe(
      'The plan no longer fits: what it asks for has been done since it was made. Nothing more was sent; where and status show what runs now.',
    );
    expect(swap.messages.keys()).not.toContain('root:d-ana-again');
    expect(swap.trail).toMatchObject([{ outcome: 'unchanged' }]);
  });

  test('because Marathon does not tell whether it has been done is judged by a fresh plan', async () => {
    const swap = await swapping();
    swap.script.arrived = () => Promise.reject(silence('Marathon', 'GET /v2/apps/jenkins'));
    swap.script.version = 'v2';
    await swap.go();
    expect(swap.script.writes).toBe(0);
    expect(swap.messages.text('root:d-ana-again')).toBe('The plan: swap v2.');
  });

  test('because no worker was there for a weekend is not carried out; a fresh one is shown', async () => {
    const swap = await swapping({}, { samples: [] });
    await swap.clock.advance(63 * HOUR);
    await swap.go();
    expect(swap.script.writes).toBe(0);
    expect(swap.root()).toBe(
      'The plan is too old: it was confirmed 2 d 15 h ago, and for more than 30 min since no worker was there. Nothing was done; a fresh plan follows.',
    );
    expect(swap.messages.text('root:d-ana-again')).toBe('The plan: swap v1.');
    expect(swap.trail).toMatchObject([{ outcome: 'refused' }]);
  });

  test('because no worker was there while it waited for builds is not carried out either', async () => {
    const swap = await swapping({ step: 'posted' }, { samples: [] });
    await swap.clock.advance(31 * MINUTE);
    await swap.go();
    expect(swap.script.writes).toBe(0);
    expect(swap.root()).toMatch(/^The plan is too old: it was confirmed 31 min ago,/);
  });

  test('is not one that only waited for its turn: while others change something, a worker is there', async () => {
    const swap = await swapping();
    await swap.clock.advance(3 * HOUR);
    await swap.go();
    expect(swap.script.writes).toBe(1);
  });

  test('because the app is locked by now says whose it is', async () => {
    const swap = await swapping();
    Object.defineProperty(swap.script, 'version', {
      get: () => {
        throw new UserError('`/jenkins` is locked by deployment `5cd9`. Nothing was changed.', 'Wait.');
      },
    });
    await swap.go();
    expect(swap.root()).toBe('/jenkins is locked by deployment 5cd9. Nothing was changed. Wait.');
    expect(swap.trail).toMatchObject([{ outcome: 'refused' }]);
  });
});

describe('the write', () => {
  test('that is refused has changed nothing', async () => {
    const swap = await swapping();
    swap.script.apply = () => Promise.reject(refusal('Marathon', 422, '/mem is too much'));
    await swap.go();
    expect(swap.root()).toBe(
      'Failed: Marathon did not do it. PUT /v2/apps/jenkins: 422, /mem is too much. Nothing was changed.',
    );
    expect(swap.trail).toMatchObject([{ outcome: 'failed', wrote: false }]);
  });

  test('that a rule of ours refuses says which', async () => {
    const swap = await swapping();
    swap.script.apply = () => Promise.reject(new UserError('The manifest changed.', 'Type it again.'));
    await swap.go();
    expect(swap.root()).toBe('The manifest changed. Type it again.');
  });

  describe('of unknown fate', () => {
    const unheard = async () => {
      const swap = await swapping();
      swap.script.apply = () => {
        swap.script.writes += 1;
        return Promise.reject(silence('Marathon', 'PUT /v2/apps/jenkins'));
      };
      return swap;
    };

    test('is followed when the app shows it', async () => {
      const swap = await unheard();
      await swap.go();
      expect(swap.script.writes).toBe(1);
      expect(swap.root()).toMatch(/^Swapped in/);
    });

    test('is followed when Marathon answers again after half a minute', async () => {
      const swap = await unheard();
      swap.script.arrived = async () => {
        if (swap.clock.now() < NOW + 30 * SECOND) throw silence('Marathon');
        return 'yes';
      };
      await swap.go();
      expect(swap.script.writes).toBe(1);
      expect(swap.root()).toMatch(/^Swapped in/);
    });

    test('is followed when Marathon takes it late', async () => {
      const swap = await unheard();
      swap.script.arrived = async () => (swap.clock.now() < NOW + 30 * SECOND ? 'no' : 'yes');
      await swap.go();
      expect(swap.script.writes).toBe(1);
      expect(swap.root()).toMatch(/^Swapped in/);
    });

    test('is not said to have changed nothing when the app does not show it for a minute', async () => {
      const swap = await unheard();
      swap.script.arrived = async () => 'no';
      await swap.go();
      expect(swap.clock.now() - NOW).toBeGreaterThan(55 * SECOND);
      expect(swap.root()).toBe(
        'Lost sight of the swap: Marathon did not say whether it took the change (PUT /v2/apps/jenkins: did not answer within 15 s) and shows nothing of it after a minute. It may still take it: look at where and status before you ask again.',
      );
      expect(swap.trail).toMatchObject([{ outcome: 'lost' }]);
    });

    test('is not said to have changed nothing when Marathon gave it up', async () => {
      const swap = await swapping();
      swap.script.apply = () => Promise.reject(refusal('Marathon', 503, 'timed out'));
      await swap.go();
      expect(swap.root()).toMatch(/did not say whether it took the change \(PUT \/v2\/apps\/jenkins: 503, timed out\)/);
    });

    test('is reported as unknown when Marathon stays silent for a minute', async () => {
      const swap = await unheard();
      swap.script.arrived = () => Promise.reject(silence('Marathon'));
      await swap.go();
      expect(swap.root()).toBe(
        'Lost sight of the swap: Marathon did not say whether it took the change, and does not answer when asked. It may be under way; where and status show it when Marathon answers again.',
      );
      expect(swap.trail).toMatchObject([{ outcome: 'lost' }]);
    });

    test('gives way to somebody who changed the app meanwhile', async () => {
      const swap = await unheard();
      swap.script.arrived = async () => 'overtaken';
      await swap.go();
      expect(swap.root()).toBe(
        'Lost sight of the swap: somebody else changed the app meanwhile, so nothing more was sent. where and status show what runs now.',
      );
    });
  });
});

describe('a write of several acts that did not get through', () => {
  const LEFT = 'Half of it may be there. Type `swap` again.';
  const halfDone = async (step?: Step) => {
    const swap = await swapping(step === undefined ? {} : { step });
    Object.assign(swap.swap, { left: () => LEFT });
    return swap;
  };
  const SAID = 'Half of it may be there. Type swap again.';

  test('says what it may have left', async () => {
    const swap = await halfDone();
    swap.script.apply = () => Promise.reject(refusal('Jenkins', 403, 'no', 'POST /reload'));
    await swap.go();
    expect(swap.root()).toBe(`Failed: Jenkins did not do it. POST /reload: 403, no. ${SAID}`);
  });

  test('says so too when it may still get through', async () => {
    const swap = await halfDone();
    swap.script.apply = () => Promise.reject(refusal('Jenkins', 500, 'no', 'POST /reload'));
    swap.script.arrived = async () => 'no';
    await swap.go();
    expect(swap.root()).toMatch(new RegExp(`It may still take it: .* ${SAID}$`));
  });

  test('says so too when nobody can tell whether it did', async () => {
    const swap = await halfDone('applying');
    swap.script.arrived = () => Promise.reject(silence('Marathon'));
    await swap.go();
    expect(swap.root()).toMatch(new RegExp(`^Lost sight of the swap: .* answers again\\. ${SAID}$`));
  });

  test('left by a dead worker is told to whoever cancels or gives up, and nothing by one that had not begun', async () => {
    const cancelled = async (step: Step, how: 'stop' | 'giveup') => {
      const swap = await halfDone(step);
      if (how === 'stop') swap.run.stopBy = 'U0LEE';
      else swap.run.pressed = async () => 'giveup';
      await swap.go();
      return swap.root();
    };
    expect(await cancelled('applying', 'stop')).toBe(`Cancelled by @U0LEE. ${SAID}`);
    expect(await cancelled('applying', 'giveup')).toBe(`Given up. ${SAID}`);
    expect(await cancelled('posted', 'stop')).toBe('Cancelled before it began, by @U0LEE. Nothing was changed.');
    expect(await cancelled('posted', 'giveup')).toBe('Given up while waiting for builds. Nothing was changed.');
  });
});

describe('taken over by another worker', () => {
  test.each<[Step, number, number]>([
    ['queued', 0, 1],
    ['posted', 0, 1],
    ['applying', 0, 1],
    ['applying', 1, 1],
    ['applied', 1, 1],
    ['following', 1, 1],
  ])('in the step %s with %i writes done, it ends with %i', async (step, done, writes) => {
    const swap = await swapping({ step, appliedAt: NOW });
    swap.script.writes = done;
    await swap.go();
    expect(swap.script.writes).toBe(writes);
    expect(swap.root()).toBe('Swapped in 0 s. It is up.');
    expect(swap.trail).toHaveLength(1);
  });

  test('after its outcome was kept only tells it', async () => {
    const swap = await swapping();
    await swap.go();
    const told = swap.told().length;
    swap.script.follow = () => Promise.reject(new Error('nobody should look any more'));
    await swap.go();
    expect(swap.told().slice(told)).toEqual(['Swapped in 0 s. It is up.']);
    expect(swap.trail).toHaveLength(1);
  });

  test('in the step applying, with the app changed by somebody else, sends nothing', async () => {
    const swap = await swapping({ step: 'applying' });
    swap.script.arrived = async () => 'overtaken';
    await swap.go();
    expect(swap.script.writes).toBe(0);
    expect(swap.root()).toMatch(/^Lost sight of the swap: somebody else changed the app/);
  });

  test('in the step applying, with Marathon silent, does not claim that nothing was changed', async () => {
    const swap = await swapping({ step: 'applying' });
    swap.script.arrived = () => Promise.reject(silence('Marathon'));
    await swap.go();
    expect(swap.script.writes).toBe(0);
    expect(swap.root()).toMatch(/^Lost sight of the swap: Marathon did not say whether it took the change/);
  });

  test("takes the lock of the dead worker's own write for what it is", async () => {
    const swap = await swapping({ step: 'applying' });
    swap.script.apply = () => {
      swap.script.writes += 1;
      return Promise.reject(new UserError('`/jenkins` is locked by deployment `5cd9`.'));
    };
    await swap.go();
    expect(swap.root()).toBe('Swapped in 0 s. It is up.');
  });

  test.each<[string, Error]>([
    ['a refusal', new UserError('no')],
    ['silence', silence('Marathon')],
    ['a bug', new Error('oh')],
  ])('leaves no trace of %s', async (_what, error) => {
    const swap = await swapping();
    swap.script.apply = () => {
      swap.run.lose();
      return Promise.reject(error);
    };
    await expect(swap.go()).rejects.toThrow();
    expect(swap.trail).toEqual([]);
    expect(swap.told()).toEqual([
      'Swapping: confirmed by @U0LEE, starting',
      'Swapping: sending the change to Marathon',
    ]);
    expect(swap.messages.keys()).toEqual(['root:d-ana']);
  });

  test('writes nothing once its lock is gone', async () => {
    const swap = await swapping({ step: 'posted' });
    swap.run.stopAsked = async () => {
      swap.run.lose();
      return undefined;
    };
    await expect(swap.go()).rejects.toMatchObject({ name: 'LockLost' });
    expect(swap.script.writes).toBe(0);
  });
});

const BUG = 'That is a bug in the bot, reference r-ana-go. Tell whoever runs Bellboard; the log has the details.';
const NOT_KNOWN = 'Whether it was done is not known: look at where and status before you ask again.';

describe('a bug of ours', () => {
  test('before the write leaves nothing changed', async () => {
    const swap = await swapping();
    swap.script.arrived = () => Promise.reject(new Error('oh'));
    await swap.go();
    expect(swap.root()).toBe(`${BUG} Nothing was changed.`);
  });

  test('in the write leaves nobody knowing', async () => {
    const swap = await swapping();
    swap.script.apply = () => Promise.reject(new Error('oh'));
    await swap.go();
    expect(swap.root()).toBe(`${BUG} ${NOT_KNOWN}`);
  });

  test.each<[string, Error]>([
    ['refuses', new Error('OOM command not allowed')],
    [
      'cannot be reached',
      new UpstreamError({ system: 'Redis', request: 'EVAL', seen: 'refused', retryable: true, mayHaveArrived: false }),
    ],
  ])('or a Redis that %s to record that it was done does not make it undone', async (_what, error) => {
    const swap = await swapping();
    const { save } = swap.run;
    swap.run.save = async (patch) => (patch.step === 'applied' ? Promise.reject(error) : save(patch));
    await swap.go();
    expect(swap.script.writes).toBe(1);
    expect(swap.root()).toContain(NOT_KNOWN);
    expect(swap.root()).not.toContain('Nothing was changed');
  });

  test('after the write says that the change is in Marathon', async () => {
    const swap = await swapping();
    swap.script.follow = () => Promise.reject(new Error('oh'));
    await swap.go();
    expect(swap.root()).toBe(`${BUG} The change is in Marathon; where and status show what became of it.`);
    expect(swap.trail).toMatchObject([{ outcome: 'failed', wrote: true }]);
  });
});

test('how long it took counts from its turn, in the trail too', async () => {
  const swap = await swapping();
  swap.script.follow = async () =>
    swap.clock.now() < NOW + 2 * MINUTE ? { state: 'going', line: 'starting' } : { state: 'done', line: 'Up.' };
  await swap.go();
  expect(swap.root()).toBe('Swapped in 2 min. Up.');
  expect(swap.trail).toMatchObject([{ durationMs: 2 * MINUTE }]);
});

test('a write that surely did not leave has changed nothing', async () => {
  const swap = await swapping();
  const refused = {
    system: 'Marathon',
    request: 'PUT /v2/apps/jenkins',
    seen: 'connection refused',
    retryable: true,
    mayHaveArrived: false,
  } as const;
  swap.script.apply = () => Promise.reject(new UpstreamError(refused));
  await swap.go();
  expect(swap.root()).toBe(
    'Failed: Marathon did not do it. PUT /v2/apps/jenkins: connection refused. Nothing was changed.',
  );
});
