// Hands: takes jobs, carries them out through the journeys, sends. Drains before it exits.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Ports as Systems } from './adapters/index.js';
import { alertChannel } from './adapters/redis/alert-channel.js';
import { auditStore } from './adapters/redis/audit-store.js';
import { boardStore, incidentStore } from './adapters/redis/board-store.js';
import type { Redis } from './adapters/redis/connect.js';
import { keysOf } from './adapters/redis/keys.js';
import { messageStore } from './adapters/redis/message-store.js';
import { pace } from './adapters/redis/pace.js';
import { planStore } from './adapters/redis/plan-store.js';
import { alertQueue, changeQueue, messages, openQueues, type PostJob, planQueue } from './adapters/redis/queue.js';
import {
  Again,
  changeRun,
  type Hands,
  LOCK_TIMES,
  LockLost,
  type LockTimes,
  startHands,
} from './adapters/redis/worker.js';
import { scrubber } from './adapters/secrets.js';
import { slackClients } from './adapters/slack/client.js';
import { slackMessenger } from './adapters/slack/messenger.js';
import { slackPeople, type Team } from './adapters/slack/people.js';
import { rules } from './alerts/index.js';
import { catalogueOf, commands } from './commands/index.js';
import type { Config } from './config.js';
import { isPolled } from './core/alert.js';
import { UserError } from './core/errors.js';
import type { ChangesJob, EventsJob, ReadsJob, TicksJob } from './core/jobs.js';
import { type Clock, SECOND } from './core/time.js';
import { raise } from './journeys/alert.js';
import { type AttendPorts, tick } from './journeys/alert-attend.js';
import { perform } from './journeys/command.js';
import type { PerformPorts } from './journeys/ports.js';
import { type SendPorts, send } from './journeys/send.js';
import type { Log } from './logger.js';
import type { PolicyFile } from './policy-file.js';
import type { Tally } from './tally.js';

export interface WorkerOptions {
  config: Config;
  /** Waits while Redis is away. */
  redis: Redis;
  systems: Systems;
  team: Team;
  policy: PolicyFile;
  clock: Clock;
  log: Log;
  tally: Tally;
  /** Since when Slack takes nothing from us, real time by our clock; undefined while it does. */
  slackSilentSince(): Promise<number | undefined>;
  /** Tests make the time a dead worker's job lies still shorter. */
  lockTimes?: LockTimes;
}

export interface RunningWorker {
  /** Short jobs get 10 s to end, long ones are handed back to the queue. */
  stop(): Promise<void>;
}

