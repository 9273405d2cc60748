// The last step of every journey: makes Slack show what a logical message should say. Called by the `posts` queue with
// a key; reads the newest content, so however many edits were asked for, one call sends the last of them.
import type { DrawChart } from '../core/chart.js';
import { context, type Destination, type Message } from '../core/conversation.js';
import {
  type AlertChannel,
  type MessageRecords,
  type Messenger,
  type Pace,
  SlackError,
  type Spot,
  type StoredMessage,
} from '../core/delivery.js';
import { md } from '../core/text.js';
import { type Clock, DAY, MINUTE, SECOND } from '../core/time.js';
import { picture } from './chart.js';
import { delayed, isAlert, lateness } from './late.js';
import { continued, mayRepeat } from './send-notes.js';
import { overtakes, placed } from './send-order.js';

export interface SendPorts {
  messenger: Messenger;
  draw: DrawChart;
  records: MessageRecords;
  /** Proves that this send is still ours: a worker that slept since the last look must not post what another has. */
  hold(): Promise<void>;
  pace: Pace;
  /** Told what becomes of alerts. */
  alertChannel: Pick<AlertChannel, 'broken' | 'well'>;
  /** @param ms from what happened to the request that tells Slack */
  alerted(ms: number): void;
  clock: Clock;
  log: { warn(fields: object, text: string): void; error(fields: object, text: string): void };
}

/** `again`: nothing is lost, look again after so many ms. */
export type SendResult = { done: true } | { again: number };

const DONE: SendResult = { done: true };
/** Slack shows what is wanted. */
const NOTHING_LEFT: SendResult = { done: true };

/** Slack: one message a second and channel (docs.slack.dev, rate limits); webhooks and edits are treated alike. */
const POST_EVERY_MS = SECOND;
/** Slack takes 5 uses of a `response_url` in 30 min (docs.slack.dev, handling user interaction); the last one is kept in hand. */
const RESPONSE_USES = 4;
const RESPONSE_LIFE_MS = 30 * MINUTE - 10 * SECOND;
/** Whoever waits longer for a turn waits because Slack pauses us. */
const LONGEST_TURN_MS = 2 * POST_EVERY_MS;
/** For another message that has to stand first. */
const LOOK_AGAIN_MS = 300;
/** Somebody may invite the bot into its alert channel again: what waits for that is not lost for a day. */
const ALERT_AGAIN_MS = 30 * SECOND;
const ALERT_KEPT_MS = DAY;
const LONGEST_PAUSE_MS = MINUTE;

/** Slack's words for "that message is no longer there to be edited". */
const GONE = new Set(['message_not_found', 'edit_window_closed', 'cant_update_message', 'thread_not_found']);

/** After so many rounds the queue goes on with it. */
const MOST_ROUNDS = 5;

/**
 * Looks again after it has sent: a process that was stopped in the middle may have put old content over new, and it is
 * the only one that can know. It then waits here, because by now the job may be another worker's.
 */
export async function send(key: string, ports: SendPorts): Promise<SendResult> {
  let result = await sendNewest(key, ports);
  for (let round = 1; round < MOST_ROUNDS && result !== NOTHING_LEFT; round += 1) {
    if ('again' in result) {
      if (round === 1 || result.again > 2 * POST_EVERY_MS) return result;
      await ports.clock.sleep(result.again);
    }
    result = await sendNewest(key, ports);
  }
  return result;
}

async function sendNewest(key: string, ports: SendPorts): Promise<SendResult> {
  const stored = await ports.records.read(key);
  if (stored === undefined || stored.digest === stored.sent) return NOTHING_LEFT;
  try {
    return await deliver(key, stored, ports);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return failed(key, stored, error, ports);
  }
}

async function deliver(key: string, stored: StoredMessage, ports: SendPorts): Promise<SendResult> {
  if (stored.ts !== undefined && stored.channelId !== undefined) {
    return edit(key, stored, { channelId: stored.channelId, ts: stored.ts }, ports);
  }
  switch (stored.to.kind) {
    case 'channel':
      return post(key, stored, stored.to, ports);
    case 'thread':
      return reply(key, stored, stored.to, ports);
    case 'beside':
      return beside(key, stored, stored.to.parent, ports);
    case 'answer':
      return answer(key, stored, stored.to, ports);
    case 'direct':
      return direct(key, stored, stored.to.userId, ports);
  }
}

