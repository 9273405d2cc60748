// What a change says: its one message in the channel, how it ended, and the audit entry. Called by what carries changes out,
// typed ones (`run-change.ts`) and confirmed plans (`disrupt.ts`).
import type { AuditEntry, Outcome } from '../core/audit.js';
import type { JsonObject } from '../core/cluster.js';
import type { Catalogue } from '../core/command.js';
import { context, type Message, type MessagePriority, say } from '../core/conversation.js';
import { UpstreamError, UserError } from '../core/errors.js';
import { failureWords } from '../core/gather.js';
import {
  type ChangeProgress,
  type ChangeRun,
  type CommandJob,
  type ConfirmedJob,
  STEPS,
  type Step,
} from '../core/jobs.js';
import { parse } from '../core/parse.js';
import { code, join, md, mention, type Rich } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { duration } from '../core/words.js';
import type { PerformPorts } from './ports.js';
import { askedBy, bugView, channelOf, rootKey, userErrorView, withChannelFault } from './reply.js';

export type ChangeOutcome = NonNullable<ChangeProgress['outcome']>;

/** Of a change whose turn had not come when somebody took it out. */
export function leftQueue(by: string): ChangeOutcome {
  const message = say(md`:no_entry_sign: Left the queue, nothing was changed. Taken out by ${mention(by)}.`);
  return { outcome: 'cancelled', summary: message.text, message };
}

/** An edit notifies nobody: whoever waited for longer than this went back to work. */
export const LONG_WAIT_MS = 5 * MINUTE;

export async function tellTurn(job: CommandJob | ConfirmedJob, ports: PerformPorts): Promise<void> {
  const waited = ports.clock.now() - job.at;
  if (waited <= LONG_WAIT_MS) return;
  const parent = rootKey(rootId(job));
  const what = code(`${ports.command.settings.slashCommand} ${job.text}`);
  const words = md`${mention(job.actor.userId)} It is your turn after ${duration(waited)}: ${what} begins now.`;
  await ports.messages.put(`${parent}/turn`, { kind: 'thread', parent }, say(words), { priority: 'final', once: true });
}

/** Turns what went wrong into an outcome; a lost lock is nobody's outcome and travels on. */
/** @param typed the command, which may be asked again when what stood in its way is over */
export function failure(error: unknown, left: Rich, typed: string, run: ChangeRun, ports: PerformPorts): ChangeOutcome {
  if (isTakenOver(error, run)) throw error;
  if (error instanceof UserError) {
    const message = userErrorView(error, ports.command.settings.slashCommand, typed);
    return { outcome: 'refused', summary: message.text, message };
  }
  if (error instanceof UpstreamError) {
    const message = say(
      md`:red_circle: Failed: ${error.system} did not do it. ${code(error.request)}: ${failureWords(error)}. ${left}`,
    );
    return { outcome: 'failed', summary: message.text, message };
  }
  const reference = `r-${run.id.slice(-6)}`;
  ports.log.error({ err: error, reference }, 'a bug ended a change');
  const message = bugView(reference, left);
  return { outcome: 'failed', summary: message.text, message };
}

/** The lock is gone or the process is stopping: the queue will run the job again, and nobody needs to be told. */
export const isTakenOver = (error: unknown, run: ChangeRun): boolean =>
  run.signal.aborted || (error instanceof Error && error.name === 'LockLost');

/** Every end of a change passes here, as often as it takes: message and audit entry each stand once. */
export async function finish(
  job: CommandJob | ConfirmedJob,
  command: string,
  outcome: ChangeOutcome,
  run: ChangeRun,
  ports: PerformPorts,
): Promise<undefined> {
  const { startedAt, appliedAt } = run.progress();
  const took = ports.clock.now() - startedAt;
  await tellEnd(job, command, outcome, { id: run.id, took, wrote: appliedAt !== undefined }, ports);
  ports.counted(command, outcome.outcome);
}

