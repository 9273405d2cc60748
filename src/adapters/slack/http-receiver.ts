// HTTP mode's door: Bolt's receiver, which checks the signature, and in front of it what Bolt lets in. Called by `app.ts`.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type BufferedIncomingMessage,
  HTTPModuleFunctions,
  HTTPReceiver,
  isValidSlackRequest,
  type Logger,
} from '@slack/bolt';
import { MINUTE, SECOND } from '../../core/time.js';

/** Slack's own deliveries are far smaller. */
const BODY_LIMIT_BYTES = 1024 * 1024;
/** docs.slack.dev/authentication/verifying-requests-from-slack. Bolt 5.1 refuses what is older, not what is newer. */
const WINDOW_MS = 5 * MINUTE;

/**
 * Of the server, given to `app.start`. `app.stop()` waits for idle keep-alive connections (measured with Bolt 5.1: 6 s at
 * Node's default). Slack has sent its request within 3 s or has given up; who sends a byte a minute is not Slack.
 */
export const SERVER_OPTIONS = {
  keepAliveTimeout: SECOND / 2,
  headersTimeout: 5 * SECOND,
  requestTimeout: 10 * SECOND,
  connectionsCheckingInterval: 5 * SECOND,
  maxHeaderSize: 16 * 1024,
};

export function httpReceiver(signingSecret: string, apiUrl: string, logger: Logger): HTTPReceiver {
  const receiver = new HTTPReceiver({
    signingSecret,
    logger,
    bodyLimit: BODY_LIMIT_BYTES,
    installerOptions: { clientOptions: { slackApiUrl: apiUrl } },
  });
  const listen = receiver.requestListener;
  receiver.requestListener = (request: IncomingMessage, response: ServerResponse) => {
    // Bolt would wait for the first byte too many.
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) return refuse(response, 413);
    const said = request.headers['x-slack-request-timestamp'];
    if (said === undefined || isOfNow(String(said), Date.now())) {
      if (request.method !== 'POST') return listen(request, response);
      return void read(request, response, signingSecret).then((whole) => whole && listen(whole, response));
    }
    logger.warn('A request whose timestamp is more than 5 minutes off was refused: is this clock right?');
    refuse(response, 401);
  };
  return receiver;
}

/**
 * The whole request, for Bolt to verify. Not one that is signed and carries no object: of a `null` Bolt 5.1 reads a field
 * where nobody catches the error, and the process ends.
 */
async function read(
  request: IncomingMessage,
  response: ServerResponse,
  signingSecret: string,
): Promise<BufferedIncomingMessage | undefined> {
  try {
    const whole = await HTTPModuleFunctions.bufferIncomingMessage(request, BODY_LIMIT_BYTES);
    if (carriesObject(whole) || !isSigned(whole, signingSecret)) return whole;
    HTTPModuleFunctions.buildNoBodyResponse(response, 400);
  } catch (error) {
    // As Bolt does: closed at once, whoever still pours would see a broken connection and no answer.
    const status = HTTPModuleFunctions.isRawBodyError(error) ? error.statusCode : 400;
    HTTPModuleFunctions.buildNoBodyResponse(response, status);
  }
  return undefined;
}

const isSigned = ({ rawBody, headers }: BufferedIncomingMessage, signingSecret: string): boolean =>
  isValidSlackRequest({
    signingSecret,
    body: rawBody.toString(),
    headers: {
      'x-slack-signature': String(headers['x-slack-signature']),
      'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
    },
  });

function carriesObject({ rawBody, headers }: BufferedIncomingMessage): boolean {
  const text = rawBody.toString();
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  const payload = isForm ? new URLSearchParams(text).get('payload') : text;
  return payload === null || /^\s*\{/.test(payload);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' });
  response.end();
}

/** @param timestamp seconds since the epoch, as Slack's header says; @param now ms since the epoch */
export function isOfNow(timestamp: string, now: number): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(Number(timestamp) * SECOND - now) <= WINDOW_MS + SECOND;
}
