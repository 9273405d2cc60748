// Several bots or workers in an operating-system process of their own, each an installation of its own name: what takes
// a second to load is loaded once. Runs the compiled program with the test's clock and short lock and lease times.
import { readConfig } from '../../dist/config.js';
import { runningClock } from '../../dist/core/time.js';
import { start } from '../../dist/start.js';

const { role, envs, speed, origin, lockTimes, leaseMs } = JSON.parse(process.argv[2] ?? '{}');
const clock = runningClock(speed, origin);
const running = [];
for (const env of envs) {
  const { config } = readConfig({ ...env, ADMIN_PORT: '0', PORT: '0' }, role);
  running.push(await start(config, role, { clock, lockTimes, leaseMs }));
}
process.once('SIGTERM', async () => {
  await Promise.all(running.map((one) => one.stop()));
  process.exit(0);
});
process.send?.('ready');
