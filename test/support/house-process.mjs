// Several bots or workers in an operating-system process of their own, each an installation of its own name: what takes
// a second to load is loaded once. Runs the compiled program with the test's clocks and short lock and lease times.
import { marathonEvents } from '../../dist/adapters/index.js';
import { producer, untilReady } from '../../dist/adapters/redis/connect.js';
import { keysOf } from '../../dist/adapters/redis/keys.js';
import { alertQueue, openQueues } from '../../dist/adapters/redis/queue.js';
import { readConfig } from '../../dist/config.js';
import { runningClock } from '../../dist/core/time.js';
import { listenInTurn } from '../../dist/listen.js';
import { createLogger } from '../../dist/logger.js';
import { start } from '../../dist/start.js';

const { role, envs, speed, wallSpeed, origin, lockTimes, leaseMs } = JSON.parse(process.argv[2] ?? '{}');
const clock = runningClock(speed, origin);
const wall = runningClock(wallSpeed, origin);
/** Nobody asks for usage here, and dozens of installations would all look at once. */
const sampleEveryMs = 3_600_000;
const running = [];
for (const env of envs) {
  const { config } = readConfig({ ...env, ADMIN_PORT: '0', PORT: '0' }, role === 'ear' ? 'bot' : role);
  running.push(
    role === 'ear'
      ? await secondEar(config)
      : await start(config, role, { clock, wall, lockTimes, leaseMs, perMinute: 60_000, sampleEveryMs }),
  );
}
process.once('SIGTERM', async () => {
  await Promise.all(running.map((one) => one.stop()));
  process.exit(0);
});
// Whoever started us is gone.
process.once('disconnect', () => process.exit());
process.send?.({ ports: running.map((one) => one.port) });

/** As if two bots held the lease at once, which a paused process or a lost Redis can bring about: its lease is another. */
async function secondEar(config) {
  const redis = producer(config.redisUrl.value());
  await untilReady(redis, 10_000);
  const log = createLogger({ level: config.logLevel, secrets: config.secrets });
  const queues = openQueues(redis, keysOf(config.name));
  const common = { clock, wall, log, scrub: (text) => text, onResponse() {} };
  return listenInTurn({
    redis,
    name: `${config.name}-second`,
    open: marathonEvents(config, common),
    ports: { queue: alertQueue(queues, clock), clock, log },
    wall,
    leaseMs,
  });
}
