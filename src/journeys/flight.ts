// What the steps of a confirmed change hand each other.
import type { Asked, DisruptCommand } from '../core/command.js';
import type { Message } from '../core/conversation.js';
import type { ChangeRun, ConfirmedJob } from '../core/jobs.js';
import type { Parsed } from '../core/parse.js';
import type { Plan } from '../core/plans.js';
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

export const ended = (outcome: ChangeOutcome['outcome'], message: Message): ChangeOutcome => ({
  outcome,
  summary: message.text,
  message,
});

/** A line in the thread of the change's message; the same line twice is one reply. */
export function thread(flight: Flight, name: string, message: Message): Promise<void> {
  const parent = rootKey(rootId(flight.job));
  return flight.ports.messages.put(`${parent}/${hashOf(name)}`, { kind: 'thread', parent }, message, {
    priority: 'progress',
  });
}
