// Who is in a user group, as Slack says: asked by the worker before it acts, and by `doctor`. The last good answer is
// kept, with its time, for when Slack does not answer; how old it may be is the matter of `core/groups.ts`.
import type { WebClient } from '@slack/web-api';
import { SlackError } from '../../core/delivery.js';
import type { GroupFacts } from '../../core/groups.js';
import { type Clock, HOUR, MINUTE, SECOND } from '../../core/time.js';
import { slackCall } from './client.js';

/** Tier 2 allows 20 a minute; whoever leaves a group may act for so long. */
const FRESH_MS = MINUTE;
/** Names of groups change about never. */
const HANDLES_FRESH_MS = HOUR;
/** A Slack that did not answer is not asked again by each command that waits. */
const REST_MS = 10 * SECOND;
/** Who knows an older answer does not wait longer for a new one. */
const PATIENCE_MS = 3 * SECOND;

interface Known {
  told?: { members: readonly string[]; at: number };
  fault?: { code: string; since: number; until: number };
}

export function slackGroups(client: WebClient, clock: Clock) {
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<void>>();
  const handles = handlesOf(client, clock);

  const isDue = (id: string): boolean => {
    const { told, fault } = known.get(id) ?? {};
    const now = clock.now();
    if (fault !== undefined) return now >= fault.until || now < fault.since;
    return told === undefined || now - told.at >= FRESH_MS || now < told.at;
  };
  const ask = async (id: string) => {
    try {
      const answer = await slackCall('usergroups.users.list', client.usergroups.users.list({ usergroup: id }));
      known.set(id, { told: { members: answer.users ?? [], at: clock.now() } });
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      const before = known.get(id) ?? {};
      const now = clock.now();
      const fault = {
        code: error.code,
        since: before.fault?.since ?? now,
        until: now + Math.max(REST_MS, error.retryAfterMs ?? 0),
      };
      known.set(id, { ...before, fault });
    }
  };
  /** Many commands at once are one question. */
  const asked = (id: string): Promise<void> => {
    const before = asking.get(id);
    if (before !== undefined) return before;
    const now = ask(id).finally(() => asking.delete(id));
    asking.set(id, now);
    return now;
  };

  const refreshed = async (id: string): Promise<void> => {
    if (!isDue(id)) return;
    if (known.get(id)?.told === undefined) return asked(id);
    const answered = new AbortController();
    const patience = clock.sleep(PATIENCE_MS, answered.signal).catch(() => undefined);
    await Promise.race([asked(id), patience]);
    answered.abort();
  };

  return {
    /** Never throws: that Slack does not tell is part of the answer. */
    async group(id: string): Promise<GroupFacts> {
      const [handle] = await Promise.all([handles(id), refreshed(id)]);
      const { told, fault } = known.get(id) ?? {};
      return { id, handle, told, fault: fault === undefined ? undefined : { code: fault.code, since: fault.since } };
    },
  };
}

/** What people know groups by, all of them at once; undefined when Slack does not say, for an id will do. */
function handlesOf(client: WebClient, clock: Clock) {
  let handles = new Map<string, string>();
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  const ask = async () => {
    const { usergroups = [] } = await slackCall('usergroups.list', client.usergroups.list({}));
    handles = new Map(usergroups.flatMap(({ id, handle }) => (id === undefined || !handle ? [] : [[id, handle]])));
  };
  return async (id: string): Promise<string | undefined> => {
    if (clock.now() - askedAt >= HANDLES_FRESH_MS) {
      askedAt = clock.now();
      asking = ask().catch(() => {
        askedAt = clock.now() - HANDLES_FRESH_MS + MINUTE;
      });
    }
    // Only the first time: an old name is a name.
    if (handles.size === 0) await asking;
    return handles.get(id);
  };
}
