// A worker as an operating-system process of its own, for tests that kill or stop it. Runs the compiled program with the
// test's clock and short lock times.
import { readConfig } from '../../dist/config.js';
import { runningClock } from '../../dist/core/time.js';
import { start } from '../../dist/start.js';

const { env, speed, origin, lockTimes } = JSON.parse(process.argv[2] ?? '{}');
const { config } = readConfig({ ...env, ADMIN_PORT: '0' }, 'worker');
const running = await start(config, 'worker', { clock: runningClock(speed, origin), lockTimes });
process.once('SIGTERM', async () => {
  await running.stop();
  process.exit(0);
});
process.send?.('ready');
