// When an installation of an `alert-house.ts` has come to rest, and what its ledger holds, read from Redis. Tests wait by
// it; what people were told is read in Slack.

import { identityOf } from '../../src/adapters/marathon/event-frames.js';
import { readEvent } from '../../src/adapters/marathon/event-schema.js';
import { keysOf } from '../../src/adapters/redis/keys.js';
import { alertQueue, openQueues } from '../../src/adapters/redis/queue.js';
import { concerns } from '../../src/core/marathon-event.js';
import type { AlertHouse } from './alert-house.js';

const STEP_MS = 20;

/** Waits for what Redis says; `what` is said when it does not come to pass. */
export async function eventually(
  what: string,
  look: () => Promise<boolean>,
  realMs = 40_000,
  stepMs = STEP_MS,
): Promise<void> {
  const end = Date.now() + realMs;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`within ${realMs} ms it did not come to pass that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}

/** What the event queue knows an event by; undefined for one that Bellboard does not read or that concerns another app. */
export function identityIn(frame: Buffer, appId: string): string | undefined {
  const data = /^data: ?(.*?)\r?$/m.exec(frame.toString('utf8'))?.[1];
  const event = data === undefined ? undefined : readEvent(data);
  return data === undefined || event === undefined || !concerns(event, appId) ? undefined : identityOf(data);
}

export interface HouseState {
  /** The bot has looked at Marathon, the worker has compared: whatever happens from now on is seen. */
  baseline(name: string): Promise<void>;
  /** This event has been decided. */
  decided(name: string, identity: string): Promise<void>;
  /** Everything that waits now has been decided, nothing waits to be confirmed, and all that is to be said has been said. */
  rest(name: string): Promise<void>;
  /** The ledger has this identity. */
  settled(name: string, identity: string): Promise<void>;
  /** Ends and losses the ledger holds, by task or by whatever else the identity names. */
  ledger(name: string): Promise<string[]>;
}

export function houseState({ redis, clock }: AlertHouse): HouseState {
  const count = async (key: string, kind: 'list' | 'set') => (kind === 'list' ? redis.llen(key) : redis.zcard(key));
  const waits = async (name: string, queue: string, later: boolean) => {
    const at = (part: string) => `${keysOf(name).prefix}:${queue}:${part}`;
    const counts = await Promise.all([
      count(at('wait'), 'list'),
      count(at('active'), 'list'),
      count(at('prioritized'), 'set'),
      later ? count(at('delayed'), 'set') : 0,
    ]);
    return counts.some((one) => one > 0);
  };
  const memory = async (name: string) =>
    JSON.parse((await redis.get(keysOf(name).seen('rule:controller-restarted'))) ?? '{}') as {
      memory?: { unconfirmed?: object };
    };
  const isDone = async (name: string, id: string) =>
    (await redis.hget(`${keysOf(name).prefix}:events:${id}`, 'finishedOn')) !== null;
  /** Stands behind everything that waits now. */
  const lookBehind = async (name: string) => {
    const id = `look-of-the-test-${Math.random()}`;
    const queues = openQueues(redis, keysOf(name));
    await alertQueue(queues, clock).decide({ v: 1, kind: 'look', why: 'the test asks' }, id);
    await eventually(`${name} looked`, () => isDone(name, id));
    await queues.close();
  };
  return {
    async baseline(name) {
      await eventually(
        `${name} has a baseline`,
        async () =>
          (JSON.parse((await redis.get(keysOf(name).seen('controller'))) ?? '{}') as { baseline?: boolean })
            .baseline === true,
      );
    },
    decided: (name, identity) =>
      eventually(`${name} decided its last event`, () => isDone(name, `event-${identity}`), 60_000),
    async rest(name) {
      await lookBehind(name);
      await eventually(`${name} confirmed`, async () => {
        const { memory: kept } = await memory(name);
        return Object.keys(kept?.unconfirmed ?? {}).length === 0;
      });
      await eventually(`${name} came to rest`, async () => {
        const busy = await Promise.all([
          waits(name, 'events', false),
          waits(name, 'ticks', false),
          waits(name, 'posts', true),
        ]);
        return !busy.includes(true);
      });
    },
    settled: (name, identity) =>
      eventually(
        `the ledger of ${name} has ${identity}`,
        async () => (await redis.hexists(keysOf(name).ledger, identity)) === 1,
        30_000,
        2,
      ),
    ledger: (name) => redis.hkeys(keysOf(name).ledger),
  };
}
