// One side of the ack benchmark, in a process of its own: `ours` is the bot, `bare` the same Bolt receiver that only acks.
import bolt from '@slack/bolt';
import { producer, untilReady } from '../dist/adapters/redis/connect.js';
import { startBot } from '../dist/bot.js';
import { readConfig } from '../dist/config.js';
import { NO_POLICY } from '../dist/core/policy.js';
import { runningClock } from '../dist/core/time.js';
import { createLogger } from '../dist/logger.js';
import { createMetrics } from '../dist/metrics.js';
import { tallyOf } from '../dist/tally.js';

const [, , side, redisUrl, signingSecret] = process.argv;

/** Nobody waits in a benchmark, so nobody is told "working on it". */
const nobodyWaits = { ...runningClock(), after: () => () => {} };

async function ours() {
  const { config } = readConfig(
    {
      BELLBOARD_NAME: 'bench',
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_SIGNING_SECRET: signingSecret,
      MARATHON_URL: 'http://127.0.0.1:1',
      REDIS_URL: redisUrl,
      HOST: '127.0.0.1',
      PORT: '0',
    },
    'bot',
  );
  const redis = producer(redisUrl);
  await untilReady(redis, 5_000);
  const bot = await startBot({
    config,
    redis,
    team: { teamId: 'T0BENCH', botUserId: 'U0BOT', botId: 'B0BOT', botName: 'bellboard', scopes: [] },
    policy: { current: () => NO_POLICY, fault: () => undefined },
    clock: runningClock(),
    wall: nobodyWaits,
    log: createLogger({ level: 'error', secrets: () => [] }),
    tally: tallyOf(createMetrics()),
    perMinute: 60_000_000,
  });
  return bot.port;
}

async function bare() {
  const receiver = new bolt.HTTPReceiver({ signingSecret, logLevel: 'error' });
  const app = new bolt.App({
    receiver,
    authorize: async () => ({ botToken: 'xoxb-bench', botId: 'B', botUserId: 'U' }),
    logLevel: 'error',
  });
  app.command('/ci', async ({ ack }) => ack());
  const server = await app.start({ host: '127.0.0.1', port: 0 });
  return server.address().port;
}

const port = await (side === 'ours' ? ours() : bare());
process.send?.({ port });
