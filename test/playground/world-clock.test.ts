// The playground's clock: several times real time, faster for a while, and leaping while nobody looks.
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { worldClock } from '../../src/playground/world-clock.js';

const FAST = 10_000;

describe('the clock of the world', () => {
  it('hurries: timers run in order while real I/O has its turns, and it is as slow as before afterwards', async () => {
    const clock = worldClock(0, 1);
    const ran: number[] = [];
    for (const at of [40, 10, 30, 20]) clock.after(at * SECOND, () => ran.push(at));
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    await clock.hurry(10 * MINUTE, FAST);
    clearInterval(ticking);
    expect(ran).toEqual([10, 20, 30, 40]);
    expect(turns).toBeGreaterThan(2);
    expect(clock.speed).toBe(1);
    expect(clock.now()).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(clock.now()).toBeLessThan(HOUR);
  });

  it('never hurries by slowing down', async () => {
    const clock = worldClock(0, FAST);
    const hurried = clock.hurry(MINUTE, 2);
    expect(clock.speed).toBe(FAST);
    await hurried;
  });

  it('changes its speed without a jump, also for timers that are set', async () => {
    const clock = worldClock(5 * HOUR, 1);
    const due = clock.sleep(MINUTE);
    const before = clock.now();
    clock.setSpeed(FAST);
    expect(clock.now() - before).toBeLessThan(MINUTE);
    await Promise.all([due, new Promise((resolve) => setTimeout(resolve, 20))]);
    expect(clock.now()).toBeGreaterThanOrEqual(5 * HOUR + MINUTE);
    clock.setSpeed(1);
    const now = clock.now();
    expect(clock.now() - now).toBeLessThan(SECOND);
  });

  it('leaps at once, and then goes on from there', async () => {
    const clock = worldClock(0, 1);
    const ran: number[] = [];
    clock.after(HOUR, () => ran.push(clock.now()));
    await clock.leap(3 * HOUR);
    expect(ran).toEqual([HOUR]);
    expect(clock.now()).toBeGreaterThanOrEqual(3 * HOUR);
    expect(clock.now()).toBeLessThan(3 * HOUR + MINUTE);
  });

  it('can be told to stop waiting', async () => {
    const clock = worldClock(0, 1);
    const aborter = new AbortController();
    const slept = clock.sleep(HOUR, aborter.signal);
    aborter.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
  });
});
