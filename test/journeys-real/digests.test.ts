// Samples and digests with a real Redis, several worker processes and Slack's own upload: one a minute, one a slot, and a
// picture that arrives or is told in words.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { producer, type Redis, untilReady } from '../../src/adapters/redis/connect.js';
import { digestStore } from '../../src/adapters/redis/digest-store.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import { usageStore } from '../../src/adapters/redis/usage-store.js';
import { previousTime } from '../../src/core/schedule.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import type { UsageSample } from '../../src/core/usage-sample.js';
import type { SlackMessage } from '../../src/playground/slack/workspace.js';
import { type Rig, startRig, until } from '../support/rig.js';
import { minutes } from '../support/samples.js';
import { ask, settle, shown } from '../support/talk.js';

const HOURLY = { cron: '0 * * * *', zone: 'UTC' };
const SCHEDULE = { DIGEST_SCHEDULE: HOURLY.cron, DIGEST_CHANNEL: 'C0CIALERTS' };

let rig: Rig;
let redis: Redis;
const keys = keysOf('test');
const samples = () => usageStore(redis, keys, 35 * DAY);

beforeAll(async () => {
  rig = await startRig({ inProcess: 'bot', speed: 20, env: SCHEDULE });
  redis = producer(rig.redis.url);
  await untilReady(redis, 5_000);
  const now = rig.clock.now();
  // A day in which builds waited for an executor, so that no hour of it is quiet.
  const atLimit = { length: 2, longestMs: MINUTE, atLimit: 2 };
  const past = minutes(now - 26 * HOUR, now - 2 * MINUTE, () => ({ buildQueue: atLimit }));
  for (const sample of past) await samples().add(sample);
  await digestStore(redis, keys).done({ v: 1, slot: previousTime(HOURLY, now) - 2 * HOUR, ...HOURLY });
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await rig.close();
});

const inAlerts = (): SlackMessage[] => rig.slack.messages.filter((message) => message.channelId === 'C0CIALERTS');
const digestsPosted = () => inAlerts().filter((message) => /^\d?\w.* to .*(:|quiet)/.test(message.text));
const pictures = () => rig.slack.messages.filter((message) => message.files.length > 0);

describe('two workers', () => {
  it('send the digest that was due once, with its picture below it', async () => {
    await Promise.all([rig.spawnWorker(), rig.spawnWorker()]);
    await until(() => pictures().length > 0, 30_000);
    await settle(500);
    expect(digestsPosted()).toHaveLength(1);
    const [picture, ...others] = pictures();
    expect(others).toEqual([]);
    expect(picture).toMatchObject({ channelId: 'C0CIALERTS' });
    expect(picture?.threadTs).toBeUndefined();
    const [file] = picture?.files ?? [];
    expect(file?.bytes?.subarray(1, 4).toString()).toBe('PNG');
    expect(file?.altText).toMatch(/^Chart of a day\. Cpus given: /);
  });

  it('and a third that comes later sends nothing', async () => {
    const said = rig.slack.messages.length;
    await rig.spawnWorker();
    await settle(1_500);
    expect(digestsPosted()).toHaveLength(1);
    expect(rig.slack.messages.slice(said).filter((message) => message.files.length > 0)).toEqual([]);
  });

  it('take one whole sample a minute between them', { timeout: 60_000 }, async () => {
    const taken: UsageSample[] = [];
    await until(() => {
      void samples()
        .latest()
        .then((sample) => {
          if (sample !== undefined && sample.at > rig.clock.now() - HOUR && sample.at !== taken.at(-1)?.at)
            taken.push(sample);
        });
      return taken.length >= 4;
    }, 45_000);
    const gaps = taken.slice(1).map((sample, index) => sample.at - (taken[index]?.at ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(45 * SECOND);
    // To a busy machine Jenkins' patience is short on a clock that runs 20 times as fast: not every sample need be whole.
    const whole = taken.find((sample) => sample.up === true && !Object.values(sample).includes(null));
    expect(whole).toMatchObject({ up: true, controller: { tasks: 1, used: { tasks: 1 } }, executors: { busy: 0 } });
  });
});

describe('usage with a time', () => {
  it('is answered privately, and the picture comes by direct message', { timeout: 60_000 }, async () => {
    const before = pictures().length;
    const answer = await ask(rig, 'usage 24h');
    expect(answer.text).toMatch(/^The last 24 h: Jenkins really used 0\.\d cpus and/);
    expect(shown(answer)).toContain('The chart is in a direct message to you');
    await until(() => pictures().length > before, 20_000);
    const picture = pictures().at(-1);
    expect(picture?.channelId).toMatch(/^D/);
    expect(picture?.files[0]?.name).toBe('jenkins-usage-24h.png');
  });

  it('goes to the channel with its picture when everybody shall see it', { timeout: 60_000 }, async () => {
    const before = pictures().length;
    await rig.type('usage 24h --here');
    await until(() => pictures().length > before, 20_000);
    expect(pictures().at(-1)?.channelId).toBe(rig.slack.channelId('#ci'));
  });
});

describe('a digest that is asked for', () => {
  it('is posted although Slack refuses the picture, and says so', { timeout: 60_000 }, async () => {
    rig.slack.fault('files.getUploadURLExternal', { kind: 'error', code: 'missing_scope' });
    const before = digestsPosted().length;
    const answer = await ask(rig, 'digest now');
    expect(answer.text).toBe('The digest is on its way to #C0CIALERTS.');
    await until(() => inAlerts().some((message) => message.text.startsWith('The chart could not be uploaded')), 20_000);
    expect(digestsPosted()).toHaveLength(before + 1);
    const told = inAlerts().find((message) => message.text.startsWith('The chart could not be uploaded'));
    expect(told?.text).toMatch(/missing_scope.*files:write.*What it shows: Chart of a day\. Cpus given/);
  });

  it('says when the next one comes by itself', async () => {
    expect((await ask(rig, 'digest')).text).toMatch(
      /^The next digest comes \w{3} \d+ \w+ \d\d:00 \(UTC\) in #C0CIALERTS: Every hour/,
    );
  });
});
