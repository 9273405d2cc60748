// Slack's Web API client with the settings of a bot that people wait for, and its errors turned into ours.

import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import { SlackError } from '../../core/delivery.js';
import { HOUR, SECOND } from '../../core/time.js';
import { AnswerTooLarge, boundedFetch } from './bounded-fetch.js';

/** The defaults wait for ever, retry for half an hour and hide 429s (@slack/web-api 8.2): here the queue does the waiting. */
const CALL_TIMEOUT_MS = 10 * SECOND;

export function webClientOptions(slackApiUrl: string): WebClientOptions {
  return {
    slackApiUrl,
    fetch: boundedFetch,
    timeout: CALL_TIMEOUT_MS,
    retryConfig: { retries: 2, minTimeout: 200, maxTimeout: SECOND },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  };
}

export interface SlackClients {
  /** For calls that may be made twice. */
  repeatable: WebClient;
  /** For `chat.postMessage`: a repeat of its own would be a second message. */
  once: WebClient;
}

export function slackClients(token: string, slackApiUrl: string): SlackClients {
  const options = webClientOptions(slackApiUrl);
  const quiet = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: () => {},
    setLevel: () => {},
    getLevel: () => 'error',
    setName: () => {},
  };
  const logger = quiet as unknown as NonNullable<WebClientOptions['logger']>;
  return {
    repeatable: new WebClient(token, { ...options, logger }),
    once: new WebClient(token, { ...options, logger, retryConfig: { retries: 0 } }),
  };
}

/** Slack's words for a call it tried and that may have worked in part (docs.slack.dev, error handling). */
const UNCLEAR = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);
/** Wrong now, but an operator can mend it: nothing is given up meanwhile. */
const MENDABLE = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'ratelimited',
]);

export async function slackCall<T>(method: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toSlackError(method, error);
  }
}

export function toSlackError(method: string, error: unknown): SlackError {
  if (error instanceof SlackError) return error;
  if (error instanceof WebAPIRateLimitedError) {
    return new SlackError(method, 'ratelimited', 'surely-not', pauseMs(error.retryAfter));
  }
  if (error instanceof WebAPIPlatformError) {
    const code: unknown = error.data.error;
    // web-api hands on whatever else was answered as if it were the code: a gateway's page says nothing of the message.
    if (!isCode(code)) return new SlackError(method, 'not_slack', 'unknown');
    return new SlackError(method, code, UNCLEAR.has(code) ? 'unknown' : MENDABLE.has(code) ? 'surely-not' : 'never');
  }
  if (error instanceof WebAPIHTTPError) return new SlackError(method, `http_${error.statusCode}`, 'unknown');
  if (error instanceof WebAPIRequestError) return requestError(method, error.original);
  return requestError(method, error);
}

/** Slack's words for what is wrong are all of this form. */
export const isCode = (text: unknown): text is string =>
  typeof text === 'string' && /^[a-z][a-z0-9_]{1,79}$/.test(text);

/** What `Retry-After` says, within reason: nothing that stands between us and Slack may silence us for a day. */
export function pauseMs(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(HOUR, Math.max(1, seconds) * SECOND) : SECOND;
}

/** fetch hides the socket's error below `cause`; a refused connection is the one case in which nothing can have arrived. */
export function requestError(method: string, error: unknown): SlackError {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AnswerTooLarge) return new SlackError(method, 'answer_too_large', 'unknown');
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return new SlackError(method, 'unreachable', 'surely-not');
  }
  return new SlackError(method, 'timeout', 'unknown');
}
