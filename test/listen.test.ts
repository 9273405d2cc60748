// The bot's other ear: hears while it holds the lease, hands on in order, and connects anew when it cannot.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StreamNews } from '../src/core/marathon-event.js';
import { runningClock } from '../src/core/time.js';
import { listenInTurn } from '../src/listen.js';
import { status } from './support/alert-scene.js';
import { silence } from './support/ci-service.js';
import { fakeAlertQueue } from './support/fakes-alert.js';
import { fakeLog } from './support/fakes-journey.js';
import { type OwnRedis, ownRedis } from './support/own-redis.js';

const LEASE_MS = 300;
let own: OwnRedis;
let names = 0;
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  own = await ownRedis();
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});
afterAll(() => own.close());

const newName = () => {
  names += 1;
  return `listen-${names}`;
};

interface Stream {
  say(news: StreamNews): void;
  stopped: boolean;
}

/** @param slow what a call of the queue waits for */
function bot(name: string, slow: (call: string) => Promise<void> = async () => undefined) {
  const streams: Stream[] = [];
  const queue = fakeAlertQueue();
  const log = fakeLog();
  const clock = runningClock();
  const ear = listenInTurn({
    redis: own.redis,
    name,
    open(hear) {
      const stream: Stream = { say: hear, stopped: false };
      streams.push(stream);
      return {
        async stop() {
          stream.stopped = true;
        },
      };
    },
    ports: {
      queue: {
        async event(event, identity, heardAt) {
          await slow(identity);
          await queue.event(event, identity, heardAt);
        },
        async look(why, afterMs) {
          await slow(why);
          await queue.look(why, afterMs);
        },
      },
      clock,
      log,
    },
    wall: clock,
    leaseMs: LEASE_MS,
  });
  stops.push(ear.stop);
  return { streams, calls: queue.calls, log, stop: ear.stop };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await wait(10)) if (holds()) return;
  throw new Error(`never seen: ${what}`);
}
const event = (identity: string): StreamNews => ({ kind: 'event', event: status('FAILED'), identity });

test('what is heard stands in the queue in the order in which it was heard', async () => {
  const { streams, calls } = bot(newName(), async (call) => {
    if (call === 'connected' || call === 'e-1') await wait(40);
  });
  await until('a stream', () => streams.length === 1);
  for (const news of [{ kind: 'connected' } as const, event('e-1'), event('e-2'), event('e-3')]) streams[0]?.say(news);
  await until('all of it', () => calls.length === 4);
  expect(calls).toEqual(['look connected after 0', 'event e-1', 'event e-2', 'event e-3']);
});

test('when something cannot be handed on, nothing behind it is, and a new connection begins with a look', async () => {
  let broken = true;
  const { streams, calls, log } = bot(newName(), async (call) => {
    if (call !== 'e-2' || !broken) return;
    broken = false;
    throw silence('Redis');
  });
  await until('a stream', () => streams.length === 1);
  for (const identity of ['e-1', 'e-2', 'e-3', 'e-4']) streams[0]?.say(event(identity));
  await until('another stream', () => streams.length === 2);
  streams[0]?.say(event('e-5'));
  streams[1]?.say({ kind: 'connected' });
  await until('the look', () => calls.length === 2);
  expect(calls).toEqual(['event e-1', 'look connected after 0']);
  expect(streams.map(({ stopped }) => stopped)).toEqual([true, false]);
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
});

test('of two one listens; the other does when that one stops', async () => {
  const name = newName();
  const two = [bot(name), bot(name)];
  await until('a stream', () => two.some(({ streams }) => streams.length === 1));
  await wait(2 * LEASE_MS);
  const [listening, waiting] = two[0]?.streams.length === 1 ? two : two.toReversed();
  expect(waiting?.streams).toEqual([]);
  await listening?.stop();
  expect(listening?.streams.map(({ stopped }) => stopped)).toEqual([true]);
  await until('the other one', () => waiting?.streams.length === 1);
});

test('a stop ends the stream and opens none any more', async () => {
  const { streams, stop } = bot(newName(), async () => {
    throw silence('Redis');
  });
  await until('a stream', () => streams.length === 1);
  streams[0]?.say({ kind: 'connected' });
  await until('its end', () => streams[0]?.stopped === true);
  await stop();
  await wait(1_200);
  expect(streams).toHaveLength(1);
});
