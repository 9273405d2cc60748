// What the journeys are given in a worker: every port over its adapter, from one configuration. Called by `worker.ts`.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { chartDrawer } from './adapters/chart/draw.js';
import type { Ports as Systems } from './adapters/index.js';
import { alertChannel } from './adapters/redis/alert-channel.js';
import { auditStore } from './adapters/redis/audit-store.js';
import { incidentStore } from './adapters/redis/board-store.js';
import { changeQueue, planQueue } from './adapters/redis/change-queue.js';
import type { Redis } from './adapters/redis/connect.js';
import { digestStore } from './adapters/redis/digest-store.js';
import { choiceStore, homeStore } from './adapters/redis/form-store.js';
import type { Keys } from './adapters/redis/keys.js';
import { lockClock, lockStore } from './adapters/redis/lock-store.js';
import { messageStore } from './adapters/redis/message-store.js';
import { pace } from './adapters/redis/pace.js';
import { planStore } from './adapters/redis/plan-store.js';
import { alertQueue, messages, type Queues } from './adapters/redis/queue.js';
import { usageStore } from './adapters/redis/usage-store.js';
import { scrubberOf } from './adapters/secrets.js';
import { slackClients } from './adapters/slack/client.js';
import { linkTo, slackMessenger } from './adapters/slack/messenger.js';
import { slackPeople, type Team } from './adapters/slack/people.js';
import { slackScreens } from './adapters/slack/screens.js';
import { rules } from './alerts/index.js';
import { catalogueOf, commands } from './commands/index.js';
import type { Config } from './config.js';
import { UserError } from './core/errors.js';
import { tellingOurs } from './core/own-change.js';
import { type Clock, DAY } from './core/time.js';
import { digests } from './digests/index.js';
import { examine } from './doctor-checks.js';
import type { AttendPorts } from './journeys/alert-attend.js';
import { alertKey } from './journeys/alert-show.js';
import { type DigestJourneyPorts, digestDesk } from './journeys/digest.js';
import { type LockPorts, lockDesk } from './journeys/lock.js';
import type { PerformPorts } from './journeys/ports.js';
import type { SendPorts } from './journeys/send.js';
import type { Log } from './logger.js';
import type { PolicyFile } from './policy-file.js';
import type { Tally } from './tally.js';

export interface PortsOptions {
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
}

export function portsOf(options: PortsOptions, queues: Queues, keys: Keys) {
  const { config, redis, clock, log, tally } = options;
  const scrub = scrubberOf(config.secrets);
  const clients = slackClients(config.slack.botToken.value(), config.slack.apiUrl);
  const audit = auditStore(redis, keys, scrub);
  const incidents = incidentStore(redis, keys);
  const alerting = alertQueue(queues, clock);
  const said = messages(redis, queues, keys, scrub);
  const changes = changeQueue(redis, queues, keys);
  const channel = alertChannel(redis, keys);
  const people = slackPeople(clients.repeatable, options.team, clock);
  const samples = usageStore(redis, keys, config.usageRetentionDays * DAY);
  const settings = {
    name: options.team.botName,
    slashCommand: config.slack.command,
    appId: config.marathon.appId,
    executorsAppId: config.executorsAppId,
    scmSyncGit: config.manifestValues.SCM_SYNC_GIT,
    appUser: config.manifestValues.APP_USER,
    alertChannel: config.alerts.channelId,
    timeZone: config.digests.schedule.zone,
    usageRetentionDays: config.usageRetentionDays,
  };
  const linkOf = async (incidentId: string) => {
    const posted = await said.posted(alertKey(incidentId));
    return posted.state === 'posted' ? linkTo(options.team.url, posted) : undefined;
  };
  const digesting: DigestJourneyPorts = {
    digests,
    asking: {
      ...options.systems,
      usage: samples,
      audit,
      incidents: { since: incidents.since, link: linkOf },
      rules,
      nameOf: people.nameOf,
      settings,
      clock,
    },
    sampling: { ...options.systems, settings, clock },
    usage: samples,
    store: digestStore(redis, keys),
    messages: said,
    channelId: config.digests.channelId,
    schedule: config.digests.schedule,
    log,
  };
  const locking: LockPorts = {
    store: lockStore(redis, keys, clock),
    remindIn: lockClock(queues, clock).remindIn,
    messages: said,
    settings,
    clock,
  };
  const performing: PerformPorts = {
    command: {
      ...options.systems,
      manifest: { read: () => readManifest(config.manifestFile) },
      audit,
      usage: samples,
      digests: digestDesk(digesting),
      examine: () => examine(config, options.systems, true),
      incidents: { ...incidents, refresh: () => alerting.decide({ v: 1, kind: 'refresh' }, `refresh-${randomUUID()}`) },
      rules,
      changes,
      locks: lockDesk(locking),
      nameOf: people.nameOf,
      linkOf: async ({ channelId, messageTs, threadTs }) =>
        messageTs === undefined ? undefined : linkTo(options.team.url, { channelId, ts: messageTs }, threadTs),
      catalogue: catalogueOf(commands),
      settings,
      clock,
    },
    messages: said,
    plans: planStore(redis, keys),
    audit,
    queue: planQueue(redis, queues, keys, clock),
    people,
    choices: choiceStore(redis, keys),
    screens: slackScreens(clients, scrub),
    home: homeStore(redis, keys),
    alertChannel: channel,
    policy: options.policy.current,
    clock,
    log,
    counted: tally.command,
  };
  const sending: Omit<SendPorts, 'hold'> = {
    messenger: slackMessenger({
      clients,
      scrub,
      onPlainTwin: (code) => log.warn({ code }, 'Slack refused blocks; the plain text was sent'),
    }),
    draw: chartDrawer().draw,
    records: messageStore(redis, keys),
    pace: pace(redis, keys),
    alertChannel: channel,
    alerted: tally.alerted,
    clock,
    log,
  };
  const raising = {
    rules,
    marathon: tellingOurs(options.systems.marathon, changes),
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
    trim: async () => {
      await Promise.all([incidents.trim(clock.now()), samples.trim(clock.now())]);
    },
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

  return { performing, sending, raising, attending, digesting, locking };
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
