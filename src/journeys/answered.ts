// A plan was answered yes: its change joins the queue. And the truth about a plan that was answered, for everybody who
// presses one of its buttons after that.

import type { DisruptCommand } from '../core/command.js';
import { type Message, say } from '../core/conversation.js';
import type { ConfirmedJob, PressJob, ReplyTo } from '../core/jobs.js';
import { parse } from '../core/parse.js';
import { type Act, changeIdOf, type Plan } from '../core/plans.js';
import { code, md, mention, moment, prose } from '../core/text.js';
import { MINUTE } from '../core/time.js';
import { confirmedView, WAITING_RANK, withTimes } from './place-in-line.js';
import type { PerformPorts } from './ports.js';
import { answerKey, answerTo, channelOf, rootKey } from './reply.js';

/** Twice equals once, by whomever: the change is named after its plan. */
export async function begin(
  plan: Plan,
  act: Act,
  command: DisruptCommand,
  replyTo: ReplyTo,
  ports: PerformPorts,
): Promise<void> {
  await ports.queue.confirm(confirmedJob(plan, act, replyTo));
  await showConfirmed(plan, act, command, ports);
}

const confirmedJob = (plan: Plan, act: Act, replyTo: ReplyTo): ConfirmedJob => ({
  v: 1,
  kind: 'confirmed',
  delivery: changeIdOf(plan.id),
  planId: plan.id,
  text: plan.text,
  actor: plan.actor,
  confirmedBy: act.userId,
  ...(act.approvedBy === undefined ? {} : { approvedBy: act.approvedBy }),
  planHash: plan.hash,
  place: plan.place,
  replyTo,
  at: act.at,
});

/** Until its turn comes, the message says that somebody confirmed it, and who is ahead. */
async function showConfirmed(plan: Plan, act: Act, command: DisruptCommand, ports: PerformPorts): Promise<void> {
  const ahead = await withTimes(await ports.queue.ahead(changeIdOf(plan.id)), ports);
  await ports.messages.put(rootKey(plan.id), channelOf(plan.place), confirmedView(plan, act, command, ahead, ports), {
    rank: WAITING_RANK,
    priority: 'progress',
  });
  // The line may have moved since it was looked at.
  if (ahead.length > 0) await ports.queue.moved();
}

/** A yes counts for so long: what was lost before is begun again, what is older has to be asked for again. */
export const YES_COUNTS_MS = 30 * MINUTE;

/**
 * What became of a plan's change. Whoever claimed the plan may have died before the change was in the queue: nobody is
 * left who would put it there, so whoever looks does.
 */
export async function changeStateOf(
  plan: Plan,
  act: Act,
  ports: PerformPorts,
): Promise<'waiting' | 'running' | 'ended' | 'unknown'> {
  const state = await ports.queue.stateOf(changeIdOf(plan.id));
  if (state !== 'unknown' || ports.clock.now() - act.at > YES_COUNTS_MS) return state;
  if ((await entryOf(plan, ports)) !== undefined) return 'ended';
  await begin(plan, act, parse(plan.text, ports.command.catalogue).command as DisruptCommand, {}, ports);
  return 'waiting';
}

const entryOf = async (plan: Plan, ports: PerformPorts) =>
  (await ports.command.audit.recent(200)).find((row) => row.jobId === changeIdOf(plan.id));

export async function trueState(plan: Plan, act: Act, ports: PerformPorts): Promise<Message> {
  const what = code(`${ports.command.settings.slashCommand} ${plan.text}`);
  const when = md`${mention(act.userId)}, ${moment(act.at)}`;
  if (act.what === 'cancelled') return say(md`${what} was already cancelled by ${when}. Nothing was changed.`);
  if (act.what === 'expired') return say(md`The plan for ${what} has expired. Type the command again for a fresh one.`);
  const stop = code(`${ports.command.settings.slashCommand} cancel ${changeIdOf(plan.id)}`);
  const state = await changeStateOf(plan, act, ports);
  if (state === 'running') {
    return say(
      md`Already under way: ${what}, started by ${when}. Its message above shows how far it is; ${stop} stops it.`,
    );
  }
  if (state === 'waiting')
    return say(md`Already confirmed by ${when}; ${what} waits for its turn. ${stop} takes it out of the queue.`);
  const entry = await entryOf(plan, ports);
  if (entry !== undefined) return say(md`That is over, started by ${when}: ${prose(entry.summary)}`);
  return say(md`Already confirmed by ${when}; the message above tells what became of it.`);
}

/** Privately, beside the plan: the plan's own message tells the story of the plan. */
export const replyTo = (job: PressJob, message: Message, ports: PerformPorts): Promise<void> =>
  ports.messages.put(answerKey(job.delivery), answerTo(job, { replace: false }), message);
