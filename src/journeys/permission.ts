// May they? The same rules asked three times: by the bot from memory before it queues anything, by the worker with what
// Slack says of the person and the channel now, and by `help` for every command there is.
import { authorise, type PersonFacts, type PlaceFacts } from '../core/authorise.js';
import type { Actor, Asked, Command, Permission, Place } from '../core/command.js';
import type { Parsed } from '../core/parse.js';
import type { AcceptPorts, PerformPorts } from './ports.js';

interface Asking {
  actor: Actor;
  place: Place;
}

type Wanted = Pick<Parsed, 'command' | 'policyWords' | 'args'>;

/** Calls nobody. */
export function permissionFromMemory(
  asking: Asking,
  wanted: Wanted,
  ports: Pick<AcceptPorts, 'people' | 'policy'>,
): Permission {
  return decide(asking, wanted, ports.people.remembered(asking.actor.userId, asking.place.channelId), ports);
}

/** @throws UpstreamError when Slack does not tell who is asking: nobody is let in on facts that could not be read */
export async function permissionOf(asking: Asking, wanted: Wanted, ports: PerformPorts): Promise<Permission> {
  const [person, channel] = await Promise.all([
    ports.people.person(asking.actor.userId),
    ports.people.channel(asking.place.channelId),
  ]);
  return decide(asking, wanted, { person, channel }, ports);
}

function decide(
  { actor, place }: Asking,
  { command, policyWords, args }: Wanted,
  facts: { person: PersonFacts; channel: PlaceFacts },
  ports: { policy: AcceptPorts['policy']; people: Pick<AcceptPorts['people'], 'homeTeamId'> },
): Permission {
  const homeTeamId = ports.people.homeTeamId();
  return authorise({ policy: ports.policy(), actor, place, ...facts, homeTeamId, command, policyWords, args });
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
