// Starts what a role consists of, in the order in which each part needs the one before, and stops it in reverse.
import { type ConnectOptions, connect, marathonEvents } from './adapters/index.js';
import { alertChannel } from './adapters/redis/alert-channel.js';
import { producer, untilReady, worker } from './adapters/redis/connect.js';
import { keysOf } from './adapters/redis/keys.js';
import { startPrivateRedis } from './adapters/redis/private-redis.js';
import { alertQueue, openQueues, type Queues } from './adapters/redis/queue.js';
import type { LockTimes } from './adapters/redis/worker.js';
import { scrubberOf } from './adapters/secrets.js';
import { type SlackClients, slackClients, toSlackError } from './adapters/slack/client.js';
import { whoAreWe } from './adapters/slack/people.js';
import { startAdmin } from './admin.js';
import { startBot } from './bot.js';
import type { Config } from './config.js';
import { type AlertChannel, SlackError } from './core/delivery.js';
import { UpstreamError, UserError } from './core/errors.js';
import { type Clock, runningClock, SECOND } from './core/time.js';
import { createHealth, type Health } from './health.js';
import { listenInTurn } from './listen.js';
import { createLogger, type Log } from './logger.js';
import { createMetrics, type Metrics } from './metrics.js';
import { policyFile } from './policy-file.js';
import { tallyOf } from './tally.js';
import { startWorker } from './worker.js';

export interface Running {
  /** Where Slack's deliveries arrive, in HTTP mode. */
  port: number | undefined;
  /** Where `/healthz`, `/readyz` and `/metrics` are. */
  adminPort: number;
  /** Something is being carried out or sent right now. */
  busy(): Promise<boolean>;
  stop(): Promise<void>;
}

export interface StartOptions {
  clock?: Clock;
  /** What people wait in: the bot's own timers. */
  wall?: Clock;
  lockTimes?: LockTimes;
  /** Real ms from one usage sample to the next; a minute of the clock unless said. */
  sampleEveryMs?: number;
  /** How long a bot that died keeps the others from listening to Marathon. */
  leaseMs?: number;
  log?: Log;
  /** Commands and clicks of one person; a test is one person with many. */
  perMinute?: number;
  /** Told how each command ended, as the metrics are. */
  onOutcome?: (command: string, outcome: string) => void;
}

/** Redis may start beside us; after this it counts as not there. */
const REDIS_PATIENCE_MS = 10 * SECOND;
/** `auth.test` may be called hundreds of times a minute (docs.slack.dev/reference/methods/auth.test). */
const SLACK_LOOK_EVERY_MS = 30 * SECOND;

export async function start(
  config: Config,
  role: 'all' | 'bot' | 'worker',
  options: StartOptions = {},
): Promise<Running> {
  const clock = options.clock ?? runningClock();
  const log = options.log ?? createLogger({ level: config.logLevel, secrets: config.secrets });
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.reverse())
      await close().catch((error: unknown) => log.warn({ error: String(error) }, 'trouble while stopping'));
    closers.length = 0;
  };
  try {
    const metrics = createMetrics();
    let refresh = async () => {};
    const tally = tallyOf(metrics, options.onOutcome);
    const health = createHealth(clock, scrubberOf(config.secrets));
    const admin = await onPort('ADMIN_PORT', config.admin, (at) =>
      startAdmin({ ...at, health, metrics, refresh: () => refresh(), log }),
    );
    closers.push(() => admin.close());
    const redisUrl = config.redisUrl?.value() ?? (await ownRedis(config, log, closers));
    const watch = {
      onUp: () => health.report('redis', true, 'connected'),
      onDown: (error: Error) => health.report('redis', false, error.message),
    };
    const open = async (kind: typeof producer) => {
      const client = kind(redisUrl, watch);
      closers.push(async () => client.disconnect());
      await untilReady(client, REDIS_PATIENCE_MS).catch(redisIsAway);
      return client;
    };

    const slack = slackClients(config.slack.botToken.value(), config.slack.apiUrl).repeatable;
    const team = await whoAreWe(slack).catch(slackIsShut);
    health.report('slack', true, `connected as ${team.botName}`);
    closers.push(watchSlack(slack, health, options.wall ?? runningClock()));
    const policy = policyFile(config.policyFile, log);
    const common = { config, team, policy, clock, log, tally };
    const seen: ConnectOptions = {
      clock,
      scrub: scrubberOf(config.secrets),
      onResponse: ({ system, status }) => {
        tally.upstream(system, status);
        health.report(WATCHED[system], isWell(status), status === undefined ? 'did not answer' : `answered ${status}`);
      },
    };
    let port: number | undefined;
    const watching = await open(worker);
    const watched = openQueues(watching, keysOf(config.name));
    closers.push(() => watched.close());
    refresh = () => lookAtAlerts(config, alertChannel(watching, keysOf(config.name)), health, metrics);
    if (role !== 'bot') {
      const { ports: systems, close } = connect(config, seen);
      closers.push(async () => close());
      const lockTimes = options.lockTimes === undefined ? {} : { lockTimes: options.lockTimes };
      const sampleEveryMs = options.sampleEveryMs === undefined ? {} : { sampleEveryMs: options.sampleEveryMs };
      const slackSilentSince = async () => {
        const { ok, since } = health.snapshot().slack;
        return ok ? undefined : Date.parse(since);
      };
      const redis = await open(worker);
      const hands = await startWorker({ ...common, ...lockTimes, ...sampleEveryMs, redis, systems, slackSilentSince });
      closers.push(() => hands.stop());
    }
    if (role !== 'worker') {
      const wall = options.wall === undefined ? {} : { wall: options.wall };
      const limit = options.perMinute === undefined ? {} : { perMinute: options.perMinute };
      const redis = await open(producer);
      const ears = await onPort('PORT', config.http, () =>
        startBot({ ...common, ...wall, ...limit, redis }).catch(socketIsShut),
      );
      closers.push(() => ears.stop());
      port = ears.port;
      const heard = openQueues(redis, keysOf(config.name));
      closers.push(() => heard.close());
      const other = listenInTurn({
        redis,
        name: config.name,
        open: marathonEvents(config, { ...seen, log, ...wall }),
        ports: { queue: alertQueue(heard, clock), clock, log },
        wall: options.wall ?? runningClock(),
        ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      });
      closers.push(() => other.stop());
    }
    if (config.alerts.channelId === undefined) log.warn({}, 'ALERT_CHANNEL is not set: nobody is alerted');
    log.info({ role, name: config.name, admin: admin.port }, 'Bellboard is ready');
    return { port, adminPort: admin.port, busy: () => isBusy(watched), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A Redis that is away says so itself. */
const LOOK_WITHIN_MS = SECOND;

/** What the sends of any process say of the alert channel. */
async function lookAtAlerts(config: Config, channel: AlertChannel, health: Health, metrics: Metrics): Promise<void> {
  if (config.alerts.channelId === undefined) {
    metrics.alertChannelUp.set(0);
    return health.report('alerts', false, 'ALERT_CHANNEL is not set: nobody is alerted');
  }
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), LOOK_WITHIN_MS).unref());
  const fault = await Promise.race([channel.fault(), late]).catch(() => 'late' as const);
  if (fault === 'late') return;
  metrics.alertChannelUp.set(fault === undefined ? 1 : 0);
  const detail =
    fault === undefined ? 'posted when they ring' : `Slack takes none into ${config.alerts.channelId}: ${fault.code}`;
  health.report('alerts', fault === undefined, detail);
}

