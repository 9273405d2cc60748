import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../src/core/errors.js';
import { failureWords, gaps, known, type Told, told } from '../../src/core/gather.js';
import { SECOND } from '../../src/core/time.js';
import { NOW, refusal, silence } from '../support/ci-service.js';
import { manualClock } from '../support/manual-clock.js';

describe('a question to a system', () => {
  test('that is answered is a fact', async () => {
    expect(await told(manualClock(), 'Marathon', async () => 7)).toEqual({ ok: true, value: 7 });
  });

  test.each<[string, Error, string]>([
    ['Mesos', silence('Mesos'), 'Mesos: did not answer within 15 s'],
    ['Jenkins (builds)', refusal('Jenkins', 403, 'not allowed'), 'Jenkins (builds): 403, not allowed'],
    ['Marathon', silence('Mesos'), 'Mesos: did not answer within 15 s'],
  ])('of %s that fails names who failed', async (source, error, missing) => {
    expect(await told(manualClock(), source, () => Promise.reject(error))).toEqual({ ok: false, missing });
  });

  test('that hangs is given up after 25 s', async () => {
    const clock = manualClock();
    const work = told(clock, 'Jenkins', () => new Promise<number>(() => undefined));
    await clock.advance(25 * SECOND - 1);
    await clock.advance(1);
    expect(await work).toEqual({ ok: false, missing: 'Jenkins did not answer within 25 s' });
    expect(clock.now()).toBe(NOW + 25 * SECOND);
  });

  test('that fails after it was given up disturbs nobody', async () => {
    const clock = manualClock();
    let fail: (error: Error) => void = () => undefined;
    const work = told(clock, 'Jenkins', () => new Promise<number>((_, reject) => (fail = reject)), SECOND);
    await clock.advance(SECOND);
    expect(await work).toMatchObject({ ok: false });
    fail(new TypeError('late'));
    await clock.advance(SECOND);
  });

  test('that meets a bug of ours throws it', async () => {
    await expect(told(manualClock(), 'Jenkins', () => Promise.reject(new TypeError('oh')))).rejects.toThrow('oh');
  });
});

test('facts and gaps are told apart', () => {
  const here: Told<number> = { ok: true, value: 0 };
  const gone: Told<number> = { ok: false, missing: 'Mesos: away' };
  expect([known(here), known(gone)]).toEqual([0, undefined]);
  expect(gaps(here, gone, here, gone)).toEqual(['Mesos: away', 'Mesos: away']);
});

test.each([
  [refusal('Marathon', 409, 'locked'), '409, locked'],
  [
    new UpstreamError({ system: 'Mesos', request: 'GET /', seen: 'refused', retryable: true, mayHaveArrived: false }),
    'refused',
  ],
])('a failure in words', (error, words) => {
  expect(failureWords(error)).toBe(words);
});
