// Bolt: Slack's deliveries in, acks out. One listener for each kind of delivery; what is said and done is found through our
// own Map, because Bolt runs every listener's matcher for every delivery.
import { App, type Logger, LogLevel } from '@slack/bolt';
import { webClientOptions } from './client.js';
import { listenForWords } from './doors.js';
import type { DoorOptions } from './ears.js';
import { listenForScreens } from './form-doors.js';
import { httpReceiver, SERVER_OPTIONS } from './http-receiver.js';

export interface SlackAppOptions extends DoorOptions {
  botToken: string;
  /** Socket Mode when given, else HTTP. */
  appToken: string | undefined;
  signingSecret: string | undefined;
  apiUrl: string;
  host: string;
  port: number;
  logger: Logger;
}

export interface SlackApp {
  /** Where Slack's deliveries arrive; undefined in Socket Mode. */
  port: number | undefined;
  stop(): Promise<void>;
}

/** Only reported back to Bolt when it asks; LOG_LEVEL decides what is written. */
export const BOLT_LEVEL = LogLevel.WARN;

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
  listenForWords(app, options);
  listenForScreens(app, options);
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
