// Ears: Slack's deliveries → the command journey's accept() → one job. Nothing else happens before the ack.
import { auditStore } from './adapters/redis/audit-store.js';
import { changeQueue, tellWaiting } from './adapters/redis/change-queue.js';
import type { Redis } from './adapters/redis/connect.js';
import { homeStore } from './adapters/redis/form-store.js';
import { keysOf } from './adapters/redis/keys.js';
import { pace } from './adapters/redis/pace.js';
import { jobQueue, messages, openQueues } from './adapters/redis/queue.js';
import { orRedisError } from './adapters/redis/redis-error.js';
import { scrubberOf } from './adapters/secrets.js';
import { BOLT_LEVEL, type SlackApp, startSlackApp } from './adapters/slack/app.js';
import { slackClients } from './adapters/slack/client.js';
import type { IncomingPress } from './adapters/slack/ears.js';
import { slackMessenger } from './adapters/slack/messenger.js';
import { slackPeople, type Team } from './adapters/slack/people.js';
import { fromSlack, later, pressJob, screenEars } from './bot-screens.js';
import { catalogueOf, commands } from './commands/index.js';
import type { Config } from './config.js';
import { allowance } from './core/allowance.js';
import type { Message } from './core/conversation.js';
import type { CommandJob, PressJob } from './core/jobs.js';
import { normalise } from './core/normalise.js';
import { commandIn } from './core/parse.js';
import { type Clock, runningClock } from './core/time.js';
import { type Accepted, accept } from './journeys/command.js';
import { type NudgePorts, nudge } from './journeys/nudge.js';
import type { AcceptPorts } from './journeys/ports.js';
import { answerKey, answerTo, bugView, channelOf, rootKey } from './journeys/reply.js';
import { boltLogger, type Log } from './logger.js';
import type { PolicyFile } from './policy-file.js';
import type { Tally } from './tally.js';

export interface BotOptions {
  config: Config;
  /** Fails fast: an ack cannot wait for Redis. */
  redis: Redis;
  team: Team;
  policy: PolicyFile;
  clock: Clock;
  /** What people wait in; real time unless a test or a benchmark says otherwise. */
  wall?: Clock;
  log: Log;
  tally: Tally;
  /** Commands and clicks of one person; a benchmark is one person with many. */
  perMinute?: number;
}

export interface Bot {
  /** In HTTP mode, where Slack's deliveries arrive. */
  port: number | undefined;
  stop(): Promise<void>;
}

/** A person at work stays far below; a script that is stuck does not. */
const PER_MINUTE = 20;
/** Of `ack` and `silence`, which are counted apart. */
const URGENT_PER_MINUTE = 120;

/** Of the 5 uses of a `response_url`; the rest is for the answer itself. */
const NUDGE_USES = 2;

