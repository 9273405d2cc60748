// What the steps of a confirmed change hand each other.
import type { Asked, DisruptCommand } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import type { ChangeRun, CommandJob, ConfirmedJob } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import type { Plan } from '../core/plans.js';
import { md, mention, prose, type Rich } from '../core/text.js';
import { type ChangeOutcome, rootId } from './change.js';
import { hashOf } from './hash.js';
import type { PerformPorts } from './ports.js';
import { rootKey } from './reply.js';

/** One confirmed change and everything its steps need. */
export interface Flight {
  job: ConfirmedJob;
  plan: Plan;
  command: DisruptCommand;
  parsed: Parsed;
  asked: Asked;
  run: ChangeRun;
  ports: PerformPorts;
}

/** Who is asked to do it. Marathon replaces the controller's JVM; a Jenkins that is asked may go on in its own. */
export const systemOf = ({ command, plan }: Flight): 'Marathon' | 'Jenkins' =>
  command.system?.(plan.facts) ?? 'Marathon';

export const ended = (outcome: ChangeOutcome['outcome'], message: Message): ChangeOutcome => ({
  outcome,
  summary: message.text,
  message,
});

/** A line in the thread of the change's message; the same line twice is one reply. */
export const thread = ({ job, ports }: Flight, name: string, message: Message): Promise<void> =>
  inThread(job, name, message, ports);

function inThread(job: CommandJob | ConfirmedJob, name: string, message: Message, ports: PerformPorts): Promise<void> {
  const parent = rootKey(rootId(job));
  return ports.messages.put(`${parent}/${hashOf(name)}`, { kind: 'thread', parent }, message, { priority: 'progress' });
}

/** An edit notifies nobody, and whoever asked went back to work. */
export const tellAsker = (
  job: CommandJob | ConfirmedJob,
  id: string,
  outcome: ChangeOutcome,
  ports: PerformPorts,
): Promise<void> => inThread(job, `end:${id}`, say(md`${mention(job.actor.userId)} ${headline(outcome)}`), ports);

/** The outcome's first line, as it stands in its message. */
function headline({ message, summary }: ChangeOutcome): Rich {
  const [first] = message.blocks;
  return first?.type === 'section' ? first.text : prose(summary);
}