/** Message and audit entry, also of a change that never ran. */
export async function tellEnd(
  job: CommandJob | ConfirmedJob,
  command: string,
  { outcome, summary, message, thread }: ChangeOutcome,
  { id, took, wrote = false }: { id: string; took: number; wrote?: boolean },
  ports: PerformPorts,
): Promise<void> {
  const by = confirmer(job);
  const line = askedBy(job.actor, ports.command.settings.slashCommand, job.text);
  const asked = context(md`${line}${whoseYes(job)}`);
  const told = await withChannelFault({ ...message, blocks: [...message.blocks, asked] }, ports);
  await showStep(job, 'done', told, ports, 'final');
  if (thread !== undefined) {
    const parent = rootKey(rootId(job));
    await ports.messages.put(`${parent}/detail`, { kind: 'thread', parent }, thread, { priority: 'final', once: true });
  }
  await ports.audit.record({
    v: 1,
    jobId: id,
    userId: job.actor.userId,
    ...(by === undefined ? {} : { confirmedBy: by }),
    ...(job.kind === 'confirmed' ? { ...ofThePlan(job), wrote } : {}),
    channelId: job.place.channelId,
    ...(await traceOf(rootKey(rootId(job)), job, ports)),
    command,
    text: job.text,
    outcome: outcome as Outcome,
    summary,
    at: ports.clock.now(),
    durationMs: took,
  });
}

/** What was understood, and where it can be read again. */
export async function traceOf(
  messageKey: string,
  { text, place: { threadTs } }: Pick<CommandJob, 'text' | 'place'>,
  { command, messages }: PerformPorts,
): Promise<Pick<AuditEntry, 'understood' | 'threadTs' | 'messageKey' | 'messageTs'>> {
  const posted = await messages.posted(messageKey);
  return {
    ...(threadTs === undefined ? {} : { threadTs }),
    messageKey,
    ...(posted.state === 'posted' ? { messageTs: posted.ts } : {}),
    ...understood(text, command.catalogue),
  };
}

/** Nothing when a worker of another version, which knew these words, had begun it. */
function understood(text: string, catalogue: Catalogue): Pick<AuditEntry, 'understood'> {
  try {
    return { understood: understoodAs(parse(text, catalogue).args) };
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}

export const understoodAs = (args: unknown): JsonObject => JSON.parse(JSON.stringify(args ?? {}));

const confirmer = (job: CommandJob | ConfirmedJob): string | undefined =>
  job.kind === 'confirmed' && job.confirmedBy !== job.actor.userId ? job.confirmedBy : undefined;

function whoseYes(job: CommandJob | ConfirmedJob): Rich | '' {
  const approvedBy = job.kind === 'confirmed' ? job.approvedBy : undefined;
  if (approvedBy !== undefined) return md` · approved by ${join(approvedBy.map(mention))}`;
  const by = confirmer(job);
  return by === undefined ? '' : md` · confirmed by ${mention(by)}`;
}

const ofThePlan = ({ approvedBy, planHash }: ConfirmedJob) => ({
  ...(approvedBy === undefined ? {} : { approvedBy }),
  ...(planHash === undefined ? {} : { planHash }),
});

/** The one channel message of a change. A step's content never gives way to an earlier step's. */
export function showStep(
  job: CommandJob | ConfirmedJob,
  step: Step,
  message: Message,
  ports: PerformPorts,
  priority: MessagePriority = 'progress',
): Promise<void> {
  // How it ended is heard in any case.
  const elseTo = priority === 'final' ? { elseTo: job.actor.userId } : {};
  return ports.messages.put(rootKey(rootId(job)), channelOf(job.place), message, {
    rank: rankOf(step),
    priority,
    ...elseTo,
  });
}

export const rootId = (job: CommandJob | ConfirmedJob): string =>
  job.kind === 'confirmed' ? job.planId : job.delivery;

/** A plan's own message has rank 0. */
export const rankOf = (step: Step): number => 10 * (STEPS.indexOf(step) + 1);
