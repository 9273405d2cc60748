// Who and what exists in the simulated workspace: the people of the article's CI service, their channels and groups.
import type { SlackChannel, SlackTeam, SlackUser, SlackUserGroup } from './types.js';

export interface Directory {
  team: SlackTeam;
  users: Map<string, SlackUser>;
  channels: Map<string, SlackChannel>;
  groups: Map<string, SlackUserGroup>;
  /** The app's own bot user. */
  bot: SlackUser & { botId: string };
  appId: string;
}

const TEAM: SlackTeam = { id: 'T0HOUSE', name: 'The House', domain: 'the-house' };

function user(id: string, name: string, more: Partial<SlackUser> = {}): SlackUser {
  return {
    id,
    name,
    realName: name.charAt(0).toUpperCase() + name.slice(1),
    teamId: TEAM.id,
    locale: 'en-US',
    isAdmin: false,
    isBot: false,
    isRestricted: false,
    isUltraRestricted: false,
    isStranger: false,
    deleted: false,
    ...more,
  };
}

function channel(id: string, name: string, members: string[], more: Partial<SlackChannel> = {}): SlackChannel {
  return { id, name, kind: 'public', members: new Set(members), isArchived: false, isExtShared: false, ...more };
}

/** @param botName the app's display name from its manifest */
export function houseDirectory(botName: string): Directory {
  const bot = { ...user('U0BELL', botName, { isBot: true, realName: botName }), botId: 'B0BELL' };
  const users = [
    bot,
    user('U0ANA', 'ana'),
    user('U0LEE', 'lee', { isAdmin: true }),
    user('U0DEV', 'dev'),
    user('U0GUEST', 'guest', { isRestricted: true }),
    user('U0ULTRA', 'ultra', { isRestricted: true, isUltraRestricted: true }),
    user('U0OTHER', 'other', { teamId: 'T0ELSEWHERE', isStranger: true }),
    user('U0ROBOT', 'robot', { isBot: true, botId: 'B0ROBOT' }),
    user('USLACKBOT', 'slackbot', { realName: 'Slackbot' }),
  ];
  const everyone = ['U0ANA', 'U0LEE', 'U0DEV', 'U0ROBOT'];
  const channels = [
    channel('C0CI', 'ci', [...everyone, 'U0GUEST', 'U0ULTRA', bot.id]),
    channel('C0CIALERTS', 'ci-alerts', [...everyone, bot.id]),
    channel('C0RANDOM', 'random', everyone),
    channel('C0SHARED', 'shared-with-others', [...everyone, 'U0OTHER', bot.id], { isExtShared: true }),
    channel('C0OPS', 'ops-private', ['U0ANA', 'U0LEE', bot.id], { kind: 'private' }),
    channel('C0OLD', 'old', [...everyone, bot.id], { isArchived: true }),
  ];
  const groups: SlackUserGroup[] = [{ id: 'S0CIOPS', handle: 'ci-ops', name: 'CI operators', users: ['U0ANA'] }];
  return {
    team: TEAM,
    bot,
    appId: 'A0BELL',
    users: new Map(users.map((one) => [one.id, one])),
    channels: new Map(channels.map((one) => [one.id, one])),
    groups: new Map(groups.map((one) => [one.id, one])),
  };
}

/** The direct-message channel between the bot and a person; opened on demand, the same one ever after. */
export function directMessage(directory: Directory, userId: string): SlackChannel {
  const id = `D0${userId.slice(1)}`;
  const known = directory.channels.get(id);
  if (known !== undefined) return known;
  const opened = channel(id, 'directmessage', [userId, directory.bot.id], { kind: 'im' });
  directory.channels.set(id, opened);
  return opened;
}

/** Finds a person by id, `@name` or name. */
export function findUser(directory: Directory, word: string): SlackUser {
  const name = word.replace(/^@/, '');
  const found = directory.users.get(word) ?? [...directory.users.values()].find((one) => one.name === name);
  if (found === undefined) throw new Error(`nobody here is called ${word}`);
  return found;
}

/** Finds a channel by id, `#name` or name. */
export function findChannel(directory: Directory, word: string): SlackChannel {
  const name = word.replace(/^#/, '');
  const found = directory.channels.get(word) ?? [...directory.channels.values()].find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no channel ${word}`);
  return found;
}