/** 4xx are answers of a system that is well; what it says of us is the command's matter. */
const WATCHED = { Marathon: 'marathon', Mesos: 'mesos', Jenkins: 'jenkins', Slack: 'slack', Redis: 'redis' } as const;
const isWell = (status: number | undefined): boolean => status !== undefined && status < 500;

/** A plan's expiry waits in `reads` for minutes and is no work. */
async function isBusy({ reads, changes, posts, events }: Queues): Promise<boolean> {
  const counts = await Promise.all([
    reads.getJobCountByTypes('active', 'waiting', 'prioritized'),
    changes.getJobCountByTypes('active', 'waiting', 'delayed'),
    posts.getJobCountByTypes('active', 'waiting', 'prioritized', 'delayed'),
    events.getJobCountByTypes('active', 'waiting'),
  ]);
  return counts.some((count) => count > 0);
}

async function ownRedis(config: Config, log: Log, closers: (() => Promise<unknown>)[]): Promise<string> {
  const redis = await startPrivateRedis({ dataDir: config.dataDir, log });
  closers.push(() => redis.stop());
  return redis.url;
}

/** Asks Slack now and then, because a token may be revoked while nobody types; @returns how to stop asking */
function watchSlack(client: SlackClients['repeatable'], health: Health, wall: Clock): () => Promise<void> {
  let stopped = false;
  let cancel = () => {};
  const next = () => {
    cancel = wall.after(SLACK_LOOK_EVERY_MS, () => void look());
  };
  const look = async () => {
    await whoAreWe(client).then(
      ({ botName }) => health.report('slack', true, `connected as ${botName}`),
      (error: unknown) => health.report('slack', mustOnlyWait(error), errorText(error)),
    );
    if (!stopped) next();
  };
  next();
  return async () => {
    stopped = true;
    cancel();
  };
}

const mustOnlyWait = (error: unknown): boolean => error instanceof SlackError && error.code === 'ratelimited';
const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What keeps Bellboard from starting is said so that whoever starts it knows what to set. */
function redisIsAway(error: unknown): never {
  if (!(error instanceof UpstreamError)) throw error;
  throw new UserError(`Redis is not there: it ${error.seen}.`, 'Check REDIS_URL and that the server runs.');
}

function slackIsShut(error: unknown): never {
  if (!(error instanceof SlackError)) throw error;
  throw new UserError(
    `Slack does not let us in: ${error.method} says ${error.code}.`,
    'Check SLACK_BOT_TOKEN and SLACK_API_URL; `bellboard doctor` tells more.',
  );
}

/** Bolt opens its Socket Mode connection by itself and throws what web-api throws. */
function socketIsShut(error: unknown): never {
  if (!(error instanceof Error && error.name.startsWith('WebAPI'))) throw error;
  const { code } = toSlackError('apps.connections.open', error);
  throw new UserError(
    `Slack opens no Socket Mode connection: apps.connections.open says ${code}.`,
    'Check SLACK_APP_TOKEN; its scope is connections:write.',
  );
}

const PORT_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has it',
  EACCES: 'this user may not',
};

/** A port that cannot be had is mended by a setting: `variable` is named. */
async function onPort<At extends { host: string; port: number }, T>(
  variable: string,
  at: At,
  act: (at: At) => Promise<T>,
): Promise<T> {
  try {
    return await act(at);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? PORT_FAULTS[String(error.code)] : undefined;
    if (why === undefined) throw error;
    throw new UserError(`Port ${at.port} of ${at.host} cannot be had: ${why}.`, `Set ${variable} to another one.`);
  }
}
