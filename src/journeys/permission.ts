// The worker's authorisation: the same rules as the bot's, with what Slack says of the person and the channel now.
import { authorise } from '../core/authorise.js';
import type { Actor, Asked, Permission, Place } from '../core/command.js';
import type { Parsed } from '../core/parse.js';
import type { PerformPorts } from './ports.js';

/** Fresh facts about the person and the channel; what cannot be read counts against the one who asks for a change. */
export async function permissionOf(
  actor: Actor,
  place: Place,
  parsed: Parsed,
  ports: PerformPorts,
): Promise<Permission> {
  const [person, channel] = await Promise.all([
    ports.people.person(actor.userId),
    ports.people.channel(place.channelId),
  ]);
  return authorise({
    policy: ports.policy(),
    actor,
    place,
    person,
    channel,
    homeTeamId: ports.people.homeTeamId(),
    command: parsed.command,
    policyWords: parsed.policyWords,
    args: parsed.args,
  });
}

export function askedFor(
  job: { delivery: string; actor: Actor; place: Place },
  parsed: Parsed,
  ports: PerformPorts,
): Asked {
  const { person, channel } = ports.people.remembered(job.actor.userId, job.place.channelId);
  return {
    id: job.delivery,
    actor: job.actor,
    place: job.place,
    text: parsed.text,
    here: parsed.here,
    may: (command) =>
      authorise({
        policy: ports.policy(),
        actor: job.actor,
        place: job.place,
        person,
        channel,
        homeTeamId: ports.people.homeTeamId(),
        command,
        // No arguments yet: the words the command has whatever is typed after it.
        policyWords: command.policyWords?.({}) ?? command.name,
        args: undefined,
      }),
  };
}
