// What the playground's week leaves to the present: samples, one old alert, two changes, and nothing that is still news.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditReader } from '../../src/adapters/redis/audit-store.js';
import { incidentStore } from '../../src/adapters/redis/board-store.js';
import { producer, type Redis, untilReady } from '../../src/adapters/redis/connect.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import { messageStore } from '../../src/adapters/redis/message-store.js';
import { usageStore } from '../../src/adapters/redis/usage-store.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import type { UsageSample } from '../../src/core/usage-sample.js';
import { cause } from '../../src/playground/incidents/index.js';
import { readOptions } from '../../src/playground/options.js';
import { keep } from '../../src/playground/past/past.js';
import { type Scene, setScene } from '../../src/playground/scene.js';
import { untilIdle } from '../../src/playground/script.js';
import { Transcript } from '../../src/playground/terminal/transcript.js';
import { ownRedis } from '../support/own-redis.js';

const KEYS = keysOf('playground');
let scene: Scene;
let redis: Redis;
let now: number;
let atFirst: unknown;

beforeAll(async () => {
  scene = await setScene(readOptions(['--run', '/ci where']), () => {});
  now = scene.clock.now();
  const { current } = scene.world.jenkins;
  atFirst = {
    address: current?.address,
    running: current?.farm.running.map(({ job }) => job.fullName),
    waiting: current?.farm.queue.waiting.length,
    agents: current?.farm.agents.nodes.map(({ executors }) => executors.length),
  };
  redis = producer(scene.redisUrl);
  await untilReady(redis, 5_000);
}, 60_000);
afterAll(async () => {
  redis?.disconnect();
  await scene?.close();
}, 30_000);

async function samplesOf(from: number): Promise<UsageSample[]> {
  const samples: UsageSample[] = [];
  for await (const page of usageStore(redis, KEYS, 35 * DAY).read(from, now)) samples.push(...page);
  return samples;
}

const alerts = () => scene.slack.seenBy('@ana', '#ci-alerts');

describe('the past of the playground', { timeout: 60_000 }, () => {
  it('ends where the present always began: the last of four builds still runs, its agents are there', () => {
    expect(atFirst).toEqual({
      address: '192.168.3.25:31052',
      running: ['team-a/web/main'],
      waiting: 0,
      agents: [2, 1],
    });
  });

  it('is in the stream without a gap, up to the present', async () => {
    const samples = await samplesOf(0);
    expect(samples.length).toBeGreaterThan(10_080);
    const gaps = samples.map(({ at }, index) => at - (samples[index - 1]?.at ?? at));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * MINUTE);
    expect(now - (samples.at(-1)?.at ?? 0)).toBeLessThan(3 * MINUTE);
  });

  it('holds one incident, long over, numbered and counted as any', async () => {
    const incidents = incidentStore(redis, KEYS);
    const [first, ...others] = await incidents.recent(10);
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      ...{ id: 'A1', rule: 'controller-restarted', count: 1, muted: false },
      facts: { kind: 'out-of-memory', investigated: true, accompanied: true, now: { address: '192.168.3.25:31052' } },
    });
    const { openedAt = 0, happenedAt = 0, overAt = 0, resolvedAt = 0, timeline = [] } = first ?? {};
    expect(new Date(happenedAt).toISOString().slice(11, 19)).toBe('02:17:20');
    expect(openedAt - happenedAt).toBeLessThan(3 * SECOND);
    expect(overAt - happenedAt).toBeGreaterThan(MINUTE);
    expect(resolvedAt - happenedAt).toBeLessThan(4 * MINUTE);
    expect(timeline.length).toBeGreaterThanOrEqual(5);
    expect(await redis.get(KEYS.incidentNumber)).toBe('1');
    const ends = await incidents.endsOfController(now);
    expect(ends?.count).toBe(now - openedAt < DAY ? 1 : 0);
    expect(now - (ends?.since ?? now)).toBeGreaterThan(7 * DAY);
  });

  it('was told in the alert channel that night, and the message is known by its place', async () => {
    const [root, ...replies] = alerts();
    expect(root?.text).toMatch(/^Jenkins controller is back after .*: it had ended \(out of memory\)$/);
    expect(replies.length).toBeGreaterThanOrEqual(2);
    for (const reply of replies) expect(reply.threadTs).toBe(root?.ts);
    const posted = await messageStore(redis, KEYS).posted('alert:A1');
    expect(posted).toEqual({ state: 'posted', channelId: root?.channelId, ts: root?.ts });
    const incident = await incidentStore(redis, KEYS).find('A1');
    expect(Math.abs(Number(root?.ts) * SECOND - (incident?.openedAt ?? 0))).toBeLessThan(5 * SECOND);
  });

  it('holds two changes, in their order and with their times', async () => {
    const entries = await auditReader(redis, KEYS).recent(10);
    const told = entries.map(({ userId, text, outcome }) => `${userId} ${text} ${outcome}`).sort();
    expect(told).toEqual(['U0ANA deploy --mem 2048 succeeded', 'U0LEE scale executors 2 succeeded']);
    const deploy = entries.find(({ command }) => command === 'deploy');
    expect(new Date((deploy?.at ?? 0) - (deploy?.durationMs ?? 0)).toISOString().slice(11, 16)).toBe('10:05');
    expect(deploy?.summary).toMatch(/^Deployed \/jenkins in \d+ s\. It runs on 192\.168\.3\.\d+:\d+ \(before: /);
    expect(entries[0]?.at).toBeGreaterThan(entries[1]?.at ?? 0);
  });

  it('leaves no lock behind', async () => {
    expect(await redis.keys(`${KEYS.prefix}:events:past*`)).toEqual([]);
  });

  it('is no news: nothing is printed of it, posted or edited again', async () => {
    let written = '';
    const screen = {
      write: (text: string) => {
        written += text;
      },
      columns: 80,
      rows: 40,
      isTerminal: false,
    };
    const transcript = new Transcript(scene.slack, screen);
    const before = alerts().map(({ ts, history }) => [ts, history.length]);
    await scene.clock.hurry(2 * MINUTE, 60);
    await untilIdle(scene);
    transcript.flush();
    expect(written).toBe('');
    expect(alerts().map(({ ts, history }) => [ts, history.length])).toEqual(before);
  });

  it('is followed by A2', async () => {
    cause(scene.world, 'out of memory');
    await scene.clock.hurry(30 * SECOND, 60);
    await untilIdle(scene);
    const [open] = await incidentStore(redis, KEYS).recent(1);
    expect(open).toMatchObject({ id: 'A2', rule: 'controller-restarted' });
    expect(alerts().filter(({ threadTs }) => threadTs === undefined)).toHaveLength(2);
  });
});

describe('samples', () => {
  it('come back from Redis as they were measured', async () => {
    const own = await ownRedis();
    try {
      const store = usageStore(own.redis, own.keys(), 35 * DAY);
      const some = (await samplesOf(now - 2 * DAY)).slice(0, 1_500);
      expect(some.length).toBe(1_500);
      await keep(some, store);
      const back: UsageSample[] = [];
      for await (const page of store.read(0, now + HOUR)) back.push(...page);
      expect(back).toEqual(some);
    } finally {
      await own.close();
    }
  });
});
