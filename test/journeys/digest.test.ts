// When a digest is sent, for what time, and how often: once a slot, whoever ticks, and late rather than never.
import { beforeEach, describe, expect, test } from 'vitest';
import { section } from '../../src/core/conversation.js';
import { type DigestStore, defineDigest, type LastSlot } from '../../src/core/digest.js';
import type { Period, Schedule } from '../../src/core/schedule.js';
import { md } from '../../src/core/text.js';
import { DAY, HOUR, MINUTE } from '../../src/core/time.js';
import type { UsageSample } from '../../src/core/usage-sample.js';
import type { UsageMemory } from '../../src/core/usage-sampler.js';
import { type DigestJourneyPorts, digestDesk, digestTick } from '../../src/journeys/digest.js';
import { fakeJenkins, fakeMarathon, fakeMesos, fakeSamples, SETTINGS } from '../support/fakes.js';
import { fakeLog, fakeMessages, passing } from '../support/fakes-journey.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';
import { linesOf } from '../support/read-command.js';

const SCHEDULE: Schedule = { cron: '0 9 * * 1-5', zone: 'Europe/Berlin' };
/** Tuesday 26 May 2015, 09:00 in Berlin. */
const TUESDAY = Date.UTC(2015, 4, 26, 7);

function keptInMemory(clock: ManualClock): DigestStore & { claims: Map<string, { value: string; until: number }> } {
  let last: LastSlot | undefined;
  let memory: UsageMemory | undefined;
  const claims = new Map<string, { value: string; until: number }>();
  const holding = (what: string) => {
    const claim = claims.get(what);
    return claim !== undefined && claim.until > clock.now() ? claim : undefined;
  };
  return {
    claims,
    last: async () => last,
    begin: async (first) => {
      last ??= first;
    },
    done: async (slot) => {
      last = slot;
    },
    async claim(what, value, ms) {
      if (holding(what) !== undefined) return false;
      claims.set(what, { value, until: clock.now() + ms });
      return true;
    },
    claimed: async (what) => holding(what)?.value,
    remembered: async () => memory,
    remember: async (next) => {
      memory = next;
    },
  };
}

function house(patch: Partial<DigestJourneyPorts> = {}) {
  const clock = manualClock(TUESDAY - MINUTE);
  const periods: Period[] = [];
  const samples: UsageSample[] = [];
  const messages = fakeMessages();
  const store = keptInMemory(clock);
  const systems = { marathon: fakeMarathon(), mesos: fakeMesos(), jenkins: fakeJenkins() };
  const usage = {
    ...fakeSamples(samples),
    add: async (sample: UsageSample) => samples.push(sample) > 0,
    trim: async () => {},
  };
  const told = defineDigest({
    name: 'usage',
    summary: '',
    gather: async (period) => {
      periods.push(period);
      return period;
    },
    view: (period) => ({ text: 'news', blocks: [section(md`news of a ${period.kind}`)] }),
  });
  const ports: DigestJourneyPorts = {
    digests: [told],
    asking: {
      ...systems,
      usage,
      audit: { since: async () => [] },
      incidents: { since: async () => [], link: async () => undefined },
      rules: [],
      nameOf: async (id) => id,
      settings: SETTINGS,
      clock,
    },
    sampling: { ...systems, settings: SETTINGS, clock },
    usage,
    store,
    messages,
    channelId: 'C0DIGEST',
    schedule: SCHEDULE,
    log: fakeLog(),
    ...patch,
  };
  const tick = () => digestTick({ v: 1, kind: 'digest' }, ports);
  return { clock, periods, samples, messages, store, ports, tick };
}

let at: ReturnType<typeof house>;
beforeEach(() => {
  at = house();
});

