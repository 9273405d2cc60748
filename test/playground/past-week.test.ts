// A week as the simulated world lives it before the playground opens, without Bellboard looking on.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillManifest } from '../../src/core/manifest.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import type { UsageSample } from '../../src/core/usage-sample.js';
import { calendarOf } from '../../src/playground/past/calendar.js';
import { liveWeek } from '../../src/playground/past/week.js';
import type { JenkinsGeneration, MarathonGeneration } from '../../src/playground/world/types.js';
import { buildWorld, type SimulatedWorld } from '../../src/playground/world.js';
import { worldClock } from '../../src/playground/world-clock.js';

/** A Thursday noon: the crash was in the night to Wednesday. */
const NOW = Date.UTC(2026, 10, 26, 12, 44, 20);
const calendar = calendarOf(NOW);
const open: SimulatedWorld[] = [];
afterAll(() => Promise.all(open.map((world) => world.close())));

async function week(marathon: MarathonGeneration = '1.5', jenkins: JenkinsGeneration = 'old') {
  const clock = worldClock(calendar.from, 0);
  const world = await buildWorld({ clock, marathon, jenkins });
  open.push(world);
  const file = new URL(`../../manifests/jenkins${marathon === '0.8' ? '-0.8' : ''}.json`, import.meta.url);
  const values = { SCM_SYNC_GIT: 'git@git.example.com:ci.git', APP_USER: 'jenkins' };
  const manifest = fillManifest(readFileSync(file, 'utf8'), values);
  const samples = await liveWeek({ world, clock, calendar, manifest });
  return { world, clock, samples };
}

const mean = (samples: readonly UsageSample[], value: (sample: UsageSample) => number) =>
  samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length;
const busy = (samples: readonly UsageSample[]) => mean(samples, ({ executors }) => executors?.busy ?? 0);

describe('a week', { timeout: 60_000 }, () => {
  let world: SimulatedWorld;
  let samples: UsageSample[];
  beforeAll(async () => {
    ({ world, samples } = await week());
  }, 60_000);

  const on = (days: readonly number[], from: number, to: number) =>
    samples.filter(({ at }) => {
      const date = new Date(at);
      return days.includes(date.getUTCDay()) && date.getUTCHours() >= from && date.getUTCHours() < to;
    });
  const WORKDAYS = [1, 2, 3, 4, 5];

  it('is measured once a minute, on the minute, up to shortly before the present', () => {
    expect(samples.length).toBeGreaterThan(10_000);
    samples.forEach(({ at }, index) => {
      expect(at % MINUTE).toBe(0);
      if (index > 0) expect(at - (samples[index - 1]?.at ?? 0)).toBe(MINUTE);
    });
    expect(samples[0]?.at).toBeLessThan(NOW - 7 * DAY);
    expect(samples.at(-1)?.at).toBeGreaterThan(NOW - 7 * MINUTE);
  });

  it('is busy in working hours, less at noon, at night and on Sunday', () => {
    expect(busy(on(WORKDAYS, 9, 19))).toBeGreaterThan(4 * busy(on([0], 9, 19)));
    expect(busy(on(WORKDAYS, 9, 19))).toBeGreaterThan(10 * busy(on(WORKDAYS, 3, 6)));
    expect(busy(on(WORKDAYS, 10, 12))).toBeGreaterThan(busy(on(WORKDAYS, 12, 14)));
    expect(busy(on([6], 9, 19))).toBeGreaterThan(busy(on([0], 9, 19)));
    expect(busy(on([0, 1, 2, 4, 5, 6], 2, 3))).toBeGreaterThan(1);
  });

  it('has afternoons on which every executor is busy and builds wait for minutes', () => {
    for (const { from, until } of calendar.crowded) {
      const crowded = samples.filter(({ at }) => at >= from && at <= until + HOUR / 2);
      const full = crowded.filter(
        ({ executors, buildQueue }) => executors?.busy === executors?.total && (buildQueue?.length ?? 0) > 0,
      );
      expect(full.length).toBeGreaterThanOrEqual(3);
      const waits = crowded.flatMap(({ waitsMs }) => waitsMs ?? []);
      expect(Math.max(...waits)).toBeGreaterThan(3 * MINUTE);
      expect(Math.max(...waits)).toBeLessThan(20 * MINUTE);
    }
  });

  it('has most builds begin within a minute', () => {
    const waits = samples.flatMap(({ waitsMs }) => waitsMs ?? []);
    expect(waits.length).toBeGreaterThan(500);
    expect(waits.filter((wait) => wait < MINUTE).length / waits.length).toBeGreaterThan(0.6);
  });

  it('loses its controller to a leak in the night, and is back within three minutes', () => {
    const night = samples.filter(({ at }) => at >= calendar.crash - HOUR && at <= calendar.crash + HOUR);
    const down = night.filter(({ up }) => up === false);
    expect(down.length).toBeGreaterThanOrEqual(1);
    expect(down.length).toBeLessThanOrEqual(3);
    for (const { executors, buildQueue, waitsMs } of down)
      expect({ executors, buildQueue, waitsMs }).toEqual({ executors: null, buildQueue: null, waitsMs: null });
    const last = samples.findLast(({ at }) => at < calendar.crash);
    expect(last?.controller?.used?.memMiB).toBeGreaterThan(1_900);
    expect(last?.executors?.busy).toBeGreaterThan(0);
  });

  it('knows no build of before its restart, and stands where the article has it, idle', () => {
    const { current } = world.jenkins;
    expect(current?.address).toBe('192.168.3.25:31052');
    const builds = current?.home.config.jobs.flatMap((job) => current.home.builds(job)) ?? [];
    expect(builds.length).toBeGreaterThan(50);
    expect(Math.min(...builds.map(({ startedAt }) => startedAt))).toBeGreaterThan(calendar.crash);
    expect(current?.farm.counts()).toEqual({ busy: 0, total: 2, defined: 2, queued: 0 });
    expect(current?.farm.queue.items).toEqual([]);
    expect(current?.leakedMiB).toBe(0);
    expect(world.jenkins.boot.ms).toBe(40_000);
    expect(world.marathon.app('/jenkins').spec).toMatchObject({ mem: 2_048, instances: 1 });
    expect(current?.home.config.templates[0]?.maxExecutors).toBe(2);
    expect(world.troubles.names).toEqual([]);
  });

  it('shows what the deploy gave the controller', () => {
    const given = (at: number) => samples.find((sample) => sample.at > at)?.controller?.allocated.memMiB;
    expect(given(calendar.deploy - HOUR)).toBe(1_536);
    expect(given(calendar.deploy + HOUR)).toBe(2_048);
  });

  it('is the same every time', async () => {
    expect((await week()).samples).toEqual(samples);
  });
});

describe('other systems have such a week too', { timeout: 60_000 }, () => {
  it.each<[MarathonGeneration, JenkinsGeneration]>([
    ['0.8', 'old'],
    ['1.11', 'modern'],
  ])('Marathon %s, Jenkins %s', async (marathon, jenkins) => {
    const { world, samples } = await week(marathon, jenkins);
    expect(world.jenkins.current?.address).toBe('192.168.3.25:31052');
    expect(world.jenkins.current?.farm.running).toEqual([]);
    expect(samples.filter(({ up }) => up === false).length).toBeGreaterThan(1);
    expect(Math.max(...samples.map(({ executors }) => executors?.busy ?? 0))).toBeGreaterThan(4);
  });
});
