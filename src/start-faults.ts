// What keeps Bellboard from starting, said so that whoever starts it knows what to set; start.ts hands each failure here.
import { toSlackError } from './adapters/slack/client.js';
import { SlackError } from './core/delivery.js';
import { UpstreamError, UserError } from './core/errors.js';

export function redisIsAway(error: unknown): never {
  if (!(error instanceof UpstreamError)) throw error;
  throw new UserError(`Redis is not there: it ${error.seen}.`, 'Check REDIS_URL and that the server runs.');
}

export function slackIsShut(error: unknown): never {
  if (!(error instanceof SlackError)) throw error;
  throw new UserError(
    `Slack does not let us in: ${error.method} says ${error.code}.`,
    'Check SLACK_BOT_TOKEN and SLACK_API_URL; `bellboard doctor` tells more.',
  );
}

/** Bolt opens its Socket Mode connection by itself and throws what web-api throws. */
export function socketIsShut(error: unknown): never {
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
export async function onPort<At extends { host: string; port: number }, T>(
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