async function edit(key: string, stored: StoredMessage, spot: Spot, ports: SendPorts): Promise<SendResult> {
  const wait = await turn('chat.update', `edit:${spot.channelId}:${spot.ts}`, ports);
  if (wait > 0) return { again: wait };
  await ports.messenger.edit(spot, delayed(stored.wanted, stored.lateMs));
  await ports.records.sent(key, stored.digest, undefined);
  return DONE;
}

type ChannelSpot = { channelId: string; threadTs?: string; broadcast?: boolean };

async function post(key: string, stored: StoredMessage, to: ChannelSpot, ports: SendPorts): Promise<SendResult> {
  if (stored.wanted.chart !== undefined) return upload(key, stored, to, ports);
  const found = stored.sending ? await ports.messenger.find(to, key) : 'absent';
  if (typeof found === 'object') {
    await ports.records.sent(key, '', found);
    return { again: 0 };
  }
  const wait = await turn('chat.postMessage', `post:${to.channelId}`, ports);
  if (wait > LONGEST_TURN_MS && isAlert(stored)) await ports.records.unsent(key);
  if (wait > 0) return { again: wait };
  const lateMs = lateness(stored, ports.clock.now());
  const known = delayed(stored.wanted, lateMs);
  const message = found === 'cannot-look' ? mayRepeat(known) : known;
  await ports.hold();
  await ports.records.begin(key);
  if (isAlert(stored)) ports.alerted(Math.max(0, ports.clock.now() - (stored.happenedAt ?? stored.since ?? 0)));
  const spot = await ports.messenger.post(to, message, key);
  await ports.records.sent(key, stored.digest, spot, lateMs);
  if (isAlert(stored)) await ports.alertChannel.well();
  await sendRest({ channelId: spot.channelId, threadTs: to.threadTs ?? spot.ts }, stored.wanted, ports);
  return DONE;
}

async function reply(
  key: string,
  stored: StoredMessage,
  to: Extract<Destination, { kind: 'thread' }>,
  ports: SendPorts,
): Promise<SendResult> {
  const parent = await placed(key, stored, to.parent, ports);
  if (parent === 'refused') return DONE;
  if (parent === 'waits' || (await overtakes(key, stored, ports))) return { again: LOOK_AGAIN_MS };
  const broadcast = to.broadcast === true ? { broadcast: true } : {};
  // A reply to a reply is refused by Slack (`thread_ts` must be the parent's): what was asked in a thread stays in it.
  const threadTs = parent.to.kind === 'channel' ? (parent.to.threadTs ?? parent.ts) : parent.ts;
  return post(key, stored, { channelId: parent.channelId, threadTs, ...broadcast }, ports);
}

/** In the parent's conversation, not in its thread. */
async function beside(key: string, stored: StoredMessage, parentKey: string, ports: SendPorts): Promise<SendResult> {
  const parent = await placed(key, stored, parentKey, ports);
  if (parent === 'refused') return DONE;
  if (parent === 'waits') return { again: LOOK_AGAIN_MS };
  const { to } = parent;
  const thread = to.kind === 'channel' && to.threadTs !== undefined ? { threadTs: to.threadTs } : {};
  return post(key, stored, { channelId: parent.channelId, ...thread }, ports);
}

/** A picture that Slack refuses is told in words, in the same place. */
async function upload(key: string, stored: StoredMessage, to: ChannelSpot, ports: SendPorts): Promise<SendResult> {
  const wait = await turn('files.completeUploadExternal', `post:${to.channelId}`, ports);
  if (wait > 0) return { again: wait };
  const twin = await picture(key, stored, to, ports);
  if (twin === undefined) await ports.records.sent(key, stored.digest, undefined);
  else await ports.records.sent(key, stored.digest, await ports.messenger.post(to, twin, key));
  return DONE;
}

async function answer(
  key: string,
  stored: StoredMessage,
  to: Extract<Destination, { kind: 'answer' }>,
  ports: SendPorts,
): Promise<SendResult> {
  if (ports.clock.now() - to.askedAt > RESPONSE_LIFE_MS) return direct(key, stored, to.userId, ports);
  // A look while Slack pauses us is no use.
  const wait = await ports.pace.paused('response_url');
  if (wait > 0) return { again: wait };
  if ((await ports.pace.use(to.delivery)) > RESPONSE_USES) return direct(key, stored, to.userId, ports);
  await ports.hold();
  await ports.records.begin(key);
  const isLong = ports.messenger.overflow(stored.wanted) !== undefined;
  try {
    const known = stored.sending && !to.replace ? mayRepeat(stored.wanted) : stored.wanted;
    const message = isLong ? continued(known, to) : known;
    await ports.messenger.respond(to.responseUrl, message, { replace: to.replace, inChannel: to.here === true });
  } catch (error) {
    if (error instanceof SlackError && error.fate === 'never') return direct(key, stored, to.userId, ports);
    throw error;
  }
  await ports.records.sent(key, stored.digest, undefined);
  if (isLong) {
    const spot = await ports.messenger.direct(to.userId, stored.wanted, `${key}/rest`);
    await sendRest({ channelId: spot.channelId, threadTs: spot.ts }, stored.wanted, ports);
  }
  return DONE;
}

