// The past the playground opens with: the world lives its week, Bellboard is on duty, and what it measured is kept where
// the present looks for it. Called by `../scene.ts` before Bellboard starts.
import { untilReady, worker } from '../../adapters/redis/connect.js';
import { keysOf } from '../../adapters/redis/keys.js';
import { usageStore } from '../../adapters/redis/usage-store.js';
import type { Config } from '../../config.js';
import type { JsonObject } from '../../core/cluster.js';
import { DAY, SECOND } from '../../core/time.js';
import type { UsageSample, UsageStore } from '../../core/usage-sample.js';
import type { Log } from '../../logger.js';
import type { SimulatedWorld } from '../world.js';
import type { WorldClock } from '../world-clock.js';
import { onDuty } from './bell.js';
import type { Calendar } from './calendar.js';
import type { Onlooker } from './events.js';
import { liveWeek } from './week.js';

export interface PastOptions {
  world: SimulatedWorld;
  clock: WorldClock;
  calendar: Calendar;
  manifest: JsonObject;
  config: Config;
  redisUrl: string;
  log: Log;
}

export interface Past {
  /** Called when the clock has come to the present: keeps what was measured since. */
  end(): Promise<void>;
}

const READY_WITHIN_MS = 10 * SECOND;
/** So many at once: they come into the stream in the order they are sent. */
const CHUNK = 1_000;

/** Resolves some minutes before the present. */
export async function livePast(options: PastOptions): Promise<Past> {
  const { config, redisUrl } = options;
  const redis = worker(redisUrl);
  await untilReady(redis, READY_WITHIN_MS);
  const store = usageStore(redis, keysOf(config.name), config.usageRetentionDays * DAY);
  const bell = await onDuty({ ...options, redis });
  const samples = await liveWeek({ ...options, onlooker: inTime(bell, options.clock) });
  await bell.goOffDuty();
  await keep(samples.splice(0), store);
  return {
    async end() {
      await keep(samples.splice(0), store);
      redis.disconnect();
    },
  };
}

/** The clock stands still between leaps, so that one week is like the other; but whoever asks real servers needs a clock that runs. */
function inTime({ look, changed }: Onlooker, clock: WorldClock): Onlooker {
  const running = async (act: () => Promise<void>) => {
    const usual = clock.speed;
    clock.setSpeed(1);
    await act();
    clock.setSpeed(usual);
  };
  return { look: () => running(look), changed: (change) => running(() => changed(change)) };
}

export async function keep(samples: readonly UsageSample[], store: Pick<UsageStore, 'add'>): Promise<void> {
  for (let at = 0; at < samples.length; at += CHUNK)
    await Promise.all(samples.slice(at, at + CHUNK).map((sample) => store.add(sample)));
}
