// Bolt: Slack's deliveries in, acks out. Three listeners for everything (a slash command, our buttons, mentions); what
// is said and done is found through our own Map, because Bolt runs every listener's matcher for every delivery.
import { App, type BlockAction, type ButtonAction, type Logger, LogLevel } from '@slack/bolt';
import { type Message, PRESS_ACTIONS, type PressAction } from '../../core/conversation.js';
import { SECOND } from '../../core/time.js';
import { scrubbed } from '../scrubbed.js';
import type { Scrub } from '../secrets.js';
import { webClientOptions } from './client.js';
import { deliveryId } from './delivery-id.js';
import { httpReceiver, SERVER_OPTIONS } from './http-receiver.js';
import type { Team } from './people.js';
import { render } from './render.js';

export interface Incoming {
  delivery: string;
  userId: string;
  teamId: string;
  channelId: string;
  threadTs: string | undefined;
  responseUrl: string | undefined;
  /** What a press's `response_url` would replace is for all to see. */
  underPublic?: boolean;
}
export type IncomingCommand = Incoming & { text: string };
export type IncomingPress = Incoming & { action: PressAction; value: string };

/** What the bot does with a delivery before its ack; a message is what the ack says, privately. */
export interface SlackEars {
  command(incoming: IncomingCommand): Promise<Message | undefined>;
  press(incoming: IncomingPress): Promise<void>;
  mention(incoming: IncomingCommand): Promise<void>;
  /** Seconds from delivery to ack. */
  acked(seconds: number): void;
  bug(error: unknown): Message;
}

export interface SlackAppOptions {
  botToken: string;
  /** Socket Mode when given, else HTTP. */
  appToken: string | undefined;
  signingSecret: string | undefined;
  apiUrl: string;
  slashCommand: string;
  host: string;
  port: number;
  team: Team;
  logger: Logger;
  scrub: Scrub;
  ears: SlackEars;
}

export interface SlackApp {
  /** Where Slack's deliveries arrive; undefined in Socket Mode. */
  port: number | undefined;
  stop(): Promise<void>;
}

/** Only reported back to Bolt when it asks; LOG_LEVEL decides what is written. */
export const BOLT_LEVEL = LogLevel.WARN;

const ACTION = new RegExp(`^(${PRESS_ACTIONS.map((action) => action.replace('.', '\\.')).join('|')}):\\d+$`);

export async function startSlackApp(options: SlackAppOptions): Promise<SlackApp> {
  const app = new App({
    ...receiverOptions(options),
    logger: options.logger,
    clientOptions: webClientOptions(options.apiUrl),
    authorize: async () => ({
      botToken: options.botToken,
      botId: options.team.botId,
      botUserId: options.team.botUserId,
      teamId: options.team.teamId,
    }),
    convoStore: false,
  });
  listen(app, options);
  if (options.appToken !== undefined) {
    await app.start();
    return { port: undefined, stop: () => app.stop().then(() => undefined) };
  }
  const server = await app.start({ host: options.host, port: options.port }, SERVER_OPTIONS as never);
  const address = (server as import('node:http').Server).address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    stop: () => app.stop().then(() => undefined),
  };
}

function receiverOptions({ appToken, signingSecret, logger, apiUrl }: SlackAppOptions) {
  if (appToken !== undefined) return { socketMode: true, appToken };
  return { receiver: httpReceiver(signingSecret ?? '', apiUrl, logger) };
}

function listen(app: App, { slashCommand, ears, scrub }: SlackAppOptions): void {
  app.command(slashCommand, async ({ command, ack }) => {
    const startedAt = performance.now();
    let answer: Message | undefined;
    try {
      answer = await ears.command({
        delivery: deliveryId(command.trigger_id),
        userId: command.user_id,
        teamId: command.team_id,
        channelId: command.channel_id,
        threadTs: undefined,
        responseUrl: command.response_url,
        text: command.text ?? '',
      });
    } catch (error) {
      answer = ears.bug(error);
    }
    await (answer === undefined ? ack() : ack(ackBody(scrubbed(answer, scrub))));
    ears.acked((performance.now() - startedAt) / SECOND);
  });

  app.action<BlockAction>(ACTION, async ({ body, action, ack }) => {
    const startedAt = performance.now();
    // A button's ack carries no text, so nothing is lost by sending it once the press is safely queued.
    try {
      if (action.type === 'button') await ears.press(pressOf(body, action));
    } catch (error) {
      ears.bug(error);
    }
    await ack();
    ears.acked((performance.now() - startedAt) / SECOND);
  });

  app.event('app_mention', async ({ event, body }) => {
    if (event.user === undefined) return;
    try {
      await ears.mention({
        delivery: deliveryId((body as { event_id?: string }).event_id ?? event.ts),
        userId: event.user,
        teamId: (event as { team?: string }).team ?? (body as { team_id?: string }).team_id ?? '',
        channelId: event.channel,
        threadTs: event.thread_ts ?? event.ts,
        responseUrl: undefined,
        text: event.text.replace(/^\s*<@[A-Z0-9]+(\|[^>]*)?>\s*/, ''),
      });
    } catch (error) {
      ears.bug(error);
    }
  });
}

function pressOf(body: BlockAction, action: ButtonAction): IncomingPress {
  const pressed = action.action_id.replace(/:\d+$/, '') as PressAction;
  const { ts, thread_ts } = (body.message ?? {}) as { ts?: string; thread_ts?: string };
  return {
    delivery: deliveryId(`${body.trigger_id}/${action.action_ts}`),
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    channelId: body.channel?.id ?? '',
    threadTs: thread_ts ?? (pressed === 'run.thread' ? ts : undefined),
    responseUrl: body.response_url,
    underPublic: body.container['is_ephemeral'] !== true,
    action: pressed,
    value: action.value ?? '',
  };
}

const ackBody = (message: Message) => ({ response_type: 'ephemeral' as const, ...rendered(message) });

function rendered(message: Message) {
  const { text, blocks } = render(message);
  return { text, blocks };
}