async function direct(key: string, stored: StoredMessage, userId: string, ports: SendPorts): Promise<SendResult> {
  const wait = await turn('chat.postMessage', `post:${userId}`, ports);
  if (wait > 0) return { again: wait };
  // A person's id names no channel whose history could be looked through.
  const message = stored.sending ? mayRepeat(stored.wanted) : stored.wanted;
  await ports.hold();
  await ports.records.begin(key);
  const spot = await ports.messenger.direct(userId, message, key);
  await ports.records.sent(key, stored.digest, spot);
  await sendRest({ channelId: spot.channelId, threadTs: spot.ts }, stored.wanted, ports);
  return DONE;
}

/** What did not fit goes into the thread as a file. It is an extra: its failure must not repeat the message itself. */
async function sendRest(
  to: { channelId: string; threadTs: string },
  message: Message,
  ports: SendPorts,
): Promise<void> {
  const content = ports.messenger.overflow(message);
  if (content === undefined) return;
  try {
    await ports.messenger.upload(to, { name: 'more.txt', title: 'The rest of this message', content });
  } catch (error) {
    ports.log.warn({ error }, 'the rest of a long message could not be uploaded');
  }
}

/** 0 when this call may go now. */
async function turn(method: string, slot: string, { pace }: SendPorts): Promise<number> {
  const paused = await pace.paused(method);
  return paused > 0 ? paused : pace.slot(slot, POST_EVERY_MS);
}

/** A clear refusal now says nothing about an earlier attempt whose fate nobody knows. @returns failures in a row */
const doubtOf = (key: string, stored: StoredMessage, error: SlackError, { records }: SendPorts): Promise<number> =>
  stored.sending || error.fate === 'unknown' ? records.doubtful(key) : records.unsent(key);

/** An outcome that can no longer be said where it was asked is not lost: it goes to whoever asked. */
async function elsewhere(
  key: string,
  stored: StoredMessage,
  userId: string,
  code: string,
  ports: SendPorts,
): Promise<SendResult> {
  const note = md`Slack does not let me write where this was asked any more (${code}).`;
  const wanted = { ...stored.wanted, blocks: [...stored.wanted.blocks, context(note)] };
  try {
    return await direct(key, { ...stored, wanted }, userId, ports);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return failed(key, { ...stored, elseTo: undefined }, error, ports);
  }
}

async function failed(key: string, stored: StoredMessage, error: SlackError, ports: SendPorts): Promise<SendResult> {
  ports.log.warn({ key, method: error.method, code: error.code }, 'Slack did not take a message');
  if (error.retryAfterMs !== undefined) {
    await ports.pace.pause(error.method, error.retryAfterMs);
    await doubtOf(key, stored, error, ports);
    return { again: error.retryAfterMs };
  }
  if (GONE.has(error.code) && stored.ts !== undefined) {
    await ports.records.forgetPlace(key);
    return { again: 0 };
  }
  if (error.fate === 'never' && isAlert(stored)) {
    await ports.alertChannel.broken(error.code, ports.clock.now());
    if (ports.clock.now() - (stored.since ?? 0) < ALERT_KEPT_MS) return { again: ALERT_AGAIN_MS };
  }
  const isOutcome = stored.ts !== undefined || stored.wanted.chart !== undefined;
  if (error.fate === 'never' && stored.elseTo !== undefined && isOutcome)
    return elsewhere(key, stored, stored.elseTo, error.code, ports);
  if (error.fate === 'never') {
    await ports.records.refused(key, stored.digest, error.code);
    return DONE;
  }
  const failures = await doubtOf(key, stored, error, ports);
  return { again: Math.min(LONGEST_PAUSE_MS, SECOND * 2 ** Math.min(failures - 1, 6)) };
}
