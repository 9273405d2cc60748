// What the app may look up: itself, the team, people, groups, channels and what was said there.
import { z } from 'zod';
import { count, flag, read } from './arguments.js';
import { asWire } from './content.js';
import { directMessage } from './directory.js';
import { Refusal } from './refusal.js';
import { needScope, type SlackState } from './state.js';
import type { SlackChannel, SlackUser, Wire } from './types.js';

const InChannel = z.object({ channel: z.string(), limit: count.optional(), cursor: z.string().optional() });
const Thread = InChannel.extend({ ts: z.string(), include_all_metadata: flag.optional() });
const History = InChannel.extend({
  oldest: z.string().optional(),
  latest: z.string().optional(),
  inclusive: flag.optional(),
  include_all_metadata: flag.optional(),
});
const SCOPE_WORD = { public: 'channels', private: 'groups', im: 'im' } as const;

export function authTest(_args: Wire, state: SlackState): Wire {
  const { team, bot } = state.directory;
  return {
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: bot.name,
    team_id: team.id,
    user_id: bot.id,
    bot_id: bot.botId,
    is_enterprise_install: false,
  };
}

export function teamInfo(_args: Wire, state: SlackState): Wire {
  const { team } = state.directory;
  const url = `https://${team.domain}.slack.com/`;
  return { team: { ...team, email_domain: '', icon: { image_default: true }, is_verified: false, url } };
}

export function usersInfo(args: Wire, state: SlackState): Wire {
  const wanted = read(z.object({ user: z.string(), include_locale: flag.optional() }), args);
  const user = state.directory.users.get(wanted.user);
  if (user === undefined) throw new Refusal('user_not_found');
  return { user: userWire(user, wanted.include_locale ?? false) };
}

function userWire(user: SlackUser, withLocale: boolean): Wire {
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    deleted: user.deleted,
    color: '9f69e7',
    real_name: user.realName,
    tz: 'Europe/Berlin',
    tz_label: 'Central European Summer Time',
    tz_offset: 7_200,
    profile: {
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.name,
      display_name_normalized: user.name,
      team: user.teamId,
      ...(user.botId === undefined ? {} : { bot_id: user.botId }),
    },
    is_admin: user.isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.isRestricted,
    is_ultra_restricted: user.isUltraRestricted,
    is_bot: user.isBot,
    is_app_user: false,
    is_stranger: user.isStranger,
    updated: 1_432_800_000,
    ...(withLocale ? { locale: user.locale } : {}),
  };
}

export function userGroups(args: Wire, state: SlackState): Wire {
  const wanted = read(z.object({ include_users: flag.optional() }), args);
  if (state.freePlan) throw new Refusal('plan_upgrade_required');
  const usergroups = [...state.directory.groups.values()].map((group) => ({
    id: group.id,
    team_id: state.directory.team.id,
    is_usergroup: true,
    name: group.name,
    handle: group.handle,
    user_count: group.users.length,
    ...(wanted.include_users ? { users: group.users } : {}),
  }));
  return { usergroups };
}

export function userGroupUsers(args: Wire, state: SlackState): Wire {
  const { usergroup } = read(z.object({ usergroup: z.string() }), args);
  if (state.freePlan) throw new Refusal('plan_upgrade_required');
  const group = state.directory.groups.get(usergroup);
  if (group === undefined) throw new Refusal('no_such_subteam');
  return { users: group.users };
}

export function conversationInfo(args: Wire, state: SlackState): Wire {
  return { channel: channelWire(readableChannel(read(InChannel, args).channel, 'read', state), state) };
}

export function conversationMembers(args: Wire, state: SlackState): Wire {
  const channel = readableChannel(read(InChannel, args).channel, 'read', state);
  return { members: [...channel.members], response_metadata: { next_cursor: '' } };
}

export function conversationList(args: Wire, state: SlackState): Wire {
  const { types } = read(z.object({ types: z.string().default('public_channel') }), args);
  const wanted = { public: 'public_channel', private: 'private_channel', im: 'im' } as const;
  const asked = (channel: SlackChannel) => types.split(',').includes(wanted[channel.kind]);
  const channels = [...state.directory.channels.values()].filter(asked);
  for (const { kind } of channels) needScope(state, `${SCOPE_WORD[kind]}:read`);
  return { channels: channels.map((channel) => channelWire(channel, state)), response_metadata: { next_cursor: '' } };
}

export function conversationOpen(args: Wire, state: SlackState): Wire {
  const { users } = read(z.object({ users: z.string() }), args);
  if (!state.directory.users.has(users)) throw new Refusal('user_not_found');
  return { channel: { id: directMessage(state.directory, users).id } };
}

export function conversationHistory(args: Wire, state: SlackState): Wire {
  const wanted = read(History, args);
  const channel = readableChannel(wanted.channel, 'history', state);
  const { oldest = '0', latest = '9', limit = 100, inclusive = false } = wanted;
  const within = (ts: string) => (ts > oldest && ts < latest) || (inclusive && (ts === oldest || ts === latest));
  const found = state.messages.all
    .filter((one) => one.channelId === channel.id && !one.deleted && one.visibleTo === undefined)
    .filter((one) => (one.threadTs === undefined || one.broadcast) && within(one.ts))
    .reverse();
  return {
    messages: found.slice(0, limit).map((one) => asWire(one, state, wanted.include_all_metadata)),
    has_more: found.length > limit,
  };
}

export function conversationReplies(args: Wire, state: SlackState): Wire {
  const wanted = read(Thread, args);
  const channel = readableChannel(wanted.channel, 'history', state);
  const parent = state.messages.find(channel.id, wanted.ts);
  if (parent === undefined || parent.visibleTo !== undefined) throw new Refusal('thread_not_found');
  const thread = [parent, ...state.messages.replies(parent)];
  return { messages: thread.map((one) => asWire(one, state, wanted.include_all_metadata)), has_more: false };
}

function readableChannel(id: string, right: 'read' | 'history', state: SlackState): SlackChannel {
  const channel = state.directory.channels.get(id);
  if (channel === undefined) throw new Refusal('channel_not_found');
  needScope(state, `${SCOPE_WORD[channel.kind]}:${right}`);
  const isMember = channel.members.has(state.directory.bot.id);
  if (!isMember && channel.kind === 'private') throw new Refusal('channel_not_found');
  if (!isMember && right === 'history') throw new Refusal('not_in_channel');
  return channel;
}

function channelWire(channel: SlackChannel, state: SlackState): Wire {
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: false,
    is_im: channel.kind === 'im',
    is_mpim: false,
    is_private: channel.kind !== 'public',
    is_archived: channel.isArchived,
    is_general: false,
    is_member: channel.members.has(state.directory.bot.id),
    is_shared: channel.isExtShared,
    is_ext_shared: channel.isExtShared,
    is_org_shared: false,
    is_pending_ext_shared: false,
    created: 1_432_800_000,
    creator: 'U0LEE',
    context_team_id: state.directory.team.id,
    shared_team_ids: channel.isExtShared ? [state.directory.team.id, 'T0ELSEWHERE'] : [state.directory.team.id],
    num_members: channel.members.size,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
  };
}