const READS_AT_ONCE = 20;
const POSTS_AT_ONCE = 5;
const TICKS_AT_ONCE = 5;
/** One after the other, with a second each to hand back what is left: together within the 10 s of a SIGTERM. */
const READS_GRACE_MS = 5 * SECOND;
const POSTS_GRACE_MS = 2 * SECOND;

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { config, redis, clock, log, tally } = options;
  const keys = keysOf(config.name);
  const scrub = scrubber(config.secrets());
  const queues = openQueues(redis, keys);
  // This is the lock on the app: one change at a time over all workers.
  await queues.changes.setGlobalConcurrency(1);
  // Order matters: a kill must not overtake the deployment that asked for it.
  await queues.events.setGlobalConcurrency(1);

  const clients = slackClients(config.slack.botToken.value(), config.slack.apiUrl);
  const audit = auditStore(redis, keys);
  const incidents = incidentStore(redis, keys);
  const alerting = alertQueue(queues, clock);
  const said = messages(redis, queues, keys, scrub);
  const channel = alertChannel(redis, keys);
  const ports: PerformPorts = {
    command: {
      ...options.systems,
      manifest: { read: () => readManifest(config.manifestFile) },
      audit,
      incidents: { ...incidents, refresh: () => alerting.decide({ v: 1, kind: 'refresh' }, `refresh-${randomUUID()}`) },
      rules,
      changes: changeQueue(redis, queues, keys),
      catalogue: catalogueOf(commands),
      settings: {
        name: options.team.botName,
        slashCommand: config.slack.command,
        appId: config.marathon.appId,
        executorsAppId: config.executorsAppId,
        scmSyncGit: config.manifestValues.SCM_SYNC_GIT,
        appUser: config.manifestValues.APP_USER,
        alertChannel: config.alerts.channelId,
      },
      clock,
    },
    messages: said,
    plans: planStore(redis, keys),
    audit,
    queue: planQueue(redis, queues, keys),
    people: slackPeople(clients.repeatable, options.team, clock),
    alertChannel: channel,
    policy: options.policy.current,
    clock,
    log,
    counted: tally.command,
  };
  const sending: SendPorts = {
    messenger: slackMessenger({
      clients,
      scrub,
      onPlainTwin: (code) => log.warn({ code }, 'Slack refused blocks; the plain text was sent'),
    }),
    records: messageStore(redis, keys),
    pace: pace(redis, keys),
    alertChannel: channel,
    alerted: tally.alerted,
    clock,
    log,
  };
  const raising = {
    rules,
    marathon: options.systems.marathon,
    messages: said,
    queue: alerting,
    settings: {
      appId: config.marathon.appId,
      slashCommand: config.slack.command,
      channelId: config.alerts.channelId,
      oncall: config.alerts.oncall,
    },
    clock,
    log,
  };
  const attending: AttendPorts = {
    rules,
    incidents,
    trim: () => incidents.trim(clock.now()),
    queue: alerting,
    asking: {
      ...options.systems,
      audit,
      slackSilentSince: options.slackSilentSince,
      remembered: incidents.remembered,
      settings: raising.settings,
      clock,
    },
    log,
  };

  const times = options.lockTimes ?? LOCK_TIMES;
  const common = {
    redis,
    keys,
    times,
    onError: (error: Error) => log.warn({ error: error.message }, 'a queue worker had trouble'),
    onTimes: tally.job,
  };
  const hands: Hands[] = [
    startHands<ReadsJob>({
      ...common,
      queue: 'reads',
      concurrency: READS_AT_ONCE,
      process: (job, token, signal) =>
        perform(job.data, changeRun(redis, keys, times, job as never, token, signal), ports),
    }),
    startHands<ChangesJob>({
      ...common,
      queue: 'changes',
      concurrency: 1,
      process: (job, token, signal) => perform(job.data, changeRun(redis, keys, times, job, token, signal), ports),
    }),
    startHands<PostJob>({
      ...common,
      queue: 'posts',
      concurrency: POSTS_AT_ONCE,
      process: async (job) => {
        const result = await send(job.data.key, sending);
        if ('again' in result) throw new Again(result.again);
      },
    }),
    startHands<EventsJob>({
      ...common,
      queue: 'events',
      concurrency: 1,
      process: (job, token, signal) => {
        const grip = { jobId: job.id ?? '', token, lockMs: times.lockMs, signal };
        const board = boardStore(redis, keys, grip);
        return orLogged(log, signal, job.data.kind, () => raise(job.data, { ...raising, board }));
      },
    }),
    startHands<TicksJob>({
      ...common,
      queue: 'ticks',
      concurrency: TICKS_AT_ONCE,
      process: (job, _token, signal) =>
        orLogged(log, signal, job.data.kind, () => tick(job.data, job.id ?? '', attending)),
    }),
  ];
  const [reads, changes, posts, events, ticks] = hands;
  await alerting.schedule(
    rules.filter(isPolled).map(({ name, watches }) => ({ rule: name, everyMs: watches.everyMs })),
  );
  await alerting.look('a worker starts', 0);
  return {
    async stop() {
      // Changes first, handed back at once: what they say last still goes out through `posts`.
      await Promise.all([
        changes?.close(0),
        events?.close(READS_GRACE_MS),
        ticks?.close(0),
        reads?.close(READS_GRACE_MS),
      ]);
      await posts?.close(POSTS_GRACE_MS);
      await queues.close();
    },
  };
}

/** Nobody waits for the answer of these jobs: a bug in one is only ever seen in the log. The next look makes it good. */
async function orLogged(log: Log, signal: AbortSignal, kind: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!signal.aborted && !(error instanceof LockLost)) log.error({ err: error, kind }, 'a bug in an alert job');
    throw error;
  }
}

async function readManifest(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new UserError(
      `The manifest file \`${file}\` cannot be read on the server.`,
      'Whoever runs Bellboard sets `MANIFEST_FILE`.',
    );
  }
}
