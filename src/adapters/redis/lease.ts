// Who of several bots listens to Marathon: the holder of a key that lives as long as it is renewed.
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type Clock, SECOND } from '../../core/time.js';

/** Design §4.1: another takes over within so long. */
export const LEASE_MS = 10 * SECOND;

const RENEW = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`;
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

export interface LeaseHolder {
  /** The lease is ours from now on. */
  onHeld(): void;
  /** It is another's, or Redis does not say: whoever does not know holds nothing. */
  onLost(): void;
}

/**
 * Tries for the lease until stopped, renews it while held. Never throws.
 * @param wall real time: the key in Redis lives in nothing else
 */
export function keepLease(
  redis: Redis,
  key: string,
  holder: LeaseHolder,
  { wall, leaseMs = LEASE_MS }: { wall: Clock; leaseMs?: number },
): { stop(): Promise<void> } {
  const me = randomUUID();
  let held = false;
  let stopped = false;
  let cancel = () => {};
  const round = async () => {
    const ours = await redis.eval(RENEW, 1, key, me, String(leaseMs)).catch(() => 0);
    if (stopped) return;
    const now = Number(ours) === 1;
    if (now !== held) {
      held = now;
      if (now) holder.onHeld();
      else holder.onLost();
    }
    // Three tries fit into one life of the key.
    cancel = wall.after(leaseMs / 3, () => void round());
  };
  void round();
  return {
    async stop() {
      stopped = true;
      cancel();
      if (held) holder.onLost();
      await redis.eval(RELEASE, 1, key, me).catch(() => 0);
    },
  };
}
