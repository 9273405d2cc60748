// The bot's other ear: of several bots the holder of the lease listens to Marathon, and hands on what it hears.

import type { Redis } from './adapters/redis/connect.js';
import { keysOf } from './adapters/redis/keys.js';
import { keepLease, LEASE_MS } from './adapters/redis/lease.js';
import type { StreamNews } from './core/marathon-event.js';
import { type Clock, SECOND } from './core/time.js';
import { observe } from './journeys/alert.js';
import type { ObservePorts } from './journeys/alert-ports.js';

export interface ListenOptions {
  /** Fails fast: what cannot be handed on is found by the next snapshot. */
  redis: Redis;
  name: string;
  /** Opens the stream. */
  open(hear: (news: StreamNews) => void): { stop(): Promise<void> };
  ports: ObservePorts;
  wall: Clock;
  leaseMs?: number;
}

/** After Redis did not take what was heard, a new connection begins with a new snapshot. */
const AGAIN_AFTER_MS = SECOND;

export function listenInTurn({ redis, name, open, ports, wall, leaseMs = LEASE_MS }: ListenOptions): {
  stop(): Promise<void>;
} {
  let ear: { stop(): Promise<void> } | undefined;
  let held = false;
  const closing: Promise<void>[] = [];
  const close = () => {
    if (ear !== undefined) closing.push(ear.stop());
    ear = undefined;
  };
  const listen = () => {
    if (!held || ear !== undefined) return;
    // One after the other: what Marathon said first stands first in the queue.
    let last = Promise.resolve();
    let broken = false;
    const mine = open((news) => {
      if (broken) return;
      last = last
        .then(() => (broken ? undefined : observe(news, ports)))
        .catch((error: unknown) => {
          if (broken) return;
          broken = true;
          ports.log.warn({ error: String(error) }, 'an event could not be handed on; connecting anew');
          if (ear === mine) close();
          wall.after(AGAIN_AFTER_MS, listen);
        });
    });
    ear = mine;
  };
  const lease = keepLease(
    redis,
    keysOf(name).lease('events'),
    {
      onHeld() {
        held = true;
        listen();
      },
      onLost() {
        held = false;
        close();
      },
    },
    { wall, leaseMs },
  );
  return {
    async stop() {
      await lease.stop();
      await Promise.all(closing);
    },
  };
}
