import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowance } from '../../src/core/allowance.js';
import { MINUTE, SECOND } from '../../src/core/time.js';

const at = { time: 1_000_000, now: () => at.time };

describe('an allowance of 20 a minute', () => {
  it('lets no minute have more than twice that, however it is asked, and never says to wait longer than is true', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 10 * SECOND }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(pauses, (gaps) => {
        const given = allowance(20, at);
        const times: number[] = [];
        gaps.forEach((gap, index) => {
          at.time += gap;
          const permit = given.take('ana', `d${index}`);
          if (permit.ok) times.push(at.time);
          else {
            expect(permit.waitMs).toBeLessThanOrEqual(MINUTE);
            at.time += permit.waitMs;
            expect(given.take('ana', `again-${index}`).ok).toBe(true);
            times.push(at.time);
          }
        });
        times.forEach((from, index) => {
          const within = times.slice(index).filter((time) => time < from + MINUTE).length;
          expect(within).toBeLessThanOrEqual(40);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('is not locked by a clock that is set back', () => {
    const given = allowance(20, at);
    for (let number = 0; number < 30; number += 1) given.take('ana', `d${number}`);
    at.time -= MINUTE;
    const permit = given.take('ana', 'set back a little');
    expect(permit.ok || permit.waitMs).toBeLessThanOrEqual(MINUTE);
    at.time += MINUTE;
    expect(given.take('ana', 'a minute later').ok).toBe(true);
    at.time -= 10 * 60 * MINUTE;
    for (let number = 0; number < 20; number += 1) expect(given.take('ana', `set back ${number}`).ok).toBe(true);
    expect(given.take('ana', 'one too many').ok).toBe(false);
  });

  it('remembers no crowd', () => {
    const given = allowance(20, at);
    const before = process.memoryUsage().heapUsed;
    for (let number = 0; number < 200_000; number += 1) {
      at.time += SECOND;
      given.take(`U${number}`, `d${number}`);
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50 * 1024 * 1024);
  });
});
