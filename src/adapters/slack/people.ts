// Who people and channels are, as Slack says: asked by the worker before it acts, remembered for the bot, which may not ask.
import type { WebClient } from '@slack/web-api';
import type { PersonFacts, PlaceFacts } from '../../core/authorise.js';
import { SlackError } from '../../core/delivery.js';
import { UpstreamError } from '../../core/errors.js';
import { type Clock, MINUTE } from '../../core/time.js';
import { slackCall } from './client.js';
import { slackGroups } from './groups.js';

/** Guests become members and channels get shared rarely; a minute-old answer is fresh enough to act on. */
const FRESH_MS = MINUTE;

export interface Team {
  teamId: string;
  botUserId: string;
  botId: string;
  botName: string;
  /** Of the workspace, with trailing slash: `https://example.slack.com/`. */
  url: string;
  /** From the `x-oauth-scopes` header. */
  scopes: string[];
}

export async function whoAreWe(client: WebClient): Promise<Team> {
  const answer = await slackCall('auth.test', client.auth.test());
  return {
    teamId: answer.team_id ?? '',
    botUserId: answer.user_id ?? '',
    botId: answer.bot_id ?? '',
    botName: answer.user ?? 'bellboard',
    url: answer.url ?? '',
    scopes: answer.response_metadata?.scopes ?? [],
  };
}

/** Whether we can post there: `unknown` for a private channel we are not in. @throws SlackError */
export async function membership(
  client: WebClient,
  channelId: string,
): Promise<'member' | 'outside' | 'archived' | 'unknown'> {
  try {
    const { channel } = await slackCall('conversations.info', client.conversations.info({ channel: channelId }));
    if (channel?.is_archived === true) return 'archived';
    return channel?.is_member === true ? 'member' : 'outside';
  } catch (error) {
    if (error instanceof SlackError && error.code === 'channel_not_found') return 'unknown';
    throw error;
  }
}

export function slackPeople(client: WebClient, team: Pick<Team, 'teamId'>, clock: Clock) {
  const people = memory<PersonFacts>(clock, async (userId) => {
    const user = present('users.info', (await slackCall('users.info', client.users.info({ user: userId }))).user);
    return {
      isBot: user.is_bot === true,
      isGuest: user.is_restricted === true || user.is_ultra_restricted === true,
      isStranger: user.is_stranger === true || (user.team_id !== undefined && user.team_id !== team.teamId),
      deleted: user.deleted === true,
    };
  });
  const channels = memory<PlaceFacts>(clock, async (channelId) => {
    // Without the scope im:read Slack tells nothing of a direct message, not even whether it is ours or between two people.
    if (channelId.startsWith('D')) return { isUnseen: true };
    try {
      const answer = await slackCall('conversations.info', client.conversations.info({ channel: channelId }));
      return { isSharedOutside: present('conversations.info', answer.channel).is_ext_shared === true };
    } catch (error) {
      // A private channel we are not in. We cannot post there, but an answer by its `response_url` needs no membership.
      if (error instanceof SlackError && error.code === 'channel_not_found') return { isUnseen: true };
      throw error;
    }
  });
  const names = memory<string>(clock, async (userId) => {
    const { user } = await slackCall('users.info', client.users.info({ user: userId }));
    return user?.profile?.display_name || user?.real_name || user?.name || userId;
  });
  return {
    person: people.fresh,
    /** What people call somebody, which notifies nobody; the id when Slack does not say. */
    nameOf: (userId: string): Promise<string> => names.fresh(userId).catch(() => userId),
    channel: channels.fresh,
    group: slackGroups(client, clock).group,
    remembered: (userId: string, channelId: string) => ({
      person: people.remembered(userId) ?? {},
      channel: channels.remembered(channelId) ?? {},
    }),
    homeTeamId: () => team.teamId,
  };
}

/** An answer that says nothing of who somebody is must not make them a member. */
function present<T extends object>(method: string, told: T | undefined): T {
  if (typeof told === 'object' && told !== null) return told;
  throw new SlackError(method, 'nothing_in_answer', 'unknown');
}

function memory<T>(clock: Clock, ask: (id: string) => Promise<T>) {
  const kept = new Map<string, { at: number; value: T }>();
  return {
    remembered: (id: string): T | undefined => kept.get(id)?.value,
    /** @throws UpstreamError: nobody is let in on facts that could not be read */
    async fresh(id: string): Promise<T> {
      const known = kept.get(id);
      const now = clock.now();
      // A clock that was set back leaves answers of a time to come.
      if (known !== undefined && now >= known.at && now - known.at < FRESH_MS) return known.value;
      try {
        const value = await ask(id);
        kept.set(id, { at: clock.now(), value });
        return value;
      } catch (error) {
        if (!(error instanceof SlackError)) throw error;
        throw new UpstreamError({
          system: 'Slack',
          request: error.method,
          seen: `who is asking could not be checked (${error.code})`,
          retryable: error.fate !== 'never',
          mayHaveArrived: false,
        });
      }
    },
  };
}