export async function startBot(options: BotOptions): Promise<Bot> {
  const { config, redis, team, clock, log, tally } = options;
  const keys = keysOf(config.name);
  const queues = openQueues(redis, keys);
  const clients = slackClients(config.slack.botToken.value(), config.slack.apiUrl);
  const scrub = scrubberOf(config.secrets);
  const messenger = slackMessenger({
    clients,
    scrub,
    onPlainTwin: (code) => log.warn({ code }, 'Slack refused blocks; the plain text was sent'),
  });
  const said = messages(redis, queues, keys, scrub);
  const uses = pace(redis, keys);

  const people = slackPeople(clients.repeatable, team, clock);
  const home = homeStore(redis, keys);
  const ports: AcceptPorts = {
    catalogue: catalogueOf(commands),
    policy: options.policy.current,
    people,
    queue: jobQueue(queues),
    audit: auditStore(redis, keys, scrub),
    allowance: {
      any: allowance(options.perMinute ?? PER_MINUTE, clock),
      urgent: allowance(URGENT_PER_MINUTE, clock),
    },
    scrub,
    clock,
    log,
  };
  const whisper = async (job: CommandJob | PressJob, message: Message, replace: boolean) => {
    const { responseUrl } = job.replyTo;
    if (responseUrl === undefined) return sayAloud(job, message);
    if ((await uses.use(job.delivery).catch(() => 1)) > NUDGE_USES) return;
    await messenger.respond(responseUrl, message, { replace, inChannel: false });
  };
  /**
   * A mention is answered in its thread: in the very message that its answer or plan then takes over, whoever is first. It
   * is kept, so that twice is once and Slack may fail meanwhile; only when Redis is what fails is it posted straight away.
   */
  const sayAloud = async (job: CommandJob | PressJob, message: Message): Promise<void> => {
    const key = mentionKey(job);
    try {
      await orRedisError('keep a message', said.put(key, answerTo(job), message, { rank: -1 }));
    } catch (error) {
      log.warn({ error: String(error) }, 'an answer is posted without being kept');
      await messenger.post(channelOf(job.place), message, key).catch((refused: unknown) => {
        log.warn({ error: String(refused) }, 'an answer that could not be kept was not posted either');
      });
    }
  };
  const mentionKey = (job: CommandJob | PressJob) => {
    const command = job.kind === 'command' ? commandIn(job.text, ports.catalogue) : undefined;
    return command === undefined || command.effect === 'read' ? answerKey(job.delivery) : rootKey(job.delivery);
  };
  const watch: NudgePorts = {
    posted: said.posted,
    stateOf: async (delivery, queue) => {
      const state = await queues[queue].getJobState(delivery);
      if (state === 'completed' || state === 'failed') return 'ended';
      if (state === 'unknown') return 'unknown';
      return state === 'active' ? 'active' : 'waiting';
    },
    changes: changeQueue(redis, queues, keys),
    workers: () => queues.reads.getWorkersCount(),
    say: (job, message) => whisper(job, message, job.kind === 'command'),
    clock: options.wall ?? runningClock(),
    log,
  };
  const bug = (error: unknown): Message => {
    const reference = `r-${Date.now().toString(36).slice(-6)}`;
    log.error({ err: error, reference }, 'a bug in accepting a command');
    return bugView(reference);
  };
  const counted = (name: string, accepted: Accepted) => {
    if (accepted.kind === 'answered') tally.command(name, accepted.outcome);
  };
  const hear = async (job: CommandJob | PressJob): Promise<Message | undefined> => {
    const accepted = await accept(job, config.slack.command, ports);
    counted(job.kind === 'press' ? job.action : 'any', accepted);
    if (accepted.kind === 'answered') return accepted.message;
    if (accepted.kind === 'ignored') return undefined;
    nudge(job, accepted.queue, watch);
    const words = askedIn(job);
    if (words !== undefined) later(() => home.asked(job.actor.userId, words, job.at), log);
    if (accepted.queue === 'changes') later(() => tellWaiting(queues), log);
    return undefined;
  };

  const screens = screenEars({
    ...options,
    keys,
    queues,
    clients,
    said,
    forms: { ...ports, people },
    home,
    wall: options.wall ?? runningClock(),
    hear: (job) => hear(job).catch(bug),
    whisper: (job, message) => whisper(job, message, false),
    bug,
  });

  const app: SlackApp = await startSlackApp({
    botToken: config.slack.botToken.value(),
    appToken: config.slack.appToken?.value(),
    signingSecret: config.slack.signingSecret?.value(),
    apiUrl: config.slack.apiUrl,
    slashCommand: config.slack.command,
    host: config.http.host,
    port: config.http.port,
    team,
    logger: boltLogger(log, BOLT_LEVEL),
    scrub,
    ears: {
      command: (incoming) => hear({ ...fromSlack(incoming, clock), kind: 'command', text: incoming.text }),
      press: async (incoming: IncomingPress) => {
        const job = pressJob(incoming, clock);
        const answer = await hear(job).catch(bug);
        if (answer !== undefined) later(() => whisper(job, answer, false), log);
        if (incoming.atHome) later(() => screens.pressedAtHome(incoming), log);
      },
      mention: async (incoming) => {
        const job: CommandJob = { ...fromSlack(incoming, clock), kind: 'command', text: incoming.text };
        const answer = await hear(job).catch(bug);
        if (answer !== undefined) await sayAloud(job, answer);
      },
      ...screens.ears,
      acked: tally.acked,
      bug,
    },
  });
  return {
    port: app.port,
    async stop() {
      await app.stop();
      await queues.close();
    },
  };
}

/** What a person would type to have the same again. */
const askedIn = (job: CommandJob | PressJob): string | undefined => {
  const text = job.kind === 'command' ? job.text : job.action.startsWith('run') ? job.value : undefined;
  return text === undefined ? undefined : normalise(text) || 'help';
};
