// May they? The same rules asked three times: by the bot from memory before it queues anything, by the worker with what
// Slack says of the person and the channel now, and by `help` for every command there is.
import { authorise, mayApprove, type PersonFacts, type PlaceFacts, type Question } from '../core/authorise.js';
import type { Actor, Asked, Command, Permission, Place } from '../core/command.js';
import type { Parsed } from '../core/parse.js';
import type { AcceptPorts, PerformPorts } from './ports.js';

interface Asking {
  actor: Actor;
  place: Place;
}

type Wanted = Pick<Parsed, 'policyWords' | 'args'> & { command: Pick<Command, 'name' | 'effect'> };

/** Calls nobody. */
export function permissionFromMemory(
  asking: Asking,
  wanted: Wanted,
  ports: Pick<AcceptPorts, 'people' | 'policy'>,
): Permission {
  const facts = ports.people.remembered(asking.actor.userId, asking.place.channelId);
  return authorise(questionOf(asking, wanted, facts, ports));
}

/** @throws UpstreamError when Slack does not tell who is asking: nobody is let in on facts that could not be read */
export async function permissionOf(asking: Asking, wanted: Wanted, ports: PerformPorts): Promise<Permission> {
  return authorise(questionOf(asking, wanted, await factsOf(asking, ports), ports));
}

/** May they agree to what somebody else asked for? @throws UpstreamError as above */
export async function permissionToApprove(
  asking: Asking,
  requesterId: string,
  wanted: Wanted,
  ports: PerformPorts,
): Promise<Permission> {
  return mayApprove({ ...questionOf(asking, wanted, await factsOf(asking, ports), ports), requesterId });
}

interface Facts {
  person: PersonFacts;
  channel: PlaceFacts;
}

async function factsOf({ actor, place }: Asking, { people }: PerformPorts): Promise<Facts> {
  const [person, channel] = await Promise.all([people.person(actor.userId), people.channel(place.channelId)]);
  return { person, channel };
}

function questionOf(
  { actor, place }: Asking,
  { command, policyWords, args }: Wanted,
  facts: Facts,
  ports: { policy: AcceptPorts['policy']; people: Pick<AcceptPorts['people'], 'homeTeamId'> },
): Question {
  const homeTeamId = ports.people.homeTeamId();
  return { policy: ports.policy(), actor, place, ...facts, homeTeamId, command, policyWords, args };
}

export function askedFor(job: Asking & { delivery: string }, parsed: Parsed, ports: PerformPorts): Asked {
  return {
    id: job.delivery,
    actor: job.actor,
    place: job.place,
    text: parsed.text,
    here: parsed.here,
    may: (command) => permissionFromMemory(job, untyped(command), ports),
  };
}

/** No arguments yet: the words the command has whatever is typed after it. */
const untyped = (command: Command): Wanted => ({
  command,
  policyWords: command.policyWords?.({}) ?? command.name,
  args: undefined,
});
