// What Slack sends for each thing a person does, with the keys of recorded payloads (test/fixtures/slack/payloads).
import { asWire } from './content.js';
import { viewWire } from './methods-screens.js';
import type { SlackState } from './state.js';
import type { SlackChannel, SlackMessage, SlackUser, SlackView, Wire } from './types.js';

/** Slack still sends the legacy verification token; nobody should look at it. */
const LEGACY_TOKEN = 'legacy-verification-token';

export interface Place {
  user: SlackUser;
  channel: SlackChannel;
}

export function slashCommand(
  place: Place,
  said: { command: string; text: string; triggerId: string; responseUrl: string },
  state: SlackState,
): Wire {
  const { team, appId } = state.directory;
  return {
    token: LEGACY_TOKEN,
    team_id: place.user.teamId,
    team_domain: team.domain,
    channel_id: place.channel.id,
    channel_name: channelName(place.channel),
    user_id: place.user.id,
    user_name: place.user.name,
    command: said.command,
    text: said.text,
    api_app_id: appId,
    is_enterprise_install: 'false',
    response_url: said.responseUrl,
    trigger_id: said.triggerId,
  };
}

/** Names of private channels are withheld from commands. */
function channelName(channel: SlackChannel): string {
  return channel.kind === 'private' ? 'privategroup' : channel.name;
}

export function blockActions(
  place: Place,
  pressed: { message: SlackMessage; action: Wire; triggerId: string; responseUrl: string },
  state: SlackState,
): Wire {
  const { message } = pressed;
  const isEphemeral = message.visibleTo !== undefined;
  return {
    ...interaction('block_actions', place.user, state),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: message.channelId,
      is_ephemeral: isEphemeral,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: pressed.triggerId,
    channel: { id: place.channel.id, name: place.channel.name },
    // Ephemeral messages are not kept by Slack, so they do not travel.
    ...(isEphemeral ? {} : { message: asWire(message, state) }),
    state: { values: {} },
    response_url: pressed.responseUrl,
    actions: [pressed.action],
  };
}

export function homeActions(
  user: SlackUser,
  pressed: { view: SlackView; action: Wire; triggerId: string },
  state: SlackState,
): Wire {
  return {
    ...interaction('block_actions', user, state),
    container: { type: 'view', view_id: pressed.view.id },
    trigger_id: pressed.triggerId,
    view: typedView(pressed.view, state),
    actions: [pressed.action],
  };
}

export function viewSubmission(user: SlackUser, sent: { view: SlackView; triggerId: string }, state: SlackState): Wire {
  return {
    ...interaction('view_submission', user, state),
    trigger_id: sent.triggerId,
    view: typedView(sent.view, state),
    response_urls: [],
  };
}

/** What is being typed into a menu whose options the app brings (docs.slack.dev/reference/interaction-payloads/block_suggestion-payload). */
export function blockSuggestion(
  user: SlackUser,
  searched: { view: SlackView; blockId: string; actionId: string; value: string },
  state: SlackState,
): Wire {
  return {
    ...interaction('block_suggestion', user, state),
    container: { type: 'view', view_id: searched.view.id },
    view: typedView(searched.view, state),
    action_id: searched.actionId,
    block_id: searched.blockId,
    value: searched.value,
  };
}

const typedView = (view: SlackView, state: SlackState): Wire => ({ ...viewWire(view, state), type: view.kind });

/** docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload */
export function messageShortcut(
  place: Place,
  called: { message: SlackMessage; callbackId: string; triggerId: string; responseUrl: string },
  state: SlackState,
): Wire {
  // As recorded: without the app's id, and with fewer of a person's names than clicks have.
  const { api_app_id: _app, ...shorter } = interaction('message_action', place.user, state);
  return {
    ...shorter,
    type: 'message_action',
    user: { id: place.user.id, name: place.user.name, team_id: place.user.teamId },
    callback_id: called.callbackId,
    trigger_id: called.triggerId,
    response_url: called.responseUrl,
    message_ts: called.message.ts,
    action_ts: state.messages.nextTs(),
    channel: { id: place.channel.id, name: place.channel.name },
    message: asWire(called.message, state),
  };
}

function interaction(type: string, user: SlackUser, state: SlackState): Wire {
  const { team, appId } = state.directory;
  return {
    type,
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
    api_app_id: appId,
    token: LEGACY_TOKEN,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function eventCallback(event: Wire, eventId: string, isExtShared: boolean, state: SlackState): Wire {
  const { team, bot, appId } = state.directory;
  return {
    token: LEGACY_TOKEN,
    team_id: team.id,
    api_app_id: appId,
    event,
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(state.clock.now() / 1_000),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: bot.id, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: isExtShared,
    event_context: `context-${eventId}`,
  };
}

/** @param isEdit Slack sends the event again when a message that mentions the app is edited, marked so */
export function appMention(place: Place, message: SlackMessage, state: SlackState, isEdit = false): Wire {
  return {
    ...(isEdit ? { edited: { user: place.user.id, ts: state.messages.nextTs() } } : {}),
    type: 'app_mention',
    user: place.user.id,
    ts: message.ts,
    client_msg_id: `client-${message.ts}`,
    text: message.text,
    team: state.directory.team.id,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    blocks: [],
    channel: place.channel.id,
    event_ts: message.ts,
  };
}

/** As `message.im` (docs.slack.dev/reference/events/message.im). */
export function directMessageSaid(message: SlackMessage, state: SlackState): Wire {
  return {
    ...asWire(message, state),
    channel: message.channelId,
    channel_type: 'im',
    event_ts: message.ts,
  };
}

/** An edit, which carries what stood there before (docs.slack.dev/reference/events/message/message_changed). */
export function directMessageEdited(message: SlackMessage, before: string, state: SlackState): Wire {
  const ts = state.messages.nextTs();
  const edited = { user: message.authorId, ts };
  return {
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    message: { ...asWire(message, state), edited },
    previous_message: { ...asWire(message, state), text: before },
    channel: message.channelId,
    channel_type: 'im',
    ts,
    event_ts: ts,
  };
}

export function appHomeOpened(
  user: SlackUser,
  channelId: string,
  eventTs: string,
  view: SlackView | undefined,
  state: SlackState,
): Wire {
  return {
    type: 'app_home_opened',
    user: user.id,
    channel: channelId,
    tab: 'home',
    event_ts: eventTs,
    ...(view === undefined ? {} : { view: { ...viewWire(view, state), type: 'home' } }),
  };
}
