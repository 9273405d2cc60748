// Slack's user groups, as far as Slack tells who is in them, and when that is enough to act on. Asked for by
// `adapters/slack/groups.ts`; decided with by `authorise.ts`.
import type { Effect } from './command.js';
import { moment, shorten } from './text.js';
import { MINUTE } from './time.js';

export interface GroupFacts {
  /** `S…` */
  id: string;
  /** What people type after `@`; unknown when Slack did not say. */
  handle?: string | undefined;
  /** Of the last good answer; undefined when there was none. */
  told?: { members: readonly string[]; at: number } | undefined;
  /** Why Slack does not tell now, in its own word; undefined when it does. */
  fault?: { code: string; since: number } | undefined;
}

export type Groups = ReadonlyMap<string, GroupFacts>;

/** Somebody may have left the group since: to look at things an old answer will do, to change them it will not. */
export const TOO_OLD_MS = 10 * MINUTE;

/** The members that count for an effect now; undefined when nobody knows. */
export function membersOf(group: GroupFacts | undefined, effect: Effect, now: number): readonly string[] | undefined {
  if (group?.told === undefined) return undefined;
  const ageMs = now - group.told.at;
  // A clock that was set back says nothing about the age.
  const isFresh = ageMs >= 0 && ageMs <= TOO_OLD_MS;
  return effect === 'read' || isFresh ? group.told.members : undefined;
}

/** As code: a mention would call everyone in it. */
export function groupName(id: string, groups: Groups | undefined): string {
  const handle = groups?.get(id)?.handle;
  return `\`${handle === undefined ? id : `@${shorten(handle)}`}\``;
}

/** For a sentence about why somebody may not: `Slack does not tell who is in … since …`. */
export function silenceWords(id: string, groups: Groups | undefined): string {
  const group = groups?.get(id);
  const since = group?.told?.at ?? group?.fault?.since;
  const when = since === undefined ? '' : ` since ${moment(since).plain}`;
  const why = group?.fault === undefined ? '' : ` (${group.fault.code})`;
  return `Slack does not tell who is in ${groupName(id, groups)}${when}${why}`;
}

/** What to do about it, by Slack's own word (docs.slack.dev/reference/methods/usergroups.users.list). */
export function groupRemedy(slackCode: string): string {
  switch (slackCode) {
    case 'plan_upgrade_required':
    case 'paid_teams_only':
      return 'User groups need a paid Slack plan: list the ids of the people themselves (U…) under `roles`.';
    case 'missing_scope':
      return 'Add the scope `usergroups:read` under "OAuth & Permissions" and install the app again.';
    case 'no_such_subteam':
    case 'subteam_not_found':
      return 'There is no such group any more, or the id is mistyped: copy it from the group\'s page in Slack ("Copy group ID").';
    case 'ratelimited':
      return 'Slack was asked too often; it tells again within a minute.';
    case 'unreachable':
    case 'timeout':
      return 'Slack cannot be reached; it is asked again with the next command.';
    case 'invalid_auth':
    case 'not_authed':
    case 'token_revoked':
    case 'token_expired':
    case 'account_inactive':
      return 'Check SLACK_BOT_TOKEN.';
    default:
      return 'It is asked again with the next command; people whose own ids (U…) are listed need no group.';
  }
}
