// The bot's half of forms and the Home tab: Slack's screens → the journeys `form-open.ts`, `form-change.ts`, `form-submit.ts` and `home.ts`, with the ports they need.
import { auditReader } from './adapters/redis/audit-store.js';
import { incidentStore } from './adapters/redis/board-store.js';
import type { Redis } from './adapters/redis/connect.js';
import { choiceStore, replyStore } from './adapters/redis/form-store.js';
import type { Keys } from './adapters/redis/keys.js';
import { planStore } from './adapters/redis/plan-store.js';
import { errandQueue, type Queues } from './adapters/redis/queue.js';
import { orRedisError } from './adapters/redis/redis-error.js';
import { usageStore } from './adapters/redis/usage-store.js';
import { scrubberOf } from './adapters/secrets.js';
import type { SlackClients } from './adapters/slack/client.js';
import type { Incoming, IncomingForm, IncomingPress, Opening, SlackEars, Unread } from './adapters/slack/ears.js';
import { linkTo } from './adapters/slack/messenger.js';
import type { Team } from './adapters/slack/people.js';
import { slackScreens } from './adapters/slack/screens.js';
import { rules } from './alerts/index.js';
import type { Config } from './config.js';
import { type Message, type Messages, sorry } from './core/conversation.js';
import type { HomeStore } from './core/form.js';
import type { CommandJob, PressJob } from './core/jobs.js';
import { type Clock, DAY, SECOND } from './core/time.js';
import { admitted } from './journeys/command.js';
import { changed, type Shown, suggest } from './journeys/form-change.js';
import { openAsk, openPick } from './journeys/form-open.js';
import { submit } from './journeys/form-submit.js';
import { type HomePorts, showHome } from './journeys/home.js';
import type { AcceptPorts, FormPorts } from './journeys/ports.js';
import type { Log } from './logger.js';

export interface ScreenOptions {
  config: Config;
  redis: Redis;
  keys: Keys;
  queues: Queues;
  clients: SlackClients;
  team: Team;
  clock: Clock;
  wall: Clock;
  log: Log;
  said: Pick<Messages, 'posted'>;
  forms: AcceptPorts & Pick<FormPorts, 'people'>;
  home: HomeStore;
  /** As if it had been typed. @returns what the person is told instead of an answer to come */
  hear(job: CommandJob): Promise<Message | undefined>;
  whisper(job: PressJob, message: Message): Promise<void>;
  bug(error: unknown): Message;
}

/** What was pressed in the Home tab is mostly done by then. */
const DONE_AFTER_MS = 2 * SECOND;

export function screenEars(options: ScreenOptions) {
  const { config, redis, keys, clients, team, clock, log, home } = options;
  const screens = slackScreens(clients, scrubberOf(config.secrets));
  const errands = errandQueue(options.queues);
  const forms: FormPorts = {
    ...options.forms,
    slash: config.slack.command,
    screens,
    choices: choiceStore(redis, keys),
    replies: replyStore(redis, keys),
    errands,
    wall: options.wall,
  };
  const homes: HomePorts = {
    ...forms,
    rules,
    usage: usageStore(redis, keys, config.usageRetentionDays * DAY),
    incidents: incidentStore(redis, keys),
    audit: auditReader(redis, keys),
    plans: planStore(redis, keys),
    messages: { posted: (key) => orRedisError('read a message', options.said.posted(key)) },
    linkOf: async ({ channelId, messageTs, threadTs }) =>
      messageTs === undefined ? undefined : linkTo(team.url, { channelId, ts: messageTs }, threadTs),
    home,
  };
  /** Tells whoever acted why there is no form. */
  const orTold = async (job: PressJob, open: Promise<Message | undefined>) => {
    const message = await open.catch(options.bug);
    if (message !== undefined) await options.whisper(job, message);
  };
  const homeOf = ({ userId, teamId, channelId }: Incoming) => ({
    actor: { userId, teamId },
    place: { channelId, teamId },
  });
  const ears: Omit<SlackEars, 'command' | 'press' | 'mention' | 'acked' | 'bug'> = {
    pick: (opening: Opening & { value: string }) => {
      const job = pressJob({ ...opening, action: 'pick' }, clock);
      return orTold(job, openPick(job, opening.triggerId, forms));
    },
    ask: (opening) => {
      const job = pressJob({ ...opening, action: 'pick', value: '' }, clock);
      return orTold(job, openAsk(job, opening.triggerId, opening.subjects, forms));
    },
    changed: (form) => changed(shownOf(form), forms),
    submitted: (form) => submit(shownOf(form), options.hear, forms),
    suggest: (form, field, typed) => suggest(shownOf(form), field, typed, forms),
    async home(incoming) {
      const whose = homeOf(incoming);
      const over = await showHome(whose, homes, true);
      if (over !== undefined) later(() => errands.home({ v: 1, kind: 'home', ...whose, over }), log);
    },
    async unread(incoming, why) {
      const job = pressJob({ ...incoming, action: 'pick', value: '' }, clock);
      // Two apps that talk to each other must come to an end.
      if (admitted(job, forms) === undefined) await options.whisper(job, turnedAway(why));
    },
  };
  const pressedAtHome = (incoming: Incoming) =>
    errands.home({ v: 1, kind: 'home', ...homeOf(incoming) }, DONE_AFTER_MS);
  return { ears, pressedAtHome };
}

/** Where it does work. */
const ELSEWHERE: Record<Unread, [what: string, hint: string]> = {
  edited: [
    'A message is read once, as it was first sent, so this edit was not run.',
    'Send it again as a new message.',
  ],
  wordless: ['I read words, not files.', 'Type a command, such as `status`; `help` lists them.'],
  app: ['Apps may not give commands.', 'A full member of this workspace types it, or presses a button.'],
  unknown: [
    'That belongs to another version of Bellboard than the one that runs, so nothing was done.',
    'Type the command; `help` lists them.',
  ],
};

export const turnedAway = (why: Unread): Message => sorry(...ELSEWHERE[why]);

const shownOf = ({ delivery, userId, teamId, channelId, threadTs, viewId, kept, filled }: IncomingForm): Shown => ({
  delivery,
  actor: { userId, teamId },
  place: { channelId, teamId, threadTs },
  viewId,
  kept,
  filled,
});

export const pressJob = (incoming: Incoming & Pick<IncomingPress, 'action' | 'value'>, clock: Clock): PressJob => ({
  ...fromSlack(incoming, clock),
  kind: 'press',
  action: incoming.action,
  value: incoming.value,
});

/** What every job says of the delivery that it was made from. */
export function fromSlack(incoming: Incoming, clock: Clock) {
  return {
    v: 1 as const,
    delivery: incoming.delivery,
    actor: { userId: incoming.userId, teamId: incoming.teamId },
    place: { channelId: incoming.channelId, teamId: incoming.teamId, threadTs: incoming.threadTs },
    replyTo: {
      responseUrl: incoming.responseUrl,
      ...(incoming.underPublic === true ? { keepsMessage: true } : {}),
    },
    at: clock.now(),
  };
}

/** After the ack. */
export const later = (act: () => Promise<unknown>, log: Log) =>
  setImmediate(() => {
    act().catch((error: unknown) => log.warn({ error: String(error) }, 'what follows an ack could not be done'));
  });