describe('a digest', () => {
  test('is not sent for the time before there was one', async () => {
    await at.tick();
    expect(at.messages.said).toEqual([]);
    expect(await at.store.last()).toEqual({ v: 1, slot: TUESDAY - DAY, ...SCHEDULE });
  });

  test('is sent once when its time comes, however many workers tick how often', async () => {
    await at.tick();
    await at.clock.advance(MINUTE);
    await Promise.all([at.tick(), at.tick(), at.tick()]);
    await at.tick();
    expect(at.messages.said.map(({ key }) => key)).toEqual([`digest:${TUESDAY}:usage`]);
    expect(at.messages.said[0]?.to).toEqual({ kind: 'channel', channelId: 'C0DIGEST' });
    expect(at.periods).toEqual([{ kind: 'day', from: TUESDAY - DAY, to: TUESDAY }]);
  });

  test('of a Monday tells of the week', async () => {
    await at.store.begin({ v: 1, slot: TUESDAY - 4 * DAY, ...SCHEDULE });
    await at.clock.advance(6 * DAY + 2 * MINUTE);
    await at.tick();
    expect(at.periods).toEqual([{ kind: 'week', from: TUESDAY - DAY, to: TUESDAY + 6 * DAY }]);
  });

  test('that was due while nobody ran is sent late, and says so', async () => {
    await at.store.begin({ v: 1, slot: TUESDAY - DAY, ...SCHEDULE });
    await at.clock.advance(TUESDAY + 2 * HOUR + 20 * MINUTE - at.clock.now());
    await at.tick();
    expect(linesOf(at.messages.said[0]?.message ?? { text: '', blocks: [] })).toEqual([
      'news of a day',
      '(Due 09:00, sent 2 h 20 min late: no worker of Bellboard ran then.)',
    ]);
    expect(at.periods).toEqual([{ kind: 'day', from: TUESDAY - DAY, to: TUESDAY }]);
  });

  test('that is older than 6 h is not sent any more, and the next one is', async () => {
    await at.store.begin({ v: 1, slot: TUESDAY - DAY, ...SCHEDULE });
    await at.clock.advance(TUESDAY + 6 * HOUR + MINUTE - at.clock.now());
    await at.tick();
    expect(at.messages.said).toEqual([]);
    await at.clock.advance(TUESDAY + DAY - at.clock.now());
    await at.tick();
    expect(at.messages.said).toHaveLength(1);
  });

  test('that was missed for days is sent once, for the last time it was due', async () => {
    await at.store.begin({ v: 1, slot: TUESDAY - 21 * DAY, ...SCHEDULE });
    await at.clock.advance(TUESDAY + HOUR - at.clock.now());
    await at.tick();
    await at.tick();
    expect(at.messages.said.map(({ key }) => key)).toEqual([`digest:${TUESDAY}:usage`]);
  });

  test('is made again when whoever made it died before it was put', async () => {
    await at.tick();
    await at.clock.advance(MINUTE);
    const { gather } = at.ports.digests[0] ?? {};
    const dies = {
      ...at.ports,
      digests: [{ ...at.ports.digests[0], gather: () => Promise.reject(new Error('killed')) }],
    };
    await expect(digestTick({ v: 1, kind: 'digest' }, dies as DigestJourneyPorts)).rejects.toThrow('killed');
    expect(gather).toBeDefined();
    await at.tick();
    expect(at.messages.said).toEqual([]);
    await at.clock.advance(3 * MINUTE);
    await at.tick();
    expect(at.messages.said).toHaveLength(1);
  });

  test('of a changed schedule begins with the change', async () => {
    await at.store.begin({ v: 1, slot: TUESDAY - DAY, cron: '0 12 * * 1-5', zone: 'UTC' });
    await at.clock.advance(30 * MINUTE);
    await at.tick();
    expect(at.messages.said).toEqual([]);
    expect(await at.store.last()).toMatchObject({ slot: TUESDAY, cron: '0 9 * * 1-5' });
  });

  test('is not made without a channel', async () => {
    const nowhere = house({ channelId: undefined });
    await nowhere.clock.advance(MINUTE);
    await nowhere.tick();
    expect(await nowhere.store.last()).toBeUndefined();
  });
});

describe('one that is asked for', () => {
  const DAY_TO_NOW: Period = { kind: 'day', from: TUESDAY - DAY, to: TUESDAY };

  test('is posted at once, and one is enough for 5 min', async () => {
    const desk = digestDesk(at.ports);
    expect(await desk.post(DAY_TO_NOW, 'd-1')).toBeUndefined();
    await at.clock.advance(2 * MINUTE);
    expect(await desk.post(DAY_TO_NOW, 'd-2')).toBe(TUESDAY - MINUTE);
    await at.clock.advance(3 * MINUTE);
    expect(await desk.post(DAY_TO_NOW, 'd-3')).toBeUndefined();
    expect(at.messages.said.map(({ key }) => key)).toEqual(['digest:d-1:usage', 'digest:d-3:usage']);
  });

  test('is posted once when the worker that was asked is followed by another', async () => {
    const desk = digestDesk(at.ports);
    await desk.post(DAY_TO_NOW, 'd-1');
    expect(await desk.post(DAY_TO_NOW, 'd-1')).toBeUndefined();
    expect(new Set(at.messages.said.map(({ key }) => key))).toEqual(new Set(['digest:d-1:usage']));
  });

  test('says when the last one was due', async () => {
    expect(await digestDesk(at.ports).last()).toBeUndefined();
    await at.tick();
    expect(await digestDesk(at.ports).last()).toBe(TUESDAY - DAY);
  });
});

describe('a sample', () => {
  const sampled = () => passing(at.clock, digestTick({ v: 1, kind: 'sample' }, at.ports), 500);

  test('is taken once a minute, and what is due is looked at too', async () => {
    await sampled();
    await sampled();
    expect(at.samples).toHaveLength(1);
    await at.clock.advance(MINUTE);
    await sampled();
    expect(at.samples).toHaveLength(2);
    expect(at.messages.said).toHaveLength(1);
  });

  test('leaves what the next one compares with', async () => {
    await sampled();
    expect(await at.store.remembered()).toMatchObject({ v: 1, waiting: {}, session: 'session-1' });
  });
});
