// The messages the journeys themselves say, and the names of the logical messages they say them in.
import type { Actor, Place } from '../core/command.js';
import { type Button, context, type Destination, type Message, say, sorry } from '../core/conversation.js';
import { LockedApp } from '../core/deploy-lock.js';
import { NoSuchName, type UpstreamError, type UserError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import type { AnyJob } from '../core/jobs.js';
import { Offer } from '../core/offer.js';
import { UnfitWords, UnknownCommand } from '../core/parse.js';
import { code, md, mention, moment, prose, type Rich } from '../core/text.js';
import type { PerformPorts } from './ports.js';

/** The private answer to a delivery. */
export const answerKey = (delivery: string): string => `answer:${delivery}`;
/** The one channel message of a change. */
export const rootKey = (id: string): string => `root:${id}`;

export function answerTo(job: AnyJob, options: { here?: boolean; replace?: boolean } = {}): Destination {
  if (job.replyTo.responseUrl === undefined) return channelOf(job.place);
  return {
    kind: 'answer',
    delivery: job.delivery,
    responseUrl: job.replyTo.responseUrl,
    userId: job.actor.userId,
    askedAt: job.at,
    replace: (options.replace ?? true) && job.replyTo.keepsMessage !== true,
    here: options.here ?? false,
  };
}

export function channelOf(place: Place): Extract<Destination, { kind: 'channel' }> {
  return {
    kind: 'channel',
    channelId: place.channelId,
    ...(place.threadTs === undefined ? {} : { threadTs: place.threadTs }),
  };
}

/** Who asked, in a line that stands under every change. */
export const askedBy = (actor: Actor, slash: string, text: string): Rich =>
  md`asked by ${mention(actor.userId)}: ${code(`${slash} ${text}`.trim())}`;

/**
 * A mistake or refusal of the asker's, with what helps as buttons when there is something.
 * @param typed what was asked, where the same may be asked again later
 */
export function userErrorView(error: UserError, slash: string, typed?: string): Message {
  if (error instanceof Offer) {
    return sorry(error.message, error.hint, { type: 'actions', buttons: [...error.buttons] });
  }
  if (error instanceof LockedApp) {
    return sorry(error.message, error.hint, { type: 'actions', buttons: lockButtons(error, typed) });
  }
  const toPick = error instanceof UnfitWords ? error.typed : error instanceof NoSuchName ? typed : undefined;
  if (toPick !== undefined) {
    const choose: Button = { label: 'Choose …', action: 'pick', value: toPick };
    return sorry(error.message, error.hint, { type: 'actions', buttons: [choose] });
  }
  const suggestion = error instanceof UnknownCommand ? error.suggestion : undefined;
  if (suggestion === undefined) return sorry(error.message, error.hint);
  return sorry(`${error.message} Did you mean \`${slash} ${suggestion}\`?`, undefined, {
    type: 'actions',
    buttons: [{ label: `Run ${slash} ${suggestion}`, action: 'run', value: suggestion, style: 'primary' }],
  });
}

function lockButtons({ show, cancel }: LockedApp, typed: string | undefined): Button[] {
  const buttons: Button[] = [{ label: 'Show', action: 'run', value: show }];
  if (typed !== undefined) buttons.push({ label: 'Try again', action: 'run', value: typed });
  if (cancel === undefined) return buttons;
  const confirm = { title: 'Cancel that one?', text: cancel.does, yes: 'Cancel it', no: 'Leave it' };
  return [...buttons, { label: 'Cancel that one', action: 'run', value: cancel.command, style: 'danger', confirm }];
}

/** Another system's failure; `left` says what state that leaves. */
export function upstreamView(error: UpstreamError, left: string): Message {
  return say(md`${error.system} did not do it: ${code(error.request)} · ${failureWords(error)}. ${left}`);
}

/** @param left what state that leaves, when something may have been done */
export const bugView = (reference: string, left?: Rich): Message =>
  say(
    md`That is a bug in the bot, reference ${code(reference)}. Tell whoever runs Bellboard; the log has the details.${left === undefined ? '' : md` ${left}`}`,
  );

/** Nobody would notice that nothing rings any more, so whoever talks to us is told. */
export async function withChannelFault(
  message: Message,
  ports: Pick<PerformPorts, 'alertChannel' | 'command'>,
): Promise<Message> {
  const { alertChannel, name } = ports.command.settings;
  const fault = alertChannel === undefined ? undefined : await ports.alertChannel.fault();
  if (alertChannel === undefined || fault === undefined) return message;
  const note = md`:warning: Alerts cannot be posted in ${prose(`<#${alertChannel}>`)} since ${moment(fault.since)}, they wait (${fault.code}). ${prose(alertRemedy(fault.code, name))}`;
  return { ...message, blocks: [...message.blocks, context(note)] };
}

const alertRemedy = (code: string, botName: string): string =>
  code === 'not_in_channel' || code === 'channel_not_found'
    ? `Invite the bot there: \`/invite @${botName}\`.`
    : 'Whoever runs Bellboard sets `ALERT_CHANNEL` to a channel it may post in.';

/** Slack's reasons for not taking a message into a channel, each with its remedy. */
export function channelRefusal(error: string, botName: string): string {
  const remedies: Record<string, string> = {
    not_in_channel: `I am not in this channel. Invite me with \`/invite @${botName}\`, then ask again.`,
    channel_not_found: `I cannot see this channel. If it is private, invite me with \`/invite @${botName}\`; in a direct message between people, use a channel instead.`,
    is_archived: 'This channel is archived. Use another one.',
    restricted_action: 'Only some people may post in this channel. Use another one, or ask an admin to let me post.',
    msg_too_long: 'Slack found the message too long.',
  };
  return remedies[error] ?? `Slack refused the message (${error}).`;
}
