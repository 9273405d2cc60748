// Bellboard on duty in the week before the playground opens: the real alert journey and its real stores and words, given
// what happened when it happened, so that the present finds what it would have kept and said. Called by `past.ts`.
import { connect, type Ports as Systems } from '../../adapters/index.js';
import { readEvent } from '../../adapters/marathon/event-schema.js';
import { alertChannel } from '../../adapters/redis/alert-channel.js';
import { auditReader, auditStore } from '../../adapters/redis/audit-store.js';
import { boardStore, incidentStore } from '../../adapters/redis/board-store.js';
import type { Redis } from '../../adapters/redis/connect.js';
import { digestOf } from '../../adapters/redis/digest.js';
import { type Keys, keysOf } from '../../adapters/redis/keys.js';
import { messageStore } from '../../adapters/redis/message-store.js';
import { scrubber } from '../../adapters/secrets.js';
import { slackClients } from '../../adapters/slack/client.js';
import { slackMessenger } from '../../adapters/slack/messenger.js';
import { rules } from '../../alerts/index.js';
import type { Config } from '../../config.js';
import type { AuditEntry } from '../../core/audit.js';
import type { Messages } from '../../core/conversation.js';
import type { EventsJob } from '../../core/jobs.js';
import { concerns } from '../../core/marathon-event.js';
import { HOUR } from '../../core/time.js';
import { raise } from '../../journeys/alert.js';
import { tick } from '../../journeys/alert-attend.js';
import type { AlertQueue, RaisePorts } from '../../journeys/alert-ports.js';
import { type SendPorts, send } from '../../journeys/send.js';
import type { Log } from '../../logger.js';
import type { SimulatedWorld } from '../world.js';
import type { Onlooker } from './events.js';

export interface BellOptions {
  config: Config;
  redis: Redis;
  world: SimulatedWorld;
  log: Log;
}

export interface Bell extends Onlooker {
  goOffDuty(): Promise<void>;
}

/** Stands for the lock of a queue's job: here nobody else decides. */
const GRIP = { jobId: 'past', token: 'past', lockMs: HOUR, signal: new AbortController().signal };

export async function onDuty(options: BellOptions): Promise<Bell> {
  const { config, redis, world } = options;
  const keys = keysOf(config.name);
  const lock = `${keys.prefix}:events:${GRIP.jobId}:lock`;
  await redis.set(lock, GRIP.token);
  const { ports: systems, close } = connect(config, {
    clock: world.clock,
    scrub: scrubber(config.secrets()),
    onResponse: () => {},
  });
  const jobs: EventsJob[] = [];
  const stopHearing = hear(world, config.marathon.appId, jobs);
  const work = worker(options, keys, systems, jobs);
  return {
    async look() {
      jobs.push({ v: 1, kind: 'look', why: 'something happened' });
      await work();
    },
    async changed({ id, by, ...change }) {
      const who = { jobId: id, userId: by, channelId: CHANNEL };
      const entry: AuditEntry = { v: 1, ...who, ...change, outcome: 'succeeded', at: world.clock.now() };
      await auditStore(redis, keys, scrubber(config.secrets())).record(entry);
    },
    async goOffDuty() {
      stopHearing();
      close();
      await redis.del(lock);
    },
  };
}

/** `#ci`, where people change things. */
const CHANNEL = 'C0CI';

/** Events wait for the next look, which comes a second or a few after them. */
function hear({ marathon, clock }: SimulatedWorld, appId: string, jobs: EventsJob[]): () => void {
  return marathon.onEvent(({ body }) => {
    const event = readEvent(JSON.stringify(body));
    if (event !== undefined && concerns(event, appId)) jobs.push({ v: 1, kind: 'event', event, heardAt: clock.now() });
  });
}

/** Decides, shows and finds out, one thing after the other, until nothing is left. */
function worker({ config, redis, world, log }: BellOptions, keys: Keys, systems: Systems, jobs: EventsJob[]) {
  const { clock } = world;
  const incidents = incidentStore(redis, keys);
  const settings = {
    appId: config.marathon.appId,
    slashCommand: config.slack.command,
    channelId: config.alerts.channelId,
    oncall: config.alerts.oncall,
  };
  const { queue, ticks } = queueFor(jobs);
  const slack = messagesFor({ config, redis, world, log }, keys);
  const common = { rules, queue, settings, clock, log };
  const raising: RaisePorts = {
    ...common,
    board: boardStore(redis, keys, GRIP),
    marathon: systems.marathon,
    messages: slack.messages,
  };
  const asking = {
    ...systems,
    audit: auditReader(redis, keys),
    slackSilentSince: async () => undefined,
    remembered: incidents.remembered,
    settings,
    clock,
  };
  return async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      await raise(job, raising);
      await slack.sendAll();
      for (const [id, task] of ticks.splice(0))
        await tick(task, id, { ...common, incidents, trim: async () => {}, asking });
    }
  };
}

type Tick = Parameters<typeof tick>[0];

/** Looks come by themselves; a task asked for again is the same one. */
function queueFor(jobs: EventsJob[]) {
  const ticks: [id: string, task: Tick][] = [];
  const asked = new Set<string>();
  const queue: AlertQueue = {
    event: async () => {},
    look: async () => {},
    decide: async (job) => void jobs.push(job),
    task: async (task, id) => {
      if (!asked.has(id)) ticks.push([id, task as Tick]);
      asked.add(id);
    },
  };
  return { queue, ticks };
}

function messagesFor({ config, redis, world, log }: BellOptions, keys: Keys) {
  const records = messageStore(redis, keys);
  const scrub = scrubber(config.secrets());
  const clients = slackClients(config.slack.botToken.value(), config.slack.apiUrl);
  const unsent = new Set<string>();
  const messages: Messages = {
    async put(key, to, message, options = {}) {
      if (await records.put(key, to, message, digestOf(message), options)) unsent.add(key);
    },
    posted: (key) => records.posted(key),
  };
  const sending: SendPorts = {
    hold: async () => {},
    messenger: slackMessenger({ clients, scrub, onPlainTwin: () => {} }),
    records,
    pace: UNHURRIED,
    alertChannel: alertChannel(redis, keys),
    alerted: () => {},
    draw: () => Promise.reject(new Error('an alert has no chart')),
    clock: world.clock,
    log,
  };
  return {
    messages,
    async sendAll() {
      for (const key of unsent) await send(key, sending);
      unsent.clear();
    },
  };
}

/** The pace is kept by real time, of which none passes here. */
const UNHURRIED: SendPorts['pace'] = {
  slot: async () => 0,
  paused: async () => 0,
  pause: async () => {},
  use: async () => 1,
};
