// What the message of a change says while it waits: its place, who is ahead, how long that usually takes, and a way out.
// Said by the click that confirmed it (`answered.ts`) and again whenever places move (`waiting.ts`).
import { type Ahead, type ChangeInfo, turnWords, usualMs } from '../core/changes.js';
import type { DisruptCommand } from '../core/command.js';
import { context, type Message, type MessageBlock, say } from '../core/conversation.js';
import type { CommandJob, ConfirmedJob } from '../core/jobs.js';
import { commandIn } from '../core/parse.js';
import { type Act, changeIdOf, type Plan } from '../core/plans.js';
import { code, join, md, mention, type Rich } from '../core/text.js';
import type { PerformPorts } from './ports.js';
import { askedBy } from './reply.js';

/** Above a plan, below the first step of the change. */
export const WAITING_RANK = 5;

/** So many of the last changes tell how long one usually takes. */
const LOOKED_AT = 500;

/** With how long each usually takes. */
export async function withTimes(
  changes: readonly Pick<ChangeInfo, 'text' | 'userId'>[],
  ports: PerformPorts,
): Promise<Ahead[]> {
  if (changes.length === 0) return [];
  const entries = await ports.command.audit.recent(LOOKED_AT);
  return changes.map(({ text, userId }) => {
    const command = commandIn(text, ports.command.catalogue);
    return { text, userId, usualMs: command === undefined ? undefined : usualMs(entries, command.name) };
  });
}

/** Of a plan that was answered yes. */
export function confirmedView(
  plan: Plan,
  yes: Pick<Act, 'userId' | 'approvedBy'>,
  command: DisruptCommand,
  ahead: readonly Ahead[],
  ports: PerformPorts,
): Message {
  return say(
    md`:hourglass_flowing_sand: ${command.title(plan.facts, 'going')}: ${whoseYes(yes)}, ${turnWords(ahead)}`,
    ...wayOut(changeIdOf(plan.id), ahead),
    context(askedBy(plan.actor, ports.command.settings.slashCommand, plan.text)),
  );
}

/** As the job carries it. */
export const yesOf = ({ confirmedBy, approvedBy }: ConfirmedJob): Pick<Act, 'userId' | 'approvedBy'> => ({
  userId: confirmedBy,
  ...(approvedBy === undefined ? {} : { approvedBy }),
});

const whoseYes = ({ userId, approvedBy }: Pick<Act, 'userId' | 'approvedBy'>): Rich =>
  approvedBy === undefined ? md`confirmed by ${mention(userId)}` : md`approved by ${join(approvedBy.map(mention))}`;

/** Of a command that was typed. */
export function typedView(id: string, job: CommandJob, ahead: readonly Ahead[], ports: PerformPorts): Message {
  const slash = ports.command.settings.slashCommand;
  return say(
    md`:hourglass_flowing_sand: ${code(`${slash} ${job.text}`)} waits for its turn: ${turnWords(ahead)}`,
    ...wayOut(id, ahead),
    context(askedBy(job.actor, slash, job.text)),
  );
}

/** Who begins at once has no time to press it. */
const wayOut = (id: string, ahead: readonly Ahead[]): MessageBlock[] =>
  ahead.length === 0
    ? []
    : [{ type: 'actions', buttons: [{ label: 'Leave the queue', action: 'queue.leave', value: id }] }];
