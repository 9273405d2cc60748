// May they? The same rules asked three times: by the bot from memory before it queues anything, by the worker with what
// Slack says of the person, their user groups and the channel now, and by `help` for every command there is. While
// somebody holds the lock on the app, changes of it are theirs alone, whatever the rules say.
import { holderWords } from '../core/app-lock.js';
import { authorise, mayApprove, mayPass, type Question, reach } from '../core/authorise.js';
import type { Actor, Asked, Command, Permission, Place } from '../core/command.js';
import { type PressAction, say } from '../core/conversation.js';
import type { GroupFacts } from '../core/groups.js';
import { policyFor } from '../core/history-policy.js';
import type { ChangeProgress } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import { idsOf, isGroup, type Policy, rulesAbout } from '../core/policy.js';
import { md, prose } from '../core/text.js';
import type { ChangeOutcome } from './change.js';
import { ended, type Flight } from './flight.js';
import type { AcceptPorts, PerformPorts } from './ports.js';

interface Asking {
  actor: Actor;
  place: Place;
  /** Of a button. */
  action?: PressAction;
  /** Of a change that another worker has begun. */
  progress?: ChangeProgress;
}

type Wanted = Pick<Parsed, 'policyWords' | 'args'> & { command: Question['command'] & { exclusive?: boolean } };
type AskingPorts = Pick<PerformPorts, 'people' | 'policy' | 'clock'>;
type LockedPorts = Pick<PerformPorts, 'command'>;

/** Calls nobody, so who is in a user group is not known yet: whoever might be passes. */
export function permissionFromMemory(
  asking: Asking,
  { command, policyWords, args }: Wanted,
  { people, policy }: Pick<AcceptPorts, 'people' | 'policy'>,
): Permission {
  const { actor, place } = asking;
  const remembered = people.remembered(actor.userId, place.channelId);
  const homeTeamId = people.homeTeamId();
  return mayPass({
    policy: policyFor(command.name, policy()),
    actor,
    place,
    ...remembered,
    homeTeamId,
    command,
    policyWords,
    args,
  });
}

/** @throws UpstreamError when Slack does not tell who is asking: nobody is let in on facts that could not be read */
export async function permissionOf(
  asking: Asking,
  wanted: Wanted,
  ports: AskingPorts & LockedPorts,
): Promise<Permission> {
  const permission = authorise(await questionOf(asking, wanted, ports));
  if (!permission.allowed || wanted.command.exclusive !== true || isLeft(asking)) return permission;
  return (await lockedFor([asking.actor.userId], ports)) ?? permission;
}

/** May they see what the command speaks of, whatever its arguments? @throws UpstreamError as above */
export const permissionToSee = async (asking: Asking, command: Command, ports: AskingPorts): Promise<Permission> =>
  authorise(await questionOf(asking, untyped(command), ports));

/** Buttons that change nothing, and what has begun: the lock is for what begins while it stands. */
const isLeft = ({ action, progress }: Asking): boolean =>
  (action !== undefined && HARMLESS.has(action)) || (progress?.step ?? 'queued') !== 'queued';

export const HARMLESS: ReadonlySet<PressAction> = new Set(['plan.cancel', 'change.giveup', 'queue.leave']);

export type Refusal = Extract<Permission, { allowed: false }>;

/** @param userIds whose change it is: who asked, and who confirmed */
async function lockedFor(userIds: readonly string[], ports: LockedPorts): Promise<Refusal | undefined> {
  const { locks, settings, clock } = ports.command;
  const lock = await locks.standing();
  if (lock === undefined || userIds.includes(lock.userId)) return undefined;
  return {
    allowed: false,
    reason: `\`${settings.appId}\` is ${holderWords(lock, settings.timeZone, clock.now())}. Nothing was changed.`,
    hint: 'Ask them to `unlock`, or wait; `lock --take-over` makes the lock yours and tells them.',
  };
}

/** For a confirmed change whose turn has come: the lock may have been set while it waited. */
export async function lockedOut({ job, ports }: Pick<Flight, 'job' | 'ports'>): Promise<ChangeOutcome | undefined> {
  const refusal = await lockedFor([job.actor.userId, job.confirmedBy], ports);
  return refusal && ended('refused', say(md`:no_entry_sign: ${prose(`${refusal.reason} ${refusal.hint}`)}`));
}

/** May they agree to what somebody else asked for? @throws UpstreamError as above */
export async function permissionToApprove(
  asking: Asking,
  requesterId: string,
  wanted: Wanted,
  ports: AskingPorts,
): Promise<Permission> {
  return mayApprove({ ...(await questionOf(asking, wanted, ports)), requesterId });
}

/**
 * What `authorise` and `mayApprove` decide on, with what Slack says now.
 * @throws UpstreamError as `permissionOf`; a user group that Slack does not tell of is said in the question instead
 */
async function questionOf({ actor, place }: Asking, wanted: Wanted, ports: AskingPorts): Promise<Question> {
  const { people } = ports;
  const { command, policyWords, args } = wanted;
  const policy = policyFor(command.name, ports.policy());
  const [person, channel, groups] = await Promise.all([
    people.person(actor.userId),
    people.channel(place.channelId),
    Promise.all(groupsAbout(policy, wanted).map((id) => people.group(id))),
  ]);
  return {
    policy,
    actor,
    place,
    person,
    channel,
    homeTeamId: people.homeTeamId(),
    command,
    policyWords,
    args,
    groups: new Map(groups.map((group: GroupFacts) => [group.id, group])),
    now: ports.clock.now(),
  };
}

/** Those that some rule about the command speaks of; Slack is asked of no others. */
const groupsAbout = (policy: Policy, { command, policyWords }: Wanted): string[] =>
  idsOf(
    policy,
    rulesAbout(policy, policyWords, command.effect).flatMap(({ to }) => to),
  ).filter(isGroup);

export function askedFor(job: Asking & { delivery: string }, parsed: Parsed, ports: PerformPorts): Asked {
  return {
    id: job.delivery,
    actor: job.actor,
    place: job.place,
    text: parsed.text,
    here: parsed.here,
    may: async (command) => reach(await questionOf(job, untyped(command), ports)),
  };
}

/** No arguments yet: the words the command has whatever is typed after it. */
export const untyped = (command: Command): Wanted => ({
  command,
  policyWords: command.policyWords?.of({}) ?? command.name,
  args: undefined,
});
